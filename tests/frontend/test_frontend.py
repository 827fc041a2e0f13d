"""The board's front end in C, built for this machine."""

import subprocess

import numpy as np
import pytest
from frontend_cases import CASES, DELTA_CASES, STACK, mfcc, quantization, speech, write_tables

from wav2nano import features
from wav2nano.c_source import float_literal
from wav2nano.errors import UserError
from wav2nano.features import tables
from wav2nano.features.deltas import append
from wav2nano.features.host_frontend import HostFrontEnd
from wav2nano.features.quantize import quantize
from wav2nano.firmware_sources import FRONT_END, c_sources
from wav2nano.hostcc import SANITIZERS, compile_c


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def settings(request):
    return request.param


@pytest.fixture(params=DELTA_CASES.values(), ids=DELTA_CASES.keys())
def with_deltas(request):
    return request.param


def test_sanitizers(settings, tmp_path, request):
    check_with_sanitizers(settings, tmp_path, request)


def test_sanitizers_with_deltas(with_deltas, tmp_path, request):
    check_with_sanitizers(with_deltas, tmp_path, request)


def check_with_sanitizers(settings, tmp_path, request):
    write_tables(settings, tmp_path)
    check = request.path.parent / "frontend_check.c"
    sources = [check, tmp_path / "frontend_tables.c", *c_sources(FRONT_END)]
    program = compile_c(
        sources,
        tmp_path / "frontend_check",
        include_dirs=[FRONT_END, tmp_path],
        flags=SANITIZERS,
    )
    result = subprocess.run([program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_equal_to_numpy(settings, shared_data, tmp_path):
    write_tables(settings, tmp_path)
    windows = speech(shared_data, 10)
    expected = features.compute(windows, 16000, settings)
    actual = HostFrontEnd(tmp_path).compute(windows)
    assert actual.shape == expected.shape
    spread = max(np.ptp(expected), 1)
    # A single bin of the spectrum shows more of the FFT's rounding than a band does.
    tolerance = 1e-4 if settings.kind == "spectrogram" else 2e-5
    np.testing.assert_allclose(actual, expected, atol=tolerance * spread)


def test_windows_cut_at_hops_hold_frames_of_the_stream(settings, shared_data, tmp_path):
    write_tables(settings, tmp_path)
    front_end = HostFrontEnd(tmp_path)
    stream = speech(shared_data, 5).reshape(1, -1)
    frames = front_end.compute(stream)[0]
    length = max(5000, settings.frame_samples + 3 * settings.hop_samples)
    for first in (0, 1, 7, 50):
        start = first * settings.hop_samples
        cut = front_end.compute(stream[:, start : start + length])[0]
        assert np.array_equal(cut, frames[first : first + len(cut)])
    latest = stream[0, -settings.frame_samples :]
    assert np.array_equal(front_end.frame(latest), front_end.compute(latest[np.newaxis])[0, 0])


def test_deltas_equal_to_numpy(with_deltas, shared_data, tmp_path):
    write_tables(with_deltas, tmp_path)
    windows = speech(shared_data, 10)
    values = HostFrontEnd(tmp_path).compute(windows)
    expected = features.compute(windows, 16000, with_deltas)
    assert values.shape == expected.shape
    first = 0
    for part in tables.front_end(16000, with_deltas):
        found = values[..., first : first + part.width]
        # The same operations in the same order, to the bit.
        assert np.array_equal(found, append(found[..., : part.bins], part.deltas))
        first += part.width
    assert first == values.shape[2]
    spread = np.maximum(np.ptp(expected, axis=(0, 1)), 1)
    assert (np.abs(values - expected) / spread).max() < 1e-4


def test_a_frame_alone_has_no_deltas(tmp_path):
    write_tables(mfcc(deltas=1), tmp_path)
    with pytest.raises(ValueError, match="have 8 frames, and a delta needs 9"):
        HostFrontEnd(tmp_path).compute(np.zeros((1, 512 + 8 * 320 - 1), np.int16))


def test_without_deltas_nothing_of_them_is_generated(tmp_path):
    write_tables(mfcc(), tmp_path)
    assert not any("delta" in path.read_text() for path in tmp_path.iterdir())


def test_a_stack_is_its_parts(shared_data, tmp_path):
    windows = speech(shared_data, 3)
    write_tables(STACK, tmp_path)
    frames = HostFrontEnd(tmp_path).compute(windows)
    assert frames.shape[1] == 1 + (16000 - 1024) // 320
    first = 0
    for part in STACK.parts:
        write_tables(part, tmp_path)
        alone = HostFrontEnd(tmp_path).compute(windows)
        found = frames[..., first : first + alone.shape[2]]
        assert np.array_equal(found, alone[:, : frames.shape[1]]), part.kind
        first += alone.shape[2]
    assert first == frames.shape[2]


def test_quantize_equal_to_numpy(settings, shared_data, tmp_path):
    write_tables(settings, tmp_path)
    front_end = HostFrontEnd(tmp_path)
    values = front_end.compute(speech(shared_data, 5))
    scale, offset = quantization(settings)
    halves = (((np.arange(-300, 300) / 2)[:, np.newaxis] - offset) / scale).astype(np.float32)
    for batch in (values, halves, np.float32(1e30) * np.sign(values[:1])):
        quantized = front_end.quantize(batch)
        assert np.array_equal(quantized, quantize(batch, scale, offset))
    assert len(np.unique(front_end.quantize(halves))) == 256


def test_without_quantization(tmp_path):
    tables.generate_c(16000, mfcc(), tmp_path)
    assert "w2n_frontend_scale" not in (tmp_path / "frontend_tables.c").read_text()
    silence = np.zeros((1, 512), np.int16)
    expected = features.compute(silence, 16000, mfcc())
    np.testing.assert_allclose(HostFrontEnd(tmp_path).compute(silence), expected, atol=1e-3)


def test_literals_read_back(tmp_path):
    values = np.array([0, 1, -0.1, 1e-30, 3.4e38, 16777216, np.pi], np.float32)
    assert [np.float32(float_literal(v).rstrip("f")) for v in values] == values.tolist()
    assert all("." in float_literal(v) or "e" in float_literal(v) for v in values)


def test_settings_that_the_board_cannot_do_leave_no_files(tmp_path):
    with pytest.raises(UserError, match="f_max"):
        tables.generate_c(16000, mfcc(f_max=9000.0), tmp_path)
    assert not list(tmp_path.iterdir())


def test_log2(tmp_path, request):
    check = request.path.parent / "log2_check.c"
    program = compile_c([check], tmp_path / "log2_check", include_dirs=[FRONT_END])
    result = subprocess.run([program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_log2_coefficients():
    # As the comment in w2n_log2.h has it: interpolation at the Chebyshev nodes of s^2.
    widest = (3 - np.sqrt(8)) ** 2
    nodes = widest / 2 * (1 + np.cos((2 * np.arange(3) + 1) * np.pi / 6))
    s = np.sqrt(nodes)
    rest = (np.log2((1 + s) / (1 - s)) / s - 2 / np.log(2)) / nodes
    coefficients = np.linalg.solve(np.vander(nodes, 3), rest).astype(np.float32)
    source = (FRONT_END / "w2n_log2.h").read_text()
    for coefficient in coefficients:
        assert f"{coefficient:.9g}f" in source
