"""Every clone of a commit: nothing is rebuilt that need not be, everything is that must."""

import os
import signal
import subprocess
import time

import numpy as np
import pytest
import soundfile
import yaml

from workflow.conftest import KEYWORDS, ROOT, Checkout

pytestmark = pytest.mark.xdist_group("workflow")

# Of one experiment; there are two.
FIRMWARE = {"compile_firmware": 2, "simulate_board": 1, "report_results": 1, "record_checksums": 1}
FROM_TRAINING = {
    "train_model": 1,
    "quantize_model": 1,
    "score_model": 3,
    "evaluate_model": 1,
    "show_examples": 1,
    "draw_network": 1,
    "generate_code": 1,
    "choose_thresholds": 1,
    "evaluate_detection": 1,
    "show_detection": 1,
    **FIRMWARE,
}


def both(jobs):
    return {rule: 2 * count for rule, count in jobs.items()}


def record(checkout, name="never/ann/1.wav", seed=0):
    path = checkout.root / "data" / "raw" / "keywords" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(seed).normal(0, 0.1, 16000), 16000)


def track_recordings(checkout):
    """Hand own recordings over to DVC, as README says."""
    checkout.run("git", "rm", "-r", "--quiet", "--cached", "data/raw/keywords")
    checkout.run("dvc", "add", "--quiet", "data/raw/keywords")


def is_up_to_date(checkout):
    assert "up to date" in checkout.dvc("status")
    assert checkout.planned() == {}
    assert "didn't change, skipping" in checkout.dvc("repro")
    assert "Nothing to be done" in checkout.output("snakemake", "--cores", "2", "firmware")
    assert checkout.run("git", "status", "--porcelain").stdout == ""


def stage_in_lock(checkout):
    return yaml.safe_load((checkout.root / "dvc.lock").read_text())["stages"]["firmware"]


def test_every_output_of_the_workflow_is_in_dvc(built):
    table = built.run("snakemake", "--summary", "firmware").stdout.splitlines()[1:]
    made = {line.split("\t")[0] for line in table}
    outputs = [entry["path"] for entry in stage_in_lock(built)["outs"]]

    def holds(output, path):
        return path == output or path.startswith(f"{output}/")

    assert {path for path in made if not any(holds(output, path) for output in outputs)} == set()
    empty = {output for output in outputs if not any(holds(output, path) for path in made)}
    assert empty == {".snakemake/metadata", "data/index"}


def test_dvc_lock_is_of_this_commit():
    here = Checkout(ROOT)
    if here.output("git", "status", "--porcelain"):
        pytest.skip("there are changes that are not committed")
    gate = here.dvc("repro", "--allow-missing", "--dry")
    assert "Running stage" not in gate, "run `dvc repro` and commit dvc.lock and results"


def test_a_fresh_clone_has_nothing_to_do(built, tmp_path):
    clone = built.clone(tmp_path / "clone")
    # The gate of a continuous integration: nothing is downloaded, nothing would run.
    gate = clone.dvc("repro", "--allow-missing", "--dry")
    assert "Running stage" not in gate
    assert not (clone.root / ".dvc" / "cache").exists()
    clone.dvc("pull")
    is_up_to_date(clone)


def test_two_builds_give_the_same_bytes(built, tmp_path):
    clone = built.clone(tmp_path / "elsewhere")
    clone.snakemake("firmware")
    for experiment in ("keywords", "second"):
        name = f"results/{experiment}/checksums.txt"
        assert (clone.root / name).read_text() == (built.root / name).read_text()


def test_a_fresh_clone_of_own_recordings_has_nothing_to_do(changed, tmp_path):
    record(changed)
    track_recordings(changed)
    # What is built does not matter here: as if it had been built with the recording.
    changed.run("dvc", "commit", "--force", "--quiet")
    changed.commit()
    changed.dvc("push")
    clone = changed.clone(tmp_path / "clone")
    assert "Running stage" not in clone.dvc("repro", "--allow-missing", "--dry")
    message = clone.output("snakemake", "--cores", "2", "firmware", check=False)
    assert "dvc pull data/raw/keywords" in message
    clone.dvc("pull")
    assert (clone.root / "data" / "raw" / "keywords" / "never" / "ann" / "1.wav").exists()
    assert "up to date" in clone.dvc("status")


def change_config(checkout):
    checkout.change_settings(training={"epochs": 4})


def change_library(checkout):
    checkout.replace("src/wav2nano/evaluation/plots.py", "(12, 5.8)", "(12, 5.9)")


def change_comment(checkout):
    checkout.replace(
        "src/wav2nano/training/train_model.py", "def augment(", "# Why not.\ndef augment("
    )


def change_rule(checkout):
    checkout.replace(
        "workflow/rules/firmware.smk", "wav2nano simulate-board", "exec wav2nano simulate-board"
    )


