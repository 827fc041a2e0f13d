"""Sketches compiled for the board by arduino-cli or arduino-builder."""

from wav2nano.board.build import BuildReport, compile_sketch
from wav2nano.board.tools import BuildTool, describe_build_tool, find_build_tool

__all__ = ["BuildReport", "BuildTool", "compile_sketch", "describe_build_tool", "find_build_tool"]
