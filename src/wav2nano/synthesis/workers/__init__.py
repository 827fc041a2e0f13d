"""Processes of their own for engines that are C libraries; they need the standard library alone."""
