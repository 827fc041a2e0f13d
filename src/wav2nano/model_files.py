"""Trained models of other people, each fetched once and known by its checksum."""

from dataclasses import dataclass
from pathlib import Path

from wav2nano.errors import UserError
from wav2nano.hashes import hash_file


@dataclass(frozen=True)
class ModelFile:
    """A model file that is published somewhere.

    Attributes
    ----------
    name : str
        Of the file in data/models/, without suffix.
    title : str
        Shown when it is fetched.
    url : str
        Where it is published, in a fixed version.
    sha256 : str
        Its checksum.
    megabytes : float
        Its size.
    licence : str
        Under which it is published.
    """

    name: str
    title: str
    url: str
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


YAMNET = ModelFile(
    name="yamnet",
    title="YAMNet with int8 weights",
    url="https://raw.githubusercontent.com/google-coral/coralmicro/"
    "c9f665b0a8b973d35cb9d383b3e92e9f14b4dd72/models/yamnet_spectra_in.tflite",
    sha256="0a266465c46718f3fcc4137366be82882a8c93bfcc4f0278581a11d11dddcdf9",
    megabytes=4.0,
    licence="Apache-2.0, Google",
)
