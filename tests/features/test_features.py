"""Features by numpy and by the board's C against librosa, and against themselves."""

import subprocess
import sys

import librosa
import numpy as np
import pytest
import scipy
from feature_cases import SAMPLES, SIZES, logmel, mfcc, raw, simple, spectrogram, stack

from wav2nano import features
from wav2nano.errors import UserError
from wav2nano.features import KINDS, tables
from wav2nano.features.host_frontend import HostFrontEnd
from wav2nano.features.kinds import chroma

TOLERANCE = 1e-4  # of the range of each bin
YAMNET_LOGMEL = KINDS["yamnet_logmel"].Settings()

CASES = [
    pytest.param(16000, mfcc(512, hop=320, f_max=7600.0), id="mfcc-512"),
    pytest.param(16000, logmel(512, hop=320, f_max=7600.0), id="logmel-512"),
    pytest.param(16000, mfcc(1024, mel_bands=64, f_max=8000.0, f_min=0.0), id="mfcc-1024"),
    pytest.param(16000, logmel(1024, f_max=7600.0), id="logmel-1024"),
    pytest.param(16000, logmel(256, mel_bands=20, f_max=7000.0, f_min=100.0), id="logmel-256"),
    pytest.param(8000, mfcc(256, hop=80, mel_bands=23, coefficients=23), id="mfcc-256-8kHz"),
    pytest.param(8000, logmel(512, hop=512), id="logmel-512-8kHz"),
    pytest.param(16000, mfcc(64, coefficients=6, f_max=8000.0), id="mfcc-64"),
    pytest.param(16000, mfcc(320, hop=160, f_max=8000.0), id="mfcc-320"),
    pytest.param(16000, logmel(400, hop=160, f_max=8000.0), id="logmel-400"),
    pytest.param(16000, spectrogram(256), id="spectrogram-256"),
    pytest.param(16000, spectrogram(320, hop=160), id="spectrogram-320"),
    pytest.param(16000, spectrogram(512, hop=320), id="spectrogram-512"),
    pytest.param(16000, simple("centroid"), id="centroid-512"),
    pytest.param(8000, simple("centroid", 256, hop=80), id="centroid-256-8kHz"),
    pytest.param(16000, simple("chroma", 1024), id="chroma-1024"),
    pytest.param(8000, simple("chroma", 512), id="chroma-512-8kHz"),
    pytest.param(16000, simple("centroid", 8192, hop=320), id="centroid-8192"),
    pytest.param(16000, simple("chroma", 64), id="chroma-64"),
    pytest.param(16000, simple("chroma", 8192, hop=320), id="chroma-8192"),
    pytest.param(16000, simple("rms", hop=320), id="rms-512"),
    pytest.param(16000, simple("rms", 8192, hop=320), id="rms-8192"),
    pytest.param(8000, simple("rms", 1024, hop=1000), id="rms-1024-8kHz"),
    pytest.param(16000, simple("zcr", hop=320), id="zcr-512"),
    pytest.param(8000, simple("zcr", 256, hop=31), id="zcr-256-8kHz"),
    pytest.param(
        16000, stack(mfcc(hop=320), raw(320), simple("chroma", 1024, hop=320)), id="stack"
    ),
    pytest.param(
        16000,
        stack(
            simple("centroid", hop=250),
            simple("zcr", 256, hop=250),
            mfcc(hop=250, f_max=7600.0),
            simple("chroma", 1024, hop=250),
            logmel(hop=250, f_max=7600.0),
        ),
        id="stack-of-shared-spectra",
    ),
    # A tone's power in a mel band grows as n_fft squared, and with it the error beside the tone.
    pytest.param(16000, logmel(2048, f_max=8000.0, floor_db=-60.0), id="logmel-2048"),
    pytest.param(16000, mfcc(4096, mel_bands=128, floor_db=-55.0), id="mfcc-4096"),
    pytest.param(16000, spectrogram(4096, floor_db=-80.0), id="spectrogram-4096"),
    pytest.param(16000, raw(16), id="raw-16"),
    pytest.param(16000, raw(160), id="raw-160"),
    pytest.param(8000, raw(333), id="raw-333-8kHz"),
]


def numpy_features(windows, rate, settings, _folder):
    return features.compute(windows, rate, settings)


def c_features(windows, rate, settings, folder):
    tables.generate_c(rate, settings, folder)
    return HostFrontEnd(folder).compute(windows)


IMPLEMENTATIONS = [
    pytest.param(numpy_features, id="numpy"),
    pytest.param(c_features, id="c"),
]


