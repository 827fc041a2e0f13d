"""What the architectures with convolutions over time and frequency share."""

from types import ModuleType
from typing import Annotated, Any

from pydantic import Field

from wav2nano.models.base import ModelSettings
from wav2nano.models.normalization import normalize


class Convolutions2DSettings(ModelSettings):
    """Convolutions over time and frequency with pooling."""

    filters: Annotated[list[Annotated[int, Field(ge=1, le=256)]], Field(min_length=1, max_length=6)]
    """filters of each convolution"""

    kernel: Annotated[int, Field(ge=1, le=15)] = 3
    """frames and bins that a convolution spans"""

    pool: Annotated[list[Annotated[int, Field(ge=1, le=8)]], Field(min_length=2, max_length=2)] = (
        Field(default=[2, 2])
    )
    """frames and bins pooled into one after each convolution; 1 for none"""


def connect_convolutions_2d(
    layers: ModuleType, x: Any, settings: Convolutions2DSettings, *, spatial_dropout: float = 0.0
) -> Any:
    """Connect the convolutions to features [frames, bins]: [frames, bins, filters] of the last."""
    frames, bins = x.shape[1:]
    x = layers.Reshape((frames, bins, 1), name="channel")(x)
    for index, filters in enumerate(settings.filters):
        x = layers.Conv2D(
            filters, settings.kernel, padding="same", use_bias=False, name=f"conv_{index}"
        )(x)
        x = normalize(layers, x, f"norm_{index}")
        x = layers.ReLU(name=f"relu_{index}")(x)
        if max(settings.pool) > 1:
            x = layers.MaxPooling2D(settings.pool, padding="same", name=f"pool_{index}")(x)
        if spatial_dropout:
            x = layers.SpatialDropout2D(spatial_dropout, name=f"spatial_dropout_{index}")(x)
    return x
