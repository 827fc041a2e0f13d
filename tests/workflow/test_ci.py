"""tools/ci, as continuous integration runs it, against a remote that is a folder."""

import re

import pytest

pytestmark = pytest.mark.xdist_group("workflow")

SKETCH = "firmware/sketches/listener/listener.ino"


def test_a_change_is_built_once_and_pushed(changed, built, tmp_path):
    changed.replace(SKETCH, "LED_MILLISECONDS = 500", "LED_MILLISECONDS = 400")
    # The repository names no remote, the service's settings do.
    changed.run("dvc", "remote", "remove", "storage")
    changed.environment["REMOTE"] = str(built.root.parent / "storage")
    changed.commit()

    first = changed.clone(tmp_path / "first")
    said = first.output("tools/ci")
    assert "dvc.lock is from another version" in said
    built_rules = set(re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", said))
    assert {"compile_firmware", "simulate_board"} <= built_rules
    assert "train_model" not in built_rules
    assert (first.root / "report.html").stat().st_size > 100_000
    # What it tells to commit, and nothing else, differs.
    changes = first.run("git", "status", "--porcelain").stdout.split("\n")
    assert {line[3:] for line in changes if line} <= {
        "dvc.lock",
        "metrics/keywords.json",
        "metrics/second.json",
    }
    assert " M dvc.lock" in changes
    first.commit()

    second = first.clone(tmp_path / "second")
    said = second.output("tools/ci")
    assert "dvc.lock matches this version" in said
    assert "didn't change, skipping" in said
    assert "Everything is up to date." in said
    name = "results/keywords/firmware/listener.bin"
    assert (second.root / name).read_bytes() == (first.root / name).read_bytes()
    assert second.run("git", "status", "--porcelain").stdout == ""
