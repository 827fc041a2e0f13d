"""Settings that cannot be: each is refused by name, with what would be right."""

import numpy as np
import pytest
from feature_cases import SAMPLES, logmel, mfcc, raw, simple, stack

from wav2nano import features
from wav2nano.errors import UserError
from wav2nano.settings.experiment import ExperimentSettings
from wav2nano.settings.load import parse


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "plp"}, r"features\.kind: 'plp' is not one of: .*logmel, mfcc, raw"),
        ({"n_fft": 500}, r"features\.n_fft: 500 is not one of: 64, 128, 160, .* 4096, 8192"),
        ({"n_fft": 16384}, r"features\.n_fft: 16384"),
        ({"hop": 0}, r"features\.hop: 0"),
        ({"mel_bands": 0}, r"features\.mel_bands: 0"),
        ({"mel_bands": 129}, r"features\.mel_bands: 129 should be at most 128"),
        ({"f_min": -1.0}, r"features\.f_min: -1"),
        ({"coefficients": 0}, r"features\.coefficients: 0"),
        ({"floor_db": 3.0}, r"features\.floor_db: 3"),
        ({"deltas": 3}, r"features\.deltas: 3 should be at most 2"),
        ({"kind": "zcr", "deltas": 1}, r"features\.deltas is not a setting"),
        ({"floor_db": float("nan")}, r"features\.floor_db: \.nan should be a finite number"),
        ({"kind": "logmel", "coefficients": 13}, r"features\.coefficients is not a setting"),
    ],
)
def test_values_out_of_range(changes, message):
    with pytest.raises(UserError, match=message):
        parse(ExperimentSettings, {"features": {"kind": "mfcc", **changes}}, source="here")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (mfcc(hop=513), r"features\.hop: 513 .* at most n_fft \(512\)"),
        (mfcc(f_min=4000.0), r"features\.f_min: 4000.* less than f_max \(3800 Hz\)"),
        (mfcc(f_max=8001.0), r"features\.f_max: 8001.* at most 8000 Hz"),
        (mfcc(coefficients=41), r"features\.coefficients: 41 .* 2 to mel_bands \(40\)"),
        (
            stack(mfcc(hop=320), raw(160)),
            r"mfcc \(part 0\) makes a frame every 320 samples, and raw \(part 1\) every 160",
        ),
        (
            stack(raw(256), mfcc(window_normalization="min_max")),
            r"features\.parts\.1\.window_normalization: min_max .* for all parts",
        ),
        (stack(raw(256), mfcc(f_max=8001.0)), r"^features\.parts\.1\.f_max: 8001"),
        (stack(simple("rms", hop=600), raw(600)), r"^features\.parts\.0\.hop: 600"),
        (stack(simple("zcr", hop=320), raw(320), simple("rms")), r"rms \(part 2\) every 256"),
        (logmel(320, mel_bands=100), r"of 100 mel bands .* empty"),
        (logmel(64, mel_bands=20), r"of 20 mel bands .* empty .* larger n_fft"),
        (logmel(256, mel_bands=100), r"of 100 mel bands .* empty .* Use fewer mel_bands"),
    ],
)
def test_values_that_do_not_fit_each_other(settings, message):
    with pytest.raises(UserError, match=message):
        features.shape(SAMPLES, 16000, settings)
    with pytest.raises(UserError, match=message):
        features.compute(np.zeros((1, SAMPLES), np.int16), 16000, settings)


@pytest.mark.parametrize("settings", [mfcc(256), mfcc(512), logmel(1024), mfcc(hop=16)])
@pytest.mark.parametrize("rate", [16000, 8000])
def test_accepted(settings, rate):
    assert features.shape(rate, rate, settings)[1] == features.bins(settings)
