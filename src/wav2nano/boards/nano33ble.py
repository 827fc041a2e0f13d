"""Arduino Nano 33 BLE Sense with the bundled board package: its binaries can be simulated."""

from wav2nano.boards import Board

BOARD = Board(
    fqbn="wav2nano:nrf52:nano33ble",
    title="Arduino Nano 33 BLE Sense",
    bundled=True,
    clock_hz=64_000_000,
    flash_bytes=983_040,
    ram_bytes=262_144,
    stack_bytes=0x4000,  # as link.ld reserves it
    application_start=0x10000,
    microphone_rate=16_000,
    simulated=True,
)
