"""The page of examples: what is heard is what was scored, and nothing else is in it."""

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import soundfile
from matplotlib import pyplot as plt

from wav2nano.dataset.extract_features import extract_features
from wav2nano.errors import UserError
from wav2nano.features import KINDS, bins
from wav2nano.report import clip_plots
from wav2nano.report.embed import fitting
from wav2nano.report.show_examples import show_examples, worst_mistakes
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.tables.preprocessing import Preprocessing, write_preprocessing
from wav2nano.tables.scores import KEYS, Scores
from wav2nano.tables.split import SplitRow, write_split
from wav2nano.tables.windows import AudioWindows, write_windows

RATE, SAMPLES = 8000, 2000
NASTY = '<b>&"</b>'
LABELS = [NASTY, "no"]
STACK = KINDS["stack"].Settings(
    parts=[
        KINDS["logmel"].Settings(n_fft=256, hop=128, mel_bands=8, f_max=3800.0),
        KINDS["rms"].Settings(n_fft=256, hop=128),
    ]
)


class Made:
    """A small experiment's files: ten recordings of each label, each of one window."""

    def __init__(self, folder, predict=lambda target, number: 1 - target):
        self.folder = folder
        random = np.random.default_rng(3)
        self.names = [f"own/{label}/{i}{NASTY}.wav" for label in LABELS for i in range(10)]
        loudness = np.tile(10.0 ** np.arange(0, 4, 0.4), 2)[:, None]
        self.audio = (random.normal(0, 1, (20, SAMPLES)) * loudness).astype(np.int16)
        labels = [label for label in LABELS for _ in range(10)]
        starts = np.zeros(20, np.int64)
        write_windows(
            folder / "windows.h5",
            AudioWindows(self.audio, self.names, labels, starts),
            {"rate": RATE},
        )
        extract_features(
            windows=folder / "windows.h5", rate=RATE, settings=STACK, out=folder / "features.h5"
        )
        parts = (["train"] * 5 + ["validation"] + ["test"] * 4) * 2
        rows = zip(self.names, labels, parts, strict=True)
        split = [SplitRow(name, label, "ann", "own", part) for name, label, part in rows]
        write_split(folder / "split.csv", split)
        write_preprocessing(
            folder / "preprocessing.json",
            Preprocessing(
                labels=LABELS,
                chunking=ChunkingSettings(rate=RATE, window_seconds=SAMPLES / RATE),
                features=STACK,
                mean=[0.0] * bins(STACK),
                std=[1.0] * bins(STACK),
            ),
        )
        self.surely = {}
        scores = []
        for number, (row, target) in enumerate(zip(split, np.repeat([0, 1], 10), strict=True)):
            if row.part == "train":
                continue
            answer = predict(int(target), number)
            values = np.full(2, 0.3 - 0.01 * number)
            values[answer] = 1 - values[1 - answer]
            if answer != target and row.part == "test":
                self.surely[row.recording] = values[answer]
            cells = [row.part, row.recording, "0", row.group, row.origin, row.label]
            scores.append([*cells, *map(str, values)])
        self.write_scores(scores)

    def write_scores(self, rows):
        quoted = [
            ",".join('"{}"'.format(cell.replace('"', '""')) for cell in row)
            for row in [[*KEYS, *(f"score {label}" for label in LABELS)], *rows]
        ]
        (self.folder / "scores.csv").write_text("\n".join(quoted))

    def show(self, **changed):
        show_examples(
            **{
                "scores": self.folder / "scores.csv",
                "preprocessing": self.folder / "preprocessing.json",
                "split": self.folder / "split.csv",
                "windows": [self.folder / "windows.h5"],
                "features": [self.folder / "features.h5"],
                "labels": LABELS,
                "data": {"title": NASTY, "licence": NASTY},
                "title": "words",
                "page": self.folder / "page.html",
                "picture": self.folder / "features.png",
            }
            | changed
        )
        return (self.folder / "page.html").read_text()


@pytest.fixture
def made(tmp_path):
    return Made(tmp_path)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """An experiment that is not changed, and its page."""
    made = Made(tmp_path_factory.mktemp("shown"))
    return made, made.show()


class Page(HTMLParser):
    """What a page shows: addresses by tag, and the text of each figure."""

    def __init__(self, text):
        super().__init__()
        self.sources, self.figures, self.open = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if "src" in dict(attrs):
            self.sources.append((tag, dict(attrs)["src"]))
        if tag == "figure":
            self.figures.append("")
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "figure" in self.open:
            self.figures[-1] = re.sub(r"\s+", " ", self.figures[-1] + data)


