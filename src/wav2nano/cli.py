"""The command `wav2nano`: every step of the workflow, and what people use by hand."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from wav2nano import __version__
from wav2nano.errors import UserError

DESCRIPTION = """\
From recordings, or a list of words, to an Arduino Nano 33 BLE Sense that hears them.
The workflow runs the steps in their order: snakemake --cores 8 firmware"""

# Modules with add_arguments(parser) and run(args); imported when their command is called.
TOOLS = {
    "predict": ("wav2nano.predict", "label and scores for any audio file"),
    "simulate": (
        "wav2nano.simulate",
        "run a firmware on the simulated board and play recordings to its microphone",
    ),
    "build-tool": ("wav2nano.board.command", "say what compiles the firmware here, and why"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser(arguments)
    args = parser.parse_args(arguments)
    try:
        args.run(args)
    except _plain_errors() as error:
        print(f"wav2nano {args.command}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output has gone (head, less): nothing is wrong.
        sys.stderr.close()
        return 0
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        print(f"wav2nano {args.command}: {name}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _plain_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is for the person; the simulator's only where it has been loaded."""
    simulator = sys.modules.get("nano33sim")
    return (UserError, simulator.ProgramError) if simulator else (UserError,)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "wav2nano", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"wav2nano {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title="commands"
    )
    for name, (module, text) in TOOLS.items():
        command = commands.add_parser(name, help=text, description=_sentence(text))
        if name in arguments[:1]:
            loaded = import_module(module)
            loaded.add_arguments(command)
            command.set_defaults(run=loaded.run)
    for name, (text, describe) in STEPS.items():
        command = commands.add_parser(name, help=text, description=_sentence(text))
        command.set_defaults(run=describe(command))
    return parser


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


Run = Callable[[argparse.Namespace], None]


def _add_settings(parser: argparse.ArgumentParser, name: str = "--settings") -> None:
    parser.add_argument(
        name,
        type=_json,
        required=True,
        metavar="JSON",
        help="settings of this step, as in config/config.yaml",
    )


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from None


def _add_paths(parser: argparse.ArgumentParser, **named: str) -> None:
    for name, text in named.items():
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="PATH", help=text)


