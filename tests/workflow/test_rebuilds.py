"""A change rebuilds what depends on it, and nothing else; more of it is in test_clones.py."""

import pytest

pytestmark = pytest.mark.xdist_group("workflow")


def test_the_simulation_rebuilds_nothing_but_its_report(changed):
    changed.change_settings(simulation={"recordings": 5})
    assert changed.planned() == {"simulate_board": 2, "report_results": 2, "record_checksums": 2}


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
