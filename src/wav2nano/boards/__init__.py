"""The boards, one file each: `BOARD` says what it is."""

from dataclasses import dataclass

from wav2nano.errors import UserError
from wav2nano.registry import entries


@dataclass(frozen=True)
class Board:
    """A board and the package that compiles for it.

    Attributes
    ----------
    fqbn : str
        Fully qualified board name, as arduino-cli knows it.
    title : str
        Human-readable name.
    bundled : bool
        Whether the package is in `firmware/hardware`, and builds without Arduino's servers.
    clock_hz : int
        Of the processor.
    flash_bytes, ram_bytes : int
        What is available to a sketch.
    stack_bytes : int
        Part of the RAM reserved for the stack; None if the package does not say.
    application_start : int
        Address of the first byte that is flashed: what comes before belongs to the bootloader.
    microphone_rate : int
        Samples a second.
    simulated : bool
        Whether the simulated board runs its binaries.
    """

    fqbn: str
    title: str
    bundled: bool
    clock_hz: int
    flash_bytes: int
    ram_bytes: int
    stack_bytes: int | None
    application_start: int
    microphone_rate: int
    simulated: bool


def boards() -> dict[str, Board]:
    """All boards by their fully qualified names."""
    return {module.BOARD.fqbn: module.BOARD for module in entries(__name__).values()}


def module_of(fqbn: str) -> str:
    """Name the module that describes a board."""
    return next(
        f"{__name__}.{name}"
        for name, module in entries(__name__).items()
        if fqbn == module.BOARD.fqbn
    )


def find_board(fqbn: str) -> Board:
    """Find a board by its fully qualified name.

    Raises
    ------
    UserError
        If there is none, with the names there are.
    """
    known = boards()
    if fqbn not in known:
        raise UserError(f"firmware.board: {fqbn!r} is not one of: {', '.join(known)}")
    return known[fqbn]
