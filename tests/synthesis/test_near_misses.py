"""Near misses by sound: the words that anybody would name, and none that sounds the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthesis_cases import settings_with

from wav2nano.errors import UserError
from wav2nano.synthesis.near_misses import (
    COSTS,
    GAP,
    SOUNDS,
    distances_to,
    find_near_misses,
    frequent_words,
    sounds_of,
)
from wav2nano.synthesis.planning import plan
from wav2nano.tables.recordings import SILENCE, UNKNOWN


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("never", {"ever", "lever", "neither"}),
        ("none", {"done", "run", "men"}),
        ("stop", {"stopped", "stock", "spot"}),
        ("marvin", {"marvel", "martin", "margin"}),
        ("computer", {"computers", "commuter", "computed"}),
        ("turn on", {"turn", "turned"}),
    ],
)
def test_words_that_sound_like_a_label_are_found(label, expected):
    found = find_near_misses([label], 12)
    assert expected <= set(found)
    assert len(set(found)) == 12


def test_what_may_be_the_label_itself_is_left_out():
    found = find_near_misses(["none", "right", "no", "for"], 200)
    assert not {"nun", "write", "rite", "know", "four", "fore", "none"} & set(found)


def test_no_two_sound_the_same():
    found = find_near_misses(["right"], 60)
    sounds = [sounds_of(word, "en-us") for word in found]
    assert len(set(sounds)) == 60


def test_labels_take_turns():
    found = find_near_misses(["never", "must"], 40)
    assert set(find_near_misses(["never"], 20)) == set(found[::2])
    assert set(find_near_misses(["must"], 20)) == set(found[1::2])


def test_more_than_there_are_is_all_there_are():
    assert len(find_near_misses(["never"], 10**6)) < len(frequent_words("en"))
    assert find_near_misses(["never"], 0) == []


def test_a_label_without_a_sound_takes_none():
    assert find_near_misses(["-"], 3) == []
    assert find_near_misses(["-", "never"], 3) == find_near_misses(["never"], 3)


def plain_distance(one, other):
    """Wagner and Fischer's table, cell by cell."""
    table = np.zeros((len(one) + 1, len(other) + 1))
    table[:, 0] = GAP * np.arange(len(one) + 1)
    table[0] = GAP * np.arange(len(other) + 1)
    for i, first in enumerate(one, 1):
        for j, second in enumerate(other, 1):
            change = COSTS[SOUNDS.index(first), SOUNDS.index(second)]
            table[i, j] = min(
                table[i - 1, j] + GAP, table[i, j - 1] + GAP, table[i - 1, j - 1] + change
            )
    return table[-1, -1]


@given(st.text(SOUNDS, max_size=6), st.lists(st.text(SOUNDS, max_size=6), max_size=4))
def test_the_distance_is_that_of_the_plain_algorithm(one, others):
    expected = [plain_distance(one, other) for other in others]
    assert distances_to(one, others) == pytest.approx(expected)


def test_costs_are_a_metric_of_single_sounds():
    assert (np.diag(COSTS) == 0).all()
    assert np.array_equal(COSTS, COSTS.T)
    assert COSTS.max() == 1
    cost = dict(zip(SOUNDS, COSTS[SOUNDS.index("p")], strict=True))
    assert cost["b"] < cost["d"] < cost["n"] < cost["a"] == 1


def test_unknown_words_follow_the_labels():
    settings = settings_with(unknown={"recordings": 90, "near_misses": 4, "words": ["house"]})
    for labels, expected in ((["never"], "lever"), (["stop", "turn_on"], "stopped")):
        words = {item.text.rstrip(".?!,") for item in plan(UNKNOWN, labels, settings)}
        assert {expected, "house"} <= words
        assert len(words) == 1 + 4 * len(labels)


def test_words_are_near_to_labels_that_can_be_said():
    settings = settings_with(unknown={"recordings": 90, "near_misses": 4, "words": []})
    expected = plan(UNKNOWN, ["never"], settings)
    labels = ["never", UNKNOWN, SILENCE, "日本", "да", "-"]
    assert plan(UNKNOWN, labels, settings) == expected
    with pytest.raises(UserError, match=r"list some other words. .*without `labels` that the Eng"):
        plan(UNKNOWN, labels[1:], settings)
    with pytest.raises(UserError, match=r"list some other words. .*without `labels` that the Eng"):
        plan(UNKNOWN, [], settings)


def test_without_any_unknown_word_it_is_told():
    settings = settings_with(unknown={"recordings": 90, "words": []})
    with pytest.raises(UserError, match=r"or set synthesis\.unknown\.near_misses"):
        plan(UNKNOWN, ["never"], settings)
