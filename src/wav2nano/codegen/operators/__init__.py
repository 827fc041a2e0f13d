"""The operators: one module each, found automatically.

A module declares

- `OPERATIONS`, the operations of TensorFlow Lite that it lowers;
- `MOST_INPUTS`, how many tensors they take at most;
- `OPTIONS`, the schema's name for their options, where it reads any;
- `MOST_OUTPUTS`, how many they give at most, where it is not one;
- `lower(context)`, which gives the `Layer` or the `Alias`es for a node of one of them, or raises
  `UserError`, where possible by one of the functions in checks.py: what is not refused there will
  run;
- `LAYER_NAME`, where its layers are not named by their operation.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from wav2nano.codegen.checks import Context
from wav2nano.codegen.operator_parts import Alias, Layer


@dataclass(frozen=True)
class Operator:
    """How to lower one operation, what it takes, and what its layers are called."""

    lower: Callable[[Context], Layer | Alias | list[Alias]]
    most_inputs: int
    most_outputs: int
    options: str | None
    layer_name: str


def _find_operators() -> dict[str, Operator]:
    operators = {}
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        module = importlib.import_module(found.name)
        for operation in module.OPERATIONS:
            operators[operation] = Operator(
                lower=module.lower,
                most_inputs=module.MOST_INPUTS,
                most_outputs=getattr(module, "MOST_OUTPUTS", 1),
                options=getattr(module, "OPTIONS", None),
                layer_name=getattr(module, "LAYER_NAME", operation.lower()),
            )
    return operators


OPERATORS = _find_operators()
