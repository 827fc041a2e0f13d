"""Write params.yaml, the JSON schemas and the reference's tables from the model of the settings."""

import sys
from pathlib import Path

from wav2nano.files import write_text
from wav2nano.settings.reference import generated


def write_reference(*, root: Path = Path(".")) -> None:
    """Write the defaults, the JSON schemas and the tables of config/README.md.

    Settings that were changed in params.yaml are lost: it holds the defaults again.

    Parameters
    ----------
    root
        Folder of the checkout.
    """
    for path, text in generated(root).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_text(path, text)
            print(f"{path}: written", file=sys.stderr)
