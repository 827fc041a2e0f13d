"""The table of registers."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from wav2nano.simulator import registers, svd

SVD = """
<device>
  <name>tiny</name><size>32</size><resetValue>0</resetValue>
  <licenseText> as you like </licenseText>
  <peripherals>
    <peripheral>
      <name>A0</name><baseAddress>0x40000000</baseAddress>
      <interrupt><name>A0</name><value>3</value></interrupt>
      <registers>
        <register>
          <dim>2</dim><dimIncrement>0x4</dimIncrement>
          <name>TASKS_GO[%s]</name><addressOffset>0x10</addressOffset><access>write-only</access>
        </register>
        <register>
          <name>INTENSET</name><addressOffset>0x304</addressOffset>
          <fields><field><name>DONE</name><lsb>5</lsb><msb>5</msb></field></fields>
        </register>
        <cluster>
          <dim>2</dim><dimIncrement>0x10</dimIncrement>
          <name>CH[%s]</name><addressOffset>0x500</addressOffset>
          <register>
            <name>PTR</name><addressOffset>4</addressOffset><resetValue>0x20</resetValue>
          </register>
        </cluster>
      </registers>
    </peripheral>
    <peripheral derivedFrom="A0"><name>A1</name><baseAddress>0x40001000</baseAddress></peripheral>
  </peripherals>
</device>
"""


def test_compacting_an_svd():
    table = svd.compact(ElementTree.fromstring(SVD))
    assert table["license"] == "as you like"
    assert table["peripherals"] == {
        "A0": {
            "base": 0x40000000,
            "irq": 3,
            "registers": [
                [0x10, "TASKS_GO[0]", "w", 0],
                [0x14, "TASKS_GO[1]", "w", 0],
                [0x304, "INTENSET", "rw", 0],
                [0x504, "CH[0].PTR", "rw", 0x20],
                [0x514, "CH[1].PTR", "rw", 0x20],
            ],
            "intenset": {"DONE": 5},
        },
        "A1": {"base": 0x40001000, "like": "A0"},
    }
    assert json.loads(svd._dump(table)) == table


def test_shipped_table_carries_its_licence():
    table = json.loads(svd.TABLE.read_text(encoding="utf-8"))
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
