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
