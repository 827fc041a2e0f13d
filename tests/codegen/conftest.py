"""All test models as C, built once: compiling them one by one would take most of the time."""

import ctypes
from pathlib import Path

import numpy as np
import pytest
from codegen_cases import CASES, INPUTS, STEPS, windows

from wav2nano.codegen import GeneratedModel, generate_model_c
from wav2nano.firmware_sources import KERNELS, c_sources
from wav2nano.hostcc import build_shared_library


@pytest.fixture(scope="session")
def generated(tmp_path_factory) -> dict[str, GeneratedModel]:
    """The C of each case."""
    folder = tmp_path_factory.mktemp("generated")
    return {
        name: generate_model_c(content, folder, name=f"case_{i}", step=STEPS.get(name))
        for i, (name, content) in enumerate(CASES.items())
    }


@pytest.fixture(scope="session")
def sources(generated) -> tuple[list[Path], list[Path]]:
    """Source files of all cases with the kernels, and the folders to include."""
    models = [model.source for model in generated.values()]
    return [*models, *c_sources(KERNELS)], [models[0].parent, KERNELS]


@pytest.fixture(scope="session")
def on_host(generated, sources, tmp_path_factory):
    """Give a function that runs a case on windows, on this machine."""
    files, include_dirs = sources
    out = tmp_path_factory.mktemp("host") / "cases.so"
    library = ctypes.CDLL(str(build_shared_library(files, out, include_dirs=include_dirs)))

    def run(name: str, inputs: np.ndarray) -> np.ndarray:
        invoke = library[f"w2n_{generated[name].name}_invoke"]
        scores = np.empty((len(inputs), np.prod(generated[name].output_shape)), np.int8)
        for window, score in zip(inputs, scores, strict=True):
            invoke(ctypes.c_void_p(window.ctypes.data), ctypes.c_void_p(score.ctypes.data))
        return scores

    return run


@pytest.fixture(params=CASES)
def case(request) -> str:
    """The name of each case."""
    return request.param


@pytest.fixture
def inputs(case, generated) -> np.ndarray:
    """Windows for the case."""
    if case in INPUTS:
        return INPUTS[case]
    return windows(generated[case].input_shape, 300)
