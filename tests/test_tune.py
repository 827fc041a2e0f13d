"""A search tries what is possible, goes on where it stopped, and ranks by validation alone."""

import json
import re
import sys
import time
from pathlib import Path

import pytest
import yaml

from wav2nano.errors import UserError
from wav2nano.settings.load import load_yaml
from wav2nano.settings.search import RangeSettings

pytest.importorskip("optuna")
import wav2nano.tune
from wav2nano.tune import FIRST_STOPPED, MOST_REFUSED, run_watched, tune

ROOT = Path(__file__).resolve().parents[1]
# The best dropout is 0.3, and the best layer the largest that there is.
SEARCH = {
    "base": "keywords",
    "choices": {"model.units": [[16], [32], [64]]},
    "ranges": {"model.dropout": {"low": 0.0, "high": 0.5, "step": 0.1}},
    "trials": 4,
}


@pytest.fixture
def search(tmp_path, monkeypatch):
    """Write config/searches/trial.yaml, and run it; what Snakemake would build is made up."""
    for folder in ("datasets", "experiments", "sweeps", "searches"):
        (tmp_path / "config" / folder).mkdir(parents=True)
    dataset = "config/datasets/keywords.yaml"
    (tmp_path / dataset).write_text((ROOT / dataset).read_text())
    (tmp_path / "config/experiments/keywords.yaml").write_text(
        "dataset: keywords\nlabels: [never, all]\nsynthesize: words\n"
    )
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    built = []

    def build(command, log, lags):
        file = Path(command[-1])
        name = file.parts[1]
        if before := run.before:
            before(name)
        if name not in built:
            built.append(name)
        units, dropout = re.search(r"units-(\d+)", name), re.search(r"dropout-(\d\.\d)", name)
        score = 0.5
        if units:
            score += int(units[1]) / 1000 - abs(float(dropout[1]) - 0.3)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            json.dumps(
                {
                    "validation": {"int8": {"macro_f1": score}},
                    "int8": {"macro_f1": 1 - score},
                }
            )
        )
        if lags is not None and any(lags(epoch, 1 - score) for epoch in run.epochs):
            file.unlink()
            return None
        return 0

    def run(**changes):
        (tmp_path / "config/searches/trial.yaml").write_text(yaml.safe_dump(SEARCH | changes))
        tune("trial")
        return built

    run.before, run.epochs = None, ()
    run.sweep = tmp_path / "config/sweeps/trial.yaml"
    run.journal = tmp_path / "results/comparison/tune_trial.journal"
    monkeypatch.setattr(wav2nano.tune, "run_watched", build)
    return run


def rows(search):
    return load_yaml(search.sweep)["table"]


def test_the_best_on_validation_is_first(search, capsys):
    built = search(trials=25)
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "0.5640  model.units: [64], model.dropout: 0.3"
    assert said[-1].startswith("They are the sweep trial: `snakemake --cores 2 sweep_trial` builds")
    assert built[0] == "trial.goal-firmware"
    # The base, and every other variant once.
    assert len(rows(search)) == len(built) == len(set(built)) <= 19
    assert rows(search)[0] == {"goal": "firmware"}


def test_a_search_goes_on_with_more_trials(search):
    first = list(search(trials=3))
    more = search(trials=6)
    assert more[: len(first)] == first
    assert len(more) > len(first)
    assert len(rows(search)) == len(more)


def test_an_interrupted_trial_is_taken_up_again(search):
    def interrupt(name):
        if name != "trial.goal-firmware":
            raise KeyboardInterrupt

    search.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        search(trials=1)
    wanted = rows(search)[1]
    search.before = None
    search(trials=1)
    assert rows(search) == [{"goal": "firmware"}, wanted]


