"""A short run of what `make torture` does for long."""

import mutate_models
import numpy as np
from codegen_cases import CASES

from wav2nano.codegen import generate_model_c


def test_mutants_are_refused_or_harmless(tmp_path):
    outcome = mutate_models.run_mutants(300, seed=3, keep=tmp_path, compare_every=0)
    assert outcome.failures == []
    assert outcome.mutants == 300
    assert outcome.refused > 150
    assert outcome.distinct_c > 30
    assert outcome.runs > 8 * outcome.distinct_c


def test_the_same_seed_gives_the_same_mutants():
    assert list(mutate_models.mutants(40, 1)) == list(mutate_models.mutants(40, 1))
    assert list(mutate_models.mutants(40, 1)) != list(mutate_models.mutants(40, 2))


def test_what_is_wrong_is_found_and_kept(tmp_path):
    """Code that does wrong, at the end of a model; what comes after it is run all the same."""
    statements = {
        "output[{size}] = 1;": "heap-buffer-overflow",
        "output[0] = input[-1];": "heap-buffer-overflow",
        "conv_2d_1_scratch[28] = 1;": "out of bounds",
        "output[0] = (int8_t)(1 << (33 + input[0] % 2));": "shift exponent",
        "static int8_t calls; output[0] = calls++;": "depends on those before it",
        "int unused;": "does not compile",
        "": None,
    }
    content = CASES["conv_same"]
    generated = generate_model_c(content, tmp_path)
    source = generated.source.read_text()
    source = source[source.index("#include") :].rstrip().removesuffix("}")
    size = int(np.prod(generated.output_shape))
    cases = [
        mutate_models.Case(
            number, "conv_same", content, generated, f"{source}{code.format(size=size)}}}\n"
        )
        for number, code in enumerate(statements, 1)
    ]
    (tmp_path / "work").mkdir()
    torturer = mutate_models.Torture(tmp_path / "work", tmp_path / "kept")
    torturer.run(cases, compare=False)
    for number, why in enumerate(statements.values(), 1):
        kept = tmp_path / "kept" / f"{number}.tflite"
        assert kept.exists() == (why is not None)
        if why is not None:
            assert kept.read_bytes() == content
            assert why in kept.with_suffix(".txt").read_text()
    assert torturer.runs == 2 * (cases[-1].runs + 1)  # the last, and the one that only differs
    assert len(torturer.failures) == 6
