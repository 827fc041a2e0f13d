"""Windows of recordings of any length."""

import dataclasses

import h5py
import numpy as np
import pytest
import soundfile

from wav2nano.chunking import chunk_recording, samples_heard
from wav2nano.dataset.chunk_audio import chunk_audio
from wav2nano.dataset.extract_features import extract_features
from wav2nano.features import KINDS
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.tables.features import read_features
from wav2nano.tables.recordings import Recording, write_recordings
from wav2nano.tables.windows import read_windows

SETTINGS = ChunkingSettings(hop_seconds=0.5)
SLIDE = ChunkingSettings(hop_seconds=0.5, long="slide")
SHARD = "own-000"


def chunk(rows, out):
    table = out.with_suffix(".csv")
    write_recordings(table, rows)
    chunk_audio(recordings=table, shard=SHARD, settings=SETTINGS, out=out)


def test_a_short_recording_is_in_the_middle_of_silence():
    samples = np.arange(1, 1001).astype(np.int16)
    windows, starts = chunk_recording(samples, SETTINGS)
    assert windows.shape == (1, 16000)
    assert starts[0] == -7500
    np.testing.assert_array_equal(windows[0, 7500:8500], samples)
    assert not windows[0, :7500].any()
    assert not windows[0, 8500:].any()


@pytest.mark.parametrize("length", [1, 1000, 16000, 20000])
def test_a_recording_whose_end_is_masked_begins_its_window(length):
    samples = np.arange(1, length + 1).astype(np.int16)
    settings = SETTINGS.model_copy(update={"short": "mask"})
    windows, starts = chunk_recording(samples, settings)
    [heard] = samples_heard(length, starts, settings)
    assert heard == min(length, 16000)
    np.testing.assert_array_equal(windows[0, :heard], samples[starts[0] :][:heard])
    assert not windows[0, heard:].any()
    assert length >= 16000 or starts[0] == 0


def test_of_a_padded_recording_everything_is_heard():
    _, starts = chunk_recording(np.ones(1000, np.int16), SETTINGS)
    assert samples_heard(1000, starts, SETTINGS).tolist() == [16000]


def test_settings_that_pad_are_written_as_before():
    assert "short" not in ChunkingSettings().model_dump()
    mask = ChunkingSettings(short="mask")
    assert ChunkingSettings.model_validate_json(mask.model_dump_json()) == mask


@pytest.mark.parametrize("length", [15999, 16000, 16001])
def test_lengths_about_a_window(length):
    samples = np.arange(length).astype(np.int16)
    windows, starts = chunk_recording(samples, SETTINGS)
    assert windows.shape == (1, 16000)
    inside = windows[0, max(0, -starts[0]) :][:length]
    np.testing.assert_array_equal(inside, samples[max(0, starts[0]) :][:16000])


@pytest.mark.parametrize("place", [0, 9000, 26000])
def test_the_loudest_window_holds_the_word(place):
    samples = np.random.default_rng(0).integers(-20, 20, 34000).astype(np.int16)
    samples[place : place + 6000] += np.int16(5000)
    windows, [start] = chunk_recording(samples, SETTINGS)
    # A thousandth of its energy may be cut off.
    assert start <= place + 6
    assert start + 16000 >= place + 6000 - 6
    np.testing.assert_array_equal(windows[0], samples[start : start + 16000])


def test_sliding_windows_cover_the_recording():
    samples = np.arange(1, 40001).astype(np.int16)
    windows, starts = chunk_recording(samples, SLIDE)
    assert starts.tolist() == [0, 8000, 16000, 24000]
    np.testing.assert_array_equal(windows[2], samples[16000:32000])


def test_sliding_windows_leave_out_digital_silence():
    samples = np.zeros(80000, dtype=np.int16)
    samples[30000:34000] = 5
    _, starts = chunk_recording(samples, SLIDE)
    assert starts.tolist() == [16000, 24000, 32000]
    _, starts = chunk_recording(samples * 0, SLIDE)
    assert starts.tolist() == [0]


def test_chunks_come_back(tmp_path, shared_data):
    paths = sorted((shared_data / "fsdd" / "recordings").glob("*_theo_1*.flac"))[:6]
    rows = [
        Recording(p.name, str(p), p.name[0], "theo", "", "own", 1.0, 8000, 1, "0", SHARD)
        for p in paths
    ]
    # What is in another shard is not touched.
    rows.append(dataclasses.replace(rows[0], id="x", path="nowhere.wav", shard="own-001"))
    chunk(rows, tmp_path / "a.h5")
    chunk(rows[::-1], tmp_path / "b.h5")
    chunks = read_windows(tmp_path / "a.h5")
    assert chunks.audio.dtype == np.int16
    assert chunks.audio.shape == (6, 16000)
    assert chunks.label.tolist() == [p.name[0] for p in paths]
    # The order in which recordings were found makes no difference, nor does the time.
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    heard = np.abs(chunks.audio.astype(int)).max(axis=1)
    for path, loudest in zip(paths, heard, strict=True):
        original = np.abs(soundfile.read(path, dtype="int16")[0].astype(int)).max()
        assert loudest == pytest.approx(original, rel=0.1)


def test_a_shard_without_recordings_goes_on_to_features(tmp_path):
    settings = KINDS["mfcc"].Settings()
    chunk([], tmp_path / "chunks.h5")
    extract_features(
        windows=tmp_path / "chunks.h5", rate=16000, settings=settings, out=tmp_path / "features.h5"
    )
    features = read_features([tmp_path / "features.h5"])
    assert features.take(np.arange(len(features.start))).shape == (0, 49, 13)


def test_features_keep_their_settings(tmp_path):
    settings = KINDS["stack"].Settings(
        parts=[KINDS["rms"].Settings(), KINDS["raw"].Settings(frame=320)]
    )
    soundfile.write(tmp_path / "a.wav", np.zeros(16000), 16000)
    path = str(tmp_path / "a.wav")
    row = Recording("a.wav", path, "a", "a", "", "own", 1.0, 16000, 1, "0", SHARD)
    chunk([row], tmp_path / "chunks.h5")
    out = tmp_path / "features.h5"
    extract_features(windows=tmp_path / "chunks.h5", rate=16000, settings=settings, out=out)
    assert read_features([out]).shape == (49, 321)
    with h5py.File(out) as file:
        assert KINDS["stack"].Settings.model_validate_json(file.attrs["settings"]) == settings
