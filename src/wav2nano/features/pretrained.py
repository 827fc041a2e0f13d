"""What kinds of features share that feed a network which others trained."""

from wav2nano.errors import UserError
from wav2nano.features.base import FeatureSettings

RATE = 16000  # samples a second


def check(rate: int, settings: FeatureSettings) -> None:
    """Check that audio has the rate that the network was trained with; the `check` of its kinds.

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    if rate != RATE:
        raise UserError(
            f"features.kind: {settings.kind} hears {RATE} Hz. Set chunking.rate: {RATE}."
        )
