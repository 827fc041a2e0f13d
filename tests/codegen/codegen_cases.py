"""The models that the tests of the code generator run: converted ones and handmade ones.

The handmade ones are in operator_cases/, a module for each operator or family. A module has

- `CASES`, models that can be generated, by their name;
- `REFUSED`, models that cannot, by a part of the message;
- `INPUTS`, the windows for its cases, int8 [n, ...], where they are not to be random.
"""

import importlib
import pkgutil
from pathlib import Path

import numpy as np
import operator_cases

MODELS = Path(__file__).resolve().parent / "models"
CONVERTED = {path.stem: path.read_bytes() for path in sorted(MODELS.glob("*.tflite"))}
FLOAT_MODEL = CONVERTED.pop("float")

OPERATOR_CASES = [
    importlib.import_module(found.name)
    for found in pkgutil.iter_modules(operator_cases.__path__, "operator_cases.")
]
HANDMADE = {name: model for module in OPERATOR_CASES for name, model in module.CASES.items()}
REFUSED = {
    message: model
    for module in OPERATOR_CASES
    for message, model in getattr(module, "REFUSED", {}).items()
}
INPUTS = {
    name: module.INPUTS
    for module in OPERATOR_CASES
    if hasattr(module, "INPUTS")
    for name in module.CASES
}
CASES = CONVERTED | HANDMADE

# Frames by which a stream moves, for models that run step by step.
STEPS = {"stream": 2, "stream_columns": 3, "stream_2d": 4, "conv1d": 3}


def windows(shape: tuple[int, ...], count: int, seed: int = 0) -> np.ndarray:
    """Random int8 windows: a third uniform, a third like features, a third of extremes."""
    rng = np.random.default_rng(seed)
    made = rng.integers(-128, 128, (count, *shape), dtype=np.int8)
    third = count // 3
    made[:third] = np.clip(rng.normal(0, 40, (third, *shape)), -128, 127)
    made[third : 2 * third] = rng.choice(np.array([-128, 127], np.int8), (third, *shape))
    made[2 * third] = -128
    made[2 * third + 1] = 127
    return made
