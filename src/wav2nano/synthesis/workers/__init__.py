"""Processes of their own for engines that are libraries: they import little, and start fast."""
