"""The architecture cnn."""

import pytest

from wav2nano.errors import UserError
from wav2nano.features import KINDS
from wav2nano.keras_runtime import import_keras
from wav2nano.models import build_model, check
from wav2nano.models.architectures import cnn

MFCC = KINDS["mfcc"].Settings()


def test_a_cnn_that_runs_out_of_frames_is_refused():
    settings = cnn.Settings(filters=[8] * 5, pool=3)
    with pytest.raises(UserError, match=r"convolution 3 of 5 has 3 frames left"):
        check((49, 13), settings, MFCC)


def test_a_kernel_and_a_stride_for_each_convolution():
    """The sizes are those of torch.nn.Conv1d's formula, floor((frames - kernel) / stride + 1)."""
    settings = cnn.Settings(filters=[8, 16], kernel=[13, 11], stride=[4, 1], pool=8, units=[])
    check((32000, 1), settings, MFCC)
    model = build_model(import_keras(1), (32000, 1), 3, settings)
    assert model.get_layer("conv_0").kernel.shape == (13, 1, 8)
    assert model.get_layer("conv_0").output.shape == (None, 7997, 8)
    assert model.get_layer("conv_1").kernel.shape == (11, 8, 16)
    assert model.get_layer("conv_1").output.shape == (None, 999 - 10, 16)


def test_a_list_of_another_length_is_refused():
    settings = cnn.Settings(filters=[8, 8, 8], kernel=[13, 11])
    with pytest.raises(UserError, match=r"kernel: \[13, 11\] has 2 numbers, .* makes 3 conv"):
        check((49, 13), settings, MFCC)


@pytest.mark.parametrize("frames", range(1, 40))
@pytest.mark.parametrize(("stride", "pool"), [(1, 2), (3, 2), ([5, 2], 1)])
def test_what_is_refused_is_what_keras_refuses(frames, stride, pool):
    settings = cnn.Settings(filters=[2, 2], kernel=[7, 3], stride=stride, pool=pool, units=[])
    try:
        network = build_model(import_keras(1), (frames, 2), 2, settings)
        built = min(layer.output.shape[1] for layer in network.layers) > 0
    except ValueError:
        built = False
    try:
        check((frames, 2), settings, MFCC)
    except UserError:
        assert not built
    else:
        assert built
