"""The tool that makes the simulator's table of registers."""

import json
import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[2] / "tools" / "make_registers"

SVD = """
<device>
  <name>tiny</name><size>32</size><resetValue>0</resetValue>
  <licenseText> as you like </licenseText>
  <peripherals>
    <peripheral>
      <name>A0</name><baseAddress>0x40000000</baseAddress>
      <interrupt><name>A0</name><value>3</value></interrupt>
      <registers>
        <register>
          <dim>2</dim><dimIncrement>0x4</dimIncrement>
          <name>TASKS_GO[%s]</name><addressOffset>0x10</addressOffset><access>write-only</access>
        </register>
        <register>
          <name>INTENSET</name><addressOffset>0x304</addressOffset>
          <fields><field><name>DONE</name><lsb>5</lsb><msb>5</msb></field></fields>
        </register>
        <cluster>
          <dim>2</dim><dimIncrement>0x10</dimIncrement>
          <name>CH[%s]</name><addressOffset>0x500</addressOffset>
          <register>
            <name>PTR</name><addressOffset>4</addressOffset><resetValue>0x20</resetValue>
          </register>
        </cluster>
      </registers>
    </peripheral>
    <peripheral derivedFrom="A0"><name>A1</name><baseAddress>0x40001000</baseAddress></peripheral>
  </peripherals>
</device>
"""


def make_registers(svd, out):
    command = [sys.executable, TOOL, svd, "--out", out]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_svd_becomes_a_table(tmp_path):
    svd, out = tmp_path / "tiny.svd", tmp_path / "registers.json"
    svd.write_text(SVD)
    assert make_registers(svd, out).returncode == 0
    table = json.loads(out.read_text())
    assert table["license"] == "as you like"
    assert table["peripherals"] == {
        "A0": {
            "base": 0x40000000,
            "irq": 3,
            "registers": [
                [0x10, "TASKS_GO[0]", "w", 0],
                [0x14, "TASKS_GO[1]", "w", 0],
                [0x304, "INTENSET", "rw", 0],
                [0x504, "CH[0].PTR", "rw", 0x20],
                [0x514, "CH[1].PTR", "rw", 0x20],
            ],
            "intenset": {"DONE": 5},
        },
        "A1": {"base": 0x40001000, "like": "A0"},
    }


def test_errors_are_plain(tmp_path):
    damaged, out = tmp_path / "damaged.svd", tmp_path / "registers.json"
    damaged.write_text(SVD[:200])
    for svd, message in ((damaged, "is not an SVD file"), (tmp_path / "none.svd", "none.svd")):
        result = make_registers(svd, out)
        assert result.returncode == 1
        assert message in result.stderr
        assert "Traceback" not in result.stderr
    assert not out.exists()
