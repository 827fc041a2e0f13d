"""A tensor and itself reversed, along a new axis."""

import numpy as np
from handmade_models import build, constant, int8, node


def pack(shape: tuple[int, ...], axis: int) -> bytes:
    reverse = node("REVERSE_V2", constant(np.array([1]), "int32"), to=int8((2, 9), 0.1, 4))
    return build(
        int8((2, 9), 0.1, 4),
        int8(shape, 0.1, 4),
        reverse,
        node("PACK", other="input", valuesCount=2, axis=axis),
    )


CASES = {
    "pack": pack((2, 2, 9), 0),
    "pack_second_axis": pack((2, 2, 9), 1),
    "pack_last_axis": pack((2, 9, 2), -1),
}
REFUSED = {"it computes 2 x 2 x 9": pack((2, 9, 2), 0)}
