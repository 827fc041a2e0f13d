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
    name: str,
    about: str,
    input_: Tensor,
    output: Tensor,
    *,
    step: Tensor | None,
    arena: int,
    weights: int,
    macs: int,
) -> str:
    """Write the header of a generated model; `step` is the input of its steps, where it has any."""
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
    if step is not None:
        values = {"INPUT_SIZE": input_.size, "STEP_SIZE": step.size} | values
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
    if step is not None:
        function += f"""

/*
 * Run the model on the window that ends with these frames, the next of a stream. The answer is that
 * of the whole window as soon as all of it was given, step by step. w2n_{name}_invoke overwrites
 * what was kept: do not call it in the middle of a stream.
 *
 * input [{_dimensions(step)}], output [{_dimensions(output)}]
 */
void w2n_{name}_step(const int8_t *input, int8_t *output);"""
    content = f"#include <stdint.h>\n\n{extern_c(function)}"
    return header(comment(about), f"{macro}_H", content)


def model_source(
    name: str,
    about: str,
    layers: list[Layer],
    memory: MemoryPlan,
    window: Tensor,
    step: Tensor | None,
) -> str:
    """Write the source of a generated model, whose inputs are a window and, or None, a step."""
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
    if memory.total:
        arena = f"static int16_t arena[{memory.total // 2}] W2N_ALIGNED;"
        constants.append(f"{comment(memory.description)}\n{arena}")
    function = f"w2n_{name}_invoke" if step is None else f"w2n_{name}_step"
    functions = [_function(function, body)]
    if step is not None:
        functions.append(_function(f"w2n_{name}_invoke", _all_steps(name, window, step)))
    return f'{comment(about)}\n#include "{name}.h"\n\n{includes}\n' + "\n\n".join(
        [*constants, *functions, ""]
    )


def _function(name: str, body: list[str]) -> str:
    return "\n".join([f"void {name}(const int8_t *input, int8_t *output) {{", *body, "}"])


def _all_steps(name: str, window: Tensor, step: Tensor) -> list[str]:
    """Run the steps of a window, the first of which it may not fill."""
    size, rest = step.size, window.size % step.size
    start = f"input + {rest}" if rest else "input"
    body = [
        f"    for (int32_t i = 0; i < {window.size // size}; i++) {{",
        f"        w2n_{name}_step({start} + i * {size}, output);",
        "    }",
    ]
    if rest:
        body = [
            f"    int8_t first[{size}] = {{0}};",
            f"    w2n_copy_rows(1, {rest}, input, {rest}, first + {size - rest});",
            f"    w2n_{name}_step(first, output);",
            *body,
        ]
    return body


def _dimensions(tensor: Tensor) -> str:
    return shape_text(tensor.shape[1:] if tensor.shape[0] == 1 else tensor.shape)
