"""Deltas of features against librosa's."""

import numpy as np
import pytest
from feature_cases import SAMPLES, logmel, mfcc, simple, spectrogram, stack

from wav2nano import features
from wav2nano.errors import UserError
from wav2nano.features import deltas, tables
from wav2nano.features.host_frontend import HostFrontEnd
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.training import TrainingSettings
from wav2nano.tables.preprocessing import Preprocessing
from wav2nano.training.train_model import augment, draw_views

TOLERANCE = 1e-4  # of each feature's range

CASES = [
    pytest.param(16000, mfcc(hop=320, deltas=1), id="mfcc-1"),
    pytest.param(16000, mfcc(hop=320, deltas=2), id="mfcc-2"),
    pytest.param(8000, mfcc(256, hop=80, deltas=2), id="mfcc-8kHz"),
    pytest.param(16000, logmel(1024, deltas=2), id="logmel"),
    pytest.param(16000, spectrogram(256, deltas=2), id="spectrogram"),
    # Exactly nine frames, and ten: one with a full surrounding, and two.
    pytest.param(16000, mfcc(2048, hop=1700, deltas=2), id="nine frames"),
    pytest.param(16000, mfcc(2048, hop=1500, deltas=2), id="ten frames"),
    pytest.param(
        16000, stack(mfcc(deltas=1), simple("zcr"), logmel(deltas=2), simple("rms")), id="stack"
    ),
]


def numpy_features(windows, rate, settings, _folder):
    return features.compute(windows, rate, settings)


def c_features(windows, rate, settings, folder):
    tables.generate_c(rate, settings, folder)
    return HostFrontEnd(folder).compute(windows)


@pytest.mark.parametrize("compute", [numpy_features, c_features])
@pytest.mark.parametrize(("rate", "settings"), CASES)
def test_equal_to_librosa(compute, rate, settings, real_windows, tmp_path):
    windows = real_windows[rate]
    expected = features.reference(windows, rate, settings)
    actual = compute(windows, rate, settings, tmp_path)
    assert actual.dtype == np.float32
    assert actual.shape == expected.shape
    assert actual.shape[1:] == features.shape(SAMPLES, rate, settings)
    error = np.abs(actual - expected) / np.ptp(expected, axis=(0, 1))
    assert error.max() <= TOLERANCE


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("make", [mfcc, logmel, spectrogram])
def test_what_they_are_deltas_of_stays(make, order, real_windows):
    windows = real_windows[16000][:5]
    plain = features.compute(windows, 16000, make())
    values = features.compute(windows, 16000, make(deltas=order))
    bins = plain.shape[2]
    assert values.shape[2] == features.bins(make(deltas=order)) == (1 + order) * bins
    assert np.array_equal(values[..., :bins], plain)
    assert features.static(make(deltas=order)).tolist() == [True] * bins + [False] * order * bins


def test_what_does_not_change_has_none(hard_windows):
    values = features.compute(hard_windows["digital silence"], 16000, logmel(deltas=2))
    assert not values[..., 40:].any()


def test_no_frame_outside_of_nine_counts():
    values = np.zeros((1, 30, 1), np.float32)
    values[0, 15] = 100
    made = deltas.append(values, 2)[0]
    assert made[11:20, 2].all()
    assert not made[[*range(11), *range(20, 30)], 1:].any()


SMALL = stack(simple("zcr"), mfcc(deltas=1), simple("rms"))


def test_offsets_in_training_leave_deltas(real_windows):
    values = features.compute(real_windows[16000][:9], 16000, SMALL)
    bins = values.shape[2]
    between = Preprocessing(
        labels=["a", "b"],
        chunking=ChunkingSettings(),
        features=SMALL,
        mean=[0.0] * bins,
        std=[1.0] * bins,
    )
    training = TrainingSettings(shift_frames=0, gain_db=20, response=2, mask_frames=0)
    views = draw_views(9, values.shape[1:], np.random.default_rng(1), training)
    everything = np.full(9, values.shape[1])
    seen = augment(values, everything, views, between, training)
    moved = (seen != values).any(axis=(0, 1))
    # Of zcr, MFCC and RMS.
    assert moved.tolist() == [True] + [True] * 13 + [False] * 13 + [True]


def test_settings_without_deltas_are_written_as_before():
    assert "deltas" not in mfcc().model_dump()
    assert mfcc(deltas=1).model_dump()["deltas"] == 1
    assert "deltas" not in stack(mfcc(), simple("zcr")).model_dump_json()


@pytest.mark.parametrize("settings", [mfcc(deltas=1), stack(simple("zcr"), logmel(deltas=2))])
def test_windows_of_fewer_frames_are_refused_with_numbers(settings):
    needed = 512 + 8 * 256
    assert features.shape(needed, 16000, settings)[0] == 9
    message = (
        r"features\.deltas: a delta is computed from 9 frames, and a window of 2559 samples "
        r"\(0\.16 s\) has 8\. Set chunking\.window_seconds to 0\.16 or more"
    )
    with pytest.raises(UserError, match=message):
        features.shape(needed - 1, 16000, settings)
