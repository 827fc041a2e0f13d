"""The listener's rule at any threshold against its C, and what is right or false in a track."""

import json
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.listener_harness import detect, harness, show
from wav2nano.background import Pieces
from wav2nano.evaluation.detection import Report, average, judge, poisson_interval, report
from wav2nano.features import KINDS
from wav2nano.runtimes.host_listener import HostListener, Inferences
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.tables.preprocessing import Preprocessing, write_preprocessing
from wav2nano.tables.split import SplitRow, write_split
from wav2nano.tables.windows import AudioWindows, write_windows
from wav2nano.tracks import Played, detection_track, join_windows, match_reports, word_end
from wav2nano.uncertainty import share_by_group, shares_by_group

RATE = 16000
FILES = {"audio": "wav", "targets": "csv"}


@pytest.mark.parametrize(
    ("smoothing", "thresholds", "quiet"),
    [(1, [0, 0], 0), (1, [200, 230], 3), (2, [340, 300], 1), (4, [560, 600], 5)],
)
def test_reports_are_those_of_the_c(tmp_path, smoothing, thresholds, quiet):
    code = harness(tmp_path, smoothing=smoothing, thresholds=thresholds, quiet=quiet)
    host = HostListener(code, tmp_path / "libraries")
    random = np.random.default_rng(smoothing)
    samples = random.integers(-128, 128, 4 * 5000).astype(np.int16)
    blocks = np.split(samples, np.sort(random.integers(0, len(samples), 300)))

    heard = host.infer(blocks)
    assert len(heard.sample) == 2500
    assert np.array_equal(heard.scores, samples.reshape(-1, 4)[::2])
    assert (heard.sample == 4 + 8 * np.arange(2500)).all()
    found = report(average(heard, smoothing), thresholds, quiet=quiet)
    expected = host.listen(samples)
    assert len(expected) > 20
    assert [(one.label, one.sample) for one in found] == [
        (one.label, one.sample) for one in expected
    ]


def test_fewer_inferences_than_are_averaged_report_nothing():
    for count in (0, 2):
        heard = Inferences(np.arange(count), np.full((count, 4), 127, np.int8))
        assert report(average(heard, 3), [0, 0], quiet=0) == []


@given(
    starts=st.lists(st.integers(0, 200), max_size=8, unique=True).map(sorted),
    reports=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 260)), max_size=12),
    labels=st.lists(st.sampled_from("ab"), min_size=8, max_size=8),
)
def test_a_report_is_of_one_target_and_a_target_has_one(starts, reports, labels):
    played = [
        Played(str(start), label, start, start + 30)
        for start, label in zip(starts, labels, strict=False)
    ]
    reports = sorted(reports, key=lambda one: one[1])
    matches = match_reports(played, [one[0] for one in reports], [one[1] for one in reports])
    claimed = set()
    for target, match in zip(played, matches, strict=True):
        possible = [
            number
            for number, (label, sample) in enumerate(reports)
            if label == target.label
            and target.start < sample <= target.stop
            and number not in claimed
        ]
        assert match == (possible[0] if possible else None)
        claimed.add(match)


def test_what_is_no_target_or_reported_twice_is_false():
    played = [Played("x", "a", 0, 100), Played("y", "b", 100, 200)]
    reports = [Report(0, 50, 9), Report(0, 90, 8), Report(0, 150, 7)]
    outcome = judge(reports, played, ["a", "b"])
    assert outcome.matches == [reports[0], None]
    assert outcome.false == reports[1:]
    assert outcome.of_label(1).matches == [None]
    assert outcome.of_label(1).false == []
    assert outcome.of_label(0).false == reports[1:]


def track_of(labels, lengths=None, **changes):
    lengths = [RATE] * len(labels) if lengths is None else lengths
    sounds = [np.full(length, number + 1, np.int16) for number, length in enumerate(lengths)]
    names = [f"{number}.wav" for number in range(len(labels))]
    settings = {"targets": ["a", "b"], "seconds": 60, "seconds_per_target": 10}
    settings |= {"late_seconds": 1.0, "rate": RATE, "seed": 1, **changes}
    return detection_track(names, labels, sounds, **settings)


