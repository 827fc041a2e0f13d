"""Finding recordings, and what folders, names, tables and lists say of them."""

import os

import numpy as np
import pytest
import soundfile

from wav2nano.audio import read_audio
from wav2nano.dataset.scan import digest_sources, scan_recordings
from wav2nano.errors import UserError
from wav2nano.settings.dataset import DatasetSettings

RATE = 16000


def record(path, seed=0, seconds=0.2):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(seed).normal(0, 0.1, round(RATE * seconds)), RATE)


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def folder_of(path, **more):
    settings = {"name": "mine", "title": "Mine", "licence": "mine", "split": {"policy": "group"}}
    settings |= {"recordings": str(path), "shards": 4, **more}
    return DatasetSettings.model_validate(settings)


def said_of(path, **more):
    return {s.id: (s.label, s.group, s.fold) for s in scan_recordings(folder_of(path, **more))}


def test_labels_and_groups_come_from_folders(tmp_path):
    record(tmp_path / "yes" / "a.wav", 1)
    record(tmp_path / "no" / "ann" / "b.flac", 2)
    record(tmp_path / "no" / ".hidden" / "c.wav", 3)
    (tmp_path / "no" / "notes.txt").write_text("not a recording")
    found = {s.id: (s.label, s.group) for s in scan_recordings(folder_of(tmp_path))}
    assert found == {"yes/a.wav": ("yes", "yes/a.wav"), "no/ann/b.flac": ("no", "ann")}


def test_labels_and_groups_come_from_names(tmp_path):
    record(tmp_path / "7_theo_12.wav")
    dataset = folder_of(tmp_path, pattern="{label}_{group}_{number}")
    [source] = scan_recordings(dataset)
    assert (source.label, source.group) == ("7", "theo")
    record(tmp_path / "seven.wav")
    with pytest.raises(UserError, match=r"\{label\}.*\n.*seven\.wav"):
        scan_recordings(dataset)


def test_a_recording_outside_a_label_is_named(tmp_path):
    record(tmp_path / "stray.wav")
    with pytest.raises(UserError, match=r"stray\.wav"):
        scan_recordings(folder_of(tmp_path))


def test_one_more_recording_touches_one_shard(tmp_path):
    for i in range(40):
        record(tmp_path / "yes" / f"{i}.wav", i)

    def digests():
        shards = {}
        for source in scan_recordings(folder_of(tmp_path)):
            shards.setdefault(source.shard, []).append(source)
        return {shard: digest_sources(sources) for shard, sources in shards.items()}

    before = digests()
    record(tmp_path / "yes" / "new.wav", 99)
    after = digests()
    assert len(before) == 4
    assert sum(before[shard] != after[shard] for shard in before) == 1


@pytest.mark.parametrize("change", ["content", "label"])
def test_the_digest_sees(tmp_path, change):
    record(tmp_path / "yes" / "a.wav", 1)
    before = digest_sources(scan_recordings(folder_of(tmp_path)))
    if change == "content":
        record(tmp_path / "yes" / "a.wav", 2)
    else:
        (tmp_path / "yes").rename(tmp_path / "no")
    assert digest_sources(scan_recordings(folder_of(tmp_path))) != before


@pytest.mark.parametrize(
    ("pattern", "name", "said"),
    [
        ("{label}/{group}_nohash_{number}", "yes/0a7c2a8d_nohash_12.wav", ("yes", "0a7c2a8d", "")),
        ("{label}", "ambulance.wav", ("ambulance", "ambulance.wav", "")),
        ("{label}_{number}", "car_horn_07.ogg", ("car_horn", "car_horn_07.ogg", "")),
        ("fold{fold}/{group}-{label}-{a}-{b}", "fold10/99-3-0-2.ogg", ("3", "99", "10")),
        ("{group}/day 1/{label}.{number}", "ann/day 1/a b.5.mp3", ("a b", "ann", "")),
    ],
)
def test_patterns(tmp_path, pattern, name, said):
    touch(tmp_path, name)
    assert said_of(tmp_path, pattern=pattern) == {name: said}


@pytest.mark.parametrize("name", ["sub/yes_1.wav", "yes_x.wav", "yes.wav"])
def test_what_a_pattern_does_not_fit_is_named(tmp_path, name):
    touch(tmp_path, "no_1.wav", name)
    with pytest.raises(UserError, match=f"1 recording is not named.*\\n.*{name}"):
        said_of(tmp_path, pattern="{label}_{number}")