def test_what_cannot_be_built_is_told_and_left_out(search, monkeypatch):
    build = wav2nano.tune.run_watched

    def fail(command, log, lags):
        return build(command, log, lags) or int("goal" not in command[-1])

    monkeypatch.setattr(wav2nano.tune, "run_watched", fail)
    with pytest.raises(UserError, match=r"trial\.dropout-\S+\.units-\d+ could not be built: see"):
        search(trials=1)
    monkeypatch.setattr(wav2nano.tune, "run_watched", build)
    search(trials=1)
    assert len(rows(search)) == 2


def test_a_training_that_lags_is_stopped(search, capsys):
    search.epochs = (1, 5, 10)
    search(trials=14)
    said = capsys.readouterr()
    stopped = [line for line in said.err.splitlines() if line.startswith("stopped")]
    assert 0 < len(stopped) < 14 - FIRST_STOPPED
    assert said.err.splitlines()[-1].split()[1:4] == ["14", "of", "14:"]
    # What was stopped is not in the sweep; what was best by far is.
    assert len(rows(search)) <= 1 + 14 - len(stopped)
    assert [64] in [row.get("model.units") for row in rows(search)]
    search(trials=14, stop_early=False)  # nothing is left to do
    assert not capsys.readouterr().err.splitlines()[1:]


TRAINING = """
import sys, time
from pathlib import Path
print("said", file=sys.stderr, flush=True)
log = Path(sys.argv[1])
for epoch in range(1, 500):
  try:
    with log.open("a") as file:
        file.write(f"epoch {epoch}/500: training accuracy 0.1, validation 0.1 (loss 2.000, best ")
        file.write(f"{2 - epoch / 1000:.3f} at epoch {epoch})\\n")
    if epoch == int(sys.argv[2]):
        sys.exit(3)
    time.sleep(0.01)
  except KeyboardInterrupt:
    sys.exit("interrupted")
"""


def test_a_command_is_stopped_with_all_that_it_started(tmp_path, capfd):
    log = tmp_path / "train_model.log"
    log.write_text(
        "epoch 30/30: training accuracy 0.9, validation 0.1 (loss 1, best 0.001 at epoch 9)\n"
    )
    shell = ["sh", "-c", 'rm -f "$1"; "$0" -c "$2" "$1" "$3"; echo later > "$1.after"']
    arguments = [sys.executable, str(log), TRAINING]
    heard = []

    def lags(epoch, loss):
        heard.append((epoch, loss))
        return epoch >= 5

    started = time.monotonic()
    assert run_watched([*shell, *arguments, "400"], log, lags) is None
    assert time.monotonic() - started < 4
    assert heard == [(epoch, 2 - epoch / 1000) for epoch in range(1, 6)]
    assert capfd.readouterr().err == "said\n"
    lines = log.read_text()
    time.sleep(0.2)
    assert log.read_text() == lines
    assert not log.with_name("train_model.log.after").exists()

    heard.clear()
    log.unlink()
    command = [sys.executable, "-c", TRAINING, str(log), "20"]
    assert run_watched(command, log, None) == 3
    assert run_watched([sys.executable, "-c", "import time; time.sleep(1.2)"], log, lags) == 0
    assert heard == []  # what an earlier training wrote


def test_what_cannot_run_on_the_board_is_not_built(search):
    """Frames of a single sample are too many to keep up with."""
    features = {"kind": "raw", "frame": 1}
    experiment = Path("config/experiments/keywords.yaml")
    used = load_yaml(experiment) | {"features": features | {"frame": 320}}
    experiment.write_text(yaml.safe_dump(used))
    choices = SEARCH["choices"] | {"features.frame": [1, 320]}
    built = search(choices=choices, trials=6)
    assert len(built) > 1
    assert not [name for name in built if "frame-1." in name]
    assert {row.get("features.frame", 320) for row in rows(search)} == {320}


