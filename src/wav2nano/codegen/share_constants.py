"""Constants that several layers have alike are there once, such as those of an unrolled layer."""

import re
from dataclasses import replace

import numpy as np

from wav2nano.codegen.operator_parts import Layer

_DEFINED = re.compile(r"^static const \w+ (\w+)", re.MULTILINE)


class SharedConstants:
    """The constants of the layers so far."""

    def __init__(self) -> None:
        self._arrays: dict[tuple[str, str, bytes], str] = {}
        self._structures: dict[str, list[str]] = {}

    def share(self, layer: Layer) -> Layer:
        """Give the layer without the constants that an earlier one has, which it uses instead."""
        arrays, others = [], {}
        for array in layer.arrays:
            content = np.ascontiguousarray(array.values, np.int64).tobytes()
            first = self._arrays.setdefault(
                (array.type, str(array.values.shape), content), array.name
            )
            if first == array.name:
                arrays.append(array)
            else:
                others[array.name] = first
        structure = _renamed(layer.structure, others)
        defined = _DEFINED.findall(structure)
        # What it says, whatever it calls itself; arrays that it refers to are the same by name.
        anonymous = _renamed(structure, {name: f"{i}" for i, name in enumerate(defined)})
        first_defined = self._structures.setdefault(anonymous, defined)
        if first_defined is not defined:
            others |= dict(zip(defined, first_defined, strict=True))
            structure = ""
        calls = [_renamed(call, others) for call in layer.calls]
        shared = bool(others) and not arrays and not structure
        return replace(layer, arrays=arrays, structure=structure, calls=calls, shared=shared)


def _renamed(text: str, names: dict[str, str]) -> str:
    """Replace whole words."""
    if not names:
        return text
    return re.sub(rf"\b({'|'.join(names)})\b", lambda match: names[match[0]], text)
