"""Models for which no C can be generated: the message names the file and what would be right."""

from pathlib import Path

import numpy as np
import pytest
from codegen_cases import CONVERTED, FLOAT_MODEL, REFUSED
from handmade_models import build, int8, node

from wav2nano.codegen import HostModel, generate_model_c
from wav2nano.errors import UserError

DENSE = CONVERTED["dense"]


def refused(content: bytes, folder: Path) -> str:
    """Give the message with which the model is refused; nothing must have been written."""
    path = folder / "my model.tflite"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        generate_model_c(path, folder / "out")
    assert not (folder / "out").exists()
    assert str(path) in str(error.value)
    return str(error.value)


def test_float_model(tmp_path):
    assert "quantise the model to int8 first" in refused(FLOAT_MODEL, tmp_path)


def test_not_a_model(tmp_path):
    assert "is not a .tflite model" in refused(b"RIFF....WAVE", tmp_path)


def test_empty_file(tmp_path):
    assert "is not a .tflite model" in refused(b"", tmp_path)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.98])
def test_truncated_file(tmp_path, part):
    message = refused(DENSE[: int(part * len(DENSE))], tmp_path)
    assert "damaged or truncated" in message


def test_missing_file(tmp_path):
    with pytest.raises(UserError, match=r"Cannot read the model .*absent\.tflite"):
        generate_model_c(tmp_path / "absent.tflite", tmp_path)


def test_operation_without_kernel(tmp_path):
    content = build(int8((1, 4), 0.1, 0), int8((1, 4), 0.1, 0), node("FLOOR"))
    message = refused(content, tmp_path)
    assert "has the operation FLOOR" in message
    assert "FULLY_CONNECTED" in message


@pytest.mark.parametrize("message", REFUSED)
def test_operation_that_its_kernel_cannot_do(tmp_path, message):
    assert message in refused(REFUSED[message], tmp_path)


@pytest.mark.parametrize("operation", ["ADD", "FULLY_CONNECTED"])
def test_operation_without_an_input_that_it_needs(tmp_path, operation):
    content = build(int8((1, 6), 0.1, 0), int8((1, 6), 0.1, 0), node(operation))
    assert "lacks its input 1" in refused(content, tmp_path)


def test_int16_activations(tmp_path):
    content = build(int8((1, 4), 0.1, 0, "int16"), int8((1, 4), 0.1, 0, "int16"), node("SOFTMAX"))
    assert "The input of" in refused(content, tmp_path)


@pytest.mark.parametrize("name", ["Model", "2nd", "my-model", "", "a b"])
def test_name_that_is_no_c_identifier(tmp_path, name):
    with pytest.raises(UserError, match="cannot be used in C names"):
        generate_model_c(DENSE, tmp_path, name=name)


def test_windows_of_another_size_or_type():
    model = HostModel(DENSE)
    with pytest.raises(UserError, match="windows of 60 int8 values"):
        model.invoke(np.zeros((3, 61), np.int8))
    with pytest.raises(UserError, match="float32"):
        model.invoke(np.zeros((3, 60), np.float32))
    assert model.invoke(np.zeros((0, 60), np.int8)).shape == (0, 5)


def test_no_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(UserError, match="No C compiler"):
        HostModel(DENSE)
