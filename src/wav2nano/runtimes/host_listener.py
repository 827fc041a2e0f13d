"""The firmware's own C, built for this machine: what the board must answer, bit for bit."""

import ctypes
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wav2nano.hostcc import build_shared_library


@dataclass(frozen=True)
class Detection:
    """A reported word: its label's number, and how many samples had been heard by then."""

    label: int
    sample: int


@dataclass(frozen=True)
class Inferences:
    """What the model said of each window that the listener gave it.

    `sample` int64 [n] is how many samples had been heard by then, `scores` int8 [n, labels].
    """

    sample: np.ndarray
    scores: np.ndarray


class _Settings(ctypes.Structure):
    _fields_ = [
        *(
            (name, ctypes.c_int32)
            for name in (
                "n_fft",
                "hop",
                "frames",
                "model_frames",
                "bins",
                "labels",
                "targets",
                "inference_hops",
                "smoothing",
                "quiet_inferences",
            )
        ),
        ("thresholds", ctypes.POINTER(ctypes.c_int32)),
    ]


class _Listener(ctypes.Structure):
    _fields_ = [
        *(
            (name, ctypes.c_void_p)
            for name in ("settings", "frontend", "scale", "offset", "model", "samples", "frame")
        ),
        ("input", ctypes.c_void_p),
        ("scores", ctypes.POINTER(ctypes.c_int8)),
        *(
            (name, ctypes.c_int32)
            for name in ("hops", "until_inference", "inferences", "next_score", "quiet")
        ),
    ]


class _Decision(ctypes.Structure):
    _fields_ = [
        ("inferred", ctypes.c_int32),
        ("detected", ctypes.c_int32),
        ("best", ctypes.c_int32),
        ("score", ctypes.c_int32),
    ]


class HostListener:
    """The listener of the firmware, from samples to reports.

    Parameters
    ----------
    code
        Files of generated C.
    libraries
        Folder of the Arduino libraries.
    """

    def __init__(self, code: Sequence[Path], libraries: Path):
        sources = [path for path in code if path.suffix == ".c"]
        sources += sorted(libraries.glob("*/src/**/*.c"))
        includes = [*{path.parent: None for path in code}, *sorted(libraries.glob("*/src"))]
        with tempfile.TemporaryDirectory() as folder:
            path = build_shared_library(
                sources, Path(folder) / "listener.so", include_dirs=includes
            )
            library = ctypes.CDLL(str(path))
        self._ear = _Listener.in_dll(library, "w2n_ear")
        self._reset = library.w2n_listener_reset
        self._reset.restype = None
        self._hop = library.w2n_listener_hop
        self._hop.restype = _Decision
        settings = _Settings.in_dll(library, "w2n_settings")
        self.hop = settings.hop
        self.smoothing = settings.smoothing
        self.thresholds: list[int] = settings.thresholds[: settings.targets]
        self.inference_hops = settings.inference_hops
        self.quiet_inferences = settings.quiet_inferences
        labels = (ctypes.c_char_p * settings.labels).in_dll(library, "w2n_labels")
        self.labels = [label.decode() for label in labels]
        self.targets = self.labels[: settings.targets]

    def listen(self, samples: np.ndarray) -> list[Detection]:
        """Process int16 samples from a fresh start and list what is reported."""
        return [
            Detection(decision.detected, sample)
            for sample, decision in self._decisions([samples])
            if decision.detected >= 0
        ]

    def infer(self, blocks: Iterable[np.ndarray]) -> Inferences:
        """Process blocks of int16 samples from a fresh start and list what the model said."""
        found = []
        scores = np.ctypeslib.as_array(self._ear.scores, (self.smoothing, len(self.labels)))
        for sample, decision in self._decisions(blocks):
            if decision.inferred:
                found.append((sample, scores[self._ear.next_score - 1].copy()))
        return Inferences(
            np.array([sample for sample, _ in found], np.int64),
            np.array([said for _, said in found], np.int8).reshape(-1, len(self.labels)),
        )

    def _decisions(self, blocks: Iterable[np.ndarray]) -> Iterator[tuple[int, _Decision]]:
        """Hear hop after hop; blocks of another length join without a gap."""
        ear = ctypes.byref(self._ear)
        self._reset(ear)
        heard, rest = 0, np.empty(0, np.int16)
        for block in blocks:
            samples = np.concatenate([rest, block.astype(np.int16, copy=False)])
            whole = len(samples) // self.hop * self.hop
            for start in range(0, whole, self.hop):
                heard += self.hop
                yield heard, self._hop(ear, ctypes.c_void_p(samples.ctypes.data + 2 * start))
            rest = samples[whole:]
