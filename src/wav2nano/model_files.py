"""Trained models of other people, each fetched once and known by its checksum."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wav2nano.errors import UserError
from wav2nano.hashes import hash_file
from wav2nano.package_files import Package, PackagedFile, PackagedFiles


@dataclass(frozen=True)
class ModelFile:
    """A model file that is published somewhere.

    Attributes
    ----------
    name : str
        Of the file in data/models/, without suffix.
    title : str
        Shown when it is fetched.
    origin : str or PackagedFiles
        Where it is published in a fixed version: its URL, or a package that has it.
    sha256 : str
        Its checksum.
    megabytes : float
        Its size.
    licence : str
        Under which it is published.
    """

    name: str
    title: str
    origin: str | PackagedFiles
    sha256: str
    megabytes: float
    licence: str

    @property
    def path(self) -> Path:
        """Where it is kept, below the folder of the project."""
        return Path(f"data/models/{self.name}.tflite")

    def verified(self) -> Path:
        """Give the path of the file, once it is known to be this one.

        Raises
        ------
        UserError
            If it is not there, or is another file.
        """
        if not self.path.exists():
            raise UserError(f"{self.path} is not there. Get it: wav2nano fetch-model {self.name}")
        found = hash_file(self.path)
        if found != self.sha256:
            raise UserError(
                f"{self.path} is not {self.title}: its SHA-256 is {found} instead of "
                f"{self.sha256}. Delete it and get the right one: wav2nano fetch-model {self.name}"
            )
        return self.path


def models_of(users: Iterable[object]) -> dict[str, ModelFile]:
    """Find the models that kinds of features or architectures need, by name."""
    found = (getattr(user, "MODEL", None) for user in users)
    return {model.name: model for model in found if model is not None}


YAMNET = ModelFile(
    name="yamnet",
    title="YAMNet with int8 weights",
    origin="https://raw.githubusercontent.com/google-coral/coralmicro/"
    "c9f665b0a8b973d35cb9d383b3e92e9f14b4dd72/models/yamnet_spectra_in.tflite",
    sha256="0a266465c46718f3fcc4137366be82882a8c93bfcc4f0278581a11d11dddcdf9",
    megabytes=4.0,
    licence="Apache-2.0, Google",
)

_SPEECH_EMBEDDING_SHA256 = "c0aea21eb84a4ce90a08c870da41b7a7173b45269e6a3207c71d67c40f3a59d8"
_PYOPEN_WAKEWORD = Package(
    "PyPI",
    "pyopen-wakeword",
    "1.1.0",
    "754347a59de2b3d378a0cbc404a8b41164036e74fa1c185f88056974e4bfb6b4",
    7_132_152,
    platform="manylinux_2_35_x86_64",
)
SPEECH_EMBEDDING = ModelFile(
    name="speech_embedding",
    title="Google's speech embedding",
    origin=PackagedFiles(
        "speech_embedding",
        "wav2nano fetch-model speech_embedding",
        (
            PackagedFile(
                "speech_embedding.tflite",
                _SPEECH_EMBEDDING_SHA256,
                ((_PYOPEN_WAKEWORD, "pyopen_wakeword/models/embedding_model.tflite"),),
            ),
        ),
    ),
    sha256=_SPEECH_EMBEDDING_SHA256,
    megabytes=1.3,
    licence="Apache-2.0, Google",
)
