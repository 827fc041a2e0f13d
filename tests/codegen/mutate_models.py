"""Mutate small real models, generate C from each, and run the C under sanitizers.

Every mutant must be refused with a `UserError` or give C that compiles without a warning and, for
any input, neither reads nor writes where it must not nor does anything undefined. Three of four run
with their buffers taken apart, so that none can reach into the next unseen. A share of the mutants
also runs in TensorFlow Lite Micro, if that is installed: what it accepts must give the same
outputs. Failing mutants are kept, each with a line that says why.
"""

import hashlib
import importlib
import importlib.util
import math
import multiprocessing
import os
import random
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from codegen_cases import CASES
from handmade_models import edit

from time_limit import time_limit
from wav2nano.codegen import GeneratedModel, generate_model_c
from wav2nano.codegen.operators import OPERATORS
from wav2nano.errors import UserError
from wav2nano.firmware_sources import KERNELS, c_sources
from wav2nano.hostcc import WARNINGS, compiler

RUNS = 200  # of each C that is new, extremes included
EXTREMES = (-128, 127, 0)  # values of whole inputs
BATCH = 60  # mutants compiled into one program
COMPARED = 8  # inputs that the reference gets, too
MOST_WORK = 5 * 10**6  # bytes and multiply-accumulates of all runs of a C
MOST_BYTES = 15_000  # of a model that is mutated
GENERATOR_SECONDS = 10
TOO_SLOW = TimeoutError(f"it takes more than {GENERATOR_SECONDS} s")
POOL = np.random.default_rng(7).integers(-128, 128, 100_003, dtype=np.int8)

FLAGS = ("-std=c99", "-O0", "-g0", *WARNINGS)
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")

# Each case has blocks of its own, for the address sanitizer to watch their ends. What is printed
# before a case is run names it if it crashes.
MAIN = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
{declarations}
static const struct {{
    void (*invoke)(const int8_t *, int8_t *);
    int input_size, output_size, runs;
}} cases[] = {{
{cases}}};
static int8_t pool[{pool}];
static const int8_t extremes[] = {{{extremes}}};
enum {{ EXTREMES = sizeof extremes, COMPARED = {compared} }};

static void fill(int8_t *input, int size, int run) {{
    if (run < EXTREMES) {{
        memset(input, extremes[run], (size_t)size);
    }} else {{
        for (int i = 0; i < size; i++) {{
            input[i] = pool[(run * 7919 + i) % {pool}];
        }}
    }}
}}

