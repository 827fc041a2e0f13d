"""What a run looks like from outside: serial lines, pins and figures."""

from dataclasses import dataclass, field

# LEDs that light when their pin is low; the board's others light when it is high.
ACTIVE_LOW = {"LEDR", "LEDG", "LEDB"}


@dataclass(frozen=True)
class SerialLine:
    """A line of text that the program sent."""

    seconds: float
    text: str


@dataclass(frozen=True)
class PinChange:
    """A pin that became an output, or an output that changed.

    `name` is the board's (LEDR) where it has one, else the chip's (P0.31).
    """

    seconds: float
    name: str
    level: int

    @property
    def is_on(self) -> bool:
        """Whether what hangs on the pin is on: the coloured LEDs light when it is low."""
        return bool(self.level) != (self.name in ACTIVE_LOW)


@dataclass
class Recording:
    """What happened during a run.

    Attributes
    ----------
    start, seconds : float
        Virtual time at the beginning, since power-on, and duration.
    serial : bytes
        Everything sent on the serial lines.
    lines : list of SerialLine
        The same by lines, each with the time of its end.
    pins : list of PinChange
        Changes of pins.
    instructions : int
        Instructions executed: each takes 1/64 us. Those skipped by an IT block do not count.
    sleep_seconds : float
        Time spent asleep (WFI, WFE).
    stack_depth : int or None
        Bytes of stack used since power-on; None if the layout of the memory does not show it.
    pdm_samples_delivered : int
        Samples that the microphone interface wrote to memory.
    pdm_buffers, pdm_buffers_reused : int
        Its buffers, and those that overwrote the one before because the program gave no other.
    heard : list of (int, int)
        Half-open ranges of the samples of the given audio that reached memory.
    by_function : dict
        Instructions by function, if profiling; the most expensive first.
    unmodelled : list of str
        Registers used that exist but have no effect in the simulator.
    warnings : list of str
        What works here, but may not on a board.
    faults : list of str
        Faults that were left to the program's own handlers.
    resets : int
        Times the program reset the chip.
    """

    start: float
    seconds: float = 0.0
    serial: bytes = b""
    lines: list[SerialLine] = field(default_factory=list)
    pins: list[PinChange] = field(default_factory=list)
    instructions: int = 0
    sleep_seconds: float = 0.0
    stack_depth: int | None = None
    pdm_samples_delivered: int = 0
    pdm_buffers: int = 0
    pdm_buffers_reused: int = 0
    heard: list[tuple[int, int]] = field(default_factory=list)
    by_function: dict[str, int] = field(default_factory=dict)
    unmodelled: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    resets: int = 0

    @property
    def text(self) -> str:
        """The serial output as text."""
        return self.serial.decode("utf-8", "replace")
