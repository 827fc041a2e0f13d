"""Step simulate-board: the bytes to be flashed, run and compared with references."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nano33sim import Board, Recording
from wav2nano import features
from wav2nano.codegen import HostModel
from wav2nano.errors import UserError
from wav2nano.features.quantize import quantize
from wav2nano.files import read_json, write_json
from wav2nano.litert import LiteRtModel
from wav2nano.runtimes.host_listener import Detection, HostListener
from wav2nano.runtimes.int8 import input_tables
from wav2nano.settings.simulation import SimulationSettings
from wav2nano.sketch_memory import SELF_TEST_RING
from wav2nano.tables.preprocessing import Preprocessing, read_preprocessing
from wav2nano.tables.split import targets_of
from wav2nano.tracks import (
    Track,
    load_sounds,
    long_track,
    match_reports,
    one_by_one,
    sample_evenly,
)

SELF_TEST_WINDOWS = 8
FEATURE_TOLERANCE = 1e-4  # of the features' range
LEAD_SECONDS = 0.5  # before the first sample: time to start
SETTLE_SECONDS = 0.6  # after the last sample: time to compute and to print
PRINT_SECONDS = 1e-4  # of a feature and its int8 input: ten hexadecimal digits at 1 Mbaud
REPORT = re.compile(r"^[\d.]+ s: (?P<label>.*) \d+ % \(sample (?P<sample>\d+)\)$")
LISTENS = "listening for: "
STATUS = re.compile(r"^[\d.]+ s heard, lost samples: (?P<lost>\d+)$")


@dataclass(frozen=True)
class SelfTestWindow:
    """What the board computed of one window: features [frames, bins], inputs and scores int8."""

    start: int
    features: np.ndarray
    inputs: np.ndarray
    scores: np.ndarray


def simulate_board(
    *,
    model: Path,
    preprocessing: Path,
    code: list[Path],
    listener: Path,
    build: Path,
    self_test: Path,
    windows: list[Path],
    split: Path,
    settings: SimulationSettings,
    libraries: Path,
    out: Path,
) -> None:
    """Run self-test and listener on the simulated board, and compare them with references.

    Parameters
    ----------
    model
        TFLite file of the int8 model.
    preprocessing
        JSON file of what comes between audio and the model.
    code
        Files of generated C.
    listener
        The listener's `.bin`; its `.elf` is beside it.
    build
        JSON file of how the listener was built.
    self_test
        The self-test's `.bin`; its `.elf` is beside it.
    windows
        HDF5 files of windows of audio.
    split
        CSV file of the split: the test set is played.
    settings
        `simulation` of the experiment.
    libraries
        Folder of the Arduino libraries.
    out
        JSON file to write.

    Raises
    ------
    UserError
        If the board's answers differ from the references, or samples were lost.
    """
    between, built = read_preprocessing(preprocessing), read_json(build)
    rate, seed = between.chunking.rate, settings.seed
    names, labels, _, audio = load_sounds(windows, split, "test", rate=rate)
    order = sample_evenly(labels, settings.recordings, np.random.default_rng(seed))
    chosen = [names[i] for i in order], [labels[i] for i in order], audio[order]

    tested = run_self_test(self_test, model, between, chosen[2][:SELF_TEST_WINDOWS])
    host = HostListener(code, libraries)
    check_targets(listener, host.targets, targets_of(between.labels))
    one = one_by_one(*chosen, rate=rate, seed=seed)
    long = long_track(names, labels, audio, seconds=settings.track_seconds, rate=rate, seed=seed)
    report = {
        "board": "simulated nRF52840, one instruction a tick of 64 MHz: instructions, not cycles",
        "build": built,
        "self_test": tested,
        "recordings": run_listener(listener, host, one, rate),
        "long_track": run_listener(listener, host, long, rate),
    }
    write_json(out, report)
    print(describe_report(report), file=sys.stderr)


def run_self_test(
    firmware: Path, model: Path, preprocessing: Preprocessing, windows: np.ndarray
) -> dict[str, Any]:
    """Play windows to the self-test and compare what it prints with the references.

    Features are compared with a library's for the same samples, the model's input with numpy's
    quantisation of the board's features, and the scores with those of the generated C on this
    machine, which equal tflite-micro's.
    """
    rate = preprocessing.chunking.rate
    length = windows.shape[1]
    frames, bins = features.shape(length, rate, preprocessing.features)
    printing, settle = PRINT_SECONDS * frames * bins, SETTLE_SECONDS
    if printing > 0.5 * length / rate:
        # It may fall behind what it hears: the ring has to hold all but the first window.
        windows = windows[: (SELF_TEST_RING + length - round(LEAD_SECONDS * rate)) // length]
        settle += len(windows) * (printing + length / rate)
    recording, samples = _play(firmware, windows.ravel(), rate, settle=settle)
    printed = parse_self_test(recording.text, preprocessing, length)
    # Silence that was heard after the recordings fills one more window.
    windows = samples[: len(samples) // length * length].reshape(-1, length)
    printed = printed[: len(windows)]
    if [window.start for window in printed] != [i * length for i in range(len(windows))]:
        raise UserError(
            f"{firmware}: the self-test printed {len(printed)} of {len(windows)} windows. "
            f"Its last lines were: {recording.text[-300:]!r}"
        )
    board_features = np.stack([window.features for window in printed])
    inputs = np.stack([window.inputs for window in printed])
    scores = np.stack([window.scores for window in printed])
    reference = features.reference(windows, rate, preprocessing.features)
    difference = np.abs(board_features - reference).max() / np.ptp(reference)
    to_input = input_tables(preprocessing, LiteRtModel(model).input)
    expected_inputs = quantize(board_features, *to_input).reshape(inputs.shape)
    expected_scores = HostModel(model).invoke(inputs)
    result = {
        "windows": len(windows),
        "feature_difference": float(f"{difference:.3g}"),
        "inputs_equal": int((inputs == expected_inputs).all(axis=1).sum()),
        "scores_equal": int((scores == expected_scores).all(axis=1).sum()),
    }
    if difference > FEATURE_TOLERANCE:
        raise UserError(
            f"{firmware}: the board's features differ from the reference by {difference:.2g} of "
            f"their range; at most {FEATURE_TOLERANCE:g} is allowed."
        )
    if min(result["inputs_equal"], result["scores_equal"]) < len(windows):
        raise UserError(
            f"{firmware}: of {len(windows)} windows, the model's inputs agree in "
            f"{result['inputs_equal']} and its scores in {result['scores_equal']}."
        )
    return result


def _play(
    firmware: Path, samples: np.ndarray, rate: int, *, settle: float = SETTLE_SECONDS
) -> tuple[Recording, np.ndarray]:
    """Play samples, after a moment of near silence, to a board switched on as they begin.

    It goes on for `settle` seconds after them.

    Returns
    -------
    recording : Recording
    heard : np.ndarray [shape=(samples,), dtype=int16]
        What the program can have heard: all from the moment its microphone was on.
    """
    lead = np.resize(np.array([0, 1, 0, -1], np.int16), round(LEAD_SECONDS * rate))
    audio = np.concatenate([lead, samples])
    board = Board(firmware, elf=firmware.with_suffix(".elf"))
    recording = board.run(audio, seconds=len(audio) / rate + settle)
    if len(recording.heard) != 1 or recording.heard[0][0] >= len(lead):
        raise UserError(
            f"{firmware}: not all samples reached the board's memory, only those of "
            f"{recording.heard[:5]}. The PDM driver has lost some."
        )
    return recording, audio[recording.heard[0][0] :]


def parse_self_test(text: str, preprocessing: Preprocessing, samples: int) -> list[SelfTestWindow]:
    """Read the lines that the self-test prints."""
    shape = features.shape(samples, preprocessing.chunking.rate, preprocessing.features)
    windows, fields = [], {}
    for line in text.splitlines():
        key, _, value = line.strip().partition(" ")
        fields[key] = value
        if key == "lost":
            windows.append(
                SelfTestWindow(
                    start=int(fields["window"]),
                    features=np.frombuffer(bytes.fromhex(fields["features"]), "<f4").reshape(shape),
                    inputs=np.frombuffer(bytes.fromhex(fields["inputs"]), np.int8),
                    scores=np.frombuffer(bytes.fromhex(fields["scores"]), np.int8),
                )
            )
    return windows


def run_listener(firmware: Path, host: HostListener, track: Track, rate: int) -> dict[str, Any]:
    """Play a track to the listener; its reports must be those of the same C on this machine."""
    recording, samples = _play(firmware, track.samples, rate)
    check_targets(firmware, listened_for(recording.text), host.targets)
    reports, lost = parse_reports(recording.text, host.labels)
    # What is heard after the track's end is not compared.
    reports = [report for report in reports if report.sample <= len(samples)]
    expected = host.listen(samples)
    if reports != expected:
        missing = [d for d in expected if d not in reports][:3]
        surplus = [d for d in reports if d not in expected][:3]
        raise UserError(
            f"{firmware}: the board's reports differ from those of the same code on this machine. "
            f"Not reported: {missing}; reported instead: {surplus}."
        )
    if lost or recording.pdm_buffers_reused:
        raise UserError(
            f"{firmware}: the board lost {lost} samples and {recording.pdm_buffers_reused} buffers "
            "of the microphone: it is too slow. Set a lower listener.inferences_per_second or "
            "fewer model.units."
        )
    # The board began to listen a little before the track: its positions are later on the board.
    offset = len(samples) - len(track.samples)
    colours = len([change for change in recording.pins if change.name.startswith("LED")])
    if reports and not colours:
        raise UserError(f"{firmware}: labels were reported, but no LED changed.")
    hops = len(samples) // host.hop
    return {
        "seconds": round(len(track.samples) / rate, 2),
        "reports": len(reports),
        "reports_equal_to_host": len(reports),
        **_heard(track, reports, host, offset),
        "lost_samples": lost,
        "instructions_per_hop": round(recording.instructions / hops),
        "busy_share": round(1 - recording.sleep_seconds / recording.seconds, 4),
        "stack_bytes": recording.stack_depth,
        "led_changes": colours,
    }


def check_targets(firmware: Path, found: Sequence[str], expected: Sequence[str]) -> None:
    """Check that a firmware listens for what it should.

    Raises
    ------
    UserError
        With both lists.
    """
    if list(found) != list(expected):
        raise UserError(
            f"{firmware} listens for {', '.join(found) or 'nothing'}, and should for "
            f"{', '.join(expected)}."
        )


def listened_for(text: str) -> list[str]:
    """Read from its first lines what the listener listens for."""
    lines = (line.strip() for line in text.splitlines())
    said = (line.removeprefix(LISTENS) for line in lines if line.startswith(LISTENS))
    return next(said, "").split(", ")


def parse_reports(text: str, labels: Sequence[str]) -> tuple[list[Detection], int]:
    """Read the labels that the listener reported, and how many samples it lost."""
    detections, lost = [], 0
    for line in text.splitlines():
        if match := REPORT.match(line.strip()):
            detections.append(Detection(labels.index(match["label"]), int(match["sample"])))
        elif match := STATUS.match(line.strip()):
            lost = int(match["lost"])
    return detections, lost


def _heard(
    track: Track, reports: Sequence[Detection], host: HostListener, offset: int
) -> dict[str, int]:
    """Count what was correct: a target reported once with its label, background not at all."""
    targets = [played for played in track.played if played.label in host.targets]
    labels = [host.labels[report.label] for report in reports]
    matches = match_reports(targets, labels, [report.sample - offset for report in reports])
    heard = sum(match is not None for match in matches)
    return {
        "targets_played": len(targets),
        "targets_heard": heard,
        "background_played": len(track.played) - len(targets),
        "false_reports": len(reports) - heard,
    }


def describe_report(report: dict[str, Any]) -> str:
    """Say in a few lines how the board did."""
    lines = [
        f"self-test: {report['self_test']['windows']} windows, features within "
        f"{report['self_test']['feature_difference']:.1g} of the reference, scores equal"
    ]
    for name in ("recordings", "long_track"):
        run = report[name]
        lines.append(
            f"{name.replace('_', ' ')}: {run['seconds']:g} s, {run['reports']} reports, all as by "
            f"the same code on this machine; {run['targets_heard']} of {run['targets_played']} "
            f"targets heard, {run['false_reports']} false reports, {run['lost_samples']} samples "
            f"lost, {run['instructions_per_hop']:,} instructions per hop ({run['busy_share']:.0%} "
            f"busy), {run['stack_bytes']:,} bytes of stack"
        )
    return "\n".join(lines)