int main(int argc, char **argv) {{
    FILE *file = fopen(argv[1], "rb");
    if (argc != 3 || !file || fread(pool, sizeof pool, 1, file) != 1) {{
        return 9;
    }}
    fclose(file);
    for (int i = atoi(argv[2]); i < {count}; i++) {{
        printf("%d ", i);
        fflush(stdout);
        alarm(60);
        const size_t size = (size_t)cases[i].output_size;
        int8_t *input = malloc((size_t)cases[i].input_size), *output = malloc(size);
        int8_t *first = malloc(size);
        for (int run = 0; run < cases[i].runs; run++) {{
            fill(input, cases[i].input_size, run);
            cases[i].invoke(input, output);
            for (size_t k = 0; run < COMPARED && k < size; k++) {{
                printf("%02x", (uint8_t)output[k]);
            }}
            if (run == 0) {{
                memcpy(first, output, size);
            }}
        }}
        /* What ran in between must have left nothing behind. */
        fill(input, cases[i].input_size, 0);
        cases[i].invoke(input, output);
        puts(memcmp(first, output, size) ? " changed" : " done");
        free(input);
        free(output);
        free(first);
    }}
    return 0;
}}
"""


class Outcome(NamedTuple):
    """What was tried and what did not hold."""

    mutants: int
    refused: int
    distinct_c: int
    runs: int
    compared: int  # mutants whose outputs the reference gave, too
    failures: list[str]
    seconds: float


@dataclass(frozen=True)
class Case:
    """A mutant that gave C which had not been seen."""

    number: int
    origin: str
    content: bytes
    model: GeneratedModel
    source: str

    @property
    def apart(self) -> bool:
        """Whether its buffers are taken apart; otherwise it is run as it is."""
        return self.number % 4 != 0

    @property
    def runs(self) -> int:
        """How often to run it: fewer times if it takes long."""
        model = self.model
        work = model.macs + model.arena_bytes + math.prod(model.input_shape + model.output_shape)
        return min(max(MOST_WORK // work, COMPARED), RUNS)

    @property
    def inputs(self) -> np.ndarray:
        """The first inputs of the program, int8 [n, size]."""
        size = int(np.prod(self.model.input_shape))
        extremes = [np.full(size, value, np.int8) for value in EXTREMES]
        drawn = [
            POOL[(run * 7919 + np.arange(size)) % len(POOL)]
            for run in range(len(EXTREMES), COMPARED)
        ]
        return np.array(extremes + drawn)


# Mutants


def bases() -> dict[str, bytes]:
    """Small models with every operator, by name."""
    return {name: content for name, content in CASES.items() if len(content) < MOST_BYTES}


NUMBERS = (0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 127, 128, 255, 256, 511, 512, 4096, 65536, 2**24)
EXTREME_NUMBERS = (-1, -2, -128, -129, 2**30, 2**31 - 1, -(2**31), 2**31 - 2)
FLOATS = (0.0, -1.0, np.nan, np.inf, -np.inf, 1e-45, 1e-38, 3e38, 1e-30, 1e30, 1.0, 1 / 256)
HOSTILE_NAME = b'*/ int hostile; /* \\ \n#error "%s{}\x1b[2J'


def _number(draw: random.Random, near: int) -> int:
    kind = draw.random()
    if kind < 0.5:
        return near + draw.choice((-2, -1, 1, 2, near))
    return draw.choice(NUMBERS if kind < 0.85 else EXTREME_NUMBERS)


def _index(draw: random.Random, count: int) -> int:
    return draw.randrange(count) if draw.random() < 0.9 else draw.choice((-1, -2, count, 2**31 - 1))


def _tensor(draw: random.Random, graph: Any) -> Any:
    return draw.choice(graph.tensors)


def mutate_shape(draw: random.Random, model: Any, graph: Any) -> None:
    """Change the shape of a tensor, and of nothing else."""
    tensor = _tensor(draw, graph)
    shape = [] if tensor.shape is None else [int(n) for n in tensor.shape]
    kind = draw.randrange(6)
    if kind == 0:
        other = _tensor(draw, graph).shape
        shape = [] if other is None else [int(n) for n in other]
    elif kind == 1:
        shape.insert(draw.randint(0, len(shape)), draw.choice((1, 1, 2)))
    elif kind == 2 and shape:
        del shape[draw.randrange(len(shape))]
    elif kind == 3:
        draw.shuffle(shape)
    elif shape:
        place = draw.randrange(len(shape))
        shape[place] = max(-(2**31), min(_number(draw, shape[place]), 2**31 - 1))
    tensor.shape = shape


def mutate_size(draw: random.Random, model: Any, graph: Any) -> None:
    """Change a size wherever it occurs, and the constants with it."""
    sizes = {int(n) for t in graph.tensors if t.shape is not None for n in t.shape}
    old = draw.choice(sorted(sizes) or [1])
    new = draw.choice((1, 2, 3, 4, 5, 6, 8, 11, 13, 16, old + 1, old + 1, abs(old - 1) or 1))
    for tensor in graph.tensors:
        if tensor.shape is None or (old == 1 and draw.random() < 0.7):
            continue
        before = [int(n) for n in tensor.shape]
        after = [new if n == old else n for n in before]
        tensor.shape = after
        buffer = model.buffers[tensor.buffer]
        if before != after and buffer.data is not None and len(buffer.data):
            count = len(buffer.data) * math.prod(after) // max(math.prod(before), 1)
            if count < 10_000:
                buffer.data = np.resize(np.asarray(buffer.data, np.uint8), count)
        many = tensor.quantization
        if many is not None and many.scale is not None and len(many.scale) == old > 1:
            many.scale = np.resize(many.scale, new).tolist()
            many.zeroPoint = np.resize(many.zeroPoint, new).tolist()


def mutate_scale(draw: random.Random, model: Any, graph: Any) -> None:
    """Change a scale, or how many there are."""
    quantized = [t.quantization for t in graph.tensors if t.quantization is not None]
    quantized = [q for q in quantized if q.scale is not None and len(q.scale)]
    if not quantized:
        return
    quantization = draw.choice(quantized)
    scales = [float(s) for s in quantization.scale]
    place = draw.randrange(len(scales))
    kind = draw.randrange(8)
    if kind == 0:
        scales[place] = draw.choice(FLOATS)
    elif kind == 1:
        scales[place] *= 2.0 ** draw.randint(-40, 40)
    elif kind == 2:
        scales = scales[: draw.randint(0, len(scales))] * draw.choice((1, 2))
    elif kind == 3:
        scales = scales * draw.randint(1, 20)
    else:
        scales[place] *= draw.uniform(0.3, 3)
    quantization.scale = [float(s) for s in np.clip(scales, -3.4e38, 3.4e38)]
    if draw.random() < 0.8:
        point = 0 if quantization.zeroPoint is None else int(quantization.zeroPoint[0])
        quantization.zeroPoint = [point] * len(scales)
    if draw.random() < 0.7:
        _rescale_biases(model, graph)


def _rescale_biases(model: Any, graph: Any) -> None:
    """Give each bias the scale of its sums again."""
    linear = {schema.BuiltinOperator.FULLY_CONNECTED, schema.BuiltinOperator.CONV_2D}
    linear |= {schema.BuiltinOperator.DEPTHWISE_CONV_2D}
    for operator in graph.operators:
        if model.operatorCodes[operator.opcodeIndex].builtinCode not in linear:
            continue
        if len(operator.inputs) != 3 or min(operator.inputs) < 0:
            continue
        of = [graph.tensors[i].quantization for i in operator.inputs]
        if all(q is not None and q.scale is not None and len(q.scale) for q in of):
            of[2].scale = [float(np.float32(of[0].scale[0]) * np.float32(s)) for s in of[1].scale]
            of[2].zeroPoint = [0] * len(of[2].scale)


def mutate_zero_point(draw: random.Random, model: Any, graph: Any) -> None:
    """Change a zero point."""
    tensor = _tensor(draw, graph)
    if tensor.quantization is None or tensor.quantization.zeroPoint is None:
        return
    points = [int(z) for z in tensor.quantization.zeroPoint]
    if points:
        extreme = (-129, 128, 2**31, -(2**31), 2**63 - 1, -(2**63), 255)
        points[draw.randrange(len(points))] = (
            draw.choice(extreme) if draw.random() < 0.3 else draw.randint(-128, 127)
        )
    tensor.quantization.zeroPoint = points


def mutate_quantization(draw: random.Random, model: Any, graph: Any) -> None:
    """Take away, swap or turn the scales of a tensor."""
    tensor = _tensor(draw, graph)
    kind = draw.randrange(3)
    if kind == 0:
        tensor.quantization = None
    elif kind == 1 and tensor.quantization is not None:
        tensor.quantization.quantizedDimension = draw.choice((-1, 0, 1, 2, 3, 4, 2**31 - 1))
    else:
        tensor.quantization = _tensor(draw, graph).quantization


def mutate_type(draw: random.Random, model: Any, graph: Any) -> None:
    """Change the type of a tensor, make it a state or give it a hostile name."""
    tensor = _tensor(draw, graph)
    kind = draw.randrange(3)
    if kind == 0:
        tensor.type = draw.choice((0, 1, 2, 3, 4, 6, 7, 9, 17, 18, 99))
    elif kind == 1:
        tensor.isVariable = not tensor.isVariable
    else:
        tensor.name = HOSTILE_NAME


def mutate_buffer(draw: random.Random, model: Any, graph: Any) -> None:
    """Change a constant, or how many bytes it has."""
    tensor = _tensor(draw, graph)
    kind = draw.randrange(8)
    if kind == 0:
        tensor.buffer = draw.choice((draw.randrange(len(model.buffers)), 2**32 - 1, 0))
        return
    filled = [b for b in model.buffers if b.data is not None and len(b.data)]
    if not filled:
        return
    buffer = draw.choice(filled)
    data = np.array(buffer.data, np.uint8)
    place = draw.randrange(len(data))
    if kind == 1:
        data = np.resize(data, draw.choice((0, 1, place, len(data) + 4, 2 * len(data))))
    elif kind == 2:
        data[:] = draw.choice((0, 0x7F, 0x80, 0x81, 0xFF))
    elif kind == 3 and len(data) >= 4:
        values = data[: len(data) // 4 * 4].view("<i4")
        values[draw.randrange(len(values))] = draw.choice(
            (0, 1, 2, 3, 4, -1, -2, -3, 2**31 - 1, -(2**31), 2**30, 2**23, 100_000)
        )
    elif kind == 4:
        data[:] = np.random.default_rng(draw.getrandbits(32)).integers(-127, 128, len(data)) % 256
    else:
        data[place] = draw.randrange(256)
    buffer.data = data


def mutate_operator(draw: random.Random, model: Any, graph: Any) -> None:
    """Swap, repeat or remove operators, or change what they are and what they take."""
    operators = graph.operators
    if not operators:
        return
    operator = draw.choice(operators)
    kind = draw.randrange(7)
    if kind == 0:
        operator.opcodeIndex = draw.choice((draw.randrange(len(model.operatorCodes)), 2**32 - 1, 9))
    elif kind == 1:
        operators.insert(draw.randint(0, len(operators)), operator)
    elif kind == 2:
        operators.remove(operator)
    elif kind == 3:
        draw.shuffle(operators)
    elif kind == 4:
        code = draw.choice(model.operatorCodes)
        known = [getattr(schema.BuiltinOperator, name) for name in OPERATORS]
        code.builtinCode = draw.choice((draw.choice(known), draw.randrange(210)))
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    else:
        name = draw.choice(("inputs", "inputs", "outputs"))
        places = [int(i) for i in getattr(operator, name)]
        if draw.random() < 0.3:
            places.insert(draw.randint(0, len(places)), _index(draw, len(graph.tensors)))
        elif places:
            place = draw.randrange(len(places))
            if draw.random() < 0.25:
                del places[place]
            else:
                places[place] = _index(draw, len(graph.tensors))
        setattr(operator, name, places)


def mutate_options(draw: random.Random, model: Any, graph: Any) -> None:
    """Change an option, or take all of them away."""
    with_options = [o for o in graph.operators if o.builtinOptions is not None]
    if not with_options:
        return
    operator = draw.choice(with_options)
    if draw.random() < 0.05:
        operator.builtinOptionsType, operator.builtinOptions = 0, None
        return
    if draw.random() < 0.05:
        other = draw.choice(with_options)
        operator.builtinOptionsType = other.builtinOptionsType
        operator.builtinOptions = other.builtinOptions
        return
    options = operator.builtinOptions
    names = [name for name, value in vars(options).items() if isinstance(value, bool | int | float)]
    if not names:
        return
    name = draw.choice(names)
    value = getattr(options, name)
    if isinstance(value, bool):
        setattr(options, name, not value)
    elif isinstance(value, float):
        choices = (*FLOATS, value * 2, value / 2, value * 1e9, value * 1e-9)
        setattr(options, name, float(draw.choice(choices)))
    else:
        byte_wide = name in ("padding", "fusedActivationFunction", "weightsFormat")
        number = draw.randint(0, 7) if byte_wide else _number(draw, value)
        setattr(options, name, max(-(2**31), min(number, 2**31 - 1)))


def mutate_graph(draw: random.Random, model: Any, graph: Any) -> None:
    """Change inputs and outputs, cut off buffers or tensors, add a graph."""
    kind = draw.randrange(5)
    if kind == 0:
        model.subgraphs.append(graph)
    elif kind == 1:
        model.buffers = model.buffers[: draw.randrange(len(model.buffers))]
    elif kind == 2:
        graph.tensors = graph.tensors[: draw.randrange(len(graph.tensors))]
    else:
        name = "inputs" if kind == 3 else "outputs"
        setattr(
            graph, name, [_index(draw, len(graph.tensors)) for _ in range(draw.choice((1, 1, 2)))]
        )


MUTATORS: tuple[Callable[[random.Random, Any, Any], None], ...] = (
    mutate_shape,
    mutate_shape,
    mutate_size,
    mutate_size,
    mutate_scale,
    mutate_scale,
    mutate_zero_point,
    mutate_zero_point,
    mutate_quantization,
    mutate_type,
    mutate_buffer,
    mutate_buffer,
    mutate_operator,
    mutate_operator,
    mutate_options,
    mutate_options,
    mutate_graph,
)


def flip_bytes(draw: random.Random, content: bytes) -> bytes:
    """Change the file without regard to its format."""
    changed = bytearray(content)
    if draw.random() < 0.1:
        del changed[draw.randrange(len(changed)) :]
    for _ in range(draw.choice((1, 1, 2, 4, 16)) if changed else 0):
        place = draw.randrange(len(changed))
        if draw.random() < 0.3:
            wide = draw.choice((0, 1, 2**31 - 1, 2**32 - 1, 2**31, 0x01000000)).to_bytes(
                4, "little"
            )
            place -= place % 4
            changed[place : place + 4] = wide[: len(changed) - place]
        else:
            changed[place] = draw.randrange(256)
    return bytes(changed)


def mutate(draw: random.Random, content: bytes) -> tuple[str, bytes]:
    """Give a mutant of a model, and what was done to it."""
    chosen = draw.choices(MUTATORS, k=draw.choice((1, 1, 1, 2, 3)))

    def change(model: Any, graph: Any) -> None:
        for mutator in chosen:
            mutator(draw, model, graph)

    if draw.random() < 0.85:
        try:
            changed = edit(content, change)
            return ", ".join(m.__name__.removeprefix("mutate_") for m in chosen), changed
        except Exception:  # what has no place in a file, such as a number beyond its type
            pass
    return "bytes", flip_bytes(draw, content)


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Give what each mutant was made of, and its bytes."""
    originals = list(bases().items())
    for number in range(count):
        draw = random.Random(f"{seed} {number}")
        name, content = draw.choice(originals)
        how, mutant = mutate(draw, content)
        yield f"{name}: {how}", mutant


# Runs


class Torture:
    """A folder to work in, and what came out so far."""

    def __init__(self, folder: Path, keep: Path | None):
        self.folder, self._keep = folder, keep
        self.failures: list[str] = []
        self.runs = self.compared = 0
        (folder / "pool").write_bytes(POOL.tobytes())
        self._kernels = [self._object(source) for source in c_sources(KERNELS)]

    def fail(self, number: int, origin: str, content: bytes, why: str) -> None:
        """Keep a mutant that did not hold, with a line that says why."""
        if self._keep is None:
            self._keep = Path(tempfile.mkdtemp(prefix="wav2nano-torture-"))
        self._keep.mkdir(parents=True, exist_ok=True)
        path = self._keep / f"{number}.tflite"
        path.write_bytes(content)
        line = f"{path}: {origin}: {' '.join(why.split())[:300]}"
        path.with_suffix(".txt").write_text(line + "\n", encoding="utf-8")
        self.failures.append(line)
        print(f"FAILED: {line}", flush=True)

    def run(self, cases: list[Case], *, compare: bool) -> None:
        """Compile all cases into a program and run it; one that crashes is left out after that."""
        program = self.folder / "cases"
        message = self._compile(cases, program)
        if message and len(cases) > 1:
            for case in cases:
                self.run([case], compare=compare)
            return
        if message:
            self._fail(cases[0], f"it does not compile: {message}")
            return
        outputs: dict[int, bytes] = {}
        start, crashed = 0, True
        while crashed and start < len(cases):
            run = subprocess.run(
                [program, self.folder / "pool", str(start)],
                capture_output=True,
                text=True,
                check=False,
            )
            crashed = run.returncode != 0
            assert run.stdout, f"the program does not start: {run.stderr}"
            for line in run.stdout.splitlines():
                place, *rest = line.split()
                start = int(place) + 1
                if rest and rest[-1] in ("done", "changed"):
                    self.runs += cases[int(place)].runs + 1
                    outputs[int(place)] = bytes.fromhex(rest[0])
                    if rest[-1] == "changed":
                        self._fail(cases[int(place)], "a call depends on those before it")
            if crashed:
                said = [s for s in run.stderr.splitlines() if "error:" in s or "ERROR:" in s]
                why = said[0] if said else run.stderr[-200:]
                self._fail(cases[start - 1], f"status {run.returncode}: {why}")
        if compare:
            self._compare([(cases[place], output) for place, output in outputs.items()])

    def _fail(self, case: Case, why: str) -> None:
        self.fail(case.number, case.origin, case.content, why)

    def _object(self, source: Path) -> Path:
        out = self.folder / f"{source.stem}.o"
        command = [compiler(), *FLAGS, "-O1", *SANITIZERS, f"-I{KERNELS}", "-c"]
        subprocess.run([*command, source, "-o", out], check=True)
        return out

    def _compile(self, cases: list[Case], program: Path) -> str:
        """Compile the cases as one file; return the first message if that does not succeed."""
        headers = '#include "wav2nano_kernels.h"\n#include "w2n_lstm.h"\n'
        declarations = "\n".join(
            _renamed(with_buffers_apart(case.source) if case.apart else case.source, i)
            for i, case in enumerate(cases)
        )
        rows = "".join(
            f"    {{m{i}_invoke, {np.prod(case.model.input_shape)}, "
            f"{np.prod(case.model.output_shape)}, {case.runs}}},\n"
            for i, case in enumerate(cases)
        )
        main = self.folder / "main.c"
        main.write_text(
            MAIN.format(
                declarations=headers + declarations,
                cases=rows,
                pool=len(POOL),
                extremes=", ".join(map(str, EXTREMES)),
                compared=COMPARED,
                count=len(cases),
            ),
            encoding="utf-8",
        )
        command = [compiler(), *FLAGS, *SANITIZERS, f"-I{KERNELS}", "-o", str(program)]
        done = subprocess.run(
            [*command, main, *self._kernels], capture_output=True, text=True, check=False
        )
        messages = [line for line in done.stderr.splitlines() if "error" in line]
        return (messages or [done.stderr or "?"])[0] if done.returncode else ""

    def _compare(self, outputs: list[tuple[Case, bytes]]) -> None:
        """Let the reference, in a process of its own as it may crash, compute the same."""
        context = multiprocessing.get_context("fork")
        while outputs:
            ours, theirs = context.Pipe(duplex=False)
            worker = context.Process(target=_reference, args=(theirs, [c for c, _ in outputs]))
            worker.start()
            theirs.close()
            done = 0
            try:
                for case, output in outputs:
                    expected = ours.recv() if ours.poll(60) else None
                    done += 1
                    if expected is None:
                        continue
                    self.compared += 1
                    if expected != output:
                        self._fail(case, "TensorFlow Lite Micro gives other outputs")
            except EOFError:
                done += 1  # it crashed on this one
            worker.kill()
            worker.join()
            outputs = outputs[done:]


