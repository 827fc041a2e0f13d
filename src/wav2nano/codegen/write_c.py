"""The text of the generated C."""

from wav2nano.c_source import (
    aligned_rows,
    array,
    comment,
    definitions,
    extern_c,
    header,
    initializer,
    shortest_float_literal,
)
from wav2nano.codegen.checks import shape_text
from wav2nano.codegen.operator_parts import Array, Layer
from wav2nano.codegen.plan_memory import MemoryPlan
from wav2nano.codegen.read_tflite import Tensor


def constant_array(constant: Array) -> str:
    """Define a constant array; the numbers stay as they are under clang-format."""
    if constant.type == "w2n_scale":
        items = [initializer(scale) for scale in constant.values]
    else:
        items = [str(value) for value in constant.values]
    declaration = f"static const {constant.type} {constant.name}[{len(items)}] W2N_ALIGNED"
    return array(declaration, aligned_rows(items))


def model_header(
    name: str, about: str, input_: Tensor, output: Tensor, arena: int, weights: int, macs: int
) -> str:
    """Write the header of a generated model."""
    macro = f"W2N_{name.upper()}"
    values = {
        "INPUT_SIZE": input_.size,
        "INPUT_SCALE": shortest_float_literal(input_.scale),
        "INPUT_ZERO_POINT": f"({input_.zero_point})",
        "OUTPUT_SIZE": output.size,
        "OUTPUT_SCALE": shortest_float_literal(output.scale),
        "OUTPUT_ZERO_POINT": f"({output.zero_point})",
        "ARENA_BYTES": arena,
        "WEIGHT_BYTES": weights,
        "MACS": macs,
    }
    function = f"""\
/* real = scale * (value - zero point); the arena is RAM, the weights are flash. */
{definitions(f"{macro}_", values)}

/*
 * Run the model on one window. Every call starts from zero states.
 *
 * input [{_dimensions(input_)}], output [{_dimensions(output)}]; they do not overlap.
 * Not reentrant: intermediate results lie in static memory.
 */
void w2n_{name}_invoke(const int8_t *input, int8_t *output);"""
    content = f"#include <stdint.h>\n\n{extern_c(function)}"
    return header(comment(about), f"{macro}_H", content)


def model_source(
    name: str,
    about: str,
    layers: list[Layer],
    memory: MemoryPlan,
) -> str:
    """Write the source of a generated model."""
    headers = {layer.header for layer in layers if layer.header}
    includes = "".join(
        f'#include "{header}"\n' for header in [*sorted(headers), "wav2nano_kernels.h"]
    )
    constants = []
    for layer in layers:
        if layer.shared:
            continue
        constants.append(comment(f"{layer.name}: {layer.description}"))
        if layer.arrays:
            arrays = "\n\n".join(map(constant_array, layer.arrays))
            constants.append(f"// clang-format off\n{arrays}\n// clang-format on")
        if layer.structure:
            constants.append(layer.structure)
    body = [f"    {pointer}" for pointer in memory.pointers]
    if body:
        body.append("")
    body += [f"    {statement}" for statement in memory.statements]
    arena_definition = (
        f"{comment(memory.description)}\nstatic int16_t arena[{memory.total // 2}] W2N_ALIGNED;\n\n"
        if memory.total
        else ""
    )
    return (
        f'{comment(about)}\n#include "{name}.h"\n\n{includes}\n'
        + "\n\n".join(constants)
        + f"\n\n{arena_definition}void w2n_{name}_invoke(const int8_t *input, int8_t *output) {{\n"
        + "\n".join(body)
        + "\n}\n"
    )


def _dimensions(tensor: Tensor) -> str:
    return shape_text(tensor.shape[1:] if tensor.shape[0] == 1 else tensor.shape)
