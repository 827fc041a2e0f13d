"""The core's register header against Nordic's published register map."""

import re
import subprocess

from nano33sim.registers import peripherals
from wav2nano.firmware_sources import HARDWARE

CORE = HARDWARE / "wav2nano/nrf52/cores/wav2nano"
HEADER = (CORE / "nrf52840.h").read_text()
STRUCT = re.compile(r"typedef struct \{\n(.*?)\n\} (NRF_\w+_Type);", re.DOTALL)
INSTANCE = re.compile(r"#define NRF_(\w+) \(\((NRF_\w+_Type) \*\)(0x[0-9A-Fa-f]+)\)")
MEMBER = re.compile(
    r"(?P<open>struct \{)|\} (?P<group>\w+);"
    r"|(?P<const>const )?volatile uint32_t (?P<name>\w+)(?:\[(?P<count>\d+)\])?;"
    r"\s*/\* (?P<offset>0x[0-9a-f]{3}) \*/"
)


def members(body: str) -> list[tuple[str, str, bool, int]]:
    """Name as in C, name as Nordic's, whether it is read only, offset in the comment."""
    result, group = [], None
    for found in MEMBER.finditer(body):
        if found["open"]:
            group = len(result)
        elif found["group"]:
            named = [
                (f"{found['group']}.{c}", f"{found['group']}.{n}", *r)
                for c, n, *r in result[group:]
            ]
            result, group = result[:group] + named, None
        else:
            offset, step = int(found["offset"], 16), 4
            names = [found["name"]]
            if found["count"]:
                names = [f"{found['name']}[{i}]" for i in range(int(found["count"]))]
            result += [
                (name, name, bool(found["const"]), offset + step * i)
                for i, name in enumerate(names)
            ]
    return result


def test_registers_are_those_of_the_chip(compiler, tmp_path):
    structs = {name: members(body) for body, name in STRUCT.findall(HEADER)}
    instances = INSTANCE.findall(HEADER)
    assert len(structs) == HEADER.count("typedef struct {") == 9 - 1
    assert len(instances) == HEADER.count("_Type *)0x")
    assertions = []
    for instance, struct, address in instances:
        table = peripherals()[instance]
        assert table.base == int(address, 16), instance
        for c_name, name, read_only, offset in structs[struct]:
            register = table.registers.get(name)
            if register is None and re.search(r"\[[45]\]$", name) and instance == "TIMER1":
                continue  # TIMER3 and TIMER4 have six channels, the others four
            assert register is not None, f"{instance}.{name}"
            assert register.address - table.base == offset, f"{instance}.{name}"
            assert read_only == (register.access == "r"), f"{instance}.{name}"
            assertions.append(f"static_assert(offsetof({struct}, {c_name}) == {offset});")
    source = tmp_path / "offsets.cpp"
    source.write_text(
        '#include <cstddef>\n#include "nrf52840.h"\n' + "\n".join(dict.fromkeys(assertions))
    )
    assert len(set(assertions)) > 90
    command = [compiler, "-std=c++17", "-fsyntax-only", "-Winvalid-offsetof", f"-I{CORE}"]
    subprocess.run([*command, str(source)], check=True)


def test_interrupt_numbers_and_masks_are_those_of_the_chip():
    table = peripherals()
    numbers = dict(re.findall(r"(\w+)_IRQn = (\d+)", HEADER))
    assert int(numbers["UARTE0_UART0"]) == table["UARTE0"].irq
    assert int(numbers["TIMER1"]) == table["TIMER1"].irq
    assert int(numbers["PDM"]) == table["PDM"].irq
    vectors = re.search(
        r"/\* The nRF52840's own, from 0 \*/(.*?)\};", (CORE / "startup.c").read_text(), re.DOTALL
    )[1]
    entries = [entry.strip() for entry in vectors.split(",") if entry.strip()]
    assert len(entries) == 48
    for name, peripheral in table.items():
        if peripheral.irq is not None:
            entry = entries[peripheral.irq]
            assert entry != "0", f"{name} has interrupt {peripheral.irq}, without a vector"
            assert name in entry or name in {"POWER", "CLOCK"}, f"{name}: {entry}"
    for macro, peripheral, event in [
        ("UARTE_INT_ENDRX", "UARTE0", "ENDRX"),
        ("UARTE_INT_ENDTX", "UARTE0", "ENDTX"),
        ("PDM_INT_STARTED", "PDM", "STARTED"),
    ]:
        bit = int(re.search(rf"#define {macro} \(1u << (\d+)\)", HEADER)[1])
        assert table[peripheral].interrupts[event] == bit
    assert table["TIMER1"].interrupts["COMPARE0"] == 16
