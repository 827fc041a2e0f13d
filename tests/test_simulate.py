"""The command `wav2nano simulate`."""

import numpy as np
import pytest
import soundfile

from wav2nano.cli import main

PROGRAM = """
static int16_t buffers[2][160];
static volatile uint32_t started;
void pdm_handler(void) {
    REG(PDM + 0x100) = 0;
    REG(PDM + 0x560) = (uint32_t)buffers[++started & 1];
}
int main(void) {
    REG(CLOCK) = 1;
    while (!REG(CLOCK + 0x100)) {}
    REG(PDM + 0x540) = 26; REG(PDM + 0x544) = 25;
    REG(PDM + 0x504) = 0x0A000000; REG(PDM + 0x508) = 1; REG(PDM + 0x520) = 1;
    REG(PDM + 0x560) = (uint32_t)buffers[0]; REG(PDM + 0x564) = 160; REG(PDM + 0x304) = 1;
    enable_irq(IRQ_PDM);
    REG(PDM + 0x500) = 1; REG(PDM) = 1;
    REG(P0 + 0x508) = 1 << 24; REG(P0 + 0x518) = 1 << 24;
    for (uint32_t loud = 0, done = 0;;) {
        while (done + 2 > started) __asm__ volatile("wfi");
        int16_t *buffer = buffers[done++ & 1];
        uint32_t now = buffer[80] > 1000 || buffer[80] < -1000;
        if (now != loud) { report("loud", now); REG(P0 + (now ? 0x50C : 0x508)) = 1 << 24; }
        loud = now;
    }
}
"""


@pytest.fixture
def program(compile_program):
    return compile_program(PROGRAM)


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "it's a $tone, größer.wav"
    soundfile.write(path, np.full(22050, 0.5, np.float32), 44100)
    return path


def test_output(program, recording, capsys):
    arguments = ["simulate", str(program.bin), str(recording), str(recording), "--pause", "0.3"]
    assert main([*arguments, "--profile"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"    0.300000 s  playing {recording}" in lines
    assert f"    1.100000 s  playing {recording}" in lines
    happened = [line.split("s  ", 1) for line in lines if "serial" in line or "LED " in line]
    assert [text.split() for _, text in happened] == [
        ["LED", "LEDR", "off"],
        *([["serial", "loud", "1"], ["LED", "LEDR", "on"]]),
        *([["serial", "loud", "0"], ["LED", "LEDR", "off"]]),
        *([["serial", "loud", "1"], ["LED", "LEDR", "on"]]),
    ]
    assert float(happened[1][0]) == pytest.approx(0.32, abs=0.015)
    text = "\n".join(lines)
    assert "ran        1.600000 s" in text
    assert "0 of which were filled again" in text
    assert "main" in text
    assert "function" in text


def test_errors_are_plain(program, recording, tmp_path, capsys, compile_program):
    assert main(["simulate", str(tmp_path / "none.bin")]) == 1
    assert main(["simulate", str(program.bin), str(tmp_path / "none.wav")]) == 1
    assert main(["simulate", str(recording)]) == 1
    assert main(["simulate", str(program.bin), "--seconds", "0"]) == 1
    alone = tmp_path / "alone.bin"
    alone.write_bytes(program.bin.read_bytes())
    assert main(["simulate", str(alone), "--profile"]) == 1
    output = capsys.readouterr()
    assert "Traceback" not in output.err
    assert "give --elf" in output.err

    crashing = compile_program('int main(void) { report("alive", 1); return REG(0x60000000); }')
    assert main(["simulate", str(crashing.bin)]) == 1
    output = capsys.readouterr()
    assert "serial  alive 1" in output.out
    assert "busy" in output.out
    assert "read from 0x60000000" in output.err
    assert "in main" in output.err
