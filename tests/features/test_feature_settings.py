"""Settings that cannot be: each is refused by name, with what would be right."""

import pytest
from feature_cases import logmel, mfcc

from wav2nano import features
from wav2nano.errors import UserError


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (mfcc(kind="chroma"), r"features\.kind: 'chroma' .* mfcc, logmel"),
        (mfcc(n_fft=400), r"features\.n_fft: 400 .* 256, 512, 1024"),
        (mfcc(n_fft=4096), r"features\.n_fft: 4096"),
        (mfcc(hop=0), r"features\.hop: 0"),
        (mfcc(hop=513), r"features\.hop: 513 .* 1 to n_fft \(512\)"),
        (mfcc(mel_bands=0), r"features\.mel_bands: 0 .* 1 to 128"),
        (logmel(1024, mel_bands=129), r"features\.mel_bands: 129"),
        (mfcc(f_min=-1.0), r"features\.f_min: -1"),
        (mfcc(f_min=4000.0), r"features\.f_min: 4000.* less than f_max \(3800 Hz\)"),
        (mfcc(f_max=8001.0), r"features\.f_max: 8001.* at most 8000 Hz"),
        (mfcc(coefficients=0), r"features\.coefficients: 0"),
        (mfcc(coefficients=41), r"features\.coefficients: 41 .* 1 to mel_bands \(40\)"),
        (mfcc(floor_db=3.0), r"features\.floor_db: 3"),
        (mfcc(floor_db=float("nan")), r"features\.floor_db: nan"),
        (logmel(256, mel_bands=100), r"of 100 mel bands .* empty .* Use fewer mel_bands"),
    ],
)
def test_refused(settings, message):
    with pytest.raises(UserError, match=message):
        features.validate(16000, settings)


@pytest.mark.parametrize("settings", [mfcc(256), mfcc(512), logmel(1024), mfcc(hop=1)])
def test_accepted(settings):
    features.validate(16000, settings)
    features.validate(8000, settings)
