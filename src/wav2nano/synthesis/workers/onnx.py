"""What workers share whose engine is a network in ONNX."""

from typing import Any

import numpy as np

SEED = 1


def load_model(path: str) -> Any:
    """Load a network, to be run on one thread: children that are forked have no other.

    Its random numbers begin anew in each child.
    """
    import onnxruntime

    onnxruntime.set_seed(SEED)
    onnxruntime.set_default_logger_severity(3)  # errors
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def pcm(samples: np.ndarray) -> bytes:
    """Round samples of +-1 to 16 bits."""
    return np.clip(np.rint(samples.ravel() * 32767), -32768, 32767).astype("<i2").tobytes()
