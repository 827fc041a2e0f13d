"""Embeddings of speech: for evaluation on a computer, and for the teacher of a small network.

Google's speech embedding (Lin et al., "Training Keyword Spotters with Limited and Synthesized
Speech Data", 2020) was trained on the words of 200 million clips. Of 76 frames of a mel spectrum,
0.78 s, it makes 96 values, every 80 ms.
"""

from functools import cache
from typing import Any, Literal

import numpy as np

from wav2nano.errors import UserError
from wav2nano.features import pretrained, spectrum
from wav2nano.features.base import FeatureSettings, Part
from wav2nano.features.filters import hann, mel_bank
from wav2nano.features.pretrained import RATE
from wav2nano.keras_runtime import native_messages_hidden
from wav2nano.model_files import SPEECH_EMBEDDING

MODEL = SPEECH_EMBEDDING
EMBEDDING = 96  # values

# Of the mel spectrum: that of librosa, of audio in the range of int16.
FRAME, HOP, N_FFT = 400, 160, 512  # samples of a frame, between frames, of the Fourier transform
BANDS, F_MIN, F_MAX = 32, 60.0, 3800.0  # mel bands, and their edges in hertz
FULL_SCALE_DB = 20 * np.log10(32768)
FLOOR_DB = -100.0 - FULL_SCALE_DB  # of full scale
RANGE_DB = 80.0  # nothing is further below the loudest band of a window

PATCH_FRAMES, PATCH_HOP = 76, 8  # frames of which an embedding is made, and between embeddings
PATCH = N_FFT + (PATCH_FRAMES - 1) * HOP  # samples
# Of silence before and after a window. A patch is little shorter than a window of a second, and the
# network knows a word best where its end is that of the patch: on held-out synthetic voices a head
# is right on 74 % of ten words, other words and noise; without the silence, on 63 %.
MARGIN = 4800  # samples


class Settings(FeatureSettings):
    """Google's speech embedding, 96 values every 80 ms, with silence around: not for the board."""

    kind: Literal["speech_embedding"] = "speech_embedding"
    """speech_embedding: embeddings of a network that was trained on speech"""

    @property
    def frame_samples(self) -> int:
        """Samples that an embedding is made of, without the silence before and after a window."""
        return PATCH - 2 * MARGIN

    @property
    def hop_samples(self) -> int:
        """Samples from one embedding to the next."""
        return PATCH_HOP * HOP


def bins(settings: Settings) -> int:
    """Values of an embedding."""
    return EMBEDDING


check = pretrained.check


def compute(windows: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Embeddings of each patch of the windows, with silence before and after.

    The network is made of convolutions alone: of a whole window it gives all its embeddings at
    once. One window at a time, whose values stay in the processor's cache, is fastest.

    Raises
    ------
    UserError
        If the model file is not there, or is another one.
    """
    network = _network()
    return np.stack([network.embed(values) for values in log_mel(_used(windows, settings))])


def _used(windows: np.ndarray, settings: Settings) -> np.ndarray:
    """Give the samples that some patch has, of windows [n, samples] and the silence around them."""
    around = np.pad(windows, ((0, 0), (MARGIN, MARGIN)))
    return around[:, : around.shape[1] - (around.shape[1] - PATCH) % settings.hop_samples]


def log_mel(windows: np.ndarray) -> np.ndarray:
    """Mel spectrum that the network takes, float32 [n, frames, 32], of int16 [n, samples]."""
    values = np.empty((len(windows), 1 + (windows.shape[1] - N_FFT) // HOP, BANDS), np.float32)
    bank = mel_bank(RATE, N_FFT, BANDS, F_MIN, F_MAX)
    parts = [(slice(None), spectrum.decibels(bank, FLOOR_DB))]
    spectrum.fill(values, windows, parts, n_fft=N_FFT, hop=HOP, window=hann(FRAME))
    values += np.float32(FULL_SCALE_DB)
    loudest = values.max(axis=(1, 2), keepdims=True)
    return np.maximum(values, loudest - np.float32(RANGE_DB)) / 10 + 2


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa and by LiteRT's own kernels, patch by patch."""
    import librosa

    network = _Network(fast=False)
    found = []
    for window in _used(samples * np.float32(32768), settings):
        power = librosa.feature.melspectrogram(
            y=window,
            sr=RATE,
            n_fft=N_FFT,
            win_length=FRAME,
            hop_length=HOP,
            center=False,
            n_mels=BANDS,
            fmin=F_MIN,
            fmax=F_MAX,
        )
        values = librosa.power_to_db(power, top_db=RANGE_DB).T / 10 + 2
        starts = range(0, len(values) - PATCH_FRAMES + 1, PATCH_HOP)
        found.append([network.embed(values[a : a + PATCH_FRAMES])[0] for a in starts])
    return np.array(found, np.float32)


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Refuse: there is none for the board.

    Raises
    ------
    UserError
        Always.
    """
    raise UserError(
        "features.kind: speech_embedding is a network of 1.3 MB in floating point, more than a "
        "board of this size holds. Set goal: evaluation, or choose other features and learn from "
        "the embeddings (training.teacher)."
    )


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Change nothing: the embedding hardly hears a gain, and no formula tells what it does."""


class _Network:
    """The network in LiteRT, by its fast kernels or by those that define an operation."""

    def __init__(self, *, fast: bool = True) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        # The fast ones (XNNPACK) take half the time. On a processor with other instructions their
        # last digits may differ, as those of the training do (see `environment.json`).
        kernels = OpResolverType.AUTO
        if not fast:
            kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self._interpreter = Interpreter(
            model_path=str(MODEL.verified()), experimental_op_resolver_type=kernels, num_threads=1
        )
        [self._input] = self._interpreter.get_input_details()
        [self._output] = self._interpreter.get_output_details()
        self._frames = 0

    def embed(self, frames: np.ndarray) -> np.ndarray:
        """Embeddings, float32 [times, 96], of a mel spectrum, float32 [frames, 32]."""
        index = self._input["index"]
        if len(frames) != self._frames:
            self._interpreter.resize_tensor_input(index, [1, len(frames), BANDS, 1])
            with native_messages_hidden():  # that there are fast kernels
                self._interpreter.allocate_tensors()
            self._frames = len(frames)
        self._interpreter.set_tensor(index, frames[np.newaxis, :, :, np.newaxis])
        self._interpreter.invoke()
        values: Any = self._interpreter.get_tensor(self._output["index"])
        return np.array(values, np.float32).reshape(-1, EMBEDDING)


@cache
def _network() -> _Network:
    return _Network()
