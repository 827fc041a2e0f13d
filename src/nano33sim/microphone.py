"""What the microphone hears, as a function of virtual time."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import soxr

from nano33sim.scheduler import TICKS_PER_SECOND

RATE = 16_000
SAMPLE_TICKS = TICKS_PER_SECOND // RATE


@dataclass
class Segment:
    """Audio at 16 kHz that starts at a tick."""

    start: int
    audio: np.ndarray
    resampled: dict[int, np.ndarray] = field(default_factory=dict)

    def at(self, sample_ticks: int) -> np.ndarray:
        """Give the audio with one sample every `sample_ticks`."""
        if sample_ticks == SAMPLE_TICKS:
            return self.audio
        if sample_ticks not in self.resampled:
            rate = TICKS_PER_SECOND / sample_ticks
            self.resampled[sample_ticks] = soxr.resample(self.audio, RATE, rate)
        return self.resampled[sample_ticks]


class Microphone:
    """Audio, piece after piece; before, between and after the pieces it is silent.

    At 16 kHz the program gets the very samples of the recording. At another rate of the chip
    (its default is 16,129 Hz) the recording is resampled to it, so that pitch and time are true.
    The gain set in the chip has no effect: the recording is what reaches memory.

    Attributes
    ----------
    heard : list of (int, int)
        Half-open ranges of the samples of the present piece that reached memory, at 16 kHz.
    """

    def __init__(self) -> None:
        self._segments: deque[Segment] = deque()
        self.heard: list[tuple[int, int]] = []

    def play(self, audio: np.ndarray, start: int) -> None:
        """Let `audio` (int16 [samples], 16 kHz) be heard from the tick `start` on."""
        if self._segments:
            last = self._segments[-1]
            length = -(-(start - last.start) // SAMPLE_TICKS)
            last.audio = last.audio[:length]
            last.resampled.clear()
        self._segments.append(Segment(start, np.asarray(audio, dtype=np.int16)))
        self.heard = []

    def samples(self, start: int, sample_ticks: int, count: int) -> np.ndarray:
        """Give `count` samples, the first at the tick `start`.

        Times must not go backwards from call to call.
        """
        result = np.zeros(count, dtype=np.int16)
        ticks = start + sample_ticks * np.arange(count, dtype=np.int64)
        for segment in self._segments:
            audio = segment.at(sample_ticks)
            index = (ticks - segment.start) // sample_ticks
            inside = (index >= 0) & (index < len(audio))
            if not inside.any():
                continue
            result[inside] = audio[index[inside]]
            if segment is self._segments[-1]:
                scale = sample_ticks / SAMPLE_TICKS
                first, last = index[inside][[0, -1]]
                self._note(round(first * scale), round((last + 1) * scale))
        while len(self._segments) > 1 and self._segments[1].start <= start:
            self._segments.popleft()
        return result

    def _note(self, first: int, last: int) -> None:
        if self.heard and self.heard[-1][1] == first:
            self.heard[-1] = self.heard[-1][0], last
        else:
            self.heard.append((first, last))
