"""The board: a Nano 33 BLE Sense, simulated instruction by instruction.

Time is virtual and exact: one instruction takes one tick of 64 MHz. (On the chip, instructions
take one cycle and more; instructions are not cycles.) Sleep takes no time to simulate.
"""

import gc
from collections.abc import Callable
from pathlib import Path

import numpy as np
from unicorn import arm_const as arm

from nano33sim.bus import Bus
from nano33sim.core import (
    RAM_FILL,
    RAM_SIZE,
    RAM_START,
    Core,
    FaultError,
    Stop,
)
from nano33sim.elf import Symbols, read_image, read_symbols
from nano33sim.errors import SimulationError
from nano33sim.exceptions import (
    BUS_FAULT,
    HARD_FAULT,
    SVCALL,
    USAGE_FAULT,
    Exceptions,
    name_of,
)
from nano33sim.microphone import RATE, Microphone
from nano33sim.peripherals.base import Chip
from nano33sim.peripherals.clock import Clock, Power
from nano33sim.peripherals.gpio import Port
from nano33sim.peripherals.pdm import Pdm
from nano33sim.peripherals.rtc import Rtc
from nano33sim.peripherals.small import (
    FactoryInformation,
    FlashController,
    Interconnect,
    RandomNumbers,
    Thermometer,
    UserInformation,
)
from nano33sim.peripherals.timer import Timer
from nano33sim.peripherals.uarte import Uarte
from nano33sim.profile import Profile
from nano33sim.recording import PinChange, Recording, SerialLine
from nano33sim.scheduler import TICKS_PER_SECOND, Scheduler
from nano33sim.stack import stack_depth
from nano33sim.system_control import BASE as PRIVATE_BASE
from nano33sim.system_control import SIZE as PRIVATE_SIZE
from nano33sim.system_control import SystemControl

# Pins of the Nano 33 BLE and Nano 33 BLE Sense, as in Arduino's variant.
PINS = {
    "P0.24": "LEDR",
    "P0.16": "LEDG",
    "P0.06": "LEDB",
    "P0.13": "LED_BUILTIN",
    "P1.09": "LED_PWR",
    "P0.17": "PIN_PDM_PWR",
    "P0.22": "PIN_ENABLE_SENSORS_3V3",
    "P1.00": "PIN_ENABLE_I2C_PULLUP",
}

FAULT_NUMBERS = {
    "bus": BUS_FAULT,
    "ibus": BUS_FAULT,
    "stacking": BUS_FAULT,
    "usage": USAGE_FAULT,
    "unaligned": USAGE_FAULT,
}

RESET_BY_PIN, RESET_BY_SOFTWARE = 1, 4

# So many resets, each within this time of the one before, are a loop that gets nowhere.
LOOP_RESETS, LOOP_SECONDS = 50, 1.0


