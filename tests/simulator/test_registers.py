"""The table of registers."""

import json
from pathlib import Path

import pytest

from nano33sim import registers

TABLE = Path(registers.__file__).with_name("registers.json")


def test_shipped_table_carries_its_licence():
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    assert "Nordic Semiconductor" in table["license"]
    assert "Redistribution and use" in table["license"]


@pytest.mark.parametrize(
    ("name", "address", "access"),
    [
        ("PDM.SAMPLE.PTR", 0x4001D560, "rw"),
        ("UARTE0.TXD.PTR", 0x40002544, "rw"),
        ("TIMER4.CC[5]", 0x4001B554, "rw"),
        ("P1.OUTSET", 0x50000808, "rw"),
        ("CLOCK.TASKS_HFCLKSTART", 0x40000000, "w"),
        ("FICR.DEVICEID[1]", 0x10000064, "r"),
    ],
)
def test_well_known_registers(name, address, access):
    """Addresses as in the product specification."""
    found = {str(register): register for register in registers.by_address()[address]}
    assert found[name].access == access


def test_interrupt_numbers():
    table = registers.peripherals()
    assert {name: table[name].irq for name in ("UARTE0", "TIMER0", "RTC1", "PDM")} == {
        "UARTE0": 2,
        "TIMER0": 8,
        "RTC1": 17,
        "PDM": 29,
    }


def test_timers_have_the_channels_of_the_specification():
    table = registers.peripherals()
    for name, channels in {"TIMER0": 4, "TIMER2": 4, "TIMER3": 6, "RTC0": 3, "RTC2": 4}.items():
        assert sum(register.startswith("CC[") for register in table[name].registers) == channels
