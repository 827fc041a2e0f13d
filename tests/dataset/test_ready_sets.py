"""The data sets that are ready: on miniatures laid out as the public archives are."""

import csv
import hashlib
import io
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from wav2nano import features, models, network_cost
from wav2nano.background import background_of, check_background
from wav2nano.boards import find_board
from wav2nano.dataset.fetch_dataset import digest_recordings, fetch_recordings
from wav2nano.dataset.index_dataset import index_dataset
from wav2nano.dataset.scan import scan_recordings
from wav2nano.dataset.select_recordings import select_recordings
from wav2nano.dataset.split_dataset import split_dataset
from wav2nano.hashes import hash_file
from wav2nano.recording_files import list_recordings
from wav2nano.settings.dataset import ChecksumSettings, DatasetSettings
from wav2nano.settings.load import load_dataset, load_experiment, load_yaml
from wav2nano.settings.split import SplitPlan
from wav2nano.tables.split import PARTS, read_split

ROOT = Path(__file__).resolve().parents[2]
RATE = 16000
READY = sorted(path.stem for path in (ROOT / "config" / "experiments").glob("*.yaml"))
FOLDS = range(1, 11)
URBAN_CLASSES = ["air_conditioner", "siren"]


def sound(seed, seconds=0.1):
    file = io.BytesIO()
    samples = np.random.default_rng(seed).normal(0, 0.1, round(RATE * seconds))
    soundfile.write(file, samples, RATE, format="WAV")
    return file.getvalue()


def table(header, rows):
    file = io.StringIO()
    csv.writer(file).writerows([header.split(","), *rows])
    return file.getvalue().encode()


def speech_commands():
    """Archive without a folder of its own; names begin with ./"""
    words = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go", "zero", "bed"]
    names = [f"{w}/{s:08x}_nohash_{n}.wav" for w in words for s in range(6) for n in range(2)]
    members = {f"./{name}": sound(i) for i, name in enumerate(names)}
    for file, speaker in (("validation_list.txt", 4), ("testing_list.txt", 5)):
        chosen = [name for name in names if f"/{speaker:08x}" in name]
        members[f"./{file}"] = "".join(f"{name}\n" for name in chosen).encode()
    members["./_background_noise_/white_noise.wav"] = sound(999, 2.0)
    members["./_background_noise_/README.md"] = members["./LICENSE"] = b"text"
    return members, {"train": 96, "validation": 24, "test": 24}


def urbansound8k():
    rows, members = [], {}
    for fold in FOLDS:
        for number, name in enumerate(URBAN_CLASSES):
            for piece in range(2):
                file = f"{1000 * fold + number}-{8 * number}-0-{piece}.wav"
                rows.append([file, 1000 * fold + number, 0.0, 4.0, 1, fold, 8 * number, name])
                members[f"UrbanSound8K/audio/fold{fold}/{file}"] = sound(len(rows))
        members[f"UrbanSound8K/audio/fold{fold}/.DS_Store"] = b"?"
    header = "slice_file_name,fsID,start,end,salience,fold,classID,class"
    members["UrbanSound8K/metadata/UrbanSound8K.csv"] = table(header, rows)
    members["UrbanSound8K/UrbanSound8K_README.txt"] = b"text"
    members["._UrbanSound8K"] = b"of another system"
    return members, {"train": 32, "validation": 4, "test": 4}


def esc50():
    rows, members = [], {}
    for fold in range(1, 6):
        for target, category in ((0, "dog"), (42, "siren")):
            for take in "AB":
                file = f"{fold}-{100 * fold + target}-{take}-{target}.wav"
                source = 100 * fold + target
                rows.append([file, fold, target, category, "False", source, take])
                members[f"ESC-50-33c8ce9/audio/{file}"] = sound(len(rows))
    header = "filename,fold,target,category,esc10,src_file,take"
    members["ESC-50-33c8ce9/meta/esc50.csv"] = table(header, rows)
    members["ESC-50-33c8ce9/esc50.gif"] = members["ESC-50-33c8ce9/README.md"] = b"text"
    return members, {"train": 12, "validation": 4, "test": 4}


def digits():
    top = "free-spoken-digit-dataset-1.0.10"
    speakers = ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"]
    names = [f"{digit}_{name}_{i}.wav" for digit in range(10) for name in speakers for i in "01"]
    members = {f"{top}/recordings/{name}": sound(i) for i, name in enumerate(names)}
    members[f"{top}/metadata.py"] = members[f"{top}/README.md"] = b"text"
    return members, {"train": 60, "validation": 20, "test": 40}


