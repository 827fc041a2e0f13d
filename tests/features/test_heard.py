"""Features of windows of which not all samples count."""

import numpy as np
import pytest
from feature_cases import logmel, mfcc, raw, simple, spectrogram, stack
from hypothesis import given, settings
from hypothesis import strategies as st

from wav2nano import features

RATE, WINDOW = 8000, 2000
# Of the range of each feature. Where it is the same in all frames, as deltas of the fewest frames
# are, the normalisation of a window magnifies the rounding of both sides.
TOLERANCE = 1e-2
CASES = {
    "mfcc": mfcc(256, hop=100),
    "deltas": logmel(160, hop=80, mel_bands=8, deltas=2),
    "normalised": logmel(160, hop=80, mel_bands=8, window_normalization="mean_variance"),
    "both": spectrogram(64, deltas=1, window_normalization="min_max"),
    "stack": stack(simple("rms", 200, hop=80), mfcc(256, hop=80), simple("zcr", 128, hop=80)),
    "raw": raw(160),
}


@pytest.mark.parametrize("case", CASES)
@given(counts=st.lists(st.integers(1, WINDOW), min_size=1, max_size=4), seed=st.integers(0, 99))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_samples_beyond_have_no_influence(case, counts, seed):
    used = CASES[case]
    random = np.random.default_rng(seed)
    windows = random.integers(-9999, 9999, (len(counts), WINDOW), np.int16)
    counts = np.array(counts)
    values, heard = features.compute_heard(windows, counts, RATE, used)
    frame, hop = used.frame_samples, used.hop_samples
    for row, count in enumerate(counts):
        frames = [i for i in range(values.shape[1]) if i * hop + frame <= count]
        assert heard[row] == max(len(frames), used.least_frames)
        end = (heard[row] - 1) * hop + frame
        assert not values[row, heard[row] :].any()
        alone = features.reference(windows[row : row + 1, :end], RATE, used)[0]
        spread = np.maximum(1, np.ptp(alone, axis=0))
        assert (np.abs(values[row, : heard[row]] - alone) / spread).max() < TOLERANCE
        windows[row, end:] = random.integers(-9999, 9999, WINDOW - end, np.int16)
    again, same = features.compute_heard(windows, counts, RATE, used)
    np.testing.assert_array_equal(again, values)
    np.testing.assert_array_equal(same, heard)


@pytest.mark.parametrize("case", CASES)
def test_windows_that_are_heard_as_a_whole_have_the_same_features(case):
    windows = np.random.default_rng(1).integers(-9999, 9999, (9, WINDOW), np.int16)
    values, heard = features.compute_heard(windows, np.full(9, WINDOW), RATE, CASES[case])
    np.testing.assert_array_equal(values, features.compute(windows, RATE, CASES[case]))
    assert set(heard.tolist()) == {values.shape[1]}