@pytest.mark.parametrize("compute", IMPLEMENTATIONS)
@pytest.mark.parametrize(("rate", "settings"), CASES)
def test_equal_to_librosa(compute, rate, settings, real_windows, hard_windows, tmp_path):
    windows = np.concatenate([real_windows[rate], *hard_windows.values()])
    expected = features.reference(windows, rate, settings)
    actual = compute(windows, rate, settings, tmp_path)
    assert actual.dtype == np.float32
    assert actual.shape == expected.shape
    assert actual.shape[1:] == features.shape(SAMPLES, rate, settings)
    spread = np.ptp(expected, axis=(0, 1))
    error = (np.abs(actual - expected) / spread).max(axis=(1, 2))
    names = ["real recordings"] * len(real_windows[rate])
    names += [name for name, signals in hard_windows.items() for _ in signals]
    worst = int(np.argmax(error))
    assert error[worst] <= TOLERANCE, f"{names[worst]}: {error[worst]:.1e} of the range"


@pytest.mark.parametrize("compute", IMPLEMENTATIONS)
def test_yamnet_logmel_equal_to_tensorflow(compute, real_windows, hard_windows, tmp_path):
    windows = {"real recordings": real_windows[16000], **hard_windows}
    settings = YAMNET_LOGMEL
    expected = features.reference(np.concatenate(list(windows.values())), 16000, settings)
    spread = np.ptp(expected, axis=(0, 1))
    for name, signals in windows.items():
        error = np.abs(
            compute(signals, 16000, settings, tmp_path)
            - features.reference(signals, 16000, settings)
        )
        # What YAMNet's authors add to the magnitudes is 100 dB below a tone at full scale, and the
        # error of single precision, in which they compute too, not much more.
        tolerance = 3e-4 if name == "real recordings" else 1e-3
        assert (error / spread).max() <= tolerance, name


@pytest.mark.parametrize("compute", IMPLEMENTATIONS)
@pytest.mark.parametrize(
    ("rate", "settings"),
    [
        (16000, simple("rolloff", 512)),
        (16000, simple("rolloff", 1024, roll_percent=0.5)),
        (16000, simple("rolloff", 8192, hop=320)),
        (8000, simple("rolloff", 256, roll_percent=0.99)),
    ],
)
def test_rolloff_equal_to_librosa(compute, rate, settings, real_windows, hard_windows, tmp_path):
    windows = np.concatenate([real_windows[rate], *hard_windows.values()])
    expected = features.reference(windows, rate, settings)
    actual = compute(windows, rate, settings, tmp_path)
    assert actual.dtype == np.float32
    assert actual.shape == expected.shape
    hertz_per_bin = rate / settings.n_fft
    answers = np.rint(np.concatenate([actual, expected], axis=2) / hertz_per_bin).astype(int)
    np.testing.assert_allclose(answers[..., :1] * hertz_per_bin, actual, rtol=1e-6)
    # It is a step function: answers may differ only where the sum is all but equal to the share at
    # each bin between them.
    different = np.argwhere(answers[..., 0] != answers[..., 1])
    assert len(different) < 0.001 * expected.size
    window = scipy.signal.get_window("hann", settings.n_fft)
    for number, frame in different:
        start = frame * settings.hop
        samples = windows[number, start : start + settings.n_fft]
        sums = np.cumsum(np.abs(scipy.fft.rfft(samples * window)))
        first, last = sorted(answers[number, frame])
        shares = sums[first:last] / sums[-1]
        assert np.abs(shares - settings.roll_percent).max() < 1e-5


@pytest.mark.parametrize(
    "settings", [simple(kind) for kind in ("centroid", "chroma", "rms", "rolloff", "zcr")]
)
@pytest.mark.parametrize("compute", IMPLEMENTATIONS)
def test_silence_is_zero(compute, settings, hard_windows, tmp_path):
    assert not compute(hard_windows["digital silence"], 16000, settings, tmp_path).any()


@pytest.mark.parametrize(
    ("rate", "n_fft"), [(16000, 512), (8000, 64), (44100, 1280), (48000, 8192)]
)
def test_chroma_bank(rate, n_fft):
    expected = librosa.filters.chroma(sr=rate, n_fft=n_fft, tuning=0)
    np.testing.assert_allclose(chroma.chroma_bank(rate, n_fft), expected, rtol=1e-5)


@pytest.mark.parametrize("compute", IMPLEMENTATIONS)
@pytest.mark.parametrize(("make", "floor_db"), [(logmel, -70.0), (spectrogram, -80.0)])
@pytest.mark.parametrize("n_fft", SIZES)
def test_every_size_on_real_recordings(compute, n_fft, make, floor_db, real_windows, tmp_path):
    settings, windows = make(n_fft, floor_db=floor_db), real_windows[16000]
    expected = features.reference(windows, 16000, settings)
    error = np.abs(compute(windows, 16000, settings, tmp_path) - expected)
    assert (error / np.ptp(expected, axis=(0, 1))).max() <= TOLERANCE


