"""The listener in C against a plain model of it, and its ring of samples."""

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from wav2nano import features
from wav2nano.c_source import checked, definitions, string_literal, structure
from wav2nano.errors import UserError
from wav2nano.features import KINDS, tables
from wav2nano.features.host_frontend import HostFrontEnd
from wav2nano.features.quantize import quantize
from wav2nano.firmware.generate_code import generate_code, settings_code
from wav2nano.firmware.simulate_board import check_targets, listened_for
from wav2nano.firmware_sources import FRONT_END, LISTENER, c_sources
from wav2nano.hostcc import SANITIZERS, build_shared_library, compile_c
from wav2nano.litert import LiteRtModel
from wav2nano.runtimes.host_listener import HostListener
from wav2nano.runtimes.int8 import input_tables
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.listener import ListenerSettings
from wav2nano.tables.preprocessing import Preprocessing, write_preprocessing
from wav2nano.tables.thresholds import thresholds_code
from wav2nano.tracks import long_track, one_by_one, sample_evenly

STREAM = Path(__file__).parents[1] / "codegen" / "models" / "stream.tflite"

# A front end whose one feature is the newest sample, and a model that gives the first frames of its
# window, which it may know but for the newest: all that the listener itself does can be followed.
HARNESS = r"""
#include <string.h>
#include "wav2nano_listener.h"
enum { N_FFT = %(n_fft)d, HOP = %(hop)d, MODEL_FRAMES = %(model_frames)d };
enum { FRAMES = 5, LABELS = 4, SMOOTHING = 3 };
static int16_t samples[N_FFT];
static float frame[1];
static int8_t input[MODEL_FRAMES];
static int8_t scores[SMOOTHING * LABELS];
void w2n_frontend_compute(const w2n_frontend *f, const int16_t *s, float *out) {
    (void)f;
    out[0] = s[N_FFT - 1];
}
void w2n_quantize(const float *f, const float *a, const float *b, int n, int8_t *out) {
    (void)a;
    (void)b;
    for (int i = 0; i < n; i++)
        out[i] = (int8_t)f[i];
}
static void model(const int8_t *in, int8_t *out) {
    static int8_t window[FRAMES];
    memmove(window, window + MODEL_FRAMES, FRAMES - MODEL_FRAMES);
    memcpy(window + FRAMES - MODEL_FRAMES, in, MODEL_FRAMES);
    memcpy(out, window, LABELS);
}
static const int32_t thresholds[] = {150 * SMOOTHING, 170 * SMOOTHING};
static const w2n_listener_settings settings = {
    N_FFT, HOP, FRAMES, MODEL_FRAMES, 1, LABELS, 2, 2, SMOOTHING, 2, thresholds};
static const w2n_frontend frontend; /* without deltas */
static w2n_listener ear = {.settings = &settings, .frontend = &frontend, .model = model,
                           .samples = samples, .frame = frame, .input = input,
                           .scores = scores};
void hear(const int16_t *audio, int hops, int32_t *decisions) {
    w2n_listener_reset(&ear);
    for (int i = 0; i < hops; i++) {
        w2n_decision d = w2n_listener_hop(&ear, audio + i * HOP);
        memcpy(decisions + 4 * i, &d, sizeof d);
    }
}
#ifdef MAIN
int main(void) {
    static int16_t audio[HOP * 500];
    static int32_t decisions[4 * 500];
    for (int i = 0; i < HOP * 500; i++)
        audio[i] = (int16_t)(i * 2654435761u >> 25) - 64;
    hear(audio, 500, decisions);
    return 0;
}
#endif
"""


