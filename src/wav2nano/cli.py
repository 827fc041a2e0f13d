"""The command `wav2nano`: every step of the workflow, and commands to be used by hand.

A command is a function of the same name in a module of the same name. Its arguments are those of
the function: positional ones are positional on the command line, keyword-only ones are options,
and what the docstring says of each is its help.
"""

import argparse
import ast
import inspect
import io
import json
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from wav2nano import __version__
from wav2nano.errors import UserError

DESCRIPTION = """\
From recordings, or a list of words, to an Arduino Nano 33 BLE Sense that recognises them.
The workflow runs the steps in their order: snakemake --cores 8 firmware"""

# In the order of the workflow; then those to be used by hand.
COMMANDS = [
    "wav2nano.dataset.fetch_dataset",
    "wav2nano.synthesis.fetch_voices",
    "wav2nano.synthesis.pronounce_words",
    "wav2nano.synthesis.synthesize_speech",
    "wav2nano.dataset.index_dataset",
    "wav2nano.dataset.index_joined",
    "wav2nano.dataset.select_recordings",
    "wav2nano.dataset.chunk_audio",
    "wav2nano.dataset.augment_windows",
    "wav2nano.fetch_model",
    "wav2nano.dataset.extract_features",
    "wav2nano.dataset.split_dataset",
    "wav2nano.dataset.split_randomly",
    "wav2nano.training.train_model",
    "wav2nano.quantization.quantize_model",
    "wav2nano.evaluation.score_model",
    "wav2nano.evaluation.evaluate_model",
    "wav2nano.evaluation.evaluate_folds",
    "wav2nano.evaluation.evaluate_seeds",
    "wav2nano.firmware.generate_code",
    "wav2nano.evaluation.choose_thresholds",
    "wav2nano.evaluation.evaluate_detection",
    "wav2nano.firmware.compile_firmware",
    "wav2nano.firmware.simulate_board",
    "wav2nano.report.report_results",
    "wav2nano.report.show_examples",
    "wav2nano.report.show_detection",
    "wav2nano.report.draw_network",
    "wav2nano.report.compare_experiments",
    "wav2nano.record_checksums",
    "wav2nano.report.summarize",
    "wav2nano.remove_unused",
    "wav2nano.write_reference",
    "wav2nano.tune",
    "wav2nano.predict",
    "wav2nano.simulate",
    "wav2nano.arduino.build_tool",
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    command = ""
    # The name of a file need not be UTF-8, and is to be printed.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        args = vars(_parser(arguments).parse_args(arguments))
        command = args.pop("command")
        function = args.pop("run")
        return _call(function, args)
    except UserError as error:
        print(f"wav2nano {command}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output has closed it (head, less): nothing is wrong.
        sys.stderr.close()
        return 0
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        print(f"wav2nano {command}: {name}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _call(function: Any, args: dict[str, Any]) -> int:
    positional = [
        args.pop(name)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    try:
        function(*positional, **args)
    except Exception as error:
        # The simulator is a package of its own, and is loaded where it is used alone.
        errors = sys.modules.get("nano33sim")
        if errors is None or not isinstance(error, errors.ProgramError):
            raise
        raise UserError(str(error)) from None
    return 0


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "wav2nano", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"wav2nano {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title="commands"
    )
    listed = not arguments or arguments[0].startswith("-")
    for module in COMMANDS:
        function = module.rsplit(".", 1)[1]
        name = function.replace("_", "-")
        if name in arguments[:1]:
            command = commands.add_parser(
                name, formatter_class=argparse.RawDescriptionHelpFormatter
            )
            _add_arguments(command, getattr(import_module(module), function))
        elif listed:
            commands.add_parser(name, help=_first_line(module))
        else:
            commands.add_parser(name)
    return parser


def _first_line(module: str) -> str:
    """Read a module's docstring without importing it."""
    spec = find_spec(module)
    source = Path(str(spec.origin if spec else "")).read_text(encoding="utf-8")
    text = (ast.get_docstring(ast.parse(source)) or "").split("\n")[0].rstrip(".")
    said = text.split(": ", 1)[-1]
    return f"step: {said}" if text.startswith("Step ") else said


def _add_arguments(parser: argparse.ArgumentParser, function: Any) -> None:
    summary, said = _docstring(function)
    parser.description = summary
    parser.set_defaults(run=function)
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        options = _options(hints[name])
        required = parameter.default is parameter.empty
        text = said.get(name, "")
        if not required and parameter.default not in (None, False, [], ()):
            text += f" (default: {parameter.default})"
        options["help"] = text.replace("%", "%%")
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            if not required:
                options |= {
                    "nargs": "*" if "nargs" in options else "?",
                    "default": parameter.default,
                }
            parser.add_argument(name, **options)
        else:
            flag = f"--{name.replace('_', '-')}"
            if hints[name] is not bool:
                options |= {
                    "required": required,
                    "default": None if required else parameter.default,
                }
            parser.add_argument(flag, dest=name, **options)


def _options(hint: Any) -> dict[str, Any]:
    """How argparse reads a parameter of this type."""
    parts = [part for part in get_args(hint) if part is not NoneType]
    if (
        get_origin(hint) in (Union, UnionType)
        and len(parts) == 1
        and parts[0] in (Path, list[Path], str, float, int)
    ):
        return _options(parts[0])
    if hint is Path:
        return {"type": _path, "metavar": "PATH"}
    if hint == list[Path]:
        return {"type": _path, "metavar": "PATH", "nargs": "*"}
    if hint is bool:
        return {"action": "store_true"}
    if hint in (int, float, str):
        return {"type": hint, "metavar": {int: "N", float: "X", str: "TEXT"}[hint]}
    if get_origin(hint) is Literal:
        return {"choices": get_args(hint)}
    return {"type": _json(hint), "metavar": "JSON"}


def _path(text: str) -> Path:
    # Path takes an empty name for the current folder.
    if not text:
        raise argparse.ArgumentTypeError("the name of a file or folder is empty")
    return Path(text)


def _json(hint: Any) -> Any:
    """Make a reader of JSON that fits a type, such as a class of settings."""

    def read(text: str) -> Any:
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(hint).validate_python(json.loads(text))
        except ValidationError as error:
            from wav2nano.settings.load import explain

            raise argparse.ArgumentTypeError(explain(hint, error)) from None
        except (ValueError, RecursionError) as error:
            raise argparse.ArgumentTypeError(f"not JSON: {error}") from None

    return read


def _docstring(function: Any) -> tuple[str, dict[str, str]]:
    """Summary of a function, and what its section `Parameters` says of each parameter."""
    text = inspect.getdoc(function) or ""
    summary = re.split(r"\n\n?(?:Parameters|Raises|Returns)\n-", text)[0].strip()
    said: dict[str, str] = {}
    section = re.search(r"Parameters\n-+\n(.*?)(?=\n\n\w+\n-+\n|\Z)", text, re.DOTALL)
    names: list[str] = []
    for line in section[1].splitlines() if section else []:
        if line and not line[0].isspace():
            names = [name.strip() for name in line.split(" :")[0].split(",")]
        else:
            for name in names:
                said[name] = f"{said.get(name, '')} {line.strip()}".strip()
    return summary, said
