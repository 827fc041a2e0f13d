"""Bad input gives a message with the file and the remedy, and leaves what was built."""

import numpy as np
import pytest
import soundfile

from workflow.conftest import KEYWORDS

pytestmark = pytest.mark.xdist_group("workflow")


def record(path, seed=0, rate=16000, channels=1, seconds=0.6):
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(seed).normal(0, 0.1, (round(seconds * rate), channels))
    soundfile.write(path, samples, rate)


def refused(checkout, *words, target="firmware"):
    result = checkout.snakemake(target, check=False)
    output = result.stdout + result.stderr
    assert result.returncode != 0
    assert "Traceback" not in output
    for word in words:
        assert word in output, output[-3000:]


def own_only(checkout):
    checkout.change_settings(KEYWORDS, synthesize="nothing", labels=None)


def test_unknown_setting(fresh):
    fresh.change_settings(training={"epoch": 5})
    refused(fresh, "training.epoch is not a setting", "epochs")


def test_wrong_value(fresh):
    fresh.change_settings(model={"architecture": "transformer"})
    refused(fresh, "model.architecture", "'transformer'", "lstm")


def test_unknown_dataset(fresh):
    fresh.change_settings(KEYWORDS, dataset="nothing")
    refused(fresh, "nothing", "digits, dipco, emergency_vehicles")


def test_empty_folder(fresh):
    own_only(fresh)
    refused(fresh, "no recordings in data/raw/keywords", "{label}")


def test_download_is_told(fresh):
    fresh.change_settings(KEYWORDS, dataset="digits", synthesize="nothing", labels=None)
    refused(fresh, "wav2nano fetch-dataset digits")


def test_one_class(fresh):
    own_only(fresh)
    for i in range(4):
        record(fresh.root / "data" / "raw" / "keywords" / "yes" / f"s{i}" / "a.wav", i)
    refused(fresh, "only one class, yes", target="results/keywords/split.csv")


def test_one_voice(fresh):
    own_only(fresh)
    for i, label in enumerate(["yes", "no"]):
        record(fresh.root / "data" / "raw" / "keywords" / label / "ann" / "a.wav", i)
    refused(fresh, "1 group", "split.policy", target="results/keywords/split.csv")


def test_broken_recordings_keep_what_was_built(changed):
    before = (changed.root / "results" / "keywords" / "firmware" / "listener.bin").read_bytes()
    folder = changed.root / "data" / "raw" / "keywords" / "never" / "ann"
    record(folder / "good.wav")
    (folder / "zero length.wav").write_bytes(b"")
    (folder / "no audio.mp3").write_bytes(b"nothing of the kind")
    soundfile.write(folder / "nan.wav", np.full(100, np.nan), 16000, subtype="FLOAT")
    (folder / "cut.wav").write_bytes((folder / "good.wav").read_bytes()[:500])
    refused(changed, "4 of 5", "zero length.wav", "no audio.mp3", "nan.wav", "cut.wav")
    after = changed.root / "results" / "keywords" / "firmware" / "listener.bin"
    assert after.read_bytes() == before
    for name in ("zero length.wav", "no audio.mp3", "nan.wav", "cut.wav"):
        (folder / name).unlink()
    changed.snakemake("results/keywords/split.csv")


def test_strange_names_rates_and_formats_go_to_the_split(fresh):
    own_only(fresh)
    raw = fresh.root / "data" / "raw" / "keywords"
    rates = [8000, 96000, 44100, 16000]
    for label in ['it\'s "$5"', "größe", "2nd {x}", "int"]:
        for i, rate in enumerate(rates):
            suffix = "mp3" if rate == 44100 else "wav"
            name = f"a 'b' $c {i}.{suffix}"
            record(raw / label / f"ö{i}" / name, hash((label, i)) % 999, rate, 1 + i % 2)
    fresh.snakemake("results/keywords/split.csv")
    text = (fresh.root / "results" / "keywords" / "split.csv").read_text()
    assert "größe" in text
    assert '""$5""' in text


def test_a_model_too_large_is_told(changed):
    code = changed.root / "results" / "keywords" / "code"
    source = code / "model.c"
    line = "\nconst unsigned char w2n_ballast[1200000] = {1};\n"
    use = "\nextern const unsigned char w2n_ballast[]; const unsigned char *w2n_keep(void);"
    source.write_text(source.read_text() + line + use)
    settings = code / "settings.c"
    settings.write_text(
        settings.read_text() + "extern const unsigned char w2n_ballast[];\n"
        "const unsigned char *volatile w2n_heavy = w2n_ballast;\n"
    )
    header = code / "settings.h"
    header.write_text(header.read_text() + "\n")
    command = [
        *("wav2nano", "compile-firmware", "--sketch", "firmware/sketches/listener"),
        *(
            "--code",
            *map(str, sorted(code.iterdir())),
            "--data",
            "results/keywords/split.csv",
            "--config-hash",
            "0",
        ),
        *("--code-hash", "0", "--board", "wav2nano:nrf52:nano33ble"),
        *("--libraries", "firmware/libraries", "--out", "results/keywords/firmware"),
    ]
    before = (changed.root / "results" / "keywords" / "firmware" / "listener.bin").read_bytes()
    # What nothing refers to is left out of the binary: let the sketch refer to it.
    sketch = changed.root / "firmware" / "sketches" / "listener" / "listener.ino"
    sketch.write_text(
        sketch.read_text().replace(
            "void setup() {",
            'extern "C" const unsigned char *volatile w2n_heavy;\n'
            "void setup() {\n  if (!w2n_heavy) return;",
        )
    )
    result = changed.run(*command, check=False)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "flash" in result.stderr.lower()
    assert "units" in result.stderr
    after = changed.root / "results" / "keywords" / "firmware" / "listener.bin"
    assert after.read_bytes() == before
