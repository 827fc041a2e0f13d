"""Step show-detection: misses and false reports, and the worst of these to listen to."""

from pathlib import Path
from typing import Any

from wav2nano.describe import describe_detection, describe_thresholds
from wav2nano.files import as_written, read_json, write_text
from wav2nano.report.clip_plots import embed_clip
from wav2nano.report.embed import fitting
from wav2nano.report.render import render
from wav2nano.tables.preprocessing import read_preprocessing
from wav2nano.tables.windows import read_windows


def show_detection(
    *,
    detection: Path,
    false_reports: Path,
    preprocessing: Path,
    data: dict[str, str],
    page: Path,
) -> None:
    """Make a page of how words are heard in a stream of sound.

    Parameters
    ----------
    detection
        JSON file of misses and false reports.
    false_reports
        HDF5 file of the sound of the worst false reports.
    preprocessing
        JSON file of what comes between audio and the model.
    data
        `title` and `licence` of the data set.
    page
        HTML file to write.
    """
    found = read_json(detection)
    rate = read_preprocessing(preprocessing).chunking.rate
    clips = read_windows(false_reports)
    told = zip(clips.audio, clips.label, clips.recording, clips.start.tolist(), strict=True)
    cards = [_card(*clip, rate) for clip in told]
    with as_written(detection):
        text = render(
            "detection",
            title=f"{found['experiment']}: words in a stream of sound",
            found=found,
            summary=describe_detection(found),
            thresholds=describe_thresholds(found["thresholds"]),
            rows=detection_rows(found),
            published=published_rows(found),
            cards=fitting(cards),
            data=data,
        )
    write_text(page, text)


def detection_rows(found: dict[str, Any]) -> list[list[Any]]:
    """Make a row of each label, and one of all: threshold, played, missed, false reports."""
    return [
        [
            name,
            f"{one['threshold']:g}" if "threshold" in one else "",
            one["targets"],
            one["missed"],
            "" if one["misses"] is None else f"{one['misses']:.1%}",
            one["false_reports"],
            f"{one['false_reports_per_hour']:.1f}",
        ]
        for name, one in [*found["labels"].items(), ("together", found)]
    ]


def published_rows(found: dict[str, Any]) -> list[list[Any]]:
    """Make a row of the firmware and one of each system that others published; none without."""
    if found["mlperf_tiny"] is None:
        return []
    heard = found["targets"] - found["missed"]
    own = ["this firmware", heard, found["targets"], found["false_reports"]]
    return [
        own,
        *(
            [one["by"], one["hits"], one["targets"], one["false_reports"]]
            for one in found["mlperf_tiny"]["published"]
        ),
    ]


def _card(audio: Any, label: str, playing: str, sample: int, rate: int) -> dict[str, Any]:
    return {
        "label": label,
        "playing": playing,
        "seconds": sample / rate,
        **embed_clip(audio, rate),
    }