def test_a_search_of_nothing_possible_ends(search):
    choices = {"features.n_fft": [64, 128]}  # a hop of 320 would skip samples
    with pytest.raises(
        UserError, match=rf"(?s){MOST_REFUSED} variants in a row .*features\.hop: 320 is"
    ):
        search(choices=choices, ranges={})
    assert rows(search) == [{"goal": "firmware"}]


def test_no_training_is_started_after_the_time(search):
    assert search(minutes=1e-9) == ["trial.goal-firmware"]


def test_another_search_needs_another_name(search):
    search(trials=1)
    with pytest.raises(UserError, match=r"trial\.yaml searches something else than before"):
        search(trials=1, choices={"model.units": [[16], [32]]})
    search.journal.unlink()
    search(trials=1, choices={"model.units": [[16], [32]]})


def test_a_sweep_of_the_user_is_not_overwritten(search):
    search.sweep.write_text("base: keywords\ntable: [{training.epochs: 3}]\n")
    with pytest.raises(UserError, match=r"config/sweeps/trial\.yaml is a sweep of its own"):
        search()
    assert "training.epochs" in search.sweep.read_text()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"choices": {}, "ranges": {}}, "there is nothing to search: give `choices` or `ranges`"),
        ({"choices": {"model.units": [[8]]}}, "choices.model.units: needs at least 2 entries"),
        ({"choices": {"goal": ["firmware", "evaluation"]}}, "goal cannot be searched"),
        ({"choices": {"model.dropout": [0.1, 0.2]}}, "model.dropout is in choices and in ranges"),
        ({"ranges": {"a": {"low": 1, "high": 1}}}, r"low \(1\) should be less than high \(1\)"),
        ({"ranges": {"a": {"low": 0, "high": 1, "log": True}}}, "log needs a low that is more"),
        ({"ranges": {"a": {"low": 1, "high": 9, "log": True, "step": 2}}}, "log has no step"),
        ({"ranges": {"a": {"low": 1, "high": 9, "step": 0}}}, "step: 0 should be more than 0"),
        ({"trials": 0}, "trials: 0 should be at least 1"),
        ({"trials": 1000}, "trials: 1000 should be at most 400"),
        ({"minutes": 0}, "minutes: 0 should be more than 0"),
        ({"base": "nowhere"}, "There is no experiment nowhere"),
        ({"models": 1}, "models is not a setting. Settings here are: base, choices, minutes,"),
    ],
)
def test_a_search_that_cannot_be_is_refused(search, settings, message):
    with pytest.raises(UserError, match=message):
        search(**settings)
    assert not search.sweep.exists()


def test_a_search_that_does_not_exist_is_told(search):
    with pytest.raises(UserError, match=r"There is no search x: config/searches/x\.yaml does not"):
        tune("x")


@pytest.mark.parametrize(
    ("limits", "value", "setting"),
    [
        ({"low": 3, "high": 9, "step": 2}, 5.0, 5),
        ({"low": 0.0, "high": 0.5, "step": 0.1}, 0.30000000000000004, 0.3),
        ({"low": 0.0001, "high": 0.01, "log": True}, 0.00123456, 0.00123),
        ({"low": 0, "high": 1}, 0.0, 0.0),
        ({"low": -90, "high": -50}, -71.2345, -71.2),
        ({"low": 1000, "high": 9000}, 7654.321, 7650.0),
    ],
)
def test_values_are_those_that_a_file_can_show(limits, value, setting):
    found = RangeSettings(**limits).as_setting(value)
    assert (found, type(found)) == (setting, type(setting))


def test_the_search_that_ships_is_possible():
    from wav2nano.experiments import Experiments
    from wav2nano.settings.load import load_search

    settings = load_search("digits", root=ROOT)
    experiments = Experiments(
        load_yaml(ROOT / "params.yaml"), sha256=str, need_recordings=False, root=ROOT
    )
    model = experiments[settings.base].settings
    for key in (*settings.choices, *settings.ranges):
        group, name = key.split(".")
        assert hasattr(getattr(model, group), name)
