"""How much stack a program has used."""

import numpy as np

from nano33sim.core import RAM_END, RAM_START, Core
from nano33sim.elf import Symbols

# Names that linker scripts give the lower end of the stack.
LIMITS = ("__stack_limit", "__StackLimit", "__stack_start", "__stack_start__", "_sstack")


def stack_depth(core: Core, top: int, symbols: Symbols) -> int | None:
    """Bytes of stack used since power-on.

    Memory below the stack that was never used still holds one value everywhere: what the start-up
    code painted it with, or what the simulator's RAM holds at power-on. The depth is counted from
    the lowest word that differs.

    Parameters
    ----------
    core : Core
        The processor.
    top : int
        Initial stack pointer.
    symbols : Symbols
        Symbols of the program: they may show where the stack ends.

    Returns
    -------
    int or None
        None if the lower end is neither named by a symbol nor the beginning of the RAM.
    """
    limits = [symbols.values[name] for name in LIMITS if name in symbols.values]
    if limits:
        bottom = limits[0]
    elif top < (RAM_START + RAM_END) // 2:
        bottom = RAM_START  # a stack below the data
    else:
        return None
    if not RAM_START <= bottom < top <= RAM_END:
        return None
    words = np.frombuffer(core.read_memory(bottom, top - bottom), "<u4")
    used = np.flatnonzero(words != words[0])
    painted = len(words) if not len(used) else int(used[0])
    return max(top - bottom - 4 * painted, top - core.lowest_sp)
