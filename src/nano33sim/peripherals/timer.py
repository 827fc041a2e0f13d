"""TIMER0 to TIMER4: 16 MHz counters with compare and capture."""

from functools import partial

from nano33sim.peripherals.base import Chip, Peripheral, Tasks
from nano33sim.registers import CHANNELS
from nano33sim.scheduler import Event

TICKS_PER_COUNT = 4  # 64 MHz to 16 MHz
BITS = {0: 16, 1: 8, 2: 24, 3: 32}


class Timer(Peripheral):
    """A timer or counter."""

    plain = ("MODE", "BITMODE", "PRESCALER")

    def __init__(self, chip: Chip, name: str):
        self._channels = range(CHANNELS.get(name, 6))
        super().__init__(chip, name)
        self._running = False
        self._count = 0  # at self._since
        self._since = 0
        self._event: Event | None = None
        self._planned: list[int] = []  # channels that the event is for
        self._cc = [self.at[f"CC[{channel}]"] for channel in self._channels]
        for channel in self._channels:
            self.on_write(f"CC[{channel}]", partial(self._write_cc, channel))
        for register in ("PRESCALER", "BITMODE", "MODE"):
            self.on_write(register, partial(self._configure, register))
        self.on_write("SHORTS", self._write_shorts)

    def _make_tasks(self) -> Tasks:
        captures = {f"CAPTURE[{n}]": partial(self._capture, n) for n in self._channels}
        return {
            "START": self._start,
            "STOP": self._stop,
            "COUNT": self._count_up,
            "CLEAR": self._clear,
            "SHUTDOWN": self._shutdown,
            **captures,
        }

    @property
    def _period(self) -> int:
        return TICKS_PER_COUNT << min(self.get("PRESCALER") & 0xF, 9)

    @property
    def _modulus(self) -> int:
        return 1 << BITS[self.get("BITMODE") & 3]

    def _counter(self) -> int:
        if not self._running or self.get("MODE"):
            return self._count
        return (
            self._count + (self.chip.scheduler.now - self._since) // self._period
        ) % self._modulus

    def _set_counter(self, value: int) -> None:
        self._count, self._since = value, self.chip.scheduler.now
        self._plan()

    def _configure(self, register: str, value: int) -> None:
        counter = self._counter()
        self.set(register, value)
        self._set_counter(counter % self._modulus)

    def _write_cc(self, channel: int, value: int) -> None:
        self.set(f"CC[{channel}]", value % self._modulus)
        self._plan()

    def _write_shorts(self, value: int) -> None:
        self.set("SHORTS", value)
        self._plan()

    def event_written(self, event: str) -> None:
        """Plan a match that needed no plan while its event was set."""
        self._plan()

    def _start(self) -> None:
        if not self._running:
            self._running = True
            self._set_counter(self._count)

    def _stop(self) -> None:
        self._count = self._counter()
        self._running = False
        self._plan()

    def _shutdown(self) -> None:
        self._running = False
        self._set_counter(0)

    def _clear(self) -> None:
        self._set_counter(0)

    def _count_up(self) -> None:
        if self._running and self.get("MODE"):
            self._count = (self._count + 1) % self._modulus
            self._compare(self._count)

    def _capture(self, channel: int) -> None:
        self._values[self._cc[channel]] = self._counter()
        # Its next match is a whole round away: later than anything planned for others.
        if channel in self._planned:
            self._plan()

    def _plan(self) -> None:
        """Schedule the next compare match that has an effect."""
        if self._event:
            self._event.cancel()
            self._event = None
        if not self._running or self.get("MODE"):
            return
        period, modulus = self._period, self._modulus
        counted = (self.chip.scheduler.now - self._since) // period
        following = self._count + counted + 1
        waits = {
            channel: (self._values[address] - following) % modulus
            for channel, address in enumerate(self._cc)
            if self.has_effect(f"COMPARE[{channel}]")
        }
        if waits:
            wait = min(waits.values())
            self._planned = [channel for channel in waits if waits[channel] == wait]
            tick = self._since + (counted + 1 + wait) * period
            self._event = self.chip.scheduler.at(tick, self._match)

    def _match(self) -> None:
        self._event = None
        self._compare(self._counter())
        self._plan()

    def _compare(self, counter: int) -> None:
        for channel, address in enumerate(self._cc):
            if self._values[address] == counter:
                self.emit(f"COMPARE[{channel}]")
