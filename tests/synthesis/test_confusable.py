"""Labels that sound alike are told before they are spoken, and two that sound the same refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthesis_cases import settings_with

from wav2nano.errors import UserError
from wav2nano.synthesis.confusable import (
    count_neighbours,
    expect_confusion,
    one_apart,
    phonemes_of,
    refuse_same,
)
from wav2nano.synthesis.languages import LANGUAGES


@pytest.mark.parametrize(
    ("labels", "how"),
    [
        (["no", "go"], "'no' and 'go' differ in one sound"),
        (["three", "tree"], "'three' and 'tree' differ in one sound"),
        (["all", "fall"], "'all' and 'fall' differ in one sound"),
        (["turn_on", "turn_off"], "'turn_on' and 'turn_off' differ in one sound"),
        (["bad", "pet"], "'bad' and 'pet' sound alike"),
        (["four", "forward"], "'four' and 'forward' begin with the same sounds"),
    ],
)
def test_labels_that_sound_alike_are_told(labels, how):
    assert expect_confusion(labels, settings_with())[0].startswith(
        f"labels: {how}: expect one to be taken for"
    )
    assert expect_confusion(labels[::-1], settings_with())[0].endswith("one of them would be safer")


@pytest.mark.parametrize(
    "labels",
    [
        ["yes", "stop"],
        ["backward", "happy", "visual"],
        ["on", "seven"],
        ["never", "none", "all", "must", "only"],
        ["日本", "-"],
        [],
    ],
)
def test_of_others_nothing_is_said(labels):
    assert expect_confusion(labels, settings_with()) == []


def test_many_pairs_are_few_lines():
    words = ["cat", "bat", "hat", "mat", "rat", "that", "fat"]
    lines = expect_confusion(words, settings_with())
    assert len(lines) == 5
    assert "'cat' and 'bat'" in " ".join(lines)
    assert re.match(r"labels: the same holds for '\w+' and '\w+', ", lines[3])


def test_short_words_with_many_neighbours_are_told():
    [line] = expect_confusion(["cat", "backward"], settings_with())
    count = int(re.search(r"from 'cat' \((\d+)\): expect false reports", line)[1])
    assert count == count_neighbours(phonemes_of("cat", "en-us"), "en") >= LANGUAGES["en"].many
    assert "backward" not in line
    assert count_neighbours(phonemes_of("backward", "en-us"), "en") == 0


@pytest.mark.parametrize("labels", [["two", "to"], ["four", "wait", "for"], ["Right", "write"]])
def test_labels_that_sound_the_same_are_refused(labels):
    message = f"{labels[0]!r} and {labels[-1]!r} are spoken the same"
    with pytest.raises(UserError, match=message):
        refuse_same(labels, settings_with())


def test_labels_that_sound_the_same_to_some_are_not_refused():
    refuse_same(["farther", "father", "日本", "да", "bed", "bird"], settings_with())


def levenshtein(one, other):
    """Wagner and Fischer's table of edits that cost 1 each."""
    row = list(range(len(other) + 1))
    for i, first in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, second in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (first != second))
    return row[-1]


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_apart_is_one_edit(one, other):
    assert one_apart(tuple(one), tuple(other)) == (levenshtein(one, other) == 1)
