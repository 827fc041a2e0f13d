"""Embeddings of YAMNet, a network that knows 521 sounds of AudioSet: for evaluation on a computer.

The front end is that of YAMNet's authors (M. Plakal and D. Ellis, tensorflow/models,
research/audioset/yamnet/features.py): magnitudes of frames of 25 ms every 10 ms under a Hann
window, summed in 64 mel bands, log(x + 0.001). 96 of these frames are a patch, and the input of the
network's last layer, 1,024 values, is the embedding of the patch.
"""

from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features.base import FeatureSettings, Part
from wav2nano.features.filters import hann
from wav2nano.model_files import ModelFile

MODEL = ModelFile(
    name="yamnet",
    title="YAMNet with int8 weights",
    url="https://raw.githubusercontent.com/google-coral/coralmicro/"
    "c9f665b0a8b973d35cb9d383b3e92e9f14b4dd72/models/yamnet_spectra_in.tflite",
    sha256="0a266465c46718f3fcc4137366be82882a8c93bfcc4f0278581a11d11dddcdf9",
    megabytes=4.0,
    licence="Apache-2.0, Google",
)
EMBEDDING_LAYER = "tower0/network/layer28/reduce_mean"
EMBEDDING = 1024  # values

RATE = 16000  # samples a second
FRAME, HOP, N_FFT = 400, 160, 512  # samples of a frame, between frames, of the Fourier transform
BANDS, F_MIN, F_MAX = 64, 125.0, 7500.0  # mel bands, and their edges in hertz
LOG_OFFSET = 0.001
PATCH_FRAMES = 96
PATCH = FRAME + (PATCH_FRAMES - 1) * HOP  # samples


class Settings(FeatureSettings):
    """Embeddings of YAMNet, 1,024 values for each patch of 0.975 s: not for the board."""

    kind: Literal["yamnet"] = "yamnet"
    """yamnet: embeddings of a network that knows 521 sounds"""

    # Not `hop`, which the defaults give for frames of other kinds.
    patch_hop: Annotated[int, Field(ge=160)] = 7680
    """samples from one patch to the next"""

    @property
    def frame_samples(self) -> int:
        """Samples of a patch."""
        return PATCH

    @property
    def hop_samples(self) -> int:
        """Samples from one patch to the next."""
        return self.patch_hop


def bins(settings: Settings) -> int:
    """Values of an embedding."""
    return EMBEDDING


def check(rate: int, settings: Settings) -> None:
    """Check that the audio has the rate that YAMNet was trained with.

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    if rate != RATE:
        raise UserError(f"features.kind: yamnet hears {RATE} Hz. Set chunking.rate: {RATE}.")


def compute(windows: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Embeddings of each patch.

    Raises
    ------
    UserError
        If the model file is not there, or is another one.
    """
    network = _network()
    starts = range(0, windows.shape[1] - PATCH + 1, settings.patch_hop)
    embeddings = np.empty((len(windows), len(starts), EMBEDDING), np.float32)
    for window, out in zip(windows, embeddings, strict=True):
        for number, start in enumerate(starts):
            out[number] = network.embed(log_mel(window[start : start + PATCH]))
    return embeddings


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Patch that YAMNet takes, float32 [96, 64], of samples, int16 [15600]."""
    from scipy.fft import rfft

    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    window = hann(FRAME) / np.float32(32768)
    magnitudes = np.abs(rfft(frames * window, N_FFT))
    return np.log(magnitudes @ _bank() + np.float32(LOG_OFFSET)).astype(np.float32)


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them with TensorFlow's own front end, as the authors do."""
    import tensorflow as tf

    network = _network()
    bank = tf.signal.linear_to_mel_weight_matrix(BANDS, N_FFT // 2 + 1, RATE, F_MIN, F_MAX)
    audio = np.lib.stride_tricks.sliding_window_view(samples, PATCH, axis=1)[
        :, :: settings.patch_hop
    ]
    magnitudes = tf.abs(tf.signal.stft(audio, FRAME, HOP, N_FFT))
    patches = tf.math.log(tf.matmul(magnitudes, bank) + LOG_OFFSET).numpy()
    return np.array([[network.embed(patch) for patch in window] for window in patches])


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Refuse: there is none for the board.

    Raises
    ------
    UserError
        Always.
    """
    raise UserError(
        "features.kind: yamnet has 3.2 million weights in 4 MB, more than a board of this size "
        "holds. Set goal: evaluation, or choose other features."
    )


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Change nothing: what a gain does to an embedding, no formula tells."""


@cache
def _bank() -> np.ndarray:
    """Weights of the mel bands, float32 [257, 64]: triangles that are straight in mel.

    Mel is 1127 ln(1 + f / 700); the constant offset (f = 0) has no weight.
    """
    mel = 1127 * np.log1p(np.fft.rfftfreq(N_FFT, 1 / RATE)[1:, np.newaxis] / 700)
    lowest, highest = 1127 * np.log1p(np.array([F_MIN, F_MAX]) / 700)
    edges = np.linspace(lowest, highest, BANDS + 2)
    rise = (mel - edges[:-2]) / np.diff(edges)[:-1]
    fall = (edges[2:] - mel) / np.diff(edges)[1:]
    weights = np.maximum(0, np.minimum(rise, fall))
    return np.vstack([np.zeros((1, BANDS)), weights]).astype(np.float32)


class _Network:
    """YAMNet in LiteRT, up to its last layer."""

    def __init__(self) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        # LiteRT's own kernels of int8 give the same embedding on every machine.
        self._interpreter = Interpreter(
            model_path=str(MODEL.verified()),
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            experimental_preserve_all_tensors=True,
        )
        self._interpreter.allocate_tensors()
        [self._input] = self._interpreter.get_input_details()
        tensors = self._interpreter.get_tensor_details()
        [self._embedding] = [x for x in tensors if x["name"] == EMBEDDING_LAYER]

    def embed(self, patch: np.ndarray) -> np.ndarray:
        """Embedding, float32 [1024], of a patch, float32 [96, 64]."""
        self._interpreter.set_tensor(self._input["index"], patch[np.newaxis])
        self._interpreter.invoke()
        scale, zero_point = self._embedding["quantization"]
        steps: Any = self._interpreter.get_tensor(self._embedding["index"])
        return np.float32(scale) * (steps.ravel().astype(np.float32) - zero_point)


@cache
def _network() -> _Network:
    return _Network()
