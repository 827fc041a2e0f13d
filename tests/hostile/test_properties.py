"""For any settings that validate, no later step raises anything but what it says in plain words.

Settings are drawn from the model of the settings itself, often at their bounds. What costs little
is run on a few recordings; WAV2NANO_EXAMPLES says how many settings are tried.
"""

from collections.abc import Mapping
from contextlib import suppress
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hostile.commands import DRAWING, EXAMPLES
from wav2nano import features, models
from wav2nano.chunking import chunk_recording, samples_heard
from wav2nano.dataset.split_dataset import assign_parts
from wav2nano.errors import UserError
from wav2nano.experiments import Experiments
from wav2nano.features import tables
from wav2nano.firmware.generate_code import settings_code
from wav2nano.keras_runtime import import_keras
from wav2nano.models.cost import layer_costs
from wav2nano.quantization.quantize_model import calibration_list
from wav2nano.settings.experiment import ExperimentSettings
from wav2nano.settings.load import parse
from wav2nano.tables.preprocessing import Preprocessing
from wav2nano.tables.recordings import Recording
from wav2nano.tracks import long_track, sample_evenly
from wav2nano.training.train_model import augment, draw_views

LABELS = ["low", "high", "_unknown_"]
DATASET = "name: tones\ntitle: t\nlicence: l\nrecordings: raw\nsplit: {policy: group}\nshards: 1\n"
# What the model of the settings leaves open.
CHOSEN: Mapping[str, st.SearchStrategy[Any]] = {
    "dataset": st.just("tones"),
    "datasets": st.just([]),
    "labels": st.sampled_from([None, ["low"], ["low", "high"], ["high", "_unknown_", "low"]]),
    "board": st.sampled_from(["wav2nano:nrf52:nano33ble", "arduino:mbed_nano:nano33ble"]),
    # Nothing is spoken here.
    "synthesize": st.just("nothing"),
    # Without a bound of their own, but with one that depends on the others.
    "hop": st.sampled_from([320, 320, 512]) | st.integers(16, 600),
    "f_min": st.floats(0, 4000),
    "f_max": st.floats(3000, 8500),
    "coefficients": st.integers(2, 45),
    "mel_bands": st.integers(4, 60),
    # 16 kHz is what the board has, and most other rates are refused at once.
    "rate": st.sampled_from([16000, 16000, 16000, 4000, 8000, 22050, 44100, 48000]),
}


