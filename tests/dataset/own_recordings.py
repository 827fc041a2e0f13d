"""A data set of recordings in a folder, as tests make it."""

from pathlib import Path

from wav2nano.dataset.index_dataset import index_dataset
from wav2nano.settings.dataset import DatasetSettings


def index_own(folder: Path) -> Path:
    """Index the recordings in the folder's `raw/`; return the table."""
    dataset = DatasetSettings.model_validate(
        {
            "name": "mine",
            "title": "Mine",
            "licence": "mine",
            "recordings": str(folder / "raw"),
            "split": {"policy": "group"},
            "shards": 4,
        }
    )
    out = folder / "own.csv"
    index_dataset(dataset=dataset, known=folder / "known.json", out=out)
    return out
