"""The registers that the nRF52840 has, from Nordic's published table."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

# The table describes the instances of a peripheral as alike; the product specification (and
# nrf52840_peripherals.h in nrfx) gives these fewer capture/compare channels.
CHANNELS = {"TIMER0": 4, "TIMER1": 4, "TIMER2": 4, "RTC0": 3}

# Not in the table, but read or written by Nordic's and Arduino's own start-up code, which works
# around published errata of the chip with them. 0x10000130 gives the part, 0x10000134 its revision.
ERRATA = {
    0x1000_0130: ("FICR", 0x8),
    0x1000_0134: ("FICR", 0x3),
    0x1000_0244: ("FICR", 0x0),
    0x1000_0258: ("FICR", 0x0),
    0x4000_053C: ("POWER", 0x0),
    0x4000_05A0: ("POWER", 0x0),
    0x4000_0EE4: ("POWER", 0x0),
    0x4000_173C: ("RADIO", 0x0),
    0x4000_5610: ("NFCT", 0x0),
    0x4000_5614: ("NFCT", 0x0),
    0x4000_5618: ("NFCT", 0x0),
    0x4000_5688: ("NFCT", 0x0),
    0x4000_568C: ("NFCT", 0x0),
    0x4007_C074: ("RAM", 0x0),
}


@dataclass(frozen=True)
class Register:
    """One register: `access` is "rw", "r" or "w", `reset` its value after reset."""

    peripheral: str
    name: str
    address: int
    access: str
    reset: int

    def __str__(self) -> str:
        return f"{self.peripheral}.{self.name}"


@dataclass(frozen=True)
class PeripheralTable:
    """The registers of one peripheral by name, and the bits of its interrupts and shortcuts."""

    name: str
    base: int
    irq: int | None
    registers: dict[str, Register]
    interrupts: dict[str, int] = field(default_factory=dict)
    shorts: dict[str, int] = field(default_factory=dict)


def _is_absent(peripheral: str, register: str) -> bool:
    channels = CHANNELS.get(peripheral)
    if channels is None or not register.startswith(("CC[", "TASKS_CAPTURE[", "EVENTS_COMPARE[")):
        return False
    return int(register[register.index("[") + 1 : -1]) >= channels


@cache
def peripherals() -> dict[str, PeripheralTable]:
    """Read the shipped table: all peripherals of the chip by name."""
    table = json.loads((Path(__file__).parent / "registers.json").read_text(encoding="utf-8"))
    entries = table["peripherals"]
    result = {}
    for name, entry in entries.items():
        like = entries[entry["like"]] if "like" in entry else entry
        result[name] = PeripheralTable(
            name=name,
            base=entry["base"],
            irq=entry.get("irq"),
            registers={
                register: Register(name, register, entry["base"] + offset, access, reset)
                for offset, register, access, reset in like["registers"]
                if not _is_absent(name, register)
            },
            interrupts=like.get("intenset", {}),
            shorts=like.get("shorts", {}),
        )
    return result


@cache
def by_address() -> dict[int, list[Register]]:
    """All registers by address.

    For peripherals that share an address (UART0 and UARTE0, for instance), an access is right if
    it is right for one of them.
    """
    result: dict[int, list[Register]] = {}
    for peripheral in peripherals().values():
        for register in peripheral.registers.values():
            result.setdefault(register.address, []).append(register)
    for address, (peripheral_name, reset) in ERRATA.items():
        if address not in result:
            name = f"[errata 0x{address:08x}]"
            result[address] = [Register(peripheral_name, name, address, "rw", reset)]
    return result


def nearest_peripheral(address: int) -> str | None:
    """Name the peripheral whose 4 kB of addresses hold `address`, if there is one."""
    names = [
        name for name, table in peripherals().items() if table.base & ~0xFFF == address & ~0xFFF
    ]
    return "/".join(names) or None
