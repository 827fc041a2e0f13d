"""The Cortex-M4F: Unicorn, made to count exactly and to stop exactly.

Unicorn executes; it has no notion of time, of sleep or of exceptions. This module adds time (one
instruction is one tick of 64 MHz; one that its IT block skips is none) and says why execution
stopped; `exceptions` does the rest.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from functools import cache
from typing import Any

import numpy as np
import unicorn
from unicorn import arm_const as arm

from nano33sim import alignment, polling

FLASH_SIZE = 1 << 20
RAM_START, RAM_SIZE = 0x2000_0000, 256 << 10
RAM_END = RAM_START + RAM_SIZE

# Unlike zero, it reveals a program that reads memory it never wrote.
RAM_FILL = 0xA7

# Unicorn stops at an address of our choice: one where no program can be.
NOWHERE = 0xFFFF_FFF0

# With UC_MODE_MCLASS, Unicorn 2.1 makes a Cortex-M33 whatever model is asked for, and would accept
# ARMv8-M instructions. Without it, the model decides.
MODE = unicorn.UC_MODE_THUMB

# By their numbers in instructions.
NUMBERED = (
    *range(arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R12 + 1),
    arm.UC_ARM_REG_SP,
    arm.UC_ARM_REG_LR,
    arm.UC_ARM_REG_PC,
)
OTHER_STATE = arm.UC_ARM_REG_LR, arm.UC_ARM_REG_SP, arm.UC_ARM_REG_XPSR

WFI, WFE, SEV, YIELD = 0xBF30, 0xBF20, 0xBF40, 0xBF10
DATA_ABORT = 4  # as in QEMU's target/arm/cpu.h


class Stop(Enum):
    """Why the core stopped executing."""

    LIMIT = auto()
    WFI = auto()
    WFE = auto()
    EXCEPTION_RETURN = auto()
    SVC = auto()
    SINGLE_STEP = auto()  # the next instruction needs a step of its own


class FaultError(Exception):
    """An access or instruction that makes the core take a fault."""

    def __init__(self, kind: str, message: str, address: int | None = None):
        self.kind, self.message, self.address = kind, message, address
        self.pc: int | None = None  # if it is known better than from the register
        super().__init__(message)


def _engine() -> unicorn.Uc:
    engine = unicorn.Uc(unicorn.UC_ARCH_ARM, MODE)
    engine.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M4)
    engine.mem_map(0, FLASH_SIZE, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
    return engine


@cache
def _counter_index() -> int:
    """Where Unicorn keeps its count of executed instructions and its limit.

    `emu_start(count=...)` counts instructions in two adjacent words of the engine's own structure,
    but has no function to read them. Two known programs show where they are: the count stops one
    beyond the limit, at the instruction that was not executed any more.
    """
    engine = _engine()
    engine.mem_write(0, b"\xfe\xe7")  # b .
    found: set[int] | None = None
    for limit in (0xACE1, 0x1BEEF):
        engine.emu_start(1, NOWHERE, count=limit)
        words = (ctypes.c_size_t * 1024).from_address(engine._uch.value)
        here = {i for i in range(1023) if words[i] == limit + 1 and words[i + 1] == limit}
        found = here if found is None else found & here
    if not found or len(found) != 1:
        raise RuntimeError(
            f"Unicorn {unicorn.__version__} keeps its instruction count in a different place from "
            "known versions; install unicorn 2.1.4"
        )
    return found.pop()


# Bits of Unicorn's set of features: DSP, the M profile, and its main extension.
FEATURE_DSP, FEATURE_M, FEATURE_MAIN = 1 << 34, 1 << 9, 1 << 38


@cache
def _features_index() -> int:
    """Where a saved context has the features of the core, in words of 64 bits.

    It is the word by which a Cortex-M3 and a Cortex-M4 differ in nothing but the DSP extension.
    """
    found = []
    for model in (arm.UC_CPU_ARM_CORTEX_M3, arm.UC_CPU_ARM_CORTEX_M4):
        engine = unicorn.Uc(unicorn.UC_ARCH_ARM, MODE)
        engine.ctl_set_cpu_model(model)
        engine.mem_map(0, FLASH_SIZE)
        found.append(list(_words(engine.context_save())))
    here = [
        i
        for i, (m3, m4) in enumerate(zip(*found, strict=True))
        if m3 ^ m4 == m4 & FEATURE_DSP and m3 & FEATURE_M and m3 & FEATURE_MAIN and m3 != m4
    ]
    if len(here) != 1:
        raise RuntimeError(
            f"Unicorn {unicorn.__version__} keeps the features of a core in a different place from "
            "known versions; install unicorn 2.1.4"
        )
    return here[0]


def _words(context: Any) -> "ctypes.Array[ctypes.c_uint64]":
    return (ctypes.c_uint64 * (context.size // 8)).from_address(context.context.value)


def _holds(address: int, size: int) -> bool:
    """Tell whether all bytes are in flash or all in RAM."""
    return address <= FLASH_SIZE - size or RAM_START <= address <= RAM_END - size


class Registers:
    """A fixed set of registers, read or written in one call.

    The binding's own functions look up the type of a register with each access, which takes
    longer than an exception's entry should.
    """

    def __init__(self, engine: unicorn.Uc, names: Sequence[int]):
        self._engine, self._count = engine, len(names)
        self._names = (ctypes.c_int * self._count)(*names)
        self._values = (ctypes.c_uint32 * self._count)()
        start, size = ctypes.addressof(self._values), ctypes.sizeof(ctypes.c_uint32)
        self._pointers = (ctypes.c_void_p * self._count)(
            *(start + i * size for i in range(self._count))
        )

    def read(self) -> list[int]:
        """Read all, in order."""
        self._engine._do_reg_read_batch(self._names, self._pointers, self._count)
        return self._values[:]

    def write(self, *values: int) -> None:
        """Write all, in order."""
        self._values[:] = list(values)
        self._engine._do_reg_write_batch(self._names, self._pointers, self._count)


class Core:
    """Registers, memory and execution.

    Parameters
    ----------
    flash : bytes
        The whole flash memory.
    ram : bytes
        The whole RAM at power-on.
    tick : int
        The time at which it starts.
    """

    def __init__(self, flash: bytes, ram: bytes, tick: int):
        self.engine = _engine()
        self.engine.mem_write(0, flash)
        self.engine.mem_map(RAM_START, RAM_SIZE)
        self.engine.mem_write(RAM_START, ram)
        self._counter = (ctypes.c_size_t * 2).from_address(
            self.engine._uch.value + _counter_index() * ctypes.sizeof(ctypes.c_size_t)
        )
        self._tick = tick
        self._running = False
        self._until = tick
        self._intno: int | None = None
        self._invalid: tuple[int, int, int] | None = None
        self.slept = 0
        self.event_register = False
        self.lowest_sp = RAM_END
        self._poll = (0, 0, 0, 0)  # of the last read: PC, address, value, tick
        self._loops: dict[int, int | None] = {}
        engine = self.engine
        engine.hook_add(unicorn.UC_HOOK_INTR, self._on_interrupt)
        engine.hook_add(unicorn.UC_HOOK_MEM_INVALID, self._on_invalid)
        self._stop_at(flash)
        # Whatever CCR.UNALIGN_TRP says, the alignment of LDM, LDRD and the like is checked.
        self.traps_unaligned = False
        self._context = engine.context_save()
        self._set_whole(False)
        self._state = Registers(
            engine,
            [*range(arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R12 + 1), *OTHER_STATE],
        )
        self._numbered = Registers(engine, [*NUMBERED, arm.UC_ARM_REG_XPSR])
        self._poll_state: list[int] = []
        self._register = ctypes.c_uint32()
        self._register_reference = ctypes.byref(self._register)
        self.read_memory = engine.mem_read
        self.write_memory = engine.mem_write

    def _stop_at(self, flash: bytes) -> None:
        """Stop before each SEV, which Unicorn takes for a NOP, and what needs the main extension.

        A place to stop at costs nothing elsewhere; a hook, even of one place, slows all others.
        """
        code = np.frombuffer(flash, "<u2")
        places = {2 * int(i) for i in np.flatnonzero(code == SEV)}
        places |= {2 * int(i) for i in alignment.find_mode_writes(code)}
        # That PC is at such a place must not mean that a WFI before it was executed.
        waits = {2 * int(i) + 2 for i in np.flatnonzero(code == WFI)}
        added = places
        while added := {place - 2 for place in added & waits} - places:
            places |= added
        places.discard(0)  # half of a vector; Unicorn looks at the address before it, too
        self._places = places
        self.engine.ctl_exits_enabled(True)
        self.engine.ctl_set_exits(sorted(places))

    # Unicorn checks the alignment of every access if the core lacks the main extension of ARMv8-M's
    # profile M (a Cortex-M0). So it is translated without it, at no cost, and what an aligned core
    # refuses but a Cortex-M4 does is done in Python. Its other effects are few: writes to BASEPRI,
    # FAULTMASK and CONTROL.nPRIV take a step of their own, with it.

    def _set_whole(self, whole: bool) -> None:
        self.engine.context_update(self._context)
        words, place = _words(self._context), _features_index()
        words[place] = words[place] | FEATURE_MAIN if whole else words[place] & ~FEATURE_MAIN
        self.engine.context_restore(self._context)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Have the main extension, for writes to the registers that it adds."""
        self._set_whole(True)
        try:
            yield
        finally:
            self._set_whole(False)

    def _on_interrupt(self, engine: unicorn.Uc, number: int, _: object) -> None:
        if number == DATA_ABORT and self._transferred():
            return  # Unicorn goes on from the PC that was written.
        self._intno = number
        engine.emu_stop()

    def _transferred(self) -> bool:
        """Do the load or store at PC, whose address is not aligned, if it is a plain one in memory.

        The others take a step of their own, and that ten times longer or more.
        """
        if self._invalid or self._counter[0] > self._counter[1] or self.traps_unaligned:
            return False  # In the first two cases, Unicorn is to stop and cannot in an IT block.
        *registers, xpsr = self._numbered.read()
        pc = registers[alignment.PC]
        if not _holds(pc, 4):
            return False
        code = int.from_bytes(self.read_memory(pc, 4), "little")
        transfer = alignment.decode_transfer(code & 0xFFFF, code >> 16)
        if transfer is None:
            return False
        registers[alignment.PC] = (pc + 4) & ~3  # as instructions see it
        address, base = transfer.addresses(registers)
        size, rt = transfer.size, transfer.rt
        if not _holds(address, size) or (address < FLASH_SIZE and not transfer.load):
            return False
        if transfer.load:
            data = self.read_memory(address, size)
            value = int.from_bytes(data, "little", signed=transfer.signed) & 0xFFFF_FFFF
            self.write_register(NUMBERED[rt], value)
        else:
            self.write_memory(address, registers[rt].to_bytes(4, "little")[:size])
        if transfer.writes_back:
            self.write_register(NUMBERED[transfer.rn], base)
        if xpsr & alignment.IT_STATE:
            self.write_register(arm.UC_ARM_REG_XPSR, alignment.advance_it(xpsr))
        self.write_register(arm.UC_ARM_REG_PC, (pc + transfer.length) | 1)
        return True

    def _on_invalid(
        self, engine: unicorn.Uc, access: int, address: int, size: int, value: int, _: object
    ) -> bool:
        self._invalid = (access, address, size)
        return False

    def read_register(self, register: int) -> int:
        """Read a register, by its number in `unicorn.arm_const`."""
        self.engine._do_reg_read(register, self._register_reference)
        return self._register.value

    def write_register(self, register: int, value: int) -> None:
        """Write a register."""
        self._register.value = value
        self.engine._do_reg_write(register, self._register_reference)

    @property
    def now(self) -> int:
        """Ticks since power-on; during an instruction, those before it."""
        if self._running:
            return self._tick + self._counter[0] - 1
        return self._tick

    @property
    def awake(self) -> int:
        """Ticks since power-on in which the core did not sleep: the instructions executed."""
        return self.now - self.slept

    @property
    def counted(self) -> int:
        """Instructions executed, seen between two instructions rather than during one."""
        return self._tick + self._counter[0] - self.slept

    def sleep_until(self, tick: int) -> None:
        """Let time pass without executing anything."""
        self.slept += tick - self._tick
        self._tick = tick

    def interrupt_at(self, tick: int) -> None:
        """Stop executing at `tick`, or after the present instruction if that is later."""
        if self._running:
            counter = self._counter
            self._until = min(self._until, tick)
            counter[1] = max(min(counter[1], tick - self._tick), counter[0])

    def waited(self, address: int, value: int) -> None:
        """Note that the program reads a register that only events change.

        If it reads the same value in a loop that does nothing else, all rounds but the last before
        the next event are gone through at once.
        """
        now, pc = self.now, self.read_register(arm.UC_ARM_REG_PC)
        before, self._poll = self._poll, (pc, address, value, now)
        length = now - before[3]
        if before[:3] != (pc, address, value) or not 0 < length <= polling.LONGEST:
            self._poll_state = []
            return
        if pc not in self._loops:
            self._loops[pc] = polling.loop_length(self._halfword, pc)
        state = self._state.read()
        if self._loops[pc] == length and state == self._poll_state:
            rounds = (self._counter[1] - self._counter[0]) // length - 1
            if rounds > 0:
                self._tick += rounds * length
                self._counter[1] -= rounds * length
                self._poll = pc, address, value, now + rounds * length
        self._poll_state = state

    def execute(self, until: int) -> Stop:
        """Execute instructions until the tick `until`, or until one needs attention.

        An IT block is not divided: it may carry execution up to four ticks beyond.

        Raises
        ------
        FaultError
            For an access or instruction that the core cannot perform.
        """
        self._until = until
        while True:
            stop = self._execute(max(1, self._until - self._tick))
            if stop is Stop.SINGLE_STEP:
                stop = self._step()
            while stop is Stop.LIMIT and self._in_it_block():
                stop = self._step()
            if stop is not Stop.LIMIT or self._tick >= self._until:
                return stop

    def _in_it_block(self) -> bool:
        return bool(self.read_register(arm.UC_ARM_REG_XPSR) & alignment.IT_STATE)

    def _step(self) -> Stop:
        """Execute the one instruction that is not for Unicorn as it is."""
        pc, before = self.read_register(arm.UC_ARM_REG_PC), self._tick
        halfword = self._halfword(pc)
        end = pc + alignment.size_of(halfword)
        if halfword in (SEV, WFI) and not self._in_it_block():
            self.write_register(arm.UC_ARM_REG_PC, end | 1)
            self._tick += 1
            stop = Stop.LIMIT
        else:
            stop = self._step_whole(pc, end)
        if self._tick > before and halfword == WFI:
            return Stop.WFI
        if self._tick > before and halfword == SEV:
            self.event_register = True
        return stop

    def _step_whole(self, pc: int, end: int) -> Stop:
        """Execute the one instruction at `pc`, with the main extension."""
        engine = self.engine
        # What was translated otherwise must not be executed now, nor what is translated now later.
        engine.ctl_remove_cache(pc, end + 1)
        engine.ctl_exits_enabled(False)
        try:
            with self.whole():
                return self._execute(1, end)
        finally:
            engine.ctl_exits_enabled(True)
            engine.ctl_remove_cache(pc, end + 1)
            target = self.read_register(arm.UC_ARM_REG_PC)
            engine.ctl_remove_cache(target, target + 1)

    def _execute(self, limit: int, end: int | None = None) -> Stop:
        """Execute up to a limit of instructions, to a place to stop at, or to `end`."""
        self._intno = self._invalid = None
        pc = self.read_register(arm.UC_ARM_REG_PC)
        error = None
        self._running = True
        try:
            self.engine.emu_start(pc | 1, NOWHERE if end is None else end, count=limit)
        except unicorn.UcError as caught:
            error = caught
        finally:
            executed, limit = self._counter[0], self._counter[1]
            self._running = False
            self.lowest_sp = min(self.lowest_sp, self.read_register(arm.UC_ARM_REG_SP))
            normal = error is None and self._intno is None
            pc = self.read_register(arm.UC_ARM_REG_PC)
            at_place = normal and (pc == end if end is not None else pc in self._places)
            beyond = executed > limit and self._intno is None and not at_place
            if beyond or self._intno == DATA_ABORT:
                executed -= 1  # counted, and stopped before it
            self._tick += executed
        if at_place:
            return Stop.SINGLE_STEP if end is None and executed < limit else Stop.LIMIT
        if self._invalid is not None and error is not None:
            return self._explain_error(error)
        if self._intno == DATA_ABORT:
            return self._explain_alignment()
        if normal:
            return Stop.LIMIT if self._counter[0] > limit else Stop.WFI
        if self._intno is not None:
            return self._explain_interrupt(self._intno)
        return self._explain_error(error)

    def _explain_alignment(self) -> Stop:
        pc = self.read_register(arm.UC_ARM_REG_PC)
        name = alignment.alignment_required_by(self._halfword(pc), self._halfword(pc + 2))
        if name is None and not self.traps_unaligned:
            return Stop.SINGLE_STEP
        why = "the core takes only aligned ones for it"
        if name is None:
            name, why = "an access", "CCR.UNALIGN_TRP is set"
        raise FaultError("unaligned", f"An unaligned address for {name}: {why}")

    def _explain_interrupt(self, number: int) -> Stop:
        # Numbers as in QEMU's target/arm/cpu.h.
        if number == 8:
            return Stop.EXCEPTION_RETURN
        if number == 2:
            return Stop.SVC
        pc = self.read_register(arm.UC_ARM_REG_PC)
        if number == 7:
            raise FaultError("hard", "A breakpoint instruction (BKPT) without a debugger")
        if number == 3:
            raise FaultError("ibus", f"Execution went to 0x{pc:08x}, where there is no code", pc)
        raise FaultError("usage", f"The core took exception {number} of its emulator")

    def _explain_error(self, error: unicorn.UcError) -> Stop:
        pc = self.read_register(arm.UC_ARM_REG_PC)
        if self._invalid is not None:
            return self._explain_access(*self._invalid)
        if error.errno != unicorn.UC_ERR_INSN_INVALID:
            raise FaultError("usage", f"The core stopped: {error}") from error
        hint = self._halfword(pc - 2)
        if hint == WFE:
            return Stop.WFE
        if hint == YIELD:
            return Stop.LIMIT
        if not self.read_register(arm.UC_ARM_REG_XPSR) & 1 << 24:
            raise FaultError(
                "usage", "A jump to an even address: the Cortex-M4 runs Thumb code only"
            )
        raise FaultError(
            "usage", f"0x{self._halfword(pc):04x} is not an instruction of the Cortex-M4"
        ) from error

    def _explain_access(self, access: int, address: int, size: int) -> Stop:
        if access in (unicorn.UC_MEM_FETCH_UNMAPPED, unicorn.UC_MEM_FETCH_PROT):
            raise FaultError(
                "ibus", f"Execution went to 0x{address:08x}, where there is no code", address
            )
        if access == unicorn.UC_MEM_WRITE_PROT:
            message = f"A write to flash at 0x{address:08x}: it needs the flash controller, NVMC"
        else:
            verb = "write to" if access == unicorn.UC_MEM_WRITE_UNMAPPED else "read from"
            message = f"A {verb} 0x{address:08x}, where the chip has nothing"
        sp = self.read_register(arm.UC_ARM_REG_SP)
        if RAM_START - 0x1_0000 <= address < RAM_START and sp < RAM_START + 0x400:
            message = (
                f"Stack overflow: the stack pointer is 0x{sp:08x}, and 0x{address:08x} lies below "
                "the RAM"
            )
        raise FaultError("bus", message, address)

    def _halfword(self, address: int) -> int:
        try:
            return int.from_bytes(self.read_memory(address, 2), "little")
        except unicorn.UcError:
            return 0
