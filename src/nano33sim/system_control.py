"""The private peripherals of the Cortex-M4 at 0xE0000000: NVIC, SysTick, SCB, FPU, DWT.

Registers as in the ARMv7-M Architecture Reference Manual (DDI 0403), B3, and the Cortex-M4
Technical Reference Manual. MPU, ITM, TPIU, FPB and ETM can be written and read, without effect.
"""

from collections.abc import Callable

from nano33sim.core import Core, FaultError
from nano33sim.exceptions import (
    BUS_FAULT,
    FIRST_IRQ,
    IRQS,
    MEM_MANAGE,
    NMI,
    PENDSV,
    PRIORITY_MASK,
    SYSTICK,
    USAGE_FAULT,
    Exceptions,
)
from nano33sim.scheduler import Event, Scheduler

BASE, SIZE = 0xE000_0000, 0x10_0000

DWT_CTRL, DWT_CYCCNT = 0xE000_1000, 0xE000_1004
ICTR, ACTLR = 0xE000_E004, 0xE000_E008
SYST_CSR, SYST_RVR, SYST_CVR, SYST_CALIB = 0xE000_E010, 0xE000_E014, 0xE000_E018, 0xE000_E01C
ISER, ICER, ISPR, ICPR, IABR, IPR = (
    0xE000_E100,
    0xE000_E180,
    0xE000_E200,
    0xE000_E280,
    0xE000_E300,
    0xE000_E400,
)
CPUID, ICSR, VTOR, AIRCR, SCR, CCR = range(0xE000_ED00, 0xE000_ED18, 4)
SHPR, SHCSR, CFSR, HFSR, DFSR, MMFAR, BFAR, AFSR = (
    0xE000_ED18,
    0xE000_ED24,
    0xE000_ED28,
    0xE000_ED2C,
    0xE000_ED30,
    0xE000_ED34,
    0xE000_ED38,
    0xE000_ED3C,
)
CPACR = 0xE000_ED88
DHCSR, DEMCR = 0xE000_EDF0, 0xE000_EDFC
STIR, FPCCR, FPCAR, FPDSCR = 0xE000_EF00, 0xE000_EF34, 0xE000_EF38, 0xE000_EF3C

IRQ_WORDS = (IRQS + 31) // 32
WORD = 0xFFFF_FFFF

# Of CFSR: PRECISERR, IBUSERR, UNDEFINSTR, UNALIGNED.
FAULT_STATUS = {"bus": 1 << 9, "ibus": 1 << 8, "usage": 1 << 16, "unaligned": 1 << 24}
CCR_UNALIGN_TRP = 1 << 3
STACKING_ERROR, BFAR_VALID = 1 << 12, 1 << 15

CSR_ENABLE, CSR_TICKINT, CSR_CLKSOURCE, CSR_COUNTFLAG = 1, 2, 4, 1 << 16

# Stored, without effect: debug and trace, and the memory protection unit.
PASSIVE = (
    (0xE000_0000, 0xE000_1000),  # ITM
    (0xE000_1008, 0xE000_2000),  # DWT other than its cycle counter
    (0xE000_2000, 0xE000_3000),  # FPB
    (0xE000_ED90, 0xE000_EDBC),  # MPU
    (0xE004_0000, 0xE004_2000),  # TPIU, ETM
)

IDENTIFICATION = {
    CPUID: 0x410F_C241,  # Cortex-M4 r0p1
    0xE000_ED40: 0x30,
    0xE000_ED44: 0x200,
    0xE000_ED48: 0x0010_0000,
    0xE000_ED4C: 0,
    0xE000_ED50: 0x0010_0030,
    0xE000_ED54: 0,
    0xE000_ED58: 0x0100_0000,
    0xE000_ED5C: 0,
    0xE000_ED60: 0x0110_1110,
    0xE000_ED64: 0x0211_2000,
    0xE000_ED68: 0x2123_2231,
    0xE000_ED6C: 0x0111_1131,
    0xE000_ED70: 0x0131_0132,
    0xE000_ED90: 0x800,  # MPU_TYPE: eight regions
    0xE000_EF40: 0x1011_0021,  # MVFR0
    0xE000_EF44: 0x1100_0011,  # MVFR1
    0xE000_EF48: 0,
    ICTR: 1,
    SYST_CALIB: 0xC000_0000,  # no reference clock, no calibration
}

