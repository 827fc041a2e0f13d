"""Both kinds of pooling."""

from itertools import product

from handmade_models import build, int8, node


def pool(op: str, same: bool, activation: int) -> bytes:
    return build(
        int8((1, 11, 8, 3), 0.05, -4),
        int8((1, 6, 3, 3) if same else (1, 5, 2, 3), 0.05, -4),
        node(
            op,
            table="Pool2DOptions",
            padding=0 if same else 1,
            strideH=2,
            strideW=3,
            filterHeight=3,
            filterWidth=4,
            fusedActivationFunction=activation,
        ),
    )


CASES = {
    f"{op.lower()}_{'same' if same else 'valid'}_{activation}": pool(op, same, activation)
    for op, same, activation in product(("MAX_POOL_2D", "AVERAGE_POOL_2D"), (False, True), (0, 3))
}