def change_sketch(checkout):
    checkout.replace(
        "firmware/sketches/listener/listener.ino",
        "LED_MILLISECONDS = 500",
        "LED_MILLISECONDS = 400",
    )


def change_recording(checkout):
    record(checkout)


def change_words(checkout):
    # The second experiment has spoken this word already.
    checkout.change_settings(KEYWORDS, labels=["never", "all", "must"])


def change_one_experiment(checkout):
    checkout.change_settings(KEYWORDS, training={"epochs": 4})


SELECTION = {"select_recordings": 1, "split_dataset": 1}
EVALUATION = {"evaluate_model": 1, "report_results": 1, "record_checksums": 1}


@pytest.mark.parametrize(
    ("change", "jobs"),
    [
        (change_config, both(FROM_TRAINING)),
        (change_one_experiment, FROM_TRAINING),
        # Detection is plotted by the same module.
        (change_library, both(EVALUATION | {"evaluate_detection": 1, "show_detection": 1})),
        (change_comment, {}),
        (change_rule, both({rule: FIRMWARE[rule] for rule in list(FIRMWARE)[1:]})),
        (change_sketch, both(FIRMWARE | {"compile_firmware": 1})),
        # The word's own shard is untouched; the recording's is another, and both train on it.
        (
            change_recording,
            {"index_dataset": 1, "chunk_audio": 1, "extract_features": 1}
            | both(SELECTION | FROM_TRAINING),
        ),
        # Other words: the new word might have been one of them.
        (
            change_words,
            {"synthesize_speech": 1, "pronounce_words": 1, "chunk_audio": 1, "extract_features": 1}
            | SELECTION
            | FROM_TRAINING,
        ),
    ],
)
def test_a_clone_of_a_change_rebuilds_what_it_affects(changed, tmp_path, change, jobs):
    change(changed)
    changed.commit()
    clone = changed.clone(tmp_path / "clone")
    assert "Running stage" in clone.dvc("repro", "--allow-missing", "--dry")
    clone.dvc("pull")
    assert clone.planned() == jobs
    if sum(jobs.values()) < 9:
        before = stage_in_lock(clone)
        done = clone.dvc("repro")
        assert all(f"(Rule: {rule})" in done for rule in jobs)
        assert stage_in_lock(clone)["deps"] != before["deps"]
        clone.commit()
        is_up_to_date(clone)


def test_branches_there_and_back(changed):
    changed.run("git", "switch", "--quiet", "--create", "sketch")
    change_sketch(changed)
    changed.dvc("repro")
    changed.commit()
    for branch in ("main", "sketch", "main"):
        changed.run("git", "switch", "--quiet", branch)
        changed.dvc("checkout")
        is_up_to_date(changed)


def test_the_firmware_alone_needs_no_tensorflow(built, tmp_path):
    clone = built.clone(tmp_path / "clone")
    blocked = tmp_path / "blocked"
    for name in ("tensorflow", "keras", "tf_keras"):
        (blocked / name).mkdir(parents=True)
        (blocked / name / "__init__.py").write_text("raise ImportError('not installed')\n")
    clone.environment["PYTHONPATH"] = str(blocked)
    clone.dvc("pull", "results/keywords/firmware")
    name = "results/keywords/firmware/listener.bin"
    assert (clone.root / name).read_bytes() == (built.root / name).read_bytes()
    assert not (clone.root / "results" / "keywords" / "model.keras").exists()


def test_an_interrupted_run_resumes_as_an_experiment(changed):
    lock = (changed.root / "dvc.lock").read_bytes()
    change_config(changed)
    run = subprocess.Popen(
        ["dvc", "repro"],
        cwd=changed.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=changed.variables(),
        start_new_session=True,
        # What starts the tests in the background has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    log = changed.root / "logs" / "keywords" / "train_model.log"
    log.unlink()
    deadline = time.monotonic() + 120
    while not log.exists() and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate(timeout=60)
    assert run.returncode != 0, said
    assert "Traceback" not in said
    assert (changed.root / "dvc.lock").read_bytes() == lock
    # What was interrupted is done now, as an experiment of DVC.
    changed.run("git", "checkout", "--quiet", "params.yaml")
    done = changed.dvc("exp", "run", "--set-param", "training.epochs=4")
    assert "(Rule: train_model)" in done
    assert "(Rule: extract_features)" not in done
    assert "epochs: 4" in (changed.root / "params.yaml").read_text()
    assert "int8_accuracy" in changed.dvc("metrics", "diff", "--all")
    changed.dvc("plots", "show")
    page = (changed.root / "dvc_plots" / "index.html").read_text()
    for title in ("Windows of the test set", "Each label against", "Accuracy in", "Loss in"):
        assert title in page
    changed.commit()
    is_up_to_date(changed)
