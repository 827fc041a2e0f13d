"""How recordings are cut into windows."""

from typing import Annotated, Literal

from pydantic import Field

from wav2nano.settings.base import Settings


class ChunkingSettings(Settings):
    """How recordings are cut into windows."""

    rate: Annotated[int, Field(ge=4000, le=48000)] = 16000
    """sampling rate of the windows, Hz; the board's microphone gives 16,000"""

    window_seconds: Annotated[float, Field(gt=0, le=10)] = 1.0
    """length of a window, seconds"""

    # Left out where it is the default: such settings have the digests that they always had.
    short: Annotated[Literal["pad", "mask"], Field(exclude_if=lambda short: short == "pad")] = "pad"
    """for shorter recordings: pad (silence on both sides, which the network hears, too) or mask
    (silence after them, which is hidden from the network); mask is for lstm and bilstm with
    `filters: []`, and not for the board"""

    hop_seconds: Annotated[float, Field(ge=0.01, le=3600)] = 1.0
    """from one window to the next, seconds; used if `long` is slide"""

    long: Literal["loudest", "slide"] = "loudest"
    """for longer recordings: the window with the most energy, or one every `hop_seconds`"""

    @property
    def window_samples(self) -> int:
        """Length of a window in samples."""
        return round(self.rate * self.window_seconds)

    @property
    def hop_samples(self) -> int:
        """From one window to the next, samples; at least one."""
        return max(1, round(self.rate * self.hop_seconds))
