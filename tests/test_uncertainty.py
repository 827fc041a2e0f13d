"""Differences between two models on the same windows, against longer ways to compute them."""

import dataclasses
import math

import numpy as np
import pytest
from sklearn.metrics import f1_score

from evaluation.made_up_scores import random_scores, scores_of
from wav2nano.uncertainty import compare_paired, mcnemar


@pytest.mark.parametrize(("only_one", "only_other"), [(0, 3), (5, 5), (2, 9), (31, 17), (400, 480)])
def test_p_is_twice_the_tail_of_fair_coins(only_one, only_other):
    count = only_one + only_other
    tail = sum(math.comb(count, i) for i in range(min(only_one, only_other) + 1))
    expected = min(1, 2 * tail / 2**count)
    assert mcnemar(only_one, only_other) == pytest.approx(expected)
    assert mcnemar(only_other, only_one) == pytest.approx(expected)


def two_models(groups=6):
    """Two models that label the same windows: the first knows better."""
    target = np.arange(120) % 3
    names = [f"speaker {i % groups}" for i in range(120)]
    random = np.random.default_rng(5)
    predicted = [
        np.where(random.random(120) < wrong, (target + 1) % 3, target) for wrong in (0.1, 0.3)
    ]
    return [scores_of(target, answer, names) for answer in predicted]


def test_the_interval_is_of_differences_over_the_same_groups():
    one, other = two_models()
    found = compare_paired(one, other, resamplings=200, seed=4)
    answers = [scores.scores.argmax(axis=1) for scores in (one, other)]
    figures = [f1_score(one.target, answer, average="macro") for answer in answers]
    assert found.macro_f1 == pytest.approx(figures[0] - figures[1])
    names = np.unique(one.group)
    windows = [np.flatnonzero(one.group == name) for name in names]
    differences = []
    for drawn in np.random.default_rng(4).integers(0, len(names), (200, len(names))):
        rows = np.concatenate([windows[group] for group in drawn])
        first, second = (
            f1_score(one.target[rows], answer[rows], average="macro") for answer in answers
        )
        differences.append(first - second)
    assert found.interval == pytest.approx(np.percentile(differences, [2.5, 97.5]))
    right = [answer == one.target for answer in answers]
    assert found.p == mcnemar((right[0] & ~right[1]).sum(), (right[1] & ~right[0]).sum())
    assert found.p < 0.05


def test_the_other_way_round_only_the_sign_is_another():
    one, other = two_models()
    found = compare_paired(one, other, resamplings=300, seed=1)
    turned = compare_paired(other, one, resamplings=300, seed=1)
    assert turned.macro_f1 == -found.macro_f1
    assert turned.interval == pytest.approx((-found.interval[1], -found.interval[0]))
    assert turned.p == found.p


def test_the_same_model_does_not_differ():
    one = random_scores(4, 80)
    found = compare_paired(one, one, resamplings=100, seed=1)
    assert (found.macro_f1, found.interval, found.p) == (0, (0, 0), 1)


def test_one_group_has_no_interval():
    one, other = two_models(groups=1)
    found = compare_paired(one, other, resamplings=100, seed=1)
    assert found.interval is None
    assert found.p < 0.05


@pytest.mark.parametrize("name", ["recording", "start", "target", "labels"])
def test_other_windows_are_not_compared(name):
    one, other = two_models()
    changed = getattr(other, name)[::-1]
    if name == "start":
        changed = changed + 160
    other = dataclasses.replace(other, **{name: changed})
    assert compare_paired(one, other, resamplings=100, seed=1) is None
    fewer = dataclasses.replace(one, part=np.where(np.arange(120) < 60, "test", "validation"))
    assert compare_paired(fewer.of_part("test"), one, resamplings=100, seed=1) is None
