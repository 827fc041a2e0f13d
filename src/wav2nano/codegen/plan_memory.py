"""Where the buffers of a model lie in one block of memory."""

from dataclasses import dataclass

ALIGNMENT = 4


@dataclass(frozen=True)
class Buffer:
    """A buffer that is in use from step `first` to step `last`, both included."""

    name: str
    size: int
    first: int
    last: int


def plan(buffers: list[Buffer]) -> tuple[dict[str, int], int]:
    """Give each buffer an offset such that none overlaps another that is in use with it.

    Largest first, each at the lowest offset that is free ("greedy by size", Pisarchyk and Lee,
    Efficient Memory Management for Deep Neural Net Inference, 2020).

    Returns
    -------
    tuple[dict[str, int], int]
        Offset of each buffer by name, multiples of 4, and the size of the whole.
    """
    placed: list[tuple[Buffer, int]] = []
    for buffer in sorted(buffers, key=lambda b: (-b.size, b.first, b.name)):
        offset = 0
        for other, start in sorted(placed, key=lambda item: item[1]):
            together = other.first <= buffer.last and buffer.first <= other.last
            if together and start < offset + buffer.size:
                offset = max(offset, _aligned(start + other.size))
        placed.append((buffer, offset))
    total = max((offset + buffer.size for buffer, offset in placed), default=0)
    return {buffer.name: offset for buffer, offset in placed}, _aligned(total)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