def heard(page):
    """Sounds of a page, as another library decodes them."""
    found = []
    for tag, source in page.sources:
        if tag == "audio":
            assert source.startswith("data:audio/flac;base64,")
            samples, rate = soundfile.read(
                io.BytesIO(base64.b64decode(source.split(",")[1])), dtype="int16"
            )
            assert rate == RATE
            found.append(samples)
    return found


def test_the_sound_is_the_window_sample_for_sample(shown):
    made, text = shown
    page = Page(text)
    sounds = heard(page)
    assert len(sounds) == len(page.figures) == 2 + 8
    of_name = dict(zip(made.names, made.audio, strict=True))
    for text, sound in zip(page.figures, sounds, strict=True):
        name = re.search(r"own/.*?\d<b>&\"</b>\.wav", text)[0]
        np.testing.assert_array_equal(sound, of_name[name])
    # Of five windows that training has of each label, the third in loudness.
    np.testing.assert_array_equal(sounds[:2], made.audio[[2, 12]])


def test_the_surest_mistake_is_first(shown):
    made, text = shown
    assert "8 wrong" in text
    texts = Page(text).figures[2:]
    names = sorted(made.surely, key=made.surely.get, reverse=True)
    for text, name in zip(texts, names, strict=True):
        assert name in text
        assert f" {made.surely[name]:.0%}, " in text
    assert texts[0].strip().startswith(f"no heard as {NASTY} {NASTY} 89%, no 11%")


def test_nothing_is_loaded_and_no_name_is_markup(shown):
    _, text = shown
    page = Page(text)
    assert all(source.startswith("data:") for _, source in page.sources)
    assert not re.search(r"url\(|@import|<script|<link|href", text)
    assert NASTY not in text
    assert "&lt;b&gt;&amp;&#34;&lt;/b&gt;" in text


def test_who_passes_recordings_on_is_warned(made, shown):
    assert "gets the recordings, too" in shown[1]
    split = (made.folder / "split.csv").read_text()
    scores = (made.folder / "scores.csv").read_text()
    (made.folder / "split.csv").write_text(split.replace(",own,", ",espeak,"))
    (made.folder / "scores.csv").write_text(scores.replace('"own"', '"espeak"'))
    text = made.show()
    assert "gets the recordings" not in text
    assert "synthetic speech, espeak-ng" in text


def test_no_mistake_is_told(tmp_path):
    text = Made(tmp_path, predict=lambda target, number: target).show()
    assert "There are none: all 8 windows of the test set are right." in text


def test_the_same_files_give_the_same_bytes(shown):
    made, text = shown
    first = text, (made.folder / "features.png").read_bytes()
    assert (made.show(), (made.folder / "features.png").read_bytes()) == first


def test_files_that_do_not_belong_together_are_told(made):
    with pytest.raises(UserError, match=r"preprocessing\.json is damaged .*its labels are"):
        made.show(labels=["no", NASTY])
    write_windows(
        made.folder / "few.h5",
        AudioWindows(made.audio[:3], made.names[:3], ["no"] * 3, np.zeros(3, np.int64)),
        {},
    )
    with pytest.raises(UserError, match=r"No file of windows has own/.* from sample 0 on"):
        made.show(windows=[made.folder / "few.h5"])
    text = (made.folder / "scores.csv").read_text()
    (made.folder / "scores.csv").write_text(text.replace("score no", "score yes"))
    with pytest.raises(UserError, match=r"scores\.csv is damaged"):
        made.show()


def scores_of(values, target, recording):
    count = len(target)
    text = np.array(["test"] * count)
    return Scores(
        LABELS,
        np.array(values),
        np.array(target),
        text,
        text,
        text,
        np.array(recording),
        np.arange(count),
    )


def test_one_mistake_of_each_recording_and_at_most_as_many_as_wanted():
    values = [[0.9, 0.1], [0.95, 0.05], [0.2, 0.8], [0.95, 0.01], [0.9, 0.1]]
    scores = scores_of(values, [1, 1, 0, 1, 0], ["a", "a", "b", "c", "d"])
    assert worst_mistakes(scores, 12) == [3, 1, 2]
    assert worst_mistakes(scores, 1) == [3]