@pytest.mark.parametrize("compute", IMPLEMENTATIONS)
@pytest.mark.parametrize("rate", [8000, 11025, 22050, 32000, 44100, 48000])
@pytest.mark.parametrize(
    "settings",
    [mfcc(512), logmel(2048, mel_bands=64, f_min=0.0, f_max=4000.0), spectrogram(320)],
    ids=lambda settings: settings.kind,
)
def test_every_rate(compute, rate, settings, real_windows, tmp_path):
    # Played at another rate, the same samples are other real audio.
    windows = real_windows[16000][::5]
    if settings.kind == "mfcc":
        settings = settings.model_copy(update={"mel_bands": 20, "f_max": rate / 2})
    expected = features.reference(windows, rate, settings)
    error = np.abs(compute(windows, rate, settings, tmp_path) - expected)
    assert (error / np.ptp(expected, axis=(0, 1))).max() <= TOLERANCE


@pytest.mark.parametrize("compute", IMPLEMENTATIONS)
@pytest.mark.parametrize("n_fft", [256, 512, 1024])
def test_lower_floor_on_real_recordings(compute, n_fft, real_windows, tmp_path):
    settings = logmel(n_fft, mel_bands=20, f_max=7600.0, floor_db=-80.0)
    windows = real_windows[16000]
    expected = features.reference(windows, 16000, settings)
    error = np.abs(compute(windows, 16000, settings, tmp_path) - expected)
    assert (error / np.ptp(expected, axis=(0, 1))).max() <= TOLERANCE


@pytest.mark.parametrize("n_fft", [256, 512, 1024])
def test_last_bit_is_silence(n_fft, hard_windows):
    # The reason for a floor of -70 dB: what 16 bits cannot tell from silence is silence.
    settings = logmel(n_fft, mel_bands=20, f_max=7600.0, floor_db=-70.0)
    silent = features.compute(hard_windows["digital silence"], 16000, settings)
    noise = features.compute(hard_windows["noise in the last bit"], 16000, settings)
    assert np.array_equal(np.broadcast_to(silent, noise.shape), noise)


GAIN_CASES = [
    *(mfcc(), logmel(), spectrogram(), raw(), stack(raw(256), simple("zcr"), logmel())),
    *(mfcc(deltas=2), logmel(deltas=1), spectrogram(deltas=2)),
    stack(mfcc(deltas=1), simple("rms"), logmel(deltas=2)),
    YAMNET_LOGMEL,
    *map(simple, ("centroid", "chroma", "rms", "rolloff", "zcr")),
]


@pytest.mark.parametrize("settings", GAIN_CASES, ids=lambda settings: settings.kind)
def test_add_gain(settings, hard_windows):
    # Loud enough to stay above the floor; half of even numbers is exact.
    loud = hard_windows["clipped noise"] // 4 * 2
    values = features.compute(loud, 16000, settings)
    features.add_gain(values, np.full(len(loud), 20 * np.log10(0.5), np.float32), settings)
    expected = features.compute(loud // 2, 16000, settings)
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("settings", [mfcc(512, hop=320), logmel(1024, hop=100)])
def test_windows_cut_at_hops_hold_frames_of_the_stream(settings, hard_windows):
    stream = hard_windows["clipped noise"][:1]
    hop, length = settings.hop, 4000
    frames = features.compute(stream, 16000, settings)[0]
    starts = np.arange(0, SAMPLES - length, hop)
    cut = np.concatenate([stream[:, start : start + length] for start in starts])
    for first, window in enumerate(features.compute(cut, 16000, settings)):
        np.testing.assert_allclose(window, frames[first : first + len(window)], atol=1e-4)


def test_blocks_leave_no_seam(real_windows):
    windows = real_windows[16000]
    together = features.compute(windows, 16000, mfcc())
    apart = np.concatenate([features.compute(w[np.newaxis], 16000, mfcc()) for w in windows])
    np.testing.assert_allclose(together, apart, atol=2e-4)
    assert features.compute(windows[:0], 16000, mfcc()).shape == (0, *together.shape[1:])


def test_other_than_int16_windows_are_refused():
    with pytest.raises(ValueError, match="float64"):
        features.compute(np.zeros((1, SAMPLES)), 16000, mfcc())
    with pytest.raises(ValueError, match="int16"):
        features.compute(np.zeros(SAMPLES, np.int16), 16000, mfcc())


def test_shape():
    assert features.shape(16000, 16000, mfcc(512, hop=320)) == (49, 13)
    assert features.shape(512, 16000, logmel(512)) == (1, 40)
    with pytest.raises(UserError, match=r"511 samples .*window_seconds to 0.032"):
        features.shape(511, 16000, mfcc(512))


def test_import_needs_no_slow_libraries():
    code = "import sys, wav2nano.features; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert "wav2nano.features" in loaded.split()
    assert not {"librosa", "scipy", "tensorflow", "h5py"} & set(loaded.split())
