"""Make `registers.json` from Nordic's published description of the chip.

    python -m wav2nano.simulator.svd nrf52840.svd

The description (CMSIS-SVD, part of Nordic's nrfx) names every register of every peripheral with
its address, access and value after reset. The compact form keeps just that, and the bit numbers
of interrupts and shortcuts, because the simulator's models are written against these names.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from wav2nano.errors import UserError
from wav2nano.files import write_text

TABLE = Path(__file__).parent / "registers.json"

# Registers whose fields the simulator needs: which bit is which event, which event does what.
WITH_FIELDS = ("INTENSET", "SHORTS")


class Properties(NamedTuple):
    """What a register inherits from the levels above it."""

    access: str = "read-write"
    reset: int = 0

    def within(self, element: ElementTree.Element) -> "Properties":
        """Give the properties below `element`."""
        reset = element.findtext("resetValue")
        return Properties(
            element.findtext("access") or self.access,
            int(reset, 0) if reset else self.reset,
        )


def _copies(element: ElementTree.Element) -> Iterator[tuple[str, int]]:
    """Names and offsets of a register or cluster, which may be an array."""
    name = element.findtext("name", "")
    offset = int(element.findtext("addressOffset", "0"), 0)
    dim = element.findtext("dim")
    if dim is None:
        yield name, offset
        return
    step = int(element.findtext("dimIncrement", "0"), 0)
    for index in range(int(dim, 0)):
        yield name.replace("%s", str(index)), offset + index * step


def _fields(register: ElementTree.Element) -> dict[str, int]:
    fields = {}
    for field in register.iterfind("fields/field"):
        low = field.findtext("lsb") or field.findtext("bitOffset")
        if low is None:
            low = field.findtext("bitRange", "[0:0]").strip("[]").split(":")[1]
        fields[field.findtext("name", "")] = int(low, 0)
    return fields


def _registers(
    parent: ElementTree.Element, prefix: str, base: int, properties: Properties
) -> Iterator[tuple[int, str, str, int, dict[str, int]]]:
    for element in parent:
        if element.tag not in ("register", "cluster"):
            continue
        inner = properties.within(element)
        for name, offset in _copies(element):
            if element.tag == "cluster":
                yield from _registers(element, f"{prefix}{name}.", base + offset, inner)
            else:
                fields = _fields(element) if name in WITH_FIELDS else {}
                yield base + offset, prefix + name, inner.access, inner.reset, fields


ACCESS = {"read-write": "rw", "read-only": "r", "write-only": "w"}


def _access(access: str) -> str:
    # "read-writeonce" and the like: what the program may do is what counts.
    return ACCESS.get(access, "rw")


def compact(svd: ElementTree.Element) -> dict[str, Any]:
    """Reduce a CMSIS-SVD device to {"peripherals": {name: {base, irq, registers, ...}}}.

    Each register is [offset, name, "rw" | "r" | "w", reset value]. A peripheral that is like
    another has {"like": name} in place of its registers.
    """
    device = Properties().within(svd)
    peripherals: dict[str, Any] = {}
    for element in svd.iterfind("peripherals/peripheral"):
        name = element.findtext("name", "")
        entry: dict[str, Any] = {"base": int(element.findtext("baseAddress", "0"), 0)}
        interrupt = element.findtext("interrupt/value")
        if interrupt is not None:
            entry["irq"] = int(interrupt, 0)
        registers = element.find("registers")
        if registers is None:
            entry["like"] = element.get("derivedFrom")
        else:
            rows = sorted(_registers(registers, "", 0, device.within(element)), key=lambda r: r[0])
            entry["registers"] = [
                [offset, register, _access(access), reset]
                for offset, register, access, reset, _ in rows
            ]
            for _, register, _, _, fields in rows:
                if fields:
                    entry[register.lower()] = fields
        peripherals[name] = entry
    return {
        "source": f"{svd.findtext('name')}.svd, in nrfx by Nordic Semiconductor",
        "license": (svd.findtext("licenseText") or "").strip(),
        "peripherals": peripherals,
    }


def _dump(table: dict[str, Any]) -> str:
    """Write JSON with one register a line, so that a new version shows as a readable change."""
    lines = ["{"]
    for key in ("source", "license"):
        lines.append(f"{json.dumps(key)}: {json.dumps(table[key])},")
    lines.append('"peripherals": {')
    blocks = []
    for name, entry in table["peripherals"].items():
        parts = [
            f"{json.dumps(key)}: {json.dumps(value)}"
            for key, value in entry.items()
            if key != "registers"
        ]
        if "registers" in entry:
            rows = ",\n".join(json.dumps(row) for row in entry["registers"])
            parts.append(f'"registers": [\n{rows}]')
        blocks.append(f"{json.dumps(name)}: {{{', '.join(parts)}}}")
    lines.append(",\n".join(blocks))
    lines.append("}}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write `registers.json` from the SVD file named."""
    if len(arguments) != 1:
        print("usage: python -m wav2nano.simulator.svd nrf52840.svd", file=sys.stderr)
        return 2
    try:
        svd = ElementTree.parse(arguments[0]).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise UserError(f"{arguments[0]} is not a readable SVD file: {error}") from error
    write_text(TABLE, _dump(compact(svd)))
    print(f"wrote {TABLE}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except UserError as error:
        sys.exit(str(error))
