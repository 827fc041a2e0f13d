"""Sums of tensors under different scales; one of them is reversed."""

import numpy as np
from handmade_models import build, constant, int8, node


def add(input_scale: float, other_scale: float, output_scale: float) -> bytes:
    """A tensor plus itself reversed, under another scale."""
    reverse = node("REVERSE_V2", constant(np.array([1]), "int32"), to=int8((1, 9), other_scale, 40))
    return build(
        int8((1, 9), input_scale, 3),
        int8((1, 9), output_scale, -7),
        reverse,
        node("ADD", other="input", fusedActivationFunction=1),
    )


CASES = {
    f"add_{i}": add(*scales)
    for i, scales in enumerate([(0.05, 0.05, 0.1), (0.4, 0.003, 0.2), (0.02, 0.3, 0.01)])
}
