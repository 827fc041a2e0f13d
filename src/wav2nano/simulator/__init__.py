"""A Nano 33 BLE Sense (nRF52840) that runs the very bytes which get flashed."""

from wav2nano.simulator.board import Board, PinChange, Recording, SerialLine
from wav2nano.simulator.errors import SimulationError

__all__ = ["Board", "PinChange", "Recording", "SerialLine", "SimulationError"]
