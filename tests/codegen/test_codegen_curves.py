"""Sigmoid and tanh of the LSTM kernel, for every int16."""

import ctypes

import numpy as np
import pytest

from wav2nano.firmware_sources import KERNELS, c_sources
from wav2nano.hostcc import build_shared_library

WRAPPERS = """
#include "w2n_curves.h"
int32_t sigmoid(int32_t x);
int32_t tanh_of_third(int32_t thrice);
int32_t sigmoid(int32_t x) { return w2n_sigmoid(x); }
int32_t tanh_of_third(int32_t thrice) { return w2n_tanh_of_third(thrice); }
"""

X = np.arange(-32768, 32768)


@pytest.fixture(scope="module")
def curves(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curves")
    (folder / "wrappers.c").write_text(WRAPPERS)
    return ctypes.CDLL(
        str(
            build_shared_library(
                [folder / "wrappers.c", *c_sources(KERNELS)],
                folder / "curves.so",
                include_dirs=[KERNELS],
            )
        )
    )


@pytest.fixture(scope="module")
def sigmoid(curves) -> np.ndarray:
    return np.array([curves.sigmoid(int(x)) for x in X])


@pytest.fixture(scope="module")
def tanh(curves) -> np.ndarray:
    return np.array([curves.tanh_of_third(3 * int(x)) for x in X])


def test_against_real_numbers(sigmoid, tanh):
    assert np.abs(sigmoid / 32768 - 1 / (1 + np.exp(-X / 4096))).max() < 6e-5
    assert np.abs(tanh / 32768 - np.tanh(X / 4096)).max() < 1.2e-4


def test_against_reference(sigmoid, tanh):
    runtime = pytest.importorskip(
        "tflite_micro", reason="tflite-micro, the reference, is not installed"
    ).runtime
    from handmade_models import build, int8, node

    for op, values in (("LOGISTIC", sigmoid), ("TANH", tanh)):
        shape = (1, len(X))
        content = build(
            int8(shape, 2.0**-12, 0, "int16"), int8(shape, 2.0**-15, 0, "int16"), node(op)
        )
        interpreter = runtime.Interpreter.from_bytes(content, arena_size=1_000_000)
        interpreter.set_input(X.astype(np.int16).reshape(shape), 0)
        interpreter.invoke()
        np.testing.assert_array_equal(values, interpreter.get_output(0).ravel())


def test_between_the_multiples_of_three(curves):
    """The cell state asks for any number, where the gates ask for multiples of three alone."""
    numbers = np.arange(1, 3 * 32768)
    above = np.array([curves.tanh_of_third(int(n)) for n in numbers])
    below = np.array([curves.tanh_of_third(int(-n)) for n in numbers])
    np.testing.assert_array_equal(below, -above)
    assert np.abs(above / 32768 - np.tanh(numbers / 3 / 4096)).max() < 1.2e-4
    assert (np.diff(above) >= 0).all()


def test_beyond_int16_they_saturate(curves, sigmoid, tanh):
    for x in (32768, 40000, 65534, 65535):
        assert curves.sigmoid(x) == sigmoid[-1]
        assert curves.tanh_of_third(3 * x) == tanh[-1]
        assert curves.sigmoid(-x) == sigmoid[0]
        assert curves.tanh_of_third(-3 * x) == tanh[0]
