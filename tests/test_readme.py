"""Every figure of README is that of a file which a command wrote."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SUMMARY = ROOT / "benchmarks" / "figures" / "keywords.txt"


@pytest.fixture(scope="module")
def readme():
    spec = importlib.util.spec_from_file_location("readme", ROOT / "benchmarks" / "readme.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_figures_are_those_of_the_files(readme):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text == readme.fill_in(text), "run `python benchmarks/readme.py`"


def test_the_summary_is_of_what_is_recorded():
    text = SUMMARY.read_text(encoding="utf-8")
    metrics = json.loads((ROOT / "metrics" / "keywords.json").read_text(encoding="utf-8"))
    assert f"flash      {metrics['flash_bytes']:,} of" in text
    assert f"RAM        {metrics['ram_bytes']:,} of" in text
    for name in ("float", "int8"):
        low, high = metrics[f"{name}_accuracy_low"], metrics[f"{name}_accuracy_high"]
        share = f"{metrics[f'{name}_accuracy']:.1%}"
        assert re.search(rf"{name} +accuracy {share} .*{low:.1%} to {high:.1%}", text)


def test_every_block_has_its_place(readme):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"<!-- figures: (\w+) -->", text) == list(readme.BLOCKS)
