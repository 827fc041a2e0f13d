"""Command build-tool: what compiles sketches here, and why."""

import argparse

from wav2nano.board.tools import describe_build_tool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument(
        "--tool",
        metavar="TOOL",
        help="arduino-cli, arduino-builder or a path, instead of the first that is found; "
        "the environment variable WAV2NANO_BUILD_TOOL does the same for every command",
    )


def run(args: argparse.Namespace) -> None:
    """Print the build tool and the compiler."""
    print(describe_build_tool(args.tool), end="")
