"""Features of audio: MFCC and log-mel, for training here and on the board."""

from wav2nano.features.quantize import quantization_tables, quantize
from wav2nano.features.settings import shape, validate
from wav2nano.features.spectral import compute

__all__ = ["compute", "quantization_tables", "quantize", "shape", "validate"]
