"""The firmware's own C, built for this machine: what the board must answer, bit for bit."""

import ctypes
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wav2nano.hostcc import build_shared_library


@dataclass(frozen=True)
class Detection:
    """A reported word: its label's number, and how many samples had been heard by then."""

    label: int
    sample: int


class _Settings(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_int32)
        for name in (
            "n_fft",
            "hop",
            "frames",
            "bins",
            "labels",
            "targets",
            "inference_hops",
            "smoothing",
            "threshold",
            "quiet_inferences",
        )
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
        self._ear = ctypes.byref((ctypes.c_byte * 1).in_dll(library, "w2n_ear"))
        self._reset = library.w2n_listener_reset
        self._reset.restype = None
        self._hop = library.w2n_listener_hop
        self._hop.restype = _Decision
        settings = _Settings.in_dll(library, "w2n_settings")
        self.hop = settings.hop
        labels = (ctypes.c_char_p * settings.labels).in_dll(library, "w2n_labels")
        self.labels = [label.decode() for label in labels]
        self.targets = self.labels[: settings.targets]

    def listen(self, samples: np.ndarray) -> list[Detection]:
        """Process int16 samples from a fresh start and list what is reported."""
        samples = np.ascontiguousarray(samples, dtype=np.int16)
        self._reset(self._ear)
        detections = []
        for start in range(0, len(samples) - self.hop + 1, self.hop):
            decision = self._hop(self._ear, ctypes.c_void_p(samples[start:].ctypes.data))
            if decision.detected >= 0:
                detections.append(Detection(decision.detected, start + self.hop))
        return detections
