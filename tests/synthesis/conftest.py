import shutil
from importlib.util import find_spec

import pytest

from wav2nano.synthesis.voices import ENGINES, files_of


@pytest.fixture(params=list(ENGINES))
def installed_engine(request) -> str:
    engine = request.param
    files = files_of(engine)
    if files and not files.are_here():
        pytest.skip(f"{engine} is not here: {files.advice}")
    if engine in ("piper", "kokoro") and not find_spec("onnxruntime"):
        pytest.skip(f"{engine} needs onnxruntime, which is not installed")
    if engine in ("flite", "festival") and not shutil.which(engine):
        pytest.skip(f"{engine} is not installed")
    return engine
