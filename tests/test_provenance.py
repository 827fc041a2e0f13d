"""Code counts by meaning, and a rule is tied to the modules that it reaches."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import wav2nano
from wav2nano.synthesis.voices import modules_of_engine

SOURCE = Path(wav2nano.__file__).parents[1]
TRAINING = "wav2nano.training.train_model"
SIMULATION = "wav2nano.firmware.simulate_board"


def digest(source, module=TRAINING, python=sys.executable):
    """Digest that a fresh process computes in the library below `source`."""
    code = f"from wav2nano.provenance import code_digest; print(code_digest({module!r}))"
    result = subprocess.run(
        [python, "-c", code],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.strip()


@pytest.fixture
def source(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    return shutil.copytree(SOURCE, tmp_path / "src", ignore=ignored)


def edit(source, name, old, new, package="wav2nano"):
    path = source / package / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_comments_docstrings_and_layout_do_not_count(source):
    before = digest(source)
    edit(
        source,
        "training/train_model.py",
        '"""Step train-model',
        '"""Another text. Step train-model',
    )
    edit(source, "training/train_model.py", "def augment(", "# Why not.\n\n\ndef augment(")
    edit(source, "tables/preprocessing.py", "mean, std = np.array", "mean, std = \\\n  np.array")
    assert digest(source) == before


def test_docstrings_of_attributes_do_not_count(source):
    module = source / "wav2nano" / "tiny.py"
    bare = "A = 1\n\n\nclass B:\n    a: int\n    b: int = 0\n"
    module.write_text(bare)
    before = digest(source, "wav2nano.tiny")
    told = 'A = 1\n"""1."""\n\n\nclass B:\n    a: int\n    """2."""\n    b: int = 0\n    """3."""\n'
    module.write_text(told)
    assert digest(source, "wav2nano.tiny") == before
    module.write_text(told.replace("2.", "4."))
    assert digest(source, "wav2nano.tiny") == before
    module.write_text(told.replace("int = 0", "int = 1"))
    assert digest(source, "wav2nano.tiny") != before


def test_every_package_in_the_folder_is_followed(source):
    before, training = digest(source, SIMULATION), digest(source)
    edit(source, "scheduler.py", "64_000_000", "64_000_001", package="nano33sim")
    assert digest(source, SIMULATION) != before
    assert digest(source) == training


def test_data_files_beside_a_module_count(source):
    simulator, training = digest(source, "nano33sim"), digest(source)
    edit(source, "registers.json", "1073741824", "1073741825", package="nano33sim")
    changed = digest(source, "nano33sim")
    assert changed != simulator
    assert digest(source) == training
    templates = source / "nano33sim" / "templates"
    templates.mkdir()
    (templates / "page.txt").write_text("a page")
    assert digest(source, "nano33sim") != changed


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("keras_runtime.py", "THREADS = 4", "THREADS = 5"),
        # Imported by it, and by what it imports.
        ("tables/preprocessing.py", "np.array(self.mean", "np.asarray(self.mean"),
        ("tables/recordings.py", 'UNKNOWN = "_unknown_"', 'UNKNOWN = "unknown"'),
        ("__init__.py", "__version__ =", "VERSION = __version__ ="),
    ],
)
def test_code_that_is_reached_counts(source, name, old, new):
    before = digest(source)
    edit(source, name, old, new)
    assert digest(source) != before


def test_modules_of_a_registry_count(source):
    """They are named nowhere: their package finds them by itself."""
    generate = "wav2nano.firmware.generate_code"
    before = digest(source, generate)
    edit(source, "codegen/operators/softmax.py", "op=node.op", "op=str(node.op)")
    edited = digest(source, generate)
    (source / "wav2nano/codegen/operators/floor.py").write_text('OPERATIONS = ("FLOOR",)\n')
    assert len({before, edited, digest(source, generate)}) == 3


@pytest.mark.parametrize("engine", ["espeak", "kokoro", "pico", "piper"])
def test_the_worker_of_an_engine_counts(source, engine):
    """It is started as a program of its own: nothing imports it."""
    worker = modules_of_engine(engine)[-1]
    before = digest(source, worker)
    edit(source, f"synthesis/workers/{engine}.py", "(sys.stdin)", "(fp=sys.stdin)")
    assert digest(source, worker) != before


@pytest.mark.parametrize("engine", ["kokoro", "piper"])
def test_what_runs_the_network_of_a_voice_counts(source, engine):
    worker = modules_of_engine(engine)[-1]
    lock = source.parent / "requirements.lock"
    lock.write_text("onnxruntime==1.32.0\n")
    before = digest(source, worker)
    lock.write_text("onnxruntime==1.33.0\n")
    newer = digest(source, worker)
    edit(source, "synthesis/workers/onnx.py", "SEED = 1", "SEED = 2")
    assert len({before, newer, digest(source, worker)}) == 3


def test_an_engine_that_is_a_program_has_no_worker():
    assert modules_of_engine("flite") == ["wav2nano.synthesis.engines.flite"]


def test_the_locked_version_of_what_is_imported_counts(source):
    lock = source.parent / "requirements.lock"
    lock.write_text("keras==3.1 \\\n    --hash=sha256:0\nscikit-learn==1.0\nmatplotlib==3.0\n")
    training, split = digest(source), digest(source, "wav2nano.dataset.split_dataset")
    lock.write_text(lock.read_text().replace("keras==3.1", "keras==3.2"))
    assert digest(source) != training
    assert digest(source, "wav2nano.dataset.split_dataset") == split


def test_code_that_is_not_reached_does_not_count(source):
    before = digest(source)
    edit(source, "plotting.py", "dpi=130", "dpi=120")
    assert digest(source) == before
    assert digest(source, "wav2nano.evaluation.evaluate_model") != digest(
        SOURCE, "wav2nano.evaluation.evaluate_model"
    )


def test_a_moved_line_counts_where_the_order_does(source):
    before = digest(source)
    edit(
        source,
        "tables/preprocessing.py",
        "    return (values - mean) / std",
        "    return values / std - mean",
    )
    assert digest(source) != before


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_every_version_of_python_says_the_same(version):
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"python{version} is not here")
    assert digest(SOURCE, python=python) == digest(SOURCE)
