"""The models that the tests of the code generator run: converted ones and handmade ones."""

from itertools import product
from pathlib import Path

import numpy as np
from handmade_models import build, constant, int8, node

MODELS = Path(__file__).resolve().parent / "models"
CONVERTED = {path.stem: path.read_bytes() for path in sorted(MODELS.glob("*.tflite"))}
FLOAT_MODEL = CONVERTED.pop("float")


def windows(shape: tuple[int, ...], count: int, seed: int = 0) -> np.ndarray:
    """Random int8 windows: a third uniform, a third like features, a third of extremes."""
    rng = np.random.default_rng(seed)
    made = rng.integers(-128, 128, (count, *shape), dtype=np.int8)
    third = count // 3
    made[:third] = np.clip(rng.normal(0, 40, (third, *shape)), -128, 127)
    made[third : 2 * third] = rng.choice(np.array([-128, 127], np.int8), (third, *shape))
    made[2 * third] = -128
    made[2 * third + 1] = 127
    return made


def fully_connected(
    rows: int, inputs: int, outputs: int, activation: int, per_channel: bool
) -> bytes:
    rng = np.random.default_rng(inputs)
    scales = rng.uniform(0.004, 0.02, outputs if per_channel else 1)
    return build(
        int8((rows, inputs), 0.03, 5),
        int8((rows, outputs), 0.03 * 0.012 * np.sqrt(inputs), -3),
        node(
            "FULLY_CONNECTED",
            constant(rng.integers(-127, 128, (outputs, inputs)), "int8", scales),
            constant(rng.integers(-9000, 9000, outputs), "int32", scales * 0.03),
            fusedActivationFunction=activation,
        ),
    )


def scaled_sums(factor: float) -> bytes:
    """Sums times `factor`: they are shifted right below one, left above."""
    weights = np.random.default_rng(3).integers(-127, 128, (7, 12)) // (1 if factor < 1 else 60)
    return build(
        int8((1, 12), 0.5, -11),
        int8((1, 7), 0.5 * 0.01 / factor, 17),
        node(
            "FULLY_CONNECTED",
            constant(weights, "int8", np.array([0.01])),
            constant(np.zeros(7), "int32", np.array([0.005])),
        ),
    )


def softmax(scale: float, depth: int) -> bytes:
    return build(
        int8((2, depth), scale, 9), int8((2, depth), 1 / 256, -128), node("SOFTMAX", beta=1.0)
    )


