"""Batch normalisation of networks that are trained for few steps."""

from types import ModuleType
from typing import Any

# Keras takes 0.99: after 200 steps more than a tenth of a variance is still the 1 that it started
# from, dozens of times that of a convolution's outputs. In a stack of ten layers little is left of
# the signal, and validation tells chance where training is right nine times in ten.
MOMENTUM = 0.9


def normalize(layers: ModuleType, x: Any, name: str) -> Any:
    """Normalise each filter's outputs, by running statistics that follow within tens of steps."""
    return layers.BatchNormalization(momentum=MOMENTUM, name=name)(x)
