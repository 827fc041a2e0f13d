"""How the firmware decides."""

from typing import Annotated

from pydantic import Field

from wav2nano.settings.base import Probability, Settings

SLOWEST = 0.5  # inferences per second


class ListenerSettings(Settings):
    """How the firmware decides."""

    inferences_per_second: Annotated[float, Field(ge=SLOWEST, le=20)] = 4.0
    """how often the board runs the network"""

    smoothing_seconds: Annotated[float, Field(ge=0, le=5)] = 0.5
    """time over which scores are averaged, seconds"""

    threshold: Probability = 0.6
    """lowest averaged score that reports a label"""

    quiet_seconds: Annotated[float, Field(ge=0, le=3600)] = 1.0
    """minimum time between two reports, seconds"""

    def inference_hops(self, hops_per_second: float) -> int:
        """Round the time between two inferences to whole hops of the features."""
        return max(1, round(hops_per_second / self.inferences_per_second))
