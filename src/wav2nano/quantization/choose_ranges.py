"""For each tensor the range that costs the least, instead of all that calibration measured.

An int8 tensor has 255 steps for its range. Where a few values are far from all others, it is better
to cut them off: the steps are finer then. And what reads a tensor may not tell its values apart:
tanh of 4 and of 8 are both 1, and a label far behind the best one has a score of 0 however far it
is. So fractions of the measured range are tried, and the one is taken with the least squared error
of the values, or of what is computed of them (as in Shin, Hwang and Sung, Fixed-point performance
analysis of recurrent neural networks, 2016).
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from wav2nano.quantization.graph import MOVING, measured_range, pack, unpack

FRACTIONS = np.linspace(1.0, 0.1, 37)  # of the measured range, that are tried
BINS = 2048  # of the histogram of a tensor's values

# Operations whose outputs have the scale of their input; those that have one of their own.
_FOLLOWING = (*MOVING, "MAX_POOL_2D", "PAD")
_SETTLED = ("TANH", "LOGISTIC", "SOFTMAX", "UNIDIRECTIONAL_SEQUENCE_LSTM")


def _itself(values: np.ndarray) -> np.ndarray:
    return values


def _logistic(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# What is computed of a tensor that a single kind of operation reads.
_FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "TANH": np.tanh,
    "LOGISTIC": _logistic,
    "SOFTMAX": _softmax,
}


def choose_ranges(calibrated: bytes, windows: Sequence[np.ndarray]) -> bytes:
    """Give each tensor the fraction of its range that has the least squared error.

    What the softmax reads is cut off at the low end only: of a voice that calibration did not hear
    the best label may be further ahead.

    Parameters
    ----------
    calibrated
        A float .tflite model with the range of each tensor, as calibration makes it.
    windows : sequence of np.ndarray [shape=(frames, bins)]
        Inputs, float32, that measured the ranges.

    Returns
    -------
    bytes
        The same model with other ranges.
    """
    model, graph, nodes = unpack(calibrated)
    source: dict[int, int] = {}  # the tensor that one follows
    readers: dict[int, set[str]] = {}
    chosen = {int(index) for index in graph.inputs}
    for node in nodes:
        if node.name in _FOLLOWING:
            first = source.get(node.computed[0], node.computed[0])
            source |= dict.fromkeys(node.outputs, first)
            continue
        for index in node.computed:
            readers.setdefault(source.get(index, index), set()).add(node.name)
        if node.name not in _SETTLED:
            chosen |= {*node.outputs}
    ranges = {
        index: (float(quantization.min[0]), float(quantization.max[0]))
        for index in sorted(chosen)
        if (quantization := measured_range(graph.tensors[index])) is not None
        and quantization.min[0] < quantization.max[0]
    }
    reader = {index: names.pop() for index, names in readers.items() if len(names) == 1}
    scores = {index for index in ranges if reader.get(index) == "SOFTMAX"}
    rows, histograms = _observe(calibrated, windows, ranges, scores)
    for index, (low, high) in ranges.items():
        if index in scores:
            values, count = rows[index], np.ones(1)
            candidates = [(low * fraction, high) for fraction in FRACTIONS]
        else:
            values = low + (np.arange(BINS) + 0.5) * (high - low) / BINS
            count = histograms[index]
            candidates = [(low * fraction, high * fraction) for fraction in FRACTIONS]
        function = _FUNCTIONS.get(reader.get(index, ""), _itself)
        ranges[index] = _cheapest(values, count, function, candidates)
    for index, tensor in enumerate(graph.tensors):
        quantization = measured_range(tensor)
        found = ranges.get(source.get(index, index))
        if quantization is not None and found is not None:
            quantization.min, quantization.max = [found[0]], [found[1]]
    return pack(model)


def _observe(
    calibrated: bytes,
    windows: Sequence[np.ndarray],
    ranges: dict[int, tuple[float, float]],
    whole: set[int],
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """Compute the tensors of `ranges` of all windows.

    Returns
    -------
    rows : dict of int to np.ndarray [shape=(windows, values)]
        Of the tensors in `whole`.
    histograms : dict of int to np.ndarray [shape=(BINS,)]
        Of the others: how many values are in each part of the range.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=calibrated,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    [inputs] = interpreter.get_input_details()
    rows: dict[int, list[np.ndarray]] = {index: [] for index in whole}
    histograms = {index: np.zeros(BINS, np.int64) for index in ranges.keys() - whole}
    shape = tuple(inputs["shape"])
    for window in windows:
        if (1, *window.shape) != shape:
            shape = (1, *window.shape)
            interpreter.resize_tensor_input(inputs["index"], shape)
            interpreter.allocate_tensors()
        interpreter.reset_all_variables()
        interpreter.set_tensor(inputs["index"], window[np.newaxis])
        interpreter.invoke()
        for index, kept in rows.items():
            kept.append(interpreter.get_tensor(index).ravel().astype(np.float64))
        for index, histogram in histograms.items():
            low, high = ranges[index]
            place = (interpreter.get_tensor(index).ravel() - low) * (BINS / (high - low))
            histogram += np.bincount(place.astype(int).clip(0, BINS - 1), minlength=BINS)
    return {index: np.array(kept) for index, kept in rows.items()}, histograms


def _cheapest(
    values: np.ndarray,
    count: np.ndarray,
    function: Callable[[np.ndarray], np.ndarray],
    candidates: Iterable[tuple[float, float]],
) -> tuple[float, float]:
    """Find the range with the least squared error of a function of the values, each `count` times.

    The first one, if several are equal.
    """
    exact = function(values)

    def error(candidate: tuple[float, float]) -> float:
        difference = function(_rounded(values, *candidate)) - exact
        return float((count * np.square(difference)).sum())

    return min(candidates, key=error)


def _rounded(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Round values to int8 and back, in a range that is made to hold 0."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255
    zero_point = np.rint(-128 - low / scale)
    steps = np.rint(values / scale) + zero_point
    return scale * (np.clip(steps, -128, 127) - zero_point)
