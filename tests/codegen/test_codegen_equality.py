"""The generated C computes what TensorFlow Lite Micro computes, value for value."""

import numpy as np
import pytest
from codegen_cases import CASES, CONVERTED, windows

from wav2nano.codegen import HostModel


def test_every_case(case, inputs, on_host, oracle):
    expected = oracle(CASES[case], inputs)
    np.testing.assert_array_equal(on_host(case, inputs), expected)
    if "softmax" not in case:
        assert len(np.unique(expected)) > 2, "the model says the same of everything"


@pytest.mark.parametrize("case", [name for name in CONVERTED if "lstm" in name])
def test_recurrent_models_on_thousands_of_windows(case, generated, on_host, oracle):
    inputs = windows(generated[case].input_shape, 3000, seed=1)
    np.testing.assert_array_equal(on_host(case, inputs), oracle(CASES[case], inputs))


def test_conversion_of_today(oracle):
    """The files in models/ are what the installed converter still makes."""
    pytest.importorskip("tf_keras")
    from make_models import convert, lstm_last

    content = convert(lstm_last)
    model = HostModel(content)
    inputs = windows(model.generated.input_shape, 300)
    np.testing.assert_array_equal(model.invoke(inputs), oracle(content, inputs))


def test_calls_do_not_depend_on_each_other(generated, on_host):
    inputs = windows(generated["bilstm_stacked"].input_shape, 50)
    order = np.random.default_rng(0).permutation(50)
    scores = on_host("bilstm_stacked", inputs)
    np.testing.assert_array_equal(on_host("bilstm_stacked", inputs[order]), scores[order])
