"""Other shapes for the same values."""

import numpy as np
from handmade_models import build, constant, int8, node


def reshaped(op: str, before: tuple[int, ...], after: tuple[int, ...], *constants, **options):
    return build(int8(before, 0.1, 3), int8(after, 0.1, 3), node(op, *constants, **options))


def numbers(*values: int):
    return constant(np.array(values), "int32")


CASES = {
    "reshape": reshaped("RESHAPE", (1, 4, 6), (1, 8, 3), numbers(1, 8, 3)),
    "reshape_to_the_rest": reshaped("RESHAPE", (1, 4, 6), (2, 12), numbers(2, -1)),
    "reshape_by_options": reshaped("RESHAPE", (1, 4, 6), (24,), newShape=[24]),
    "expand_dims": reshaped("EXPAND_DIMS", (1, 4, 6), (1, 4, 1, 6), numbers(2)),
    "expand_dims_from_the_end": reshaped("EXPAND_DIMS", (1, 4, 6), (1, 4, 6, 1), numbers(-1)),
    "squeeze": reshaped("SQUEEZE", (1, 4, 1, 6), (4, 6)),
    "squeeze_one": reshaped("SQUEEZE", (1, 4, 1, 6), (1, 4, 6), squeezeDims=[2]),
}

REFUSED = {
    "which has other sizes": reshaped("RESHAPE", (1, 4, 6), (1, 5, 5), numbers(1, 5, 5)),
    "makes a single number of": reshaped("RESHAPE", (1, 4, 6), (24,)),
    "it computes 1 x 4 x 1 x 6": reshaped("EXPAND_DIMS", (1, 4, 6), (1, 4, 6), numbers(2)),
    "that are not of size 1": reshaped("SQUEEZE", (1, 4, 6), (4, 6), squeezeDims=[1]),
    "the axis 4 of a tensor with 4": reshaped("EXPAND_DIMS", (1, 4, 6), (1, 4, 6, 1), numbers(4)),
}
