"""Which instructions need aligned addresses, after chapter A3.2.1 of the ARMv7-M manual.

And what those do that need none: the encodings are those of chapter A7.7.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

# MSR to BASEPRI, BASEPRI_MAX, FAULTMASK and CONTROL; CPS of FAULTMASK.
SPECIAL_REGISTERS = (0x11, 0x12, 0x13, 0x14)

SP, PC = 13, 15
IT_STATE = 0x0600_FC00  # of XPSR: inside an IT block


def size_of(halfword: int) -> int:
    """Bytes of the instruction that begins with a halfword."""
    return 4 if halfword >= 0xE800 else 2


def alignment_required_by(first: int, second: int) -> str | None:
    """Name the instruction of these halfwords if its address must be aligned, whatever CCR says.

    Examples
    --------
    >>> alignment_required_by(0xE9D0, 0x2300), alignment_required_by(0xED90, 0x0A00)
    ('LDRD or STRD', 'VLDR, VSTR, VLDM or VSTM')
    >>> alignment_required_by(0x6800, 0)  # ldr r0, [r0]
    """
    if first & 0xF000 == 0xC000:
        return "LDM or STM"
    if first & 0xEE00 == 0xEC00:
        return "VLDR, VSTR, VLDM or VSTM"
    if first & 0xFE00 != 0xE800:
        return None
    if first & 0xFFF0 == 0xE8D0 and second & 0xFFE0 == 0xF000:  # TBB, TBH
        return None
    if not first & 0x40:
        return "LDM or STM"
    exclusive = first & 0xFFE0 in (0xE840, 0xE8C0)
    return "LDREX or STREX" if exclusive else "LDRD or STRD"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A load or store of one register: LDR, LDRH, LDRSH, STR or STRH.

    `rm` is None where the address is `rn` and an immediate `offset`. `indexed`: the offset counts
    for the address, and not only for what `writes_back` puts into `rn`.
    """

    length: int
    load: bool
    size: int
    signed: bool
    rt: int
    rn: int
    rm: int | None = None
    shift: int = 0
    offset: int = 0
    indexed: bool = True
    writes_back: bool = False

    def addresses(self, registers: list[int]) -> tuple[int, int]:
        """Give the address of the access, and that with the offset, from registers 0 to 15."""
        base = registers[self.rn]
        offset = self.offset if self.rm is None else registers[self.rm] << self.shift
        moved = (base + offset) & 0xFFFF_FFFF
        return (moved if self.indexed else base), moved


@cache
def decode_transfer(first: int, second: int) -> Transfer | None:
    """Decode the instruction of these halfwords; None if it is none that `Transfer` tells of.

    Nor are they decoded that write to PC, run unprivileged or are unpredictable.

    Examples
    --------
    >>> transfer = decode_transfer(0x8859, 0)  # ldrh r1, [r3, #2]
    >>> transfer.load, transfer.size, transfer.rt, transfer.rn, transfer.offset
    (True, 2, 1, 3, 2)
    """
    if size_of(first) == 4:
        return _decode_wide(first, second)
    low, base, index = first & 7, first >> 3 & 7, first >> 6 & 7
    immediate = first >> 6 & 0x1F
    load = bool(first & 0x0800)
    match first >> 12:
        case 5 if first >> 9 & 7 in (0, 1, 4, 5, 7):  # not those of bytes
            kind = first >> 9 & 7
            size = 4 if kind in (0, 4) else 2
            return Transfer(2, load, size, kind == 7, low, base, index)
        case 6:
            return Transfer(2, load, 4, False, low, base, offset=4 * immediate)
        case 8:
            return Transfer(2, load, 2, False, low, base, offset=2 * immediate)
        case 9:
            return Transfer(2, load, 4, False, first >> 8 & 7, SP, offset=4 * (first & 0xFF))
    return None


def _decode_wide(first: int, second: int) -> Transfer | None:
    size = 1 << (first >> 5 & 3)
    signed, load = bool(first & 0x100), bool(first & 0x10)
    rt, rn = second >> 12, first & 15
    # A word cannot be extended, nor a stored value.
    if first & 0xFE00 != 0xF800 or size not in (2, 4) or (signed and (size == 4 or not load)):
        return None
    if rt == PC or (rn == PC and not load):
        return None
    if rn == PC:
        offset = second & 0xFFF if first & 0x80 else -(second & 0xFFF)
        return Transfer(4, load, size, signed, rt, rn, offset=offset)
    if first & 0x80:
        return Transfer(4, load, size, signed, rt, rn, offset=second & 0xFFF)
    if not second & 0xFC0:
        return Transfer(4, load, size, signed, rt, rn, second & 15, second >> 4 & 3)
    indexed, writes_back = bool(second & 0x400), bool(second & 0x100)
    if not second & 0x800 or not (indexed or writes_back) or second & 0x700 == 0x600:
        return None
    if writes_back and rn == rt:
        return None
    offset = second & 0xFF if second & 0x200 else -(second & 0xFF)
    return Transfer(
        4, load, size, signed, rt, rn, offset=offset, indexed=indexed, writes_back=writes_back
    )


def advance_it(xpsr: int) -> int:
    """XPSR after an instruction, with the rest of its IT block.

    Examples
    --------
    >>> hex(advance_it(0x0100_0C00)), hex(advance_it(0x0100_1800))
    ('0x1001800', '0x1000000')
    """
    state = xpsr >> 25 & 3 | xpsr >> 8 & 0xFC
    state = state & 0xE0 | state << 1 & 0x1F if state & 7 else 0
    return xpsr & ~IT_STATE | (state & 3) << 25 | (state & 0xFC) << 8


def find_mode_writes(code: np.ndarray) -> np.ndarray:
    """Find what may write BASEPRI, FAULTMASK or CONTROL: indices of uint16 halfwords of code."""
    first, second = code[:-1], code[1:]
    written = (second & 0xF700 == 0x8000) & np.isin(second & 0xFF, SPECIAL_REGISTERS)
    moves = (first & 0xFFF0 == 0xF380) & written
    switches = first & 0xFFED == 0xB661
    return np.flatnonzero(moves | switches)
