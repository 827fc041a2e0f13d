"""Keras on TensorFlow, with the same numbers in every run and models in the same bytes."""

import json
import os
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.files import as_written, atomic_path, require_readable

# In floating point the order of a sum counts. It follows the number of threads, so this is fixed:
# a machine with two cores trains the same model as one with eight. And it follows the kernels that
# TensorFlow chooses for the processor: without oneDNN's operations, which it uses on some only, and
# with no wider vectors than AVX2 in the products of matrices.
THREADS = 4
KERNELS = {"TF_ENABLE_ONEDNN_OPTS": "0", "ONEDNN_MAX_CPU_ISA": "AVX2"}


def import_keras(seed: int) -> Any:
    """Import Keras 3 on TensorFlow, quiet, and with the same numbers in every run."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ |= {"TF_NUM_INTRAOP_THREADS": str(THREADS), **KERNELS}
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with native_messages_hidden():
        import keras
        import tensorflow

    keras.utils.set_random_seed(seed)
    tensorflow.config.experimental.enable_op_determinism()
    return keras


def train_on(model: Any, batches: Iterable[tuple[Any, ...]]) -> list[float]:
    """Take a step for each batch of inputs, targets and weights; gives the mean of each metric.

    Keras' own `fit` goes through a pipeline of TensorFlow, which takes as long as the steps of a
    small network, and keeps the windows of every epoch in memory.
    """
    return _mean(model.train_on_batch, batches)


def test_on(model: Any, batches: Iterable[tuple[Any, ...]]) -> list[float]:
    """Score all batches of inputs, targets and, if any, weights; gives the mean of each metric."""
    return _mean(model.test_on_batch, batches)


def _mean(function: Any, batches: Iterable[tuple[Any, ...]]) -> list[float]:
    """Average what a function gives for the windows of each batch over all windows."""
    total, count = np.zeros(1), 0
    for batch in batches:
        windows = len(batch[0])
        total = total + windows * np.array(function(*batch), np.float64)
        count += windows
    found: list[float] = (total / count).tolist()
    return found


def load_model(path: Path) -> Any:
    """Load a Keras model.

    Raises
    ------
    UserError
        If the file is damaged.
    """
    require_readable(path)
    keras = import_keras(0)
    with as_written(path):
        return keras.saving.load_model(path, compile=False)


def save_model(path: Path, model: Any) -> None:
    """Save a Keras model; the same model gives the same bytes.

    Keras itself writes the time, and addresses in memory as numbers of shared objects.
    """
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "model.keras"
        model.save(saved)
        with zipfile.ZipFile(saved) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    numbers: dict[bytes, bytes] = {}
    members["config.json"] = re.sub(
        rb'(?<="shared_object_id": )\d+',
        lambda match: numbers.setdefault(match[0], b"%d" % len(numbers)),
        members["config.json"],
    )
    metadata = json.loads(members["metadata.json"])
    members["metadata.json"] = json.dumps({**metadata, "date_saved": ""}).encode()
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in members.items():
            # A ZipInfo that is made by hand has a fixed date.
            archive.writestr(zipfile.ZipInfo(name), content)


@contextmanager
def native_messages_hidden() -> Iterator[None]:
    """Hide what TensorFlow's C++ writes to standard error, whatever its log level says.

    Without a GPU it tells so several times before it reads its own log level. Errors are Python
    exceptions, which are not hidden.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
