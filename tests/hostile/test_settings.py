"""Settings that cannot be: `snakemake` says which, where, and what would be right.

To add one, add a line to a table: what is written into the file, and words of the answer.
"""

import os
import re
import shutil

import pytest

from hostile.commands import DATASET, ROOT, assert_refuses, snakemake_says
from wav2nano.models import ARCHITECTURES

# Reads the settings as any other run does, and starts no job.
DRY_RUN = ("--dry-run", "--quiet", "all", "--")
DEFAULTS = (ROOT / "params.yaml").read_text(encoding="utf-8").replace("[keywords]", "[x]")
KEYWORDS = (ROOT / "config/datasets/keywords.yaml").read_text(encoding="utf-8")
EXPERIMENT = 'dataset: keywords\nsynthesize: words\nlabels: ["yes", "no"]\n'

EXPERIMENTS = [
    ("training: {epochs: .nan}", "training.epochs: .nan should be a whole number"),
    ("training: {learning_rate: .nan}", "training.learning_rate: .nan should be a finite number"),
    ("training: {learning_rate: .inf}", "training.learning_rate: .inf should be a finite number"),
    ("training: {learning_rate: -.inf}", "training.learning_rate: -.inf should be a finite number"),
    ("training: {gain_db: .nan}", "training.gain_db: .nan should be a finite number"),
    ("training: {response: .nan}", "training.response: .nan should be a finite number"),
    ("chunking: {window_seconds: .nan}", "chunking.window_seconds: .nan should be a finite number"),
    ("chunking: {window_seconds: .inf}", "chunking.window_seconds: .inf should be a finite number"),
    ("chunking: {hop_seconds: .inf}", "chunking.hop_seconds: .inf should be a finite number"),
    ("chunking: {rate: .inf}", "chunking.rate: .inf should be a whole number"),
    ("split: {validation: .nan}", "split.validation: .nan should be a finite number"),
    ("split: {test: .inf}", "split.test: .inf should be a finite number"),
    ("listener: {threshold: .nan}", "listener.threshold: .nan should be a finite number"),
    ("listener: {quiet_seconds: .inf}", "listener.quiet_seconds: .inf should be a finite number"),
    (
        "listener: {smoothing_seconds: .nan}",
        "listener.smoothing_seconds: .nan should be a finite number",
    ),
    (
        "listener: {inferences_per_second: .inf}",
        "listener.inferences_per_second: .inf should be a finite number",
    ),
    (
        "simulation: {track_seconds: .inf}",
        "simulation.track_seconds: .inf should be a finite number",
    ),
    (
        "simulation: {track_seconds: .nan}",
        "simulation.track_seconds: .nan should be a finite number",
    ),
    ("features: {f_min: .nan}", "features.f_min: .nan should be a finite number"),
    ("features: {f_max: .inf}", "features.f_max: .inf should be a finite number"),
    ("features: {floor_db: -.inf}", "features.floor_db: -.inf should be a finite number"),
    ("model: {dropout: .nan}", "model.dropout: .nan should be a finite number"),
    ("training: {epochs: 0}", "training.epochs: 0 should be at least 1"),
    ("training: {epochs: -1}", "training.epochs: -1 should be at least 1"),
    (
        "training: {epochs: 100000000000000000000}",
        "training.epochs: 100000000000000000000 should be at most 100,000",
    ),
    ("training: {batch_size: 0}", "training.batch_size: 0 should be at least 1"),
    (
        "training: {batch_size: 1000000000}",
        "training.batch_size: 1000000000 should be at most 65,536",
    ),
    ("training: {learning_rate: 0}", "training.learning_rate: 0 should be more than 0"),
    ("training: {learning_rate: -0.1}", "training.learning_rate: -0.1 should be more than 0"),
    ("training: {learning_rate: 1.0e+30}", "training.learning_rate: 1.0e+30 should be at most 1"),
    ("training: {optimizer: lion}", "training.optimizer: 'lion' is not one of: adam, adamw,"),
    ("training: {schedule: null}", "training.schedule: null is not one of: cosine, constant"),
    ("training: {label_smoothing: 1}", "training.label_smoothing: 1 should be less than 1"),
    (
        "training: {class_weights: [1, 2]}",
        "training.class_weights: [1, 2] is not one of:",
    ),
    ("training: {mask_bins: -1}", "training.mask_bins: -1 should be at least 0"),
    ("augmentation: {copies: -1}", "augmentation.copies: -1 should be at least 0"),
    ("augmentation: {copies: 1000}", "augmentation.copies: 1000 should be at most 100"),
    ("augmentation: {speed: 0.9}", "augmentation.speed: 0.9 should be a list"),
    ("augmentation: {speed: [0, 1]}", "augmentation.speed.0: 0 should be at least 0.1"),
    ("augmentation: {room: 30}", "augmentation.room: 30 should be at most 1"),
    (
        "augmentation: {noise_kinds: [babble]}",
        "augmentation.noise_kinds.0: 'babble' is not one",
    ),
    ("augmentation: {snr_db: [5]}", "augmentation.snr_db: needs at least 2 entries"),
    ("evaluation: {answers: clips}", "evaluation.answers: 'clips' is not one of: windows,"),
    ("training: {teacher: {weight: 0}}", "training.teacher.weight: 0 should be more than 0"),
    ("training: {teacher: {weight: 1.1}}", "training.teacher.weight: 1.1 should be at most 1"),
    (
        "training: {teacher: {embedding_weight: -1}}",
        "training.teacher.embedding_weight: -1 should be at least 0",
    ),
    ("training: {teacher: {units: 0}}", "training.teacher.units: 0 should be at least 1"),
    ("training: {teacher: {epochs: 0}}", "training.teacher.epochs: 0 should be at least 1"),
    ("training: {teacher: true}", "training.teacher: true should be"),
    ("training: {patience: 0}", "training.patience: 0 should be at least 1"),
    ("training: {shift_frames: -1}", "training.shift_frames: -1 should be at least 0"),
    ("training: {mask_frames: 1000000}", "training.mask_frames: 1000000 should be at most 1,000"),
    ("training: {gain_db: 1.0e+9}", "training.gain_db: 1000000000.0 should be at most 30"),
    ("training: {seed: -1}", "training.seed: -1 should be at least 0"),
    ("training: {seed: 4294967296}", "training.seed: 4294967296 should be less than 4,294,967,296"),
    (
        "training: {seed: 10000000000000000000000000000000000000000}",
        "training.seed: 10000000000000000000000000000000000000000 should be less than",
    ),
    ("split: {seed: -5}", "split.seed: -5 should be at least 0"),
    (
        "evaluation: {seed: 99999999999999999999}",
        "evaluation.seed: 99999999999999999999 should be less than 4,294,967,296",
    ),
    ("evaluation: {bootstrap: 99}", "evaluation.bootstrap: 99 should be at least 100"),
    (
        "evaluation: {random_split_too: 1}",
        "evaluation.random_split_too: 1 should be true or false",
    ),
    ("evaluation: {folds: []}", "evaluation.folds: needs at least 1 entry"),
    ("evaluation: {folds: [1]}", "evaluation.folds: 1 should be text, in quotes if YAML"),
    ("evaluation: {folds: ['']}", "evaluation.folds is empty"),
    ("evaluation: {folds: some}", "evaluation.folds: 'some' is not one of: all"),
    ("evaluation: {folds: 3}", "evaluation.folds: 3 is not one of: all"),
    ("evaluation: {groups_per_fold: 0}", "evaluation.groups_per_fold: 0 should be at least 1"),
    ("evaluation: {seeds: 0}", "evaluation.seeds: 0 should be at least 1"),
    ("evaluation: {seeds: 101}", "evaluation.seeds: 101 should be at most 100"),
    ("evaluation: {seeds: 2.5}", "evaluation.seeds: 2.5 should be a whole number"),
    ("evaluation: {seeds: [1, 2]}", "evaluation.seeds: [1, 2] should be a whole number"),
    ("evaluation: {seeds: null}", "evaluation.seeds: null should be a whole number"),
    (
        "evaluation: {seeds: 3}\ntraining: {seed: 4294967294}",
        "evaluation.seeds: 3 seeds from training.seed: 4294967294 on go beyond 4294967295, which "
        "is the last. Set training.seed: 4294967293 or lower.",
    ),
    (
        "evaluation: {folds: all}",
        "evaluation.folds: folds are of recordings, but all of these are synthesised. Set",
    ),
    (
        "evaluation: {bootstrap: 1000000000000}",
        "evaluation.bootstrap: 1000000000000 should be at most 100,000",
    ),
    ("simulation: {seed: -1}", "simulation.seed: -1 should be at least 0"),
    ("simulation: {recordings: 0}", "simulation.recordings: 0 should be at least 1"),
    ("simulation: {track_seconds: 0.5}", "simulation.track_seconds: 0.5 should be at least 1"),
    (
        "simulation: {track_seconds: 1.0e+12}",
        "simulation.track_seconds: 1000000000000.0 should be at most 3,600",
    ),
    (
        "quantization: {calibration_windows: 9}",
        "quantization.calibration_windows: 9 should be at least 10",
    ),
    ("chunking: {rate: 0}", "chunking.rate: 0 should be at least 4,000"),
    ("chunking: {rate: -16000}", "chunking.rate: -16000 should be at least 4,000"),
    ("chunking: {rate: 1000000}", "chunking.rate: 1000000 should be at most 48,000"),
    ("chunking: {window_seconds: 0}", "chunking.window_seconds: 0 should be more than 0"),
    ("chunking: {window_seconds: -1.0}", "chunking.window_seconds: -1.0 should be more than 0"),
    (
        "chunking: {window_seconds: 1.0e+9}",
        "chunking.window_seconds: 1000000000.0 should be at most 10",
    ),
    ("chunking: {hop_seconds: 0.0}", "chunking.hop_seconds: 0.0 should be at least 0.01"),
    (
        "chunking: {hop_seconds: 1.0e-9, long: slide}",
        "chunking.hop_seconds: 1.0e-09 should be at least 0.01",
    ),
    ("split: {validation: 0}", "split.validation: 0 should be more than 0"),
    ("split: {test: 1.0}", "split.test: 1.0 should be at most 0.5"),
    ("split: {test: -0.2}", "split.test: -0.2 should be more than 0"),
    ("listener: {threshold: 1.1}", "listener.threshold: 1.1 should be at most 1"),
    ("listener: {threshold: -0.1}", "listener.threshold: -0.1 should be at least 0"),
    (
        "listener: {target_false_alarms_per_hour: -1}",
        "listener.target_false_alarms_per_hour: -1 should be at least 0",
    ),
    ("detection: {background: 3}", "detection.background: 3 should be text, in quotes"),
    (
        "detection: {background: nowhere}",
        "detection.background: there is no folder 'nowhere'. Name one with recordings that",
    ),
    (
        "detection: {recipe: mlperf}",
        "detection.recipe: 'mlperf' is not one of: back_to_back, mlperf_tiny",
    ),
    (
        "detection: {rule: mlperf}",
        "detection.rule: 'mlperf' is not one of: strict, mlperf_tiny",
    ),
    (
        "detection: {recipe: mlperf_tiny, hours: 2.5}",
        "detection.hours: a mix of 2.5 hours would not fit into memory. Set at most 2, or "
        "detection.recipe: back_to_back.",
    ),
    (
        "detection: {recipe: mlperf_tiny, seconds_per_target: 3}",
        "detection.seconds_per_target: 1,200 target(s) of 1 s each, with 3 s between them, do not "
        "fit into the first half of a track of 3600 s. Set it to 8 or more, or detection.recipe:",
    ),
    (
        "detection: {recording: {audio: x.wav}}",
        "recording.targets is missing (when labels",
    ),
    ("detection: {recording: evening.wav}", "detection.recording: 'evening.wav' should"),
    (
        "detection: {recording: {audio: evening.wav, targets: evening.csv}}",
        "detection.recording.audio: there is no file 'evening.wav'. Name one, or set "
        "detection.recording: null.",
    ),
    (
        "detection: {recording: {audio: params.yaml, targets: params.yaml}}",
        "detection.recording.targets: params.yaml is no table. Name a .csv with the columns start, "
        "end, label, a .txt as Audacity exports labels, or a .json of MLPerf Tiny.",
    ),
    (
        "listener: {target_false_alarms_per_hour: few}",
        "listener.target_false_alarms_per_hour: 'few' should be a number",
    ),
    (
        "listener: {quiet_seconds: 1.0e+9}",
        "listener.quiet_seconds: 1000000000.0 should be at most 3,600",
    ),
    ("listener: {quiet_seconds: -1}", "listener.quiet_seconds: -1 should be at least 0"),
    ("listener: {smoothing_seconds: 60}", "listener.smoothing_seconds: 60 should be at most 5"),
    (
        "listener: {inferences_per_second: 0}",
        "listener.inferences_per_second: 0 should be at least 0.5",
    ),
    (
        "listener: {inferences_per_second: 1000}",
        "listener.inferences_per_second: 1000 should be at most 50",
    ),
    ("features: {n_fft: 500}", "features.n_fft: 500 is not one of: 64, 128, 160,"),
    ("features: {n_fft: 1048576}", "features.n_fft: 1048576 is not one of: 64, 128, 160,"),
    (
        "features: {window_normalization: per_window}",
        "features.window_normalization: 'per_window' is not one of: none, mean_variance, min_max",
    ),
    (
        "features: {window_normalization: min_max}",
        "features.window_normalization: min_max needs all frames of a window before it can",
    ),
    ("chunking: {short: cut}", "chunking.short: 'cut' is not one of: pad, mask"),
    (
        "chunking: {short: mask}\nmodel: {architecture: lstm, filters: []}",
        "chunking.short: mask hides from the network what is after a recording's end, and the "
        "stream that a board hears has no ends. Set chunking.short: pad, or goal: evaluation for",
    ),
    (
        "chunking: {short: mask}\ngoal: evaluation\nmodel: {architecture: cnn}",
        "chunking.short: mask gives the network as many frames as a recording has, and "
        "model.architecture: cnn takes a fixed number. Set model.architecture: bilstm or lstm with "
        "model.filters: [], or chunking.short: pad.",
    ),
    (
        "chunking: {short: mask}\ngoal: evaluation\nmodel: {architecture: gru, filters: []}",
        "chunking.short: mask gives the network as many frames as a recording has, and "
        "model.architecture: gru takes a fixed number. Set model.architecture: bilstm or lstm with",
    ),
    (
        "chunking: {short: mask}\ngoal: evaluation\nmodel: {architecture: bilstm}",
        "chunking.short: mask hides from the network what is after a recording's end, and the "
        "convolutions of model.filters: [48, 64] hear it. Set model.filters: [], or chunking.short",
    ),
    ("features: {hop: 0}", "features.hop: 0 should be at least 16"),
    ("features: {hop: -320}", "features.hop: -320 should be at least 16"),
    (
        "features: {kind: zcr, hop: 600}",
        "features.hop: 600 is not possible; use at most n_fft (512): a longer",
    ),
    ("features: {kind: rms, n_fft: 500}", "features.n_fft: 500 is not one of:"),
    ("features: {kind: rolloff, roll_percent: 85}", "features.roll_percent: 85 should be less"),
    ("features: {kind: chroma, n_chroma: 24}", "features.n_chroma is not a setting. Settings"),
    ("features: {kind: stack}", "features.parts is missing"),
    ("features: {kind: stack, parts: []}", "features.parts: needs at least 1 entry"),
    ("features: {kind: stack, parts: mfcc}", "features.parts: 'mfcc' should be a list"),
    (
        "features: {kind: stack, parts: [mfcc]}",
        "features.parts.0: 'mfcc' should be `key: value` lines",
    ),
    ("features: {kind: stack, parts: [{hop: 320}]}", "features.parts.0.kind is missing"),
    (
        "features: {kind: stack, parts: [{kind: zcr}, {kind: plp}]}",
        "features.parts.1.kind: 'plp' is not one of: centroid, chroma, logmel, mfcc, raw,",
    ),
    (
        "features: {kind: stack, parts: [{kind: stack, parts: [{kind: zcr}]}]}",
        "features.parts.0.kind: 'stack' is not one of: centroid, chroma, logmel, mfcc, raw,",
    ),
    (
        "features: {kind: speech_embedding}",
        "features.kind: speech_embedding is a network of 1.3 MB in floating point, more than a",
    ),
    (
        "features: {kind: stack, parts: [{kind: yamnet}]}",
        "features.parts.0.kind: 'yamnet' is not one of: centroid, chroma, logmel, mfcc, raw,",
    ),
    (
        "features: {kind: stack, parts: [{kind: zcr}, {kind: raw, frame: 0}]}",
        "features.parts.1.frame: 0 should be at least 1",
    ),
    (
        "features: {kind: stack, parts: [{kind: zcr, frame: 160}]}",
        "features.parts.0.frame is not a setting. Settings here are: hop, kind, n_fft",
    ),
    (
        "features: {kind: stack, hop: 320, parts: [{kind: zcr}]}",
        "features.hop is not a setting. Settings here are: kind, parts",
    ),
    (
        "features: {kind: stack, parts: [{kind: zcr}, {kind: raw}]}",
        "features.parts: zcr (part 0) makes a frame every 320 samples, and raw (part 1) every",
    ),
    (
        "features: {kind: stack, parts: [{kind: zcr}, {kind: mfcc, f_max: 9000}]}",
        "features.parts.1.f_max: 9000 is not possible; use at most 8000 Hz, half of the",
    ),
    (
        "features: {kind: stack, parts: [{kind: raw, frame: 16001}]}",
        "A window of 16000 samples (1 s) is shorter than one feature frame of 16001. Set",
    ),
    ("features: {kind: raw, frame: 0}", "features.frame: 0 should be at least 1"),
    ("features: {kind: raw, frame: 50000}", "features.frame: 50000 should be at most 48,000"),
    ("features: {kind: raw, hop: 160}", "features.hop is not a setting. Settings here are: frame,"),
    ("features: {mel_bands: 3}", "features.mel_bands: 3 should be at least 4"),
    ("features: {mel_bands: 100000}", "features.mel_bands: 100000 should be at most 128"),
    ("features: {coefficients: 1}", "features.coefficients: 1 should be at least 2"),
    ("features: {deltas: 3}", "features.deltas: 3 should be at most 2"),
    ("features: {deltas: true}", "features.deltas: true should be a whole number"),
    (
        "features: {deltas: 1}\nchunking: {window_seconds: 0.15}\ngoal: evaluation",
        "features.deltas: a delta is computed from 9 frames, and a window of 2400 samples",
    ),
    ("features: {floor_db: 0}", "features.floor_db: 0 should be at most -40"),
    ("features: {floor_db: -1000}", "features.floor_db: -1000 should be at least -120"),
    ("features: {f_min: -1}", "features.f_min: -1 should be at least 0"),
    ("features: {f_max: 0}", "features.f_max: 0 should be more than 0"),
    ("model: {dropout: 1.0}", "model.dropout: 1.0 should be at most 0.9"),
    ("model: {kernel: 0}", "model.kernel: 0 should be at least 1"),
    ("model: {kernel: 1000}", "model.kernel: 1000 should be at most 15"),
    ("model: {filters: [0]}", "model.filters.0: 0 should be at least 1"),
    ("model: {filters: [100000]}", "model.filters.0: 100000 should be at most 256"),
    ("model: {filters: [8, 8, 8, 8, 8]}", "model.filters: may have at most 4 entries"),
    ("model: {units: []}", "model.units: needs at least 1 entry"),
    ("model: {units: [513]}", "model.units.0: 513 should be at most 512"),
    ("model: {units: [-4]}", "model.units.0: -4 should be at least 1"),
    ("model: {architecture: cnn, pool: 9}", "model.pool: 9 should be at most 8"),
    ("model: {architecture: cnn, kernel: 32}", "model.kernel: 32 should be at most 31"),
    ("model: {architecture: cnn, kernel: [5, 32]}", "model.kernel: 32 should be at most 31"),
    ("model: {architecture: cnn, kernel: '5'}", "model.kernel: '5' should be a whole number"),
    ("model: {architecture: cnn, kernel: []}", "model.kernel: needs at least 1 entry"),
    ("model: {architecture: cnn, stride: [17]}", "model.stride: 17 should be at most 16"),
    (
        "model: {architecture: cnn, stride: [2]}",
        "model.stride: [2] has 1 numbers, but model.filters makes 2 convolutions. Give one number",
    ),
    ("model: {architecture: ds_cnn, kernel: 10}", "model.kernel: 10 should be a list"),
    ("model: {architecture: ds_cnn, kernel: [10]}", "model.kernel: needs at least 2 entries"),
    ("model: {architecture: ds_cnn, blocks: 9}", "model.blocks: 9 should be at most 8"),
    ("model: {architecture: tc_resnet, filters: [8]}", "model.filters: needs at least 2 entries"),
    ("model: {architecture: matchboxnet, blocks: 0}", "model.blocks: 0 should be at least 1"),
    (
        "model: {architecture: cnn_lstm, pool: [1, 2, 2]}",
        "model.pool: may have at most 2 entries",
    ),
    (
        "model: {architecture: cnn2d, join: max}",
        "model.join: 'max' is not one of: average, flatten",
    ),
    (
        "model: {architecture: dense, units: [1, 1, 1, 1, 1]}",
        "model.units: may have at most 4 entries",
    ),
    ("features: {hop: 320.5}", "features.hop: 320.5 should be a whole number"),
    ("training: {epochs: '30'}", "training.epochs: '30' should be a whole number"),
    ("training: {epochs: true}", "training.epochs: true should be a whole number"),
    ("training: {epochs: null}", "training.epochs: null should be a whole number"),
    ("training: {epochs: [30]}", "training.epochs: [30] should be a whole number"),
    ("training: {epochs: 0x1F.8}", "training.epochs: '0x1F.8' should be a whole number"),
    ("training: {epochs: 1_0.5}", "training.epochs: 10.5 should be a whole number"),
    ("training: {batch_size: 32.5}", "training.batch_size: 32.5 should be a whole number"),
    (
        "training: {learning_rate: 1e-3}",
        "training.learning_rate: '1e-3' should be a number; YAML takes it for",
    ),
    (
        "training: {learning_rate: 3e-4}",
        "training.learning_rate: '3e-4' should be a number; YAML takes it for",
    ),
    ("training: {learning_rate: 0,003}", "training.learning_rate: 0 should be more than 0"),
    (
        "training: {learning_rate: '.5'}",
        "training.learning_rate: '.5' should be a number; YAML takes it for",
    ),
    ("training: {learning_rate: ten}", "training.learning_rate: 'ten' should be a number"),
    (
        "training: {learning_rate: 2024-01-01}",
        "training.learning_rate: 2024-01-01 should be a number",
    ),
    ("training: 3", "training: 3 should be `key: value` lines"),
    ("training: []", "training: [] should be `key: value` lines"),
    ("training: null", "training: null should be `key: value` lines"),
    ("training: yes", "training: true should be `key: value` lines"),
    ("chunking: {rate: 16k}", "chunking.rate: '16k' should be a whole number"),
    ("chunking: {rate: 16,000}", "chunking.rate: 16 should be at least 4,000"),
    ("chunking: {long: all}", "chunking.long: 'all' is not one of: loudest, slide"),
    ("chunking: {window_seconds: 1s}", "chunking.window_seconds: '1s' should be a number"),
    ("chunking: {window_seconds: 1:30}", "chunking.window_seconds: 90 should be at most 10"),
    ("model: {units: 64}", "model.units: 64 should be a list"),
    ("model: {units: ['64']}", "model.units.0: '64' should be a whole number"),
    ("model: {units: {a: 64}}", "model.units: {a: 64} should be a list"),
    ("model: {units: [[64]]}", "model.units.0: [64] should be a whole number"),
    ("model: lstm", "model: 'lstm' should be `key: value` lines"),
    ("features: mfcc", "features: 'mfcc' should be `key: value` lines"),
    (
        "features: {kind: [mfcc]}",
        "features.kind: [mfcc] is not one of: centroid, chroma, logmel",
    ),
    ("features: {kind: null}", "features.kind: null is not one of: centroid, chroma, logmel"),
    ("features: {kind: MFCC}", "features.kind: 'MFCC' is not one of: centroid, chroma, logmel"),
    ("features: {kind: plp}", "features.kind: 'plp' is not one of: centroid, chroma, logmel"),
    (
        "model: {architecture: transformer}",
        f"model.architecture: 'transformer' is not one of: {', '.join(ARCHITECTURES)}",
    ),
    (
        "model: {architecture: {a: b}}",
        f"model.architecture: {{a: b}} is not one of: {', '.join(ARCHITECTURES)}",
    ),
    ("goal: Firmware", "goal: 'Firmware' is not one of: firmware, evaluation"),
    ("goal: no", "goal: false is not one of: firmware, evaluation"),
    ("synthesize: no", "synthesize: false is not one of: words, background, nothing"),
    ("synthesize: true", "synthesize: true is not one of: words, background, nothing"),
    (
        "split: {policy: random}",
        "split.policy: 'random' is not one of: group, recording, official, time",
    ),
    ("split: {policy: off}", "split.policy: false is not one of: group, recording, official, time"),
    ("firmware: {board: uno}", "firmware.board: 'uno' is not one of: wav2nano:nrf52:nano33ble,"),
    ("firmware: {board: 5}", "firmware.board: 5 should be text, in quotes if YAML takes it for"),
    ("firmware: {board: ''}", "firmware.board: '' is not one of: wav2nano:nrf52:nano33ble,"),
    ("dataset: null", "dataset: null should be text, in quotes if YAML takes it for something"),
    ("dataset: 7", "dataset: 7 should be text, in quotes if YAML takes it for something"),
    ("dataset: ''", "dataset: '' should be at most 100 letters, digits, _ and -"),
    ("dataset: nowhere", "There is no data set nowhere: config/datasets/nowhere.yaml does not"),
    (
        "dataset: ../keywords",
        "dataset: '../keywords' should be at most 100 letters, digits, _ and -",
    ),
    (
        "dataset: /etc/passwd",
        "dataset: '/etc/passwd' should be at most 100 letters, digits, _ and -",
    ),
    ("dataset: 'a b'", "dataset: 'a b' should be at most 100 letters, digits, _ and -"),
    ('dataset: "own\\n"', "dataset: 'own\\n' should be at most 100 letters, digits, _ and -"),
    (
        "labels: [yes, no, on]",
        "labels.0: true should be text, in quotes if YAML takes it for something",
    ),
    ("labels: [stop, off]", "labels.1: false should be text, in quotes if YAML takes it for"),
    ("labels: [1, 2]", "labels.0: 1 should be text, in quotes if YAML takes it for something"),
    (
        "labels: [1.5, two]",
        "labels.0: 1.5 should be text, in quotes if YAML takes it for something",
    ),
    (
        "labels: [null, a]",
        "labels.0: null should be text, in quotes if YAML takes it for something",
    ),
    (
        "labels: [2024-01-01, a]",
        "labels.0: 2024-01-01 should be text, in quotes if YAML",
    ),
    ("labels: yes", "labels: true should be a list"),
    ("labels: stop", "labels: 'stop' should be a list"),
    ("labels: {a: b}", "labels: {a: b} should be a list"),
    ("labels: []", "labels: needs at least 1 entry"),
    ("labels: ['']", "labels.0 is empty"),
    (
        "labels: [' stop']",
        "labels: the label ' stop' has line breaks, control characters or spaces",
    ),
    ("labels: [stop, stop]", "labels: 'stop' is listed twice."),
    ("labels: [two, stop, to]", "labels: 'two' and 'to' are spoken the same, so that nobody can"),
    ("labels: [größe, stop]", "synthesis: the word 'größe' has ß ö, which the English voices"),
    ("labels: [_unknown_]", "labels: there is nothing to recognise but the background."),
    ("labels: [_silence_, _unknown_]", "labels: there is nothing to recognise but the background."),
    (
        'labels: ["two\\nlines"]',
        "labels: the label 'two\\nlines' has line breaks, control characters or",
    ),
    (
        'labels: ["two\\u2028lines"]',
        "labels: the label 'two\\u2028lines' has line breaks, control characters",
    ),
    (
        'labels: ["a\\tb"]',
        "labels: the label 'a\\tb' has line breaks, control characters or spaces",
    ),
    ('labels: ["\\0"]', "labels: the label '\\x00' has line breaks, control characters or spaces"),
    (
        'labels: ["\\e[31mred"]',
        "labels: the label '\\x1b[31mred' has line breaks, control characters or",
    ),
    (
        'labels: ["a\\u200bb"]',
        "labels: the label 'a\\u200bb' has line breaks, control characters or",
    ),
    (
        'labels: ["a\\u202eb"]',
        "labels: the label 'a\\u202eb' has line breaks, control characters or",
    ),
    ("labels: [" + "x" * 61 + "]", "labels: the label"),
    ("labels: [one, [two]]", "labels.1: [two] should be text, in quotes if YAML takes it for"),
    ("split: {synthetic: train}", "There are no recordings in data/raw/"),
    ("split: {synthetic: test}", "split.synthetic: 'test' is not one of: all, train"),
    ("training: {weights: first}", "training.weights: 'first' is not one of: best, last"),
    ("model: {architecture: yamnet, pairs: 14}", "model.pairs: 14 should be at most 13"),
    (
        "model: {architecture: yamnet}",
        "model.architecture: yamnet was trained on other features than mfcc. Set features.kind: "
        "yamnet_logmel.",
    ),
    (
        "model: {architecture: yamnet}\n"
        "features: {kind: yamnet_logmel, window_normalization: min_max}\ngoal: evaluation",
        "model.architecture: yamnet was trained on features as they are. Set "
        "features.window_normalization: none.",
    ),
    (
        "model: {architecture: yamnet}\nfeatures: {kind: yamnet_logmel}",
        "model: the layer pointwise_conv_0 needs 150,528 bytes of RAM for its inputs and outputs",
    ),
    ("labels: null", "labels: a list is needed if words are to be synthesised."),
    (
        "training: {epoch: 5}",
        "training.epoch is not a setting. Settings here are: batch_size,",
    ),
    (
        "training: {learningrate: 0.1}",
        "training.learningrate is not a setting. Settings here are: batch_size,",
    ),
    ("training: {Epochs: 5}", "training.Epochs is not a setting. Settings here are: batch_size,"),
    (
        "training: {'epochs ': 5}",
        "training.'epochs ' is not a setting. Settings here are: batch_size,",
    ),
    ("training: {1: 2}", "training.1 is not a setting. Settings here are: batch_size,"),
    (
        "training: {null: 2}",
        "training.null is not a setting. Settings here are: batch_size,",
    ),
    ("training: {[a, b]: 2}", "cannot be read as YAML: while constructing a mapping"),
    (
        "trainning: {epochs: 5}",
        "trainning is not a setting. Settings here are: augmentation, chunking,",
    ),
    ("epochs: 5", "epochs is not a setting. Settings here are: augmentation, chunking,"),
    (
        "experiments: [x]",
        "experiments is not a setting. Settings here are: augmentation, chunking,",
    ),
    ("models: {units: [8]}", "models is not a setting. Settings here are: augmentation, chunking,"),
    (
        "features: {coefficient: 3}",
        "features.coefficient is not a setting. Settings here are: coefficients,",
    ),
    (
        "features: {kind: logmel, coefficients: 13}",
        "features.coefficients is not a setting. Settings here are: deltas, f_max,",
    ),
    (
        "features: {kind: spectrogram, mel_bands: 40}",
        "features.mel_bands is not a setting. Settings here are: deltas, floor_db, hop,",
    ),
    (
        "model: {architecture: dense, filters: [8]}",
        "model.filters is not a setting. Settings here are: architecture,",
    ),
    (
        "model: {unit: [8]}",
        "model.unit is not a setting. Settings here are: activation, architecture,",
    ),
    ("yes: 1", "true is not a setting. Settings here are: augmentation, chunking,"),
    ("? [a]\n: 1", "cannot be read as YAML: while constructing a mapping"),
    (
        "features: {hop: 600}",
        "features.hop: 600 is not possible; use at most n_fft (512): a longer",
    ),
    (
        "features: {f_min: 7000, f_max: 300}",
        "features.f_min: 7000 is not possible; use less than f_max (300 Hz).",
    ),
    (
        "features: {f_max: 9000}",
        "features.f_max: 9000 is not possible; use at most 8000 Hz, half of the",
    ),
    (
        "features: {coefficients: 41}",
        "features.coefficients: 41 is not possible; use 2 to mel_bands (40).",
    ),
    (
        "features: {mel_bands: 128, n_fft: 256, hop: 128}",
        "features.mel_bands: 13 of 128 mel bands lie between two bins of the FFT",
    ),
    (
        "chunking: {window_seconds: 0.02}",
        "A window of 320 samples (0.02 s) is shorter than one feature frame of",
    ),
    (
        "features: {kind: raw, frame: 16001}",
        "A window of 16000 samples (1 s) is shorter than one feature frame of 16001. Set",
    ),
    (
        "chunking: {window_seconds: 1.0e-9}",
        "A window of 0 samples (0 s) is shorter than one feature frame of 512.",
    ),
    (
        "chunking: {rate: 8000}",
        "features.f_max: 7600 is not possible; use at most 4000 Hz, half of the",
    ),
    (
        "chunking: {rate: 22050}",
        "chunking.rate: 22050 Hz, but the board's microphone gives 16000 Hz. Set",
    ),
    (
        "chunking: {rate: 8000}\ngoal: evaluation",
        "features.f_max: 7600 is not possible; use at most 4000 Hz, half of the",
    ),
    (
        "split: {validation: 0.5, test: 0.5}",
        "split: validation and test are 1 of the recordings together; at most",
    ),
    (
        "split: {policy: time}",
        "split.policy: time divides long recordings, but chunking.long: loudest",
    ),
    (
        "split: {policy: official}",
        "split.policy: the data set keywords has no official folds. Choose",
    ),
    (
        "model: {architecture: cnn, filters: [8, 8, 8, 8, 8, 8]}",
        "model.filters: convolution 4 of 6 has 2 frames left, too few for a",
    ),
    (
        "model: {architecture: cnn, kernel: 31, pool: 8}",
        "model.filters: convolution 2 of 2 has 2 frames left, too few for a",
    ),
    (
        "model: {architecture: dense, units: [512]}\nfeatures: {kind: spectrogram}",
        "model: the network's weights take 6,449,664 bytes, 6,447,616 of them in the layer "
        "dense_0, and the board has 983,040 of flash. Use smaller model.units, "
        "a longer features.hop, a shorter chunking.window_seconds, or set goal: evaluation.",
    ),
    (
        "model: {architecture: cnn, filters: [32, 2], pool: 1, units: []}\n"
        "features: {kind: raw, frame: 1}",
        "model: the layer conv_1 needs 543,856 bytes of RAM for its inputs and outputs, the sketch",
    ),
    (
        "model: {filters: [], units: [64]}\nfeatures: {kind: raw, frame: 1}",
        "model: an inference takes 266,240,256 multiply-accumulates, and with 4 a second the board "
        "does not keep up: it does 128,000,000 in a second at most, and these are 1,064,961,024.",
    ),
    ("dataset: own", "synthesize: the data set own has no synthesis settings."),
    (
        "dataset: own\nsynthesize: nothing\nlabels: null",
        "There are no recordings in data/raw/own. Put some there as",
    ),
    ("labels: null", "labels: a list is needed if words are to be synthesised."),
    (
        "join: {datasets: [mswc]}",
        "join.datasets: There are no recordings in data/raw/mswc. Download them with",
    ),
    ("join: {datasets: mswc}", "join.datasets: 'mswc' should be a list"),
    ("join: {datasets: [nowhere]}", "There is no data set nowhere: config/datasets/nowhere.yaml"),
    ("join: {datasets: ['../x']}", "join.datasets.0: '../x' should be at most 100 letters, digits"),
    ("join: {datasets: [mswc, mswc]}", "join.datasets: 'mswc' is listed twice."),
    ("join: {datasets: [keywords]}", "join.datasets: keywords is the experiment's own data set."),
    (
        "join: {datasets: [esc50]}",
        "join.datasets: esc50 is not of spoken words. If it is, say of which language in "
        "config/datasets/esc50.yaml: language.",
    ),
    (
        "join: {datasets: [mswc]}\ndataset: keywords_de",
        "join.datasets: mswc is in the language en, and keywords_de in de. Choose another data",
    ),
    (
        "join: {datasets: [mswc]}\nlabels: null",
        "labels: a list is needed if recordings of the labels are to join in.",
    ),
    ('join: {datasets: [mswc]}\nlabels: ["yes", "yes"]', "labels: 'yes' is listed twice."),
    (
        "join: {datasets: [mswc]}\nsplit: {policy: time}",
        "join.datasets: with split.policy: time speakers of other data sets have no part. Set "
        "split.policy: group, or join.datasets: [].",
    ),
    (
        "join: {datasets: [mswc]}\nsplit: {policy: recording}",
        "join.datasets: with split.policy: recording speakers of other data sets would both train "
        "and test. Set split.policy: group, or join.datasets: [].",
    ),
    (
        "join: {datasets: [mswc]}\ndataset: speech_commands\nsynthesize: nothing",
        "join.datasets: with split.policy: official speakers of other data sets have no part.",
    ),
    (
        "dataset: mswc\nsynthesize: nothing",
        "dataset: mswc is too large to be read as a whole. Set dataset: own, or another one, and "
        "join: {datasets: [mswc]}.",
    ),
    ("join: {recordings: 0}", "join.recordings: 0 should be at least 1"),
    ("join: {unknown: -1}", "join.unknown: -1 should be at least 0"),
    ("join: {unknown: 100_001}", "join.unknown: 100001 should be at most 100,000"),
    ("join: {seed: -1}", "join.seed: -1 should be at least 0"),
    ("join: {data: [mswc]}", "join.data is not a setting"),
    (
        "synthesize: background\ndataset: own",
        "synthesize: the data set own has no synthesis settings.",
    ),
    (
        "firmware: {board: 'arduino:mbed_nano:nano33ble'}\nchunking: {rate: 8000}",
        "features.f_max: 7600 is not possible; use at most 4000 Hz, half of the",
    ),
    (
        "training: {epochs: 5}\ntraining: {epochs: 6}",
        "cannot be read as YAML: training stands there twice",
    ),
    ("training:\n  epochs: 5\n  epochs: 6", "cannot be read as YAML: epochs stands there twice"),
    ("training:\n\tepochs: 5", "cannot be read as YAML: while scanning for the next token"),
    ("training: {epochs: 5", "cannot be read as YAML: while parsing a flow mapping"),
    (
        "training: epochs: 5",
        "cannot be read as YAML: mapping values are not allowed in this context",
    ),
    ("- training", "cannot be read as YAML: while parsing a block mapping"),
    ("just text", "cannot be read as YAML: while scanning a simple key"),
    ("training: &a {x: *a}", "cannot be read as YAML: aliases such as *a are not supported here:"),
    (
        "training: *nowhere",
        "aliases such as *nowhere are not supported here: write it out\n  line 4, column 11",
    ),
    (
        "training: !!python/object/apply:os.system ['touch hacked']",
        "cannot be read as YAML: could not determine a constructor for the tag",
    ),
    ("training: !!binary aGFsbG8=", "training: !!binary | aGFsbG8= should be `key: value` lines"),
    (
        "training: !custom {epochs: 5}",
        "cannot be read as YAML: could not determine a constructor for the tag",
    ),
    (
        "training: !!int five",
        "cannot be read as YAML: 'five' is not of type int\n  line 4, column 11",
    ),
    ("training: !!bool maybe", "cannot be read as YAML: 'maybe' is not of type bool"),
    ("training: !!int ''", "cannot be read as YAML: '' is not of type int"),
    ("training: !!timestamp soon", "cannot be read as YAML: 'soon' is not of type timestamp"),
    ("training: {epochs: 2024-13-01}", "'2024-13-01' is not of type timestamp"),
    (
        "training: {epochs: 0x" + "f" * 5000 + "}",
        "training.epochs: a number of thousands of digits should be at most 100,000",
    ),
    (
        "training: {learning_rate: 1e-9}",
        "training.learning_rate: '1e-9' should be a number; YAML takes it for text. Write 1.0e-09",
    ),
    ('training: {"\'": 1}', 'training."\'" is not a setting.'),
    ("features: {hop: 0.0}", "features.hop: 0 should be at least 16"),
    ("features: {n_fft: 512.5}", "features.n_fft: 512.5 is not one of: 64, 128, 160,"),
    ("training: !!set {epochs}", "training: !!set {epochs: null} should be `key: value` lines"),
    ("training: !!omap [epochs: 5]", "training: [[epochs, 5]] should be `key: value` lines"),
    (
        "%YAML 9.9\n---\ntraining: {epochs: 5}",
        "cannot be read as YAML: found incompatible YAML document",
    ),
    ("---\n---\n", "cannot be read as YAML: expected a single document in the stream"),
    (
        "a: &a [x, x]\nb: &b [*a, *a]",
        "cannot be read as YAML: aliases such as *a are not supported here:",
    ),
    (
        "training: {epochs: &e [*e]}",
        "cannot be read as YAML: aliases such as *e are not supported here:",
    ),
    ("labels: &l [*l]", "cannot be read as YAML: aliases such as *l are not supported here:"),
    (
        "labels: " + "[" * 200 + "]" * 200,
        "cannot be read as YAML: lists or mappings are more than 50 deep",
    ),
    (
        "labels: " + "[" * 50_000 + "]" * 50_000,
        "cannot be read as YAML: lists or mappings are more than 50 deep",
    ),
    (
        "training: " + "{a: " * 20_000 + "1" + "}" * 20_000,
        "cannot be read as YAML: lists or mappings are more than 50 deep",
    ),
    ("training: {<<: {epochs: 0}}", "training.epochs: 0 should be at least 1"),
    ("training: {<<: 5}", "cannot be read as YAML: while constructing a mapping"),
    ("labels: [a]\r\ngoal: x\r\n", "goal: 'x' is not one of: firmware, evaluation"),
    (b"", "config/experiments/x.yaml should consist of `key: value` lines."),
    (b"\n\n", "config/experiments/x.yaml should consist of `key: value` lines."),
    (b"\x00\x00\x00\x00", "cannot be read as YAML: unacceptable character #x0000: control"),
    (b"\xff\xfe\x00", "cannot be read as YAML: 'utf-8' codec can't decode byte 0xff in"),
    (b"\xef\xbb\xbftraining: {epochs: 0}", "training.epochs: 0 should be at least 1"),
    (
        "training: {epochs: 0}".encode("utf-16"),
        "cannot be read as YAML: 'utf-8' codec can't decode byte 0xff in",
    ),
    (
        b"# gr\xf6\xdfe\nlabels: [gr\xf6\xdfe]",
        "cannot be read as YAML: 'utf-8' codec can't decode byte 0xf6 in",
    ),
    (bytes(range(256)), "cannot be read as YAML: 'utf-8' codec can't decode byte 0x80 in"),
    (b"PK\3\4" + bytes(100), "cannot be read as YAML: unacceptable character #x0003: control"),
    (
        b"<html><body>not found</body></html>",
        "config/experiments/x.yaml should consist of `key: value` lines.",
    ),
    (b'{"training": {"epochs": 0}}', "training.epochs: 0 should be at least 1"),
    (b"null", "config/experiments/x.yaml should consist of `key: value` lines."),
    (b"5", "config/experiments/x.yaml should consist of `key: value` lines."),
]
PARAMS = [
    (
        "experiments: [nowhere]",
        "There is no experiment nowhere: config/experiments/nowhere.yaml does",
    ),
    ("experiments: []", "experiments: needs at least 1 entry"),
    ("experiments: x", "experiments: 'x' should be a list"),
    ("experiments: [no]", "experiments.0: false should be text, in quotes if YAML takes it for"),
    ("experiments: null", "experiments: null should be a list"),
    ("experiments: ['']", "experiments.0: '' should be at most 220 letters, digits, _, - and ."),
    (
        "experiments: ['../x']",
        "experiments.0: '../x' should be at most 220 letters, digits, _, - and .",
    ),
    (
        "experiments: ['a b']",
        "experiments.0: 'a b' should be at most 220 letters, digits, _, - and .",
    ),
    ("experiments: [a.b]", "There is no sweep a: config/sweeps/a.yaml does not exist. There are:"),
    ("experiments: [.x]", "experiments.0: '.x' should be at most 220 letters, digits, _, - and ."),
    (
        "experiments: ['x/y']",
        "experiments.0: 'x/y' should be at most 220 letters, digits, _, - and .",
    ),
    (
        "experiments: ['x\n']",
        "experiments.0: 'x ' should be at most 220 letters, digits, _, - and .",
    ),
    ("experiments: [" + "x" * 300 + "]", "experiments.0:"),
    ("experiment: [x]", "experiment is not a setting. Settings here are: augmentation, chunking,"),
    ("training: {epochs: .nan}", "training.epochs: .nan should be a whole number"),
    (
        "training: {epochs: 5}\ntraining: {epochs: 6}",
        "cannot be read as YAML: training stands there twice",
    ),
    ("features: {n_fft: 512}", "features.kind is missing"),
    ("training: null", "training: null should be `key: value` lines"),
    ("goal: 3", "goal: 3 is not one of: firmware, evaluation"),
    ("labels: [yes]", "labels.0: true should be text, in quotes if YAML takes it for something"),
    (
        "training: {learning_rate: 1e-3}",
        "training.learning_rate: '1e-3' should be a number; YAML takes it for",
    ),
    (
        "a: &a [x, x]\nb: [*a, *a]",
        "cannot be read as YAML: aliases such as *a are not supported here:",
    ),
    (
        "chunking: {rate: 8000}",
        "features.f_max: 7600 is not possible; use at most 4000 Hz, half of the",
    ),
    ("experiments: [x", "cannot be read as YAML: while parsing a flow sequence"),
    (": :", "cannot be read as YAML: while parsing a block mapping"),
    ("\tx: 1", "cannot be read as YAML: while scanning for the next token"),
    (b"", "params.yaml should consist of `key: value` lines."),
    (b"\xff\xfe", "cannot be read as YAML: 'utf-8' codec can't decode byte 0xff in"),
    (b"\x00", "cannot be read as YAML: unacceptable character #x0000: control"),
    (b"null", "params.yaml should consist of `key: value` lines."),
    (b"[1]", "params.yaml should consist of `key: value` lines."),
    (b"- a\n- b\n", "params.yaml should consist of `key: value` lines."),
    (b"5", "params.yaml should consist of `key: value` lines."),
    (
        "labels: " + "[" * 200 + "]" * 200,
        "cannot be read as YAML: lists or mappings are more than 50 deep",
    ),
    (
        "labels: " + "[" * 3000 + "]" * 3000,
        "cannot be read as YAML: lists or mappings are more than 50 deep",
    ),
    ("labels: &l [*l]", "cannot be read as YAML: aliases such as *l are not supported here:"),
    (
        "training: !!python/object/apply:os.system ['touch hacked']",
        "cannot be read as YAML: could not determine a constructor for the tag",
    ),
    ("version: 3", "version is not a setting. Settings here are: augmentation, chunking,"),
    ("1: 2", "1 is not a setting. Settings here are: augmentation, chunking,"),
    ("null: 5", "null is not a setting. Settings here are: augmentation, chunking,"),
    (
        "split: {validation: 0.5, test: 0.5}",
        "split: validation and test are 1 of the recordings together; at most",
    ),
    (
        "default_target: x",
        "default_target is not a setting. Settings here are: augmentation, chunking,",
    ),
    ("firmware: {board: '$(touch hacked)'}", "firmware.board: '$(touch hacked)' is not one of:"),
]
SWEEPS = [
    ("base: x", "There is nothing to vary: give a `table` or a `product`."),
    (
        "base: nowhere\ntable: [{goal: evaluation}]",
        "There is no experiment nowhere: config/experiments/nowhere.yaml does",
    ),
    (
        "base: s\ntable: [{goal: evaluation}]",
        "There is no experiment s: config/experiments/s.yaml does not exist.",
    ),
    (
        "base: s.goal-evaluation\ntable: [{goal: evaluation}]",
        "base: 's.goal-evaluation' should be at most 100 letters, digits, _ and -",
    ),
    (
        "base: ../x\ntable: [{goal: evaluation}]",
        "base: '../x' should be at most 100 letters, digits, _ and -",
    ),
    ("table: [{goal: evaluation}]", "base is missing"),
    ("base: x\ntable: []", "There is nothing to vary: give a `table` or a `product`."),
    ("base: x\ntable: {}", "table: {} should be a list"),
    ("base: x\ntable: [{}]", "table.0: needs at least 1 entry"),
    ("base: x\ntable: [3]", "table.0: 3 should be `key: value` lines"),
    ("base: x\nproduct: {}", "There is nothing to vary: give a `table` or a `product`."),
    ("base: x\nproduct: {goal: evaluation}", "product.goal: 'evaluation' should be a list"),
    ("base: x\nproduct: {goal: []}", "product.goal: needs at least 1 entry"),
    (
        "base: x\nproduct: {training.epochs: [1, .nan]}",
        "training.epochs: .nan should be a whole number",
    ),
    (
        "base: x\nproduct: {training.epoch: [1, 2]}",
        "training.epoch is not a setting. Settings here are: batch_size,",
    ),
    (
        "base: x\nproduct: {trainig.epochs: [1, 2]}",
        "trainig is not a setting. Settings here are: augmentation, chunking,",
    ),
    ("base: x\nproduct: {training: [3]}", "training: 3 should be `key: value` lines"),
    ("base: x\nproduct: {training.epochs: [1, 1]}", "Two variants are alike: training.epochs: 1"),
    (
        "base: x\nproduct: {training.epochs: [1, 1.0]}",
        "Two variants are alike: training.epochs: 1.0",
    ),
    (
        "base: x\nproduct: {training.epochs: [1, 2]}\ntable: [{training.epochs: 3}]",
        "training.epochs is given twice for one variant.",
    ),
    (
        "base: x\nproduct: {training.epochs: [1, 2], training: [{epochs: 3}]}",
        "training.epochs is given twice for one variant.",
    ),
    (
        "base: x\nproduct: {training.epochs.x: [1, 2]}",
        "training.epochs: {x: 1} should be a whole number",
    ),
    (
        "base: x\nproduct: {'': [1]}",
        "'' is not a setting. Settings here are: augmentation, chunking,",
    ),
    (
        "base: x\nproduct: {'.': [1]}",
        "'' is not a setting. Settings here are: augmentation, chunking,",
    ),
    (
        "base: x\nproduct: {1: [1]}",
        "product.1: 1 should be text, in quotes if YAML takes it for something",
    ),
    (
        "base: x\nproduct: {training.epochs: [1, 2], training.epochs: [3]}",
        "cannot be read as YAML: training.epochs stands there twice",
    ),
    (
        "base: x\nproduct: {experiments: [[x]]}",
        "experiments is not a setting. Settings here are: augmentation, chunking,",
    ),
    (
        "base: x\nproduct: {dataset: [nowhere]}",
        "There is no data set nowhere: config/datasets/nowhere.yaml does not",
    ),
    (
        "base: x\nproduct: {labels: [[yes, no]]}",
        "labels.0: true should be text, in quotes if YAML takes it for something",
    ),
    (
        "base: x\nproduct: {features.kind: [mfcc, plp]}",
        "features.kind: 'plp' is not one of: centroid, chroma, logmel",
    ),
    (
        "base: x\nproduct:\n" + "".join(f"  k{i}: [1, 2, 3, 4, 5, 6, 7, 8, 9]\n" for i in range(9)),
        "This makes 387,420,489 variants; at most 500 are possible.",
    ),
    (
        f"base: x\nproduct: {{training.seed: {[*range(501)]}}}",
        "This makes 501 variants; at most 500 are possible.",
    ),
    ("base: x\nproduct:\n" + "".join(f"  k{i}: [1, 2]\n" for i in range(3000)), "This makes"),
    (
        "base: x\nproduct: {training.seed: &a [*a]}",
        "cannot be read as YAML: aliases such as *a are not supported here:",
    ),
    ("bases: x", "base is missing"),
    ("base: [x]", "base: [x] should be text, in quotes if YAML takes it for something"),
    ("base: null", "base: null should be text, in quotes if YAML takes it for something"),
    ("base: yes", "base: true should be text, in quotes if YAML takes it for something"),
    (b"", "config/sweeps/s.yaml should consist of `key: value` lines."),
    (b"\x00", "cannot be read as YAML: unacceptable character #x0000: control"),
    (b"[1]", "config/sweeps/s.yaml should consist of `key: value` lines."),
    (
        "base: x\nproduct: {model.units: [[8], [9.5]]}",
        "model.units.0: 9.5 should be a whole number",
    ),
    (
        "base: x\nproduct: {model.architecture: [cnn], model.kernel: [31, 5]}",
        "model.filters: convolution 2 of 2 has 9 frames left, too few for a",
    ),
    (
        "base: x\nproduct: {chunking.window_seconds: [1.0, 0.001]}",
        "A window of 16 samples (0.001 s) is shorter than one feature frame of",
    ),
    (
        "base: x\nproduct: {features.hop: [320, 600]}",
        "features.hop: 600 is not possible; use at most n_fft (512): a longer",
    ),
    ('base: x\nproduct: {goal: ["a\\nb"]}', "config/sweeps/s.yaml, goal: a"),
    (
        "base: x\nproduct: {firmware.board: ['$(touch hacked)']}",
        "firmware.board: '$(touch hacked)' is not one of:",
    ),
    ("base: x\nproduct: {training.seed: [-1]}", "training.seed: -1 should be at least 0"),
]
DATASETS = [
    ("name: sets", "name: 'sets' should be 'set', like the file's name."),
    ("name: null", "name: null should be text, in quotes if YAML takes it for something"),
    ("name: ../set", "name: '../set' should be at most 100 letters, digits, _ and -"),
    ("title: 3", "title: 3 should be text, in quotes if YAML takes it for something else"),
    ("title: ''", "title is empty"),
    ("title: null", "title: null should be text, in quotes if YAML takes it for something"),
    ("licence: no", "licence: false should be text, in quotes if YAML takes it for something"),
    ("licence: yes", "licence: true should be text, in quotes if YAML takes it for something"),
    ("recordings: 5", "recordings: 5 should be text, in quotes if YAML takes it for something"),
    ("recordings: ''", "recordings is empty"),
    (
        "recordings: /nowhere/at/all",
        "There are no recordings in /nowhere/at/all. Put some there as",
    ),
    ("recordings: config", "There are no recordings in config. Put some there as"),
    ("recordings: params.yaml", "There are no recordings in params.yaml. Put some there as"),
    ("recordings: null", "recordings: null should be text, in quotes if YAML takes it for"),
    ("split: group", "split: 'group' should be `key: value` lines"),
    ("split: {}", "split.policy is missing"),
    (
        "split: {policy: random}",
        "split.policy: 'random' is not one of: group, recording, official, time",
    ),
    (
        "split: {policy: official}",
        "split: policy official needs the names of the folds of test",
    ),
    (
        "split: {policy: official, validation: [1], test: [2]}",
        "split.validation.0: 1 should be text, in quotes if YAML takes it for",
    ),
    (
        "split: {policy: group, validation: [a]}",
        "split: validation names official folds: name those of test, too",
    ),
    (
        "split: {policy: official, validation: [], test: []}",
        "split.validation: needs at least 1 entry",
    ),
    (
        "split: {policy: group, seed: 1}",
        "split.seed is not a setting. Settings here are: policy, test, validation",
    ),
    ("shards: 0", "shards: 0 should be at least 1"),
    ("shards: 1000", "shards: 1000 should be at most 999"),
    ("shards: -1", "shards: -1 should be at least 1"),
    ("shards: many", "shards: 'many' should be a whole number"),
    ("shards: .inf", "shards: .inf should be a whole number"),
    ("ignore: x", "ignore: 'x' should be a list"),
    ("ignore: ['']", "ignore.0 is empty"),
    ("ignore: ['*']", "There are no recordings in data/raw/set. Put some there as"),
    (
        "pattern: '{speaker}'",
        "pattern: '{speaker}' should have {label} in it (how the path within",
    ),
    (
        "pattern: '{label}{label}'",
        "pattern: {label}{label} has {label} twice: give each field a name of its own",
    ),
    (
        "pattern: '{label}_{la bel}'",
        "pattern: {label}_{la bel} has {la bel}: name a field with letters, digits",
    ),
    (
        "pattern: '{label}_{1}'",
        "pattern: {label}_{1} has {1}: name a field with letters, digits and _, and no",
    ),
    (
        "pattern: '{label}({'",
        "pattern: {label}({ has a brace without its other one: write fields as {label}",
    ),
    ("pattern: 5", "pattern: 5 should be text, in quotes if YAML takes it for something"),
    ("pattern: '{label}/**'", "1 recording is not named as `pattern` says, {label}/**. Rename or"),
    ("table: x.csv", "table: 'x.csv' should be `key: value` lines"),
    ("table: {}", "table.file is missing"),
    ("table: {file: ''}", "table.file is empty"),
    (
        "table: {file: t.csv, label: x}",
        "table.label: 'x' should have columns in braces, such as {word}",
    ),
    (
        "table: {file: t.csv, label: '{}'}",
        "table.label: '{}' should have columns in braces, such as {word}",
    ),
    (
        "table: {file: t.csv, labels: '{x}'}",
        "table.labels is not a setting. Settings here are: file, fold, group,",
    ),
    (
        "table: {file: t.csv}",
        "data/raw/set/t.csv does not exist: it should say what the recordings in",
    ),
    (
        "table: {file: ../../params.yaml}",
        "data/raw/set/../../params.yaml does not exist: it should say what the",
    ),
    ("table: {file: .}", "data/raw/set is a folder: name a CSV file in `table`, as its `file`"),
    (
        "table: {file: t.csv}\npattern: '{label}'",
        "table and pattern both say what the recordings are: leave out one",
    ),
    ("folds: {}", "folds: needs at least 1 entry"),
    ("folds: {test: ''}", "folds.test is empty"),
    (
        "folds: {test: l.txt}",
        "data/raw/set/l.txt, the list of the fold test, cannot be read: No such",
    ),
    ("folds: [l.txt]", "folds: [l.txt] should be `key: value` lines"),
    ("folds: {1: l.txt}", "folds.1: 1 should be text, in quotes if YAML takes it for something"),
    ("folds: {yes: l.txt}", "folds.true: true should be text, in quotes if YAML takes it for"),
    ("folds: {'': ''}", "folds.'' is empty"),
    (
        "folds: {test: no}",
        "folds.test: false should be text, in quotes if YAML takes it for something",
    ),
    ("download: {}", "download.url is missing (URL of the archive)"),
    ("download: https://x", "download: 'https://x' should be `key: value` lines"),
    (
        "download: {url: ftp://x, megabytes: 1, unpacked_megabytes: 1, archive: {md5: x}}",
        "download.url: 'ftp://x' should begin with https:// or http:// (URL of the",
    ),
    (
        "download: {url: 'file:///etc/x', megabytes: 1, unpacked_megabytes: 1, archive: {md5: x}}",
        "download.url: 'file:///etc/x' should begin with https:// or http:// (URL of the",
    ),
    (
        "download: {url: http://x, megabytes: 0, unpacked_megabytes: 1, archive: {md5: x}}",
        "download.megabytes: 0 should be more than 0",
    ),
    (
        "download: {url: http://x, megabytes: .nan, unpacked_megabytes: 1, archive: {md5: x}}",
        "download.megabytes: .nan should be a finite number",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: -1, archive: {md5: x}}",
        "download.unpacked_megabytes: -1 should be more than 0",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: 1}",
        "download: a checksum is needed, of the archive or of its contents",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: 1, archive: {md5: XYZ}}",
        "download.archive.md5: 'XYZ' should be 32 hexadecimal digits in lower case (MD5)",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: 1, archive: {}}",
        "download.archive: give one checksum, sha256 or md5",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: 1, archive: {sha1: x}}",
        "download.archive.sha1 is not a setting",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: 1}",
        "download: a checksum is needed, of the archive or of its contents; or unpublished: true",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: 1, unpublished: true, "
        "contents: {md5: 00000000000000000000000000000000}}",
        "download.contents.md5: 0 should be text",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: 1, unpublished: true, "
        "contents: {md5: f0000000000000000000000000000000}}",
        "download: unpublished: there is a checksum",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: 1, unpublished: true, "
        "more: [{url: http://x}]}",
        "download.more.0.megabytes is missing",
    ),
    (
        "download: {url: http://x, megabytes: 1, unpacked_megabytes: 1, unpublished: true, "
        "files: []}",
        "download.files: needs at least 1 entry",
    ),
    ("language: English", "language: 'English' should be the code of a language, such as en"),
    ("joined_only: true", "joined_only needs a table, and the language of the words"),
    (
        "joined_only: true\nlanguage: en\ntable: {file: x.csv}\nfolds: {test: x.txt}",
        "joined_only reads official folds from its table: set table.fold",
    ),
    ("joined_only: 1", "joined_only: 1 should be true or false"),
    ("synthesis: {}", "synthesis.seed is missing"),
    ("synthesis: espeak", "synthesis: 'espeak' should be `key: value` lines"),
    ("synthesiss: {}", "synthesiss is not a setting. Settings here are: citation, download,"),
    ("homepage: 3", "homepage: 3 should be text, in quotes if YAML takes it for something"),
    (b"", "config/datasets/set.yaml should consist of `key: value` lines."),
    (b"\x00", "cannot be read as YAML: unacceptable character #x0000: control"),
    (b"5", "config/datasets/set.yaml should consist of `key: value` lines."),
]
SPEECH = [
    ("seed: 1", "seed: -1", "synthesis.seed: -1 should be at least 0"),
    ("recordings: 1200", "recordings: 0", "synthesis.recordings: 0 should be at least 1"),
    ("recordings: 1200", "recordings: .inf", "synthesis.recordings: .inf should be a whole number"),
    ("copies: 10", "copies: 21", "synthesis.copies: 21 should be at most 20"),
    ("  seed: 1", "  seed: 1\n  language: fr", "synthesis.language: 'fr' is not one of: en, de"),
    (
        "  seed: 1",
        "  seed: 1\n  language: de",
        "synthesis.engines.flite has no voice that speaks German (synthesis.language: de). Remove",
    ),
    (
        "  unknown:",
        "  pronunciations: {wav: W EY V}\n  unknown:",
        "synthesis.pronunciations.wav: the vowel EY needs its stress, 0, 1 or 2: EY1",
    ),
    (
        "  unknown:",
        "  pronunciations: {wav: w ey1 v}\n  unknown:",
        "synthesis.pronunciations.wav: 'w' is no phoneme of CMUdict. It has the vowels AA AE",
    ),
    (
        "  unknown:",
        "  pronunciations: {wav: W EY1 V3}\n  unknown:",
        "synthesis.pronunciations.wav: 'V3' is no phoneme of CMUdict.",
    ),
    (
        "  unknown:",
        "  pronunciations: {wav: W EY0 V}\n  unknown:",
        "synthesis.pronunciations.wav: a vowel with the main stress is needed, such as AA1",
    ),
    (
        "  unknown:",
        "  pronunciations: {turn wav: W EY1 V}\n  unknown:",
        "synthesis.pronunciations.turn wav: 'turn wav' should be one word in lower case",
    ),
    (
        "  unknown:",
        "  pronunciations: {yes: W EY1 V}\n  unknown:",
        "synthesis.pronunciations.true: true should be text",
    ),
    (
        "  unknown:",
        "  pronunciations: {}\n  unknown:",
        "synthesis.pronunciations: needs at least 1 entry",
    ),
    (
        "  unknown:",
        "  pronunciations: {'yes': N OW1}\n  unknown:",
        "labels: 'yes' and 'no' are spoken the same",
    ),
    (
        "rate: [0.7, 1.4]",
        "rate: [0, 1.4]",
        "synthesis.engines.espeak.rate.0: 0 should be at least 0.1",
    ),
    ("rate: [0.7, 1.4]", "rate: [1]", "synthesis.engines.espeak.rate: needs at least 2 entries"),
    ("rate: [0.7, 1.4]", "rate: fast", "synthesis.engines.espeak.rate: 'fast' should be a list"),
    (
        "accents: all",
        "accents: none",
        "synthesis.engines.espeak.accents: 'none' is not one of: all",
    ),
    ("accents: all", "accents: []", "synthesis.engines.espeak.accents: [] is not one of: all"),
    (
        "espeak:",
        "espeaks:",
        "synthesis.engines.espeaks is not a setting. Settings here are: espeak,",
    ),
    (
        "[en-GB, en-US]",
        "[en-GB, en-US]\n      range: [1, 1]",
        "synthesis.engines.pico.range is not a setting. Settings here are: pitch, rate, turns,",
    ),
    (
        "[en-GB, en-US]",
        "[]",
        "synthesis.engines.pico.voices: needs at least 1 entry",
    ),
    (
        "[en-GB, en-US]",
        "[de-DE]",
        "synthesis.engines.pico.voices: no voice 'de-DE'; there are en-GB, en-US",
    ),
    (
        "    flite: #",
        "    piper: {voices: [joe], rate: [1, 1], range: [1, 1], pitch: [0, 0]}\n    flite: #",
        "synthesis.engines.piper.pitch is not a setting. Settings here are: range, rate, turns,",
    ),
    (
        "    flite: #",
        "    piper: {voices: [jane], rate: [1, 1], range: [1, 1]}\n    flite: #",
        "synthesis.engines.piper.voices: no voice 'jane'; there are joe",
    ),
    (
        "blends: 126",
        "pitch: [0, 0]",
        "synthesis.engines.kokoro.pitch is not a setting. Settings here are: blends, rate, turns,",
    ),
    (
        "blends: 126",
        "blends: 127",
        "synthesis.engines.kokoro.blends: 127 should be at most 126",
    ),
    (
        "voices: all\n      blends: 126",
        "voices: [af_heart]\n      blends: 54",
        "synthesis.engines.kokoro.blends: 54, but these voices make 6. Set it to that or less",
    ),
    (
        "voices: [slt,",
        "voices: [slt, nobody,",
        "synthesis.engines.flite.voices: no voice 'nobody'; there are slt, rms, awb, kal16",
    ),
    (
        "probability: 0.5",
        "probability: 1.3",
        "synthesis.acoustics.room.probability: 1.3 should be at most 1",
    ),
    (
        "probability: 0.5",
        "probability: .nan",
        "synthesis.acoustics.room.probability: .nan should be a finite number",
    ),
    (
        "kinds: [white",
        "kinds: [purple",
        "synthesis.acoustics.noise.kinds.0: 'purple' is not one of: white, pink,",
    ),
    (
        "kinds: [white, pink, brown, hum, fan, clicks, music, events, babble]",
        "kinds: []",
        "synthesis.acoustics.noise.kinds: needs at least 1 entry",
    ),
    (
        "near_misses: 8",
        "words: [yes]",
        "synthesis.unknown.words.0: true should be text, in quotes if YAML",
    ),
    (
        "formants: [0.82, 1.25]",
        "formants: [0, 1.2]",
        "synthesis.formants.0: 0 should be at least 0.1",
    ),
    (
        "equalizer_db: 10",
        "equalizer_db: -6",
        "synthesis.acoustics.equalizer_db: -6 should be at least 0",
    ),
    (
        "level_db: [-90, -20]",
        "level_db: [-.inf, -20]",
        "synthesis.silence.level_db.0: -.inf should be a finite number",
    ),
    (
        "high_cut_hz: [2800, 8000]",
        "high_cut_hz: [2800, 1.0e+300]",
        "synthesis.acoustics.high_cut_hz.1: 1.0e+300 should be at most 100,000",
    ),
    (
        "snr_db: [-3, 40]",
        "snr_db: [5, 40, 60]",
        "synthesis.acoustics.noise.snr_db: may have at most 2 entries",
    ),
    (
        "recordings: 1200",
        "recordings: 100000000000000",
        "synthesis.recordings: 100000000000000 should be at most 100,000",
    ),
    (
        "equalizer_db: 10",
        "equalizer_db: 1.0e+300",
        "synthesis.acoustics.equalizer_db: 1.0e+300 should be at most 60",
    ),
    (
        "formants: [0.82, 1.25]",
        "formants: [1.0e-300, 1.2]",
        "synthesis.formants.0: 1.0e-300 should be at least 0.1",
    ),
    (
        "reverberation_s: [0.1, 0.8]",
        "reverberation_s: [0.1, 1.0e+9]",
        "synthesis.acoustics.room.reverberation_s.1: 1000000000.0 should be at",
    ),
]
NAMES = [
    ("a b", "config/experiments/a b.yaml: a name consists of at most 100 letters,"),
    ("ü", "config/experiments/ü.yaml: a name consists of at most 100 letters,"),
    ("-x", "config/experiments/-x.yaml: a name consists of at most 100 letters,"),
    ("_x", "config/experiments/_x.yaml: a name consists of at most 100 letters,"),
    (".x", "config/experiments/.x.yaml: a name consists of at most 100 letters,"),
    ("x.y", "config/experiments/x.y.yaml: a name consists of at most 100 letters,"),
    ("x$(touch hacked)", "config/experiments/x$(touch hacked).yaml: a name consists of at most"),
    ("x\ny", "config/experiments/x"),
    ("x" * 200, "config/experiments/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ("comparison", "config/experiments/comparison.yaml: results/comparison is for"),
    ("логи", "config/experiments/логи.yaml: a name consists of at most 100 letters,"),
    ("x'", "config/experiments/x'.yaml: a name consists of at most 100 letters,"),
    ("x;y", "config/experiments/x;y.yaml: a name consists of at most 100 letters,"),
    ("x#y", "config/experiments/x#y.yaml: a name consists of at most 100 letters,"),
    ("x\u202ey", "config/experiments/x\u202ey.yaml: a name consists of at most 100 letters,"),
    ("x%20y", "config/experiments/x%20y.yaml: a name consists of at most 100 letters,"),
    ("*", "config/experiments/*.yaml: a name consists of at most 100 letters,"),
]
TARGETS = [
    ("nowhere", "No rule to produce nowhere"),
    (
        "results/nowhere/split.csv",
        "There is no experiment nowhere: config/experiments/nowhere.yaml does",
    ),
    ("results/x/nothing", "No rule to produce results/x/nothing"),
    ("metrics/y.json", "There is no experiment y: config/experiments/y.yaml does not exist."),
    ("sweep_nowhere", "There is no sweep nowhere: config/sweeps/nowhere.yaml does not exist."),
    ("fetch_nowhere", "No rule to produce fetch_nowhere"),
    (
        "results/comparison/sweep_nowhere.csv",
        "There is no sweep nowhere: config/sweeps/nowhere.yaml does not exist.",
    ),
    ("../x", "No rule to produce ../x"),
    ("/etc/passwd", "No rule to produce /etc/passwd"),
    (
        "results/x'y/split.csv",
        "There is no experiment x'y: config/experiments/x'y.yaml does not exist.",
    ),
    ("results/x/scores/gpu.csv", "No rule to produce results/x/scores/gpu.csv"),
    ("results/x/firmware/other.bin", "No rule to produce results/x/firmware/other.bin"),
    (
        "results/a.b/split.csv",
        "There is no sweep a: config/sweeps/a.yaml does not exist. There are:",
    ),
    ("fetch_keywords", "No rule to produce fetch_keywords"),
    ("fetch_own", "No rule to produce fetch_own"),
    ("data/index/../x.csv", "No rule to produce data/x.csv"),
    ("results/\ny/split.csv", "There is no experiment"),
    (
        "results/nowhere.random_split/split.csv",
        "There is no experiment nowhere: config/experiments/nowhere.yaml does",
    ),
    (
        "results/x.fold_1/split.csv",
        "There is no fold_1. There are: none.",
    ),
    ("results/x.seed_/split.csv", "There is no sweep x: config/sweeps/x.yaml does not exist."),
    ("results/x.seed_-1/split.csv", "There is no sweep x: config/sweeps/x.yaml does not exist."),
    ("results/x.seed_4294967296/split.csv", "training.seed: 4294967296 should be less than"),
    (
        "results/a.b.random_split/split.csv",
        "There is no sweep a: config/sweeps/a.yaml does not exist. There are:",
    ),
]
# What a strict reader could refuse, and what works.
ACCEPTED = [
    "training: {learning_rate: 1}",
    "features: {n_fft: 512.0, hop: 320.0}",
    "training: {epochs: 30.0}",
    "model: {units: [64.0]}",
    "chunking: {short: mask}\ngoal: evaluation\nmodel: {architecture: bilstm, filters: []}",
    'labels: [größe, "$5 or $6", "it\'s {x}"]\nsynthesize: background',
]


@pytest.fixture
def folder(tmp_path):
    """A folder with an experiment `x` and nothing built."""
    for name in ("experiments", "sweeps"):
        (tmp_path / "config" / name).mkdir(parents=True)
    shutil.copytree(ROOT / "config" / "datasets", tmp_path / "config" / "datasets")
    (tmp_path / "firmware").symlink_to(ROOT / "firmware")
    (tmp_path / "params.yaml").write_text(DEFAULTS, encoding="utf-8")
    (tmp_path / "config/experiments/x.yaml").write_text(EXPERIMENT, encoding="utf-8")
    return tmp_path


def write(path, text, base=""):
    """Write what a table has; sections of `base` that it does not have come before it."""
    if isinstance(text, str):
        sections = re.findall(r"^\w.*\n(?:[ #].*\n|\n)*", base, re.MULTILINE)
        named = set(re.findall(r"^(\w+):", text, re.MULTILINE))
        kept = [section for section in sections if section.split(":")[0] not in named]
        text = ("".join(kept) + text).encode()
    path.write_bytes(text)


def refuses(folder, message, target="firmware"):
    assert_refuses(snakemake_says, *DRY_RUN, target, folder=folder, message=message)


def rows(table):
    """Cases of a table, named by their numbers: some are long, or no text."""
    return [
        pytest.param(*row, id=f"{number}-{str(row[0])[:40]!a}") for number, row in enumerate(table)
    ]


@pytest.mark.parametrize(("text", "message"), rows(EXPERIMENTS))
def test_experiment(folder, text, message):
    write(folder / "config/experiments/x.yaml", text, EXPERIMENT)
    refuses(folder, message)


@pytest.mark.parametrize(("text", "message"), rows(PARAMS))
def test_params(folder, text, message):
    write(folder / "params.yaml", text, DEFAULTS)
    refuses(folder, message)


@pytest.mark.parametrize(("text", "message"), rows(SWEEPS))
def test_sweep(folder, text, message):
    write(folder / "config/sweeps/s.yaml", text)
    refuses(folder, message, "sweep_s")


@pytest.mark.parametrize(("text", "message"), rows(DATASETS))
def test_dataset(folder, text, message):
    write(folder / "config/experiments/x.yaml", "dataset: set\n")
    write(folder / "config/datasets/set.yaml", text, DATASET)
    recording = folder / "data/raw/set/a/s/1.wav"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"not opened")
    refuses(folder, message)


@pytest.mark.parametrize(("old", "new", "message"), rows(SPEECH))
def test_speech_synthesis(folder, old, new, message):
    assert old in KEYWORDS
    write(folder / "config/datasets/keywords.yaml", KEYWORDS.replace(old, new, 1))
    refuses(folder, message)


@pytest.mark.parametrize(("name", "message"), rows(NAMES))
def test_name_of_an_experiment(folder, name, message):
    write(folder / f"config/experiments/{name}.yaml", EXPERIMENT)
    refuses(folder, message)


@pytest.mark.parametrize(("target", "message"), rows(TARGETS))
def test_target(folder, target, message):
    refuses(folder, message, target)


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_is_possible(folder, text):
    write(folder / "config/experiments/x.yaml", text, EXPERIMENT)
    said = snakemake_says(*DRY_RUN, "firmware", folder=folder)
    assert said.status == 0, said.text


@pytest.mark.parametrize("name", ["params.yaml", "config/experiments/x.yaml"])
@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "loop", "nothing"])
def test_what_is_no_file(folder, name, kind):
    path = folder / name
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path.name)
    words = {"nothing": "does not exist", "loop": ""}
    refuses(folder, f"{name} {words.get(kind, 'is a folder, a pipe or a device')}")
