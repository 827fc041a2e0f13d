"""The fixed-point numbers of the integer kernels, computed as TensorFlow Lite Micro does."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np


@dataclass(frozen=True)
class Scale:
    """The factor multiplier * 2^(shift - 31)."""

    multiplier: int
    shift: int


def quantize_multiplier(factor: float) -> Scale:
    """Split a factor >= 0 into a multiplier of 31 bits and a power of two.

    TensorFlow Lite's QuantizeMultiplier (kernels/internal/quantization_util.cc).

    Examples
    --------
    >>> scale = quantize_multiplier(0.0123)
    >>> scale
    Scale(multiplier=1690499128, shift=-6)
    >>> round(scale.multiplier * 2.0 ** (scale.shift - 31), 9)
    0.0123
    """
    if factor == 0:
        return Scale(0, 0)
    fraction, shift = math.frexp(factor)
    multiplier = math.floor(Fraction(fraction) * 2**31 + Fraction(1, 2))
    if multiplier == 2**31:
        multiplier //= 2
        shift += 1
    return Scale(0, 0) if shift < -31 else Scale(multiplier, shift)


def product_scales(
    input_scale: np.float32, filter_scales: np.ndarray, output_scale: np.float32, channels: int
) -> list[Scale]:
    """Scales from sums of products to the output, one for each of `channels`.

    In double precision throughout, as tflite-micro's Python package computes it. Versions of the
    source that round the product of the scales to float32 differ in rare values of an LSTM.
    """
    factors = float(input_scale) * filter_scales.astype(np.float64) / float(output_scale)
    return [quantize_multiplier(float(f)) for f in np.broadcast_to(factors, channels)]


def activation_range(activation: str, scale: np.float32, zero_point: int) -> tuple[int, int]:
    """Smallest and largest int8 that a fused activation lets through.

    Examples
    --------
    >>> activation_range("relu6", np.float32(0.05), -128)  # 6 is 120 steps above 0
    (-128, -8)
    """

    def quantize(real: float) -> int:
        # Halves away from zero, in single precision.
        ratio = np.float32(real) / np.float32(scale)
        return zero_point + int(math.copysign(math.floor(abs(float(ratio)) + 0.5), ratio))

    low, high = {
        "none": (-128, 127),
        "relu": (quantize(0.0), 127),
        "relu6": (quantize(0.0), quantize(6.0)),
        "relu_n1_to_1": (quantize(-1.0), quantize(1.0)),
    }[activation]
    return max(low, -128), min(high, 127)


def softmax_scale(beta: float, input_scale: np.float32) -> tuple[Scale, int]:
    """Scale from input steps to Q5.26, and the smallest difference whose exponential counts."""
    integer_bits = 5
    factor = min(float(beta) * float(input_scale) * 2 ** (31 - integer_bits), 2.0**31 - 1)
    scale = quantize_multiplier(factor)
    radius = (2**integer_bits - 1) * 2 ** (31 - integer_bits) // 2**scale.shift
    return scale, -radius


def mean_scale(input_scale: np.float32, output_scale: np.float32, count: int) -> Scale:
    """Scale from a sum of `count` values to the output (QuantizedMeanOrSum)."""
    scale = quantize_multiplier(float(input_scale) / float(output_scale))
    bits = min(count.bit_length() - 1, 32, 31 + scale.shift)
    return Scale((scale.multiplier << bits) // count, scale.shift - bits)
