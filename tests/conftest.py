"""Fixtures that all tests share."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cortex_m4 import Program, build_program

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items) -> None:
    """Keep tests of a group on one worker: pytest 9.2 overlooks what pytest-xdist 3.8 does for it.

    It names groups in `_nodeid`, which is no longer read; then each worker builds all that the
    tests of a group share.
    """
    if not config.getoption("loadgroup", False):
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group and not item.nodeid.endswith(f"@{group.args[0]}"):
            item._id = f"{item.nodeid}@{group.args[0]}"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with real recordings, beside the checkout or named by WAV2NANO_TEST_DATA."""
    folder = Path(os.environ.get("WAV2NANO_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real recordings are not here: set WAV2NANO_TEST_DATA to their folder")
    return folder


@pytest.fixture
def yamnet_file(shared_data, tmp_path, monkeypatch) -> Iterator[Path]:
    """YAMNet where the workflow puts it, in a folder of its own."""
    from wav2nano.features.kinds import yamnet as embeddings
    from wav2nano.model_files import YAMNET
    from wav2nano.models.architectures import yamnet as layers

    source = shared_data.parent / "models" / "yamnet" / "yamnet_spectra_in_int8.tflite"
    if not source.exists():
        pytest.skip("YAMNet is not beside the real recordings")
    monkeypatch.chdir(tmp_path)
    YAMNET.path.parent.mkdir(parents=True)
    shutil.copyfile(source, YAMNET.path)
    kept = (embeddings._network, layers._convolutions)
    for cached in kept:
        cached.cache_clear()
    yield YAMNET.path
    for cached in kept:
        cached.cache_clear()


@pytest.fixture
def speech_embedding_file(tmp_path, monkeypatch) -> Iterator[Path]:
    """Google's speech embedding where the workflow puts it, in a folder of its own."""
    from wav2nano.features.kinds.speech_embedding import _network
    from wav2nano.fetch_model import fetch_model
    from wav2nano.model_files import SPEECH_EMBEDDING

    if not SPEECH_EMBEDDING.origin.are_here():
        pytest.skip("not here: wav2nano fetch-model speech_embedding")
    monkeypatch.chdir(tmp_path)
    fetch_model("speech_embedding")
    _network.cache_clear()
    yield SPEECH_EMBEDDING.path
    _network.cache_clear()


@pytest.fixture(scope="session")
def compile_program(tmp_path_factory) -> Callable[..., Program]:
    """Compile C to a program at `base`, once: `compile_program(source, base=0, flags=())`."""
    done: dict[tuple, Program] = {}

    def compile_(source: str, *, base: int = 0, flags: tuple[str, ...] = ()) -> Program:
        key = source, base, flags
        if key not in done:
            done[key] = build_program(source, tmp_path_factory.mktemp("program"), base, *flags)
        return done[key]

    return compile_


@pytest.fixture(scope="session")
def oracle():
    """Give a function that runs a model in TensorFlow Lite Micro, reset before each window."""
    runtime = pytest.importorskip(
        "tflite_micro", reason="tflite-micro, the reference, is not installed"
    ).runtime

    def run(content: bytes, inputs: np.ndarray) -> np.ndarray:
        interpreter = runtime.Interpreter.from_bytes(content, arena_size=1_000_000)
        scores = []
        for window in inputs:
            interpreter.reset()
            interpreter.set_input(window, 0)
            interpreter.invoke()
            scores.append(interpreter.get_output(0).ravel().copy())
        return np.array(scores)

    return run
