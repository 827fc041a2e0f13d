"""Arduino Nano 33 BLE Sense with Arduino's own core, which has to be installed for arduino-cli."""

from wav2nano.boards import Board

BOARD = Board(
    fqbn="arduino:mbed_nano:nano33ble",
    title="Arduino Nano 33 BLE Sense (Arduino's core)",
    bundled=False,
    clock_hz=64_000_000,
    flash_bytes=983_040,
    ram_bytes=262_144,
    stack_bytes=None,
    application_start=0x10000,
    microphone_rate=16_000,
    simulated=False,  # its serial port is on USB
)
