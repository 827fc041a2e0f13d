"""RAM that the sketches take for audio and features, known before there is a network."""

from wav2nano import features
from wav2nano.boards import Board
from wav2nano.errors import UserError
from wav2nano.features.base import FeatureSettings
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.listener import ListenerSettings

SELF_TEST_RING = 32768  # samples between the microphone and the loop, as the sketch has them


def listener_ring(
    chunking: ChunkingSettings, settings: FeatureSettings, listener: ListenerSettings
) -> int:
    """Count the samples that the listener keeps for its loop: a power of two, as its ring needs.

    The loop may be late by half a second, as when it waits for serial, or by an inference, which
    takes no longer than the time from one to the next.
    """
    hop = settings.hop_samples
    between = hop * listener.inference_hops(chunking.rate / hop)
    return 1 << (max(chunking.rate // 2, between) - 1).bit_length()


def ram_bytes(
    chunking: ChunkingSettings, settings: FeatureSettings, listener: ListenerSettings
) -> dict[str, int]:
    """Bytes of each sketch's arrays for audio and features, without those of the network.

    Returns
    -------
    dict of str to int
        By sketch: listener and self_test.
    """
    parts = features.front_end(chunking.rate, settings)
    frames, bins = features.shape(chunking.window_samples, chunking.rate, settings)
    power = max((part.n_fft + 2 for part in parts if part.n_fft), default=0)
    scratch = max(part.scratch for part in parts)
    # The latest frame's samples, the features of the frames that deltas are computed from, or of
    # one, and the window as the network's input.
    kept = settings.least_frames * bins
    shared = 2 * settings.frame_samples + 4 * (power + scratch + kept) + frames * bins
    return {
        "listener": shared
        + 2 * (listener_ring(chunking, settings, listener) + settings.hop_samples),
        "self_test": shared + 2 * (SELF_TEST_RING + chunking.window_samples) + 5 * frames * bins,
    }


def built(
    board: Board,
    chunking: ChunkingSettings,
    settings: FeatureSettings,
    listener: ListenerSettings,
) -> dict[str, int]:
    """Give `ram_bytes` of the sketches that are built for a board."""
    needed = ram_bytes(chunking, settings, listener)
    if not board.simulated:
        del needed["self_test"]
    return needed


def room(board: Board) -> int:
    """Bytes of RAM beside the stack."""
    return board.ram_bytes - (board.stack_bytes or 0)


def check(
    board: Board,
    chunking: ChunkingSettings,
    settings: FeatureSettings,
    listener: ListenerSettings,
) -> None:
    """Check that audio and features of the sketches that are built leave room for a network.

    Raises
    ------
    UserError
        With what is needed and what there is.
    """
    most = room(board)
    waits = listener_ring(chunking, settings, listener) > chunking.rate  # for more than a second
    oftener = "a higher listener.inferences_per_second, " if waits else ""
    for sketch, count in built(board, chunking, settings, listener).items():
        if count >= most:
            raise UserError(
                f"features: the sketch {sketch} needs {count:,} bytes of RAM for audio and "
                f"features, and the board has {most:,} beside its stack. Use {oftener}a smaller "
                "n_fft, fewer features, a longer hop or a shorter chunking.window_seconds, or set "
                "goal: evaluation."
            )
