"""The operators: one module each, found automatically.

A module declares

- `OPERATIONS`, the operations of TensorFlow Lite that it lowers;
- `lower(context)`, which gives the `Layer` or the `Alias` for a node of one of them;
- `LAYER_NAME`, where its layers are not named by their operation.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from wav2nano.codegen.operator_parts import Alias, Context, Layer


@dataclass(frozen=True)
class Operator:
    """How to lower one operation, and what its layers are called."""

    lower: Callable[[Context], Layer | Alias]
    layer_name: str


def _find_operators() -> dict[str, Operator]:
    operators = {}
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        module = importlib.import_module(found.name)
        for operation in module.OPERATIONS:
            name = getattr(module, "LAYER_NAME", operation.lower())
            operators[operation] = Operator(module.lower, name)
    return operators


OPERATORS = _find_operators()
