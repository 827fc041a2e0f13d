"""Features of many recordings against the plain loop over librosa's functions, as ratios of time.

    for path in paths:
        samples, rate = librosa.load(path, sr=None)
        librosa.feature.mfcc(y=samples, ...)

Processor time of one thread, the best of several rounds, in turns: of the features alone, and from
files, WAV and FLAC, of 16 bits and one second. Spectrograms are compared with scipy's.

    python benchmarks/bench_features.py RECORDINGS...
"""

import argparse
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import librosa
import numpy as np
import soundfile
import threadpoolctl
from bench_common import FIGURES

from wav2nano import features
from wav2nano.audio import read_audio
from wav2nano.chunking import chunk_recording
from wav2nano.dataset.extract_features import BATCH
from wav2nano.features.base import FeatureSettings
from wav2nano.files import write_json
from wav2nano.settings.chunking import ChunkingSettings

RATE = 16000
CLIPS = 192
ROUNDS = 5
STACKED = ("mfcc", "chroma", "centroid", "rolloff", "rms", "zcr")
SECOND = ChunkingSettings(rate=RATE, window_seconds=1.0)


def seconds(made: Iterable[np.ndarray]) -> float:
    """Processor time in which features are made, none of which is kept."""
    start = time.process_time()
    for _ in made:
        pass
    return time.process_time() - start


def all_settings() -> dict[str, FeatureSettings]:
    """Every kind with its defaults; those of YAMNet, which librosa does not have, are left out."""
    made = {
        name: kind.Settings()  # type: ignore[call-arg]  # kind has a default
        for name, kind in features.KINDS.items()
        if name != "stack" and not name.startswith("yamnet")
    }
    parts = [made[name] for name in STACKED]
    made["stack"] = features.KINDS["stack"].Settings(parts=parts)  # type: ignore[call-arg]
    return dict(sorted(made.items()))


def read_windows(paths: list[Path]) -> np.ndarray:
    """Read recordings as the step chunk-audio does: int16 [n, samples]."""
    return np.concatenate([chunk_recording(read_audio(path, RATE), SECOND)[0] for path in paths])


def compare(
    clips: np.ndarray, files: dict[str, list[Path]], settings: FeatureSettings
) -> dict[str, float]:
    """Print and return the ratios for `clips`, in memory and in `files`, and the difference."""
    kind, batches = features.KINDS[settings.kind], range(0, len(clips), BATCH)
    audio = clips / np.float32(32768)

    def plain(recordings: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        return (kind.reference(samples, RATE, settings) for samples in recordings)

    def ours(windows: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        return (features.compute(some, RATE, settings) for some in windows)

    def measure() -> Iterator[tuple[float, float]]:
        yield seconds(plain(audio)), seconds(ours(clips[i : i + BATCH] for i in batches))
        for paths in files.values():
            loaded = (librosa.load(path, sr=None)[0] for path in paths)
            read = (read_windows(paths[i : i + BATCH]) for i in batches)
            yield seconds(plain(loaded)), seconds(ours(read))

    expected, [actual] = np.stack([*plain(audio)]), ours([clips])
    difference = (np.abs(actual - expected) / np.ptp(expected, axis=(0, 1))).max()
    times = np.min([[*measure()] for _ in range(ROUNDS)], axis=0) / len(clips) * 1e6
    print(f"{settings.kind}: largest difference {difference:.1e} of the range")
    found = {}
    for name, (theirs, own) in zip(("alone", *files), times, strict=True):
        found[name] = round(theirs / own, 1)
        print(
            f"  {name}: {theirs:.0f} us, wav2nano {own:.1f} us a clip: {found[name]} times as fast"
        )
    return {**found, "largest_difference": float(difference)}


def main() -> None:
    """Compare on the first second of 16 kHz recordings in the given folders."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path, nargs="+", help="folders with 16 kHz recordings")
    paths = [
        path
        for folder in parser.parse_args().recordings
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".wav", ".flac", ".ogg")
    ]
    paths = paths[:: max(1, len(paths) // CLIPS)][:CLIPS]
    clips = np.zeros((len(paths), RATE), np.int16)
    for clip, path in zip(clips, paths, strict=True):
        audio, rate = soundfile.read(path, dtype="int16", frames=RATE)
        if rate == RATE and audio.ndim == 1:
            clip[: len(audio)] = audio

    with tempfile.TemporaryDirectory() as folder, threadpoolctl.threadpool_limits(1):
        files: dict[str, list[Path]] = {"wav": [], "flac": []}
        for suffix, made in files.items():
            for number, clip in enumerate(clips):
                made.append(Path(folder) / f"{number}.{suffix}")
                soundfile.write(made[-1], clip, RATE, subtype="PCM_16")
            np.testing.assert_array_equal(read_windows(made), clips)
        figures = {kind: compare(clips, files, each) for kind, each in all_settings().items()}
    write_json(FIGURES / "features.json", figures)


if __name__ == "__main__":
    main()
