"""Which of several are worth their cost."""

from collections.abc import Sequence


def pareto_front(costs: Sequence[float | None], scores: Sequence[float]) -> list[bool | None]:
    """Say of each whether it is on the Pareto front: least cost, highest score.

    It is if no other costs as little, scores as high and is better in one of them. Equals are on
    it together. None if a cost is not known.

    Examples
    --------
    >>> pareto_front([10, 20, 30, None], [0.8, 0.7, 0.9, 0.99])
    [True, False, True, None]
    """
    on_front: list[bool | None] = [None] * len(costs)
    known = [
        (cost, -score, i)
        for i, (cost, score) in enumerate(zip(costs, scores, strict=True))
        if cost is not None
    ]
    best: tuple[float, float] | None = None  # cost and negative score of the last on the front
    for cost, negative, i in sorted(known):
        on_front[i] = best is None or negative < best[1] or (cost, negative) == best
        if on_front[i]:
            best = cost, negative
    return on_front
