"""Other trainings of an experiment are experiments of their own, and checked before any job."""

from pathlib import Path

import pytest
import yaml

from wav2nano.errors import UserError
from wav2nano.experiments import Experiments
from wav2nano.settings.load import load_yaml

ROOT = Path(__file__).resolve().parents[1]
GROUPS = {"policy": "group"}
OFFICIAL = {"policy": "official", "validation": ["1"], "test": ["2"]}
TWO_FOLDS = {"policy": "official", "test": ["2", "10"]}
SPEAKERS = ("ann", "bob", "eve", "joe", "kim")
# By speaker, and by fold: each word in each.
SPOKEN = [f"{word}/{speaker}/0.wav" for word in ("yes", "no") for speaker in SPEAKERS]
IN_FOLDS = [
    f"{word}/{fold}{take}/{fold}.wav"
    for word in ("yes", "no")
    for fold in ("1", "2", "10")
    for take in "ab"
]


@pytest.fixture
def checkout(tmp_path):
    """Read an experiment `x` with recordings of these names and these settings."""

    def read(names=SPOKEN, policy=GROUPS, synthesis=None, **settings):
        last = "fold" if policy["policy"] == "official" else "number"
        pattern = f"{{label}}/{{group}}/{{{last}}}"
        dataset = {"name": "words", "title": "t", "licence": "l", "recordings": "raw", "shards": 1}
        files = {
            "datasets/words": dataset
            | {"split": policy, "pattern": pattern}
            | ({"synthesis": synthesis} if synthesis else {}),
            "experiments/x": {"dataset": "words"} | settings,
        }
        for name, value in files.items():
            path = tmp_path / "config" / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(value))
        for name in names:
            path = tmp_path / "raw" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return Experiments(load_yaml(ROOT / "params.yaml"), sha256=lambda _: "", root=tmp_path)

    return read


def test_each_set_of_groups_tests_in_turn(checkout):
    experiments = checkout(evaluation={"folds": "all", "groups_per_fold": 2, "bootstrap": 200})
    honest = experiments["x"]
    assert honest.folds() == ["1", "2", "3"]
    assert honest.other_trainings() == ["x.fold_1", "x.fold_2", "x.fold_3"]
    assert honest.split_plan().test_groups == []
    tested = [experiments[name].split_plan().test_groups for name in honest.other_trainings()]
    assert tested == [["own/ann", "own/bob"], ["own/eve", "own/joe"], ["own/kim"]]
    fold = experiments["x.fold_1"]
    assert fold.settings.goal == "evaluation"
    assert fold.settings.evaluation.bootstrap == 200
    assert fold.other_trainings() == []
    assert fold.features() == honest.features()


def test_each_seed_is_trained_on_the_split_of_the_experiment(checkout):
    settings = {"seeds": 3, "folds": ["1"], "bootstrap": 200}
    experiments = checkout(training={"seed": 7, "epochs": 5}, evaluation=settings)
    honest = experiments["x"]
    assert honest.seeds() == [7, 8, 9]
    assert honest.other_trainings() == ["x.fold_1", "x.seed_8", "x.seed_9"]
    trainings = [experiments[name].settings.training for name in ("x", "x.seed_8", "x.seed_9")]
    assert [training.seed for training in trainings] == [7, 8, 9]
    assert {training.epochs for training in trainings} == {5}
    other = experiments["x.seed_9"]
    assert other.settings.goal == "evaluation"
    assert other.other_trainings() == experiments["x.fold_1"].other_trainings() == []
    assert other.split_name == honest.split_name == "x"
    assert experiments["x.fold_1"].split_name == "x.fold_1"
    assert other.split_plan() == honest.split_plan()
    assert other.features() == honest.features()


def test_the_last_seed_that_there_is(checkout, tmp_path):
    settings = {"training": {"seed": 2**32 - 3}, "evaluation": {"seeds": 3}}
    experiments = checkout(**settings)
    assert experiments["x"].seeds()[-1] == 4294967295
    assert experiments["x.seed_4294967295"].settings.training.seed == 4294967295
    (tmp_path / "config/experiments/y.yaml").write_text(
        "dataset: words\ntraining: {seed: 4294967293}\nevaluation: {seeds: 4}\n"
    )
    with pytest.raises(UserError, match=r"y\.yaml:\n  evaluation\.seeds: 4 seeds from"):
        experiments["y"]
    with pytest.raises(UserError, match=r"training\.seed: 4294967296 should be less than"):
        experiments["x.seed_4294967296"]


def test_official_folds_test_in_turn_and_the_next_validates(checkout):
    experiments = checkout(IN_FOLDS, OFFICIAL, evaluation={"folds": "all"})
    assert experiments["x"].folds() == ["1", "2", "10"]
    assert experiments["x"].split_plan().folds == {"validation": ["1"], "test": ["2"]}
    plans = [experiments[name].split_plan().folds for name in experiments["x"].other_trainings()]
    assert plans == [
        {"test": ["1"], "validation": ["2"]},
        {"test": ["2"], "validation": ["10"]},
        {"test": ["10"], "validation": ["1"]},
    ]


