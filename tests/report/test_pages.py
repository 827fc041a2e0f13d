"""The report's pages: they say what is asked of them, and need nothing from elsewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from wav2nano.boards import boards
from wav2nano.features import KINDS
from wav2nano.network_cost import NetworkCost
from wav2nano.report import pages
from wav2nano.report.pages import settings_rows
from wav2nano.report.render import render
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.tables.preprocessing import Preprocessing
from wav2nano.tables.split import SplitRow

ROOT = Path(__file__).resolve().parents[2]
LICENCES = {"words": "CC BY-NC 3.0", "voices of espeak": "Apache-2.0", "<b>": "mine"}
NASTY = '<b>"größe" & {x}</b>'


def figures(accuracy):
    return {
        "accuracy": accuracy,
        "accuracy_ci95": [0.8, 0.95],
        "macro_f1": 0.7,
        "macro_f1_ci95": None,
        "loss": 0.5,
    }


EVALUATION = {
    "experiment": "keywords",
    "test_data": {"description": "synthetic speech, 90 windows of 9 groups", "synthetic": True},
    "float": figures(0.91),
    "litert": figures(0.9),
    "int8": figures(0.89),
    "agreement": {"int8_with_float": 0.99, "int8_with_litert": 0.98},
}
RANDOM = {"float": figures(0.98), "int8": figures(0.97)}
FOLDS = {
    "folds": [
        {"fold": fold, "windows": 40, "groups": 2, "float": figures(0.7), "int8": figures(0.6)}
        for fold in ("1", NASTY)
    ],
    "mean": {"float": figures(0.75), "int8": figures(0.74)},
    "pooled": {"float": figures(0.77), "int8": figures(0.76)},
}
for fold in FOLDS["folds"]:  # one fold has no intervals
    for name in ("float", "int8"):
        fold[name] = {key: fold[name][key] for key in ("accuracy", "macro_f1")}
RUN = {
    "seconds": 60.0,
    "reports": 20,
    "reports_equal_to_host": 20,
    "targets_played": 12,
    "targets_heard": 11,
    "background_played": 48,
    "false_reports": 9,
    "lost_samples": 0,
    "instructions_per_hop": 320_000,
    "busy_share": 0.25,
    "stack_bytes": 4096,
}
BOARD = {
    "self_test": {
        "windows": 8,
        "feature_difference": 3e-7,
        "inputs_equal": 8,
        "scores_equal": 8,
    },
    "recordings": RUN,
    "long_track": RUN,
}
BUILD = {
    "flash_bytes": 90_000,
    "flash_limit": 900_000,
    "ram_bytes": 48_000,
    "ram_limit": 96_000,
    "tool": "arduino-builder 1.3.25",
    "board": "wav2nano:nrf52:nano33ble",
}
SPLIT = [
    SplitRow("a", NASTY, "ann", "own", "train"),
    SplitRow("b", NASTY, "bob", "own", "test"),
    SplitRow("c", "no", "cleo", "espeak", "validation"),
    SplitRow("long", "no", "long", "own", "train", 0.0, 60.0),
    SplitRow("long", "no", "long", "own", "test", 70.0, 90.0),
]
ENVIRONMENT = {
    "tensorflow": "2.21.0",
    "keras": "3",
    "numpy": "2",
    "python": "3.11",
    "system": "Linux",
    "machine": "x86_64",
    "extensions": ["AVX2", "FMA3"],
    "threads": 4,
}
DATA = {"name": "own", "title": NASTY, "licence": "CC0", "split": {"policy": "group"}}
PREPROCESSING = Preprocessing(
    labels=["no", "yes"],
    chunking=ChunkingSettings(rate=16_000),
    features=KINDS["mfcc"].Settings(hop=320),
    mean=[0.0] * 13,
    std=[1.0] * 13,
)
PRONOUNCED = [
    {"word": "no", "given": "", "readings": {"espeak": "N OW1"}, "in_cmudict": True},
    {"word": NASTY, "given": "", "readings": {"espeak": "G", "flite": "K"}, "in_cmudict": False},
    {"word": "wav", "given": "W EY1 V", "readings": {}, "in_cmudict": None},
]
ORIGINAL = {"system": NASTY, "figure": "99 %", "split": "at random"}
REASONS = ["The weights take 4,200,000 bytes <b>, the flash has 983,040.", "44,100 Hz"]
COST = NetworkCost(4_200_000, 65_536, 16_000_000, 64_000_000)


def budget_page(build, board, reasons=()):
    hardware = boards()["wav2nano:nrf52:nano33ble"]
    return pages.budget_page(
        "t", hardware, COST, build, board, preprocessing=PREPROCESSING, reasons=list(reasons)
    )


MADE = {
    "results": pages.results_page(
        "t", EVALUATION, BOARD, "listener.bin", original=ORIGINAL, policy="group"
    ),
    "results without board": pages.results_page(
        "t", EVALUATION, None, "listener.bin", original={}, policy="group"
    ),
    "results without binary": pages.results_page(
        "t", EVALUATION, None, None, original={}, policy="group"
    ),
    "results with a random split": pages.results_page(
        "t", EVALUATION, None, None, original={}, policy="group", random_split=RANDOM
    ),
    "results with folds": pages.results_page(
        "t", EVALUATION, None, None, original={}, policy="group", folds=FOLDS
    ),
    "budget": budget_page(BUILD, BOARD),
    "budget without board": budget_page(BUILD, None),
    "budget without binary": budget_page(None, None, REASONS),
    "data": pages.data_page("t", [DATA], LICENCES, SPLIT, EVALUATION, PRONOUNCED),
    "split": pages.split_page("t", SPLIT, "group"),
    "random split": pages.split_page("t", SPLIT, "random"),
    "settings": pages.settings_page("t", {"model": {"units": [64]}, "words": None}, DATA),
    "environment": pages.environment_page("t", ENVIRONMENT),
}


class Balanced(HTMLParser):
    """Fails where an end tag has no start tag."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert not {"src", "href"} & {name for name, _ in attrs}
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", MADE)
def test_a_page_is_whole_and_loads_nothing(name):
    parser = Balanced()
    parser.feed(MADE[name])
    assert parser.open == []
    assert "<b>" not in MADE[name]
    assert not re.search(r"url\(|@import|<script|<link", MADE[name])


