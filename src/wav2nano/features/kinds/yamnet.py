"""Embeddings of YAMNet, a network that knows 521 sounds of AudioSet: for evaluation on a computer.

96 frames of its spectrum (see `wav2nano.features.yamnet_spectrum`) are a patch, and the input of
the network's last layer, 1,024 values, is the embedding of the patch.
"""

from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features import pretrained, yamnet_spectrum
from wav2nano.features.base import FeatureSettings, Part
from wav2nano.features.filters import hann
from wav2nano.features.yamnet_spectrum import FRAME, HOP, LOG_OFFSET, N_FFT, mel_bank
from wav2nano.model_files import YAMNET

MODEL = YAMNET
EMBEDDING_LAYER = "tower0/network/layer28/reduce_mean"
EMBEDDING = 1024  # values

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


check = pretrained.check


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
    return np.log(magnitudes @ mel_bank().T + np.float32(LOG_OFFSET)).astype(np.float32)


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them with TensorFlow's own front end, as the authors do."""
    network = _network()
    audio = np.lib.stride_tricks.sliding_window_view(samples, PATCH, axis=1)[
        :, :: settings.patch_hop
    ]
    patches = yamnet_spectrum.tensorflow_log_mel(audio)
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
