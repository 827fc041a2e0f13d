"""Steps stand on floors: none imports another, so that a change in one runs no other again."""

import pytest

from wav2nano.cli import COMMANDS
from wav2nano.provenance import SOURCE, read_meaning

FOLDERS = {"dataset", "synthesis", "training", "quantization", "evaluation", "firmware", "report"}
STEPS = {name for name in COMMANDS if name.split(".")[1] in FOLDERS}


def path_of(module):
    place = SOURCE.joinpath(*module.split("."))
    return next((p for p in (place / "__init__.py", place.with_suffix(".py")) if p.is_file()), None)


def reached_from(module):
    """All modules of src/ that a module imports, wherever the import stands."""
    reached, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in reached and path_of(name):
            reached.add(name)
            waiting += read_meaning(path_of(name))[1]
    return reached


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_step_imports_no_other(step):
    assert reached_from(step) & STEPS == {step}


@pytest.mark.parametrize(
    "floor", ["tables", "settings", "features", "models", "codegen", "boards", "arduino"]
)
def test_a_floor_imports_no_step(floor):
    for path in (SOURCE / "wav2nano" / floor).rglob("*.py"):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        above = {module.split(".")[1] for module in reached_from(name) if "." in module}
        assert not above & FOLDERS, name


def test_the_simulator_needs_nothing_of_the_library():
    for path in (SOURCE / "nano33sim").rglob("*.py"):
        assert not [name for name in read_meaning(path)[1] if name.split(".")[0] == "wav2nano"]
