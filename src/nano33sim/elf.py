"""Programs: where their bytes go in flash, and which function an address belongs to."""

import io
import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from nano33sim.core import FLASH_SIZE
from nano33sim.errors import ProgramError

# Where the Arduino bootloader of the Nano 33 BLE expects the application.
APPLICATION = 0x1_0000


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


def _open(data: bytes, path: Path) -> ELFFile:
    # ELF32, little endian, ARM.
    if len(data) < 52 or data[:6] != b"\x7fELF\x01\x01" or data[18:20] != b"\x28\x00":
        raise ProgramError(f"{path} is not an ELF file for ARM")
    return ELFFile(io.BytesIO(data))


def read_symbols(path: Path) -> Symbols:
    """Read the symbol table of an ELF file.

    Raises
    ------
    ProgramError
        If it is no ELF file for ARM, or a damaged one.
    """
    data = _read(path)
    symbols = Symbols()
    try:
        for section in _open(data, path).iter_sections("SHT_SYMTAB"):
            assert isinstance(section, SymbolTableSection)
            for symbol in section.iter_symbols():
                # Names with $ mark where code and data begin.
                if not symbol.name or symbol.name[0] == "$" or symbol["st_shndx"] == "SHN_UNDEF":
                    continue
                value = symbol["st_value"]
                symbols.values[symbol.name] = value
                if symbol["st_info"]["type"] == "STT_FUNC":
                    start = value & ~1
                    symbols.functions.append((start, start + symbol["st_size"], symbol.name))
    except ELFError as error:
        raise ProgramError(f"{path} is damaged: its symbol table cannot be read") from error
    symbols.functions = _with_ends(sorted(symbols.functions))
    return symbols


def _with_ends(functions: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Extend functions of unknown size, as in assembly, to the next."""
    following = [start for start, _, _ in functions[1:]] + [FLASH_SIZE]
    return [
        (start, end if end > start else following[i], name)
        for i, (start, end, name) in enumerate(functions)
    ]


def _read(path: Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ProgramError(f"{path} cannot be read: {error.strerror}") from error


def read_image(firmware: bytes | Path) -> Image:
    """Read a program: the bytes of a .bin, or a .bin, .elf or .hex file.

    Raises
    ------
    ProgramError
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
    """Find where a .bin file goes, from its vector table."""
    if len(data) < 64:
        raise ProgramError(f"{name} is too short ({len(data)} bytes) to be a program")
    stack, *vectors = struct.unpack_from("<16I", data)
    handlers = [vector for vector in vectors if vector and vector & 1]
    if not 0x2000_0000 < stack <= 0x2004_0000 or not handlers or stack % 4:
        raise ProgramError(
            f"{name} does not begin with a vector table for the nRF52840: its first word, the "
            f"stack pointer, is 0x{stack:08x}. Give the .bin file of a sketch"
        )
    for base in (APPLICATION, 0):
        inside = all(base < handler < base + len(data) for handler in handlers)
        if inside and base + len(data) <= FLASH_SIZE:
            return Image([(base, data)], base)
    raise ProgramError(
        f"{name} is linked neither for 0x{APPLICATION:x} (Arduino) nor for 0x0: its reset handler "
        f"is at 0x{vectors[0]:08x}. Give the .elf or .hex file, which says where it goes"
    )


def _from_elf(data: bytes, path: Path) -> Image:
    try:
        pieces = [
            (segment["p_paddr"], segment.data())
            for segment in _open(data, path).iter_segments("PT_LOAD")
            if segment["p_filesz"]
        ]
    except ELFError as error:
        raise ProgramError(f"{path} is damaged: its program headers cannot be read") from error
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
            raise ProgramError(f"{path}, line {number}, is not an Intel HEX record")
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
            raise ProgramError(
                f"{path} puts {len(data)} bytes at 0x{address:08x}: the nRF52840 has no flash there"
            )
    if not pieces:
        raise ProgramError(f"{path} contains no program")
    return Image(pieces, min(address for address, _ in pieces))
