"""Models of the nRF52840's peripherals, after its product specification."""
