"""Exceptions of ARMv7-M: priorities, entry and return, and the registers that govern them.

After the ARMv7-M Architecture Reference Manual (DDI 0403), chapters B1.5 and B3.
"""

import struct
from collections.abc import Callable
from contextlib import nullcontext

from unicorn import UcError
from unicorn import arm_const as arm

from nano33sim.core import Core, FaultError, Registers

NMI, HARD_FAULT, MEM_MANAGE, BUS_FAULT, USAGE_FAULT = 2, 3, 4, 5, 6
SVCALL, DEBUG_MONITOR, PENDSV, SYSTICK = 11, 12, 14, 15
FIRST_IRQ = 16
IRQS = 48
PRIORITY_MASK = 0xE0  # nRF52840: three bits
THREAD_PRIORITY = 0x100

CONTROL_NPRIV, CONTROL_SPSEL, CONTROL_FPCA = 1, 2, 4
XPSR_THUMB, XPSR_ALIGNED = 1 << 24, 1 << 9
FRAME_WORDS, FP_FRAME_WORDS = 8, 26

PC, CONTROL = arm.UC_ARM_REG_PC, arm.UC_ARM_REG_CONTROL
XPSR = arm.UC_ARM_REG_XPSR_NZCVQG
# Unicorn derives what it translates for (handler mode among it) from the registers only when the
# flags are written by this name.
FLAGS = arm.UC_ARM_REG_APSR_NZCV
FLOATING_FRAME = [*(arm.UC_ARM_REG_S0 + i for i in range(16)), arm.UC_ARM_REG_FPSCR]
CORE_FRAME = [
    arm.UC_ARM_REG_R0,
    arm.UC_ARM_REG_R1,
    arm.UC_ARM_REG_R2,
    arm.UC_ARM_REG_R3,
    arm.UC_ARM_REG_R12,
    arm.UC_ARM_REG_LR,
]


