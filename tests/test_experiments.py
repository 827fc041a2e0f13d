"""What the workflow knows of experiments before any job."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from dataset.spoken_words import lines_of, write_corpus
from wav2nano.errors import UserError
from wav2nano.experiments import Experiments, named_in
from wav2nano.hashes import hash_file
from wav2nano.settings.load import load_yaml

ROOT = Path(__file__).resolve().parents[1]
MSWC = ROOT / "config/datasets/mswc.yaml"
WORDS = {"dataset": "keywords", "synthesize": "words"}


@pytest.fixture
def checkout(tmp_path):
    """Read experiments that are described by the mappings given."""
    datasets = tmp_path / "config" / "datasets"
    datasets.mkdir(parents=True)
    (datasets / "keywords.yaml").write_text((ROOT / "config/datasets/keywords.yaml").read_text())
    (tmp_path / "config" / "experiments").mkdir()

    def read(**differing):
        for name, settings in differing.items():
            path = tmp_path / "config" / "experiments" / f"{name}.yaml"
            path.write_text(yaml.safe_dump(WORDS | {"labels": ["yes", "no"]} | settings))
        defaults = load_yaml(ROOT / "params.yaml")
        return Experiments(defaults, sha256=hash_file, root=tmp_path)

    return read


def test_experiments_share_what_depends_on_the_same_settings(checkout):
    experiments = checkout(one={}, two={"labels": ["yes", "stop"]}, fine={"features": {"hop": 160}})
    one, two, fine = (experiments[name] for name in ("one", "two", "fine"))
    shared = one.archives.keys() & two.archives.keys()
    assert {one.archives[name].label for name in shared} == {"yes", "_silence_"}
    assert one.archives == fine.archives
    assert one.windows() == fine.windows()
    assert not set(one.features()) & set(fine.features())
    assert len(set(one.features()) & set(two.features())) == len(shared)


def test_a_pronunciation_renames_the_archives_of_its_word(checkout, tmp_path):
    def archives():
        return {one.label: name for name, one in checkout(one={})["one"].archives.items()}

    before = archives()
    dataset = tmp_path / "config" / "datasets" / "keywords.yaml"
    settings = yaml.safe_load(dataset.read_text())
    settings["synthesis"]["pronunciations"] = {"yes": "Y AE1 S", "silence": "SH AH1"}
    dataset.write_text(yaml.safe_dump(settings))
    after = archives()
    assert {label for label in before if before[label] != after[label]} == {"yes", "_unknown_"}


def test_what_an_archive_does_not_depend_on_leaves_its_name(checkout):
    experiments = checkout(one={}, two={"training": {"epochs": 3}, "split": {"seed": 4}})
    assert experiments["one"].archives == experiments["two"].archives


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"chunking": {"rate": 22050}}, "chunking.rate: 22050 Hz, but the board's microphone"),
        ({"features": {"f_max": 9000.0}}, "features.f_max: 9000 is not possible; use at most 8000"),
        ({"features": {"mel_bands": 128, "n_fft": 256, "hop": 128}}, "mel bands lie between"),
        ({"features": {"coefficients": 41}}, "features.coefficients: 41 is not possible"),
        ({"features": {"hop": 600}}, "features.hop: 600"),
        ({"chunking": {"window_seconds": 0.02}}, "shorter than one feature frame"),
        ({"firmware": {"board": "uno"}}, "firmware.board: 'uno' is not one of: wav2nano:nrf52"),
        ({"split": {"policy": "official"}}, "the data set keywords has no official folds"),
        ({"split": {"policy": "time"}}, "Set chunking.long: slide"),
        ({"labels": ["yes", "yes"]}, "labels: 'yes' is listed twice"),
        ({"labels": None}, "labels: a list is needed if words are to be synthesised"),
        (
            {"training": {"teacher": {}}, "chunking": {"window_seconds": 0.18}},
            "training.teacher: it hears 2912 samples or more at 16000 Hz, and a window has 2880",
        ),
        (
            {
                "training": {"teacher": {}},
                "chunking": {"rate": 22050},
                "goal": "evaluation",
            },
            "a window has 22050 at 22050 Hz. Set chunking.rate: 16000 and chunking.window_seconds: "
            "0.182 or more, or training.teacher: null.",
        ),
        ({"labels": ["_unknown_"]}, "nothing to recognise but the background"),
        ({"detection": {"background": "nowhere"}}, "background: there is no folder 'nowhere'"),
        ({"detection": {"background": "a\0b"}}, "background: there is no folder 'a\\x00b'"),
        ({"detection": {"background": "config"}}, "background: there is no recording in config"),
        ({"detection": {"background": "config/.."}}, "has all of this checkout in it"),
        ({"detection": {"background": "/"}}, "has all of this checkout in it"),
        (
            {"detection": {"recording": {"audio": "a\0b", "targets": "x.csv"}}},
            "recording.audio: there is no file 'a\\x00b'",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_told_before_any_job(checkout, settings, message):
    with pytest.raises(UserError) as raised:
        checkout(x=settings)["x"]
    assert "config/experiments/x.yaml" in str(raised.value)
    assert message in str(raised.value)


def test_an_evaluation_may_have_another_rate(checkout):
    settings = {"goal": "evaluation", "chunking": {"rate": 44100}, "features": {"n_fft": 1024}}
    assert checkout(x=settings)["x"].chunking_name.startswith("44100hz-")


def test_an_evaluation_may_normalise_each_window(checkout):
    features = {"kind": "spectrogram", "n_fft": 320, "window_normalization": "mean_variance"}
    one, two = {"features": features}, {"features": features, "goal": "evaluation"}
    with pytest.raises(UserError, match="Set goal: evaluation, or window_normalization: none"):
        checkout(x=one)["x"]
    assert checkout(x=two)["x"].features_name.startswith("spectrogram-")


def test_a_recording_to_test_on_is_known_by_its_content_and_that_of_its_table(checkout, tmp_path):
    files = {"audio": "evening.wav", "targets": "evening.csv"}
    settings = {"labels": ["yes"], "detection": {"recording": files}}
    (tmp_path / "evening.wav").write_text("sound")
    (tmp_path / "evening.csv").write_text("start,end,label\n1,2,yes\n")
    experiments = checkout(x=settings, y={"goal": "evaluation"} | settings)
    before = experiments["x"]
    assert {path.as_posix() for path in before.recording} == set(files.values())
    assert experiments["y"].recording == {}
    (tmp_path / "evening.csv").write_text("start,end,label\n1,3,yes\n")
    assert checkout(x=settings)["x"].recording_digest != before.recording_digest
    (tmp_path / "evening.csv").write_text("start,end,label\n1,3,no\n")
    with pytest.raises(UserError, match=r"none of the labels that are reported \(yes\)"):
        checkout(x=settings)["x"]
    # Thresholds are chosen on some recordings of the background.
    (tmp_path / "evening.csv").write_text("start,end,label\n1,3,yes\n")
    (tmp_path / "room").mkdir()
    for name, text in (("one", "sound"), ("two", "another")):
        (tmp_path / "room" / f"{name}.wav").write_text(text)
    settings["detection"]["background"] = "room"
    with pytest.raises(UserError, match=r"audio: evening.wav is also room/one.wav, which the"):
        checkout(x=settings)["x"]
    (tmp_path / "evening.wav.dvc").touch()
    (tmp_path / "evening.wav").unlink()
    with pytest.raises(UserError, match=r"evening.wav is in DVC but not here yet"):
        checkout(x=settings)["x"]


def test_of_a_recording_to_test_on_its_end_and_its_labels_are_known_at_once(checkout, tmp_path):
    files = {"audio": "evening.flac", "targets": "evening.csv"}
    settings = {"labels": ["yes"], "detection": {"recording": files}}
    soundfile.write(tmp_path / "evening.flac", np.zeros(2 * 44100), 44100)
    table = tmp_path / "evening.csv"
    table.write_text("start,end,label\n0,0.5,door\n1,2,yes\n")
    experiments = checkout(x=settings, y={"goal": "evaluation"} | settings)
    assert experiments.list_passed_over("x") == [
        "detection.recording: evening.csv has labels that are not reported: door"
    ]
    assert experiments.list_passed_over("y") == []
    table.write_text("start,end,label\n1,2,yes\n")
    assert checkout(x=settings).list_passed_over("x") == []
    table.write_text("start,end,label\n1,2.5,yes\n")
    with pytest.raises(UserError, match=r"evening.csv has a target until 2.5 s, and .* at 2 s"):
        checkout(x=settings)["x"]


def test_a_background_is_known_by_its_content(checkout, tmp_path):
    (tmp_path / "room").mkdir()
    for name in ("one", "two"):
        (tmp_path / "room" / f"{name}.wav").write_text(name)
    settings = {"detection": {"background": "room"}}
    experiments = checkout(x=settings, y={"goal": "evaluation"} | settings)
    before = experiments["x"]
    assert [path.as_posix() for path in before.background] == ["room/one.wav", "room/two.wav"]
    assert experiments["y"].background == {}
    (tmp_path / "room" / "two.wav").write_text("three")
    assert checkout(x=settings)["x"].background_digest != before.background_digest
    mixed = {"detection": {"background": "room", "recipe": "mlperf_tiny"}}
    with pytest.raises(UserError, match=r"no recording for the validation set in room/music, and"):
        checkout(x=mixed)["x"]
    (tmp_path / "room.dvc").touch()
    (tmp_path / "room").rename(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="room is in DVC but not here yet"):
        checkout(x=settings)["x"]


def test_recordings_of_another_data_set_join(checkout, tmp_path):
    (tmp_path / "config/datasets/mswc.yaml").write_text(MSWC.read_text())
    write_corpus(tmp_path / "data/raw/mswc", lines_of(["yes", "no", "know", "water"]))
    join = {"join": {"datasets": ["mswc"], "unknown": 3}}
    labels = {"labels": ["yes", "no", "marvin"]}
    experiments = checkout(x=join | labels, y=join | labels | {"features": {"hop": 160}}, z=labels)
    x, y, z = (experiments[name] for name in "xyz")
    # What sounds like a label is no other word.
    assert {one.label for one in x.sources} == {"yes", "no", "water"}
    assert z.sources == []
    [line] = experiments.list_missing("x")
    assert line.startswith("join: mswc has no recording of marvin: ")
    assert experiments.list_missing("z") == []
    corpus = "Multilingual Spoken Words Corpus, English, 1.0"
    assert x.licences() == {corpus: "CC BY 4.0"} | z.licences()
    assert len(x.joined_tables()) == len(x.windows()) - len(z.windows()) == 3
    assert x.tables() == z.tables()
    assert set(x.joined_tables()) <= set(x.shared_files())
    assert x.windows() == y.windows()
    assert not set(x.features()) & set(y.features())
    for dataset, shard in x.joined_shards:
        found = experiments.shard(dataset, shard)
        assert len({one.label for one in found}) == 1
        assert found == [one for one in x.sources if one.shard == shard]


def test_recordings_that_join_may_be_the_only_real_ones(checkout, tmp_path):
    (tmp_path / "config/datasets/mswc.yaml").write_text(MSWC.read_text())
    write_corpus(tmp_path / "data/raw/mswc", lines_of(["yes", "no", "water"]))
    alone = {"join": {"datasets": ["mswc"]}, "synthesize": "nothing"}
    experiment = checkout(x=alone)["x"]
    assert experiment.archives == {}
    assert len(experiment.sources) == 36
    assert list(experiment.licences()) == ["Multilingual Spoken Words Corpus, English, 1.0"]
    # Whoever fetches something has none of them yet.
    shutil.rmtree(tmp_path / "data/raw/mswc")
    defaults = load_yaml(ROOT / "params.yaml")
    fetching = Experiments(defaults, sha256=hash_file, need_recordings=False, root=tmp_path)
    assert fetching["x"].sources == []
    (tmp_path / "data/raw/mswc.dvc").touch()
    with pytest.raises(UserError, match="mswc is in DVC but not here yet"):
        checkout(x=alone)["x"]


def test_an_experiment_named_by_a_file_is_found():
    arguments = ["--cores", "2", "results/digits/firmware/listener.bin", "metrics/own.json"]
    assert named_in(arguments) == {"digits", "own"}


def test_a_random_split_is_an_experiment_without_firmware(checkout):
    experiments = checkout(x={"evaluation": {"random_split_too": True}}, y={})
    assert experiments["x"].other_trainings() == ["x.random_split"]
    assert experiments["y"].other_trainings() == []
    honest, other = experiments["x"], experiments["x.random_split"]
    assert (honest.policy, other.policy) == ("group", "random")
    assert (honest.settings.goal, other.settings.goal) == ("firmware", "evaluation")
    assert other.other_trainings() == []
    assert other.features() == honest.features()
    assert other.settings.model == honest.settings.model
    with pytest.raises(UserError, match="There is no experiment z: config"):
        experiments["z.random_split"]


def test_a_teacher_hears_the_windows_and_their_copies(checkout):
    copies = {"augmentation": {"copies": 2}}
    experiments = checkout(
        alone=copies,
        taught={**copies, "training": {"teacher": {}}},
        plain={"training": {"teacher": {"weight": 0.5}}},
    )
    alone, taught, plain = (experiments[name] for name in ("alone", "taught", "plain"))
    assert taught.settings.training.teacher.weight == 0.9
    assert alone.embeddings() == alone.embeddings(augmented=True) == []
    assert plain.embeddings(augmented=True) == []
    assert taught.embeddings() == plain.embeddings()
    assert len(taught.embeddings(augmented=True)) == len(taught.shards)
    heard = {*taught.embeddings(), *taught.embeddings(augmented=True)}
    assert {*taught.shared_files()} - {*alone.shared_files()} == heard
    assert taught.licences().keys() - alone.licences().keys() == {"Google's speech embedding"}
