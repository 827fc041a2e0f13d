"""Run a generated model on this machine."""

import ctypes
import math
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
    step : int, optional
        Frames of a step, for `stream`: see `generate_model_c`.

    Raises
    ------
    UserError
        If C cannot be generated, or there is no C compiler.

    Examples
    --------
    >>> model = HostModel("model_int8.tflite")  # doctest: +SKIP
    >>> scores = model.invoke(windows)  # doctest: +SKIP
    """

    def __init__(self, tflite: bytes | Path | str | GeneratedModel, *, step: int | None = None):
        self._folder = tempfile.TemporaryDirectory(prefix="wav2nano-")
        folder = Path(self._folder.name)
        if isinstance(tflite, GeneratedModel):
            self.generated = tflite
        else:
            self.generated = generate_model_c(tflite, folder, step=step)
        library = build_shared_library(
            [self.generated.source, *c_sources(KERNELS)],
            folder / "model.so",
            include_dirs=[self.generated.source.parent, KERNELS],
        )
        self._library = ctypes.CDLL(str(library))

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
        return self._run("invoke", windows, self.generated.input_shape)

    def stream(self, steps: np.ndarray) -> np.ndarray:
        """Run the model step by step, from where it was.

        Parameters
        ----------
        steps : int8 array [shape=(n, ...)]
            Each with as many values as the new frames of a step have.

        Returns
        -------
        int8 array [shape=(n, output size)]
            Of the windows that end with each step.

        Raises
        ------
        UserError
            If the model has no steps, or these are not int8 or have another size.
        """
        shape, frames = self.generated.input_shape, self.generated.step_frames
        if frames is None:
            raise UserError("The model takes whole windows: nothing of them can be kept.")
        return self._run("step", steps, (frames, *shape[2:]))

    def _run(self, function: str, inputs: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        run = getattr(self._library, f"w2n_{self.generated.name}_{function}")
        run.argtypes, run.restype = [ctypes.c_void_p, ctypes.c_void_p], None
        input_size, output_size = math.prod(shape), math.prod(self.generated.output_shape)
        inputs = np.asarray(inputs)
        if inputs.dtype != np.int8 or inputs.ndim < 1 or inputs[:1].size not in (0, input_size):
            raise UserError(
                f"The model takes windows of {input_size} int8 values; these are "
                f"{inputs.dtype} {inputs.shape}."
            )
        inputs = np.ascontiguousarray(inputs)
        scores = np.empty((len(inputs), output_size), np.int8)
        for i in range(len(inputs)):
            run(inputs.ctypes.data + i * input_size, scores.ctypes.data + i * output_size)
        return scores