class Exceptions:
    """Which exceptions are pending, enabled and active, and the moves between them.

    Parameters
    ----------
    core : Core
        The processor.
    on_pending : callable
        Called when an exception may have become due, to stop the core.
    """

    def __init__(self, core: Core, on_pending: Callable[[], None]):
        self.core = core
        self.on_pending = on_pending
        self.on_stacking_error: Callable[[], None] = lambda: None
        self.vector_table = 0  # VTOR: a program that lies elsewhere must set it
        self.pending = 0
        self.enabled = 1 << NMI | 1 << HARD_FAULT | 1 << SVCALL | 1 << PENDSV | 1 << SYSTICK
        self.active: list[int] = []
        self.lines = 0
        self.priority = [0] * (FIRST_IRQ + IRQS)
        self.group_mask = 0xFF  # of the priority, what decides about preemption
        self.send_event_on_pending = False
        self.sleep_on_exit = False
        engine = core.engine
        self._entry_state = Registers(
            engine, [*CORE_FRAME, PC, arm.UC_ARM_REG_XPSR, arm.UC_ARM_REG_SP, CONTROL]
        )
        self._floating = Registers(engine, FLOATING_FRAME)
        self._modes = Registers(engine, [XPSR, CONTROL, XPSR])
        self._entry = Registers(engine, [CONTROL, XPSR, CONTROL, FLAGS, arm.UC_ARM_REG_LR])
        self._return = Registers(
            engine, [CONTROL, XPSR, CONTROL, *CORE_FRAME, arm.UC_ARM_REG_SP, FLAGS, PC]
        )

    # What pends.

    def pend(self, number: int) -> None:
        """Make an exception pending."""
        bit = 1 << number
        if not self.pending & bit:
            self.pending |= bit
            if self.send_event_on_pending:
                self.core.event_register = True
            self.on_pending()

    def unpend(self, number: int) -> None:
        """Clear it; an interrupt that its peripheral still requests becomes pending again."""
        self.pending &= ~(1 << number)
        if self.lines >> number & 1:
            self.pend(number)

    def set_line(self, irq: int, level: bool) -> None:
        """Note that a peripheral requests its interrupt, or no longer does."""
        bit = 1 << FIRST_IRQ + irq
        if level and not self.lines & bit:
            self.lines |= bit
            self.pend(FIRST_IRQ + irq)
        elif not level:
            self.lines &= ~bit

    def enable(self, number: int, on: bool) -> None:
        """Enable or disable an exception."""
        if on:
            self.enabled |= 1 << number
            self.on_pending()
        else:
            self.enabled &= ~(1 << number)

    # Who is first.

    def priority_of(self, number: int) -> int:
        """Priority of an exception: the lower, the more urgent."""
        if number == NMI:
            return -2
        if number == HARD_FAULT:
            return -1
        return self.priority[number] & self.group_mask

    def _active_priority(self) -> int:
        return min((self.priority_of(number) for number in self.active), default=THREAD_PRIORITY)

    def execution_priority(self, *, ignore_primask: bool = False) -> int:
        """Priority of what runs now, raised by PRIMASK, FAULTMASK and BASEPRI."""
        read = self.core.read_register
        priority = self._active_priority()
        base = read(arm.UC_ARM_REG_BASEPRI) & PRIORITY_MASK
        if base:
            priority = min(priority, base & self.group_mask)
        if read(arm.UC_ARM_REG_FAULTMASK) & 1:
            return min(priority, -1)
        if not ignore_primask and read(arm.UC_ARM_REG_PRIMASK) & 1:
            priority = min(priority, 0)
        return priority

    def _first(self) -> int | None:
        waiting = self.pending & self.enabled
        if not waiting:
            return None
        numbers = []
        while waiting:
            lowest = waiting & -waiting
            numbers.append(lowest.bit_length() - 1)
            waiting ^= lowest
        # Subpriority and then the number decide between those that do not preempt each other.
        return min(
            numbers,
            key=lambda n: (
                self.priority_of(n),
                self.priority[n] if n < len(self.priority) else 0,
                n,
            ),
        )

    def due(self) -> int | None:
        """Give the exception that is to be taken now."""
        first = self._first()
        if first is None or self.priority_of(first) >= self.execution_priority():
            return None
        return first

    def masked(self) -> bool:
        """Whether only PRIMASK, FAULTMASK or BASEPRI keep an exception from being taken."""
        first = self._first()
        return (
            first is not None
            and self.priority_of(first) < self._active_priority()
            and self.priority_of(first) >= self.execution_priority()
        )

    def wakes_from_wfi(self) -> bool:
        """Whether a pending exception ends WFI: one that would be taken but for PRIMASK."""
        first = self._first()
        return first is not None and self.priority_of(first) < self.execution_priority(
            ignore_primask=True
        )

    # Entry and return.

    def enter(self, number: int) -> None:
        """Take an exception: push the frame, go to the handler."""
        core = self.core
        *frame, pc, xpsr, sp, control = self._entry_state.read()
        floating = bool(control & CONTROL_FPCA)
        xpsr &= ~XPSR_ALIGNED
        frame += [pc, xpsr | (XPSR_ALIGNED if sp & 4 else 0)]
        if floating:
            frame += [*self._floating.read(), 0]
        sp = (sp & ~7) - 4 * len(frame)
        try:
            core.write_memory(sp, struct.pack(f"<{len(frame)}I", *frame))
        except UcError:
            # The handler of a HardFault runs even without a stack to return by.
            self.on_stacking_error()
            if number != HARD_FAULT:
                raise FaultError(
                    "stacking",
                    f"Stack overflow: there is no RAM at 0x{sp:08x} to save the registers of the "
                    "interrupted code",
                ) from None
        core.lowest_sp = min(core.lowest_sp, sp)
        self.pending &= ~(1 << number)

        exc_return = 0xFFFF_FFE1 if floating else 0xFFFF_FFF1
        if not self.active:
            exc_return |= 0xC if control & CONTROL_SPSEL else 0x8
        handler = (xpsr & 0xF80F_0000) | XPSR_THUMB | number
        control &= ~(CONTROL_SPSEL | CONTROL_FPCA)
        core.write_register(arm.UC_ARM_REG_SP, sp)
        with core.whole() if control & CONTROL_NPRIV else nullcontext():
            if control & CONTROL_NPRIV:
                # The stack can be chosen only in privileged thread mode.
                self._modes.write(handler, 0, handler & ~0x1FF)
            self._entry.write(control & ~CONTROL_NPRIV, handler, control, handler, exc_return)
        self.active.append(number)
        self._go_to(number)

    def _go_to(self, number: int) -> None:
        entry = self.vector_table + 4 * number
        try:
            vector = int.from_bytes(self.core.read_memory(entry, 4), "little")
        except UcError:
            vector = 0xFFFF_FFFF
        if not vector & 1 or vector == 0xFFFF_FFFF:
            raise FaultError(
                "hard",
                f"Exception {name_of(number)} has no handler: the vector table at "
                f"0x{self.vector_table:08x} (VTOR) holds 0x{vector:08x} for it",
            )
        self.core.write_register(PC, vector)

    def leave(self) -> None:
        """Return from an exception, as the EXC_RETURN value in PC says."""
        core = self.core
        read = core.read_register
        exc_return = read(PC) | 1
        if not self.active or exc_return | 0x1C != 0xFFFF_FFFD:
            raise FaultError("usage", f"A return from an exception with 0x{exc_return:08x}")
        number = self.active.pop()
        to_thread = bool(exc_return & 8)
        if to_thread == bool(self.active):
            raise FaultError(
                "usage",
                f"A return from an exception with 0x{exc_return:08x} while "
                f"{len(self.active)} others are active",
            )
        if number != NMI and read(arm.UC_ARM_REG_FAULTMASK):
            with core.whole():
                core.write_register(arm.UC_ARM_REG_FAULTMASK, 0)
        use_psp = bool(exc_return & 4)
        sp = read(arm.UC_ARM_REG_PSP if use_psp else arm.UC_ARM_REG_MSP)
        floating = not exc_return & 0x10
        words = FP_FRAME_WORDS if floating else FRAME_WORDS
        try:
            frame = struct.unpack(f"<{words}I", core.read_memory(sp, 4 * words))
        except UcError:
            raise FaultError("bus", f"There is no stack at 0x{sp:08x} to return to", sp) from None
        xpsr = frame[7]
        if (xpsr & 0x1FF == 0) != to_thread:
            raise FaultError("usage", f"The stacked state 0x{xpsr:08x} does not fit the return")
        control = read(CONTROL) & ~CONTROL_FPCA
        if to_thread:
            control = control & ~CONTROL_SPSEL | (CONTROL_SPSEL if use_psp else 0)
        control |= CONTROL_FPCA if floating else 0
        if floating:
            self._floating.write(*frame[8:25])
        sp += 4 * words
        if xpsr & XPSR_ALIGNED:
            sp |= 4
        with core.whole() if control & CONTROL_NPRIV else nullcontext():
            self._return.write(
                control & CONTROL_FPCA, xpsr, control, *frame[:6], sp, xpsr, frame[6] | 1
            )
        core.event_register = True
        if self.lines >> number & 1:
            self.pend(number)


NAMES = {
    NMI: "NMI",
    HARD_FAULT: "HardFault",
    MEM_MANAGE: "MemManage",
    BUS_FAULT: "BusFault",
    USAGE_FAULT: "UsageFault",
    SVCALL: "SVCall",
    DEBUG_MONITOR: "DebugMonitor",
    PENDSV: "PendSV",
    SYSTICK: "SysTick",
}


def name_of(number: int) -> str:
    """Name an exception."""
    return NAMES.get(number, f"IRQ {number - FIRST_IRQ}")