def plain(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.split("</style>")[1]))


def text_of(name):
    return plain(MADE[name])


def test_runtimes_are_side_by_side():
    text = text_of("results")
    assert "float32, Keras int8, LiteRT int8, generated C board (simulated)" in text
    assert "Accuracy 91.0% (80.0% to 95.0%) 90.0% (80.0% to 95.0%) 89.0%" in text
    assert "targets played 12 12 of these recognised 11 11" in text
    assert "false reports 9 9 false reports per hour 540 540 samples lost 0 0" in text
    assert "board" not in text_of("results without board").split("Test set")[1].lower()
    assert text_of("results without board").endswith("The binary file listener.bin ")
    assert "binary" not in text_of("results without binary")


def test_what_the_original_reported_is_beside_our_figure():
    text = text_of("results")
    assert "The original system" in text
    assert "its figure 99 % its test set at random here, int8 89.0% accuracy on the test" in text
    assert "original" not in text_of("results without board")


def test_whom_the_test_set_is_of_is_told():
    assert (
        "Test set: synthetic speech, 90 windows of 9 groups: speakers, voices or sources that "
        "training never heard." in text_of("results")
    )


def test_what_a_random_split_would_have_claimed_is_beside_the_honest_figure():
    text = text_of("results with a random split")
    assert (
        "89.0% on speakers, voices or sources that training never heard; a random split would have "
        "claimed 97.0%."
    ) in text
    assert "Accuracy, int8 89.0% (80.0% to 95.0%) 97.0% (80.0% to 95.0%)" in text
    assert "random split" not in text_of("results")
    assert "of the test's windows share audio with training" in text_of("random split")
    assert "Policy" not in text_of("random split")


def test_folds_are_a_table_that_ends_in_their_mean():
    text = text_of("results with folds")
    assert "1 40 2 70.0% 60.0% 0.700 0.700" in text
    assert (
        "mean of the folds 75.0% (80.0% to 95.0%) 74.0% (80.0% to 95.0%) 0.700 0.700 "
        "all windows pooled 77.0%"
    ) in text
    assert "Cross-validation" not in text_of("results")


def test_where_recordings_are_scored_the_folds_count_them():
    folds = FOLDS | {"folds": [one | {"recordings": 5} for one in FOLDS["folds"]]}
    for one in folds["folds"]:
        del one["windows"]
    found = pages.results_page(
        "t", EVALUATION, None, None, original={}, policy="group", answers="recordings", folds=folds
    )
    text = plain(found)
    assert "fold recordings groups" in text
    assert "1 5 2 70.0%" in text
    assert "all recordings pooled 77.0%" in text
    assert "windows pooled" not in text


def test_without_the_generated_c_litert_is_int8():
    alone = EVALUATION | {"agreement": {"int8_with_float": 0.99}}
    del alone["litert"]
    text = plain(pages.results_page("t", alone, None, None, original={}, policy="group"))
    assert "float32, Keras int8, LiteRT Accuracy 91.0% (80.0% to 95.0%) 89.0%" in text
    assert "Same label as float32 99.0%" in text
    assert "Same label as LiteRT" not in text


