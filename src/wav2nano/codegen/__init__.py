"""From a full-integer .tflite model to C that calls the kernels of Wav2NanoKernels."""

from wav2nano.codegen.generate import GeneratedModel, Operation, generate_c
from wav2nano.codegen.host import HostModel

__all__ = ["GeneratedModel", "HostModel", "Operation", "generate_c"]
