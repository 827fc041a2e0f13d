"""What a data set is: config/datasets/*.yaml."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from wav2nano.settings.base import COLUMNS, LABEL, LANGUAGE, MD5, SHA256, URL, Name, Settings, Text
from wav2nano.settings.split import Policy
from wav2nano.settings.synthesis import SynthesisSettings

Columns = Annotated[str, Field(pattern=COLUMNS)]
Folds = Annotated[list[str], Field(min_length=1)]


class TableSettings(Settings):
    """A CSV file that names the recordings and says what they are."""

    file: Text
    """path within the folder of the recordings"""

    path: Columns | None = None
    """where a recording is, with the table's columns in braces: "audio/{file}", for example"""

    label: Columns | None = None
    """the same for its label"""

    group: Columns | None = None
    """the same for its group: speaker, source"""

    fold: Columns | None = None
    """the same for its official fold"""

    no_group: list[Text] = Field(default_factory=list)
    """what stands there for a group that nobody knows, such as NA: a recording whose group is one
    of these joins no experiment"""


class DatasetSplitSettings(Settings):
    """How the recordings are divided, unless the experiment says otherwise."""

    policy: Policy
    """group, recording, official or time"""

    validation: Folds | None = None
    """list of names of official folds, as text; null: groups of the folds that train validate"""

    test: Folds | None = None
    """names of the official folds of the test set"""

    @model_validator(mode="after")
    def _has_folds(self) -> Self:
        if self.test is None and self.validation is not None:
            raise ValueError("validation names official folds: name those of test, too")
        if self.policy == "official" and self.test is None:
            raise ValueError("policy official needs the names of the folds of test")
        return self


class ChecksumSettings(Settings):
    """A checksum that somebody published: sha256 or md5, as hexadecimal digits."""

    sha256: Annotated[str, Field(pattern=SHA256)] | None = None
    """SHA-256"""

    md5: Annotated[str, Field(pattern=MD5)] | None = None
    """MD5"""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.sha256 is None) == (self.md5 is None):
            raise ValueError("give one checksum, sha256 or md5")
        return self

    @property
    def kind(self) -> Literal["sha256", "md5"]:
        """Name of the hash function."""
        return "md5" if self.sha256 is None else "sha256"

    @property
    def digits(self) -> str:
        """The checksum itself."""
        return self.sha256 or self.md5 or ""


class ArchiveSettings(Settings):
    """An archive on the web."""

    url: Annotated[str, Field(pattern=URL)]
    """URL of the archive"""

    megabytes: Annotated[float, Field(gt=0)]
    """size of the archive, MB"""

    unpacked_megabytes: Annotated[float, Field(gt=0)]
    """most that is unpacked, MB"""

    folder: Text | None = None
    """folder in the archive that becomes the folder of the recordings; may have * and ?"""

    files: Annotated[list[Text], Field(min_length=1)] | None = None
    """paths in this folder that are unpacked; may have * and ?. `null`: all"""

    archive: ChecksumSettings | None = None
    """checksum of the archive"""

    unpublished: bool = False
    """there is no published checksum: its own is shown, and that it arrived whole is all we know"""

    @model_validator(mode="after")
    def _has_checksum(self) -> Self:
        if not self.is_verified and not self.unpublished:
            raise ValueError(
                "a checksum is needed, of the archive or of its contents; or unpublished: true"
            )
        if self.is_verified and self.unpublished:
            raise ValueError("unpublished: there is a checksum")
        return self

    @property
    def is_verified(self) -> bool:
        """Whether it is compared with a checksum."""
        return self.archive is not None


class DownloadSettings(ArchiveSettings):
    """Where to get a public data set."""

    contents: ChecksumSettings | None = None
    """instead, if the archive is repacked at times: checksum of the recordings, see README"""

    more: list[ArchiveSettings] = Field(default_factory=list)
    """archives that are unpacked into the same folder, such as one of the table"""

    @property
    def is_verified(self) -> bool:
        """Whether it or what is in it is compared with a checksum."""
        return self.archive is not None or self.contents is not None


class DatasetSettings(Settings):
    """A data set: config/datasets/NAME.yaml."""

    name: Name
    """the file's name without .yaml"""

    title: Text
    """shown when it is fetched, and in the report"""

    homepage: Text | None = None
    """the same"""

    licence: Text
    """the same"""

    citation: Text | None = None
    """the same"""

    recordings: Text
    """folder of the recordings; {label}/{file} or {label}/{group}/{file} below it, unless pattern
    or table says otherwise"""

    language: Annotated[str, Field(pattern=LANGUAGE)] | None = None
    """code of the language, such as en, if the recordings are of words: others may `join` them"""

    joined_only: bool = False
    """it is too large to be read as a whole: experiments only `join` words of it, and its table may
    name recordings that are not there"""

    ignore: list[Text] = Field(default_factory=list)
    """paths within the folder that are not used; may have * and ?"""

    pattern: Annotated[str, Field(pattern=LABEL)] | None = None
    """how the path within the folder, without suffix, gives the {label} and, if it does, {group}
    (speaker, source) and {fold}, such as {label}_{group}_{number}; {number} is digits, any other
    {name} part of a folder's or file's name"""

    table: TableSettings | None = None
    """instead: a CSV file that says so; columns named path, label, group and fold need no further
    settings"""

    folds: Annotated[dict[str, Text], Field(min_length=1)] | None = None
    """the list file of each official fold; recordings in no list are in the fold train"""

    split: DatasetSplitSettings
    """how it is divided, unless the experiment says otherwise"""

    shards: Annotated[int, Field(ge=1, le=999)]
    """number of parts in which windows and features are kept, about one per 200 recordings: a new
    recording affects only one"""

    download: DownloadSettings | None = None
    """where to get a public data set"""

    synthesis: SynthesisSettings | None = None
    """how words that nobody recorded are spoken"""

    @model_validator(mode="after")
    def _is_described_once(self) -> Self:
        if self.table is not None and self.pattern is not None:
            raise ValueError("table and pattern both say what the recordings are: leave out one")
        if self.joined_only and (self.table is None or self.language is None):
            raise ValueError("joined_only needs a table, and the language of the words")
        if self.joined_only and self.folds is not None:
            raise ValueError("joined_only reads official folds from its table: set table.fold")
        return self
