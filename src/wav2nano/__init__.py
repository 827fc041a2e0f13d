"""From recordings to an Arduino Nano 33 BLE Sense that recognises them."""

__version__ = "0.1.0"
