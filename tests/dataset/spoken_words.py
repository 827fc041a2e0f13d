"""A miniature of the Multilingual Spoken Words Corpus: its layout, its columns, its codec."""

import io
from pathlib import Path

import numpy as np
import soundfile

HEADER = "SET,LINK,WORD,VALID,SPEAKER,GENDER"
WORDS = ("never", "all", "all's", "awl", "water", "house")


def opus(seed: int, seconds: float = 1.0) -> bytes:
    """Noise of the corpus's length, rate and codec."""
    file = io.BytesIO()
    samples = np.random.default_rng(seed).normal(0, 0.1, round(48000 * seconds))
    soundfile.write(file, samples, 48000, format="OGG", subtype="OPUS")
    return file.getvalue()


def lines_of(words=WORDS, *, speakers: int = 6, takes: int = 2) -> list[str]:
    """Lines of the table: takes of each word by each speaker, whose names are hashes there."""
    lines = []
    for word in words:
        for speaker in range(speakers):
            for take in range(takes):
                clip = f"{word}/common_voice_en_{speaker}{take:02}.opus"
                part = ("TRAIN", "DEV", "TEST")[speaker % 3]
                lines.append(f"{part},{clip},{word},True,{speaker:0128x},NAN")
    return lines


def members_of(lines: list[str]) -> dict[str, bytes]:
    """Contents of the archive of audio, each recording another noise."""
    clips = [line.split(",")[1] for line in lines]
    return {f"en/clips/{clip}": opus(seed) for seed, clip in enumerate(clips)}


def write_table(folder: Path, lines: list[str]) -> None:
    """Write the table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "en_splits.csv").write_text("".join(f"{line}\n" for line in (HEADER, *lines)))


def write_corpus(folder: Path, lines: list[str]) -> None:
    """Write what both archives hold."""
    write_table(folder, lines)
    for name, content in members_of(lines).items():
        path = folder / name.removeprefix("en/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():  # the same sound would be other bytes: Ogg numbers its streams
            path.write_bytes(content)