def test_a_track_has_a_target_in_each_stretch_and_repeats_what_was_all_heard():
    labels = ["a"] * 3 + ["b"] * 2 + ["_silence_"] * 10 + ["_unknown_"] * 17
    track = track_of(labels, seconds=600)
    samples = np.concatenate(list(track.blocks()))
    assert len(samples) == 600 * RATE
    assert 57 <= len(track.played) <= 60
    starts = np.array([played.start for played in track.played]) / RATE
    assert (np.abs(starts - 10 * np.arange(len(starts)) - 5) <= 7).all()
    for played in track.played:
        inside = samples[played.start : played.start + RATE]
        assert (inside == int(played.recording.removesuffix(".wav")) + 1).all()
        assert played.stop == played.start + 2 * RATE
    # All five targets are heard before one is heard again, and so are the 27 others.
    heard = [played.recording for played in track.played]
    assert all(len(set(heard[first : first + 5])) == 5 for first in range(0, 55, 5))
    others = [index for index in track.order if index >= 5]
    assert all(len(set(others[first : first + 27])) == 27 for first in range(0, 500, 27))
    assert np.array_equal(track.cut(1234, 300_000), samples[1234:300_000])
    assert (track.cut(-50, 50) == np.r_[np.zeros(50), samples[:50]]).all()
    assert (track.cut(600 * RATE - 3, 600 * RATE + 3) == [*samples[-3:], 0, 0, 0]).all()


