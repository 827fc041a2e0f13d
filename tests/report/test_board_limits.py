"""Why a network cannot be on a board, in numbers."""

from dataclasses import replace
from pathlib import Path

from wav2nano.boards import boards
from wav2nano.features import KINDS
from wav2nano.network_cost import NetworkCost
from wav2nano.report.board_limits import measure_network, reasons_against
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.listener import ListenerSettings
from wav2nano.tables.preprocessing import Preprocessing

BOARD = boards()["wav2nano:nrf52:nano33ble"]
SMALL = NetworkCost(weight_bytes=983_040, arena_bytes=262_144, macs=1, macs_per_second=128_000_000)


MODELS = Path(__file__).parents[1] / "codegen" / "models"


def preprocessing(rate=16_000):
    return Preprocessing(
        labels=["a"],
        chunking=ChunkingSettings(rate=rate),
        features=KINDS["mfcc"].Settings(hop=320),
        mean=[0.0] * 13,
        std=[1.0] * 13,
    )


def reasons(cost, rate=16_000):
    return reasons_against(BOARD, cost, preprocessing(rate))


def test_a_network_is_measured_as_it_runs():
    cost = measure_network(MODELS / "dense.tflite", preprocessing(), ListenerSettings())
    assert cost.macs > 0
    assert cost.weight_bytes > cost.macs  # a byte for each, and biases and scales
    # Four a second, in whole hops of 20 ms: every 12th.
    assert cost.macs_per_second == round(cost.macs / 0.24)


def test_what_may_fit_has_no_reason():
    assert reasons(SMALL) == []


def test_each_limit_is_told_with_its_numbers():
    (text,) = reasons(replace(SMALL, weight_bytes=983_041))
    assert "weights take 983,041 bytes; the board has 983,040 of flash" in text
    (text,) = reasons(replace(SMALL, arena_bytes=300_000))
    assert "intermediate results take 300,000 bytes; the board has 262,144 of RAM" in text
    (text,) = reasons(replace(SMALL, macs_per_second=2_000_000_000))
    assert "2,000,000,000 multiply-accumulates per second; the board does 128,000,000" in text
    (text,) = reasons(SMALL, rate=44_100)
    assert "44,100 samples per second; the board's microphone gives 16,000" in text
