"""A model that runs step by step in a stream answers what it does for each whole window."""

import numpy as np
import pytest
from codegen_cases import CASES, windows

from wav2nano.codegen import HostModel

# Steps, and the share of the multiply-accumulates that each takes at most.
STREAMS = {
    "stream": {2: 0.2, 4: 0.3, 8: 0.6},
    "stream_2d": {2: 0.3, 4: 0.5},
    "conv1d": {3: 0.5, 12: 0.7},
    "conv_lstm": {2: 0.9},
}
CASES_OF_STREAMS = [(case, step) for case, steps in STREAMS.items() for step in steps]


@pytest.mark.parametrize(("case", "step"), CASES_OF_STREAMS)
def test_every_step_answers_as_its_window(case, step, oracle):
    model = HostModel(CASES[case], step=step)
    shape = model.generated.input_shape
    frames = windows((1, shape[1] + 40 * step, *shape[2:]), 1, seed=2)[0]
    heard = model.stream(frames.reshape(-1, step, *shape[2:]) if not len(frames) % step else frames[len(frames) % step :].reshape(-1, step, *shape[2:]))
    print(heard.shape)
