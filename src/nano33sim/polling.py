"""Recognise loops that do nothing but wait for a register to change.

`while (!NRF_CLOCK->EVENTS_LFCLKSTARTED) {}` goes round a million times for a quarter of a second
of virtual time, and each round costs a call from the emulator to Python. Nothing can change in it
before the next event of a peripheral, so that time can be added at once, to the same effect.
"""

from collections.abc import Callable

# 16-bit instructions that only load, test or move: (mask, value).
HARMLESS = (
    (0xF800, 0x6800),  # LDR  Rt, [Rn, #imm]
    (0xF800, 0x4800),  # LDR  Rt, [PC, #imm]
    (0xF800, 0x9800),  # LDR  Rt, [SP, #imm]
    (0xF800, 0x7800),  # LDRB Rt, [Rn, #imm]
    (0xF800, 0x2800),  # CMP  Rn, #imm
    (0xF800, 0x2000),  # MOVS Rd, #imm
    (0xFFC0, 0x4280),  # CMP  Rn, Rm
    (0xFFC0, 0x4200),  # TST  Rn, Rm
    (0xFFC0, 0x4000),  # ANDS Rdn, Rm
    (0xF000, 0x0000),  # LSLS, LSRS
    (0xF500, 0xB100),  # CBZ, CBNZ: forward, out of the loop
    (0xFFFF, 0xBF00),  # NOP
)
# 32-bit ones, by their first halfword and, masked, the second.
HARMLESS_WIDE = (
    (0xFFF0, 0xF8D0, 0x0000, 0x0000),  # LDR.W Rt, [Rn, #imm12]
    (0xFBF0, 0xF010, 0x8F00, 0x0F00),  # TST.W Rn, #const
    (0xFBF0, 0xF1B0, 0x8F00, 0x0F00),  # CMP.W Rn, #const
    (0xFFF0, 0xF3B0, 0xFF00, 0x8F00),  # DSB, DMB, ISB
)
LONGEST = 12


def _is_wide(halfword: int) -> bool:
    return halfword >= 0xE800


def _backward_branch(halfword: int, address: int) -> int | None:
    """Target of a 16-bit branch to an earlier address."""
    if halfword & 0xF000 == 0xD000 and halfword & 0x0E00 != 0x0E00:
        offset = (halfword & 0xFF ^ 0x80) - 0x80
    elif halfword & 0xF800 == 0xE000:
        offset = (halfword & 0x7FF ^ 0x400) - 0x400
    else:
        return None
    target = address + 4 + 2 * offset
    return target if target <= address else None


def loop_length(read_halfword: Callable[[int], int], pc: int) -> int | None:
    """Instructions of the waiting loop around the load at `pc`; None if it is no such loop.

    The loop runs from the target of the next backward branch to that branch, and all between
    leaves memory alone.
    """
    end = pc
    for _ in range(LONGEST):
        halfword = read_halfword(end)
        start = _backward_branch(halfword, end)
        if start is not None:
            break
        end += 4 if _is_wide(halfword) else 2
    else:
        return None
    if start > pc or end - start > 4 * LONGEST:
        return None
    length, at = 1, start
    while at < end:
        first = read_halfword(at)
        if _is_wide(first):
            second = read_halfword(at + 2)
            if not any(first & m == v and second & n == w for m, v, n, w in HARMLESS_WIDE):
                return None
            at += 4
        else:
            if not any(first & mask == value for mask, value in HARMLESS):
                return None
            at += 2
        length += 1
    return length if at == end else None
