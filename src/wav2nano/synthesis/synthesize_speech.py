"""Step synthesize-speech: one label from the plan to its archive of recordings."""

import csv
import hashlib
import io
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from wav2nano import noise
from wav2nano.acoustics import Heard, record, record_noise
from wav2nano.audio import MEMBER, SampleHash
from wav2nano.errors import UserError
from wav2nano.files import atomic_path
from wav2nano.progress import Progress
from wav2nano.settings.synthesis import SynthesisSettings
from wav2nano.synthesis import voices
from wav2nano.synthesis.base import Utterance
from wav2nano.synthesis.engines.espeak import check_voices
from wav2nano.synthesis.languages import LANGUAGES
from wav2nano.synthesis.planning import (
    ACOUSTICS,
    SILENCE_SESSIONS,
    Planned,
    plan,
    random,
    redraw,
)
from wav2nano.tables.recordings import SILENCE, Recording, write_recordings

SECONDS = 1.0
LONGEST = 0.96  # seconds of speech in a recording: the rest leaves room to move it
SHORTEST = 0.06
HURRIES = 4  # times that a word which does not fit is said again, faster
FASTEST = 2.5  # times the voice's own speed: anything faster is unintelligible
REDRAWS = 8  # times that a recording equal to an earlier one is spoken again, differently
MOST_REDRAWN = 0.2  # share of a label's recordings
MOST_CLIPPED = 0.005  # share of the samples at full scale; some voices touch it now and then

COLUMNS = (
    "file",
    "utterance",
    "label",
    "text",
    "engine",
    "voice",
    "group",
    "rate",
    "pitch",
    "range",
    "formants",
    "noise",
    "snr_db",
    "level_db",
    "seed",
    "licence",
)


def synthesize_speech(
    *,
    label: str,
    labels: list[str],
    rate: int,
    settings: SynthesisSettings,
    archive: Path,
    table: Path,
) -> None:
    """Speak all recordings of a label and write them as one archive.

    The archive holds FLAC files of 1 s, 16-bit, one channel, and `recordings.csv`, which says how
    each was made. The same settings give the same bytes.

    Parameters
    ----------
    label
        A word, or `_unknown_`, or `_silence_`.
    labels
        Words that `_unknown_` must leave out; for any other label none.
    rate
        Sampling rate, Hz.
    settings
        `synthesis` of the data set; `unknown` and `silence` are needed for these labels alone.
    archive
        ZIP file to write.
    table
        Table of the recordings in it to write.

    Raises
    ------
    UserError
        If an engine or voice is not installed, cannot say a word, or says the same every time.
    """
    planned = plan(label, labels, settings)
    noises = _noises(settings, rate)
    if label == SILENCE:
        made = ((item, _record_silence(item, settings, rate, noises)) for item in planned)
    else:
        spoken = speak_different(planned, settings, rate)
        made = (
            (item, _record_speech(item, dry.speech, settings, rate, noises)) for item, dry in spoken
        )
    progress = Progress(label, len(planned), unit="recordings")
    recordings = []
    for recording in made:
        recordings.append(recording)
        progress.add()
    content = [_encode(heard, rate) for _, heard in recordings]
    write_archive(archive, recordings, content, settings.seed)
    write_recordings(
        table,
        [_row(item, heard, rate, archive) for item, heard in recordings],
    )


@dataclass(frozen=True)
class Dry:
    """A word as the engine said it, without room or noise.

    Attributes
    ----------
    speech : np.ndarray
        float64 [samples], trimmed to the word, its formants scaled.
    digest : bytes
        Hash of what the engine gave.
    fault : str
        Why it cannot be used, and what helps; empty if it can.
    """

    speech: np.ndarray
    digest: bytes
    fault: str = ""