PUBLIC = {set_.__name__: set_ for set_ in (speech_commands, urbansound8k, esc50, digits)}


def pack(path, members):
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz") as archive:
            for name, content in members.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))


def settings_of(name):
    return load_experiment(name, load_yaml(ROOT / "params.yaml"), root=ROOT)


def split_of(dataset, settings):
    """Index, select and split in the working directory."""
    index_dataset(dataset=dataset, known=Path("known.json"), out=Path("own.csv"))
    manifest, out = Path("manifest.csv"), Path("split.csv")
    select_recordings(tables=[Path("own.csv")], public=dataset.download is not None, out=manifest)
    plan = settings.split.model_dump() | {"policy": dataset.split.policy}
    if dataset.split.test:
        plan["folds"] = {"validation": dataset.split.validation, "test": dataset.split.test}
    split_dataset(
        manifest=manifest,
        labels=settings.labels,
        settings=SplitPlan.model_validate(plan),
        chunking=settings.chunking,
        out=out,
    )
    return read_split(out)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", READY)
def test_experiments_are_valid(name):
    settings = settings_of(name)
    assert name.startswith(settings.dataset)
    dataset = load_dataset(settings.dataset, root=ROOT)
    window = settings.chunking.window_samples
    shape = features.shape(window, settings.chunking.rate, settings.features)
    models.check(shape, settings.model, settings.features)
    if settings.goal == "firmware":
        board = find_board(settings.firmware.board)
        classes = len(settings.labels or range(10))
        network_cost.check(
            board,
            settings.chunking,
            settings.features,
            settings.model,
            settings.listener,
            classes=classes,
        )
    assert dataset.licence
    assert dataset.recordings == f"data/raw/{settings.dataset}"


@pytest.mark.parametrize("name", PUBLIC)
def test_public_sets_from_archive_to_split(tmp_path, name):
    members, expected = PUBLIC[name]()
    dataset = load_dataset(name, root=ROOT)
    download = dataset.download
    archive = tmp_path / ("set.zip" if ".zip" in download.url else "set.tar.gz")
    pack(archive, members)
    recordings = {n: c for n, c in members.items() if n.endswith(".wav") and "_noise_/" not in n}
    if download.archive is not None:
        what, kind = "archive", download.archive.kind
        digits = hashlib.new(kind, archive.read_bytes()).hexdigest()
    else:
        # With the names that the publisher's own list has.
        what, kind = "contents", download.contents.kind
        depth = 1 + download.folder.count("/")
        listed = {"/".join(n.split("/")[depth:]): c for n, c in recordings.items()}
        lines = [f"{hashlib.new(kind, c).hexdigest()}  {n}\n" for n, c in sorted(listed.items())]
        digits = hashlib.new(kind, "".join(lines).encode()).hexdigest()
    checksum = ChecksumSettings.model_validate({kind: digits})
    download = download.model_copy(update={what: checksum})
    dataset = dataset.model_copy(update={"download": download})
    fetch_recordings(dataset, source=archive)
    assert len(scan_recordings(dataset)) == len(recordings)

    split = split_of(dataset, settings_of(name))
    assert Counter(row.part for row in split) == expected
    parts_of_group = {}
    for row in split:
        parts_of_group.setdefault(row.group, set()).add(row.part)
    assert all(len(parts) == 1 for parts in parts_of_group.values())


def musan():
    """Three kinds of recordings, each with texts beside; noise is mostly of one source."""
    noise = [f"noise/free-sound/noise-free-sound-000{number}" for number in range(3)]
    noise += ["noise/sound-bible/noise-sound-bible-0000"]
    names = [*noise, "music/fma/music-fma-0000", "speech/us-gov/speech-us-gov-0000"]
    members = {f"musan/{name}.wav": sound(i) for i, name in enumerate(names)}
    members["musan/noise/free-sound/LICENSE"] = members["musan/README"] = b"text"
    return members, [f"{name}.wav" for name in noise]


