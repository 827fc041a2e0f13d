"""Convolutions and depthwise convolutions of the same windows."""

import numpy as np
from handmade_models import build, constant, int8, node


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


CASES = {}
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
    CASES[f"conv_{_name}"] = convolution(**_arguments, outputs=_outputs)
    for _multiplier in (1, 3):
        CASES[f"depthwise_{_name}_{_multiplier}"] = convolution(
            **_arguments, multiplier=_multiplier
        )
