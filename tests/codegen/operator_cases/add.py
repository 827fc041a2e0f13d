"""Sums of tensors under different scales, one of them reversed, and of a tensor and a constant."""

import numpy as np
from handmade_models import Tensor, build, constant, int8, node


def add(input_scale: float, other_scale: float, output_scale: float) -> bytes:
    """A tensor plus itself reversed, under another scale."""
    reverse = node("REVERSE_V2", constant(np.array([1]), "int32"), to=int8((1, 9), other_scale, 40))
    return build(
        int8((1, 9), input_scale, 3),
        int8((1, 9), output_scale, -7),
        reverse,
        node("ADD", other="input", fusedActivationFunction=1),
    )


def add_constant(shape: tuple[int, ...], first: bool) -> bytes:
    """A tensor plus a constant, on either side."""
    values = np.random.default_rng(1).integers(-128, 128, shape)
    made = (Tensor(shape, "int8", np.array([0.07]), 12, 0, values.astype(np.int8)),)
    sides = {"first": made} if first else {}
    return build(
        int8((1, 3, 9), 0.05, 3),
        int8((1, 3, 9), 0.1, -7),
        node("ADD", *(() if first else made), **sides),
    )


CASES = {
    f"add_{i}": add(*scales)
    for i, scales in enumerate([(0.05, 0.05, 0.1), (0.4, 0.003, 0.2), (0.02, 0.3, 0.01)])
}
CASES |= {
    "add_constant": add_constant((1, 3, 9), False),
    "add_constant_row_first": add_constant((9,), True),
}
REFUSED = {"adds a constant of 4": add_constant((4,), False)}