@pytest.mark.parametrize("per_target", [0.1, 1.0, 3600.0])
@pytest.mark.parametrize("length", [RATE // 50, RATE, 10 * RATE])
def test_whatever_their_lengths_something_else_is_between_targets(length, per_target):
    labels = ["a", "b", "_unknown_"]
    track = track_of(labels, [length, 2 * length, length], seconds_per_target=per_target)
    is_target = [index < 2 for index in track.order]
    assert any(is_target)
    ends = track.starts[1:][is_target][: len(track.played) - 1]
    assert all(
        following.start - end >= RATE for end, following in zip(ends, track.played[1:], strict=True)
    )
    assert not any(one and following for one, following in pairwise(is_target))
    assert len(is_target) - sum(is_target) >= sum(is_target) - 1


def test_without_anything_else_a_quiet_room_is_between_targets():
    track = track_of(["a", "b"])
    quiet = [block for block in track.blocks() if np.abs(block).max() > 2]
    assert len(quiet) == track.order.count(-1) > 50
    assert all(0 < np.abs(block).max() < 20 for block in quiet)
    assert not np.array_equal(quiet[0], quiet[1])
    assert np.array_equal(track.cut(0, 3 * RATE), np.concatenate(list(track.blocks()))[: 3 * RATE])


def test_windows_of_a_recording_are_joined_where_they_meet():
    recording = np.arange(100, dtype=np.int16)
    starts = [0, 5, 10, 30, 40]
    windows = np.stack([recording[start : start + 10] for start in starts] * 2)
    names, labels, sounds = join_windows(["x"] * 5 + ["y"] * 5, ["a"] * 10, starts * 2, windows)
    assert (names, labels) == (["x", "x", "y", "y"], ["a"] * 4)
    for sound, expected in zip(sounds, [recording[:20], recording[30:50]] * 2, strict=True):
        assert np.array_equal(sound, expected)


def test_a_word_ends_with_its_last_loud_frame():
    random = np.random.default_rng(0)
    samples = random.normal(0, 3, RATE)
    samples[4000:9600] += 3000 * np.sin(np.arange(5600) / 5)
    assert word_end(samples.astype(np.int16), RATE) == 9600
    assert word_end(np.zeros(RATE, np.int16), RATE) == RATE


@pytest.mark.parametrize("count", [0, 1, 10, 250])
def test_the_interval_is_that_of_a_poisson_distribution(count):
    low, high = poisson_interval(count)
    assert stats.poisson.cdf(count, high) == pytest.approx(0.025)
    if count:
        assert stats.poisson.sf(count - 1, low) == pytest.approx(0.025)
    else:
        assert low == 0


def test_a_share_of_whole_groups_is_less_sure_than_of_as_many_answers():
    random = np.random.default_rng(3)
    found = np.repeat(random.random(20) < 0.3, 30)
    alone = [str(number) for number in range(600)]
    whole = [str(number // 30) for number in range(600)]
    several = shares_by_group(np.stack([~found, found]), whole, resamplings=2000, seed=1)
    assert several[1] == share_by_group(found, whole, resamplings=2000, seed=1)
    assert several[0] == pytest.approx([1 - end for end in several[1][::-1]])
    narrow = share_by_group(found, alone, resamplings=2000, seed=1)
    wide = share_by_group(found, whole, resamplings=2000, seed=1)
    expected = stats.bootstrap(
        (found,), np.mean, method="percentile", n_resamples=2000, rng=np.random.default_rng(2)
    ).confidence_interval
    assert narrow == pytest.approx([expected.low, expected.high], abs=0.01)
    assert wide[1] - wide[0] > 4 * (narrow[1] - narrow[0])
    assert share_by_group(found, ["one"] * 600, resamplings=100, seed=1) is None


def sounds():
    """Four samples that each label is heard in."""
    patterns = {label: np.full(4, -128, np.int16) for label in ("a", "b", "_unknown_", "_silence_")}
    for number, pattern in enumerate(patterns.values()):
        pattern[number] = 100
    return patterns


def write_listener(folder, played, length):
    """Write windows of (label, the label that is heard) and a listener that hears it so."""
    sound = sounds()
    names = [f"{number}<b>.wav" for number in range(len(played))]
    labels = [label for label, _ in played]
    audio = np.stack([np.tile(sound[heard], length // 4) for _, heard in played])
    windows = AudioWindows(audio, names, labels, np.zeros(len(played), int))
    write_windows(folder / "windows.h5", windows, {})
    rows = [
        SplitRow(name, label, name[0], "own", "test")
        for name, label in zip(names, labels, strict=True)
    ]
    write_split(folder / "split.csv", rows)
    between = Preprocessing(
        labels=list(sound),
        chunking=ChunkingSettings(window_seconds=length / RATE),
        features=KINDS["raw"].Settings(frame=4),
        mean=[0.0] * 4,
        std=[1.0] * 4,
    )
    write_preprocessing(folder / "preprocessing.json", between)
    chosen = {
        "target_false_alarms_per_hour": None,
        "labels": {name: {"threshold": 0.703, "level": 180} for name in "ab"},
    }
    (folder / "thresholds.json").write_text(json.dumps(chosen))
    harness(folder, smoothing=1, thresholds=[180, 180], quiet=100)


def test_a_track_is_counted_and_shown(tmp_path):
    """Of a's recordings one in four sounds like _unknown_, and of the others one in ten like b."""
    length = 800
    played = [("a", "a")] * 3 + [("a", "_unknown_")] + [("b", "b")] * 4
    played += [("_unknown_", "b")] + [("_unknown_", "_unknown_")] * 9
    write_listener(tmp_path, played, length)
    found = detect(tmp_path)
    # Of four recordings of a one is missed, and of the others one in ten is reported as b.
    of_a, of_b = found["labels"]["a"], found["labels"]["b"]
    assert 65 < found["targets"] == of_a["targets"] + of_b["targets"] < 71
    assert of_a["missed"] == pytest.approx(of_a["targets"] / 4, abs=1)
    assert of_a["false_reports"] == of_b["missed"] == 0
    assert 130 <= of_b["false_reports"] <= 140
    assert found["false_reports_per_hour"] == pytest.approx(of_b["false_reports"] / 0.02, rel=0.01)
    assert 130 < found["repeats"] < 140
    low, high = poisson_interval(of_b["false_reports"] / found["repeats"])
    ends = [end * found["repeats"] / found["hours"] for end in (low, high)]
    assert found["false_reports_per_hour_ci95"] == pytest.approx(ends, rel=0.01)
    assert found["background_minutes"] == round(10 * length / RATE / 60, 2)
    # The sound does not fade: its report comes before its end.
    assert -0.05 < found["latency_seconds"]["median"] < 0

    curve = (tmp_path / "detection.csv").read_text().splitlines()
    assert len(curve) == 1 + 100 * 3
    played = found["targets"]
    # Nothing is false: at most 3.7 reports in what was heard once (the rule of three, for 97.5 %).
    most = round(-np.log(0.025) * found["repeats"] / found["hours"], 2)
    row = curve[-3].split(",")
    assert row[:7] == ["0.99", "", f"{played}", f"{played}", "1.0", "0", "0.0"]
    assert [float(end) for end in row[7:]] == pytest.approx([1.0, 1.0, 0.0, most], rel=1e-3)
    # At the firmware's threshold it is what detection.json says.
    row = next(line for line in curve if line.startswith("0.70,,")).split(",")
    ends = [*found["misses_ci95"], *found["false_reports_per_hour_ci95"]]
    assert [float(end) for end in row[7:]] == ends
    assert ends[0] < found["misses"] < ends[1]

    page = show(tmp_path)
    assert f"hears {1 - found['misses']:.1%} at {found['false_reports_per_hour']:.1f} false" in page
    assert 1 <= page.count("<audio") <= 12
    assert "8&lt;b&gt;.wav" in page
    assert "<i>" not in page


def test_a_recording_with_a_table_is_counted_by_either_rule(tmp_path):
    """Of a and b, which are in the table, b sounds like nothing, and b is heard where it is not."""
    write_listener(tmp_path, [("a", "a"), ("_unknown_", "_unknown_")], 800)
    parts = [("_unknown_", 2), ("a", 0.5), ("_unknown_", 2.5), ("b", 0.25), ("_unknown_", 8.75)]
    sound = sounds()
    heard = [np.tile(sound[label], round(seconds * RATE / 4)) for label, seconds in parts]
    soundfile.write(tmp_path / "evening.wav", np.concatenate(heard), RATE)
    (tmp_path / "evening.csv").write_text("start,end,label\n2,2.5,a\n10,10.5,b\n11,12,door\n")
    recording = {name: str(tmp_path / f"evening.{end}") for name, end in FILES.items()}

    found = detect(tmp_path, recording=recording)
    # It is reported every 101 inferences of 8 samples: one of ten is right.
    assert (found["targets"], found["missed"], found["false_reports"]) == (2, 1, 9 + 5)
    assert found["labels"]["b"]["missed"] == found["labels"]["a"]["targets"] == 1
    assert found["hours"] == pytest.approx(14 / 3600, abs=1e-4)
    assert found["background_minutes"] == pytest.approx(13 / 60, abs=0.01)
    assert (found["repeats"], found["mlperf_tiny"]) == (1.0, None)
    assert found["misses_ci95"] == [0.0, 1.0]
    assert found["latency_seconds"]["median"] == pytest.approx(-0.5, abs=0.01)
    page = show(tmp_path)
    assert f"{recording['audio']}, with 2 targets where its table says." in page
    assert f"_unknown_: {recording['audio']} from 2 s on" in page
    assert "MLPerf" not in page

    found = detect(tmp_path, recording=recording, rule="mlperf_tiny")
    assert (found["targets"], found["missed"], found["false_reports"]) == (2, 1, 1)
    assert found["late_seconds"] == 2.0
    assert found["mlperf_tiny"]["same_track"] is False
    page = show(tmp_path)
    assert "hears 1 of 2 with 1 false by MLPerf Tiny's rule: 50.0% at" in page.replace("&#39;", "'")
    assert "<th>Syntiant&#39;s NDP9120, in the closed division: the best submission</th>" in page
    assert "the figures do not compare" in page

    found["mlperf_tiny"]["same_track"] = True
    (tmp_path / "detection.json").write_text(json.dumps(found))
    page = show(tmp_path)
    assert "the figures do not compare" not in page
    assert "They heard the same recording. It is mixed of Speech Commands" in page
    assert "This page does not know what it learnt from." in page


def test_a_mix_is_made_of_what_the_split_has_and_of_a_folder(tmp_path):
    write_listener(tmp_path, [("a", "a")] * 4 + [("_unknown_", "_unknown_")] * 20, 800)
    mixed = {"recipe": "mlperf_tiny", "rule": "mlperf_tiny", "seconds_per_target": 10}
    found = detect(tmp_path, **mixed)
    # 72 s, in whose mix voices and music are 4450 of 1200 s, from one second of words.
    assert (found["hours"], found["targets"]) == (0.02, 7)
    assert found["repeats"] == pytest.approx(72 * 4450 / 1200, abs=0.01)
    assert found["background_minutes"] == pytest.approx(1 / 60, abs=0.01)
    page = show(tmp_path).replace("&#39;", "'")
    assert "a mix as MLPerf Tiny's streaming wake word test" in page
    assert "that is not to be reported, in place of speech and music, with targets" in page

    silent = np.zeros(300 * RATE, np.int16)
    for name in ("music/1.wav", "music/2.wav", "speech/1.wav", "speech/2.wav"):
        path = tmp_path / "musan" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, silent, RATE)
    found = detect(tmp_path, **mixed, background=str(tmp_path / "musan"))
    # There is enough of both: what is said of more often are the words.
    assert found["repeats"] == 7 / 4
    assert found["background_minutes"] == pytest.approx(72 * 4450 / 1200 / 60, abs=0.01)
    assert f"recordings in {tmp_path / 'musan'}, of which none" in show(tmp_path)


def test_a_second_of_background_at_least_follows_a_target_though_its_recordings_are_shorter():
    recorded = {f"{number}.wav": np.full(RATE // 5, 50, np.int16) for number in range(9)}
    track = track_of(
        ["a", "b", "_unknown_"],
        seconds=30,
        seconds_per_target=1,
        background=Pieces(recorded, RATE),
    )
    starts = np.array([one.start for one in track.played])
    assert len(starts) > 10
    assert (np.diff(starts) >= 2 * RATE).all()
    # From one target's end it is a second on, to the sample where the next one is due before.
    assert np.diff(starts).min() == 2 * RATE


def test_a_background_is_heard_without_a_gap_and_cut_where_targets_are():
    random = np.random.default_rng(0)
    recorded = {
        "evening.wav": random.integers(10, 99, 7 * RATE + 123).astype(np.int16),
        "noon.wav": random.integers(10, 99, 90 * RATE).astype(np.int16),
    }
    track = track_of(["a", "b", "_unknown_"], seconds=300, background=Pieces(recorded, RATE))
    samples = np.concatenate(list(track.blocks()))
    assert 300 * RATE <= len(samples) <= 301 * RATE
    assert 27 <= len(track.played) <= 30
    between = np.ones(len(samples), bool)
    for one in track.played:
        word = samples[one.start : one.start + RATE]
        assert (word == int(one.recording.removesuffix(".wav")) + 1).all()
        between[one.start : one.start + RATE] = False
        assert between[one.start - RATE : one.start].all()
    rest = samples[between]
    both = np.concatenate(list(recorded.values()))
    assert np.array_equal(rest, np.resize(both, len(rest)))
    # A piece says where it is from, and is of no label that is reported.
    place = track.order.index(next(i for i in track.order if "noon" in track.names[i]))
    assert track.names[track.order[place]] == "noon.wav from 0 s on"
    assert track.labels[track.order[place]] == "_unknown_"
