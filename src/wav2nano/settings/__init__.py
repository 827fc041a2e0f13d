"""The typed model of all settings: the one source of defaults, ranges, units and explanations."""
