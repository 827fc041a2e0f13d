"""PDM: the microphone, with its double-buffered EasyDMA."""

from nano33sim.core import FaultError
from nano33sim.microphone import Microphone
from nano33sim.peripherals.base import Chip, Peripheral, Tasks
from nano33sim.peripherals.clock import Clock
from nano33sim.scheduler import Event

# PDMCLKCTRL: 32 MHz divided by a whole number, in ticks of 64 MHz.
CLOCK_TICKS = {
    0x0800_0000: 2 * 32,  # 1.000 MHz
    0x0840_0000: 2 * 31,  # 1.032 MHz
    0x0880_0000: 2 * 30,  # 1.067 MHz
    0x0980_0000: 2 * 26,  # 1.231 MHz
    0x0A00_0000: 2 * 25,  # 1.280 MHz
    0x0A80_0000: 2 * 24,  # 1.333 MHz
}
RATIO = {0: 64, 1: 80}
STEREO = 0


class Pdm(Peripheral):
    """The digital microphone interface.

    SAMPLE.PTR and SAMPLE.MAXCNT are latched when a buffer starts, which the STARTED event signals;
    the program then has the time of one buffer to give the next. If it does not, the same memory
    is filled again, which is counted in `reused`. A buffer's samples appear in memory when it is
    full, with END.
    """

    plain = (
        "ENABLE",
        "PDMCLKCTRL",
        "MODE",
        "GAINL",
        "GAINR",
        "RATIO",
        "PSEL.CLK",
        "PSEL.DIN",
        "SAMPLE.MAXCNT",
    )

    def __init__(self, chip: Chip, microphone: Microphone, clock: Clock, name: str = "PDM"):
        super().__init__(chip, name)
        self._microphone, self._clock = microphone, clock
        self._event: Event | None = None
        self._next_given = False
        self._pointer = self._size = self._since = self._period = 0
        self.buffers = self.reused = self.delivered = 0
        self.on_write("SAMPLE.PTR", self._write_pointer)
        self.on_write("ENABLE", self._write_enable)

    def _make_tasks(self) -> Tasks:
        return {"START": self._start, "STOP": self._stop}

    def _write_pointer(self, value: int) -> None:
        self.set("SAMPLE.PTR", value)
        self._next_given = True

    def _write_enable(self, value: int) -> None:
        self.set("ENABLE", value)
        if not value & 1 and self._event:
            self._event.cancel()
            self._event = None

    @property
    def sample_ticks(self) -> int:
        """Ticks from one sample (of each channel) to the next."""
        clock = self.get("PDMCLKCTRL")
        if clock not in CLOCK_TICKS:
            raise FaultError(
                "model", f"PDM.PDMCLKCTRL = 0x{clock:08x} is not a frequency of the chip"
            )
        return CLOCK_TICKS[clock] * RATIO[self.get("RATIO") & 1]

    def _stereo(self) -> bool:
        return self.get("MODE") & 1 == STEREO

    def _start(self) -> None:
        if not self.get("ENABLE") & 1:
            raise FaultError("model", "PDM.TASKS_START was triggered while PDM.ENABLE is 0")
        for pin in ("CLK", "DIN"):
            if self.get(f"PSEL.{pin}") >> 31:
                self.chip.warn(f"PDM runs with PSEL.{pin} disconnected: it hears nothing")
        if not self._clock.crystal_running:
            self.chip.warn("PDM runs from the RC oscillator: the crystal (HFXO) was not started")
        if self._event:
            return
        self._next_given = True
        self._period = self.sample_ticks
        self._begin(self.chip.scheduler.now)

    def _begin(self, tick: int) -> None:
        """Take over the next buffer at `tick`."""
        self._pointer, self._size = self.get("SAMPLE.PTR"), self.get("SAMPLE.MAXCNT") & 0x7FFF
        self.check_dma("SAMPLE.PTR", self._pointer, 2 * self._size)
        if self._size:
            self.buffers += 1
            self.reused += not self._next_given
        self._next_given = False
        self._since = tick
        # Without room for a sample, it looks for a new buffer with each one.
        periods = max(-(-self._size // 2) if self._stereo() else self._size, 1)
        self._event = self.chip.scheduler.at(tick + periods * self._period, self._end)
        self.emit("STARTED")

    def _transfer(self, tick: int) -> None:
        """Write the samples up to `tick` to memory."""
        periods = (tick - self._since) // self._period
        samples = self._microphone.samples(self._since, self._period, periods)
        if self._stereo():
            samples = samples.repeat(2)
        samples = samples[: self._size]
        self.write_ram(self._pointer, samples.astype("<i2").tobytes())
        self.delivered += len(samples)

    def _end(self) -> None:
        self._event = None
        tick = self.chip.scheduler.now
        self._transfer(tick)
        self.emit("END")
        self._begin(tick)

    def _stop(self) -> None:
        if self._event is None:
            self.emit("STOPPED")
            return
        self._event.cancel()
        periods = -(-(self.chip.scheduler.now - self._since) // self._period)
        self._event = self.chip.scheduler.at(self._since + periods * self._period, self._stopped)

    def _stopped(self) -> None:
        self._event = None
        self._transfer(self.chip.scheduler.now)
        self.emit("END")
        self.emit("STOPPED")