class Board:
    """A board with a program in its flash, switched on.

    Parameters
    ----------
    firmware : bytes or Path
        A .bin (linked for 0x10000, as Arduino's, or for 0x0), .elf or .hex file, or the bytes of a
        .bin.
    elf : Path, optional
        The program's ELF file, for the names of functions and the layout of its stack.
    profile : bool
        Count instructions by function; this is slower, and needs `elf`.
    deliver_faults : bool
        Let the program's own fault handlers run. Normally a fault ends the simulation with a
        SimulationError that says what the program did.

    Examples
    --------
    >>> board = Board(Path("blink.bin"))                         # doctest: +SKIP
    >>> recording = board.run(seconds=2)                         # doctest: +SKIP
    >>> [(change.seconds, change.name) for change in recording.pins]  # doctest: +SKIP
    """

    def __init__(
        self,
        firmware: bytes | Path,
        *,
        elf: Path | None = None,
        profile: bool = False,
        deliver_faults: bool = False,
    ):
        self._image = read_image(firmware)
        self._flash = self._image.flash()
        if elf is None and isinstance(firmware, Path) and firmware.suffix == ".elf":
            elf = firmware
        self.symbols = read_symbols(elf) if elf else Symbols()
        self._deliver_faults = deliver_faults
        self._profile = Profile(self.symbols) if profile else None
        self._on_event: Callable[[SerialLine | PinChange], None] | None = None
        self._stop: Callable[[Recording], bool] | None = None
        self.reset()

    def reset(self) -> None:
        """Switch the board off and on again."""
        self._recording = Recording(0.0)
        self._partial_line = b""
        self._stop_requested = False
        self._resets_in_a_row: list[int] = []
        self._microphone = Microphone()
        self._power_on(bytes([RAM_FILL]) * RAM_SIZE, 0, 0, RESET_BY_PIN)

    def _power_on(self, ram: bytes, tick: int, slept: int, reason: int) -> None:
        self._reset_requested = False
        self._sleeping: Stop | None = None
        self._floating_checked = False
        core = self._core = Core(self._flash, ram, tick)
        core.slept = slept
        self._scheduler = Scheduler(core)
        self._exceptions = Exceptions(core, self._look_again)
        self._system = SystemControl(core, self._exceptions, self._scheduler, self._request_reset)
        self._bus = Bus(core.waited)
        self._connect_peripherals()
        self.power.set("RESETREAS", reason)
        engine = core.engine
        for base, size in ((0x1000_0000, 0x2000), (0x4000_0000, 0x8_0000), (0x5000_0000, 0x3_0000)):
            engine.mmio_map(base, size, self._read, base, self._write, base)
        engine.mmio_map(
            PRIVATE_BASE, PRIVATE_SIZE, self._read_private, None, self._write_private, None
        )
        if self._profile:
            self._profile.attach(core)
        stack, entry = np.frombuffer(self._flash, "<u4", 2, self._image.vectors).tolist()
        core.write_register(arm.UC_ARM_REG_SP, stack)
        core.write_register(arm.UC_ARM_REG_LR, 0xFFFF_FFFF)
        core.write_register(arm.UC_ARM_REG_PC, entry)

    def _connect_peripherals(self) -> None:
        chip = Chip(self._core, self._exceptions, self._scheduler, self._bus, {}, self._warn)
        clock = Clock(chip)
        self.power = Power(chip)
        for port in ("P0", "P1"):
            Port(chip, port, self._pin_changed)
        self._serial = [Uarte(chip, name, self._sent) for name in ("UARTE0", "UARTE1")]
        for number in range(5):
            Timer(chip, f"TIMER{number}")
        counters = [Rtc(chip, f"RTC{number}", clock) for number in range(3)]

        def start_counters() -> None:
            for counter in counters:
                counter.clock_started()

        clock.when_low_started = start_counters
        self._pdm = Pdm(chip, self._microphone, clock)
        for small in (
            FlashController,
            FactoryInformation,
            UserInformation,
            RandomNumbers,
            Thermometer,
            Interconnect,
        ):
            small(chip)

    # Memory-mapped registers.

    def _read(self, _engine: object, offset: int, size: int, base: int) -> int:
        try:
            return self._bus.read(base + offset, size)
        except FaultError as fault:
            raise self._located(fault) from None

    def _write(self, _engine: object, offset: int, size: int, value: int, base: int) -> None:
        try:
            self._bus.write(base + offset, size, value)
        except FaultError as fault:
            raise self._located(fault) from None

    def _read_private(self, _engine: object, offset: int, size: int, _data: object) -> int:
        try:
            return self._system.read(PRIVATE_BASE + offset, size)
        except FaultError as fault:
            raise self._located(fault) from None

    def _write_private(
        self, _engine: object, offset: int, size: int, value: int, _data: object
    ) -> None:
        try:
            self._system.write(PRIVATE_BASE + offset, size, value)
        except FaultError as fault:
            raise self._located(fault) from None

    def _located(self, fault: FaultError) -> FaultError:
        fault.pc = self._core.read_register(arm.UC_ARM_REG_PC)
        self._look_again()
        return fault

    def _look_again(self) -> None:
        """Stop executing after the current instruction: something may be due."""
        self._core.interrupt_at(0)

    def _request_reset(self) -> None:
        self._reset_requested = True
        self._reset_pc = self._core.read_register(arm.UC_ARM_REG_PC)
        self._look_again()

    # What comes out.

    def _seconds(self, tick: int) -> float:
        return tick / TICKS_PER_SECOND

    def _warn(self, text: str) -> None:
        if text not in self._recording.warnings:
            self._recording.warnings.append(text)

    def _pin_changed(self, pin: str, level: int) -> None:
        seconds = self._seconds(self._scheduler.now)
        self._tell(PinChange(seconds, PINS.get(pin, pin), level))

    def _sent(self, start: int, step: int, data: bytes) -> None:
        self._recording.serial += data
        begin = 0
        while (end := data.find(b"\n", begin)) >= 0:
            line = self._partial_line + data[begin:end]
            seconds = self._seconds(start + (end + 1) * step)
            self._tell(SerialLine(seconds, line.decode("utf-8", "replace").rstrip("\r")))
            self._partial_line = b""
            begin = end + 1
        self._partial_line += data[begin:]

    def _tell(self, event: SerialLine | PinChange) -> None:
        if isinstance(event, SerialLine):
            self._recording.lines.append(event)
        else:
            self._recording.pins.append(event)
        if self._on_event:
            self._on_event(event)
        if self._stop and self._stop(self._recording):
            self._stop_requested = True

    def send(self, data: bytes, *, port: int = 0) -> None:
        """Let bytes arrive on the serial line, one after the other from now on."""
        self._serial[port].receive(data)

    # Running.

    def run(
        self,
        audio: np.ndarray | None = None,
        seconds: float | None = None,
        *,
        stop: Callable[[Recording], bool] | None = None,
        on_event: Callable[[SerialLine | PinChange], None] | None = None,
    ) -> Recording:
        """Keep the board running, with `audio` at the microphone.

        Parameters
        ----------
        audio : int16 array [samples], optional
            What the microphone hears from now on, at 16 kHz; silence without.
        seconds : float, optional
            How long; as long as the audio, if not given.
        stop : callable, optional
            Asked after each serial line and each change of a pin, with the recording so far;
            ends the run if true.
        on_event : callable, optional
            Told each serial line and each change of a pin as it happens.

        Returns
        -------
        Recording
            What happened in this run.

        Raises
        ------
        SimulationError
            If the program did something the chip cannot do, or crashed; its `recording` says what
            happened until then.
        """
        audio = np.zeros(0, np.int16) if audio is None else np.asarray(audio)
        if audio.dtype != np.int16 or audio.ndim != 1:
            raise ValueError(f"audio must be int16 [samples], not {audio.dtype} {audio.shape}")
        if seconds is None:
            seconds = len(audio) / RATE
        core = self._core
        start, slept = core.now, core.slept
        recording = self._recording = Recording(self._seconds(start))
        self._microphone.play(audio, start)
        self._stop, self._on_event, self._stop_requested = stop, on_event, False
        before = self._pdm.delivered, self._pdm.buffers, self._pdm.reused
        try:
            self._advance(start + round(seconds * TICKS_PER_SECOND))
        except SimulationError as error:
            error.recording = recording
            raise
        finally:
            core = self._core
            recording.seconds = self._seconds(core.now - start)
            recording.sleep_seconds = self._seconds(core.slept - slept)
            recording.instructions = core.now - start - (core.slept - slept)
            recording.pdm_samples_delivered = self._pdm.delivered - before[0]
            recording.pdm_buffers = self._pdm.buffers - before[1]
            recording.pdm_buffers_reused = self._pdm.reused - before[2]
            recording.heard = self._microphone.heard
            recording.unmodelled = sorted(self._bus.unmodelled)
            recording.stack_depth = stack_depth(core, self._image_stack(), self.symbols)
            if self._profile:
                recording.by_function = self._profile.finish()
            self._stop = self._on_event = None
        return recording

    def _image_stack(self) -> int:
        return int.from_bytes(self._flash[self._image.vectors : self._image.vectors + 4], "little")

    def _advance(self, end: int) -> None:
        while self._core.now < end and not self._stop_requested:
            core = self._core
            try:
                self._scheduler.run()
                if self._reset_requested:
                    self._restart()
                    continue
                if self._sleeping:
                    if not self._wakes():
                        core.sleep_until(min(max(self._scheduler.next_tick, core.now), end))
                        self._system.systick.reschedule()
                        continue
                    self._sleeping = None
                exception = self._exceptions.due()
                if exception is not None:
                    self._exceptions.enter(exception)
                self._step(min(self._scheduler.next_tick, end))
            except FaultError as fault:
                self._fault(fault)

    def _step(self, until: int) -> None:
        core = self._core
        if self._exceptions.masked():
            # It is due at once when the mask goes.
            until = core.now + 1
        reason = core.execute(until)
        if not self._floating_checked:
            self._check_floating()
        if reason is Stop.EXCEPTION_RETURN:
            self._exceptions.leave()
            if self._exceptions.sleep_on_exit and not self._exceptions.active:
                self._sleeping = Stop.WFI
        elif reason is Stop.SVC:
            self._exceptions.pend(SVCALL)
            if self._exceptions.due() != SVCALL:
                raise FaultError("usage", "An SVC instruction where its exception cannot be taken")
        elif reason is Stop.WFI:
            self._sleeping = reason
        elif reason is Stop.WFE:
            if core.event_register:
                core.event_register = False
            else:
                self._sleeping = reason

    def _wakes(self) -> bool:
        if self._sleeping is Stop.WFI:
            return self._exceptions.wakes_from_wfi()
        if self._core.event_register or self._exceptions.due() is not None:
            self._core.event_register = False
            return True
        return False

    def _check_floating(self) -> None:
        """Unicorn's FPU is always on; the chip's must be switched on in CPACR."""
        if self._system.fpu_enabled:
            self._floating_checked = True
        elif self._core.read_register(arm.UC_ARM_REG_CONTROL) & 4:
            raise FaultError(
                "usage", "A floating-point instruction before the FPU was enabled in CPACR"
            )

    def _restart(self) -> None:
        core = self._core
        self._recording.resets += 1
        self._note_reset()
        ram = bytes(core.read_memory(RAM_START, RAM_SIZE))
        delivered = self._pdm.delivered, self._pdm.buffers, self._pdm.reused
        self._power_on(ram, core.now, core.slept, RESET_BY_SOFTWARE)
        if self._recording.resets % LOOP_RESETS == 0:
            # Hooks and their cores refer to each other, and an emulator holds a lot of memory.
            gc.collect()
        self._pdm.delivered, self._pdm.buffers, self._pdm.reused = delivered

    def _note_reset(self) -> None:
        """Stop where the program does nothing but reset itself again and again."""
        now, resets = self._core.now, self._resets_in_a_row
        if resets and now - resets[-1] > LOOP_SECONDS * TICKS_PER_SECOND:
            resets.clear()
        resets.append(now)
        if len(resets) < LOOP_RESETS:
            return
        active, faults = self._exceptions.active, self._recording.faults
        handler = f", in the handler of {name_of(active[-1])}" if active else ""
        reason = f", after this fault: {faults[-1]}" if faults and active else ""
        raise SimulationError(
            f"The program resets itself again and again: {len(resets)} resets in "
            f"{self._seconds(now - resets[0]):.3g} s. The last came because it asked for one "
            f"(AIRCR.SYSRESETREQ){handler}{reason}",
            pc=self._reset_pc,
            function=self.symbols.function_at(self._reset_pc),
            seconds=self._seconds(now),
        )

    def _fault(self, fault: FaultError) -> None:
        core = self._core
        pc = fault.pc if fault.pc is not None else core.read_register(arm.UC_ARM_REG_PC)
        error = SimulationError(
            fault.message,
            pc=pc,
            function=self.symbols.function_at(pc),
            seconds=self._seconds(core.now),
        )
        # What the simulator does not model would not be a fault on the chip.
        if not self._deliver_faults or fault.kind == "model":
            raise error from None
        number = FAULT_NUMBERS.get(fault.kind, HARD_FAULT)
        exceptions = self._exceptions
        if (
            not exceptions.enabled >> number & 1
            or exceptions.priority_of(number) >= exceptions.execution_priority()
        ):
            number = HARD_FAULT
        if exceptions.priority_of(number) >= exceptions.execution_priority():
            raise SimulationError(
                f"The core locked up, by a fault within a fault handler: {fault.message}",
                pc=pc,
                function=self.symbols.function_at(pc),
                seconds=self._seconds(core.now),
            )
        self._recording.faults.append(str(error))
        self._system.record_fault(number, fault.kind, fault.address)
        exceptions.pend(number)
