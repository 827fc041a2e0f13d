"""The same settings and data train the same bytes, with one core and with all of them."""

import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from wav2nano.keras_runtime import KERNELS, THREADS
from wav2nano.training.train_model import describe_environment

# What train_model does, on random data.
SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from wav2nano.keras_runtime import import_keras, save_model
from wav2nano.models import ARCHITECTURES, build_model

keras = import_keras(1)
settings = ARCHITECTURES["lstm"].Settings()
model = build_model(keras, (50, 13), 5, settings)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
random = np.random.default_rng(0)
values = random.normal(0, 1, (64, 50, 13)).astype("float32")
model.fit(values, random.integers(0, 5, 64), batch_size=32, shuffle=False, verbose=0)
save_model(Path(sys.argv[1]), model)
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The model file that each number of cores trains."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system does not bind a process to cores")
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        pytest.skip("there is one core only")
    folder = tmp_path_factory.mktemp("trained")
    paths = {}
    for count in (1, len(cores)):
        paths[count] = folder / f"{count}.keras"
        subprocess.run(
            [sys.executable, "-c", SCRIPT, paths[count]],
            check=True,
            preexec_fn=lambda count=count: os.sched_setaffinity(0, cores[:count]),
            stderr=subprocess.DEVNULL,
        )
    return list(paths.values())


def test_any_number_of_cores_gives_the_same_bytes(trained):
    one, all_of_them = (path.read_bytes() for path in trained)
    assert one == all_of_them


def test_the_file_has_neither_time_nor_addresses(trained):
    with zipfile.ZipFile(trained[0]) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b'"date_saved": ""' in archive.read("metadata.json")
        assert b'"shared_object_id": 0' in archive.read("config.json")


def test_the_file_loads(trained):
    from wav2nano.keras_runtime import import_keras

    model = import_keras(0).saving.load_model(trained[0])
    scores = model.predict(np.zeros((2, 50, 13), np.float32), verbose=0)
    assert scores.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_what_trained_is_told():
    environment = describe_environment()
    assert environment["threads"] == THREADS
    assert environment["tensorflow"].count(".") == 2
    assert environment["machine"]
    assert KERNELS["TF_ENABLE_ONEDNN_OPTS"] == "0"
