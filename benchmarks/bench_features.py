"""Features of many windows at once against librosa, clip by clip: the ratio of the times.

Processor time of one thread, the best of several rounds, in turns.

    python benchmarks/bench_features.py RECORDINGS...
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import threadpoolctl
from bench_common import FIGURES

from wav2nano import features
from wav2nano.features.base import FeatureSettings
from wav2nano.files import write_json

RATE = 16000
ROUNDS = 7


def seconds(function: Callable[[], object]) -> float:
    """Processor time of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def compare(clips: np.ndarray, settings: FeatureSettings) -> dict[str, float]:
    """Time both on `clips`, print and return the ratio and the largest difference."""

    def clip_by_clip() -> np.ndarray:
        return np.concatenate(
            [features.reference(clip[np.newaxis], RATE, settings) for clip in clips]
        )

    def at_once() -> np.ndarray:
        return features.compute(clips, RATE, settings)

    expected = clip_by_clip()
    difference = (np.abs(at_once() - expected) / np.ptp(expected, axis=(0, 1))).max()
    times = np.array([(seconds(clip_by_clip), seconds(at_once)) for _ in range(ROUNDS)])
    theirs, ours = 1e6 * times.min(axis=0) / len(clips)
    print(
        f"{settings.kind}: librosa {theirs:.0f} us, wav2nano {ours:.0f} us a clip of 1 s: "
        f"{theirs / ours:.1f} times as fast; "
        f"largest difference {difference:.1e} of the range ({len(clips)} clips)"
    )
    return {"times_as_fast": round(theirs / ours, 1), "largest_difference": float(difference)}


def main() -> None:
    """Compare on the first second of each 16 kHz recording in the given folders."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path, nargs="+", help="folders with 16 kHz recordings")
    paths = [
        path
        for folder in parser.parse_args().recordings
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".wav", ".flac", ".ogg")
    ][:500]
    clips = np.zeros((len(paths), RATE), np.int16)
    for clip, path in zip(clips, paths, strict=True):
        audio, rate = soundfile.read(path, dtype="int16", frames=RATE)
        if rate == RATE and audio.ndim == 1:
            clip[: len(audio)] = audio

    with threadpoolctl.threadpool_limits(1):
        figures = {}
        for kind in sorted(set(features.KINDS) - {"stack", "yamnet"}):  # made of others
            settings = features.KINDS[kind].Settings()  # type: ignore[call-arg]  # kind has a default
            figures[kind] = compare(clips, settings)
    write_json(FIGURES / "features.json", figures)


if __name__ == "__main__":
    main()
