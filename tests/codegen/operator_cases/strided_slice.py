"""Parts of the input."""

import numpy as np
from handmade_models import build, constant, int8, node


def strided_slice(begin: list[int], end: list[int], shrink: int, shape: tuple[int, ...]) -> bytes:
    bounds = [constant(np.array(b), "int32") for b in (begin, end, [1, 1, 1])]
    return build(
        int8((1, 4, 5), 0.1, 0),
        int8(shape, 0.1, 0),
        node("STRIDED_SLICE", *bounds, shrinkAxisMask=shrink),
    )


CASES = {
    "slice_of_a_row": strided_slice([0, 3, 0], [1, 4, 5], 2, (1, 5)),
    "slice_of_rows": strided_slice([0, 1, 0], [1, 3, 5], 0, (1, 2, 5)),
}

REFUSED = {
    "are not contiguous": strided_slice([0, 0, 0], [1, 4, 1], 0, (1, 4, 1)),
}
