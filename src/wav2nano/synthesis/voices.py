"""The engines by name, the voices that the settings ask for, and how they speak."""

from collections.abc import Sequence
from typing import cast

from wav2nano.registry import entries
from wav2nano.settings.synthesis import AnyEngineSettings
from wav2nano.synthesis.base import Engine, Speech, Utterance, Voice

ENGINES = cast(dict[str, Engine], entries("wav2nano.synthesis.engines"))


def engine_voices(engine: str, settings: AnyEngineSettings) -> list[list[Voice]]:
    """Voices of one engine, as lists of the same group: speaking by turns balances the groups.

    Parameters
    ----------
    engine : str
        Its name.
    settings
        Of that engine.

    Raises
    ------
    UserError
        If a voice is unknown.
    """
    return ENGINES[engine].voices(settings)


def speak(engine: str, utterances: Sequence[Utterance]) -> list[Speech]:
    """Let an engine say all `utterances`, if any.

    The same utterance always gives the same samples, whatever else is in the batch.

    Raises
    ------
    UserError
        If the engine or a voice is not installed, or fails to say a word.
    """
    return ENGINES[engine].speak(utterances) if utterances else []
