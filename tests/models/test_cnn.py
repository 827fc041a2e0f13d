"""The architecture cnn."""

import pytest

from wav2nano.errors import UserError
from wav2nano.models import check
from wav2nano.models.architectures import cnn


def test_a_cnn_that_runs_out_of_frames_is_refused():
    settings = cnn.Settings(filters=[8] * 5, pool=3)
    with pytest.raises(UserError, match=r"convolution 3 of 5 has 3 frames left"):
        check((49, 13), settings)
