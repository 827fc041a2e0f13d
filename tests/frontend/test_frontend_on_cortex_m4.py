"""The front end built for the board, on an emulated Cortex-M4F: the same bits as on the host."""

import numpy as np
import pytest
from frontend_cases import CASES, DELTA_CASES, speech, write_tables

from cortex_m4 import ARGUMENTS, CortexM4
from wav2nano import features
from wav2nano.features.host_frontend import HostFrontEnd
from wav2nano.firmware_sources import FRONT_END, c_sources

SYMBOLS = (
    *("w2n_frontend_compute", "w2n_quantize"),
    *("w2n_frontend_tables", "w2n_frontend_scale", "w2n_frontend_offset"),
)
# Instructions of one frame; measured 29,018, and 26,824 without the DCT; 1,054 of its deltas.
MOST_INSTRUCTIONS = {"mfcc-512": 30_000, "logmel-512": 28_000}
MOST_DELTA_INSTRUCTIONS = 1_100  # of 13 coefficients, both orders


BOARD_FLAGS = ("-O2", "-ffp-contract=off")
OTHER_FLAGS = ("-Os", "-ffp-contract=fast")  # of board packages that know nothing of this


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        *((name, BOARD_FLAGS) for name in CASES),
        *((name, OTHER_FLAGS) for name in ("mfcc-512", "stack")),
    ],
)
def test_same_bits_as_on_the_host(name, flags, shared_data, tmp_path):
    settings = CASES[name]
    write_tables(settings, tmp_path)
    sources = [*c_sources(FRONT_END), tmp_path / "frontend_tables.c"]
    board = CortexM4(sources, SYMBOLS, tmp_path, include_dirs=[FRONT_END, tmp_path], flags=flags)
    length, bins = settings.frame_samples, features.bins(settings)
    frames = speech(shared_data, 12)[:, : 16000 // length * length].reshape(-1, length)
    extremes = np.array([0, 1, -1, -32768, 32767], np.int16)[:, np.newaxis]
    frames = np.concatenate(
        [frames[:: max(7, len(frames) // 60)], np.broadcast_to(extremes, (5, length))]
    )

    tables = board.symbols["w2n_frontend_tables"]
    samples_at = ARGUMENTS
    values_at = board.write(samples_at, frames[0])
    quantized_at = board.write(values_at, np.zeros(bins, np.float32))
    values = np.empty((len(frames), bins), np.float32)
    quantized = np.empty((len(frames), bins), np.int8)
    for i, samples in enumerate(frames):
        board.write(samples_at, samples)
        board.execute("w2n_frontend_compute", tables, samples_at, values_at)
        values[i] = board.read(values_at, bins, np.float32)
        board.execute(
            "w2n_quantize",
            *(values_at, board.symbols["w2n_frontend_scale"]),
            *(board.symbols["w2n_frontend_offset"], bins),
            quantized_at,
        )
        quantized[i] = board.read(quantized_at, bins, np.int8)

    front_end = HostFrontEnd(tmp_path)
    expected = front_end.compute(frames)[:, 0]
    assert len(np.unique(expected)) > bins
    assert np.array_equal(values.view(np.uint32), expected.view(np.uint32))
    assert np.array_equal(quantized, front_end.quantize(expected))

    if name in MOST_INSTRUCTIONS:
        arguments = (tables, samples_at, values_at)
        count = board.execute("w2n_frontend_compute", *arguments)
        assert 10_000 < count <= MOST_INSTRUCTIONS[name]


@pytest.mark.parametrize("flags", [BOARD_FLAGS, OTHER_FLAGS])
@pytest.mark.parametrize("name", DELTA_CASES)
def test_same_deltas_as_on_the_host(name, flags, shared_data, tmp_path):
    settings = DELTA_CASES[name]
    write_tables(settings, tmp_path)
    sources = [*c_sources(FRONT_END), tmp_path / "frontend_tables.c"]
    symbols = ("w2n_window_deltas", "w2n_deltas", *SYMBOLS)
    board = CortexM4(sources, symbols, tmp_path, include_dirs=[FRONT_END, tmp_path], flags=flags)
    frames, bins = 11, features.bins(settings)
    length, hop = settings.frame_samples, settings.hop_samples
    samples = speech(shared_data, 3)[:, 5000 : 5000 + length + (frames - 1) * hop]
    expected = HostFrontEnd(tmp_path).compute(samples)

    tables = board.symbols["w2n_frontend_tables"]
    window_at = board.write(ARGUMENTS, samples[0])
    for window, same in zip(samples, expected, strict=True):
        board.write(ARGUMENTS, window)
        board.write(window_at, np.full((frames, bins), np.nan, np.float32))
        for frame in range(frames):
            at = ARGUMENTS + 2 * hop * frame, window_at + 4 * bins * frame
            board.execute("w2n_frontend_compute", tables, *at)
        board.execute("w2n_window_deltas", tables, frames, window_at)
        found = board.read(window_at, frames * bins, np.float32)
        assert np.array_equal(found.view(np.uint32), same.ravel().view(np.uint32))

    if (name, flags) == ("mfcc", BOARD_FLAGS):
        middle = window_at + 4 * bins * 4
        count = board.execute("w2n_deltas", tables, window_at, middle)
        assert 500 < count <= MOST_DELTA_INSTRUCTIONS
