"""What can go wrong on the simulated board."""

from nano33sim.recording import Recording


class ProgramError(Exception):
    """The program, or the file that should hold it, is wrong.

    The message says what was wrong, where, and what would be right: it can be shown to the user as
    it is.
    """


class SimulationError(ProgramError):
    """The program did something that the chip does not do, or that would crash it.

    Parameters
    ----------
    message : str
        What the program did, in plain words.
    pc : int, optional
        Address of the instruction.
    function : str, optional
        Function it belongs to, where an ELF file is given.
    seconds : float, optional
        Virtual time.

    Attributes
    ----------
    recording : Recording or None
        What had happened in the run until then.
    """

    def __init__(
        self,
        message: str,
        *,
        pc: int | None = None,
        function: str | None = None,
        seconds: float | None = None,
    ):
        self.message, self.pc, self.function, self.seconds = message, pc, function, seconds
        self.recording: Recording | None = None
        where = ""
        if pc is not None:
            where = f" (at 0x{pc:08x}"
            where += f" in {function}" if function else ""
            where += f", {seconds:.6f} s after power-on)" if seconds is not None else ")"
        super().__init__(message + where)
