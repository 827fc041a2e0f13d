"""What will happen when, in ticks of 64 MHz."""

import heapq
from collections.abc import Callable
from itertools import count

from nano33sim.core import Core

TICKS_PER_SECOND = 64_000_000
NEVER = 1 << 62


class Event:
    """Something scheduled; `cancel` takes it back."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]):
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Make sure it does not happen."""
        self.action = None


class Scheduler:
    """A queue of events; those of the same tick happen in the order in which they were added."""

    def __init__(self, core: Core):
        self._core = core
        self._queue: list[tuple[int, int, Event]] = []
        self._order = count()
        self._event_tick: int | None = None

    @property
    def now(self) -> int:
        """Ticks since power-on.

        During an event, the tick at which it was due: the core may be a few instructions ahead,
        because it does not stop within an IT block.
        """
        return self._core.now if self._event_tick is None else self._event_tick

    def at(self, tick: int, action: Callable[[], None]) -> Event:
        """Let `action` happen at `tick`."""
        event = Event(action)
        heapq.heappush(self._queue, (tick, next(self._order), event))
        self._core.interrupt_at(tick)
        return event

    @property
    def next_tick(self) -> int:
        """When the next event is due."""
        queue = self._queue
        while queue and queue[0][2].action is None:
            heapq.heappop(queue)
        return queue[0][0] if queue else NEVER

    def run(self) -> None:
        """Run everything that is due."""
        while self.next_tick <= self._core.now:
            self._event_tick, _, event = heapq.heappop(self._queue)
            action, event.action = event.action, None
            assert action is not None  # what was cancelled is not next
            try:
                action()
            finally:
                self._event_tick = None