PLAIN = {
    ACTLR: 0,
    SCR: 0,
    CCR: 0x200,
    SHCSR: 0,
    MMFAR: 0,
    BFAR: 0,
    AFSR: 0,
    CPACR: 0,
    FPCCR: 0xC000_0000,
    FPCAR: 0,
    FPDSCR: 0,
    DHCSR: 0,
    DEMCR: 0,
    0xE000_EDF4: 0,
    0xE000_EDF8: 0,
}


class SysTick:
    """The core's own timer. On the nRF52840 it stands still while the core sleeps."""

    def __init__(self, core: Core, scheduler: Scheduler, on_wrap: Callable[[], None]):
        self._core, self._scheduler, self._on_wrap = core, scheduler, on_wrap
        self.control = CSR_CLKSOURCE
        self.reload = 0
        self._value = 0  # while stopped
        self._wrap = 0  # in ticks awake: when it reaches zero next
        self._event: Event | None = None

    def _running(self) -> bool:
        return bool(self.control & CSR_ENABLE) and self.reload > 0

    @property
    def value(self) -> int:
        """Current value."""
        if not self._running():
            return self._value
        left = self._wrap - self._core.awake
        return 0 if left > self.reload else max(left, 0)

    def _start(self, left: int) -> None:
        self._wrap = self._core.awake + left
        self.reschedule()

    def reschedule(self) -> None:
        """Plan the next wrap again, for example after a sleep."""
        if self._event:
            self._event.cancel()
        self._event = None
        if self._running():
            left = self._wrap - self._core.awake
            self._event = self._scheduler.at(self._core.now + left, self._reached_zero)

    def _reached_zero(self) -> None:
        self.control |= CSR_COUNTFLAG
        self._wrap += self.reload + 1
        self.reschedule()
        if self.control & CSR_TICKINT:
            self._on_wrap()

    def read_control(self) -> int:
        """Read CSR, which clears its count flag."""
        value = self.control
        self.control &= ~CSR_COUNTFLAG
        return value

    def write_control(self, value: int) -> None:
        """Write CSR."""
        before = self.value
        was_running = self._running()
        self.control = (self.control & CSR_COUNTFLAG) | (value & 3) | CSR_CLKSOURCE
        if self._running() and not was_running:
            # From zero it first takes the reload value.
            self._start(before or self.reload + 1)
        elif was_running and not self._running():
            self._value = before
            self.reschedule()

    def write_reload(self, value: int) -> None:
        """Write RVR: it counts from the next wrap on."""
        was_running = self._running()
        self.reload = value & 0xFF_FFFF
        if self._running() and not was_running:
            self._start(self.reload + 1)
        elif was_running and not self._running():
            self.reschedule()

    def clear(self) -> None:
        """Write CVR, with whatever value: zero, and reload at the next tick."""
        self.control &= ~CSR_COUNTFLAG
        self._value = 0
        if self._running():
            self._start(self.reload + 1)