def test_of_two_official_folds_groups_of_the_other_validate(checkout):
    names = [name for name in IN_FOLDS if "/10" not in name]
    experiments = checkout(names, OFFICIAL, evaluation={"folds": ["2"]})
    assert experiments["x"].other_trainings() == ["x.fold_2"]
    assert experiments["x.fold_2"].split_plan().folds == {"test": ["2"]}


def test_without_recordings_nothing_is_known_of_folds(checkout, tmp_path):
    checkout([], evaluation={"folds": ["7"]})
    defaults = load_yaml(ROOT / "params.yaml")
    experiments = Experiments(defaults, sha256=lambda _: "", need_recordings=False, root=tmp_path)
    assert experiments["x"].other_trainings() == []


ONE_GROUP = [f"{word}/ann/{take}.wav" for word in ("yes", "no") for take in range(5)]


@pytest.mark.parametrize(
    ("names", "split", "settings", "message"),
    [
        (SPOKEN, GROUPS, {"folds": ["6"]}, "there is no fold 6. Folds are: 1, 2, 3, 4, 5."),
        (IN_FOLDS, OFFICIAL, {"folds": ["1", "3"]}, "no fold 3. Folds are: 1, 2, 10."),
        (SPOKEN, GROUPS, {"folds": ["1", "1"]}, "evaluation.folds: '1' is listed twice."),
        (ONE_GROUP, GROUPS, {"folds": "all"}, "all recordings are in one fold"),
        (SPOKEN, GROUPS, {"folds": "all", "groups_per_fold": 9}, "all recordings are in one fold"),
        (
            SPOKEN,
            GROUPS,
            {"folds": "all", "groups_per_fold": 4},
            "without fold 1, no has recordings of 1 group(s) (speakers, sources): too few to",
        ),
        (
            SPOKEN[:-1],
            GROUPS,
            {"folds": "all"},
            "fold 5 has no recording of no to test on. Leave this fold out",
        ),
        (
            [f"{word}/{i}/0.wav" for word in ("yes", "no") for i in range(202)],
            GROUPS,
            {"folds": "all"},
            "these are 202 folds; at most 100 are possible. Set evaluation.groups_per_fold: 3",
        ),
    ],
)
def test_folds_that_cannot_be_are_told_before_any_job(checkout, names, split, settings, message):
    experiments = checkout(names, split, evaluation=settings)
    with pytest.raises(UserError) as raised:
        experiments["x"]
    assert "config/experiments/x.yaml:\n  evaluation.folds: " in str(raised.value)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("names", "split", "message"),
    [
        (SPOKEN[:-2], GROUPS, None),
        (
            SPOKEN[:-3],
            GROUPS,
            "no has recordings of 2 group(s) (speakers, voices, sources): too few to train, valid",
        ),
        (SPOKEN[:-4], {"policy": "recording"}, "no has 1 recording(s): at least 3 are needed."),
        (
            [name for name in IN_FOLDS if not name.startswith("no/1b")],
            TWO_FOLDS,
            "no has recordings of 1 group(s) (speakers, voices, sources): too few to train and val",
        ),
    ],
)
@pytest.mark.parametrize("synthesis", [False, True])
def test_too_few_own_speakers_are_told_before_any_job(checkout, names, split, message, synthesis):
    settings = {}
    if synthesis:
        keywords = load_yaml(ROOT / "config/datasets/keywords.yaml")
        del keywords["synthesis"]["unknown"]
        settings = {"synthesis": keywords["synthesis"], "synthesize": "background"}
        settings |= {"labels": ["yes", "no"], "split": {"synthetic": "train"}}
        names = [*names, *(f"_silence_/{i}/1.wav" for i in range(3))]
    experiments = checkout(names, split, **settings)
    if message is None:
        assert experiments["x"].split_plan().synthetic == ("train" if synthesis else "all")
        return
    with pytest.raises(UserError) as raised:
        experiments["x"]
    assert f"config/experiments/x.yaml:\n  {message}" in str(raised.value)


@pytest.mark.parametrize("policy", ["recording", "time"])
def test_some_policies_have_no_folds(checkout, policy):
    chunking = {"long": "slide"}
    split = {"policy": policy}
    experiments = checkout(policy=split, chunking=chunking, evaluation={"folds": "all"})
    with pytest.raises(UserError, match=rf"but split\.policy is {policy}\. Set split\.policy: "):
        experiments["x"]


def test_a_fold_that_is_asked_for_and_is_not_there(checkout):
    experiments = checkout()
    assert experiments["x.fold_5"].split_plan().test_groups == ["own/kim"]
    with pytest.raises(UserError, match=r"There is no fold_6\. There are: fold_1, fold_2, "):
        experiments["x.fold_6"]
