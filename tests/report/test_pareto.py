"""The Pareto front against its definition."""

from hypothesis import given
from hypothesis import strategies as st

from wav2nano.report.pareto import pareto_front

# Few values, so that there are ties.
PAIRS = st.tuples(st.none() | st.integers(0, 4), st.integers(0, 4))


def is_on_front(one, others):
    """Whether nothing costs as little and scores as high, and is better in one of them."""
    return not any(
        cost <= one[0] and score >= one[1] and (cost, score) != one for cost, score in others
    )


@given(st.lists(PAIRS, max_size=12))
def test_front_is_what_nothing_dominates(pairs):
    known = [pair for pair in pairs if pair[0] is not None]
    expected = [None if pair[0] is None else is_on_front(pair, known) for pair in pairs]
    assert pareto_front([cost for cost, _ in pairs], [score for _, score in pairs]) == expected
