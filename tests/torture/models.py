"""Damage models in every field, and run the C of those that the generator takes."""

from pathlib import Path

from mutate_models import run_mutants

from torture.common import Part
from workflow.conftest import ROOT

KEPT = ROOT / "logs" / "torture"  # damaged models that something was wrong with


def torture(_folder: Path, *, count: int = 60_000, seed: int = 6) -> Part:
    """Send `count` damaged models through the generator."""
    part = Part("damaged models refused, or made into C without fault")
    outcome = run_mutants(count, seed, keep=KEPT, progress=True)
    part.tried = outcome.mutants
    part.what += (
        f" under sanitizers: {outcome.refused:,} refused, {outcome.runs:,} runs of "
        f"{outcome.distinct_c:,} different programs"
    )
    for why in outcome.failures:
        part.fail(f"{why} (kept in {KEPT})")
    return part
