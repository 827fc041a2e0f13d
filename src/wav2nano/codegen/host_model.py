"""Run a generated model on this machine."""

import ctypes
import tempfile
from pathlib import Path

import numpy as np

from wav2nano.codegen.generate_model import GeneratedModel, generate_model_c
from wav2nano.errors import UserError
from wav2nano.firmware_sources import KERNELS, c_sources
from wav2nano.hostcc import build_shared_library


class HostModel:
    """The generated C of a model, built for this machine: the board's results, bit for bit.

    Parameters
    ----------
    tflite : bytes, path or GeneratedModel
        An int8 model, or C that was generated from one.

    Raises
    ------
    UserError
        If C cannot be generated, or there is no C compiler.

    Examples
    --------
    >>> model = HostModel("model_int8.tflite")  # doctest: +SKIP
    >>> scores = model.invoke(windows)  # doctest: +SKIP
    """

    def __init__(self, tflite: bytes | Path | str | GeneratedModel):
        self._folder = tempfile.TemporaryDirectory(prefix="wav2nano-")
        folder = Path(self._folder.name)
        if isinstance(tflite, GeneratedModel):
            self.generated = tflite
        else:
            self.generated = generate_model_c(tflite, folder)
        library = build_shared_library(
            [self.generated.source, *c_sources(KERNELS)],
            folder / "model.so",
            include_dirs=[self.generated.source.parent, KERNELS],
        )
        self._invoke = getattr(ctypes.CDLL(str(library)), f"w2n_{self.generated.name}_invoke")
        self._invoke.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        self._invoke.restype = None

    def invoke(self, windows: np.ndarray) -> np.ndarray:
        """Run the model on each window, from zero states.

        Parameters
        ----------
        windows : int8 array [shape=(n, ...)]
            Each with as many values as the model's input.

        Returns
        -------
        int8 array [shape=(n, output size)]

        Raises
        ------
        UserError
            If the windows are not int8, or their size is not the input's.
        """
        input_size = int(np.prod(self.generated.input_shape))
        output_size = int(np.prod(self.generated.output_shape))
        windows = np.asarray(windows)
        if windows.dtype != np.int8 or windows.ndim < 1 or windows[:1].size not in (0, input_size):
            raise UserError(
                f"The model takes windows of {input_size} int8 values; these are "
                f"{windows.dtype} {windows.shape}."
            )
        windows = np.ascontiguousarray(windows)
        scores = np.empty((len(windows), output_size), np.int8)
        for i in range(len(windows)):
            self._invoke(windows.ctypes.data + i * input_size, scores.ctypes.data + i * output_size)
        return scores
