"""The board's front end, built for this machine."""

import ctypes
import tempfile
from pathlib import Path

import numpy as np

from wav2nano.features.deltas import WIDTH
from wav2nano.firmware_sources import FRONT_END, c_sources
from wav2nano.hostcc import build_shared_library


class _FrontEnd(ctypes.Structure):
    """What `w2n_frontend` starts with."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("rate", "frame", "hop", "bins")),
        ("compute", ctypes.c_void_p),
        ("delta_spans", ctypes.c_int),
    ]


class HostFrontEnd:
    """The C front end with generated tables; its results are those of the board, bit for bit.

    Parameters
    ----------
    tables : Path
        Folder with `frontend_tables.c` and `.h` (see `wav2nano.features.tables.generate_c`).

    Raises
    ------
    UserError
        If there is no C compiler, it rejects the code, or the front end's sources are missing.
    """

    def __init__(self, tables: Path) -> None:
        sources = [*c_sources(FRONT_END), Path(tables) / "frontend_tables.c"]
        with tempfile.TemporaryDirectory() as folder:
            # Once loaded, the library does not need its file.
            path = build_shared_library(
                sources, Path(folder) / "frontend.so", include_dirs=[FRONT_END, Path(tables)]
            )
            self._library = ctypes.CDLL(str(path))
        self._tables = _FrontEnd.in_dll(self._library, "w2n_frontend_tables")

    def frame(self, samples: np.ndarray) -> np.ndarray:
        """Features of one frame: float32 [bins] of int16 [samples]."""
        return self.compute(samples[np.newaxis])[0, 0]

    def compute(self, windows: np.ndarray) -> np.ndarray:
        """Features of windows of audio, as `wav2nano.features.compute` does.

        Parameters
        ----------
        windows : numpy.ndarray [shape=(n, samples)]
            int16.

        Returns
        -------
        numpy.ndarray [shape=(n, frames, bins)]
            float32.

        Raises
        ------
        ValueError
            If a window is not int16, or has too few frames for deltas.
        """
        if windows.dtype != np.int16 or windows.ndim != 2:
            raise ValueError(f"windows are {windows.dtype} {windows.shape}, not int16 [n, samples]")
        windows = np.ascontiguousarray(windows)
        hop, bins = self._tables.hop, self._tables.bins
        frames = 1 + (windows.shape[1] - self._tables.frame) // hop
        if self._tables.delta_spans and frames < WIDTH:
            raise ValueError(f"windows have {frames} frames, and a delta needs {WIDTH}")
        features = np.empty((len(windows), frames, bins), np.float32)
        function = self._library.w2n_frontend_compute
        tables = ctypes.byref(self._tables)
        for window, window_features in zip(windows, features, strict=True):
            first, out = window.ctypes.data, window_features.ctypes.data
            for frame in range(frames):
                function(
                    tables,
                    ctypes.c_void_p(first + 2 * hop * frame),
                    ctypes.c_void_p(out + 4 * bins * frame),
                )
            self._library.w2n_window_deltas(tables, frames, ctypes.c_void_p(out))
        return features

    def quantize(self, features: np.ndarray) -> np.ndarray:
        """Compute the model's int8 input from features, with the scale and offset in the tables.

        Parameters
        ----------
        features : numpy.ndarray [shape=(..., bins)]
            float32.

        Returns
        -------
        numpy.ndarray [shape=(..., bins)]
            int8.
        """
        bins = self._tables.bins
        if features.dtype != np.float32 or features.shape[-1] != bins:
            raise ValueError(f"features are {features.dtype} {features.shape}, not [..., {bins}]")
        rows = np.ascontiguousarray(features).reshape(-1, bins)
        out = np.empty(rows.shape, np.int8)
        array = ctypes.c_float * bins
        scale = array.in_dll(self._library, "w2n_frontend_scale")
        offset = array.in_dll(self._library, "w2n_frontend_offset")
        for row, row_out in zip(rows, out, strict=True):
            self._library.w2n_quantize(
                ctypes.c_void_p(row.ctypes.data),
                scale,
                offset,
                bins,
                ctypes.c_void_p(row_out.ctypes.data),
            )
        return out.reshape(features.shape)
