"""Fixtures that all tests share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with real recordings, beside the checkout or named by WAV2NANO_TEST_DATA."""
    folder = Path(os.environ.get("WAV2NANO_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real recordings are not here: set WAV2NANO_TEST_DATA to their folder")
    return folder
