"""A change rebuilds what depends on it, and nothing else."""

import numpy as np
import pytest
import soundfile

pytestmark = pytest.mark.xdist_group("workflow")

FROM_TRAINING = {
    "train_model": 1,
    "quantize_model": 1,
    "score_model": 3,
    "evaluate_model": 1,
    "generate_code": 1,
    "compile_firmware": 2,
    "simulate_board": 1,
}


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_nothing_to_do(built):
    result = built.snakemake("firmware")
    assert "Nothing to be done" in result.stderr + result.stdout


def test_epochs_rebuild_from_training_on(changed):
    changed.change_settings(training={"epochs": 4})
    assert changed.planned() == FROM_TRAINING


def test_the_sketch_rebuilds_the_firmware_only(changed):
    sketch = changed.root / "firmware" / "sketches" / "listener" / "listener.ino"
    replace(sketch, "LED_MILLISECONDS = 500", "LED_MILLISECONDS = 400")
    assert changed.planned() == {"compile_firmware": 1, "simulate_board": 1}


def test_the_simulation_rebuilds_nothing_but_its_report(changed):
    changed.change_settings(simulation={"recordings": 5})
    assert changed.planned() == {"simulate_board": 1}


def test_one_recording_touches_one_shard(changed):
    path = changed.root / "data" / "raw" / "keywords" / "never" / "ann" / "1.wav"
    path.parent.mkdir(parents=True)
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 16000), 16000)
    changed.snakemake("results/keywords/split.csv")
    jobs = changed.planned()
    assert jobs.pop("chunk_audio") == jobs.pop("extract_features") == 1
    assert jobs == FROM_TRAINING


def test_one_word_more_is_spoken_alone(changed):
    changed.change_settings(words=["never", "all", "must"])
    jobs = changed.planned()
    # The new word, and the other words: it might have been one of them.
    assert jobs["synthesize_speech"] == 2


def test_a_comment_rebuilds_nothing(changed):
    source = changed.root / "src" / "wav2nano" / "training" / "train.py"
    replace(source, "def augment(", "# Why not.\ndef augment(")
    assert changed.planned() == {}


def test_code_rebuilds_what_uses_it(changed):
    source = changed.root / "src" / "wav2nano" / "evaluation" / "plots.py"
    replace(source, "dpi=130", "dpi=120")
    assert changed.planned() == {"evaluate_model": 1}


def test_a_kernel_rebuilds_scores_and_firmware(changed):
    source = changed.root / "firmware" / "libraries" / "Wav2NanoKernels" / "src" / "w2n_softmax.c"
    source.write_text(source.read_text() + "\n/* changed */\n")
    jobs = changed.planned()
    assert jobs["compile_firmware"] == 2
    assert "score_model" in jobs
    assert "train_model" not in jobs
