"""Instructions by function."""

from collections import Counter

import unicorn

from nano33sim.core import Core
from nano33sim.elf import Symbols


class Profile:
    """Counts instructions by the block of code they belong to.

    A hook at the beginning of each block costs far less than one at each instruction: what was
    executed since the hook before belongs to the block before.
    """

    def __init__(self, symbols: Symbols):
        self._symbols = symbols
        self._counts: Counter[int] = Counter()
        self._block = 0
        self._begin = 0

    def attach(self, core: Core) -> None:
        """Watch a core."""
        self._core = core
        self._begin = core.awake
        core.engine.hook_add(unicorn.UC_HOOK_BLOCK, self._on_block)

    def _on_block(self, engine: unicorn.Uc, address: int, size: int, _: object) -> None:
        begin = self._core.counted
        self._counts[self._block] += begin - self._begin
        self._block, self._begin = address, begin

    def finish(self) -> dict[str, int]:
        """Give the instructions of each function, the most expensive first, and start over."""
        self._counts[self._block] += self._core.awake - self._begin
        self._begin = self._core.awake
        result: Counter[str] = Counter()
        for address, count in self._counts.items():
            result[self._symbols.function_at(address) or f"0x{address:08x}"] += count
        self._counts.clear()
        return {name: count for name, count in result.most_common() if count}