def group(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Settings of a group: each setting may be left to its default."""
    drawn = {
        name: CHOSEN[name] if name in CHOSEN else value(field.annotation, field.metadata)
        for name, field in model.model_fields.items()
    }
    tags = {name: drawn.pop(name) for name in ("kind", "architecture") if name in drawn}
    return st.fixed_dictionaries(tags, optional=drawn)


def value(hint: Any, bounds: list[Any]) -> st.SearchStrategy[Any]:
    """Values of a type, in its bounds and at them."""
    if get_origin(hint) is Annotated:
        base, *more = get_args(hint)
        found = [m.metadata if isinstance(m, FieldInfo) else [m] for m in more]
        return value(base, [*bounds, *(bound for part in found for bound in part)])
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return group(hint)
    limit = {type(bound): vars_of(bound) for bound in bounds}
    if hint in (int, float):
        least = 1 if hint is int else 1e-9
        low = limit.get(annotated_types.Ge, limit.get(annotated_types.Gt, -1e6 - least) + least)
        high = limit.get(annotated_types.Le, limit.get(annotated_types.Lt, 1e6 + least) - least)
        if hint is int:
            near = [low, low + 1, high, high - 1]
            inside = st.integers(int(low), int(min(high, low + 100)))
            return st.one_of(inside, st.sampled_from([int(number) for number in near]))
        width = high - low
        near = [low, high, low + width * 1e-9, low + width * 0.01, high - width * 1e-9]
        inside = st.floats(low, min(high, low + 10), allow_nan=False)
        return st.one_of(inside, st.sampled_from([*map(float, near)]))
    if hint is bool:
        return st.booleans()
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is list:
        most = min(limit.get(annotated_types.MaxLen, 3), 3)
        return st.lists(value(get_args(hint)[0], []), max_size=most)
    if get_origin(hint) in (Union, UnionType):
        parts = [value(part, bounds) for part in get_args(hint) if part is not NoneType]
        optional = [st.none()] * (NoneType in get_args(hint))
        return st.one_of(*optional, *parts)
    if hint is str:
        return st.text(max_size=20)
    raise TypeError(f"no values for {hint}")


def vars_of(bound: Any) -> Any:
    """The number in a bound."""
    names = ("ge", "gt", "le", "lt", "min_length", "max_length")
    return next((getattr(bound, name) for name in names if hasattr(bound, name)), None)


def recording(label: str, take: int, seconds: float) -> Recording:
    name = f"{label}/{take % 6}/{take}.wav"
    return Recording(
        name, name, label, f"{label}{take % 6}", "", "own", seconds, 16000, 1, name, ""
    )


ROWS = [recording(label, take, 20.0) for label in LABELS for take in range(18)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A folder with a data set and an experiment that says nothing of its own."""
    folder = tmp_path_factory.mktemp("checkout")
    for name, text in (("datasets/tones", DATASET), ("experiments/x", "{}\n")):
        path = folder / "config" / f"{name}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return folder


@given(drawn=group(ExperimentSettings), seed=st.integers(0, 99))
@settings(
    max_examples=EXAMPLES,
    **DRAWING,
    suppress_health_check=list(HealthCheck),
)
def test_settings_that_validate_go_all_the_way(checkout, drawn, seed):
    experiments = Experiments(drawn, sha256=lambda path: "", need_recordings=False, root=checkout)
    try:
        experiment = experiments["x"]
    except UserError:
        event("refused")
        return
    event("validates")
    if experiment.settings.features.kind in ("speech_embedding", "yamnet"):
        return  # its network is a file that a job of its own fetches
    run(experiment, np.random.default_rng(seed), checkout)


def run(experiment, random, folder):
    """What the steps do with the settings, on little audio."""
    used = experiment.settings
    rate, window = used.chunking.rate, used.chunking.window_samples
    assert parse(ExperimentSettings, used.model_dump(), source="what a job is given") == used

    recordings = [
        random.integers(-9999, 9999, n, np.int16) for n in (1, window, window + rate // 2)
    ]
    cut, counted = [], []
    for samples in recordings:
        windows, starts = chunk_recording(samples, used.chunking)
        cut.append(windows[:2])
        counted.append(samples_heard(len(samples), starts[:2], used.chunking))
    windows = np.concatenate(cut)
    assert windows.shape[1] == window
    shape = features.shape(window, rate, used.features)
    values, heard = features.compute_heard(windows, np.concatenate(counted), rate, used.features)
    assert heard.min() > 0
    assert used.chunking.short == "mask" or heard.min() == shape[0]
    assert values.shape == (len(windows), *shape)
    assert np.isfinite(values).all()

    with suppress(UserError):
        split = assign_parts(ROWS, used.labels, experiment.split_plan(), used.chunking)
        assert {row.part for row in split} == {"train", "validation", "test"}

    between = Preprocessing(
        labels=LABELS,
        chunking=used.chunking,
        features=used.features,
        mean=values.mean(axis=(0, 1)).tolist(),
        std=np.maximum(values.std(axis=(0, 1)), 1e-3).tolist(),
    )
    views = draw_views(len(values), shape, random, used.training)
    assert np.isfinite(augment(values, heard, views, between, used.training)).all()

    target = np.arange(40) % 3
    assert len(calibration_list(target, used.quantization.calibration_windows))
    names = [LABELS[i] for i in target]
    order = sample_evenly(names, used.simulation.recordings, random)
    assert 0 < len(order) <= len(names)
    audio = np.zeros((len(target), window), np.int8)
    seconds, track_seed = used.simulation.track_seconds, used.simulation.seed
    assert len(long_track(names, names, audio, seconds=seconds, rate=rate, seed=track_seed).samples)

    if used.goal == "firmware":
        _, source = settings_code(between, used.listener, experiment.name)
        assert "w2n_settings" in source
        with suppress(UserError):
            tables.generate_c(rate, used.features, folder)


@given(
    drawn=value(ExperimentSettings.model_fields["model"].annotation, []),
    shape=st.tuples(st.integers(1, 60), st.integers(1, 40)),
)
@settings(
    max_examples=max(1, EXAMPLES // 10),
    **DRAWING,
    suppress_health_check=list(HealthCheck),
)
def test_networks_that_validate_are_built(drawn, shape):
    try:
        used = parse(ExperimentSettings, {"model": drawn}, source="here").model
        architecture = models.ARCHITECTURES[used.architecture]
        kind = features.KINDS[getattr(architecture, "FEATURES", "mfcc")]
        models.check(shape, used, kind.Settings())
    except UserError:
        return
    network = models.build_model(import_keras(1), shape, 3, used)
    assert network.output_shape == (None, 3)
    costs = layer_costs(shape, 3, used)
    assert sum(cost.parameters for cost in costs) == network.count_params()
