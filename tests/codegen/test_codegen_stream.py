"""A model that runs step by step in a stream answers what it does for each whole window."""

import numpy as np
import pytest
from codegen_cases import CASES, windows

from wav2nano.codegen import HostModel
from wav2nano.errors import UserError

# Steps, and the share of the multiply-accumulates of a window that each takes at most.
STREAMS = {
    ("stream", 2): 0.1,
    ("stream", 4): 0.2,
    ("stream", 8): 0.3,
    ("stream_columns", 3): 0.4,
    ("stream_2d", 2): 0.15,
    ("stream_2d", 4): 0.3,
    ("conv1d", 3): 0.4,
    ("conv1d", 12): 0.5,
    ("conv_lstm", 2): 0.9,  # the LSTM takes all columns again
}


@pytest.mark.parametrize(("case", "step"), STREAMS)
def test_every_step_answers_as_its_window(case, step, oracle):
    model = HostModel(CASES[case], step=step)
    frames, *rest = model.generated.input_shape[1:]
    heard = windows(((frames // step + 20) * step, *rest), 6, seed=2).reshape(-1, *rest)
    answers = model.stream(heard.reshape(-1, step, *rest))
    ends = np.arange(step, len(heard) + 1, step)
    whole = ends >= frames
    inputs = np.stack([heard[None, end - frames : end] for end in ends[whole]])
    expected = oracle(CASES[case], inputs)
    assert len(expected) > 100
    np.testing.assert_array_equal(answers[whole], expected)
    macs = HostModel(CASES[case]).generated.macs
    assert model.generated.macs <= STREAMS[case, step] * macs


@pytest.mark.parametrize(("case", "step"), STREAMS)
def test_a_whole_window_after_a_stream(case, step):
    model = HostModel(CASES[case], step=step)
    inputs = windows(model.generated.input_shape, 30, seed=3)
    model.stream(inputs[0, 0, :step][None])
    np.testing.assert_array_equal(model.invoke(inputs), HostModel(CASES[case]).invoke(inputs))


@pytest.mark.parametrize(
    ("case", "step"),
    [
        ("lstm_mfcc", 4),  # an LSTM starts from zero at the beginning of each window
        ("residual", 1),  # padding is zeros beyond the edges of each window
        ("dense", 1),
        ("dense_linear", 1),  # has no frames
        ("stream", 3),  # moves by two frames
        ("stream", 41),  # nothing of the window before is in the next
    ],
)
def test_where_nothing_can_be_kept_the_window_is_taken_whole(case, step):
    model = HostModel(CASES[case], step=step)
    assert model.generated.step_frames is None
    assert model.generated.macs == HostModel(CASES[case]).generated.macs
    with pytest.raises(UserError, match="takes whole windows"):
        model.stream(np.zeros((1, 5), np.int8))
