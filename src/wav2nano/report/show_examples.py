"""Step show-examples: a clip of each label and the worst mistakes, to see and to listen to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.describe import describe_origin
from wav2nano.errors import UserError
from wav2nano.files import as_written, write_text
from wav2nano.hdf5 import read_hdf5
from wav2nano.labelled_windows import Windows, load_windows
from wav2nano.report.clip_plots import embed_clip, plot_features
from wav2nano.report.embed import fitting
from wav2nano.report.render import render
from wav2nano.tables.preprocessing import read_preprocessing
from wav2nano.tables.recordings import OWN
from wav2nano.tables.scores import Scores, read_scores

MOST_EXAMPLES = MOST_MISTAKES = 12
CANDIDATES = 9  # windows of a label, of which the one of middle loudness is its example


@dataclass(frozen=True)
class Clip:
    """A window to show: its recording, who or what it is of, and int16 samples [n]."""

    label: str
    recording: str
    group: str
    origin: str
    start: int
    audio: np.ndarray


def show_examples(
    *,
    scores: Path,
    preprocessing: Path,
    split: Path,
    windows: list[Path],
    features: list[Path],
    labels: list[str] | None,
    data: dict[str, str],
    title: str,
    page: Path,
    picture: Path,
) -> None:
    """Make a page to listen to, and a picture of what the network is given.

    Parameters
    ----------
    scores
        CSV file of the int8 model's scores, by which the worst mistakes are found.
    preprocessing
        JSON file of what stands between audio and the model.
    split
        CSV file of the split.
    windows
        HDF5 files of windows of audio.
    features
        HDF5 files of their features.
    labels
        `labels` of the experiment: what to tell apart, or null for every label.
    data
        `title` and `licence` of the data set.
    title
        Name of the experiment.
    page
        HTML file to write.
    picture
        PNG file to write: the features of one clip.

    Raises
    ------
    UserError
        If the files do not belong together.
    """
    order, parts = load_windows(features, split, labels)
    between = read_preprocessing(preprocessing, labels=order)
    test = read_scores(scores).of_part("test")
    with as_written(scores):
        if test.labels != order:
            raise ValueError(f"its labels are {', '.join(test.labels)}, not {', '.join(order)}")
    train = parts["train"]
    candidates = [
        candidate_windows(train, target) for target in range(min(len(order), MOST_EXAMPLES))
    ]
    worst = worst_mistakes(test, MOST_MISTAKES)
    audio = take_audio(
        windows,
        [_key(train, i) for chosen in candidates for i in chosen] + [_key(test, i) for i in worst],
    )
    typical = [_middle(chosen, [audio[_key(train, i)] for i in chosen]) for chosen in candidates]
    rate = between.chunking.rate

    def clip(of: Windows | Scores, i: int) -> Clip:
        recording, start = _key(of, i)
        label = order[of.target[i]]
        return Clip(label, recording, of.group[i], of.origin[i], start, audio[recording, start])

    examples = [_card(clip(train, i), rate) for i in typical]
    mistakes = [
        _card(clip(test, i), rate)
        | {
            "heard": order[test.scores[i].argmax()],
            "surely": float(test.scores[i].max()),
            "own_score": float(test.scores[i, test.target[i]]),
        }
        for i in worst
    ]
    wrong = int((test.scores.argmax(axis=1) != test.target).sum())
    shown = [fitting(examples), fitting(mistakes)]
    text = render(
        "examples",
        title=f"{title}: examples and worst mistakes",
        data=data,
        recorded=any(card["origin"] == describe_origin(OWN) for cards in shown for card in cards),
        examples=shown[0],
        labels=len(order),
        mistakes=shown[1],
        wrong=wrong,
        tested=len(test.target),
    )
    write_text(page, text)
    first = clip(train, typical[0])
    plot_features(
        first.audio,
        train.take(np.array(typical[:1]))[0, : train.heard[typical[0]]],
        rate,
        between.features,
        picture,
        f"{title}: features",
        f"a window of {first.label}, which the network trained on: {first.recording}",
    )


def worst_mistakes(test: Scores, most: int) -> list[int]:
    """Find windows with another label than theirs, those with the highest score for it first.

    Of equals the one with the lowest score of its own label is first. Of each recording there is
    one window, for its windows overlap.
    """
    predicted = test.scores.argmax(axis=1)
    everything = np.arange(len(test.target))
    surely, own = test.scores[everything, predicted], test.scores[everything, test.target]
    order = np.lexsort((test.start, test.recording, own, -surely))
    found: dict[str, int] = {}
    for i in order[(predicted != test.target)[order]]:
        found.setdefault(str(test.recording[i]), int(i))
    return list(found.values())[:most]


def candidate_windows(train: Windows, target: int) -> np.ndarray:
    """Choose windows of a label evenly among those of training: their indices."""
    of_label = np.flatnonzero(train.target == target)
    count = min(CANDIDATES, len(of_label))
    return of_label[np.linspace(0, len(of_label) - 1, count).round().astype(int)]


def take_audio(
    paths: Sequence[Path | str], wanted: Collection[tuple[str, int]]
) -> dict[tuple[str, int], np.ndarray]:
    """Read the audio of some windows, each named by its recording and first sample.

    Returns
    -------
    dict of (str, int) to numpy.ndarray [shape=(samples,)]
        int16.

    Raises
    ------
    UserError
        If a window is in none of the files.
    """
    wanted = set(wanted)
    found: dict[tuple[str, int], np.ndarray] = {}
    for path in paths:
        with read_hdf5(path) as file:
            keys = zip(file["recording"].asstr()[:], file["start"][:].tolist(), strict=True)
            for row, key in enumerate(keys):
                if key in wanted:
                    found[key] = file["audio"][row]
    if missing := sorted(wanted - set(found)):
        recording, start = missing[0]
        raise UserError(
            f"No file of windows has {recording} from sample {start} on, which was scored. Delete "
            "the experiment's split.csv and scores, and the next run makes them again."
        )
    return found


def _middle(chosen: np.ndarray, audio: Sequence[np.ndarray]) -> int:
    """Choose the window of middle loudness: neither silence before a word nor a shout."""
    power = [np.square(samples.astype(np.float64)).mean() for samples in audio]
    return int(chosen[np.argsort(power, kind="stable")[len(power) // 2]])


def _key(of: Windows | Scores, i: int) -> tuple[str, int]:
    return str(of.recording[i]), int(of.start[i])


def _card(clip: Clip, rate: int) -> dict[str, Any]:
    """Give what the page shows of a clip."""
    return {
        "label": clip.label,
        "recording": clip.recording,
        "seconds": max(0, clip.start) / rate,
        "group": clip.group,
        "origin": describe_origin(clip.origin),
        **embed_clip(clip.audio, rate),
    }
