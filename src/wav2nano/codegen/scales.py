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


def activation_range(activation: str, scale: np.float32, zero_point: int) -> tuple[int, int]:
    """Smallest and largest int8 that a fused activation lets through.

    Examples
    --------
    >>> activation_range("relu6", np.float32(0.05), -128)  # 6 is 120 steps above 0
    (-128, -8)
    """

    def quantize(real: float) -> int:
        # Halves away from zero, in single precision.
        with np.errstate(over="ignore"):
            steps = abs(float(np.float32(real) / np.float32(scale))) + 0.5
        # Beyond 256 they are outside of int8, wherever the zero point is.
        return zero_point + int(math.copysign(math.floor(min(steps, 256)), real))

    low, high = {
        "none": (-128, 127),
        "relu": (quantize(0.0), 127),
        "relu6": (quantize(0.0), quantize(6.0)),
        "relu_n1_to_1": (quantize(-1.0), quantize(1.0)),
    }[activation]
    return max(low, -128), min(high, 127)


# Of the exponential, which is taken in Q5.26.
INTEGER_BITS, FRACTION_BITS = 5, 26
SMALLEST_BETA_STEP = 2.0**-FRACTION_BITS


def softmax_scale(step: float) -> tuple[Scale, int]:
    """Scale from input steps to Q5.26, and the smallest difference whose exponential counts.

    `step` is the input's scale times beta; it is larger than `SMALLEST_BETA_STEP`.
    """
    scale = quantize_multiplier(min(step * 2**FRACTION_BITS, 2.0**31 - 1))
    radius = (2**INTEGER_BITS - 1) * 2**FRACTION_BITS // 2**scale.shift
    return scale, -radius


def mean_scale(scale: Scale, count: int) -> Scale:
    """Scale from a sum of `count` values, given that of one value (QuantizedMeanOrSum)."""
    bits = min(count.bit_length() - 1, 32, 31 + scale.shift)
    return Scale((scale.multiplier << bits) // count, scale.shift - bits)
