"""RTC0 to RTC2: counters of the 32.768 kHz clock."""

from collections.abc import Callable
from functools import partial

from nano33sim.peripherals.base import Chip, Peripheral, Tasks
from nano33sim.peripherals.clock import Clock
from nano33sim.scheduler import NEVER, Event

MODULUS = 1 << 24
# 64 MHz / 32768 Hz = 15625 / 8 ticks.
NUMERATOR, DENOMINATOR = 15625, 8


def _edges(tick: int) -> int:
    """Rising edges of the low frequency clock up to `tick`."""
    return tick * DENOMINATOR // NUMERATOR


def _tick_of(edge: int) -> int:
    return -(-edge * NUMERATOR // DENOMINATOR)


class Rtc(Peripheral):
    """A real-time counter."""

    plain = ("PRESCALER",)

    def __init__(self, chip: Chip, name: str, clock: Clock):
        super().__init__(chip, name)
        self._clock = clock
        self._channels = [n for n in range(4) if f"CC[{n}]" in self.at]
        self._started = False
        self._count, self._since = 0, 0  # counter value, and edge at which it had it
        self._routed = 0
        self._event: Event | None = None
        self.on_read("COUNTER", self._counter)
        for channel in self._channels:
            self.on_write(f"CC[{channel}]", partial(self._write_cc, channel))
        for register, write in (
            ("EVTEN", lambda value: value),
            ("EVTENSET", lambda value: self._routed | value),
            ("EVTENCLR", lambda value: self._routed & ~value),
        ):
            self.on_write(register, partial(self._write_evten, write))
            self.on_read(register, lambda: self._routed)
        self.on_write("PRESCALER", self._write_prescaler)

    def _make_tasks(self) -> Tasks:
        return {
            "START": self._start,
            "STOP": self._stop,
            "CLEAR": lambda: self._set_counter(0),
            "TRIGOVRFLW": lambda: self._set_counter(0xFF_FFF0),
        }

    @property
    def _divider(self) -> int:
        return (self.get("PRESCALER") & 0xFFF) + 1

    def _running(self) -> bool:
        return self._started and self._clock.low_running_from != NEVER

    def clock_started(self) -> None:
        """Begin to count, now that the low frequency clock has started."""
        self._set_counter(self._count)

    def _counter(self) -> int:
        if not self._running():
            return self._count
        elapsed = _edges(self.chip.scheduler.now) - self._since
        return (self._count + elapsed // self._divider) % MODULUS

    def _set_counter(self, value: int) -> None:
        self._count, self._since = value, _edges(self.chip.scheduler.now)
        self._plan()

    def _start(self) -> None:
        if not self._started:
            self._started = True
            self._set_counter(self._count)

    def _stop(self) -> None:
        self._count = self._counter()
        self._started = False
        self._plan()

    def _write_prescaler(self, value: int) -> None:
        if not self._started:  # it can be written only while stopped
            self.set("PRESCALER", value & 0xFFF)

    def _write_cc(self, channel: int, value: int) -> None:
        self.set(f"CC[{channel}]", value % MODULUS)
        self._plan()

    def _write_evten(self, change: Callable[[int], int], value: int) -> None:
        self._routed = change(value)
        self._plan()

    def _write_inten(self, value: int) -> None:
        super()._write_inten(value)
        self._plan()

    def _happens(self, event: str) -> bool:
        """Events of the RTC happen only if EVTEN or INTEN enables them."""
        bit = self.table.interrupts[event.replace("[", "").replace("]", "")]
        return bool((self._routed | self._enabled_interrupts) >> bit & 1)

    def _plan(self) -> None:
        if self._event:
            self._event.cancel()
            self._event = None
        if not self._running():
            return
        counted = (_edges(self.chip.scheduler.now) - self._since) // self._divider
        counter = (self._count + counted) % MODULUS
        waits = [
            (self.get(f"CC[{n}]") - counter - 1) % MODULUS + 1
            for n in self._channels
            if self._happens(f"COMPARE[{n}]")
        ]
        if self._happens("TICK"):
            waits.append(1)
        if self._happens("OVRFLW"):
            waits.append(MODULUS - counter)
        if waits:
            edge = self._since + (counted + min(waits)) * self._divider
            self._event = self.chip.scheduler.at(_tick_of(edge), self._advance)

    def _advance(self) -> None:
        self._event = None
        counter = self._counter()
        if self._happens("TICK"):
            self.emit("TICK")
        if counter == 0 and self._happens("OVRFLW"):
            self.emit("OVRFLW")
        for channel in self._channels:
            if self.get(f"CC[{channel}]") == counter and self._happens(f"COMPARE[{channel}]"):
                self.emit(f"COMPARE[{channel}]")
        self._plan()
