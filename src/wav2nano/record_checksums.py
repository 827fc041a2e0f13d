"""Step record-checksums: the SHA-256 of everything that was made."""

from pathlib import Path

from wav2nano.hashes import write_checksums


def record_checksums(files: list[Path], *, out: Path) -> None:
    """Write SHA-256 and name of each file, as `sha256sum --check` reads it.

    Parameters
    ----------
    files
        Files to hash.
    out
        File to write.
    """
    write_checksums(files, out)
