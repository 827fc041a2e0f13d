"""The text of the generated C."""

import numpy as np

from wav2nano.codegen.layers import Array, Layer
from wav2nano.codegen.read_tflite import Tensor

WIDTH = 100


def comment(text: str, indent: str = "") -> str:
    """Make a block comment."""
    lines = [f"{indent} * {line}".rstrip() for line in text.splitlines()]
    return f"{indent}/*\n" + "\n".join(lines) + f"\n{indent} */"


def array(constant: Array) -> str:
    """Define a constant array; the numbers stay as they are under clang-format."""
    if constant.type == "w2n_scale":
        items = [f"{{{multiplier}, {shift}}}" for multiplier, shift in constant.values]
        count = len(items)
    else:
        items = [str(value) for value in constant.values]
        count = constant.values.size
    width = max(map(len, items), default=1)
    columns = max(1, (WIDTH - 4) // (width + 2))
    lines = (
        "    " + " ".join(f"{item + ',':>{width + 1}}" for item in items[i : i + columns]).rstrip()
        for i in range(0, len(items), columns)
    )
    return (
        f"static const {constant.type} {constant.name}[{count}] W2N_ALIGNED = {{\n"
        + "\n".join(lines)
        + "\n};"
    )


def header(
    name: str, about: str, input_: Tensor, output: Tensor, arena: int, weights: int, macs: int
) -> str:
    """Write the header of a generated model."""
    macro = f"W2N_{name.upper()}"
    definitions = {
        "INPUT_SIZE": input_.size,
        "INPUT_SCALE": c_float(input_.scale),
        "INPUT_ZERO_POINT": f"({input_.zero_point})",
        "OUTPUT_SIZE": output.size,
        "OUTPUT_SCALE": c_float(output.scale),
        "OUTPUT_ZERO_POINT": f"({output.zero_point})",
        "ARENA_BYTES": arena,
        "WEIGHT_BYTES": weights,
        "MACS": macs,
    }
    lines = "\n".join(f"#define {macro}_{key} {value}" for key, value in definitions.items())
    return f"""{comment(about)}
#ifndef {macro}_H
#define {macro}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

/* real = scale * (value - zero point); the arena is RAM, the weights are flash. */
{lines}

/*
 * Run the model on one window. Every call starts from zero states.
 *
 * input [{_dimensions(input_)}], output [{_dimensions(output)}]; they do not overlap.
 * Not reentrant: intermediate results lie in static memory.
 */
void w2n_{name}_invoke(const int8_t *input, int8_t *output);

#ifdef __cplusplus
}}
#endif

#endif
"""


def source(
    name: str,
    about: str,
    layers: list[Layer],
    places: dict[str, str],
    statements: list[str],
    arena: int,
    memory: str,
) -> str:
    """Write the source of a generated model.

    Parameters
    ----------
    places : dict[str, str]
        Expressions by the name of the local pointer that holds them, in the order of use.
    statements : list[str]
        The body of the function after the pointers.
    memory : str
        The memory plan, for people.
    """
    includes = '#include "wav2nano_kernels.h"\n'
    if any(layer.name.startswith("lstm_") for layer in layers):
        includes = '#include "w2n_lstm.h"\n' + includes
    constants = []
    for layer in layers:
        constants.append(comment(f"{layer.name}: {layer.description}"))
        if layer.arrays:
            arrays = "\n\n".join(map(array, layer.arrays))
            constants.append(f"// clang-format off\n{arrays}\n// clang-format on")
        if layer.structure:
            constants.append(layer.structure)
    body = [f"    {expression}" for expression in places.values()]
    if body:
        body.append("")
    body += [f"    {statement}" for statement in statements]
    arena_definition = (
        f"{comment(memory)}\nstatic int16_t arena[{arena // 2}] W2N_ALIGNED;\n\n" if arena else ""
    )
    return (
        f'{comment(about)}\n#include "{name}.h"\n\n{includes}\n'
        + "\n\n".join(constants)
        + f"\n\n{arena_definition}void w2n_{name}_invoke(const int8_t *input, int8_t *output) {{\n"
        + "\n".join(body)
        + "\n}\n"
    )


def _dimensions(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape[1:]))


def c_float(value: np.float32) -> str:
    """Give a literal that is read back as the same float32."""
    text = np.format_float_scientific(np.float32(value), unique=True, trim="0")
    return f"{text}f"