def expected_decisions(audio, hops, n_fft, hop):
    """What the header promises, said in numpy."""
    frames, labels, words, every, smoothing, thresholds, quiet_for = 5, 4, 2, 2, 3, (450, 510), 2
    first = -(-n_fft // hop)
    decisions = np.tile([0, -1, -1, 0], (hops, 1))
    values = audio[hop - 1 :: hop].astype(int)
    rows, quiet = [], 0
    for index in range(first - 1 + frames - 1, hops, every):
        rows.append(values[index - frames + 1 : index + 1][:labels])
        latest = np.array(rows[-smoothing:]) + 128
        sums = latest.sum(axis=0)
        best = int(sums.argmax())
        decisions[index] = [1, -1, best, sums[best] // len(latest)]
        if quiet:
            quiet -= 1
        elif best < words and len(rows) >= smoothing and sums[best] >= thresholds[best]:
            decisions[index, 1] = best
            quiet = quiet_for
    return decisions


@pytest.mark.parametrize("model_frames", [5, 2])  # the window, or what an inference brings anew
@pytest.mark.parametrize(("n_fft", "hop"), [(8, 4), (8, 3), (4, 8), (6, 6)])
def test_decisions(tmp_path, n_fft, hop, model_frames):
    source = tmp_path / "harness.c"
    source.write_text(HARNESS % {"n_fft": n_fft, "hop": hop, "model_frames": model_frames})
    sources = [source, LISTENER / "wav2nano_listener.c", FRONT_END / "w2n_deltas.c"]
    includes = [LISTENER, FRONT_END]
    library = ctypes.CDLL(
        str(build_shared_library(sources, tmp_path / "l.so", include_dirs=includes))
    )
    hops = 500
    audio = np.random.default_rng(0).integers(-128, 128, hops * hop).astype(np.int16)
    audio[len(audio) // 2 :] = np.abs(audio[len(audio) // 2 :]) // 2 + 60
    decisions = np.zeros((hops, 4), dtype=np.int32)
    for _ in range(2):  # the second time after a reset
        library.hear(
            audio.ctypes.data_as(ctypes.c_void_p), hops, decisions.ctypes.data_as(ctypes.c_void_p)
        )
        np.testing.assert_array_equal(decisions, expected_decisions(audio, hops, n_fft, hop))
    assert (decisions[:, 1] >= 0).sum() > 10
    program = compile_c(
        sources, tmp_path / "sanitized", include_dirs=includes, flags=[*SANITIZERS, "-DMAIN"]
    )
    subprocess.run([program], check=True)


# A model that keeps its inputs, for the listener with its generated memory.
KEEPING = r"""
#include <stdlib.h>
#include <string.h>
#include "settings.h"
enum { INPUT = W2N_FRAMES * W2N_BINS };
static int8_t *kept;
void w2n_model_invoke(const int8_t *input, int8_t *output) {
    memcpy(kept, input, INPUT);
    kept += INPUT;
    memset(output, 0, W2N_LABELS);
}
/* Gives how many inputs were kept. */
int hear(const int16_t *audio, int hops, int8_t *inputs) {
    int count = 0;
    kept = inputs;
    w2n_listener_reset(&w2n_ear);
    for (int i = 0; i < hops; i++)
        count += w2n_listener_hop(&w2n_ear, audio + i * W2N_HOP).inferred;
    return count;
}
#ifdef MAIN
int main(void) {
    int16_t *audio = malloc(sizeof *audio * W2N_HOP * 200);
    int8_t *inputs = malloc(INPUT * 200);
    for (int i = 0; i < W2N_HOP * 200; i++)
        audio[i] = (int16_t)(i * 2654435761u >> 20);
    int count = hear(audio, 200, inputs);
    free(audio);
    free(inputs);
    return count == 0;
}
#endif
"""


@pytest.mark.parametrize("frames", [9, 10, 13, 31])
@pytest.mark.parametrize("name", ["mfcc", "stack"])
def test_deltas_of_the_stream_are_those_of_each_window(name, frames, shared_data, tmp_path):
    mfcc = KINDS["mfcc"].Settings(deltas=2)
    settings = mfcc
    if name == "stack":
        logmel = KINDS["logmel"].Settings(n_fft=1024, mel_bands=10, deltas=1)
        settings = KINDS["stack"].Settings(parts=[KINDS["zcr"].Settings(), mfcc, logmel])
    hop, length = settings.hop_samples, settings.frame_samples
    window = length + (frames - 1) * hop
    bins = features.bins(settings)
    random = np.random.default_rng(1)
    scale = random.uniform(1, 3, bins).astype(np.float32)
    offset = random.uniform(-9, 9, bins).astype(np.float32)
    between = Preprocessing(
        labels=["never", "_unknown_"],
        chunking=ChunkingSettings(window_seconds=window / 16000),
        features=settings,
        mean=[0.0] * bins,
        std=[1.0] * bins,
    )
    listener = ListenerSettings(inferences_per_second=20)
    header, source = settings_code(between, listener, "mine")
    tables.generate_c(16000, settings, tmp_path, quantization=(scale, offset))
    (tmp_path / "settings.h").write_text(header)
    (tmp_path / "settings.c").write_text(source)
    (tmp_path / "thresholds.c").write_text(thresholds_code([0]))
    (tmp_path / "model.h").write_text("void w2n_model_invoke(const int8_t *, int8_t *);\n")
    (tmp_path / "keeping.c").write_text(KEEPING)
    sources = [
        tmp_path / f"{file}.c" for file in ("keeping", "settings", "thresholds", "frontend_tables")
    ]
    sources += [LISTENER / "wav2nano_listener.c", *c_sources(FRONT_END)]
    includes = [LISTENER, FRONT_END, tmp_path]
    library = ctypes.CDLL(
        str(build_shared_library(sources, tmp_path / "l.so", include_dirs=includes))
    )

    paths = sorted((shared_data / "speech_commands_v1_300").rglob("*.flac"))[::100]
    audio = np.concatenate([soundfile.read(path, dtype="int16")[0] for path in paths])
    hops = len(audio) // hop
    inputs = np.zeros((hops, frames, bins), np.int8)
    for _ in range(2):  # the second time after a reset, with other audio still in memory
        count = library.hear(
            audio.ctypes.data_as(ctypes.c_void_p), hops, inputs.ctypes.data_as(ctypes.c_void_p)
        )
    # The first inference is at the end of the first hop by which a window was heard.
    first = -(-length // hop) * hop - length
    step = listener.inference_hops(16000 / hop) * hop
    windows = np.lib.stride_tricks.sliding_window_view(audio[first:], window)[::step]
    expected = quantize(HostFrontEnd(tmp_path).compute(windows[:count]), scale, offset)
    assert count > 20
    assert np.array_equal(inputs[:count], expected)

    program = compile_c(
        sources, tmp_path / "sanitized", include_dirs=includes, flags=[*SANITIZERS, "-DMAIN"]
    )
    subprocess.run([program], check=True)


def test_a_stream_is_heard_as_its_windows(shared_data, tmp_path):
    """Samples to scores: what the listener keeps gives what LiteRT says of each whole window."""
    content = STREAM.read_bytes()
    (tmp_path / "model.tflite").write_bytes(content)
    settings = KINDS["logmel"].Settings(mel_bands=5, hop=200)
    hop, frames, step = settings.hop_samples, 41, 4
    window = settings.frame_samples + (frames - 1) * hop
    between = Preprocessing(
        labels=["never", "none", "_unknown_", "_silence_"],
        chunking=ChunkingSettings(window_seconds=window / 16000),
        features=settings,
        mean=[-8.0] * 5,
        std=[3.0] * 5,
    )
    write_preprocessing(tmp_path / "preprocessing.json", between)
    code = tmp_path / "code"
    generate_code(
        model=tmp_path / "model.tflite",
        preprocessing=tmp_path / "preprocessing.json",
        listener=ListenerSettings(inferences_per_second=20),
        board="wav2nano:nrf52:nano33ble",
        title="mine",
        out=code,
    )
    assert f"#define W2N_MODEL_FRAMES {step}\n" in (code / "settings.h").read_text()
    (code / "thresholds.c").write_text(thresholds_code([0, 0]))

    paths = sorted((shared_data / "speech_commands_v1_300").rglob("*.flac"))[::60]
    audio = np.concatenate([soundfile.read(path, dtype="int16")[0] for path in paths])
    listener = HostListener(sorted(code.iterdir()), LISTENER.parents[1])
    litert = LiteRtModel(tmp_path / "model.tflite")
    for _ in range(2):  # the second time with other audio still in memory
        heard = listener.infer([audio])
        assert np.array_equal(np.diff(heard.sample), np.full(len(heard.sample) - 1, step * hop))
        windows = np.stack([audio[end - window : end] for end in heard.sample])
        inputs = quantize(HostFrontEnd(code).compute(windows), *input_tables(between, litert.input))
        assert np.array_equal(litert.invoke(inputs), heard.scores)
    assert len(heard.sample) > 50
    assert len(np.unique(heard.scores, axis=0)) > 20


class Ring(ctypes.Structure):
    _fields_ = [
        ("samples", ctypes.c_void_p),
        ("size", ctypes.c_uint32),
        ("written", ctypes.c_uint32),
        ("read", ctypes.c_uint32),
        ("lost", ctypes.c_uint32),
    ]


@pytest.mark.parametrize("first", [0, 2**32 - 5])
def test_the_ring_keeps_order_and_counts_what_is_lost(tmp_path, first):
    library = ctypes.CDLL(
        str(
            build_shared_library(
                [LISTENER / "wav2nano_ring.c"],
                tmp_path / "r.so",
                include_dirs=[LISTENER, FRONT_END],
            )
        )
    )
    memory = np.zeros(16, np.int16)
    ring = Ring(memory.ctypes.data, 16, first, first, 0)
    random = np.random.default_rng(0)
    waiting, lost, count = [], 0, 0
    for _ in range(2000):
        pushed = np.arange(count, count + random.integers(0, 12)).astype(np.int16)
        count += len(pushed)
        library.w2n_ring_push(ctypes.byref(ring), ctypes.c_void_p(pushed.ctypes.data), len(pushed))
        kept = min(len(pushed), 16 - len(waiting))
        waiting += pushed[:kept].tolist()
        lost += len(pushed) - kept
        out = np.zeros(7, np.int16)
        ready = library.w2n_ring_pop(ctypes.byref(ring), ctypes.c_void_p(out.ctypes.data), 7)
        assert ready == (len(waiting) >= 7)
        if ready:
            assert out.tolist() == waiting[:7]
            waiting = waiting[7:]
    assert ring.lost == lost > 0


@pytest.mark.parametrize("text", ['quote " and \\', "größe 日本", "??/ trigraph", "a\nb", "1\x012"])
def test_any_label_is_a_string_literal(tmp_path, text):
    source = tmp_path / "label.c"
    source.write_text(
        f"#include <stdio.h>\nint main(void) {{ puts({string_literal(text)}); return 0; }}\n"
    )
    program = compile_c([source], tmp_path / "label")
    assert (
        subprocess.run([program], capture_output=True, check=True).stdout == text.encode() + b"\n"
    )


def test_settings_follow_the_experiment():
    preprocessing = Preprocessing(
        labels=["never", "all", "_unknown_", "_silence_"],
        chunking=ChunkingSettings(),
        features=KINDS["mfcc"].Settings(),
        mean=[0.0] * 13,
        std=[1.0] * 13,
    )
    listener = ListenerSettings(
        inferences_per_second=4, smoothing_seconds=0.5, threshold=0.6, quiet_seconds=1.0
    )
    header, source = settings_code(preprocessing, listener, "mine")
    assert "#define W2N_FRAMES 49\n" in header
    assert "#define W2N_SMOOTHING 2\n" in header
    assert "#define W2N_TARGETS 2\n" in header
    assert "static float frame[W2N_BINS];" in source
    for line in (".targets = W2N_TARGETS,", ".inference_hops = 12,", ".quiet_inferences = 4,"):
        assert line in source


def test_what_is_played_is_balanced_and_in_its_place():
    labels = ["a"] * 30 + ["b"] * 5 + ["_silence_"] * 10 + ["_unknown_"] * 10
    chosen = sample_evenly(labels, 12, np.random.default_rng(0))
    assert sorted(labels[i] for i in chosen) == sorted(["a", "b", "_silence_", "_unknown_"] * 3)
    names = [str(i) for i in range(len(labels))]
    windows = np.arange(1, len(labels) + 1, dtype=np.int16)[:, None] * np.ones(16000, np.int16)
    track = one_by_one(names, labels, windows, rate=16000, seed=1)
    for played in track.played:
        inside = track.samples[played.start : played.start + 16000]
        assert (inside == int(played.recording) + 1).all()
    track = long_track(names, labels, windows, seconds=20, rate=16000, seed=1)
    assert len(track.samples) == 20 * 16000
    heard = {played.label for played in track.played}
    assert heard >= {"_silence_", "_unknown_"}
    assert heard & {"a", "b"}


def test_a_number_that_c_cannot_hold_is_told():
    assert checked("HOP", 2**31 - 1) == 2**31 - 1
    for value in (2**31, -(2**31) - 1):
        with pytest.raises(UserError, match="HOP would be"):
            structure("x", {"HOP": value})
        with pytest.raises(UserError, match="HOP would be"):
            definitions("W2N_", {"HOP": value})


def test_a_firmware_that_listens_for_something_else_is_told():
    text = "wav2nano 1\nlistening for: yes, _silence_\r\n"
    assert listened_for(text) == ["yes", "_silence_"]
    with pytest.raises(UserError, match="listens for yes, _silence_, and should for yes, no"):
        check_targets(Path("x.bin"), listened_for(text), ["yes", "no"])
