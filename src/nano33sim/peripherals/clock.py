"""CLOCK and POWER: oscillators take their time to start."""

from collections.abc import Callable

from nano33sim.peripherals.base import Chip, Peripheral, Tasks
from nano33sim.scheduler import NEVER, TICKS_PER_SECOND, Event

# Typical figures of the product specification, in seconds.
HFXO_START = 360e-6
LFRC_START, LFXO_START = 600e-6, 0.25
CALIBRATION = 40e-3

HFCLK_XTAL, RUNNING = 1, 1 << 16
LFCLK_RC, LFCLK_XTAL = 0, 1


class Clock(Peripheral):
    """High and low frequency clock control."""

    plain = ("LFCLKSRC", "HFXODEBOUNCE", "CTIV", "TRACECONFIG", "LFRCMODE")

    def __init__(self, chip: Chip, name: str = "CLOCK"):
        super().__init__(chip, name)
        self.crystal_running = False
        self.low_running_from = NEVER
        self._high: Event | None = None
        self._low: Event | None = None
        self._high_run = self._low_run = 0
        self.when_low_started: Callable[[], None] = lambda: None
        self.on_read("HFCLKRUN", lambda: self._high_run)
        self.on_read("HFCLKSTAT", lambda: RUNNING | (HFCLK_XTAL if self.crystal_running else 0))
        self.on_read("LFCLKRUN", lambda: self._low_run)
        self.on_read("LFCLKSTAT", self._read_lfclkstat)
        self.on_read("LFCLKSRCCOPY", lambda: self.get("LFCLKSRC"))

    def _make_tasks(self) -> Tasks:
        return {
            "HFCLKSTART": self._start_high,
            "HFCLKSTOP": self._stop_high,
            "LFCLKSTART": self._start_low,
            "LFCLKSTOP": self._stop_low,
            "CAL": self._calibrate,
        }

    def _after(self, seconds: float, action: Callable[[], None]) -> Event:
        tick = self.chip.scheduler.now + round(seconds * TICKS_PER_SECOND)
        return self.chip.scheduler.at(tick, action)

    def _calibrate(self) -> None:
        self._after(CALIBRATION, lambda: self.emit("DONE"))

    def _read_lfclkstat(self) -> int:
        running = self.chip.scheduler.now >= self.low_running_from
        return (RUNNING if running else 0) | self.get("LFCLKSRC") & 3

    def _start_high(self) -> None:
        self._high_run = 1
        self._high = self._after(0 if self.crystal_running else HFXO_START, self._high_started)

    def _high_started(self) -> None:
        self.crystal_running = True
        self.emit("HFCLKSTARTED")

    def _stop_high(self) -> None:
        if self._high:
            self._high.cancel()
        self._high_run, self.crystal_running = 0, False

    def _start_low(self) -> None:
        if self._low_run:
            return
        self._low_run = 1
        source = self.get("LFCLKSRC") & 3
        self._low = self._after(
            LFXO_START if source == LFCLK_XTAL else LFRC_START, self._low_started
        )

    def _low_started(self) -> None:
        self.low_running_from = self.chip.scheduler.now
        self.emit("LFCLKSTARTED")
        self.when_low_started()

    def _stop_low(self) -> None:
        if self._low:
            self._low.cancel()
        self._low_run, self.low_running_from = 0, NEVER


class Power(Peripheral):
    """Power control: settings are kept, and the supply is always good."""

    plain = (
        "RESETREAS",
        "POFCON",
        "GPREGRET",
        "GPREGRET2",
        "DCDCEN",
        "DCDCEN0",
        "RAMSTATUS",
        "USBREGSTATUS",
        "MAINREGSTATUS",
    )

    def __init__(self, chip: Chip, name: str = "POWER"):
        super().__init__(chip, name)
        # Bits are cleared by writing ones.
        self.on_write(
            "RESETREAS", lambda value: self.set("RESETREAS", self.get("RESETREAS") & ~value)
        )

    def _make_tasks(self) -> Tasks:
        return {"CONSTLAT": lambda: None, "LOWPWR": lambda: None}
