"""Several kinds of features side by side, in one frame."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Union, cast

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features import spectrum
from wav2nano.features.base import FeatureSettings, Kind, Part
from wav2nano.registry import entries

# Neither a stack itself, nor what a published network computes.
KINDS = cast(
    dict[str, Kind],
    entries("wav2nano.features.kinds", without=("speech_embedding", "stack", "yamnet")),
)

if TYPE_CHECKING:
    AnyPart = FeatureSettings
else:
    AnyPart = Annotated[
        Union[tuple(kind.Settings for kind in KINDS.values())],  # noqa: UP007
        Field(discriminator="kind"),
    ]


class Settings(FeatureSettings):
    """Several kinds side by side; all have one hop, and frames that begin at the same sample."""

    kind: Literal["stack"] = "stack"
    """stack: several kinds side by side"""

    parts: Annotated[list[AnyPart], Field(min_length=1, max_length=16)]
    """a list of other kinds, each with its own settings; of any but
    speech_embedding and yamnet"""

    @property
    def frame_samples(self) -> int:
        """Samples of the longest frame; a part with shorter frames takes the first of these."""
        return max(part.frame_samples for part in self.parts)

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        return self.parts[0].hop_samples

    @property
    def least_frames(self) -> int:
        """Frames that the part needs which needs most."""
        return max(part.least_frames for part in self.parts)

    @property
    def kinds(self) -> list[str]:
        """Name the kinds that take part."""
        return [self.kind, *(part.kind for part in self.parts)]


def bins(settings: Settings) -> int:
    """Features in a frame: those of all parts."""
    return sum(KINDS[part.kind].bins(part) for part in settings.parts)


def check(rate: int, settings: Settings) -> None:
    """Check each part, and that all have one hop.

    Raises
    ------
    UserError
        Naming the part and the setting, and what would be right.
    """
    first = settings.parts[0]
    for number, part in enumerate(settings.parts):
        try:
            KINDS[part.kind].check(rate, part)
        except UserError as error:
            text = str(error).removeprefix("features.")
            raise UserError(f"features.parts.{number}.{text}") from None
        if part.window_normalization != "none":
            raise UserError(
                f"features.parts.{number}.window_normalization: {part.window_normalization} is "
                "not possible in a part. Set features.window_normalization, for all parts."
            )
        if part.hop_samples != first.hop_samples:
            raise UserError(
                f"features.parts: {first.kind} (part 0) makes a frame every {first.hop_samples} "
                f"samples, and {part.kind} (part {number}) every {part.hop_samples}. Give all "
                "parts the same hop; that of raw is its frame."
            )


def compute(windows: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Put the parts of each frame one after another; those of one `n_fft` share its spectra."""
    frames = 1 + (windows.shape[1] - settings.frame_samples) // settings.hop_samples
    values = np.empty((len(windows), frames, bins(settings)), np.float32)
    of_power: dict[int, list[tuple[slice, spectrum.OfPower]]] = {}
    for part, some in _places(settings):
        kind = KINDS[part.kind]
        if hasattr(kind, "of_power"):
            of_power.setdefault(part.frame_samples, []).append((some, kind.of_power(rate, part)))
        else:
            heard = _heard(windows, part.frame_samples, settings)
            values[..., some] = kind.compute(heard, rate, part)
    for n_fft, parts in of_power.items():
        heard = _heard(windows, n_fft, settings)
        spectrum.fill(values, heard, parts, n_fft=n_fft, hop=settings.hop_samples)
    return values


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Do so with what other libraries compute."""
    return np.concatenate(
        [
            KINDS[part.kind].reference(_heard(samples, part.frame_samples, settings), rate, part)
            for part in settings.parts
        ],
        axis=-1,
    )


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    return [made for part in settings.parts for made in KINDS[part.kind].front_end(rate, part)]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Change what each part changes."""
    for part, some in _places(settings):
        KINDS[part.kind].add_gain(values[..., some], gain_db, part)


def _places(settings: Settings) -> Iterator[tuple[FeatureSettings, slice]]:
    """Give each part, and where its features are in a frame."""
    first = 0
    for part in settings.parts:
        end = first + KINDS[part.kind].bins(part)
        yield part, slice(first, end)
        first = end


def _heard(samples: np.ndarray, frame_samples: int, settings: Settings) -> np.ndarray:
    """Give the samples of which such frames are as many as the longest ones."""
    hop = settings.hop_samples
    last_start = (samples.shape[-1] - settings.frame_samples) // hop * hop
    return samples[..., : last_start + frame_samples]
