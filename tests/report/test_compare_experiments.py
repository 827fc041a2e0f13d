"""Experiments are ranked as they should be, and the plot can be read with few and many."""

import base64
import csv
import io
import json
import re
import warnings

import numpy as np
import pytest
from matplotlib import pyplot as plt

from wav2nano.errors import UserError
from wav2nano.plotting import figure
from wav2nano.report import comparison_plot
from wav2nano.report.compare_experiments import compare_experiments, rank_experiments
from wav2nano.settings.original import OriginalSettings


def figures(f1, flash=None, instructions=None, interval=0.05, validation=None):
    found = {"int8_macro_f1": f1, "int8_accuracy": f1 + 0.01, "float_accuracy": 0.9}
    found["int8_validation_macro_f1"] = f1 if validation is None else validation
    if interval:
        found |= {"int8_macro_f1_low": f1 - interval, "int8_macro_f1_high": f1 + interval}
    if flash:
        found |= {"flash_bytes": flash, "ram_bytes": flash // 2}
    if instructions:
        found["instructions_per_second"] = instructions
    return found


EXPERIMENTS = {
    "dense": figures(0.7, 40_000, 2_000_000),
    "lstm": figures(0.8, 90_000, 8_000_000),
    "yamnet": figures(0.9),
    "slow": figures(0.8, 90_000, 9_000_000),
    "official": figures(0.8, 60_000, interval=None),  # built by Arduino's core: not simulated
}


@pytest.fixture
def compare(tmp_path):
    """Compare experiments; gives the table's rows, the plot's bytes and the page."""

    def run(metrics, sweep=None, scores=(), datasets=(), answers=(), originals=None, plots=()):
        paths = [tmp_path / "metrics" / f"{name}.json" for name in metrics]
        for path, values in zip(paths, metrics.values(), strict=True):
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(values))
        table, plot, page = (tmp_path / f"comparison.{end}" for end in ("csv", "png", "html"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # as of no room for the axes
            compare_experiments(
                metrics=paths,
                scores=list(scores),
                confusion=list(plots),
                learning_curves=list(plots),
                datasets=list(datasets) or ["words"] * len(metrics),
                answers=list(answers) or ["windows"] * len(metrics),
                originals=originals or {},
                title="sizes",
                sweep=sweep,
                table=table,
                plot=plot,
                page=page,
            )
        with table.open(newline="") as file:
            return list(csv.DictReader(file)), plot.read_bytes(), page.read_text()

    return run


def test_best_is_first_and_the_smaller_of_equals(compare):
    rows, _, _ = compare(EXPERIMENTS)
    assert [(row["rank"], row["experiment"]) for row in rows] == [
        ("1", "yamnet"),
        ("2", "official"),
        ("3", "lstm"),
        ("3", "slow"),  # no better and no smaller than lstm
        ("5", "dense"),
    ]


def test_validation_ranks_and_not_the_test(compare):
    metrics = {
        "flattered": figures(0.9, 50_000, 1_000_000, validation=0.8),
        "chosen": figures(0.85, 60_000, 1_000_000, validation=0.82),
    }
    rows, _, page = compare(metrics)
    assert [row["experiment"] for row in rows] == ["chosen", "flattered"]
    assert [row["validation_macro_f1"] for row in rows] == ["0.82", "0.8"]
    assert "the test set is touched once" in page


def test_each_is_compared_with_the_first_on_the_same_windows(compare, tmp_path):
    target = np.arange(60) % 2
    answers = {"best": target, "worse": np.where(np.arange(60) < 12, 1 - target, target)}
    answers["elsewhere"] = target
    for name, predicted in answers.items():
        lines = ["part,recording,start,group,origin,label,score yes,score no"]
        for i, (label, answer) in enumerate(zip(target, predicted, strict=True)):
            start = 160 if name == "elsewhere" else 0
            scores = "0,1" if answer else "1,0"
            lines.append(f"test,{i},{start},g{i % 5},own,{('yes', 'no')[label]},{scores}")
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    metrics = {"best": figures(1.0), "worse": figures(0.8), "elsewhere": figures(0.7)}
    rows, _, page = compare(metrics, scores=[tmp_path / f"{name}.csv" for name in answers])
    first, worse, elsewhere = rows
    assert first["macro_f1_difference"] == elsewhere["macro_f1_difference"] == ""
    assert worse["macro_f1_difference"] == "-0.2"
    assert float(worse["difference_low"]) < -0.2 < float(worse["difference_high"]) < 0
    assert worse["mcnemar_p"] == f"{2 / 2**12:.3g}"
    assert "-0.200" in page
    assert "another test set" in page


def test_where_recordings_are_scored_they_are_paired(compare, tmp_path):
    labels = np.arange(30) % 2
    right = {  # scores of the true label in the three windows of each recording
        "sure": np.tile([0.9, 0.9, 0.9], (30, 1)),
        "hesitant": np.tile([0.4, 0.4, 0.9], (30, 1)),  # wrong in two windows, right in the mean
        "wrong": np.where(np.arange(30)[:, None] < 6, [0.4, 0.4, 0.4], [0.9, 0.9, 0.9]),
    }
    for name, shares in right.items():
        lines = ["part,recording,start,group,origin,label,score yes,score no"]
        for i, (label, windows) in enumerate(zip(labels, shares, strict=True)):
            for start, share in enumerate(windows):
                scores = (1 - share, share) if label else (share, 1 - share)
                keys = ("test", f"{i}.wav", start, f"g{i % 5}", "own", ("yes", "no")[label])
                lines.append(",".join(map(str, (*keys, *scores))))
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    paths = [tmp_path / f"{name}.csv" for name in right]
    metrics = {"sure": figures(1.0), "hesitant": figures(0.9), "wrong": figures(0.8)}

    def differences(*answers):
        rows, _, _ = compare(metrics, scores=paths, answers=answers)
        return [(row["macro_f1_difference"], row["mcnemar_p"]) for row in rows]

    found = differences("recordings", "recordings", "recordings")
    assert found == [("", ""), ("0.0", "1"), ("-0.2", f"{2 / 2**6:.3g}")]
    windows = differences("windows", "windows", "windows")
    assert windows[1] == (str(round(1 / 3 - 1, 4)), f"{2 / 2**60:.3g}")
    assert windows[2] == ("-0.2", f"{2 / 2**18:.3g}")
    # Windows are not to be paired with recordings.
    assert differences("recordings", "windows", "recordings")[1] == ("", "")


def test_table_has_the_figures_and_leaves_out_what_is_not_known(compare):
    rows, _, _ = compare(EXPERIMENTS)
    by_name = {row.pop("experiment"): row for row in rows}
    assert by_name["dense"] == {
        "dataset": "words",
        "rank": "5",
        "validation_macro_f1": "0.7",
        "macro_f1": "0.7",
        "macro_f1_low": str(0.7 - 0.05),
        "macro_f1_high": "0.75",
        "accuracy": "0.71",
        "flash_bytes": "40000",
        "ram_bytes": "20000",
        "instructions_per_second": "2000000",
        "on_flash_front": "yes",
        "on_instructions_front": "yes",
        "float_accuracy": "0.9",
        **dict.fromkeys(("float_macro_f1", "random_split_accuracy", "folds_accuracy"), ""),
        **dict.fromkeys(("macro_f1_difference", "difference_low", "difference_high"), ""),
        "mcnemar_p": "",
    }
    assert by_name["yamnet"]["flash_bytes"] == by_name["yamnet"]["on_flash_front"] == ""
    assert by_name["official"]["macro_f1_low"] == by_name["official"]["on_instructions_front"] == ""
    assert by_name["official"]["on_flash_front"] == "yes"
    assert by_name["lstm"]["on_flash_front"] == "no"  # as good as a smaller one
    assert by_name["lstm"]["on_instructions_front"] == "yes"


def test_settings_that_differ_are_columns(compare, tmp_path):
    sweep = tmp_path / "sizes.yaml"
    sweep.write_text(
        "base: a\ntable: [{model.units: [64]}, {model.units: [96], features.hop: 160}]"
    )
    metrics = {
        "sizes.units-64": figures(0.8, 90_000, 8_000_000),
        "sizes.units-96.hop-160": figures(0.9, 99_000, 9_000_000),
    }
    rows, _, page = compare(metrics, sweep)
    found = {row["experiment"]: (row["model.units"], row["features.hop"]) for row in rows}
    assert found == {"units-64": ("[64]", ""), "units-96.hop-160": ("[96]", "160")}
    assert "<th>model.units</th>" in page


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.split("</style>")[1]))


