"""Whatever a file claims, it is decoded or refused soon, and without memory for the claim."""

import contextlib
import io
import json
import struct
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from wav2nano import audio
from wav2nano.audio import inspect_audio, read_audio
from wav2nano.errors import UserError

RATE = 16000
MOST_MB = 200  # beside what is decoded
# Peak of a process's memory and the time for one file, each beyond those of a small file.
MEASURE = """
import json, resource, sys, time
from wav2nano.audio import inspect_audio, read_audio, read_bytes
from wav2nano.errors import UserError
small, path, how = sys.argv[1:]
def read(path):
    if how == "inspect":
        return inspect_audio(read_bytes(path), name=path).seconds * 4 * 16000
    return read_audio(path, 16000).nbytes
read(small)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
try:
    size, refused = read(path), ""
except UserError as error:
    size, refused = 0, str(error)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([peak / 1024, size / 2**20, time.process_time() - start, refused]))
"""


def file_of(container, samples=None, channels=1, subtype="PCM_16"):
    file = io.BytesIO()
    samples = np.full((1000, channels), 0.25) if samples is None else samples
    soundfile.write(file, samples, RATE, format=container, subtype=subtype)
    return file.getvalue()


def with_number(content, mark, place, form, number):
    changed = bytearray(content)
    struct.pack_into(form, changed, changed.index(mark) + place, number)
    return bytes(changed)


WAV, AIFF, FLAC = file_of("WAV"), file_of("AIFF"), file_of("FLAC")
FLAC_LENGTH = struct.unpack_from(">Q", FLAC, 18)[0] >> 36 << 36
FLAC_CLAIMS = [with_number(FLAC, b"fLaC", 18, ">Q", FLAC_LENGTH | n) for n in (2**31, 2**36 - 1)]
CLAIMS = {
    "wav of 4 GB": with_number(WAV, b"data", 4, "<I", 2**32 - 2),
    "wav of 65535 channels": with_number(WAV, b"fmt ", 10, "<H", 65535),
    "wav of 1024 channels": with_number(WAV, b"fmt ", 10, "<H", 1024),
    "wav of 4 GHz": with_number(WAV, b"fmt ", 12, "<I", 2**32 - 1),
    "rf64 of 8 EB": with_number(file_of("RF64"), b"ds64", 16, "<Q", 2**63 - 1),
    "w64 of 8 EB": with_number(file_of("W64"), b"data\xf3\xac", 16, "<Q", 2**62),
    "aiff of 2^32 frames": with_number(AIFF, b"COMM", 10, ">I", 2**32 - 1),
    "aiff of 65535 channels": with_number(AIFF, b"COMM", 8, ">h", -1),
    "aiff of 4 GB": with_number(AIFF, b"SSND", 4, ">I", 2**32 - 2),
    "au of 4 GB": with_number(file_of("AU"), b".snd", 8, ">I", 2**32 - 2),
    "au of 2^32 channels": with_number(file_of("AU"), b".snd", 20, ">I", 2**32 - 1),
    "flac of 2^31 frames": FLAC_CLAIMS[0],
    "flac of 2^36 frames": FLAC_CLAIMS[1],
    "flac of unknown length": with_number(FLAC, b"fLaC", 18, ">Q", FLAC_LENGTH),
    "caf with a chunk of negative size": with_number(file_of("CAF"), b"free", 4, ">q", -12),
    "many tags": b"ID3\x04\0\0\0\0\0\0" * 100_000 + WAV,
    "wav of zeros": WAV[:12] + bytes(30_000_000),
    "tag of 256 MB": b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + WAV,
}


def measure(tmp_path, content, how):
    (tmp_path / "small.wav").write_bytes(WAV)
    (tmp_path / "file.wav").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, tmp_path / "small.wav", tmp_path / "file.wav", how],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_claims_cost_nothing(tmp_path):
    script = MEASURE.partition("small, path, how")[0] + (
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for path in sys.argv[1:]:\n"
        "    start = time.process_time()\n"
        "    try:\n"
        "        inspect_audio(read_bytes(path), name=path)\n"
        "    except UserError:\n"
        "        pass\n"
        "    assert time.process_time() - start < 1, path\n"
        "    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        f"    assert peak < {MOST_MB * 1024}, (path, peak)\n"
    )
    for name, content in CLAIMS.items():
        (tmp_path / f"{name}.wav").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", script, *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("how", ["inspect", "read"])
@pytest.mark.parametrize("kind", ["an hour of silence", "noise of 8 channels"])
def test_decoding_takes_little_more_memory_than_the_samples(tmp_path, kind, how):
    if kind == "an hour of silence":
        content = file_of("FLAC", np.zeros(3600 * RATE, np.int16))
        assert len(content) < 2**20
    else:
        noise = np.random.default_rng(0).integers(-1000, 1000, (60 * RATE, 8)).astype(np.int16)
        content = file_of("WAV", noise)
    peak, size, seconds, refused = measure(tmp_path, content, how)
    assert not refused
    assert peak < (size if how == "read" else 0) + MOST_MB
    assert seconds < 1 + size / 100  # a second for every 100 MB


def test_what_is_too_long_for_any_memory_is_told(monkeypatch):
    monkeypatch.setattr(audio, "LONGEST", 999)
    with pytest.raises(UserError, match=r"x\.flac has more than 999 samples\. Cut it"):
        inspect_audio(FLAC, name="x.flac")


SEEDS = [WAV, AIFF, FLAC, *(file_of(kind) for kind in ("RF64", "W64", "AU", "CAF", "NIST"))]
SEEDS += [
    file_of("OGG", subtype="VORBIS"),
    file_of("MP3", np.full(RATE, 0.25), subtype="MPEG_LAYER_III"),
]


@settings(max_examples=300, deadline=5000)
@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6),
    end=st.floats(0.1, 1),
)
def test_a_damaged_file_is_decoded_or_refused(seed, changes, end):
    content = bytearray(seed[: int(len(seed) * end)])
    for place, value in changes:
        content[place % len(content)] = value
    with contextlib.suppress(UserError):
        assert inspect_audio(bytes(content), name="x.wav").seconds > 0


def test_a_rare_rate_is_resampled_without_much_memory(tmp_path):
    path = tmp_path / "fast.wav"
    soundfile.write(path, np.zeros(1000), 1_000_000)
    assert len(read_audio(path, RATE)) == 16
