"""How the model is made int8."""

from typing import Annotated

from pydantic import Field

from wav2nano.settings.base import Settings


class QuantizationSettings(Settings):
    """How the model is made int8."""

    calibration_windows: Annotated[int, Field(ge=10)] = 200
    """training windows used to measure the ranges of the int8 model"""
