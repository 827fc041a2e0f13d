"""What a network alone needs of a board: its cost, estimated before there is one, and checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wav2nano import features, sketch_memory
from wav2nano.boards import Board
from wav2nano.errors import UserError
from wav2nano.features.base import FeatureSettings
from wav2nano.models import frames_per_column
from wav2nano.models.base import ModelSettings
from wav2nano.models.cost import LayerCost, layer_costs
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.listener import MOST_OFTEN, SLOWEST, ListenerSettings
from wav2nano.stream_step import stream_step

# The Cortex-M4's SMLAD does two multiply-accumulates per tick, and nothing does more.
MACS_PER_TICK = 2

# Settings of architectures that make layers smaller, or fewer.
SIZES = ("units", "step_units", "filters", "outer_filters", "dense", "blocks", "pairs")


@dataclass(frozen=True)
class NetworkCost:
    """What the generated C of a network needs, features and sketch apart.

    `weight_bytes` are in flash, `arena_bytes` in RAM; `macs` are multiply-accumulates of one
    inference, in a stream of its new columns alone, `macs_per_second` those of the inferences that
    the listener asks for.
    """

    weight_bytes: int
    arena_bytes: int
    macs: int
    macs_per_second: int


def estimate_network(
    chunking: ChunkingSettings,
    settings: FeatureSettings,
    model: ModelSettings,
    listener: ListenerSettings,
    *,
    classes: int,
) -> NetworkCost:
    """Estimate the least that a network needs, before it is trained: see `models.cost`."""
    costs = _costs(chunking, settings, model, listener, classes)
    return _of_all(costs, inferences_per_second(chunking, settings, listener))


def inferences_per_second(
    chunking: ChunkingSettings, settings: FeatureSettings, listener: ListenerSettings
) -> float:
    """Compute how often the board runs the network: after whole hops of the features."""
    hops_per_second = chunking.rate / settings.hop_samples
    return hops_per_second / listener.inference_hops(hops_per_second)


def check(
    board: Board,
    chunking: ChunkingSettings,
    settings: FeatureSettings,
    model: ModelSettings,
    listener: ListenerSettings,
    *,
    classes: int,
) -> None:
    """Check that a board may hold the network and keep up with the listener.

    Only what certainly cannot run is refused: weights alone against all of the flash, inputs and
    outputs of one layer beside audio and features against the RAM, and the network alone at the
    most that the processor does.

    Raises
    ------
    UserError
        With what is needed and what there is.
    """
    _check_steps(chunking, settings, model, listener)
    costs = _costs(chunking, settings, model, listener, classes)
    cost = _of_all(costs, inferences_per_second(chunking, settings, listener))
    smaller = [f"smaller model.{name}" for name in SIZES if name in type(model).model_fields]
    longer = [f"a longer features.{n}" for n in ("hop", "frame") if hasattr(settings, n)]
    fewer = [*longer, "a shorter chunking.window_seconds"]

    if cost.weight_bytes > board.flash_bytes:
        most = max(costs, key=lambda layer: layer.weight_bytes)
        raise UserError(
            f"model: the network's weights take {cost.weight_bytes:,} bytes, "
            f"{most.weight_bytes:,} of them in the layer {most.name}, and the board has "
            f"{board.flash_bytes:,} of flash. {_remedy([*smaller, *fewer])}"
        )
    room = sketch_memory.room(board)
    for sketch, count in sketch_memory.built(board, chunking, settings, listener).items():
        if count + cost.arena_bytes > room:
            most = max(costs, key=lambda layer: layer.arena_bytes)
            strides = [f"a larger model.{n}" for n in ("stride", "pool") if hasattr(model, n)]
            raise UserError(
                f"model: the layer {most.name} needs {most.arena_bytes:,} bytes of RAM for its "
                f"inputs and outputs, the sketch {sketch} {count:,} for audio and features, and "
                f"the board has {room:,} beside its stack. "
                f"{_remedy([*smaller, *strides, *fewer])}"
            )
    limit = MACS_PER_TICK * board.clock_hz
    if cost.macs_per_second > limit:
        rarer = ["a lower listener.inferences_per_second"] if cost.macs * SLOWEST <= limit else []
        raise UserError(
            f"model: an inference takes {cost.macs:,} multiply-accumulates, and with "
            f"{listener.inferences_per_second:g} a second the board does not keep up: it does "
            f"{limit:,} in a second at most, and these are {cost.macs_per_second:,}. "
            f"{_remedy([*smaller, *fewer, *rarer])}"
        )


def _check_steps(
    chunking: ChunkingSettings,
    settings: FeatureSettings,
    model: ModelSettings,
    listener: ListenerSettings,
) -> None:
    """Check that a network that can run step by step is asked for whole columns."""
    stepped = _step_and_column(chunking, settings, model, listener)
    if stepped is None or not stepped[0] % stepped[1]:
        return
    step, column = stepped
    frames, _ = features.shape(chunking.window_samples, chunking.rate, settings)
    fastest = chunking.rate / settings.hop_samples / column
    ways = [fastest / n for n in range(1, frames // column) if fastest / n <= MOST_OFTEN][:3]
    raise UserError(
        f"listener.inferences_per_second: {listener.inferences_per_second:g} is once in {step} "
        f"frames, and a column of model.architecture: {model.architecture} is {column}: choose "
        f"one of {', '.join(f'{way:.3g}' for way in ways)} and so on."
    )


def _step_and_column(
    chunking: ChunkingSettings,
    settings: FeatureSettings,
    model: ModelSettings,
    listener: ListenerSettings,
) -> tuple[int, int] | None:
    """Frames of a step and of a column; None if a network takes whole windows in any case."""
    step, column = stream_step(chunking, settings, listener), frames_per_column(model)
    frames, _ = features.shape(chunking.window_samples, chunking.rate, settings)
    if step is None or column is None or step >= frames:
        return None
    return step, column


def _costs(
    chunking: ChunkingSettings,
    settings: FeatureSettings,
    model: ModelSettings,
    listener: ListenerSettings,
    classes: int,
) -> list[LayerCost]:
    frames, bins = features.shape(chunking.window_samples, chunking.rate, settings)
    costs = layer_costs((frames, bins), classes, model)
    stepped = _step_and_column(chunking, settings, model, listener)
    if stepped is None or stepped[0] % stepped[1]:
        return costs
    # What a longer window costs more is what new columns cost.
    longer = layer_costs((frames + stepped[0], bins), classes, model)
    return [_of_step(*both) for both in zip(costs, longer, strict=True)]


def _of_step(cost: LayerCost, longer: LayerCost) -> LayerCost:
    if cost.shape == longer.shape:  # it comes after all columns became one
        return cost
    return replace(
        cost,
        macs=longer.macs - cost.macs,
        arena_bytes=longer.arena_bytes - cost.arena_bytes,
    )


def _of_all(costs: Sequence[LayerCost], per_second: float) -> NetworkCost:
    macs = sum(cost.macs for cost in costs)
    return NetworkCost(
        weight_bytes=sum(cost.weight_bytes for cost in costs),
        arena_bytes=max(cost.arena_bytes for cost in costs),
        macs=macs,
        macs_per_second=round(macs * per_second),
    )


def _remedy(ways: Sequence[str]) -> str:
    return f"Use {', '.join(ways)}, or set goal: evaluation."
