"""Fill in the figures of README.md from files that commands wrote; none is typed by hand.

    python benchmarks/readme.py            write README.md
    python benchmarks/readme.py --gather   first copy what was built: summary and picture

Its sources: metrics/keywords.json, which `make firmware` writes, and benchmarks/figures/, which
`make bench` and `make torture` write.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wav2nano.boards import boards
from wav2nano.settings.experiment import Params

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "benchmarks" / "figures"
BEGIN, END = "<!-- figures: {} -->\n", "<!-- end -->"


def summary() -> str:
    """Quote the end of `make firmware`."""
    return f"```\n{(FIGURES / 'keywords.txt').read_text(encoding='utf-8')}```\n"


def figures() -> str:
    """List what was measured, and how to reproduce it."""
    built, digits = read("metrics/keywords.json"), read(FIGURES / "digits.json")
    people, features = read(FIGURES / "real_speakers.json"), read(FIGURES / "features.json")
    board = boards()[Params().firmware.board]
    hops = built["instructions_per_second"] / built["instructions_per_hop"]
    used, there = built["instructions_per_hop"], round(board.clock_hz / hops)
    low, high = (built[f"detection_false_reports_per_hour_{end}"] for end in ("low", "high"))
    rows = [
        (
            "five keywords in an hour of other words and noise without a pause, voices never "
            "trained on, **synthetic speech**",
            f"hears {1 - built['detection_misses']:.1%} at "
            f"{built['detection_false_reports_per_hour']:.0f} false reports an hour "
            f"({low:.0f} to {high:.0f})",
            "`make firmware`",
        ),
        (
            "five keywords, voices never trained on, **synthetic speech**: float",
            accuracy(built, "float"),
            "`make firmware`",
        ),
        ("the same: int8", accuracy(built, "int8"), "`make firmware`"),
        (
            "ten digits (Free Spoken Digit Dataset), two speakers left out, three trained on: int8",
            accuracy(digits, "int8"),
            "`make firmware EXPERIMENT=digits`",
        ),
        (
            "ten Speech Commands words typed, none recorded, tested on real speakers "
            "(words alone): int8",
            accuracy(people["words alone"], ""),
            "`make bench`",
        ),
        (
            "the same with `_unknown_` and `_silence_`: int8",
            accuracy(people["all labels"], ""),
            "`make bench`",
        ),
        (
            "flash and RAM of the five-word firmware",
            f"{built['flash_bytes'] / 1e3:.0f} kB and {built['ram_bytes'] / 1e3:.0f} kB, stack "
            "included",
            "`metrics/keywords.json`",
        ),
        (
            "difference of the board's features from librosa's, relative to their range",
            f"{built['feature_difference']:.0e}",
            "the same",
        ),
        (
            f"instructions per {1000 / hops:g} ms of sound, a decision every "
            f"{1000 / hops * Params().listener.inference_hops(hops):g} ms",
            f"{used:,} of {there:,} ({used / there:.0%})",
            "the same",
        ),
        *(
            (
                text,
                f"{built[f'{track}_targets_heard']} of {built[f'{track}_targets_played']}, "
                f"{built[f'{track}_false_reports']} false reports in "
                f"{built[f'{track}_seconds']:g} s "
                f"({built[f'{track}_false_reports_per_hour']:.0f} an hour)",
                "the same",
            )
            for track, text in {
                "one_by_one": "words recognised by the simulated board, one by one with pauses",
                "long_track": "the same, back to back with a lot of background",
            }.items()
        ),
        (
            "features of many windows at once, compared with librosa clip by clip",
            f"MFCC {features['mfcc']['alone']:g} times as fast",
            "`make bench`",
        ),
    ]
    return table(("figure", "value", "how to reproduce it"), rows)


def feature_times() -> str:
    """List how fast each kind of features is, alone and from files."""
    rows = [
        (f"`{kind}`", *(f"{found[name]:g}" for name in ("alone", "wav", "flac")))
        for kind, found in read(FIGURES / "features.json").items()
    ]
    return table(("kind", "features alone", "from WAV files", "from FLAC files"), rows)


def rebuilds() -> str:
    """List what a change costs."""
    columns, *rows = read(FIGURES / "rebuilds.json")
    return table(columns, rows)


def memory() -> str:
    """List what training, quantising and scoring need of memory."""
    columns, *rows = read(FIGURES / "memory.json")
    return table(columns, rows)


def zoo() -> str:
    """Tabulate the systems that were cross-validated."""
    rows = [
        (
            f"`{name}`",
            f"{found['folds']}",
            with_interval(found["float"]),
            with_interval(found["int8"]),
            ahead(found),
            f"{found['random_split']['macro_f1']:.3f}" if "random_split" in found else "",
        )
        for name, found in sorted(
            read(FIGURES / "zoo.json").items(),
            key=lambda item: (item[0].partition("_")[0], -item[1]["int8"]["macro_f1"]),
        )
    ]
    columns = (
        "experiment",
        "folds",
        "macro F1, float",
        "macro F1, int8",
        "the best is ahead by",
        "a random split claims",
    )
    return table(columns, rows)


def ahead(found: dict[str, Any]) -> str:
    """How far the best system of the data set is ahead on the same recordings, if compared."""
    if "best_is_ahead" not in found:
        return ""
    difference, low, high = found["best_is_ahead"]
    return f"{difference:.3f} ({low:.3f} to {high:.3f})"


def with_interval(figures: dict[str, Any]) -> str:
    """Macro F1 of the answers of all folds together, with its interval."""
    low, high = figures["macro_f1_ci95"]
    return f"{figures['macro_f1']:.3f} ({low:.3f} to {high:.3f})"


def torture() -> str:
    """List what was tried to break it."""
    rows = [
        (row["what"], f"{row['tried']:,}", f"{row['held']:,}")
        for row in read(FIGURES / "torture.json").values()
    ]
    return table(("what was tried", "times", "held"), rows)


BLOCKS = {
    "summary": summary,
    "zoo": zoo,
    "table": figures,
    "features": feature_times,
    "rebuilds": rebuilds,
    "memory": memory,
    "torture": torture,
}


def fill_in(text: str) -> str:
    """Put the figures between their marks in the text of README.md."""
    for name, block in BLOCKS.items():
        begin = BEGIN.format(name)
        before, found, rest = text.partition(begin)
        if not found:
            sys.exit(f"README.md lacks the mark {begin.strip()}")
        _, found, after = rest.partition(END)
        if not found:
            sys.exit(f"README.md lacks {END} after {begin.strip()}")
        text = f"{before}{begin}{block()}{END}{after}"
    return text


def gather() -> None:
    """Copy what was built here to the files that are in git."""
    command = [str(Path(sys.executable).with_name("wav2nano")), "summarize", "results/keywords"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    # These figures are to be committed: how they differ from the last ones is no part of them.
    lines = [line for line in said.splitlines(True) if not line.startswith("  differs ")]
    (FIGURES / "keywords.txt").write_text("".join(lines), encoding="utf-8")
    picture = ROOT / "results" / "keywords" / "evaluation" / "confusion.png"
    shutil.copyfile(picture, ROOT / "docs" / picture.name)


def accuracy(figures: dict[str, Any], name: str) -> str:
    """Accuracy with its interval."""
    prefix = f"{name}_" if name else ""
    share, low, high = (
        figures[f"{prefix}{key}"] for key in ("accuracy", "accuracy_low", "accuracy_high")
    )
    return f"{share:.1%} ({low:.1%} to {high:.1%})"


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table in Markdown."""
    columns = list(columns)
    lines = [f"| {' | '.join(line)} |\n" for line in (columns, *rows)]
    return "".join([lines[0], f"|{'---|' * len(columns)}\n", *lines[1:]])


def read(path: Path | str) -> Any:
    """Read a JSON file of the checkout."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def main() -> None:
    """Write README.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gather", action="store_true", help="first copy what was built here")
    if parser.parse_args().gather:
        gather()
    readme = ROOT / "README.md"
    readme.write_text(fill_in(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
