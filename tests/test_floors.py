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


def imported_by(module):
    return {name for name in read_meaning(path_of(module))[1] if path_of(name)}


MODULES = [
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    for path in (SOURCE / "wav2nano").rglob("*.py")
]
# What looks at all there is: the commands, and what is known of experiments before any job.
ABOVE = {
    f"wav2nano.{name}" for name in ("cli", "__main__", "experiments", "predict", "simulate", "tune")
}


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_step_reaches_no_other(step):
    assert reached_from(step) & STEPS == {step}


def test_a_folder_of_steps_imports_from_no_other():
    for module in MODULES:
        own = module.split(".")[1] if "." in module else ""
        if own not in FOLDERS:
            continue
        folders = {name.split(".")[1] for name in imported_by(module) if "." in name}
        assert not folders & (FOLDERS - {own}), module


def test_floors_import_no_step():
    for module in MODULES:
        if module in ABOVE or FOLDERS & set(module.split(".")[1:2]):
            continue
        above = {name.split(".")[1] for name in reached_from(module) if "." in name}
        assert not above & FOLDERS, module


def test_the_simulator_needs_nothing_of_the_library():
    for path in (SOURCE / "nano33sim").rglob("*.py"):
        assert not [name for name in read_meaning(path)[1] if name.split(".")[0] == "wav2nano"]
