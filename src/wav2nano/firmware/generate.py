"""Step generate-code: the model, the front end's tables and the settings as C."""

import sys
from pathlib import Path
from typing import Any

from wav2nano import features
from wav2nano.c_source import (
    array,
    definitions,
    extern_c,
    header,
    rows,
    string_literal,
    structure,
)
from wav2nano.codegen import generate_model_c
from wav2nano.dataset.chunk import window_samples
from wav2nano.dataset.manifest import BACKGROUND
from wav2nano.errors import UserError
from wav2nano.evaluation.scores import input_tables
from wav2nano.features import tables
from wav2nano.files import write_text
from wav2nano.quantization.litert import LiteRtModel
from wav2nano.training.windows import Preprocessing, read_preprocessing

BOARD_RATE = 16000

GENERATED = (
    "model.c",
    "model.h",
    "frontend_tables.c",
    "frontend_tables.h",
    "settings.c",
    "settings.h",
)

ABOUT = "/* Made by wav2nano from the experiment's settings. */"

DECLARATIONS = """\
extern const char *const w2n_labels[W2N_LABELS];
extern const w2n_listener_settings w2n_settings;
extern w2n_listener w2n_ear;"""

MEMORY = """\
static int16_t samples[W2N_N_FFT];
static float frame[W2N_BINS];
static int8_t window[W2N_FRAMES * W2N_BINS];
static int8_t scores[W2N_SMOOTHING * W2N_LABELS];"""

EAR = {
    "settings": "&w2n_settings",
    "frontend": "&w2n_frontend_tables",
    "scale": "w2n_frontend_scale",
    "offset": "w2n_frontend_offset",
    "invoke": "w2n_model_invoke",
    "samples": "samples",
    "frame": "frame",
    "window": "window",
    "scores": "scores",
}


def generate_code(folder: Path, listener: dict[str, Any], *, experiment: str, out: Path) -> None:
    """Generate all C that depends on the experiment into the folder `out`.

    Parameters
    ----------
    folder
        The experiment's results, with `model_int8.tflite` and `preprocessing.json`.
    listener
        `listener` of the experiment.

    Raises
    ------
    UserError
        If the audio is not at the microphone's rate, or an operator cannot be generated.
    """
    preprocessing = read_preprocessing(folder / "preprocessing.json")
    rate = preprocessing.chunking["rate"]
    if rate != BOARD_RATE:
        raise UserError(
            f"chunking.rate is {rate} Hz, but the board's microphone gives {BOARD_RATE} Hz. "
            f"Set chunking.rate: {BOARD_RATE}."
        )
    quantization = LiteRtModel(folder / "model_int8.tflite").input
    out.mkdir(parents=True, exist_ok=True)
    model = generate_model_c(folder / "model_int8.tflite", out)
    tables.generate_c(
        rate, preprocessing.features, out, quantization=input_tables(preprocessing, quantization)
    )
    settings_h, settings_c = settings_code(preprocessing, listener, experiment)
    write_text(out / "settings.h", settings_h)
    write_text(out / "settings.c", settings_c)
    print(
        f"model: {model.weight_bytes:,} bytes of flash, {model.arena_bytes:,} bytes of RAM, "
        f"{model.macs:,} multiply-accumulates a window",
        file=sys.stderr,
    )


def settings_code(
    preprocessing: Preprocessing, listener: dict[str, Any], experiment: str
) -> tuple[str, str]:
    """Write `settings.h` and `settings.c`; returns their text."""
    rate, feature = preprocessing.chunking["rate"], preprocessing.features
    window = window_samples(preprocessing.chunking)
    frames, bins = features.shape(window, rate, feature)
    words = [label for label in preprocessing.labels if label not in BACKGROUND]
    per_second = listener["inferences_per_second"]
    inference_hops = max(1, round(rate / feature["hop"] / per_second))
    seconds = inference_hops * feature["hop"] / rate
    smoothing = max(1, round(listener["smoothing_seconds"] / seconds))
    description = (
        f"{feature['kind']}, {frames} frames of {bins}, every {1000 * feature['hop'] / rate:g} ms; "
        f"a decision every {1000 * seconds:g} ms"
    )
    values = {
        "EXPERIMENT": string_literal(experiment),
        "DESCRIPTION": string_literal(description),
        "RATE": rate,
        "WINDOW": window,
        "N_FFT": feature["n_fft"],
        "HOP": feature["hop"],
        "FRAMES": frames,
        "BINS": bins,
        "LABELS": len(preprocessing.labels),
        "SMOOTHING": smoothing,
    }
    settings = {
        "n_fft": "W2N_N_FFT",
        "hop": "W2N_HOP",
        "frames": "W2N_FRAMES",
        "bins": "W2N_BINS",
        "labels": "W2N_LABELS",
        "words": len(words),
        "inference_hops": inference_hops,
        "smoothing": "W2N_SMOOTHING",
        "threshold": round(listener["threshold"] * 256 * smoothing),
        "quiet_inferences": round(listener["quiet_seconds"] / seconds),
    }
    content = (
        "#include <wav2nano_listener.h>\n\n"
        f"{definitions('W2N_', values)}\n\n"
        f"{extern_c(DECLARATIONS)}"
    )
    labels = rows([string_literal(label) for label in preprocessing.labels], 1)
    parts = [
        f'{ABOUT}\n#include "settings.h"',
        '#include "frontend_tables.h"\n#include "model.h"',
        array("const char *const w2n_labels[W2N_LABELS]", labels),
        structure("const w2n_listener_settings w2n_settings", settings),
        MEMORY,
        structure("w2n_listener w2n_ear", EAR),
    ]
    return header(ABOUT, "W2N_SETTINGS_H", content), "\n\n".join(parts) + "\n"
