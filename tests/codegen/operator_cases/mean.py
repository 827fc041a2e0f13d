"""The mean over one axis and over two."""

import numpy as np
from handmade_models import build, constant, int8, node


def mean(axes: list[int], shape: tuple[int, ...]) -> bytes:
    return build(
        int8((1, 9, 7, 5), 0.05, -14),
        int8(shape, 0.021, 6),
        node("MEAN", constant(np.array(axes), "int32"), table="ReducerOptions", keepDims=False),
    )


CASES = {
    f"mean_{''.join(map(str, axes))}": mean(axes, shape)
    for axes, shape in (([1, 2], (1, 5)), ([1], (1, 7, 5)), ([2], (1, 9, 5)), ([3], (1, 9, 7)))
}
