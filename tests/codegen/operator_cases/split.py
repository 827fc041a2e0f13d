"""Parts of a tensor, of which the first is read."""

import numpy as np
from handmade_models import build, constant, int8, node


def numbers(*values: int):
    return constant(np.array(values), "int32")


def part(shape: tuple[int, ...]):
    return int8(shape, 0.1, 3)


def split(whole: tuple[int, ...], shape: tuple[int, ...], count: int, axis: int) -> bytes:
    also = (part(shape),) * (count - 1)
    return build(
        part(whole),
        part(shape),
        node("SPLIT", first=(numbers(axis),), also=also, numSplits=count),
    )


def split_v(whole, *shapes) -> bytes:
    sizes = numbers(*(shape[-1] for shape in shapes))
    return build(
        part(whole),
        part(shapes[0]),
        node("SPLIT_V", sizes, numbers(-1), also=[part(s) for s in shapes[1:]], numSplits=2),
    )


def unpack(whole: tuple[int, ...], shape: tuple[int, ...], count: int, axis: int) -> bytes:
    also = (part(shape),) * (count - 1)
    return build(part(whole), part(shape), node("UNPACK", also=also, num=count, axis=axis))


CASES = {
    "split": split((1, 12), (1, 4), 3, 1),
    "split_rows": split((6, 4), (2, 4), 3, -2),
    "split_v": split_v((1, 12), (1, 5), (1, 7)),
    "unpack": unpack((6, 1, 4), (1, 4), 6, 0),
    "unpack_second_axis": unpack((1, 6, 4), (1, 4), 6, 1),
}
REFUSED = {
    "parts that are not contiguous": split((2, 12), (2, 4), 3, 1),
    "8 values in its parts, of 12": split((1, 12), (1, 4), 2, 1),
    "has a part of 1 x 5": unpack((6, 1, 4), (1, 5), 6, 0),
    "10 values in its parts, of 12": split_v((1, 12), (1, 5), (1, 5)),
}
