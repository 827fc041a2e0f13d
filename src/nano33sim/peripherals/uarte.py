"""UARTE0 and UARTE1: serial lines by EasyDMA, at their true rate."""

from collections import deque
from collections.abc import Callable

from nano33sim.core import FaultError
from nano33sim.peripherals.base import Chip, Peripheral, Tasks
from nano33sim.scheduler import Event

ENABLED = 8
FIFO = 6
OVERRUN = 1


class Uarte(Peripheral):
    """A serial line.

    A byte takes ten bits (start, eight data, stop; one more with parity). What is sent is reported
    when its transfer ends, with the time at which each byte was complete.
    """

    plain = (
        "ENABLE",
        "PSEL.RTS",
        "PSEL.TXD",
        "PSEL.CTS",
        "PSEL.RXD",
        "BAUDRATE",
        "RXD.PTR",
        "RXD.MAXCNT",
        "RXD.AMOUNT",
        "TXD.PTR",
        "TXD.MAXCNT",
        "TXD.AMOUNT",
        "CONFIG",
    )

    def __init__(self, chip: Chip, name: str, on_sent: Callable[[int, int, bytes], None]):
        super().__init__(chip, name)
        self._on_sent = on_sent
        self._sending: tuple[int, bytes] | None = None
        self._sent_events: list[Event] = []
        self._receiving: tuple[int, int, int] | None = None  # pointer, size, received
        self._fifo: deque[int] = deque()
        self._line: deque[int] = deque()
        self._arrival: Event | None = None
        self.on_write("ERRORSRC", lambda v: self.set("ERRORSRC", self.get("ERRORSRC") & ~v))

    def _make_tasks(self) -> Tasks:
        return {
            "STARTTX": self._start_tx,
            "STOPTX": self._stop_tx,
            "STARTRX": self._start_rx,
            "STOPRX": self._stop_rx,
            "FLUSHRX": self._flush_rx,
        }

    @property
    def _byte_ticks(self) -> int:
        baudrate = self.get("BAUDRATE")
        if not baudrate:
            raise FaultError("model", f"{self.name} is used with BAUDRATE 0")
        # The rates of the product specification are 16 MHz divided by this whole number.
        bit = 4 * ((1 << 32) // baudrate)
        return bit * (11 if self.get("CONFIG") & 0xE else 10)

    def _check_enabled(self, task: str) -> None:
        if self.get("ENABLE") & 0xF != ENABLED:
            raise FaultError(
                "model", f"{self.name}.{task} was triggered while ENABLE is not 8 (UARTE)"
            )

    # Sending.

    def _start_tx(self) -> None:
        self._check_enabled("TASKS_STARTTX")
        if self._sending is not None:
            raise FaultError("model", f"{self.name}.TASKS_STARTTX was triggered during a transfer")
        pointer, size = self.get("TXD.PTR"), self.get("TXD.MAXCNT") & 0xFFFF
        self.check_dma("TXD.PTR", pointer, size)
        now, step = self.chip.scheduler.now, self._byte_ticks
        self._sending = now, self.read_ram(pointer, size)
        self._sent_events = [self.chip.scheduler.at(now + size * step, self._end_tx)]
        if self.interrupt_enabled("TXDRDY") or self._events["TXDRDY"] in self.chip.routes:
            for i in range(1, size):
                at = self.chip.scheduler.at(now + i * step, lambda: self.emit("TXDRDY"))
                self._sent_events.append(at)
        self.emit("TXSTARTED")

    def _finish_tx(self) -> None:
        assert self._sending is not None
        start, data = self._sending
        step = self._byte_ticks
        data = data[: (self.chip.scheduler.now - start) // step]
        for event in self._sent_events:
            event.cancel()
        self._sending = None
        self.set("TXD.AMOUNT", len(data))
        if data:
            self._on_sent(start, step, data)
            self.emit("TXDRDY")

    def _end_tx(self) -> None:
        self._finish_tx()
        self.emit("ENDTX")

    def _stop_tx(self) -> None:
        if self._sending is not None:
            self._finish_tx()
            self.emit("ENDTX")
        self.emit("TXSTOPPED")

    # Receiving.

    def receive(self, data: bytes) -> None:
        """Let bytes arrive, one after the other from now on."""
        self._line.extend(data)
        if self._arrival is None:
            self._plan_arrival()

    def _plan_arrival(self) -> None:
        # A sender at the line's rate; before the program has set one, at 115,200 baud.
        step = self._byte_ticks
        self._arrival = self.chip.scheduler.at(self.chip.scheduler.now + step, self._arrive)

    def _arrive(self) -> None:
        self._arrival = None
        byte = self._line.popleft()
        if self._line:
            self._plan_arrival()
        if self.get("ENABLE") & 0xF != ENABLED:
            self.chip.warn(f"{self.name} lost a received byte: it was not enabled")
            return
        if self._receiving is not None:
            self._store(byte)
        elif len(self._fifo) < FIFO:
            self._fifo.append(byte)
        else:
            self.chip.warn(f"{self.name} lost a received byte: no buffer was ready")
            self.set("ERRORSRC", self.get("ERRORSRC") | OVERRUN)
            self.emit("ERROR")

    def _store(self, byte: int) -> None:
        assert self._receiving is not None
        pointer, size, received = self._receiving
        self.write_ram(pointer + received, bytes([byte]))
        self._receiving = pointer, size, received + 1
        self.emit("RXDRDY")
        if self._receiving is not None and self._receiving[2] == size:
            self._end_rx()

    def _end_rx(self) -> None:
        assert self._receiving is not None
        received = self._receiving[2]
        self._receiving = None
        self.set("RXD.AMOUNT", received)
        self.emit("ENDRX")

    def _start_rx(self) -> None:
        self._check_enabled("TASKS_STARTRX")
        pointer, size = self.get("RXD.PTR"), self.get("RXD.MAXCNT") & 0xFFFF
        self.check_dma("RXD.PTR", pointer, size)
        self._receiving = pointer, size, 0
        self.emit("RXSTARTED")
        while self._fifo and self._receiving is not None and size:
            self._store(self._fifo.popleft())

    def _stop_rx(self) -> None:
        if self._receiving is not None:
            self._end_rx()
        self.emit("RXTO")

    def _flush_rx(self) -> None:
        pointer, size = self.get("RXD.PTR"), self.get("RXD.MAXCNT") & 0xFFFF
        data = bytes(self._fifo.popleft() for _ in range(min(size, len(self._fifo))))
        self.check_dma("RXD.PTR", pointer, len(data))
        self.write_ram(pointer, data)
        self.set("RXD.AMOUNT", len(data))
        self.emit("ENDRX")