def speak_dry(
    planned: Sequence[Planned], rate: int, pronunciations: Mapping[str, str] | None = None
) -> list[Dry]:
    """Let the engines say what is planned; returns speech at `rate`.

    Words that take longer than a recording are said again, faster. What comes out silent, clipped
    or endless has a fault. Words that have `pronunciations` are not read by the engines.
    """
    copies: dict[int, list[int]] = {}
    for index, item in enumerate(planned):
        copies.setdefault(item.utterance, []).append(index)
    said_by = {number: planned[indices[0]] for number, indices in copies.items()}
    pace = {number: item.rate for number, item in said_by.items()}
    dry: dict[int, Dry] = {}
    for _ in range(HURRIES + 1):
        for engine in voices.ENGINES:
            turns = [number for number in pace if said_by[number].engine == engine]
            utterances = [
                _utterance(said_by[number], pace[number], pronunciations or {}) for number in turns
            ]
            if len(turns) > 20:
                print(f"{planned[0].label}: {engine} speaks {len(turns)} times", file=sys.stderr)
            for number, said in zip(turns, voices.speak(engine, utterances), strict=True):
                for index in copies[number]:
                    dry[index] = _trim(*said, planned[index], rate)
        seconds = {
            number: max(len(dry[index].speech) for index in copies[number]) / rate
            for number in pace
        }
        pace = {
            number: pace[number] * 1.15 * seconds[number] / LONGEST
            for number in pace
            if seconds[number] > LONGEST and not said_by[number].running
        }
        pace = {number: faster for number, faster in pace.items() if faster <= FASTEST}
        if not pace:
            break
    return [_fitting(dry[index], planned[index], rate) for index in range(len(planned))]


def _fitting(dry: Dry, item: Planned, rate: int) -> Dry:
    seconds = len(dry.speech) / rate
    if seconds <= LONGEST or item.running:
        return dry
    fault = (
        f"{item.text!r} does not fit into {SECONDS:.0f} s: even speaking fast, {item.engine} needs "
        f"{seconds:.1f} s with the voice {item.voice}. Choose a shorter word"
    )
    return Dry(dry.speech, dry.digest, fault)


def _utterance(item: Planned, pace: float, pronunciations: Mapping[str, str]) -> Utterance:
    return Utterance(item.text, item.voice, pace, item.pitch, item.range, pronunciations)


