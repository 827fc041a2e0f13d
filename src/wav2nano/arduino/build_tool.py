"""What compiles the firmware here, and why."""

from wav2nano.arduino.tools import describe_build_tool


def build_tool(*, tool: str | None = None) -> None:
    """Print the build tool and the compiler.

    Parameters
    ----------
    tool
        arduino-cli, arduino-builder or a path, instead of the first that is found; the environment
        variable WAV2NANO_BUILD_TOOL does the same for every command.
    """
    print(describe_build_tool(tool), end="")
