"""The engines by name, the voices that the settings ask for, and how they speak."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import cast

from wav2nano.errors import UserError
from wav2nano.package_files import PackagedFiles, fetch
from wav2nano.registry import entries
from wav2nano.settings.synthesis import AnyEngineSettings
from wav2nano.synthesis.base import Engine, Speech, Utterance, Voice
from wav2nano.synthesis.languages import LANGUAGES

ENGINES = cast(dict[str, Engine], entries("wav2nano.synthesis.engines"))


def engine_voices(engine: str, settings: AnyEngineSettings, language: str) -> list[list[Voice]]:
    """Voices of one engine, as lists of the same group: speaking by turns balances the groups.

    Parameters
    ----------
    engine : str
        Its name.
    settings
        Of that engine.
    language
        One of `wav2nano.synthesis.languages.LANGUAGES`.

    Raises
    ------
    UserError
        If a voice is unknown, or the engine has none of the language.
    """
    if language not in getattr(ENGINES[engine], "SPEAKS", ("en",)):
        raise UserError(
            f"synthesis.engines.{engine} has no voice that speaks {LANGUAGES[language].name} "
            f"(synthesis.language: {language}). Remove it from the settings"
        )
    return ENGINES[engine].voices(settings, language)


def speak(engine: str, utterances: Sequence[Utterance]) -> list[Speech]:
    """Let an engine say all `utterances`, if any.

    The same utterance always gives the same samples, whatever else is in the batch.

    Raises
    ------
    UserError
        If the engine or a voice is not installed, or fails to say a word.
    """
    return ENGINES[engine].speak(utterances) if utterances else []


def modules_of_engine(engine: str) -> list[str]:
    """Name the modules that speak for an engine: its own, and that of its worker if it has one.

    A worker is started by its name, and nothing imports it.
    """
    worker = f"wav2nano.synthesis.workers.{engine}"
    return [f"wav2nano.synthesis.engines.{engine}", *([worker] if find_spec(worker) else [])]


def files_of(engine: str) -> PackagedFiles | None:
    """Files that are fetched before an engine can speak, if it has any."""
    return getattr(ENGINES[engine], "FILES", None)


def prepare(engine: str) -> None:
    """Make what an engine needs besides its files, if anything."""
    getattr(ENGINES[engine], "prepare", lambda: None)()


def is_here(engine: str) -> bool:
    """Tell whether an engine has its files, and what is made of them."""
    files = files_of(engine)
    is_ready = getattr(ENGINES[engine], "is_ready", lambda: True)
    return not files or (files.are_here() and is_ready())


def fetch_at_need(engines: Iterable[str]) -> None:
    """Fetch the files of engines that are not here; one that cannot be had is told in a line."""
    for engine in engines:
        files = files_of(engine)
        try:
            if files:
                fetch(files)
                prepare(engine)
        except UserError as error:
            print(error, file=sys.stderr, flush=True)


def present(chosen: Mapping[str, AnyEngineSettings], language: str) -> list[str]:
    """Name the engines that can speak; a line says who cannot, because files are not here.

    Raises
    ------
    UserError
        If none can, or a voice is unknown.
    """
    persons = {
        name: _persons(engine_voices(name, settings, language)) for name, settings in chosen.items()
    }
    absent = [name for name in chosen if not is_here(name)]
    speaking = [name for name in chosen if name not in absent]
    if absent and not speaking:
        raise UserError(
            f"synthesis.engines: the files of {' and '.join(absent)} are not here, and there is no "
            f"other engine. Get them (wav2nano fetch-voices {absent[0]}), or add espeak"
        )
    if absent:
        heard = set().union(*(persons[name] for name in speaking))
        everyone = set().union(*persons.values())
        print(
            f"synthesis.engines: without {' and '.join(absent)}, whose files are not here: "
            f"{len(everyone - heard)} of {len(everyone)} persons fewer speak",
            file=sys.stderr,
            flush=True,
        )
    return speaking


def _persons(groups: Iterable[Sequence[Voice]]) -> set[str]:
    """Name the persons who speak: a group of Kokoro is a family, and each voice a person."""
    voices = (voice for group in groups for voice in group)
    return {voice.name if voice.engine == "kokoro" else voice.group for voice in voices}
