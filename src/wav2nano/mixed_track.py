"""A track like that of MLPerf Tiny's streaming wake word test: targets over voices and music.

By `build_long_wav_def.py` and `build_long_wav.py` in `benchmark/training/streaming_wakeword` of
github.com/mlcommons/tiny at 904de6f (2025, when it was merged), which mix MUSAN and the test
speakers of Speech Commands. Versions before that took intervals from 3 s on, and not from 4 s.
Other than there, words never follow each other by less than 3 s, none is left out for how it
sounds, and what plays is whatever recordings one has.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wav2nano.audio import to_int16
from wav2nano.background import MUSIC, SPEECH, Pieces
from wav2nano.errors import UserError
from wav2nano.tracks import SoundTrack, Target, endless, labelled_track

LEVELS = (0.5, 0.75)  # of words: their standard deviation, before the mix is scaled to its peak
QUIETEST = 0.05  # of a word's highest sample: what is lower at its ends is cut off
WITH_TARGETS = 0.475  # share of the track at which the last one begins
LEAST_SECONDS, MEAN_SECONDS = 4.0, 7.0  # of intervals, exponential, before they fill that share
BETWEEN_SECONDS = 3.0  # at least, from a word's end to the next one


@dataclass(frozen=True)
class Section:
    """From one share of the track to another so many voices of a kind, each at a level."""

    start: float
    stop: float
    kind: str
    voices: int
    level: float


# Of 1200 s; before the first there is nothing but words.
SECTIONS = (
    Section(100 / 1200, 300 / 1200, SPEECH, 8, 0.05),
    Section(300 / 1200, 450 / 1200, MUSIC, 1, 0.5),
    Section(450 / 1200, 600 / 1200, MUSIC, 1, 0.5),
    Section(600 / 1200, 900 / 1200, SPEECH, 1, 0.75),
    Section(750 / 1200, 900 / 1200, MUSIC, 1, 0.5),
    Section(900 / 1200, 1200 / 1200, SPEECH, 7, 0.2),
)


def needed(kind: str) -> float:
    """Tell how much of a kind is heard, as a multiple of the track's length.

    Examples
    --------
    >>> round(1200 * needed("speech")), round(1200 * needed("music"))
    (4000, 450)
    """
    return sum(one.voices * (one.stop - one.start) for one in SECTIONS if one.kind == kind)


def planned_targets(seconds: float, seconds_per_target: float) -> int:
    """Tell how many targets a track has."""
    return max(1, round(seconds / seconds_per_target))


def check_room(targets: int, word_seconds: float, seconds: float) -> None:
    """Check that so many targets fit into the first half of a track.

    Parameters
    ----------
    targets, word_seconds
        How many, and how long they are on average.
    seconds
        Length of the track.

    Raises
    ------
    UserError
        If they do not.
    """
    most = int((seconds / 2 + BETWEEN_SECONDS) / (word_seconds + BETWEEN_SECONDS))
    if targets > most:
        remedy = f"it to {seconds / most:.3g} or more" if most else "detection.hours higher"
        raise UserError(
            f"detection.seconds_per_target: {targets:,} target(s) of {word_seconds:.3g} s each, "
            f"with {BETWEEN_SECONDS:g} s between them, do not fit into the first half of a "
            f"track of {seconds:g} s. Set {remedy}, or detection.recipe: back_to_back."
        )


def mixed_track(
    names: Sequence[str],
    labels: Sequence[str],
    sounds: Sequence[np.ndarray],
    *,
    targets: Sequence[str],
    backgrounds: Mapping[str, Pieces],
    seconds: float,
    seconds_per_target: float,
    late_seconds: float,
    rate: int,
    seed: int,
) -> SoundTrack:
    """Mix sounds of the targets, in the first half, with a background of speech and music.

    Parameters
    ----------
    names, labels, sounds
        Of each sound its recording, its label and its samples; what is no target is passed over.
    targets
        The labels that are reported.
    backgrounds
        What plays, by kind; of a kind that is missing there is nothing.
    seconds, seconds_per_target
        Length of the track, and how many there are of it for each target.
    late_seconds
        After its end a target may be reported for so long.
    rate
        Sampling rate, Hz.
    seed
        Of the words' order, places and levels.

    Raises
    ------
    UserError
        If the targets do not fit.
    """
    random = np.random.default_rng(seed)
    total = round(seconds * rate)
    mix = np.zeros(total, np.float32)
    for section in SECTIONS:
        start, stop = round(section.start * total), round(section.stop * total)
        for _ in range(section.voices * (section.kind in backgrounds)):
            voice = _voice(backgrounds[section.kind], stop - start)
            mix[start:stop] += section.level * _normalize(voice)

    order = endless(np.flatnonzero(np.isin(labels, targets)), random)
    count = planned_targets(seconds, seconds_per_target)
    starts = _starts(count, total, random).tolist()
    chosen = [next(order) for _ in starts]
    words = [_trim(sounds[index]) for index in chosen]
    length, between = sum(map(len, words)), round(BETWEEN_SECONDS * rate)
    check_room(count, length / count / rate, seconds)
    # A word that would meet the one before it is moved on; but no further than those after it need.
    earliest, latest = 0, max(0, total // 2 - length - between * (count - 1))
    placed: list[Target] = []
    for planned, index, word in zip(starts, chosen, words, strict=True):
        start = min(max(planned, earliest), latest)
        end = start + len(word)
        mix[start:end] += random.uniform(*LEVELS) * _normalize(word)
        placed.append(Target(names[index], labels[index], "", start, end))
        earliest = end + between
        latest += len(word) + between
    peak = np.abs(mix).max()
    samples = to_int16(mix / peak if peak else mix)
    return labelled_track(samples, placed, name="the mix", late_seconds=late_seconds, rate=rate)


def _starts(count: int, total: int, random: np.random.Generator) -> np.ndarray:
    """Place so many targets at random, the last one near the middle of the track."""
    places = np.cumsum(LEAST_SECONDS + random.exponential(MEAN_SECONDS, count))
    return np.rint(places * (WITH_TARGETS * total / places[-1])).astype(np.int64)


def _voice(pieces: Pieces, samples: int) -> np.ndarray:
    """Take one recording after another, until there is enough."""

    def taken() -> Iterator[np.ndarray]:
        left = samples
        while left:
            _, piece = pieces.take(left)
            left -= len(piece)
            yield piece

    return np.concatenate(list(taken()))


def _normalize(samples: np.ndarray) -> np.ndarray:
    """Scale to a standard deviation of 1; what has none stays as it is."""
    scaled = samples.astype(np.float32)
    deviation = float(scaled.std())
    return scaled / np.float32(deviation) if deviation else np.zeros_like(scaled)


def _trim(samples: np.ndarray) -> np.ndarray:
    """Cut off what is low at both ends."""
    loud = np.flatnonzero(samples > QUIETEST * samples.max())
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples
