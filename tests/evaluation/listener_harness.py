"""A listener whose model says what is played, so that any scores can be."""

import json
import shutil

from wav2nano.evaluation.evaluate_detection import evaluate_detection
from wav2nano.firmware_sources import FRONT_END, LISTENER
from wav2nano.report.show_detection import show_detection
from wav2nano.settings.detection import DetectionSettings
from wav2nano.settings.evaluation import EvaluationSettings
from wav2nano.tables.thresholds import thresholds_code

SETTINGS = """
#include "wav2nano_listener.h"
#define W2N_TARGETS 2
extern const int32_t w2n_thresholds[W2N_TARGETS];
"""
# A model whose scores are the newest samples, so that any scores can be played.
HARNESS = r"""
#include "settings.h"
enum {{ LABELS = 4, SMOOTHING = {smoothing} }};
static int16_t samples[4];
static float frame[4];
static int8_t window[4], scores[SMOOTHING * LABELS];
void w2n_frontend_compute(const w2n_frontend *f, const int16_t *s, float *out) {{
    (void)f;
    for (int i = 0; i < LABELS; i++)
        out[i] = s[i];
}}
void w2n_quantize(const float *f, const float *a, const float *b, int n, int8_t *out) {{
    (void)a;
    (void)b;
    for (int i = 0; i < n; i++)
        out[i] = (int8_t)f[i];
}}
void w2n_deltas(const w2n_frontend *f, const float *in, float *out) {{
    (void)f, (void)in, (void)out;
}}
void w2n_hold_deltas(const w2n_frontend *f, int frames, int size, void *out) {{
    (void)f, (void)frames, (void)size, (void)out;
}}
static void invoke(const int8_t *in, int8_t *out) {{
    for (int i = 0; i < LABELS; i++)
        out[i] = in[i];
}}
const char *const w2n_labels[] = {{"a", "b", "_unknown_", "_silence_"}};
const w2n_listener_settings w2n_settings = {{4, 4, 1, 1, 4, LABELS, 2, 2, SMOOTHING, {quiet},
                                            w2n_thresholds}};
static const w2n_frontend frontend;
w2n_listener w2n_ear = {{.settings = &w2n_settings, .frontend = &frontend, .model = invoke,
                        .samples = samples, .frame = frame, .input = window, .scores = scores}};
"""


def harness(folder, *, thresholds, **settings):
    """Write the listener's library and a model that says what is played; the files of code."""
    shutil.copytree(LISTENER, folder / "libraries" / "listener" / "src")
    (folder / "libraries" / "frontend" / "src").mkdir(parents=True)
    for path in FRONT_END.glob("*.h"):
        shutil.copy(path, folder / "libraries" / "frontend" / "src")
    texts = {
        "settings.h": SETTINGS,
        "harness.c": HARNESS.format(**settings),
        "thresholds.c": thresholds_code(thresholds),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def detect(folder, **changes):
    """Let the harness hear the windows in a folder; what is found."""
    settings = {"hours": 0.02, "seconds_per_target": 0.5, **changes}
    evaluate_detection(
        code=[folder / name for name in ("settings.h", "harness.c", "thresholds.c")],
        thresholds=folder / "thresholds.json",
        preprocessing=folder / "preprocessing.json",
        split=folder / "split.csv",
        windows=[folder / "windows.h5"],
        evaluation=EvaluationSettings(bootstrap=200, seed=2),
        settings=DetectionSettings.model_validate(settings),
        libraries=folder / "libraries",
        title="tones",
        out=folder,
    )
    return json.loads((folder / "detection.json").read_text())


def show(folder):
    """Make the page, and read it with single spaces."""
    show_detection(
        detection=folder / "detection.json",
        false_reports=folder / "false_reports.h5",
        preprocessing=folder / "preprocessing.json",
        data={"title": "<i>", "licence": "none"},
        page=folder / "page.html",
    )
    return " ".join((folder / "page.html").read_text().split())
