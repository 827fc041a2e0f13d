"""A Nano 33 BLE Sense (nRF52840) that runs the very bytes to be flashed.

Modelled: the Cortex-M4F with its exceptions, NVIC, SysTick and cycle counter; sleep; CLOCK, POWER,
GPIO, UARTE, TIMER, RTC, PDM, PPI, RNG, TEMP, FICR, UICR and the readiness of NVMC.

Time: one instruction is one tick of 64 MHz, sleep and waiting loops pass at once, and a run can be
repeated exactly. Real instructions take one cycle or more, so a board is slower than its
simulation; an interrupt's entry takes no time here and twelve cycles there.

Not modelled: the memory protection unit and all other peripherals. Their registers keep what is
written and are listed in the result; a task triggered in them is an error. An unaligned address is
a fault where it is one on the chip, except in VLDR, VSTR, VLDM and VSTM (with VPUSH and VPOP) of
double registers and in a STREX or STREXH that no LDREX precedes. The FPU's registers are saved at
an interrupt's entry, not when its handler uses them. The program is started as after a reset,
without the bootloader.
"""

from nano33sim.board import Board
from nano33sim.errors import ProgramError, SimulationError
from nano33sim.recording import PinChange, Recording, SerialLine

__all__ = ["Board", "PinChange", "ProgramError", "Recording", "SerialLine", "SimulationError"]