def test_each_data_set_is_ranked_by_itself(compare):
    metrics = {
        "digits": figures(0.9, 90_000, 8_000_000),
        "sirens": figures(0.6, 80_000, 9_000_000),
        "digits_small": figures(0.8, 50_000, 4_000_000),
    }
    rows, plot, page = compare(metrics, datasets=["fsdd", "urban", "fsdd"])
    assert [(row["dataset"], row["rank"], row["experiment"]) for row in rows] == [
        ("fsdd", "1", "digits"),
        ("fsdd", "2", "digits_small"),
        ("urban", "1", "sirens"),
    ]
    # Dearer and worse than another on other data is no reason against it.
    assert [row["on_flash_front"] for row in rows] == ["yes", "yes", "yes"]
    first, second = text_of(page).split("Data set fsdd")[1].split("Data set urban")
    assert "digits_small" in first
    assert "sirens" not in first
    assert "sirens" in second
    assert "digits" not in second
    alone = compare({"sirens": metrics["sirens"]})[1]
    heights = [int(np.frombuffer(png[20:24], ">u4")[0]) for png in (plot, alone)]
    assert heights[0] > 1.8 * heights[1]
    # Where nothing is on the board there is nothing to draw.
    metrics["sirens"] = figures(0.6)
    _, plot, _ = compare(metrics, datasets=["fsdd", "urban", "fsdd"])
    assert int(np.frombuffer(plot[20:24], ">u4")[0]) == heights[1]


