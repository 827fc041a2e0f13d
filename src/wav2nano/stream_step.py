"""How far the listener's window moves between two inferences."""

from wav2nano import features
from wav2nano.features.base import FeatureSettings
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.listener import ListenerSettings


def stream_step(
    chunking: ChunkingSettings, settings: FeatureSettings, listener: ListenerSettings
) -> int | None:
    """Frames by which the window moves between two inferences.

    None if its features are its own, as deltas at its edges are: nothing of them can be kept.
    """
    if not features.static(settings).all():
        return None
    return listener.inference_hops(chunking.rate / settings.hop_samples)
