"""Small peripherals: NVMC, FICR, UICR, RNG, TEMP, PPI."""

import random
from collections.abc import Callable
from functools import partial

from nano33sim.core import FaultError
from nano33sim.peripherals.base import Chip, Peripheral, Tasks
from nano33sim.scheduler import TICKS_PER_SECOND, Event


class FlashController(Peripheral):
    """NVMC: always ready. Programming and erasing the flash are not modelled."""

    plain = ("READY", "READYNEXT", "ICACHECNF", "IHIT", "IMISS", "CONFIG")

    def __init__(self, chip: Chip, name: str = "NVMC"):
        super().__init__(chip, name)
        self.set("READY", 1)
        self.set("READYNEXT", 1)
        self.on_write("CONFIG", self._write_config)
        for register in ("ERASEPAGE", "ERASEALL", "ERASEUICR", "ERASEPAGEPARTIAL"):
            self.on_write(register, partial(self._refuse, register))

    def _write_config(self, value: int) -> None:
        if value & 3:
            self._refuse("CONFIG", value)

    def _refuse(self, register: str, value: int) -> None:
        raise FaultError(
            "model", f"NVMC.{register}: this simulator does not model writing to flash"
        )


class FactoryInformation(Peripheral):
    """FICR of a chip like the one on the board."""

    def __init__(self, chip: Chip, name: str = "FICR"):
        super().__init__(chip, name)
        chip.bus.modelled.update(self.at.values())
        for register, value in (
            ("CODEPAGESIZE", 4096),
            ("CODESIZE", 256),
            ("INFO.PART", 0x52840),
            ("INFO.VARIANT", int.from_bytes(b"AAD0", "big")),
            ("INFO.PACKAGE", 0x2004),
            ("INFO.RAM", 256),
            ("INFO.FLASH", 1024),
            ("DEVICEID[0]", 0x5741_5632),
            ("DEVICEID[1]", 0x4E41_4E4F),
        ):
            self.set(register, value)


class UserInformation(Peripheral):
    """UICR of a board that has been used before: pin 18 resets it, the supply is 3.3 V."""

    def __init__(self, chip: Chip, name: str = "UICR"):
        super().__init__(chip, name)
        chip.bus.modelled.update(self.at.values())
        self.set("PSELRESET[0]", 18)
        self.set("PSELRESET[1]", 18)
        self.set("REGOUT0", 0xFFFF_FFFD)


class RandomNumbers(Peripheral):
    """RNG: a byte at a time, from a fixed seed so that a run can be repeated."""

    plain = ("CONFIG",)

    def __init__(self, chip: Chip, name: str = "RNG"):
        super().__init__(chip, name)
        self._random = random.Random(840)
        self._event: Event | None = None
        self.on_read("VALUE", lambda: self.get("VALUE"))

    def _make_tasks(self) -> Tasks:
        return {"START": self._start, "STOP": self._stop}

    def _start(self) -> None:
        if self._event is None:
            self._plan()

    def _plan(self) -> None:
        # Typical times of the product specification: 30 us a byte, 120 us with bias correction.
        seconds = 120e-6 if self.get("CONFIG") & 1 else 30e-6
        tick = self.chip.scheduler.now + round(seconds * TICKS_PER_SECOND)
        self._event = self.chip.scheduler.at(tick, self._ready)

    def _ready(self) -> None:
        self.set("VALUE", self._random.randrange(256))
        self._plan()
        self.emit("VALRDY")

    def _stop(self) -> None:
        if self._event:
            self._event.cancel()
        self._event = None


class Thermometer(Peripheral):
    """TEMP: it is always 25 degrees."""

    def __init__(self, chip: Chip, name: str = "TEMP"):
        super().__init__(chip, name)
        self.set("TEMP", 25 * 4)
        chip.bus.modelled.update(self.at.values())

    def _make_tasks(self) -> Tasks:
        return {"START": self._start, "STOP": lambda: None}

    def _start(self) -> None:
        tick = self.chip.scheduler.now + round(36e-6 * TICKS_PER_SECOND)
        self.chip.scheduler.at(tick, lambda: self.emit("DATARDY"))


class Interconnect(Peripheral):
    """PPI: programmable channels from events to tasks, and groups of channels."""

    CHANNELS, GROUPS = 20, 6

    def __init__(self, chip: Chip, name: str = "PPI"):
        super().__init__(chip, name)
        self._enabled = 0
        for register, change in (
            ("CHEN", lambda value: value),
            ("CHENSET", lambda value: self._enabled | value),
            ("CHENCLR", lambda value: self._enabled & ~value),
        ):
            self.on_write(register, partial(self._write_enabled, change))
            self.on_read(register, lambda: self._enabled)
        for channel in range(self.CHANNELS):
            for name in (f"CH[{channel}].EEP", f"CH[{channel}].TEP", f"FORK[{channel}].TEP"):
                self.on_write(name, partial(self._connect, name))
        for group in range(self.GROUPS):
            chip.bus.modelled.add(self.at[f"CHG[{group}]"])

    def _make_tasks(self) -> Tasks:
        tasks: Tasks = {}
        for group in range(self.GROUPS):
            tasks[f"CHG[{group}].EN"] = partial(self._switch_group, group, True)
            tasks[f"CHG[{group}].DIS"] = partial(self._switch_group, group, False)
        return tasks

    def _switch_group(self, group: int, on: bool) -> None:
        members = self.get(f"CHG[{group}]")
        self._enable(self._enabled | members if on else self._enabled & ~members)

    def _write_enabled(self, change: Callable[[int], int], value: int) -> None:
        self._enable(change(value))

    def _enable(self, channels: int) -> None:
        if channels >> self.CHANNELS:
            raise FaultError("model", "The fixed channels of PPI (20 to 31) are not modelled")
        self._enabled = channels
        self._route()

    def _connect(self, register: str, address: int) -> None:
        self.set(register, address)
        self._route()

    def _route(self) -> None:
        routes = self.chip.routes
        routes.clear()
        for channel in range(self.CHANNELS):
            event = self.get(f"CH[{channel}].EEP")
            if self._enabled >> channel & 1 and event:
                tasks = (self.get(f"CH[{channel}].TEP"), self.get(f"FORK[{channel}].TEP"))
                routes.setdefault(event, []).extend(task for task in tasks if task)
