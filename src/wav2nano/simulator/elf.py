"""Programs: where their bytes go in flash, and which function an address belongs to."""

import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from wav2nano.errors import UserError
from wav2nano.simulator.core import FLASH_SIZE

# Where the Arduino bootloader of the Nano 33 BLE expects the application.
APPLICATION = 0x1_0000

SYMTAB, STT_FUNC, PT_LOAD = 2, 2, 1


@dataclass
class Symbols:
    """Functions and other symbols of an ELF file.

    Attributes
    ----------
    functions : list of (int, int, str)
        Start, end and name, in order.
    values : dict
        Value of each symbol by name.
    """

    functions: list[tuple[int, int, str]] = field(default_factory=list)
    values: dict[str, int] = field(default_factory=dict)

    def function_at(self, address: int) -> str | None:
        """Name the function that `address` lies in."""
        place = bisect_right(self.functions, (address, FLASH_SIZE * 0x1000, "")) - 1
        if place < 0:
            return None
        start, end, name = self.functions[place]
        return name if start <= address < end else None


@dataclass
class Image:
    """Bytes for the flash, and the address of the vector table."""

    pieces: list[tuple[int, bytes]]
    vectors: int

    def flash(self) -> bytes:
        """Give the whole flash memory, erased where the program has nothing."""
        memory = bytearray(b"\xff" * FLASH_SIZE)
        for address, data in self.pieces:
            memory[address : address + len(data)] = data
        return bytes(memory)


def _header(data: bytes, path: Path) -> tuple[int, ...]:
    # ELF32, little endian, ARM.
    if len(data) < 52 or data[:6] != b"\x7fELF\x01\x01" or data[18:20] != b"\x28\x00":
        raise UserError(f"{path} is not an ELF file for ARM")
    return struct.unpack_from("<IIIIIHHHHHH", data, 20)


def read_symbols(path: Path) -> Symbols:
    """Read the symbol table of an ELF file."""
    data = _read(path)
    _, _, _, section_offset, _, _, _, _, entry_size, sections, _ = _header(data, path)
    symbols = Symbols()
    try:
        headers = [
            struct.unpack_from("<10I", data, section_offset + i * entry_size)
            for i in range(sections)
        ]
        for _, kind, _, _, offset, size, link, _, _, step in headers:
            if kind == SYMTAB:
                names = data[headers[link][4] : headers[link][4] + headers[link][5]]
                for at in range(offset, offset + size, step):
                    _add_symbol(symbols, data, at, names)
    except (struct.error, IndexError) as error:
        raise UserError(f"{path} is damaged: its symbol table cannot be read") from error
    symbols.functions = _with_ends(sorted(symbols.functions))
    return symbols


def _with_ends(functions: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Let functions of unknown size, as assembly has them, reach to the next."""
    starts = [start for start, _, _ in functions[1:]] + [FLASH_SIZE]
    return [
        (start, end if end > start else following, name)
        for (start, end, name), following in zip(functions, starts, strict=True)
    ]


def _add_symbol(symbols: Symbols, data: bytes, at: int, names: bytes) -> None:
    name_at, value, size, info, _, section = struct.unpack_from("<IIIBBH", data, at)
    name = names[name_at : names.index(0, name_at)].decode("utf-8", "replace")
    if not name or name.startswith("$") or section == 0:
        return
    symbols.values[name] = value
    if info & 0xF == STT_FUNC:
        start = value & ~1
        symbols.functions.append((start, start + size, name))


def _read(path: Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


def read_image(firmware: bytes | Path) -> Image:
    """Read a program: the bytes of a .bin, or a .bin, .elf or .hex file.

    Raises
    ------
    UserError
        If it is no program for the nRF52840.
    """
    if isinstance(firmware, bytes | bytearray):
        return _from_binary(bytes(firmware), "The program")
    path = Path(firmware)
    data = _read(path)
    if data[:4] == b"\x7fELF":
        return _from_elf(data, path)
    if data[:1] == b":" and path.suffix.lower() in (".hex", ".ihex"):
        return _from_hex(data, path)
    return _from_binary(data, str(path))


def _from_binary(data: bytes, name: str) -> Image:
    """Find where a .bin file goes: its vector table tells."""
    if len(data) < 64:
        raise UserError(f"{name} is too short ({len(data)} bytes) to be a program")
    stack, *vectors = struct.unpack_from("<16I", data)
    handlers = [vector for vector in vectors if vector and vector & 1]
    if not 0x2000_0000 < stack <= 0x2004_0000 or not handlers or stack % 4:
        raise UserError(
            f"{name} does not begin with a vector table for the nRF52840: its first word, the "
            f"stack pointer, is 0x{stack:08x}. Give the .bin file of a sketch"
        )
    for base in (APPLICATION, 0):
        inside = all(base < handler < base + len(data) for handler in handlers)
        if inside and base + len(data) <= FLASH_SIZE:
            return Image([(base, data)], base)
    raise UserError(
        f"{name} is linked neither for 0x{APPLICATION:x} (Arduino) nor for 0x0: its reset handler "
        f"is at 0x{vectors[0]:08x}. Give the .elf or .hex file, which says where it goes"
    )


def _from_elf(data: bytes, path: Path) -> Image:
    _, _, offset, _, _, _, entry_size, entries, _, _, _ = _header(data, path)
    pieces = []
    for at in range(offset, offset + entries * entry_size, entry_size):
        if at + 20 > len(data):
            raise UserError(f"{path} is damaged: it ends within its program headers")
        kind, start, _, address, size = struct.unpack_from("<5I", data, at)
        if kind == PT_LOAD and size:
            pieces.append((address, data[start : start + size]))
    return _from_pieces(pieces, path)


def _from_hex(data: bytes, path: Path) -> Image:
    pieces: list[tuple[int, bytes]] = []
    base = 0
    for number, line in enumerate(data.decode("ascii", "replace").split(), 1):
        try:
            record = bytes.fromhex(line.removeprefix(":"))
        except ValueError:
            record = b""
        if len(record) < 5 or len(record) != record[0] + 5 or sum(record) & 0xFF:
            raise UserError(f"{path}, line {number}, is not an Intel HEX record")
        kind, body = record[3], record[4:-1]
        address = base + int.from_bytes(record[1:3], "big")
        if kind == 0:
            pieces.append((address, body))
        elif kind in (2, 4):
            base = int.from_bytes(body, "big") << (4 if kind == 2 else 16)
        elif kind == 1:
            break
    return _from_pieces(pieces, path)


def _from_pieces(pieces: list[tuple[int, bytes]], path: Path) -> Image:
    for address, data in pieces:
        if address + len(data) > FLASH_SIZE:
            raise UserError(
                f"{path} puts {len(data)} bytes at 0x{address:08x}: the nRF52840 has no flash there"
            )
    if not pieces:
        raise UserError(f"{path} holds no program")
    return Image(pieces, min(address for address, _ in pieces))