class SystemControl:
    """Reads and writes of the private peripheral bus."""

    def __init__(
        self,
        core: Core,
        exceptions: Exceptions,
        scheduler: Scheduler,
        on_reset: Callable[[], None],
    ):
        self._core, self._exceptions, self._on_reset = core, exceptions, on_reset
        self.systick = SysTick(core, scheduler, lambda: exceptions.pend(SYSTICK))
        self.values = dict(PLAIN)
        self._fault_status = self._hard_fault_status = 0
        self._group = 0
        self._cycles_from = self._cycles = 0
        self._dwt_control = 0x4000_0000
        exceptions.on_stacking_error = self._note_stacking_error

    # The bus: words, and bytes or halfwords of what is an array of bytes.

    def read(self, address: int, size: int) -> int:
        """Read `size` bytes."""
        word = self._read_word(address & ~3)
        return word >> 8 * (address & 3) & (1 << 8 * size) - 1

    def write(self, address: int, size: int, value: int) -> None:
        """Write `size` bytes."""
        if size < 4:
            if not (
                IPR <= address < IPR + IRQS
                or SHPR <= address < SHPR + 12
                or CFSR <= address < CFSR + 4
            ):
                raise FaultError(
                    "bus", f"A write of {size} bytes to 0x{address:08x}: it takes words only"
                )
            shift = 8 * (address & 3)
            mask = (1 << 8 * size) - 1 << shift
            value = value << shift & mask
            if not CFSR <= address < CFSR + 4:
                value |= self._read_word(address & ~3) & ~mask
            address &= ~3
        self._write_word(address, value)

    def _read_word(self, address: int) -> int:
        exceptions, systick = self._exceptions, self.systick
        if address in self.values:
            return self.values[address]
        if address in IDENTIFICATION:
            return IDENTIFICATION[address]
        for base, bits in (
            (ISER, exceptions.enabled),
            (ICER, exceptions.enabled),
            (ISPR, exceptions.pending),
            (ICPR, exceptions.pending),
            (IABR, sum(1 << number for number in exceptions.active)),
        ):
            if base <= address < base + 4 * IRQ_WORDS:
                return bits >> FIRST_IRQ + 8 * (address - base) & WORD
        if IPR <= address < IPR + IRQS:
            first = FIRST_IRQ + address - IPR
            return int.from_bytes(bytes(exceptions.priority[first : first + 4]), "little")
        if SHPR <= address < SHPR + 12:
            first = 4 + address - SHPR
            return int.from_bytes(bytes(exceptions.priority[first : first + 4]), "little")
        readers: dict[int, Callable[[], int]] = {
            SYST_CSR: systick.read_control,
            SYST_RVR: lambda: systick.reload,
            SYST_CVR: lambda: systick.value,
            DWT_CTRL: lambda: self._dwt_control,
            DWT_CYCCNT: self._read_cycles,
            ICSR: self._read_icsr,
            VTOR: lambda: exceptions.vector_table,
            AIRCR: lambda: 0xFA05_0000 | self._group << 8,
            CFSR: lambda: self._fault_status,
            HFSR: lambda: self._hard_fault_status,
            DFSR: lambda: 0,
            STIR: lambda: 0,
        }
        if address in readers:
            return readers[address]()
        if any(low <= address < high for low, high in PASSIVE):
            return 0
        raise FaultError("bus", f"A read from 0x{address:08x}: the Cortex-M4 has no register there")

    def _write_word(self, address: int, value: int) -> None:
        exceptions, systick = self._exceptions, self.systick
        for base, action in (
            (ISER, lambda number: exceptions.enable(number, True)),
            (ICER, lambda number: exceptions.enable(number, False)),
            (ISPR, exceptions.pend),
            (ICPR, exceptions.unpend),
        ):
            if base <= address < base + 4 * IRQ_WORDS:
                for bit in range(32):
                    number = FIRST_IRQ + 8 * (address - base) + bit
                    if value >> bit & 1 and number < FIRST_IRQ + IRQS:
                        action(number)
                return
        if IPR <= address < IPR + IRQS or SHPR <= address < SHPR + 12:
            first = FIRST_IRQ + address - IPR if address < CPUID else 4 + address - SHPR
            for i, priority in enumerate(value.to_bytes(4, "little")):
                exceptions.priority[first + i] = priority & PRIORITY_MASK
            exceptions.on_pending()
            return
        writers: dict[int, Callable[[int], None]] = {
            SYST_CSR: systick.write_control,
            SYST_RVR: systick.write_reload,
            SYST_CVR: lambda _: systick.clear(),
            DWT_CTRL: self._write_dwt_control,
            DWT_CYCCNT: self._write_cycles,
            DEMCR: self._write_demcr,
            ICSR: self._write_icsr,
            VTOR: self._write_vtor,
            AIRCR: self._write_aircr,
            SCR: self._write_scr,
            CCR: self._write_ccr,
            SHCSR: self._write_shcsr,
            CFSR: self._clear_fault_status,
            HFSR: self._clear_hard_fault_status,
            DFSR: lambda _: None,
            STIR: lambda irq: exceptions.pend(FIRST_IRQ + (irq & 0x1FF)),
        }
        if address in writers:
            writers[address](value)
        elif address in self.values:
            self.values[address] = value
        elif not any(low <= address < high for low, high in PASSIVE):
            if address in IDENTIFICATION:
                raise FaultError("bus", f"A write to 0x{address:08x}, which can only be read")
            raise FaultError(
                "bus", f"A write to 0x{address:08x}: the Cortex-M4 has no register there"
            )

    # The system control block.

    def _read_icsr(self) -> int:
        exceptions = self._exceptions
        active = exceptions.active
        waiting = exceptions.pending & exceptions.enabled
        value = active[-1] if active else 0
        value |= (waiting & -waiting).bit_length() - 1 << 12 if waiting else 0
        value |= bool(exceptions.pending >> FIRST_IRQ) << 22
        value |= (len(active) == 1) << 11
        value |= (exceptions.pending >> SYSTICK & 1) << 26 | (
            exceptions.pending >> PENDSV & 1
        ) << 28
        return value | (exceptions.pending >> NMI & 1) << 31

    def _write_icsr(self, value: int) -> None:
        for bit, number, pend in (
            (31, NMI, True),
            (28, PENDSV, True),
            (27, PENDSV, False),
            (26, SYSTICK, True),
            (25, SYSTICK, False),
        ):
            if value >> bit & 1:
                (self._exceptions.pend if pend else self._exceptions.unpend)(number)

    def _write_vtor(self, value: int) -> None:
        self._exceptions.vector_table = value & 0xFFFF_FF80

    def _write_aircr(self, value: int) -> None:
        if value >> 16 != 0x05FA:
            return
        self._group = value >> 8 & 7
        self._exceptions.group_mask = 0xFF << self._group + 1 & 0xFF
        if value & 4:
            self._on_reset()

    def _write_scr(self, value: int) -> None:
        self.values[SCR] = value & 0x16
        self._exceptions.send_event_on_pending = bool(value & 0x10)
        self._exceptions.sleep_on_exit = bool(value & 2)

    def _write_ccr(self, value: int) -> None:
        self.values[CCR] = value
        self._core.traps_unaligned = bool(value & CCR_UNALIGN_TRP)

    def _write_shcsr(self, value: int) -> None:
        self.values[SHCSR] = value
        for bit, number in ((16, MEM_MANAGE), (17, BUS_FAULT), (18, USAGE_FAULT)):
            self._exceptions.enable(number, bool(value >> bit & 1))

    def record_fault(self, number: int, kind: str, address: int | None) -> None:
        """Set the fault status registers as the core does on its way to the handler."""
        status = FAULT_STATUS.get(kind, 0)
        if kind == "bus" and address is not None:
            status |= BFAR_VALID
            self.values[BFAR] = address
        self._fault_status |= status
        if number not in (BUS_FAULT, USAGE_FAULT, MEM_MANAGE):
            self._hard_fault_status |= 1 << 30

    def _note_stacking_error(self) -> None:
        self._fault_status |= STACKING_ERROR

    def _clear_fault_status(self, value: int) -> None:
        self._fault_status &= ~value

    def _clear_hard_fault_status(self, value: int) -> None:
        self._hard_fault_status &= ~value

    @property
    def fpu_enabled(self) -> bool:
        """Whether the program has switched on the floating-point unit."""
        return self.values[CPACR] >> 20 & 0xF == 0xF

    # The cycle counter: it counts instructions, and stands still while the core sleeps.

    def _counts_cycles(self) -> bool:
        return bool(self._dwt_control & 1 and self.values[DEMCR] >> 24 & 1)

    def _read_cycles(self) -> int:
        if self._counts_cycles():
            return self._cycles + self._core.awake - self._cycles_from & WORD
        return self._cycles

    def _write_cycles(self, value: int) -> None:
        self._cycles, self._cycles_from = value, self._core.awake

    def _write_dwt_control(self, value: int) -> None:
        self._write_cycles(self._read_cycles())
        self._dwt_control = 0x4000_0000 | value & 0x0FFF_FFFF

    def _write_demcr(self, value: int) -> None:
        self._write_cycles(self._read_cycles())
        self.values[DEMCR] = value
