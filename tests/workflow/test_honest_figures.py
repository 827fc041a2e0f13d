"""Other trainings of an experiment are jobs of their own, of which none makes firmware."""

import io
import re

import numpy as np
import pytest
import soundfile

pytestmark = pytest.mark.xdist_group("workflow")
DIGITS = "config/experiments/digits.yaml"


@pytest.fixture
def digits(fresh):
    """A checkout with recordings of six speakers."""
    folder = fresh.root / "data" / "raw" / "digits"
    folder.mkdir(parents=True)
    for i, speaker in enumerate(("ann", "bob", "eve", "joe", "kim", "liz")):
        for digit in range(2):
            file = io.BytesIO()
            noise = np.random.default_rng(10 * i + digit).normal(0, 0.1, 4000)
            soundfile.write(file, noise, 8000, format="WAV")
            (folder / f"{digit}_{speaker}_0.wav").write_bytes(file.getvalue())
    return fresh


def jobs(checkout, target):
    output = checkout.snakemake("-n", target).stdout
    return {rule: int(n) for rule, n in re.findall(r"^(\w+) +(\d+)$", output, re.MULTILINE)}, output


def test_a_random_split_and_each_fold_are_trained_and_scored(digits):
    digits.change_settings(
        DIGITS, evaluation={"random_split_too": True, "folds": "all", "groups_per_fold": 2}
    )
    planned, output = jobs(digits, "results/digits/checksums.txt")
    assert planned["train_model"] == planned["quantize_model"] == 1 + 1 + 3
    assert planned["split_dataset"] == 1 + 3
    assert planned["split_randomly"] == planned["evaluate_folds"] == 1
    assert planned["score_model"] == 3 + 2 + 3 * 2  # the generated C only of what is for the board
    assert planned["chunk_audio"] == planned["extract_features"] <= 8  # shards: shared by all
    assert planned["generate_code"] == 1
    assert planned["compile_firmware"] == 2
    made = re.findall(r"results/(digits\.\w+)/(?:code|firmware)", output)
    assert not made


def test_other_seeds_share_all_but_the_training(digits):
    once, _ = jobs(digits, "results/digits/checksums.txt")
    digits.change_settings(DIGITS, evaluation={"seeds": 4})
    planned, output = jobs(digits, "results/digits/checksums.txt")
    added = {rule: planned[rule] - once.get(rule, 0) for rule in planned}
    assert {rule: count for rule, count in added.items() if count and rule != "total"} == {
        "train_model": 3,
        "quantize_model": 3,
        "score_model": 3 * 2,
        "evaluate_seeds": 1,
    }
    others = set(re.findall(r"results/digits\.(\w+)/", output))
    assert others == {"seed_2", "seed_3", "seed_4"}
    assert not re.findall(r"results/digits\.\w+/(?:split|manifest|code|firmware)", output)


def test_a_seed_alone_is_a_target(digits):
    planned, output = jobs(digits, "results/digits.seed_9/scores/litert.csv")
    assert planned["train_model"] == planned["split_dataset"] == 1
    assert "results/digits/split.csv" in output
    assert "results/digits.seed_9/split.csv" not in output


def test_a_fold_alone_is_a_target(digits):
    planned, _ = jobs(digits, "results/digits.fold_6/scores/litert.csv")
    assert planned["train_model"] == planned["split_dataset"] == 1
    assert "compile_firmware" not in planned


def test_a_fold_that_does_not_exist_is_told_before_any_job(digits):
    digits.change_settings(DIGITS, evaluation={"folds": ["1", "7"]})
    result = digits.snakemake("results/digits/checksums.txt", check=False)
    output = result.stdout + result.stderr
    assert "there is no fold 7. Folds are: 1, 2, 3, 4, 5, 6." in output
    assert "Traceback" not in output
    assert "rule " not in output
