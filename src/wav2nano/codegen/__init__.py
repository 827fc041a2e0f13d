"""From a full-integer .tflite model to C that calls the kernels of Wav2NanoKernels."""

from wav2nano.codegen.generate_model import GeneratedModel, Operation, generate_model_c
from wav2nano.codegen.host_model import HostModel

__all__ = ["GeneratedModel", "HostModel", "Operation", "generate_model_c"]
