"""From recordings to an Arduino Nano 33 BLE Sense that hears them."""
