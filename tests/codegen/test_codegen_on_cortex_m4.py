"""The fast kernels, built for the board's processor, give the host's results."""

import numpy as np
import pytest
from codegen_cases import windows

from cortex_m4 import CortexM4


@pytest.fixture(scope="module")
def board(generated, sources, tmp_path_factory) -> CortexM4:
    files, include_dirs = sources
    entries = [f"w2n_{model.name}_invoke" for model in generated.values()]
    return CortexM4(files, entries, tmp_path_factory.mktemp("m4"), include_dirs=include_dirs)


def test_every_case(case, inputs, generated, on_host, board):
    inputs = inputs[::6]
    expected = on_host(case, inputs)
    entry = f"w2n_{generated[case].name}_invoke"
    scores = [board.call(entry, window, expected.shape[1]) for window in inputs]
    np.testing.assert_array_equal(np.array(scores), expected)


def test_recurrent_model_is_fast(generated, board):
    """1.9 instructions a multiply-accumulate: a loss of the fast path would double that."""
    model = generated["lstm_mfcc"]
    window = windows(model.input_shape, 12)[0]
    entry = f"w2n_{model.name}_invoke"
    instructions = board.count(entry, window, model.output_shape[1])
    assert model.macs < instructions < 2.1 * model.macs
    assert board.count(entry, window, model.output_shape[1]) == instructions
