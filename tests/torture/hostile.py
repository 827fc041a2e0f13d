"""The hostile corpus of the tests, and many more settings drawn at random than there."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from torture.common import Part
from workflow.conftest import ROOT

CORPUS = ("tests/hostile", "tests/test_audio_limits.py", "tests/test_truncation.py")


def torture(folder: Path, *, examples: int = 2000) -> Part:
    """Run the corpus; each of its properties with `examples` drawn settings."""
    part = Part(
        f"hostile inputs refused in plain words; and {examples:,} settings and tables drawn"
    )
    report = folder / "report.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--junitxml={report}", *CORPUS],
        cwd=ROOT,
        env={**os.environ, "WAV2NANO_EXAMPLES": str(examples)},
        check=False,
    )
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("skipped") is not None:
            continue
        part.tried += 1
        if case.find("failure") is not None or case.find("error") is not None:
            part.fail(f"{case.get('classname')}: {case.get('name')}")
    return part
