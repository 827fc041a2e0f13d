"""A change rebuilds what depends on it, and nothing else; more of it is in test_clones.py."""

import shutil

import numpy as np
import pytest
import soundfile

from workflow.conftest import Checkout, copy_checkout

pytestmark = pytest.mark.xdist_group("workflow")


def test_the_simulation_rebuilds_nothing_but_its_report(changed):
    changed.change_settings(simulation={"recordings": 5})
    assert changed.planned() == {"simulate_board": 2, "report_results": 2, "record_checksums": 2}


def test_thresholds_rebuild_no_code_of_the_network(changed):
    heard = ("evaluate_detection", "show_detection", "report_results", "record_checksums")
    flashed = {"choose_thresholds": 2, "compile_firmware": 4, "simulate_board": 2}
    # Another track chooses no thresholds, as long as there is no target.
    changed.change_settings(detection={"hours": 0.03})
    assert changed.planned() == dict.fromkeys(heard, 2)
    changed.change_settings(listener={"target_false_alarms_per_hour": 50.0})
    assert changed.planned() == dict.fromkeys(heard, 2) | flashed
    changed.snakemake("results/keywords/firmware/board.json")
    changed.change_settings(detection={"hours": 0.02})
    assert changed.planned() == dict.fromkeys(heard, 2) | flashed


def test_the_order_of_settings_means_nothing(changed):
    text = (changed.root / "params.yaml").read_text().splitlines()
    first = next(i for i, line in enumerate(text) if line.startswith("  batch_size:"))
    text[first], text[first + 1] = text[first + 1], text[first]
    (changed.root / "params.yaml").write_text("\n".join(text))
    assert changed.planned() == {}


def test_a_kernel_rebuilds_scores_and_firmware(changed):
    file = "firmware/libraries/Wav2NanoKernels/src/w2n_softmax.c"
    changed.replace(file, "#include", "/* changed */\n#include")
    jobs = changed.planned()
    assert jobs["compile_firmware"] == 4
    assert jobs["score_model"] == 2
    assert "train_model" not in jobs


def test_a_board_rebuilds_what_is_for_it(changed):
    file = "src/wav2nano/boards/nano33ble.py"
    changed.replace(file, "flash_bytes=983_040", "flash_bytes=500_000")
    jobs = changed.planned()
    assert jobs["report_results"] == jobs["generate_code"] == jobs["simulate_board"] == 2
    assert jobs["compile_firmware"] == 4
    assert not {"train_model", "score_model"} & set(jobs)


def test_what_was_deleted_is_made_again(changed):
    plot = changed.root / "results" / "keywords" / "evaluation" / "confusion.png"
    before = plot.read_bytes()
    plot.unlink()
    changed.snakemake("firmware")
    assert plot.read_bytes() == before
    assert changed.planned() == {}


@pytest.mark.parametrize("name", ["evaluation/roc.png", "firmware/listener/settings.c"])
def test_what_was_edited_by_hand_is_not_taken_for_built(changed, name):
    path = changed.root / "results" / "keywords" / name
    lock = (changed.root / "dvc.lock").read_bytes()
    path.write_bytes(path.read_bytes() + b" ")
    said = changed.dvc("repro", check=False)
    assert f"results/keywords/{name} was changed by hand" in said
    assert "Delete it" in said
    assert "dvc checkout" in said
    assert "Traceback" not in said
    assert (changed.root / "dvc.lock").read_bytes() == lock
    path.unlink()
    changed.dvc("repro")
    assert "up to date" in changed.dvc("status")
    assert changed.planned() == {}


def test_two_builds_at_once(changed):
    changed.change_settings(simulation={"recordings": 5})
    (changed.root / ".snakemake" / "locks").mkdir(exist_ok=True)
    # What another Snakemake leaves there while it works.
    held = changed.root / ".snakemake" / "locks" / "0.output.lock"
    held.write_text("results/keywords/firmware/board.json\n")
    said = changed.output("snakemake", "--cores", "2", "firmware", check=False)
    assert "cannot be locked" in said
    assert "--unlock" in said
    held.unlink()
    changed.snakemake("firmware")


# As far as features and the split, of own recordings alone.
PREPARE = ("firmware", "--until", "extract_features", "split_dataset")
OWN = ("--config", "experiments=[own]")
INDEX_TO_SPLIT = {"index_dataset": 1, "select_recordings": 1, "split_dataset": 1}


def record(checkout, numbers):
    """Write recordings of two labels and four speakers; they are all different."""
    for number in numbers:
        folder = checkout.root / "data/raw/own" / f"label{number % 2}" / f"speaker{number // 2 % 4}"
        folder.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).normal(0, 0.1, 8000)
        soundfile.write(folder / f"{number}.wav", noise, 16000)


def windows(checkout):
    """Content of each file of windows, by shard."""
    return {path.stem: path.read_bytes() for path in checkout.root.glob("data/windows/own/*/*.h5")}


@pytest.fixture(scope="module")
def features_built(tmp_path_factory):
    """A checkout with the features of 40 own recordings in 8 shards; tests leave it as it is."""
    checkout = copy_checkout(tmp_path_factory.mktemp("own") / "checkout")
    record(checkout, range(40))
    checkout.snakemake(*PREPARE, *OWN)
    assert len(windows(checkout)) == 8
    return checkout


@pytest.fixture
def prepared(features_built, tmp_path):
    """A copy of it, to change."""
    shutil.copytree(features_built.root, tmp_path / "copy", symlinks=True)
    return Checkout(tmp_path / "copy")


def test_new_recordings_rebuild_their_shards_in_one_run(prepared):
    before = windows(prepared)
    record(prepared, [40, 41])
    planned = prepared.planned(*PREPARE, *OWN)
    prepared.snakemake(*PREPARE, *OWN)
    after = windows(prepared)
    rebuilt = {shard for shard in before if before[shard] != after[shard]}
    assert 1 <= len(rebuilt) <= 2
    shards = len(rebuilt)
    assert planned == INDEX_TO_SPLIT | {"chunk_audio": shards, "extract_features": shards}
    assert prepared.planned(*PREPARE, *OWN) == {}


def test_a_new_recording_hides_no_change_of_code(prepared):
    record(prepared, [40])
    prepared.replace("src/wav2nano/audio.py", "samples * 32768.0", "samples * 32767.0")
    assert prepared.planned(*PREPARE, *OWN) == INDEX_TO_SPLIT | {
        "chunk_audio": 8,
        "extract_features": 8,
    }


def test_a_new_recording_hides_no_change_of_features(prepared):
    record(prepared, [40])
    prepared.replace("src/wav2nano/dataset/extract_features.py", "BATCH = 64", "BATCH = 32")
    assert prepared.planned(*PREPARE, *OWN) == INDEX_TO_SPLIT | {
        "chunk_audio": 1,
        "extract_features": 8,
    }
