"""Differences of tensors under different scales, one reversed, and of a number and a tensor."""

import numpy as np
from handmade_models import Tensor, build, constant, int8, node


def sub(input_scale: float, other_scale: float, output_scale: float) -> bytes:
    """A tensor reversed, under another scale, minus itself."""
    reverse = node("REVERSE_V2", constant(np.array([1]), "int32"), to=int8((1, 9), other_scale, 40))
    return build(
        int8((1, 9), input_scale, 3),
        int8((1, 9), output_scale, -7),
        reverse,
        node("SUB", other="input", fusedActivationFunction=1),
    )


def from_number(output_scale: float, zero_point: int) -> bytes:
    """One minus a tensor, as in a gated recurrent unit."""
    one = Tensor((), "int8", np.array([1 / 255]), -128, 0, np.array(127, np.int8))
    return build(
        int8((1, 9), 1 / 256, -128),
        int8((1, 9), output_scale, zero_point),
        node("SUB", first=(one,)),
    )


CASES = {
    f"sub_{i}": sub(*scales)
    for i, scales in enumerate([(0.05, 0.05, 0.1), (0.4, 0.003, 0.2), (0.02, 0.3, 0.01)])
}
CASES |= {f"sub_number_{i}": from_number(0.004 - 0.0005 * i, -41 * i) for i in range(3)}
