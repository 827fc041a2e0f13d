"""Instructions by function."""

from collections import Counter

import unicorn
from unicorn import arm_const as arm

from wav2nano.simulator.core import FLASH_SIZE, Core
from wav2nano.simulator.elf import Symbols


class Profile:
    """Counts how often each block of instructions is executed.

    A hook at each block costs far less than one at each instruction.
    """

    def __init__(self, flash: bytes, symbols: Symbols):
        self._flash, self._symbols = flash, symbols
        self._blocks: Counter[tuple[int, int]] = Counter()
        self._skipped: Counter[int] = Counter()
        self._last = (0, 0)

    def attach(self, core: Core) -> None:
        """Watch a core."""
        core.engine.hook_add(unicorn.UC_HOOK_BLOCK, self._on_block)
        core.on_limit = self._on_limit
        self._core = core

    def clear(self) -> None:
        """Begin anew."""
        self._blocks.clear()
        self._skipped.clear()

    def _on_block(self, engine: unicorn.Uc, address: int, size: int, _: object) -> None:
        self._last = address, size
        self._blocks[self._last] += 1

    def _on_limit(self) -> None:
        """Take back the rest of the block in which the core stopped: it comes as another block."""
        pc = self._core.read_register(arm.UC_ARM_REG_PC)
        start, size = self._last
        if start <= pc < start + size:
            self._skipped[pc] += self._length(pc, start + size - pc)

    def _length(self, address: int, size: int) -> int:
        """Instructions in a range of flash: 32-bit ones begin with 0b11101, 0b11110 or 0b11111."""
        count, end = 0, address + size
        while address < end:
            wide = self._flash[address + 1] >= 0xE8 if address + 1 < FLASH_SIZE else False
            address += 4 if wide else 2
            count += 1
        return count

    def by_function(self) -> dict[str, int]:
        """Instructions of each function, the most expensive first."""
        result: Counter[str] = Counter()
        for (address, size), times in self._blocks.items():
            name = self._symbols.function_at(address) or f"0x{address:08x}"
            result[name] += times * self._length(address, size)
        for address, count in self._skipped.items():
            result[self._symbols.function_at(address) or f"0x{address:08x}"] -= count
        return dict(result.most_common())
