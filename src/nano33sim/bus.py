"""Reads and writes of the chip's peripherals, checked against the published register table."""

from collections.abc import Callable

from nano33sim import registers
from nano33sim.core import FaultError


class Bus:
    """All peripheral registers: their values, and what happens when they are read or written.

    A register without an entry in `readers` or `writers` is memory; `on_plain_read` is told the
    address and value when it is read. Those of peripherals that
    have no model are noted in `unmodelled` when they are used; their tasks are an error, because
    the program would wait for something that never comes.
    """

    def __init__(self, on_plain_read: Callable[[int, int], None]):
        self.on_plain_read = on_plain_read
        self.table = registers.by_address()
        self.values = {address: entries[0].reset for address, entries in self.table.items()}
        self.readers: dict[int, Callable[[], int]] = {}
        self.writers: dict[int, Callable[[int], None]] = {}
        self.modelled: set[int] = set(registers.ERRATA)
        self.unmodelled: set[str] = set()

    def name(self, address: int) -> str:
        """Name a register in messages."""
        return "/".join(str(entry) for entry in self.table[address])

    def _check(self, address: int, size: int, verb: str) -> None:
        if address not in self.table:
            place = registers.nearest_peripheral(address)
            has = f"{place} has no register there" if place else "the chip has no peripheral there"
            raise FaultError("bus", f"A {verb} 0x{address:08x}: {has}", address)
        if size != 4:
            raise FaultError(
                "bus",
                f"A {verb} {self.name(address)} of {size} bytes: registers are words of 4",
                address,
            )
        if address not in self.modelled:
            self.unmodelled.add(self.name(address))

    def read(self, address: int, size: int) -> int:
        """Read a register."""
        reader = self.readers.get(address)
        if reader is not None and size == 4:
            return reader()
        self._check(address, size, "read from")
        value = self.values[address]
        self.on_plain_read(address, value)
        return value

    def write(self, address: int, size: int, value: int) -> None:
        """Write a register."""
        writer = self.writers.get(address)
        if writer is not None and size == 4:
            writer(value)
            return
        self._check(address, size, "write to")
        if all(entry.access == "r" for entry in self.table[address]):
            raise FaultError(
                "bus", f"A write to {self.name(address)}, which can only be read", address
            )
        if address not in self.modelled and any(
            entry.name.startswith("TASKS_") for entry in self.table[address]
        ):
            raise FaultError(
                "model", f"{self.name(address)} was triggered, which this simulator does not model"
            )
        if all(entry.access == "rw" for entry in self.table[address]):
            self.values[address] = value
