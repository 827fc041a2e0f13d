"""Sketches compiled by arduino-cli or arduino-builder."""

from wav2nano.arduino.build import BuildReport, compile_sketch
from wav2nano.arduino.tools import BuildTool, describe_build_tool, find_build_tool

__all__ = ["BuildReport", "BuildTool", "compile_sketch", "describe_build_tool", "find_build_tool"]