def _reference(pipe: Any, cases: list[Case]) -> None:
    """Send the outputs of TensorFlow Lite Micro for each case, None for what it refuses."""
    runtime = importlib.import_module("tflite_micro").runtime

    nothing = os.open(os.devnull, os.O_WRONLY)  # what it prints helps nobody
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    for case in cases:
        try:
            interpreter = runtime.Interpreter.from_bytes(case.content, arena_size=4_000_000)
            results = []
            for window in case.inputs:
                interpreter.reset()
                interpreter.set_input(window.reshape(case.model.input_shape), 0)
                interpreter.invoke()
                results.append(interpreter.get_output(0).astype(np.int8).tobytes())
            pipe.send(b"".join(results))
        except Exception:
            pipe.send(None)


def with_buffers_apart(source: str) -> str:
    """Give each buffer of the arena memory of its own, whose ends the address sanitizer watches.

    Their sizes are in the memory plan, which is a comment.
    """
    plan = re.findall(r"^ \* +(\d+) to +(\d+)  (\w+): ", source, re.MULTILINE)
    for start, end, name in plan:
        kind, size = ("int16_t", 2) if name.endswith("_scratch") else ("int8_t", 1)
        apart = f"static {kind} {name}[{(int(end) - int(start) + 1) // size}] W2N_ALIGNED;"
        source, count = re.subn(rf"{kind} \*const {name} = .*;", apart, source)
        assert count == 1, name
    return re.sub(r"static int16_t arena\[.*\n", "", source)


