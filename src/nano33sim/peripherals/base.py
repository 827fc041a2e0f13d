"""What all peripherals of the nRF52 have in common: tasks, events, interrupts and shortcuts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from nano33sim import registers
from nano33sim.bus import Bus
from nano33sim.core import RAM_END, RAM_START, Core, FaultError
from nano33sim.exceptions import Exceptions
from nano33sim.scheduler import Scheduler

Tasks = dict[str, Callable[[], None]]


@dataclass
class Chip:
    """What a peripheral is connected to."""

    core: Core
    exceptions: Exceptions
    scheduler: Scheduler
    bus: Bus
    routes: dict[int, list[int]]  # PPI: from the address of an event to those of tasks
    warn: Callable[[str], None]


class Peripheral:
    """A model of one peripheral.

    A model names its tasks, and by `plain` the registers that it consults; these and the events,
    interrupts and shortcuts that come with every peripheral count as modelled. Bits of interrupts
    and shortcuts come from the published table, by the names of events and tasks.
    """

    plain: tuple[str, ...] = ()

    def __init__(self, chip: Chip, name: str):
        self.chip, self.name = chip, name
        self.table = registers.peripherals()[name]
        self.at = {register.name: register.address for register in self.table.registers.values()}
        self._values = chip.bus.values
        self._enabled_interrupts = 0
        self._events = {
            register.removeprefix("EVENTS_"): address
            for register, address in self.at.items()
            if register.startswith("EVENTS_")
        }
        self._event_of_bit = {
            bit: self._events[event]
            for event in self._events
            if (bit := self.table.interrupts.get(_flat(event))) is not None
        }
        self._known_interrupts = sum(1 << bit for bit in self.table.interrupts.values())
        self._shorts: dict[str, list[tuple[int, str]]] = {}
        self.tasks = self._make_tasks()
        for event, address in self._events.items():
            chip.bus.writers[address] = partial(self._write_event, event)
            chip.bus.modelled.add(address)
        for task, action in self.tasks.items():
            chip.bus.writers[self.at["TASKS_" + task]] = partial(self._write_task, action)
            chip.bus.modelled.add(self.at["TASKS_" + task])
        for register, write in (
            ("INTEN", self._write_inten),
            ("INTENSET", self._write_intenset),
            ("INTENCLR", self._write_intenclr),
        ):
            if register in self.at:
                self.on_write(register, write)
                self.on_read(register, lambda: self._enabled_interrupts)
        for register in self.plain:
            chip.bus.modelled.add(self.at[register])
        if "SHORTS" in self.at:
            chip.bus.modelled.add(self.at["SHORTS"])
            events = {_flat(event): event for event in self._events}
            tasks = {_flat(task): task for task in self.tasks}
            for short, bit in self.table.shorts.items():
                event, _, task = short.partition("_")
                if event in events and task in tasks:
                    self._shorts.setdefault(events[event], []).append((bit, tasks[task]))

    def _make_tasks(self) -> Tasks:
        """Give the tasks that the model knows, by name."""
        return {}

    # Registers.

    def get(self, register: str) -> int:
        """Value of a register."""
        return self._values[self.at[register]]

    def set(self, register: str, value: int) -> None:
        """Set a register."""
        self._values[self.at[register]] = value

    def on_read(self, register: str, action: Callable[[], int]) -> None:
        """Let `action` give the value of a register."""
        self.chip.bus.readers[self.at[register]] = action
        self.chip.bus.modelled.add(self.at[register])

    def on_write(self, register: str, action: Callable[[int], None]) -> None:
        """Let `action` take what is written to a register."""
        self.chip.bus.writers[self.at[register]] = action
        self.chip.bus.modelled.add(self.at[register])

    # Events and tasks.

    def emit(self, event: str) -> None:
        """Let an event happen, with its interrupt, shortcuts, and tasks connected to it by PPI."""
        address = self._events[event]
        self._values[address] = 1
        self.update_interrupt()
        shorts = self._shorts.get(event)
        if shorts:
            enabled = self.get("SHORTS")
            for bit, task in shorts:
                if enabled >> bit & 1:
                    self.tasks[task]()
        for task_address in self.chip.routes.get(address, ()):
            self.chip.bus.write(task_address, 4, 1)

    def has_effect(self, event: str) -> bool:
        """Whether it matters when an event happens (again)."""
        address = self._events[event]
        if not self._values[address] or address in self.chip.routes:
            return True
        enabled = self.get("SHORTS") if "SHORTS" in self.at else 0
        return any(enabled >> bit & 1 for bit, _ in self._shorts.get(event, ()))

    def interrupt_enabled(self, event: str) -> bool:
        """Whether an event requests an interrupt."""
        return bool(self._enabled_interrupts >> self.table.interrupts[_flat(event)] & 1)

    def update_interrupt(self) -> None:
        """Request the interrupt while an enabled event is set."""
        enabled, values = self._enabled_interrupts, self._values
        level = bool(enabled) and any(
            values[address] and enabled >> bit & 1 for bit, address in self._event_of_bit.items()
        )
        if self.table.irq is not None:
            self.chip.exceptions.set_line(self.table.irq, level)

    def event_written(self, event: str) -> None:
        """React to a change of an event register by the program, usually to clear it."""

    def _write_event(self, event: str, value: int) -> None:
        address = self._events[event]
        if self._values[address] != value & 1:
            self._values[address] = value & 1
            self.update_interrupt()
            self.event_written(event)

    def _write_task(self, action: Callable[[], None], value: int) -> None:
        if value & 1:
            action()

    def _write_inten(self, value: int) -> None:
        unknown = value & ~self._known_interrupts
        if unknown:
            bits = ", ".join(str(bit) for bit in range(32) if unknown >> bit & 1)
            raise FaultError("model", f"{self.name} has no interrupt of bit {bits} to enable")
        self._enabled_interrupts = value
        self.update_interrupt()

    def _write_intenset(self, value: int) -> None:
        self._write_inten(self._enabled_interrupts | value)

    def _write_intenclr(self, value: int) -> None:
        self._enabled_interrupts &= ~value
        self.update_interrupt()

    # EasyDMA.

    def check_dma(self, register: str, address: int, size: int) -> None:
        """Refuse a transfer that does not lie in the Data RAM: EasyDMA reaches nothing else."""
        if size and not RAM_START <= address <= address + size <= RAM_END:
            raise FaultError(
                "model",
                f"{self.name} was to transfer {size} bytes at 0x{address:08x} ({register}): "
                f"EasyDMA reaches the Data RAM only, 0x{RAM_START:08x} to 0x{RAM_END - 1:08x}",
                address,
            )

    def read_ram(self, address: int, size: int) -> bytes:
        """Read memory by EasyDMA."""
        return bytes(self.chip.core.read_memory(address, size)) if size else b""

    def write_ram(self, address: int, data: bytes | np.ndarray) -> None:
        """Write memory by EasyDMA."""
        data = bytes(data)
        if data:
            self.chip.core.write_memory(address, data)


def _flat(name: str) -> str:
    """COMPARE[0] is written COMPARE0 in the names of bits."""
    return name.replace("[", "").replace("]", "")
