"""Softmax, from scales that leave all equal to scales that leave one."""

from itertools import product

from handmade_models import build, int8, node


def softmax(scale: float, depth: int) -> bytes:
    return build(
        int8((2, depth), scale, 9), int8((2, depth), 1 / 256, -128), node("SOFTMAX", beta=1.0)
    )


CASES = {
    f"softmax_{scale:g}_{depth}": softmax(scale, depth)
    for scale, depth in product((0.0004, 0.011, 0.06, 0.25, 2.0, 40.0), (2, 35))
}
