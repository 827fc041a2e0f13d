"""Models, features and labels that do not belong together."""

import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.features import KINDS
from wav2nano.runtimes import require_labels, require_windows
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.tables.preprocessing import (
    Preprocessing,
    read_preprocessing,
    write_preprocessing,
)

PREPROCESSING = Preprocessing(
    labels=["yes", "no"],
    chunking=ChunkingSettings(),
    features=KINDS["mfcc"].Settings(),
    mean=[0.5] * 13,
    std=[1.5] * 13,
)


def test_a_model_of_other_labels_is_told():
    require_labels(2, PREPROCESSING)
    with pytest.raises(UserError, match=r"3 labels apart, and preprocessing\.json names 2"):
        require_labels(3, PREPROCESSING)


def test_windows_of_other_features_are_told():
    require_windows((49, 13), np.zeros((5, 49, 13)))
    require_windows((637,), np.zeros((5, 49, 13)))
    with pytest.raises(UserError, match="49 x 13 values, and these features have 49 x 10"):
        require_windows((49, 13), np.zeros((5, 49, 10)))


def test_preprocessing_of_other_labels_or_bins_is_told(tmp_path):
    path = tmp_path / "preprocessing.json"
    write_preprocessing(path, PREPROCESSING)
    assert read_preprocessing(path, labels=["yes", "no"]) == PREPROCESSING
    with pytest.raises(UserError, match=r"preprocessing\.json is damaged.*yes, no, not no, yes"):
        read_preprocessing(path, labels=["no", "yes"])
    path.write_text(path.read_text().replace("1.5,", "", 1))
    with pytest.raises(UserError, match=r"preprocessing\.json is damaged"):
        read_preprocessing(path)