def _fetch_dataset(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("name", help="a file in config/datasets/, without .yaml")
    parser.add_argument(
        "--source",
        type=Path,
        metavar="PATH",
        help="a folder or an archive that you have already, instead of the download",
    )

    def run(args: argparse.Namespace) -> None:
        from wav2nano.config import load_dataset
        from wav2nano.dataset.fetch import fetch_dataset

        fetch_dataset(load_dataset(args.name), source=args.source)

    return run


def _synthesize_speech(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("--label", required=True, help="a word, _unknown_ or _silence_")
    _add_settings(parser)
    _add_paths(parser, out="zip archive to write")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.synthesis import synthesize_label

        synthesize_label(args.label, args.settings, args.out)

    return run


def _index_dataset(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("name", help="a file in config/datasets/, without .yaml")
    parser.add_argument(
        "--synthetic", nargs="*", default=[], type=Path, metavar="ZIP", help="synthetic recordings"
    )
    _add_paths(parser, out="manifest to write")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.config import load_dataset
        from wav2nano.dataset.index import index_dataset

        index_dataset(load_dataset(args.name), args.synthetic, args.out)

    return run


def _chunk_audio(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("--shard", required=True, help="which recordings, by the manifest's column")
    _add_settings(parser)
    _add_paths(parser, manifest="manifest to read", out="HDF5 file to write")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.dataset.chunk import chunk_audio
        from wav2nano.dataset.manifest import read_manifest

        rows = [row for row in read_manifest(args.manifest) if row.shard == args.shard]
        chunk_audio(rows, args.settings, args.out)

    return run


def _extract_features(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("--rate", type=int, required=True, help="sampling rate of the windows, Hz")
    _add_settings(parser)
    _add_paths(parser, chunks="HDF5 file of windows to read", out="HDF5 file to write")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.features.extract import extract_features

        extract_features(args.chunks, args.rate, args.settings, args.out)

    return run


def _split_dataset(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("--words", type=_json, required=True, metavar="JSON", help="list or null")
    _add_settings(parser)
    _add_settings(parser, "--chunking")
    _add_paths(parser, manifest="manifest to read", out="CSV file to write")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.dataset.manifest import read_manifest
        from wav2nano.dataset.split import split_dataset, write_split

        manifest = read_manifest(args.manifest)
        rows = split_dataset(manifest, args.words, args.settings, args.chunking)
        write_split(args.out, rows)

    return run


def _add_windows(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--words", type=_json, required=True, metavar="JSON", help="list or null")
    _add_paths(parser, split="CSV file of the split")
    parser.add_argument(
        "--features", nargs="+", required=True, type=Path, metavar="H5", help="files of features"
    )


def _train_model(parser: argparse.ArgumentParser) -> Run:
    _add_windows(parser)
    for name in ("--chunking", "--feature-settings", "--model", "--settings"):
        _add_settings(parser, name)
    _add_paths(parser, out="folder to write model, history and preprocessing to")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.training.train import train_model

        train_model(
            args.features,
            args.split,
            words=args.words,
            chunking=args.chunking,
            feature_settings=args.feature_settings,
            model_settings=args.model,
            settings=args.settings,
            out=args.out,
        )

    return run


def _quantize_model(parser: argparse.ArgumentParser) -> Run:
    _add_windows(parser)
    _add_settings(parser, "--model")
    _add_settings(parser)
    _add_paths(parser, experiment="folder of the trained model")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.quantization.quantize import quantize_model

        quantize_model(
            args.experiment,
            args.features,
            args.split,
            words=args.words,
            model_settings=args.model,
            calibration_windows=args.settings["calibration_windows"],
        )

    return run


def _score_model(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument(
        "--runtime",
        choices=["float", "litert", "c"],
        required=True,
        help="Keras, the int8 model in LiteRT, or the generated C on this machine",
    )
    _add_windows(parser)
    _add_paths(parser, experiment="folder of the model", out="CSV file to write")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.evaluation.scores import score_model

        score_model(
            args.runtime,
            args.experiment,
            args.features,
            args.split,
            words=args.words,
            out=args.out,
        )

    return run


def _evaluate_model(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("--title", required=True, help="name of the experiment, for the plots")
    _add_settings(parser)
    _add_paths(
        parser,
        float="scores of the float model",
        litert="scores of the int8 model in LiteRT",
        c="scores of the generated C",
        history="history.csv of the training",
        out="folder to write evaluation.json and plots to",
    )

    def run(args: argparse.Namespace) -> None:
        from wav2nano.evaluation.evaluate_model import evaluate_model

        scores = {"float": args.float, "litert": args.litert, "c": args.c}
        evaluate_model(
            scores,
            args.history,
            bootstrap=args.settings["bootstrap"],
            seed=args.settings["seed"],
            title=args.title,
            out=args.out,
        )

    return run


def _generate_code(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("--title", required=True, help="name of the experiment")
    _add_settings(parser, "--listener")
    _add_paths(parser, experiment="folder of the int8 model", out="folder to write C files to")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.firmware.generate import generate_code

        generate_code(args.experiment, args.listener, experiment=args.title, out=args.out)

    return run


def _compile_firmware(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("--board", required=True, help="fully qualified board name")
    parser.add_argument("--config-hash", required=True, help="hash of the settings, built in")
    parser.add_argument("--code-hash", required=True, help="hash of the code, built in")
    parser.add_argument(
        "--data", nargs="+", required=True, type=Path, help="files whose hash is built in"
    )
    _add_paths(
        parser,
        sketch="folder of the sketch",
        code="folder of the generated C",
        libraries="folder of the Arduino libraries",
        out="folder to write .elf, .bin and .hex to",
    )

    def run(args: argparse.Namespace) -> None:
        from wav2nano.firmware.compile import compile_firmware

        compile_firmware(
            args.sketch,
            args.code,
            data=args.data,
            config_hash=args.config_hash,
            code_hash=args.code_hash,
            board=args.board,
            libraries=args.libraries,
            out=args.out,
        )

    return run


def _simulate_board(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument(
        "--chunks", nargs="+", required=True, type=Path, metavar="H5", help="files of windows"
    )
    _add_settings(parser)
    _add_paths(
        parser,
        experiment="folder with code/ and firmware/",
        split="CSV file of the split",
        libraries="folder of the Arduino libraries",
        out="report to write",
    )

    def run(args: argparse.Namespace) -> None:
        from wav2nano.firmware.simulate import simulate_board

        simulate_board(
            args.experiment,
            args.chunks,
            args.split,
            args.settings,
            libraries=args.libraries,
            out=args.out,
        )

    return run


def _record_checksums(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("--files", nargs="+", required=True, metavar="PATH", help="files to hash")
    _add_paths(parser, out="file to write, as sha256sum --check reads it")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.hashes import write_checksums

        write_checksums(args.files, args.out)

    return run


def _report_results(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument("--policy", required=True, help="how the recordings were split")
    _add_settings(parser)
    _add_settings(parser, "--data")
    _add_paths(parser, experiment="folder of the results, to write metrics.json and report/ to")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.report.report_results import report_results

        board = args.experiment / "firmware" / "board.json"
        report_results(
            evaluation=args.experiment / "evaluation" / "evaluation.json",
            environment=args.experiment / "environment.json",
            preprocessing=args.experiment / "preprocessing.json",
            split=args.experiment / "split.csv",
            build=args.experiment / "firmware" / "listener.json",
            board=board if board.exists() else None,
            not_on_board=[],
            settings=args.settings,
            data=args.data,
            policy=args.policy,
            metrics=args.experiment / "metrics.json",
            pages=args.experiment / "report",
        )

    return run


def _compare_experiments(parser: argparse.ArgumentParser) -> Run:
    parser.add_argument(
        "metrics", nargs="+", type=Path, help="metrics.json of each experiment, in its own folder"
    )
    _add_paths(parser, table="CSV file to write", plot="PNG to write", page="HTML page to write")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.report.compare_experiments import compare_experiments

        compare_experiments(
            {path.parent.name: path for path in args.metrics},
            title="Experiments",
            varied={},
            table=args.table,
            plot=args.plot,
            page=args.page,
        )

    return run


def _summarize(parser: argparse.ArgumentParser) -> Run:
    _add_paths(parser, experiment="folder of the results")

    def run(args: argparse.Namespace) -> None:
        from wav2nano.report.summarize import summarize

        print(summarize(args.experiment))

    return run


STEPS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], Run]]] = {
    "fetch-dataset": ("step: bring a public data set to data/raw/", _fetch_dataset),
    "synthesize-speech": ("step: speak one label with many voices", _synthesize_speech),
    "index-dataset": ("step: check and list all recordings", _index_dataset),
    "chunk-audio": ("step: recordings to windows of one length and rate", _chunk_audio),
    "extract-features": ("step: windows to MFCC or log-mel features", _extract_features),
    "split-dataset": ("step: who trains, validates and tests", _split_dataset),
    "train-model": ("step: fit the classifier", _train_model),
    "quantize-model": ("step: the model in full-integer int8", _quantize_model),
    "score-model": ("step: scores of validation and test windows", _score_model),
    "evaluate-model": ("step: figures and plots of the test set", _evaluate_model),
    "generate-code": ("step: model, tables and settings as C", _generate_code),
    "compile-firmware": ("step: sketch and generated C to .elf, .bin, .hex", _compile_firmware),
    "simulate-board": ("step: run the firmware's bytes and check its answers", _simulate_board),
    "record-checksums": ("step: the SHA-256 of all that was made", _record_checksums),
    "report-results": ("step: the figures that matter, and the report's pages", _report_results),
    "compare-experiments": ("step: experiments ranked, and their cost", _compare_experiments),
    "summarize": ("step: binary, budget and accuracy in a few lines", _summarize),
}
