"""The kernels read and write where they may, and do nothing undefined."""

import subprocess

import numpy as np
import pytest

from wav2nano.hostcc import SANITIZERS, compile_c

# Each window and result is a block of its own, for the address sanitizer to watch its ends.
MAIN = """
#include <stdio.h>
#include <stdlib.h>
{includes}
static const struct {{
    void (*invoke)(const int8_t *, int8_t *);
    size_t input_size, output_size;
}} cases[] = {{
{cases}}};

int main(int argc, char **argv) {{
    const int i = argc > 1 ? atoi(argv[1]) : 0;
    int read = 1;
    while (read) {{
        int8_t *input = malloc(cases[i].input_size), *output = malloc(cases[i].output_size);
        read = fread(input, cases[i].input_size, 1, stdin) == 1;
        if (read) {{
            cases[i].invoke(input, output);
            fwrite(output, cases[i].output_size, 1, stdout);
        }}
        free(input);
        free(output);
    }}
    return 0;
}}
"""


@pytest.fixture(scope="module")
def program(generated, sources, tmp_path_factory):
    files, include_dirs = sources
    folder = tmp_path_factory.mktemp("sanitizers")
    models = generated.values()
    cases = "".join(
        f"    {{w2n_{m.name}_invoke, {np.prod(m.input_shape)}, {np.prod(m.output_shape)}}},\n"
        for m in models
    )
    includes = "\n".join(f'#include "{m.header.name}"' for m in models)
    main = folder / "main.c"
    main.write_text(MAIN.format(cases=cases, includes=includes))
    return compile_c([main, *files], folder / "cases", include_dirs=include_dirs, flags=SANITIZERS)


def test_every_case(case, inputs, generated, on_host, program):
    inputs = inputs[::3]
    result = subprocess.run(
        [str(program), str(list(generated).index(case))],
        input=inputs.tobytes(),
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr.decode()
    assert result.stdout == on_host(case, inputs).tobytes()
