"""How the firmware decides."""

from typing import Annotated, Any

from pydantic import Field

from wav2nano.settings.base import Probability, Settings

SLOWEST, MOST_OFTEN = 0.5, 50.0  # inferences per second


class ListenerSettings(Settings):
    """How the firmware decides."""

    inferences_per_second: Annotated[float, Field(ge=SLOWEST, le=MOST_OFTEN)] = 4.0
    """how often the board runs the network; one of architecture streaming_resnet computes only what
    is new, and has time for 25 or 50"""

    smoothing_seconds: Annotated[float, Field(ge=0, le=5)] = 0.5
    """time over which scores are averaged, seconds"""

    threshold: Probability = 0.6
    """lowest averaged score that reports a label, where none is chosen"""

    target_false_alarms_per_hour: Annotated[float, Field(ge=0, le=3600)] | None = None
    """false alarms an hour, elsewhere called false reports, of all labels together: each label gets
    the lowest threshold that keeps it within its share, in whole reports, in a track of the
    validation set (`detection.hours`), or the best there is. `null`: all labels have `threshold`"""

    quiet_seconds: Annotated[float, Field(ge=0, le=3600)] = 1.0
    """minimum time between two reports, seconds"""

    def without_thresholds(self) -> dict[str, Any]:
        """All settings but those of the thresholds, which are in C of their own."""
        return self.model_dump(exclude={"threshold", "target_false_alarms_per_hour"})

    def inference_hops(self, hops_per_second: float) -> int:
        """Round the time between two inferences to whole hops of the features."""
        return max(1, round(hops_per_second / self.inferences_per_second))

    def inference_seconds(self, rate: int, hop: int) -> float:
        """Time between two inferences, for a hop of so many samples."""
        return self.inference_hops(rate / hop) * hop / rate

    def smoothing(self, rate: int, hop: int) -> int:
        """How many inferences are averaged."""
        return max(1, round(self.smoothing_seconds / self.inference_seconds(rate, hop)))
