"""GPIO ports: what the program puts on the pins, with the time of each change."""

from collections.abc import Callable

from nano33sim.peripherals.base import Chip, Peripheral

PULL_UP = 3


class Port(Peripheral):
    """P0 or P1. Nothing is connected to the inputs: they show the pull resistor, or 0."""

    def __init__(self, chip: Chip, name: str, on_change: Callable[[str, int], None]):
        super().__init__(chip, name)
        self._on_change = on_change
        self._prefix = f"{name}."
        self._out = self._dir = 0
        for register, read in (
            ("OUT", lambda: self._out),
            ("OUTSET", lambda: self._out),
            ("OUTCLR", lambda: self._out),
            ("DIR", lambda: self._dir),
            ("DIRSET", lambda: self._dir),
            ("DIRCLR", lambda: self._dir),
            ("IN", self._read_in),
        ):
            self.on_read(register, read)
        for register, write in (
            ("OUT", lambda value: self._update(value, self._dir)),
            ("OUTSET", lambda value: self._update(self._out | value, self._dir)),
            ("OUTCLR", lambda value: self._update(self._out & ~value, self._dir)),
            ("DIR", lambda value: self._update(self._out, value)),
            ("DIRSET", lambda value: self._update(self._out, self._dir | value)),
            ("DIRCLR", lambda value: self._update(self._out, self._dir & ~value)),
        ):
            self.on_write(register, write)
        self._pins = [pin for pin in range(32) if f"PIN_CNF[{pin}]" in self.at]
        for pin in self._pins:
            self._configure(pin)

    def _configure(self, pin: int) -> None:
        register = f"PIN_CNF[{pin}]"

        def write(value: int) -> None:
            self.set(register, value & ~1)
            bit = 1 << pin
            self._update(self._out, self._dir | bit if value & 1 else self._dir & ~bit)

        self.on_write(register, write)
        self.on_read(register, lambda: self.get(register) & ~1 | self._dir >> pin & 1)

    def _update(self, out: int, direction: int) -> None:
        """Take new outputs and directions; a pin that becomes an output counts as a change."""
        changed = ((out ^ self._out) & direction) | (direction & ~self._dir)
        self._out, self._dir = out, direction
        for pin in self._pins:
            if changed >> pin & 1:
                self._on_change(f"{self._prefix}{pin:02d}", out >> pin & 1)

    def _read_in(self) -> int:
        value = 0
        for pin in self._pins:
            config = self.get(f"PIN_CNF[{pin}]")
            if config & 2:  # input buffer not connected
                continue
            if self._dir >> pin & 1:
                value |= self._out & 1 << pin
            elif config >> 2 & 3 == PULL_UP:
                value |= 1 << pin
        return value
