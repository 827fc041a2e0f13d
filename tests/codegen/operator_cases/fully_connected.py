"""Fully connected layers of sizes that are no multiples of anything, and of all scales."""

from itertools import product

import numpy as np
from handmade_models import build, constant, int8, node


def fully_connected(
    rows: int, inputs: int, outputs: int, activation: int, per_channel: bool
) -> bytes:
    rng = np.random.default_rng(inputs)
    scales = rng.uniform(0.004, 0.02, outputs if per_channel else 1)
    return build(
        int8((rows, inputs), 0.03, 5),
        int8((rows, outputs), 0.03 * 0.012 * np.sqrt(inputs), -3),
        node(
            "FULLY_CONNECTED",
            constant(rng.integers(-127, 128, (outputs, inputs)), "int8", scales),
            constant(rng.integers(-9000, 9000, outputs), "int32", scales * 0.03),
            fusedActivationFunction=activation,
        ),
    )


def scaled_sums(factor: float) -> bytes:
    """Sums times `factor`: they are shifted right below one, left above."""
    weights = np.random.default_rng(3).integers(-127, 128, (7, 12)) // (1 if factor < 1 else 60)
    return build(
        int8((1, 12), 0.5, -11),
        int8((1, 7), 0.5 * 0.01 / factor, 17),
        node(
            "FULLY_CONNECTED",
            constant(weights, "int8", np.array([0.01])),
            constant(np.zeros(7), "int32", np.array([0.005])),
        ),
    )


CASES = {f"scaled_sums_{factor:g}": scaled_sums(factor) for factor in (1e-4, 0.02, 0.7, 3.0, 300.0)}
for _sizes, _per_channel in product(
    [(1, 6, 1, 0), (1, 300, 6, 1), (3, 34, 5, 3), (2, 1030, 9, 2), (1, 256, 4, 0), (1, 259, 2, 0)],
    (False, True),
):
    _name = "fully_connected_" + "_".join(map(str, _sizes)) + ("_channels" if _per_channel else "")
    CASES[_name] = fully_connected(*_sizes, _per_channel)

REFUSED = {
    "a weight of -128": build(
        int8((1, 2), 0.1, 0),
        int8((1, 1), 0.1, 0),
        node("FULLY_CONNECTED", constant([[-128, 5]], "int8", np.array([0.1]))),
    ),
}
