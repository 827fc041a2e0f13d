"""What a published system reported that an experiment reproduces."""

from wav2nano.settings.base import Settings


class OriginalSettings(Settings):
    """The system that the experiment reproduces, if any, to be shown beside its own figure."""

    system: str = ""
    """what was built"""

    figure: str = ""
    """how well it was said to work"""

    split: str = ""
    """how its test set was chosen"""
