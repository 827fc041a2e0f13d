"""The int8 model in LiteRT."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wav2nano.errors import UserError
from wav2nano.files import require_readable


@dataclass(frozen=True)
class Quantization:
    """Scale and zero point of a tensor: real = scale * (int8 - zero_point)."""

    scale: float
    zero_point: int

    def quantize(self, values: np.ndarray) -> np.ndarray:
        """Round real values to int8."""
        steps = np.rint(np.float32(values) / np.float32(self.scale)) + self.zero_point
        return np.clip(steps, -128, 127).astype(np.int8)

    def dequantize(self, values: np.ndarray) -> np.ndarray:
        """Real values of int8."""
        return np.float32(self.scale) * (values.astype(np.float32) - self.zero_point)


class LiteRtModel:
    """A full-integer model in LiteRT, with its state reset before every window."""

    def __init__(self, path: Path | str):
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        require_readable(path)
        try:
            # The default delegate (XNNPACK) may round differently from LiteRT's own kernels.
            self._interpreter = Interpreter(
                model_path=str(path),
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise UserError(
                f"{path} is not a TFLite model ({error}). Quantise the model again."
            ) from None
        [self._input] = self._interpreter.get_input_details()
        [self._output] = self._interpreter.get_output_details()
        if self._input["dtype"] is not np.int8 or self._output["dtype"] is not np.int8:
            raise UserError(f"{path} is not a full-integer model (int8 in and out).")
        self._shape = tuple(self._input["shape"].tolist())
        self.input_shape = tuple(self._input["shape"][1:].tolist())
        self.classes = int(self._output["shape"][-1])
        self.input = Quantization(*self._input["quantization"])
        self.output = Quantization(*self._output["quantization"])

    def invoke(self, windows: np.ndarray) -> np.ndarray:
        """Scores int8 [windows, classes] of inputs int8 [windows, ...].

        A model that computes frame by frame, such as an LSTM, takes any number of them.
        """
        index = self._input["index"]
        scores = []
        for window in windows:
            values = window.reshape(1, -1, *self.input_shape[1:])
            if values.shape != self._shape:
                self._interpreter.resize_tensor_input(index, values.shape)
                self._interpreter.allocate_tensors()
                self._shape = values.shape
            self._interpreter.reset_all_variables()
            self._interpreter.set_tensor(index, values)
            self._interpreter.invoke()
            scores.append(self._interpreter.get_tensor(self._output["index"]).ravel().copy())
        return np.array(scores, dtype=np.int8)
