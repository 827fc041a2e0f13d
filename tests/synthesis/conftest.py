import shutil

import pytest


@pytest.fixture(params=["espeak", "flite", "festival"])
def installed_engine(request) -> str:
    engine = request.param
    if engine != "espeak" and not shutil.which(engine):
        pytest.skip(f"{engine} is not installed")
    return engine