def test_budget_is_of_what_the_board_has():
    text = text_of("budget")
    assert "Flash 10% 90,000 of 900,000 bytes" in text
    assert "Stack 25% 4,096 of 16,384 bytes" in text
    assert "Instructions in 20 ms 25% 320,000 of 1,280,000" in text


def test_why_there_is_no_binary_is_told():
    text = text_of("budget without binary")
    assert "No firmware was built" in text
    assert "Why it cannot run on the board The weights take 4,200,000 bytes &lt;b&gt;" in text
    assert "Flash, weights 427% 4,200,000 of 983,040 bytes" in text
    assert "RAM, intermediate results 25% 65,536 of 262,144 bytes" in text
    assert "Multiply-accumulates a second 50% 64,000,000 of 128,000,000" in text
    assert "Why" not in budget_page(None, None)


def test_stack_is_what_the_linker_reserves():
    script = ROOT / "firmware/hardware/wav2nano/nrf52/variants/nano33ble/link.ld"
    (size,) = re.findall(r"__stack_bottom = \.;\s*\. \+= (0x\w+);", script.read_text())
    assert int(size, 16) == boards()[BUILD["board"]].stack_bytes


def test_split_counts_recordings_not_blocks():
    text = text_of("split")
    assert "no 1 1 1 2" in text  # the long one trains and tests, in blocks apart
    assert "total 2 1 2 4" in text
    assert "bob, long" in text


def test_what_is_not_recorded_is_synthetic_whatever_made_it():
    made_by = [SplitRow("a", "no", "ann", name, "train") for name in ("own", "noise", "parrot")]
    page = pages.data_page("t", [DATA], LICENCES, made_by, EVALUATION)
    for words in ("recorded", "noise, computed", "synthetic speech, parrot"):
        assert f"<th>{words}</th>" in page


def test_data_sets_that_join_are_named():
    corpus = {"title": "A corpus", "licence": "CC BY 4.0", "citation": "A. Body", "shards": 1}
    page = pages.data_page("t", [DATA, corpus], LICENCES, SPLIT, EVALUATION)
    _, second = page.split("Data set that joins in")
    assert all(words in second for words in ("A corpus", "CC BY 4.0", "A. Body"))
    assert "shards" not in second


def test_synthetic_speech_is_marked():
    assert "Synthetic speech is in the test set" in text_of("data")
    recorded = EVALUATION | {"test_data": {"description": "recorded", "synthetic": False}}
    assert "ynthetic speech is" not in pages.data_page("t", [DATA], LICENCES, SPLIT, recorded)


def test_what_hinders_from_selling_is_told():
    text = text_of("data")
    assert "Not everything that this was made with allows commercial use" in text
    assert "words CC BY-NC 3.0 not allowed voices of espeak Apache-2.0 allowed" in text
    assert "&lt;b&gt; mine not clear" in text
    page = pages.data_page("t", [DATA], {"words": "CC BY 4.0"}, SPLIT, EVALUATION)
    assert "Everything that this was made with allows commercial use" in page


def test_settings_are_shown_as_written():
    rows = settings_rows({"a": {"b": [1, 0.5], "c": True}, "d": None, "e": 0, "f": [], "g": {}})
    assert rows == [
        ("a.b", "1, 0.5"),
        ("a.c", "true"),
        ("d", "null"),
        ("e", "0"),
        ("f", "none"),
        ("g", "{}"),
    ]


def test_a_bar_ends_where_all_is_used():
    page = budget_page(BUILD | {"flash_bytes": 1_000_000, "ram_bytes": 0}, None)
    assert re.findall(r'style="width: ([\d.]+)%', page) == ["100.0", "0.0"]
    assert ">111%<" in page


def test_numbers_are_set_to_the_right_with_their_heading():
    assert '<th class="number">train</th>' in MADE["split"]
    assert "<th>float32, Keras</th>" in MADE["results"]


def test_a_value_that_a_template_lacks_is_an_error():
    with pytest.raises(ValueError, match="'rows' is undefined"):
        render("environment", title="t")


def test_the_page_of_the_data_says_how_words_were_read():
    page = " ".join(re.sub("<[^>]*>", " ", MADE["data"]).split())
    assert "no N OW1 (espeak) yes" in page
    assert "G (espeak); K (flite) no" in page
    assert "wav W EY1 V (synthesis.pronunciations)" in page
    assert "no lexicon has it, so the engines guessed" in page
    sure = pages.data_page("t", [DATA], LICENCES, SPLIT, EVALUATION, PRONOUNCED[:1])
    assert "How words were read" in sure
    assert "no lexicon has it" not in sure
    assert "How words were read" not in pages.data_page("t", [DATA], LICENCES, SPLIT, EVALUATION)
