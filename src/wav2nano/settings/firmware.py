"""Which board the firmware is for."""

from wav2nano.settings.base import Settings


class FirmwareSettings(Settings):
    """Which board the firmware is for."""

    board: str = "wav2nano:nrf52:nano33ble"
    """fully qualified board name: the bundled board package, or arduino:mbed_nano:nano33ble for
    Arduino's own core"""
