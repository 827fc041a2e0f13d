"""Normalisation and quantisation of features in one step."""

import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.features.quantize import quantization_tables, quantize


def test_is_normalisation_then_quantisation():
    random = np.random.default_rng(3)
    mean, std = random.uniform(-400, 100, 13), random.uniform(1, 80, 13)
    values = random.normal(mean, 2 * std, (500, 13)).astype(np.float32)
    scale, offset = quantization_tables(mean, std, 0.037, 11)
    assert scale.dtype == offset.dtype == np.float32
    exact = (values - mean) / std / 0.037 + 11
    actual = quantize(values, scale, offset)
    assert actual.dtype == np.int8
    assert np.abs(actual - np.clip(exact, -128, 127)).max() < 0.501


def test_rounds_half_to_even_and_saturates():
    values = np.array([-1e9, -128.6, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 127.5, 1e9], np.float32)
    one, zero = np.ones_like(values), np.zeros_like(values)
    expected = [-128, -128, -2, -2, 0, 0, 2, 2, 127, 127]
    assert quantize(values, one, zero).tolist() == expected


@pytest.mark.parametrize(("mean", "std"), [(0.0, 0.0), (np.nan, 1.0), (0.0, np.inf)])
def test_bin_that_never_changes(mean, std):
    with pytest.raises(UserError, match="bin 1 has the same value"):
        quantization_tables(np.array([0.0, mean]), np.array([1.0, std]), 0.1, 0)


def test_other_than_float32_is_refused():
    with pytest.raises(ValueError, match="float32"):
        quantize(np.zeros(3), np.ones(3, np.float32), np.zeros(3, np.float32))
