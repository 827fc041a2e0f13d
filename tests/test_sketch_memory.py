"""What audio and features need on a board, before there is a network."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from wav2nano import sketch_memory
from wav2nano.boards import boards
from wav2nano.errors import UserError
from wav2nano.features import KINDS
from wav2nano.firmware_sources import SKETCHES
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.listener import ListenerSettings

ROOT = Path(__file__).resolve().parents[1]
BOARDS = boards()
BUNDLED = BOARDS["wav2nano:nrf52:nano33ble"]
SECOND = ChunkingSettings()
LISTENER = ListenerSettings()


def test_the_ring_of_the_self_test_is_that_of_its_sketch():
    source = (SKETCHES / "self_test" / "self_test.ino").read_text()
    assert re.findall(r"RING_SAMPLES = (\d+);", source) == [str(sketch_memory.SELF_TEST_RING)]


@pytest.mark.parametrize(
    ("per_second", "samples"), [(20, 8192), (2, 8192), (1, 16384), (0.5, 32768)]
)
def test_the_ring_holds_half_a_second_and_the_time_between_inferences(per_second, samples):
    listener = ListenerSettings(inferences_per_second=per_second)
    for kind in ("mfcc", "yamnet_logmel"):
        settings = KINDS[kind].Settings()
        assert sketch_memory.listener_ring(SECOND, settings, listener) == samples


def test_the_default_listener_needs_more_only_for_its_network():
    needed = sketch_memory.ram_bytes(SECOND, KINDS["mfcc"].Settings(), LISTENER)
    # The ring and a hop, a frame of samples, its spectrum, bands and features, and the window.
    assert needed["listener"] == 2 * (8192 + 320) + 2 * 512 + 4 * (514 + 40 + 13) + 49 * 13
    built = json.loads((ROOT / "metrics" / "keywords.json").read_text())
    stack = BUNDLED.stack_bytes
    assert needed["listener"] < built["ram_bytes"] - stack


def test_deltas_need_the_features_of_nine_frames():
    without, with_deltas = (
        sketch_memory.ram_bytes(SECOND, KINDS["mfcc"].Settings(deltas=deltas), LISTENER)["listener"]
        for deltas in (0, 2)
    )
    assert with_deltas - without == 4 * (9 * 39 - 13) + 49 * (39 - 13)


def test_the_largest_frame_fits_with_few_features():
    settings = KINDS["logmel"].Settings(n_fft=8192, hop=4096)
    sketch_memory.check(BUNDLED, SECOND, settings, LISTENER)


def test_too_many_features_are_refused_with_numbers():
    settings = KINDS["spectrogram"].Settings(n_fft=8192, hop=160)
    needed = sketch_memory.ram_bytes(SECOND, settings, LISTENER)["listener"]
    assert needed > 49 * 4097
    for board, room in ((BUNDLED, "245,760"), (BOARDS["arduino:mbed_nano:nano33ble"], "262,144")):
        message = f"listener needs {needed:,} bytes of RAM .* has {room} beside its stack"
        with pytest.raises(UserError, match=message):
            sketch_memory.check(board, SECOND, settings, LISTENER)


def test_only_the_simulated_board_has_a_self_test():
    settings, chunking = KINDS["mfcc"].Settings(), ChunkingSettings(window_seconds=6.0)
    sketch_memory.check(BOARDS["arduino:mbed_nano:nano33ble"], chunking, settings, LISTENER)
    with pytest.raises(UserError, match=r"the sketch self_test needs 284,150 bytes"):
        sketch_memory.check(BUNDLED, chunking, settings, LISTENER)


def test_a_large_ring_is_told_with_what_makes_it_so():
    settings, rarely = KINDS["logmel"].Settings(), ListenerSettings(inferences_per_second=0.5)
    small = replace(BUNDLED, ram_bytes=90_000)
    with pytest.raises(UserError, match=r"Use a higher listener\.inferences_per_second, a smaller"):
        sketch_memory.check(small, SECOND, settings, rarely)
    with pytest.raises(UserError, match=r"Use a smaller n_fft"):
        sketch_memory.check(replace(BUNDLED, ram_bytes=40_000), SECOND, settings, LISTENER)