def dipco():
    """Each party by many microphones, in two folders."""
    places = ["U01.CH1", "U01.CH2", "U02.CH1", "P01"]
    parties = ["dev/S02", "eval/S01"]
    names = [f"audio/{party}_{place}.wav" for party in parties for place in places]
    members = {f"Dipco/{name}": sound(i) for i, name in enumerate(names)}
    members["Dipco/transcriptions/dev/S02.json"] = b"[]"
    return members, ["dev/S02_U01.CH1.wav", "eval/S01_U01.CH1.wav"]


@pytest.mark.parametrize("background", [musan, dipco])
def test_background_from_archive_to_its_parts(tmp_path, background):
    members, expected = background()
    dataset = load_dataset(background.__name__, root=ROOT)
    archive = tmp_path / "archive.tar.gz"
    pack(archive, members)
    digits = hashlib.md5(archive.read_bytes()).hexdigest()
    checksum = {"archive": ChecksumSettings(md5=digits)}
    download = dataset.download.model_copy(update=checksum)
    fetch_recordings(dataset.model_copy(update={"download": download}), source=archive)
    folder = Path(dataset.recordings)
    assert list_recordings(folder) == expected
    paths = [folder / name for name in expected]
    assert background_of(folder, "validation") == paths[: len(paths) // 2]
    assert background_of(folder, "test") == paths[len(paths) // 2 :]
    check_background(folder, {path: hash_file(path) for path in paths}, {})


def test_two_long_recordings(tmp_path):
    dataset = load_dataset("emergency_vehicles", root=ROOT)
    folder = tmp_path / dataset.recordings
    folder.mkdir(parents=True)
    for seed, name in enumerate(["ambulance", "fire_truck"]):
        (folder / f"{name}.wav").write_bytes(sound(seed, 60.0))
    split = split_of(dataset, settings_of("emergency_vehicles"))
    assert [(row.label, row.part) for row in split] == [
        (label, part) for label in ("ambulance", "fire_truck") for part in PARTS
    ]
    assert split[1].from_seconds - split[0].to_seconds >= 2.0


@pytest.mark.parametrize("by", ["folders", "table"])
def test_ones_own(tmp_path, by):
    dataset = load_dataset("own", root=ROOT)
    folder = tmp_path / dataset.recordings
    rows = []
    for seed in range(12):
        label, speaker = "ab"[seed % 2], f"speaker {seed // 2}"
        path = folder / label / speaker / f"{seed}.wav"
        path.parent.mkdir(parents=True)
        path.write_bytes(sound(seed))
        rows.append([path.relative_to(folder), label, speaker])
    if by == "table":
        # As the comment in the file says.
        text = (ROOT / "config" / "datasets" / "own.yaml").read_text()
        dataset = DatasetSettings.model_validate(yaml.safe_load(text.replace("# table:", "table:")))
        (folder / "recordings.csv").write_bytes(table("path,label,group", rows))
    split = split_of(dataset, settings_of("own"))
    assert {row.part for row in split} == set(PARTS)
    assert {row.group for row in split} == {f"own/speaker {i}" for i in range(6)}


def test_checksums_of_contents_do_not_depend_on_order(tmp_path):
    for name in "ba":
        (tmp_path / name).write_text(name)
    assert digest_recordings(tmp_path, ["b", "a"], "md5") == digest_recordings(
        tmp_path, ["a", "b"], "md5"
    )


REAL = {
    "digits": ("fsdd/recordings", "{label}_{group}_{number}", 6),
    "urban sounds": (
        "urbansound8k_folds_1_2",
        "fold{fold}/{group}-{label}-{occurrence}-{slice}",
        268,
    ),
    "words": ("speech_commands_v1_300", "{label}/{group}_nohash_{number}", 41),
}


@pytest.mark.parametrize("name", REAL)
def test_real_recordings_to_the_split(tmp_path, shared_data, name):
    folder, pattern, groups = REAL[name]
    settings = {"name": "real", "title": "Real", "licence": "various", "shards": 16}
    settings |= {"recordings": str(shared_data / folder), "pattern": pattern}
    dataset = DatasetSettings.model_validate(settings | {"split": {"policy": "group"}})
    split = split_of(dataset, settings_of("digits"))
    parts = {part: {row.group for row in split if row.part == part} for part in PARTS}
    assert sum(map(len, parts.values())) == len(set.union(*parts.values())) == groups
    # The official folds of the urban sounds keep sources whole, too.
    folds = {}
    for source in scan_recordings(dataset):
        folds.setdefault(source.group, set()).add(source.fold)
    assert all(len(found) == 1 for found in folds.values())
