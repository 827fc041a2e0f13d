"""What an experiment is: params.yaml, and what differs in config/experiments/*.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from wav2nano.features import KINDS, AnyFeatures
from wav2nano.models import ARCHITECTURES, AnyModel
from wav2nano.settings.augmentation import AugmentationSettings
from wav2nano.settings.base import Experiment, Name, Settings, Text
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.detection import DetectionSettings
from wav2nano.settings.evaluation import EvaluationSettings
from wav2nano.settings.firmware import FirmwareSettings
from wav2nano.settings.join import JoinSettings
from wav2nano.settings.listener import ListenerSettings
from wav2nano.settings.original import OriginalSettings
from wav2nano.settings.quantization import QuantizationSettings
from wav2nano.settings.simulation import SimulationSettings
from wav2nano.settings.split import SplitSettings
from wav2nano.settings.training import TrainingSettings


class ExperimentSettings(Settings):
    """All settings of an experiment."""

    goal: Literal["firmware", "evaluation"] = "firmware"
    """firmware for the board, or only an evaluation, for what the board cannot run"""

    dataset: Name = "keywords"
    """a file in config/datasets/, without .yaml"""

    labels: Annotated[list[Text], Field(min_length=1)] | None = None
    """what to tell apart; recordings of any other label count as _unknown_. `null`: all labels"""

    synthesize: Literal["words", "background", "nothing"] = "nothing"
    """what to synthesise, as the data set describes it: words (the labels, other words and noise),
    background (other words and noise, if you have recordings of the labels) or nothing"""

    join: JoinSettings = JoinSettings()

    chunking: ChunkingSettings = ChunkingSettings()

    features: AnyFeatures = KINDS["mfcc"].Settings()  # type: ignore[call-arg]  # kind has a default

    split: SplitSettings = SplitSettings()

    model: AnyModel = ARCHITECTURES["lstm"].Settings()  # type: ignore[call-arg]  # likewise

    augmentation: AugmentationSettings = AugmentationSettings()

    training: TrainingSettings = TrainingSettings()

    quantization: QuantizationSettings = QuantizationSettings()

    evaluation: EvaluationSettings = EvaluationSettings()

    listener: ListenerSettings = ListenerSettings()

    firmware: FirmwareSettings = FirmwareSettings()

    detection: DetectionSettings = DetectionSettings()

    simulation: SimulationSettings = SimulationSettings()

    original: OriginalSettings = OriginalSettings()


class Params(ExperimentSettings):
    """params.yaml: the defaults for all experiments, and which experiments to build."""

    experiments: Annotated[list[Experiment], Field(min_length=1)] = Field(default=["keywords"])
    """the ones to build: files in config/experiments/, without .yaml, or variants of a sweep"""
