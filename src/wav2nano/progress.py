"""Lines that say how far a long job has got."""

import sys
import time

SHOW_SECONDS = 2


class Progress:
    """Lines about a long job on stderr, at most one in two seconds.

    Parameters
    ----------
    doing
        What is being done: begins each line.
    total
        Amount at which it is done; None if unknown.
    done
        Amount done before.
    unit
        Of the amounts. What is counted in MB is given in bytes.
    """

    def __init__(self, doing: str, total: int | None = None, done: int = 0, *, unit: str = "MB"):
        self.doing, self.total, self.done, self.unit = doing, total, done, unit
        self.begun = self.shown = time.monotonic()
        self.begun_with = done

    def add(self, count: int = 1) -> None:
        """Count what was done, and say how far it has got if that was not said for a while."""
        self.done += count
        now = time.monotonic()
        if now - self.shown < SHOW_SECONDS:
            return
        self.shown = now
        speed = (self.done - self.begun_with) / (now - self.begun)
        scale, digits = (1e6, 1) if self.unit == "MB" else (1, 0)
        of_total, left = "", ""
        if self.total:
            of_total = f" of {self.total / scale:.{digits}f}"
            seconds = max(0, self.total - self.done) / max(speed, 1e-6 * scale)
            left = f", {seconds // 60:.0f}:{seconds % 60:02.0f} left"
        print(
            f"{self.doing}: {self.done / scale:.{digits}f}{of_total} {self.unit}, "
            f"{speed / scale:.1f} {self.unit}/s{left}",
            file=sys.stderr,
            flush=True,
        )