def _trim(samples: np.ndarray, said_rate: int, item: Planned, rate: int) -> Dry:
    """Cut the silence around the word, and scale its frequencies."""
    digest = hashlib.sha256(samples.tobytes()).digest()
    nothing = Dry(
        np.zeros(0),
        digest,
        f"{item.engine} said nothing for {item.text!r} with the voice {item.voice}. Spell the "
        "word as it sounds, give its phonemes in synthesis.pronunciations, or remove it from the "
        "settings",
    )
    # Samples played faster than they were said: all frequencies go up by the same factor.
    speech = soxr.resample(samples.astype(np.float64) / 32768, said_rate * item.formants, rate)
    if not len(speech):
        return nothing
    frame = rate // 100
    energy = np.convolve(speech * speech, np.ones(frame) / frame, "same")
    peak = energy.max(initial=0.0)
    loud = np.flatnonzero(energy > peak * 10**-4.5)
    if peak < 1e-6 or loud[-1] - loud[0] < SHORTEST * rate:
        return nothing
    fault = ""
    if np.mean(np.abs(samples.astype(np.int32)) >= 32767) > MOST_CLIPPED:
        fault = (
            f"{item.engine} is overdriven when it says {item.text!r} with the voice {item.voice}. "
            f"Remove the voice from synthesis.engines.{item.engine}, or the word from the settings"
        )
    speech = speech[loud[0] : loud[-1] + 1]
    fade = np.linspace(0, 1, frame // 2)
    speech[: len(fade)] *= fade
    speech[-len(fade) :] *= fade[::-1]
    return Dry(speech, digest, fault)


def speak_different(
    planned: Sequence[Planned], settings: SynthesisSettings, rate: int
) -> list[tuple[Planned, Dry]]:
    """Speak, and repeat in another manner what is faulty or what an engine gave already.

    Raises
    ------
    UserError
        If too many come out identical, or with a fault.
    """
    espeak = sorted({item.voice for item in planned if item.engine == "espeak"})
    if espeak:
        check_voices(espeak)
    said = speak_dry(planned, rate, settings.pronunciations)
    spoken = list(zip(planned, said, strict=True))
    first: dict[bytes, int] = {}
    redrawn = 0
    for attempt in range(1, REDRAWS + 1):
        again = [
            place
            for place, (item, dry) in enumerate(spoken)
            if dry.fault or first.setdefault(dry.digest, item.utterance) != item.utterance
        ]
        if not again:
            return spoken
        redrawn += len(again)
        if redrawn > MOST_REDRAWN * len(planned):
            break
        others = [redraw(planned[place], settings, attempt) for place in again]
        takes = zip(others, speak_dry(others, rate, settings.pronunciations), strict=True)
        for place, other in zip(again, takes, strict=True):
            spoken[place] = other
    item, dry = spoken[again[0]]
    if dry.fault:
        raise UserError(dry.fault)
    raise UserError(
        f"{redrawn} of {len(planned)} recordings of {item.label!r} came out identical to another, "
        f"for example {item.engine} with the voice {item.voice}. Ask for fewer recordings or more "
        f"voices, or widen rate, pitch and range in synthesis.engines.{item.engine}"
    )


def _record_speech(
    item: Planned,
    speech: np.ndarray,
    settings: SynthesisSettings,
    rate: int,
    noises: Mapping[str, noise.Noise],
) -> Heard:
    rng = random(settings, item.label, ACOUSTICS, item.index)
    samples = round(SECONDS * rate)
    if item.running:
        first = rng.integers(max(1, len(speech) - samples + 1))
        speech = speech[first : first + samples]
    return record(speech, samples, rate, settings.acoustics, noises, rng)


def _record_silence(
    item: Planned, settings: SynthesisSettings, rate: int, noises: Mapping[str, noise.Noise]
) -> Heard:
    assert settings.silence is not None  # else nothing is planned
    return record_noise(
        item.voice,
        round(SECONDS * rate),
        rate,
        settings.acoustics,
        noises,
        random(settings, SILENCE, ACOUSTICS, -1 % 2**32, item.index % SILENCE_SESSIONS),
        random(settings, SILENCE, ACOUSTICS, item.index),
        settings.silence.level_db,
    )


def _noises(settings: SynthesisSettings, rate: int) -> dict[str, noise.Noise]:
    """Noise by kind; for babble, sentences are spoken, the same for every label."""
    kinds = settings.acoustics.noise.kinds
    noises: dict[str, noise.Noise] = {
        kind: noise.COMPUTED[kind] for kind in kinds if kind in noise.COMPUTED
    }
    if "babble" in kinds:
        noises["babble"] = noise.babble(_talk(settings, rate))
    return noises


def _talk(settings: SynthesisSettings, rate: int) -> list[np.ndarray]:
    engine, chosen = next(iter(settings.engines.chosen.items()))
    groups = voices.engine_voices(engine, chosen, settings.language)
    rng = random(settings, "babble")
    picked = [groups[place] for place in rng.permutation(len(groups))]
    utterances = [
        Utterance(sentence, picked[index % len(picked)][0].name, 1.0, 0.0, 1.0)
        for index, sentence in enumerate(LANGUAGES[settings.language].babble)
    ]
    return [
        soxr.resample(samples.astype(np.float64) / 32768, said_rate, rate)
        for samples, said_rate in voices.speak(engine, utterances)
    ]


def _encode(heard: Heard, rate: int) -> bytes:
    audio = io.BytesIO()
    soundfile.write(audio, heard.samples, rate, "PCM_16", format="FLAC")
    return audio.getvalue()


def write_archive(
    path: Path,
    recordings: Sequence[tuple[Planned, Heard]],
    content: Sequence[bytes],
    seed: int,
) -> None:
    """Write recordings and their table as a ZIP file: stored, and without the time of day."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(COLUMNS)
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for (item, heard), flac in zip(recordings, content, strict=True):
            archive.writestr(_entry(item.file), flac)
            described = {
                **vars(item),
                "file": item.file,
                "noise": heard.noise,
                "snr_db": f"{heard.snr_db:.1f}",
                "level_db": f"{heard.level_db:.1f}",
                "seed": seed,
            }
            rows.writerow([described[column] for column in COLUMNS])
        archive.writestr(_entry("recordings.csv"), table.getvalue())


def _row(item: Planned, heard: Heard, rate: int, archive: Path) -> Recording:
    digest = SampleHash(rate)
    digest.update(heard.samples)
    return Recording(
        id=f"synthetic/{item.label}/{item.file}",
        path=f"{archive}{MEMBER}{item.file}",
        label=item.label,
        group=f"synthetic/{item.group}",
        fold="",
        origin=item.engine,
        seconds=round(len(heard.samples) / rate, 6),
        rate=rate,
        channels=1,
        samples_sha256=digest.hexdigest(),
        shard=archive.stem,
    )


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry
