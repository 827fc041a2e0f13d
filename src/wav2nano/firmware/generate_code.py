"""Step generate-code: the model, the front end's tables and the settings as C."""

import sys
from pathlib import Path

from wav2nano import features
from wav2nano.boards import find_board
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
from wav2nano.errors import UserError
from wav2nano.features import tables
from wav2nano.files import write_text
from wav2nano.litert import LiteRtModel
from wav2nano.runtimes import require_labels
from wav2nano.runtimes.int8 import input_tables
from wav2nano.settings.listener import ListenerSettings
from wav2nano.sketch_memory import listener_ring
from wav2nano.stream_step import stream_step
from wav2nano.tables.preprocessing import Preprocessing, read_preprocessing
from wav2nano.tables.split import targets_of

ABOUT = "/* Made by wav2nano from the experiment's settings. */"

DECLARATIONS = """\
extern const char *const w2n_labels[W2N_LABELS];
extern const int32_t w2n_thresholds[W2N_TARGETS]; /* thresholds.c */
extern const w2n_listener_settings w2n_settings;
extern w2n_listener w2n_ear;"""

MEMORY = """\
static int16_t samples[W2N_N_FFT];
static float frame[{frame}];
static int8_t input[W2N_MODEL_FRAMES * W2N_BINS];
static int8_t scores[W2N_SMOOTHING * W2N_LABELS];"""

EAR = {
    "settings": "&w2n_settings",
    "frontend": "&w2n_frontend_tables",
    "scale": "w2n_frontend_scale",
    "offset": "w2n_frontend_offset",
    "samples": "samples",
    "frame": "frame",
    "input": "input",
    "scores": "scores",
}


def generate_code(
    *,
    model: Path,
    preprocessing: Path,
    listener: ListenerSettings,
    board: str,
    title: str,
    out: Path,
) -> None:
    """Generate all C that depends on the experiment.

    Parameters
    ----------
    model
        TFLite file of the int8 model.
    preprocessing
        JSON file of what comes between audio and the model.
    listener
        `listener` of the experiment; its thresholds are not in this code.
    board
        Fully qualified board name.
    title
        Name of the experiment.
    out
        Folder to write `model`, `frontend_tables` and `settings` to, each `.c` and `.h`.

    Raises
    ------
    UserError
        If there is no such board, the audio is not at the microphone's rate, or an operator cannot
        be generated.
    """
    between = read_preprocessing(preprocessing)
    rate, wanted = between.chunking.rate, find_board(board).microphone_rate
    if rate != wanted:
        raise UserError(
            f"chunking.rate is {rate} Hz, but the board's microphone gives {wanted} Hz. "
            f"Set chunking.rate: {wanted}."
        )
    litert = LiteRtModel(model)
    require_labels(litert.classes, between)
    out.mkdir(parents=True, exist_ok=True)
    step = stream_step(between.chunking, between.features, listener)
    generated = generate_model_c(model, out, step=step)
    tables.generate_c(rate, between.features, out, quantization=input_tables(between, litert.input))
    settings_h, settings_c = settings_code(
        between, listener, title, step_frames=generated.step_frames
    )
    write_text(out / "settings.h", settings_h)
    write_text(out / "settings.c", settings_c)
    print(
        f"model: {generated.weight_bytes:,} bytes of flash, {generated.arena_bytes:,} bytes of "
        f"RAM, {generated.macs:,} multiply-accumulates per inference",
        file=sys.stderr,
    )


def settings_code(
    preprocessing: Preprocessing,
    listener: ListenerSettings,
    experiment: str,
    *,
    step_frames: int | None = None,
) -> tuple[str, str]:
    """Write `settings.h` and `settings.c`; returns their text.

    The model takes whole windows, or, of a stream, `step_frames` new frames.
    """
    rate, feature = preprocessing.chunking.rate, preprocessing.features
    window, hop = preprocessing.chunking.window_samples, feature.hop_samples
    frames, bins = features.shape(window, rate, feature)
    with_deltas = not features.static(feature).all()
    seconds = listener.inference_seconds(rate, hop)
    description = (
        f"{feature.kind}, {frames} frames of {bins}, every {1000 * hop / rate:g} ms; "
        f"a decision every {1000 * seconds:g} ms"
    )
    values = {
        "EXPERIMENT": string_literal(experiment),
        "DESCRIPTION": string_literal(description),
        "RATE": rate,
        "WINDOW": window,
        "N_FFT": feature.frame_samples,
        "HOP": hop,
        "RING": listener_ring(preprocessing.chunking, feature, listener),
        "FRAMES": frames,
        "MODEL_FRAMES": step_frames or frames,
        "BINS": bins,
        "LABELS": len(preprocessing.labels),
        "TARGETS": len(targets_of(preprocessing.labels)),
        "SMOOTHING": listener.smoothing(rate, hop),
    }
    settings = {
        "n_fft": "W2N_N_FFT",
        "hop": "W2N_HOP",
        "frames": "W2N_FRAMES",
        "model_frames": "W2N_MODEL_FRAMES",
        "bins": "W2N_BINS",
        "labels": "W2N_LABELS",
        "targets": "W2N_TARGETS",
        "inference_hops": listener.inference_hops(rate / hop),
        "smoothing": "W2N_SMOOTHING",
        "quiet_inferences": round(listener.quiet_seconds / seconds),
        "thresholds": "w2n_thresholds",
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
        MEMORY.format(frame="W2N_DELTA_FRAMES * W2N_BINS" if with_deltas else "W2N_BINS"),
        structure(
            "w2n_listener w2n_ear",
            EAR | {"model": "w2n_model_step" if step_frames else "w2n_model_invoke"},
        ),
    ]
    return header(ABOUT, "W2N_SETTINGS_H", content), "\n\n".join(parts) + "\n"