def _renamed(source: str, number: int) -> str:
    """Give every name that the C of a model defines a prefix, and leave out its headers."""
    names = re.findall(r"^static (?:const )?\w+ (\w+)", source, re.MULTILINE)
    text = re.sub(r"^#include.*\n", "", source, flags=re.MULTILINE)
    if names:
        text = re.sub(rf"\b({'|'.join(names)})\b", rf"m{number}_\1", text)
    text = re.sub(r"\bw2n_model_(?=invoke|step)", f"m{number}_", text)
    declared = [
        f"void m{number}_{function}(const int8_t *input, int8_t *output);"
        for function in ("invoke", "step")
        if f"void m{number}_{function}(" in text
    ]
    return "\n".join([*declared, text])


def run_mutants(
    count: int,
    seed: int = 0,
    *,
    seconds: float | None = None,
    keep: Path | None = None,
    compare_every: int = 3,
    progress: bool = False,
) -> Outcome:
    """Send mutants through the generator, and run the C of those that it takes.

    Parameters
    ----------
    count, seed : int
        How many mutants; the same ones for the same seed.
    seconds : float, optional
        Stop after that many.
    keep : path, optional
        Where failing mutants go; a temporary folder by default.
    compare_every : int
        One batch of so many also runs in TensorFlow Lite Micro, if that is installed; 0: none.
    progress : bool
        Print a line now and then.
    """
    start = time.monotonic()
    has_reference = importlib.util.find_spec("tflite_micro") is not None
    seen: set[bytes] = set()
    waiting: list[Case] = []
    tried = refused = batches = 0
    with tempfile.TemporaryDirectory(prefix="wav2nano-torture-") as name:
        torturer = Torture(Path(name), keep)

        def run_waiting() -> None:
            nonlocal batches
            compare = has_reference and compare_every and batches % compare_every == 0
            torturer.run(waiting, compare=bool(compare))
            waiting.clear()
            batches += 1

        for number, (origin, content) in enumerate(mutants(count, seed)):
            if seconds is not None and time.monotonic() - start > seconds:
                break
            tried += 1
            try:
                with time_limit(GENERATOR_SECONDS, TOO_SLOW):
                    step = None if number % 2 else 1 + number % 3
                    model = generate_model_c(content, torturer.folder, step=step)
            except UserError as error:
                refused += 1
                if not str(error).isprintable():
                    torturer.fail(number, origin, content, f"it cannot be printed: {error!r}")
                continue
            except Exception as error:
                torturer.fail(number, origin, content, f"{type(error).__name__}: {error}")
                continue
            source = model.source.read_text(encoding="utf-8")
            source = source[source.index("#include") :]  # the comment before it has the checksum
            digest = hashlib.sha256(source.encode()).digest()
            if digest not in seen:
                seen.add(digest)
                waiting.append(Case(number, origin, content, model, source))
            if len(waiting) == BATCH:
                run_waiting()
                if progress and batches % 10 == 0:
                    passed = time.monotonic() - start
                    print(
                        f"{tried:,} mutants, {len(seen):,} different C, {torturer.runs:,} runs, "
                        f"{len(torturer.failures)} failures, {passed:.0f} s",
                        flush=True,
                    )
        if waiting:
            run_waiting()
    return Outcome(
        mutants=tried,
        refused=refused,
        distinct_c=len(seen),
        runs=torturer.runs,
        compared=torturer.compared,
        failures=torturer.failures,
        seconds=time.monotonic() - start,
    )