def convolution(
    size: tuple[int, int],
    channels: int,
    filter_size: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    same: bool = False,
    outputs: int = 0,
    multiplier: int = 0,
) -> bytes:
    """A convolution with `outputs`, or a depthwise one with channels * multiplier outputs."""
    rng = np.random.default_rng(4)
    if multiplier:
        outputs = channels * multiplier
    shape = (1, *filter_size, outputs) if multiplier else (outputs, *filter_size, channels)
    reach = [(f - 1) * d + 1 for f, d in zip(filter_size, dilation, strict=True)]
    output_size = [
        -(-n // s) if same else -(-(n - r + 1) // s)
        for n, s, r in zip(size, stride, reach, strict=True)
    ]
    taps = np.prod(filter_size) * (1 if multiplier else channels)
    scales = rng.uniform(0.004, 0.01, outputs)
    options = {"depthMultiplier": multiplier} if multiplier else {}
    return build(
        int8((1, *size, channels), 0.04, 30),
        int8((1, *output_size, outputs), 0.04 * 0.006 * np.sqrt(taps) * 70, -20),
        node(
            "DEPTHWISE_CONV_2D" if multiplier else "CONV_2D",
            constant(rng.integers(-127, 128, shape), "int8", scales, 3 if multiplier else 0),
            constant(rng.integers(-3000, 3000, outputs), "int32", scales * 0.04),
            padding=0 if same else 1,
            strideH=stride[0],
            strideW=stride[1],
            dilationHFactor=dilation[0],
            dilationWFactor=dilation[1],
            fusedActivationFunction=1,
            **options,
        ),
    )


def pool(op: str, same: bool, activation: int) -> bytes:
    return build(
        int8((1, 11, 8, 3), 0.05, -4),
        int8((1, 6, 3, 3) if same else (1, 5, 2, 3), 0.05, -4),
        node(
            op,
            padding=0 if same else 1,
            strideH=2,
            strideW=3,
            filterHeight=3,
            filterWidth=4,
            fusedActivationFunction=activation,
        ),
    )


def mean(axes: list[int], shape: tuple[int, ...]) -> bytes:
    return build(
        int8((1, 9, 7, 5), 0.05, -14),
        int8(shape, 0.021, 6),
        node("MEAN", constant(np.array(axes), "int32"), keepDims=False),
    )


def add(input_scale: float, other_scale: float, output_scale: float) -> bytes:
    """A tensor plus itself reversed, under another scale."""
    reverse = node("REVERSE_V2", constant(np.array([1]), "int32"), to=int8((1, 9), other_scale, 40))
    return build(
        int8((1, 9), input_scale, 3),
        int8((1, 9), output_scale, -7),
        reverse,
        node("ADD", other="input", fusedActivationFunction=1),
    )


def strided_slice(begin: list[int], end: list[int], shrink: int, shape: tuple[int, ...]) -> bytes:
    bounds = [constant(np.array(b), "int32") for b in (begin, end, [1, 1, 1])]
    return build(
        int8((1, 4, 5), 0.1, 0),
        int8(shape, 0.1, 0),
        node("STRIDED_SLICE", *bounds, shrinkAxisMask=shrink),
    )


HANDMADE = {
    "slice_of_a_row": strided_slice([0, 3, 0], [1, 4, 5], 2, (1, 5)),
    "slice_of_rows": strided_slice([0, 1, 0], [1, 3, 5], 0, (1, 2, 5)),
}
for _sizes, _per_channel in product(
    [(1, 6, 1, 0), (1, 300, 6, 1), (3, 34, 5, 3), (2, 1030, 9, 2), (1, 256, 4, 0), (1, 259, 2, 0)],
    (False, True),
):
    _name = "fully_connected_" + "_".join(map(str, _sizes)) + ("_channels" if _per_channel else "")
    HANDMADE[_name] = fully_connected(*_sizes, _per_channel)
for _factor in (1e-4, 0.02, 0.7, 3.0, 300.0):
    HANDMADE[f"scaled_sums_{_factor:g}"] = scaled_sums(_factor)
for _scale, _depth in product((0.0004, 0.011, 0.06, 0.25, 2.0, 40.0), (2, 35)):
    HANDMADE[f"softmax_{_scale:g}_{_depth}"] = softmax(_scale, _depth)
CONVOLUTIONS = {
    "same": {"size": (9, 7), "channels": 3, "filter_size": (3, 3), "same": True},
    "strided": {"size": (9, 7), "channels": 4, "filter_size": (3, 2), "stride": (2, 3)},
    "dilated": {"size": (12, 11), "channels": 2, "filter_size": (3, 3), "dilation": (2, 3)},
    "in_time": {"size": (1, 40), "channels": 5, "filter_size": (1, 9), "stride": (1, 2)},
    "deep": {"size": (5, 5), "channels": 40, "filter_size": (3, 3), "same": True},
    "wide": {"size": (2, 31), "channels": 8, "filter_size": (2, 20), "same": True},
    "pointwise": {"size": (6, 5), "channels": 13, "filter_size": (1, 1)},
    "pointwise_strided": {"size": (6, 5), "channels": 16, "filter_size": (1, 1), "stride": (2, 2)},
}
for (_name, _arguments), _outputs in zip(
    CONVOLUTIONS.items(), (5, 6, 4, 3, 9, 8, 8, 7), strict=True
):
    HANDMADE[f"conv_{_name}"] = convolution(**_arguments, outputs=_outputs)
    for _multiplier in (1, 3):
        HANDMADE[f"depthwise_{_name}_{_multiplier}"] = convolution(
            **_arguments, multiplier=_multiplier
        )
for _op, _same, _activation in product(("MAX_POOL_2D", "AVERAGE_POOL_2D"), (False, True), (0, 3)):
    HANDMADE[f"{_op.lower()}_{'same' if _same else 'valid'}_{_activation}"] = pool(
        _op, _same, _activation
    )
for _axes, _shape in (([1, 2], (1, 5)), ([1], (1, 7, 5)), ([2], (1, 9, 5)), ([3], (1, 9, 7))):
    HANDMADE[f"mean_{''.join(map(str, _axes))}"] = mean(_axes, _shape)
for _i, _scales in enumerate([(0.05, 0.05, 0.1), (0.4, 0.003, 0.2), (0.02, 0.3, 0.01)]):
    HANDMADE[f"add_{_i}"] = add(*_scales)

CASES = CONVERTED | HANDMADE