def test_as_many_data_sets_as_experiments(compare):
    with pytest.raises(UserError, match="--datasets has 2 entries, and --metrics 1 files"):
        compare({"a": figures(0.9)}, datasets=["x", "y"])
    with pytest.raises(UserError, match="--answers has 2 entries, and --metrics 1 files"):
        compare({"a": figures(0.9)}, answers=["windows", "windows"])


def test_what_was_claimed_is_beside_the_honest_figure(compare):
    metrics = {"ours": figures(0.7), "original": figures(0.75)}
    metrics["original"] |= {"random_split_int8_accuracy": 0.95, "int8_accuracy_low": 0.7}
    metrics["original"] |= {"int8_accuracy_high": 0.8, "folds_int8_accuracy": 0.74}
    metrics["original"] |= {"folds_int8_accuracy_low": 0.69, "folds_int8_accuracy_high": 0.79}
    metrics["original"] |= {"seeds_int8_accuracy": 0.755}
    said = OriginalSettings(system='<b>CNN & "LSTM"', figure="99 %", split="at random")
    _, _, page = compare(metrics, originals={"original": said})
    text = text_of(page)
    assert (
        "a random split would have claimed, int8 mean of the folds, int8 mean of the seeds, int8 "
        "the original" in text
    )
    assert (
        "original 90.0% 76.0% (70.0% to 80.0%) 95.0% 74.0% (69.0% to 79.0%) 75.5% "
        "&lt;b&gt;CNN &amp; &#34;LSTM&#34; 99 % at random" in text
    )
    assert "<b>" not in page
    # Without any claim there is no column for it.
    assert "random split" not in text_of(compare({"ours": figures(0.7)})[2])


