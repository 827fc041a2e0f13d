"""Tanh of all int8, from scales that leave it a straight line to those of a step.

A scale a little below a power of two, on it and a little above; zero points in the middle and at
both ends.
"""

import numpy as np
from handmade_models import build, int8, node


def tanh(scale: float, zero_point: int, output_scale: float = 1 / 128) -> bytes:
    shape = (1, 256)
    return build(int8(shape, scale, zero_point), int8(shape, output_scale, 0), node("TANH"))


CASES = {
    f"tanh_{scale:g}_{zero_point}": tanh(scale, zero_point)
    for scale, zero_point in (
        (0.0009, 0),
        (0.0078, 12),
        (0.0117, -128),
        (0.031, 127),
        (0.0471, 5),
        (0.0624, 0),
        (0.0625, 0),
        (0.0626, 0),
        (0.1176, -1),
        (0.37, -60),
        (2.9, 0),
    )
}
INPUTS = np.arange(-128, 128, dtype=np.int8).reshape(1, 1, 256)
REFUSED = {"an output scale other than 1/128": tanh(0.05, 0, output_scale=1 / 256)}
