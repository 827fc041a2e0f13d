"""The board package at work: its own bytes, run on the simulated board."""

import re
from pathlib import Path

import numpy as np
import pytest

from cortex_m4 import compile_c, convert
from nano33sim import Board, SimulationError

HERE = Path(__file__).parent
SKETCHES = HERE / "sketches"
RATE = 16000


def changes(recording, name: str) -> list[tuple[float, int]]:
    return [(change.seconds, change.level) for change in recording.pins if change.name == name]


def start(binary: Path, **options) -> Board:
    return Board(binary, elf=binary.with_suffix(".elf"), **options)


# ---- blink_talk ----


def test_blink_talk_blinks_on_time_and_says_so(compiled, blink_talk):
    recording = start(compiled(blink_talk)).run(seconds=3.2)
    assert recording.text.startswith("blink_talk: hello\r\n500 ms: on\r\n1000 ms: off\r\n")
    toggles = changes(recording, "LED_BUILTIN")[1:]  # the first switches it off
    assert [level for _, level in toggles] == [1, 0] * 3
    late = [seconds - 0.5 * (i + 1) for i, (seconds, _) in enumerate(toggles)]
    # The clock starts within a millisecond, and loop() looks once a millisecond; nothing drifts.
    assert 0 < min(late) <= max(late) < 0.0022
    assert abs(late[-1] - late[1]) < 0.0011
    for line, (seconds, _) in zip(recording.lines[1:], toggles, strict=True):
        assert 0 < line.seconds - seconds < 0.002
    assert recording.warnings == []
    assert recording.sleep_seconds > 0.99 * recording.seconds


def test_blink_talk_sends_back_all_it_gets(compiled, blink_talk):
    board = start(compiled(blink_talk))
    board.run(seconds=0.01)
    sent = bytes(np.random.default_rng(1).integers(128, 256, 2000, dtype=np.uint8))
    board.send(sent)
    recording = board.run(seconds=len(sent) * 10 / 115200 + 0.02)
    assert bytes(byte for byte in recording.serial if byte >= 128) == sent
    assert recording.warnings == []


def test_sketch_survives_what_the_bootloader_leaves(compiled, blink_talk, tmp_path):
    """An MPU, a second stack, interrupts pending, a receiver and a timer that run."""
    flags = "-Os", "-Wall", "-Wextra", "-Werror", "-nostdlib"
    places = "-Wl,-Ttext=0x40", "-Wl,--section-start=.vectors=0"
    loader = compile_c([HERE / "handover.c"], tmp_path / "handover.elf", *flags, *places)
    flash = convert(loader, ".bin").read_bytes().ljust(0x10000, b"\xff")
    (tmp_path / "flash.bin").write_bytes(flash + compiled(blink_talk).read_bytes())

    board = Board(tmp_path / "flash.bin")
    board.send(b"xy")
    recording = board.run(seconds=1.2)
    assert recording.text == "blink_talk: hello\r\n500 ms: on\r\n1000 ms: off\r\n"
    board.send(b"still there?")
    assert board.run(seconds=0.1).serial == b"still there?"


# ---- Time and printing ----


def test_clock_and_printing(compiled):
    recording = start(compiled(SKETCHES / "clock_check")).run(seconds=4300)
    said = recording.text.split("\r\n")

    times = [seconds for seconds, _ in changes(recording, "P1.11")][1:]
    waited = [1e6 * (end - begin) for begin, end in zip(times[0::2], times[1::2], strict=True)]
    for micros, wanted, text in zip(waited[:3], (1000, 10_000, 250_000), said, strict=False):
        assert wanted - 1 < micros < wanted + 10  # delay() starts within a tick of the timer
        assert abs(int(text) - micros) < 5
    for micros, wanted in zip(waited[3:6], (1, 50, 5000), strict=True):
        assert wanted <= micros < wanted + 4
    assert 2999 < waited[6] < 3010

    assert said[3] == "0123456789abcdef" * 100
    assert said[4:16] == [
        *("-1234567890", "4294967295", "BEEF", "FFFFFFFF", "1010", "3.1416", "-0.01", "3.00"),
        *("ovf", "nan", "c", "200"),
    ]
    first, second, third, micros = map(int, said[16:20])
    assert 4294000 <= second - first <= 4294001
    assert third > 2**32 // 1000, "past the overflow of the microseconds"
    assert 2000 <= third - second <= 2001
    assert abs(third * 1000 - 2**32 - micros) < 2000
    assert said[20] == "done"


# ---- Microphone ----

REPORT = re.compile(r"^(\d+) samples, checksum ([0-9A-F]+), lost (\d+), at (\d+)\r$", re.MULTILINE)