def test_plots_are_in_the_page_and_smaller(compare, tmp_path):
    plots = [tmp_path / "one.png", tmp_path / "other.png"]
    for path in plots:
        with figure(path, path.stem, "of the test set") as (_, axis):
            axis.imshow(np.arange(100).reshape(10, 10), cmap="Blues")
    metrics = {"a": figures(0.9), "<b>": figures(0.8)}
    _, _, page = compare(metrics, plots=plots)
    assert "<b>" not in page
    shown = re.findall(r'<img src="data:image/png;base64,([^"]*)" alt="([^"]*)">', page)
    assert [text for _, text in shown] == [
        "Confusion matrices of a",
        "Confusion matrices of &lt;b&gt;",
        "Learning curves of a",
        "Learning curves of &lt;b&gt;",
    ]
    for (content, _), path in zip(shown, plots * 2, strict=True):
        small = base64.b64decode(content)
        assert len(small) < 0.6 * path.stat().st_size
        before, after = (plt.imread(source)[..., :3] for source in (path, io.BytesIO(small)))
        assert before.shape == after.shape
        assert np.abs(before - after).mean() < 0.01
    assert compare(metrics, plots=plots)[2] == page
    assert "Without plots" not in page
    assert "Without plots" in compare(metrics)[2]


def test_a_damaged_plot_is_told(compare, tmp_path):
    path = tmp_path / "torn.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n torn")
    with pytest.raises(UserError, match=r"torn\.png is damaged or not of this version"):
        compare({"a": figures(0.9)}, plots=[path])


def test_page_has_the_ranked_table(compare):
    _, _, page = compare({"<i>": figures(0.7654, 1_234_567, 8_000_000), "other": figures(0.5)})
    text = text_of(page)
    assert "sizes: 2 experiments compared" in text
    assert "1 &lt;i&gt; 0.765 0.765 (0.715 to 0.815) – 77.5% 1,234,567 617,283 8,000,000" in text
    assert "only evaluated" in text
    assert "–" in text


@pytest.mark.parametrize("count", [1, 2, 6, 40, 60])
def test_plot_fits_a_screen_whatever_the_number(compare, count):
    random = np.random.default_rng(1)
    metrics = {
        f"features.n_fft=512,model.units={i}": figures(
            float(random.uniform(0.5, 0.95)),
            int(random.uniform(3e4, 9e5)),
            int(random.uniform(2e6, 5e7)),
        )
        for i in range(count)
    }
    _, plot, _ = compare(metrics)
    width, height = np.frombuffer(plot[16:24], ">u4")
    assert width == 1560
    assert 600 < height < 1300


def test_plot_has_the_same_bytes_again(compare):
    assert compare(EXPERIMENTS)[1] == compare(dict(reversed(EXPERIMENTS.items())))[1]


def test_all_may_be_without_a_board(compare):
    rows, plot, _ = compare({"a": figures(0.9), "b": figures(0.8)})
    assert [row["on_flash_front"] for row in rows] == ["", ""]
    assert plot


def points(metrics):
    return [
        comparison_plot.Point(
            one.rank,
            one.experiment,
            one.macro_f1,
            None,
            one.flash_bytes,
            one.instructions_per_second,
        )
        for one in rank_experiments(metrics, dict.fromkeys(metrics, "words"))["words"]
    ]


def test_subtitle_names_who_is_missing():
    text = comparison_plot._subtitle(points(EXPERIMENTS))
    assert text.endswith("; missing, not on the board: yamnet; not simulated: official")
    many = {f"yamnet with a long name {i}": figures(0.9) for i in range(40)}
    text = comparison_plot._subtitle(points(EXPERIMENTS | many))
    assert len(text) < 220
    assert re.search(r"yamnet and 40 more; |yamnet, .* and \d\d more; ", text)


def test_labels_do_not_cover_each_other():
    random = np.random.default_rng(2)
    size = np.array([14.0, 8.0])
    room = np.array([0, 0, 600, 450])
    places = random.uniform([20, 20], [580, 430], (60, 2))
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in places]
    for place in places:
        offset, _ = comparison_plot._best_offset(
            place, tuple(size), np.array(taken), room, comparison_plot.ANGLES
        )
        low, high = place + offset - size / 2, place + offset + size / 2
        others = np.array(taken)
        apart = (low >= others[:, 2:]) | (high <= others[:, :2])
        assert apart.any(axis=1).all()
        taken.append((*low, *high))


def test_what_cannot_be_compared_is_told(compare):
    with pytest.raises(UserError, match="nothing to compare"):
        compare({})
    with pytest.raises(UserError, match=r"old\.json: int8_validation_macro_f1 is missing"):
        compare({"old": {"float_accuracy": 0.9}})
