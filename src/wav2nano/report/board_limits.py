"""What a network alone needs of a board, and why it cannot run there."""

import tempfile
from pathlib import Path

from wav2nano.boards import Board
from wav2nano.codegen import generate_model_c
from wav2nano.network_cost import MACS_PER_TICK, NetworkCost, inferences_per_second
from wav2nano.settings.listener import ListenerSettings
from wav2nano.stream_step import stream_step
from wav2nano.tables.preprocessing import Preprocessing


def measure_network(
    model: Path, preprocessing: Preprocessing, listener: ListenerSettings
) -> NetworkCost:
    """Measure what a .tflite model costs as C, by generating it.

    Raises
    ------
    UserError
        If the model cannot be generated.
    """
    step = stream_step(preprocessing.chunking, preprocessing.features, listener)
    with tempfile.TemporaryDirectory() as folder:
        generated = generate_model_c(model, folder, step=step)
    per_second = inferences_per_second(preprocessing.chunking, preprocessing.features, listener)
    return NetworkCost(
        weight_bytes=generated.weight_bytes,
        arena_bytes=generated.arena_bytes,
        macs=generated.macs,
        macs_per_second=round(generated.macs * per_second),
    )


def reasons_against(board: Board, cost: NetworkCost, preprocessing: Preprocessing) -> list[str]:
    """Say in numbers why a network cannot run on a board; nothing if it may fit.

    These are lower bounds: features, listener and sketch need room and time, too.
    """
    reasons = []
    rate = preprocessing.chunking.rate
    if preprocessing.chunking.short == "mask":
        reasons.append(
            "The network is given recordings from their beginning to their end, which the stream "
            "that a board hears has not."
        )
    if rate != board.microphone_rate:
        reasons.append(
            f"The audio has {rate:,} samples per second; the board's microphone gives "
            f"{board.microphone_rate:,}."
        )
    for what, needed, there, memory in (
        ("weights", cost.weight_bytes, board.flash_bytes, "flash"),
        ("intermediate results", cost.arena_bytes, board.ram_bytes, "RAM"),
    ):
        if needed > there:
            reasons.append(
                f"The network's {what} take {needed:,} bytes; the board has {there:,} of {memory}."
            )
    most = MACS_PER_TICK * board.clock_hz
    if cost.macs_per_second > most:
        reasons.append(
            f"The network needs {cost.macs_per_second:,} multiply-accumulates per second; the "
            f"board does {most:,} at most."
        )
    return reasons