def test_a_pattern_with_a_field_twice_is_refused(tmp_path):
    touch(tmp_path, "a.wav")
    with pytest.raises(UserError, match="pattern"):
        said_of(tmp_path, pattern="{label}/{label}")


def test_what_is_ignored(tmp_path):
    touch(tmp_path, "yes/ann/a.wav", "_background_noise_/hum.wav", "stray.wav")
    assert set(said_of(tmp_path, ignore=["_background_noise_/*", "stray.*"])) == {"yes/ann/a.wav"}


def test_a_broken_link_is_named(tmp_path):
    (tmp_path / "yes").mkdir()
    (tmp_path / "yes" / "a.wav").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"a\.wav is a pipe, a device, a folder or a link"):
        said_of(tmp_path)


def test_a_name_that_is_not_text_is_named(tmp_path):
    (tmp_path / "yes").mkdir()
    try:
        open(bytes(tmp_path / "yes") + b"/\xff.wav", "wb").close()
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    with pytest.raises(UserError, match="not UTF-8"):
        said_of(tmp_path)


URBAN = {
    "file": "metadata/UrbanSound8K.csv",
    "path": "audio/fold{fold}/{slice_file_name}",
    "label": "{class}",
    "group": "{fsID}",
    "fold": "{fold}",
}
URBAN_CSV = """slice_file_name,fsID,start,end,salience,fold,classID,class
7061-6-0-0.wav,7061,0.0,4.0,1,5,6,gun_shot
99-3-0-2.wav,99,0.0,4.0,1,10,3,dog_bark
"""


def test_a_table_with_templates(tmp_path):
    touch(tmp_path, "audio/fold5/7061-6-0-0.wav", "audio/fold10/99-3-0-2.wav", URBAN["file"])
    (tmp_path / URBAN["file"]).write_text(URBAN_CSV)
    assert said_of(tmp_path, table=URBAN) == {
        "audio/fold5/7061-6-0-0.wav": ("gun_shot", "7061", "5"),
        "audio/fold10/99-3-0-2.wav": ("dog_bark", "99", "10"),
    }


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("path,label", ("yes", "a/1.wav", "")),
        ("path,label,group", ("yes", "ann", "")),
        ("\ufeffpath,label,group,fold", ("yes", "ann", "test")),
    ],
)
def test_a_table_of_ones_own(tmp_path, columns, said):
    touch(tmp_path, "a/1.wav")
    cells = ["./a/1.wav", " yes ", "ann", "test"][: columns.count(",") + 1]
    (tmp_path / "recordings.csv").write_text(f"{columns}\n{','.join(cells)}\n\n")
    assert said_of(tmp_path, table={"file": "recordings.csv"}) == {"a/1.wav": said}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("path,label\na.wav,yes\nb.wav,no\n", r"line 3: .*b\.wav does not exist"),
        ("path,label\n../a.wav,yes\n", r"line 2: .*a\.wav does not exist"),
        ("path,label\na.wav,yes\na.wav,no\n", r"line 3: a\.wav is listed twice"),
        ("path,label\n", r"no line is about a\.wav"),
        ("path,label\na.wav,\n", r"line 2: a\.wav has no label"),
        ("path,label\na.wav\n", "line 2 does not have 2 columns"),
        ("path,label\na.wav,yes,no\n", "line 2 does not have 2 columns"),
        ("path;label\na.wav;yes\n", "no column label.*path;label"),
        ("", "no column label"),
    ],
)
def test_a_table_that_does_not_agree(tmp_path, rows, words):
    touch(tmp_path, "a.wav")
    (tmp_path / "recordings.csv").write_text(rows)
    with pytest.raises(UserError, match=rf"(?s)recordings\.csv.*{words}"):
        said_of(tmp_path, table={"file": "recordings.csv"})


def test_a_table_that_is_not_there_or_no_text(tmp_path):
    touch(tmp_path, "a.wav")
    with pytest.raises(UserError, match=r"recordings\.csv does not exist"):
        said_of(tmp_path, table={"file": "recordings.csv"})
    (tmp_path / "recordings.csv").write_bytes(b"path,label\na.wav,\xff\n")
    with pytest.raises(UserError, match=r"recordings\.csv cannot be read"):
        said_of(tmp_path, table={"file": "recordings.csv"})


def test_a_long_list_of_problems_is_cut(tmp_path):
    touch(tmp_path, *(f"{i}.wav" for i in range(50)))
    (tmp_path / "recordings.csv").write_text("path,label\n")
    with pytest.raises(UserError, match="and 40 more"):
        said_of(tmp_path, table={"file": "recordings.csv"})