def test_a_page_stays_small():
    cards = [{"bytes": size} for size in (400, 500, 200, 100)]
    assert fitting(cards, 1000) == cards[:2]
    assert fitting(cards, 100) == cards[:1]  # one at least
    assert fitting([], 100) == []


def test_spectrogram_has_a_full_scale_tone_at_0_decibels():
    for rate, hertz in ((8000, 1000), (44_100, 7000)):
        times = np.arange(rate) / rate
        audio = np.round(32767 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)
        figure, axis = plt.subplots()
        image = clip_plots._spectrogram(axis, audio, rate)
        level = image.get_array()
        assert abs(level.max()) < 0.1
        left, right, bottom, top = image.get_extent()
        row = level.mean(axis=1).argmax()
        assert abs(bottom + row / (level.shape[0] - 1) * (top - bottom) - hertz / 1000) < 0.05
        assert -0.01 < left < right < 1.01
        plt.close(figure)


@pytest.mark.parametrize("samples", [1, 10, 200, 40_000])
def test_any_clip_can_be_drawn(samples):
    for audio in (np.zeros(samples, np.int16), np.full(samples, -32768, np.int16)):
        assert clip_plots.plot_clip(audio, 8000).startswith(b"\x89PNG")


def test_every_kind_has_axes():
    assert set(clip_plots.AXES) == set(KINDS) - {"stack"}
    for kind, (bins_are, _) in clip_plots.AXES.items():
        assert (bins(KINDS[kind].Settings()) == 1) == (bins_are == "")


def test_frames_are_drawn_where_they_are(monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr(clip_plots, "figure", capture(drawn))
    audio = np.random.default_rng(0).normal(0, 1000, SAMPLES).astype(np.int16)
    values = KINDS["stack"].compute(audio[None], RATE, STACK)[0]
    clip_plots.plot_features(audio, values, RATE, STACK, tmp_path / "f.png", "t", "s")
    image, line = drawn[2].images[0], drawn[3].lines[0]
    np.testing.assert_array_equal(image.get_array(), values[:, :8].T)
    np.testing.assert_array_equal(line.get_ydata(), values[:, 8])
    # Frame i is around the middle of its samples.
    np.testing.assert_allclose(line.get_xdata(), (np.arange(len(values)) * 128 + 128) / RATE)
    left, right, *_ = image.get_extent()
    np.testing.assert_allclose((right - left) / len(values), 128 / RATE)
    np.testing.assert_allclose(left, 64 / RATE)
    assert drawn[3].get_ylabel() == "amplitude (of full scale)"


def test_deltas_are_drawn_apart(monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr(clip_plots, "figure", capture(drawn))
    audio = np.random.default_rng(0).normal(0, 1000, SAMPLES).astype(np.int16)
    mfcc = KINDS["mfcc"].Settings(n_fft=256, hop=128, mel_bands=8, f_max=3800.0, coefficients=5)
    stack = KINDS["stack"].Settings(parts=[mfcc.model_copy(update={"deltas": 2}), STACK.parts[1]])
    values = KINDS["stack"].compute(audio[None], RATE, stack)[0]
    clip_plots.plot_features(audio, values, RATE, stack, tmp_path / "f.png", "t", "s")
    for number in range(3):
        image = drawn[2 + number].images[0]
        np.testing.assert_array_equal(image.get_array(), values[:, 5 * number :][:, :5].T)
    np.testing.assert_array_equal(drawn[5].lines[0].get_ydata(), values[:, 15])
    assert drawn[4].get_title(loc="left") == "mfcc: deltas of second order"


def test_a_bin_far_from_all_others_does_not_set_the_colours():
    values = np.random.default_rng(0).uniform(-20, 30, (50, 13)).astype(np.float32)
    everything = values.min(), values.max()
    assert clip_plots.colour_limits(values) == pytest.approx(everything)
    values[:, 0] -= 400
    low, high = clip_plots.colour_limits(values)
    assert (low, high) == pytest.approx((values[:, 1:].min(), values[:, 1:].max()))
    assert clip_plots.colour_limits(np.zeros((3, 2))) == (0, 0)


def capture(drawn):
    """Stand in for `figure`: keeps the axes."""
    from contextlib import contextmanager

    @contextmanager
    def run(path, title, subtitle, **kwargs):
        shown, axes = plt.subplots(**kwargs)
        drawn.extend(axes)
        yield shown, axes
        plt.close(shown)

    return run