def fnv(samples: np.ndarray) -> int:
    value = 2166136261
    for byte in samples.astype("<i2").tobytes():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


@pytest.fixture
def audio() -> np.ndarray:
    return np.random.default_rng(1).integers(-32768, 32768, 4 * RATE).astype(np.int16)


def test_pdm_loses_no_sample(compiled, audio):
    board = start(compiled(SKETCHES / "pdm_echo"))
    recording = board.run(audio, seconds=3.2)
    reports = [
        (int(count), int(checksum, 16), int(lost), int(micros))
        for count, checksum, lost, micros in REPORT.findall(recording.text)
    ]
    assert len(reports) == 6
    first, end = recording.heard[0]
    assert len(recording.heard) == 1, "no gap"
    assert end - first >= 3 * RATE
    for count, checksum, lost, _ in reports:
        assert checksum == fnv(audio[first : first + count])
        assert lost == 0
    (count0, *_, micros0), (count5, *_, micros5) = reports[0], reports[-1]
    assert (count5 - count0) / (micros5 - micros0) * 1e6 == pytest.approx(RATE, rel=3e-4)
    assert recording.pdm_buffers_reused == 0
    assert recording.warnings == []

    power = changes(recording, "PIN_PDM_PWR")
    clock = changes(recording, "P0.26")
    assert power[-1][1] == 1
    assert power[-1][0] < clock[0][0], "power before the clock"


def test_pdm_counts_what_a_slow_reader_loses(compiled, audio):
    board = start(compiled(SKETCHES / "pdm_echo"))
    board.run(audio[: RATE // 2])
    board.send(b"s")
    slept = board.run(audio, seconds=1.0)
    board.send(b"e")
    text = slept.text + board.run(seconds=0.1).text
    count, _, lost, _ = REPORT.findall(text)[-1]
    assert int(lost) % 256 == 0
    assert 7500 <= int(lost) <= 8000 + 256
    # All that was recorded was read, lost, or in the buffer being filled.
    recorded = 1.5 * RATE + 10
    assert -600 < int(count) + int(lost) - recorded < 300


def test_pdm_counts_what_is_lost_while_the_interrupt_is_held_back(compiled, audio):
    board = start(compiled(SKETCHES / "pdm_echo"))
    board.run(audio[:RATE])
    board.send(b"i")
    recording = board.run(audio, seconds=1.0)
    lost = int(REPORT.findall(recording.text)[-1][2])
    assert recording.pdm_buffers_reused == 5  # 100 ms are six buffers of 16 ms and a bit
    assert lost == 256 * recording.pdm_buffers_reused


def test_pdm_stops(compiled, audio):
    board = start(compiled(SKETCHES / "pdm_echo"))
    board.run(audio[:RATE])
    board.send(b"e")
    stopped = board.run(seconds=0.1)
    assert changes(stopped, "PIN_PDM_PWR")[-1][1] == 0
    assert board.run(seconds=0.5).pdm_samples_delivered == 0


# ---- When it goes wrong ----


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (b"o", r"HardFault: stack overflow cfsr=0x[0-9a-f]{8} bfar=0x[0-9a-f]{8}\r\n$"),
        (b"a", r"HardFault: pc=0x000[0-9a-f]{5} lr=0x[0-9a-f]{8} cfsr=0x[0-9a-f]{8} "),
        (b"u", r"HardFault: pc=0x000[0-9a-f]{5} lr=0x[0-9a-f]{8} cfsr=0x00010000 "),
        (b"i", r"^before\r\n\r\nUnexpected exception 0x00000024\r\n$"),
    ],
)
def test_last_words(compiled, order, message):
    board = start(compiled(SKETCHES / "misbehave"), deliver_faults=True)
    assert board.run(seconds=0.1).text == "ready\r\n"
    board.send(order)
    assert re.search(message, board.run(seconds=0.2).text)
    assert board.run(seconds=0.2).serial == b"", "it halts"


def test_faults_end_the_simulation(compiled):
    board = start(compiled(SKETCHES / "misbehave"))
    board.run(seconds=0.1)
    board.send(b"o")
    with pytest.raises(SimulationError) as caught:
        board.run(seconds=0.2)
    assert caught.value.function.startswith(("recurse", "_Z7recurse"))


def test_stack_use_is_measured(compiled):
    board = start(compiled(SKETCHES / "misbehave"))
    board.run(seconds=0.1)
    board.send(b"d")
    recording = board.run(seconds=0.2)
    said = int(recording.lines[-1].text)
    assert 1000 < said < 1400
    assert said <= recording.stack_depth < said + 100