LISTS = {"validation": "validation_list.txt", "test": "testing_list.txt"}


def test_official_lists(tmp_path):
    touch(tmp_path, "yes/a.wav", "yes/b.wav", "no/c.wav", *LISTS.values())
    (tmp_path / LISTS["validation"]).write_text("yes/b.wav\n")
    (tmp_path / LISTS["test"]).write_text("no/c.wav\r\n\r\n")
    folds = {name: fold for name, (_, _, fold) in said_of(tmp_path, folds=LISTS).items()}
    assert folds == {"yes/a.wav": "train", "yes/b.wav": "validation", "no/c.wav": "test"}


@pytest.mark.parametrize(
    ("test", "words"),
    [("yes/b.wav", r"yes/b\.wav is in validation_list\.txt too"), ("x", "x is not there")],
)
def test_wrong_lists(tmp_path, test, words):
    touch(tmp_path, "yes/b.wav", *LISTS.values())
    (tmp_path / LISTS["validation"]).write_text("yes/b.wav\n")
    (tmp_path / LISTS["test"]).write_text(test)
    with pytest.raises(UserError, match=rf"testing_list\.txt.*\n.*{words}"):
        said_of(tmp_path, folds=LISTS)


def test_what_is_ignored_may_be_named(tmp_path):
    touch(tmp_path, "yes/a.wav", "yes/broken.wav", *LISTS.values())
    for name in LISTS.values():
        (tmp_path / name).write_text("yes/broken.wav\nyes/gone.wav\n")
    (tmp_path / "t.csv").write_text("path,label\nyes/a.wav,yes\nyes/broken.wav,\nyes/gone.wav,x\n")
    ignore = ["yes/broken.wav", "*/gone.*"]
    for how in ({"table": {"file": "t.csv"}}, {"folds": LISTS}):
        assert set(said_of(tmp_path, ignore=ignore, **how)) == {"yes/a.wav"}


def test_nothing_is_there_yet(tmp_path):
    assert said_of(tmp_path / "nowhere", table=URBAN, folds=LISTS) == {}


def test_the_folds_of_urban_sounds(shared_data):
    said = said_of(
        shared_data / "urbansound8k_folds_1_2",
        pattern="fold{fold}/{group}-{label}-{occurrence}-{slice}",
    )
    assert len(said) == 1761
    assert {fold for _, _, fold in said.values()} == {"1", "2"}
    assert {label for label, _, _ in said.values()} == set("0123456789")


def test_the_speakers_of_speech_commands(shared_data):
    said = said_of(
        shared_data / "speech_commands_v1_300", pattern="{label}/{group}_nohash_{number}"
    )
    assert len(said) == 300
    assert len({label for label, _, _ in said.values()}) == 30


@pytest.mark.parametrize("target", ["..", "../no", "."])
def test_a_link_to_a_folder_that_is_there_already_is_named(tmp_path, target):
    record(tmp_path / "yes" / "a.wav", 1)
    record(tmp_path / "no" / "b.wav", 2)
    (tmp_path / "yes" / "loop").symlink_to(target)
    with pytest.raises(UserError, match=r"are the same folder: one of them is a link"):
        scan_recordings(folder_of(tmp_path))


def test_a_link_to_recordings_elsewhere_is_followed(tmp_path):
    record(tmp_path / "disk" / "ann" / "a.wav", 1)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "yes").symlink_to(tmp_path / "disk")
    assert said_of(tmp_path / "data") == {"yes/ann/a.wav": ("yes", "ann", "")}


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path)])
def test_what_is_no_file_is_told_and_not_waited_for(tmp_path, make):
    record(tmp_path / "yes" / "a.wav", 1)
    path = tmp_path / "yes" / "x.wav"
    make(path)
    if path.is_dir() and not path.is_symlink():
        assert len(said_of(tmp_path)) == 1  # a folder with such a name is a group
        return
    with pytest.raises(UserError, match=r"yes/x\.wav is a pipe, a device"):
        scan_recordings(folder_of(tmp_path))
    with pytest.raises(UserError, match=r"x\.wav is no file"):
        read_audio(path, RATE)


@pytest.mark.parametrize("label", ["two\nlines", "a\u2028b", "\x1b[31m", " yes", "x" * 61])
def test_a_label_that_cannot_be_shown_is_told(tmp_path, label):
    record(tmp_path / label / "a.wav", 1)
    with pytest.raises(UserError, match="has line breaks, control characters or spaces around"):
        scan_recordings(folder_of(tmp_path))
