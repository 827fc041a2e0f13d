"""Curves that are looked up, the logistic function and tanh: tables of what each int8 becomes.

They are computed with the integers of TensorFlow Lite Micro's reference kernels
(kernels/internal/reference/integer_ops/logistic.h and tanh.h) and of gemmlowp's
fixedpoint/fixedpoint.h. Qm.n is a number with a sign, m bits before the point and n after.
"""

from collections.abc import Callable

import numpy as np

from wav2nano.codegen.checks import Context, activation, output, refuse
from wav2nano.codegen.operator_parts import Array, Layer, describe
from wav2nano.codegen.read_tflite import Tensor
from wav2nano.codegen.scales import Scale, quantize_multiplier

INTEGER_BITS, FRACTION_BITS = 4, 27  # of what the functions are taken of
ONE = 2**31 - 1  # in Q0.31, nearly
# Of the input: between them, the factor to Q4.27 has a shift from 1 to 31.
SMALLEST_SCALE, LARGEST_SCALE = 2.0**-FRACTION_BITS, 2.0 ** (INTEGER_BITS - 1)


def lower_curve(
    context: Context,
    table: Callable[[np.float32, int], np.ndarray],
    *,
    steps: int,
    zero_point: int,
) -> Layer:
    """Lower to w2n_look_up.

    Parameters
    ----------
    context
        Of the node.
    table
        `logistic` or `tanh`.
    steps, zero_point
        Of the output, whose scale is 1/steps.

    Raises
    ------
    UserError
        If the output has another scale, or the input one that the reference does not take.
    """
    input_ = activation(context, 0)
    result = output(context, input_.shape)
    _require_scales(context, input_, result, steps, zero_point)
    name = context.name
    return Layer(
        name=name,
        op=context.node.op,
        description=describe([input_], result),
        inputs=[input_],
        output=result,
        calls=[f"w2n_look_up({name}_table, {result.size}, {{input}}, {{output}});"],
        arrays=[Array(f"{name}_table", "int8_t", table(input_.scale, input_.zero_point))],
    )


def _require_scales(
    context: Context, input_: Tensor, result: Tensor, steps: int, zero_point: int
) -> None:
    if result.scale != np.float32(1 / steps) or result.zero_point != zero_point:
        refuse(context, f"has an output scale other than 1/{steps}: convert it again.")
    if not SMALLEST_SCALE <= input_.scale < LARGEST_SCALE:
        refuse(context, f"has an input with the scale {input_.scale:.3g}: convert it again.")


def logistic(scale: np.float32, zero_point: int) -> np.ndarray:
    """Compute the logistic function of every int8.

    Parameters
    ----------
    scale, zero_point : float, int
        Of the input. The output has scale 1/256 and zero point -128.

    Returns
    -------
    int8 array [shape=(256,)]
        For -128, -127 ... 127.
    """
    return _table(scale, zero_point, lambda x: _divide_by_power(_logistic(x), 23) - 128)


def tanh(scale: np.float32, zero_point: int) -> np.ndarray:
    """Compute tanh of every int8.

    Parameters
    ----------
    scale, zero_point : float, int
        Of the input. The output has scale 1/128 and zero point 0.

    Returns
    -------
    int8 array [shape=(256,)]
        For -128, -127 ... 127.
    """
    return _table(scale, zero_point, lambda x: _divide_by_power(_tanh(x), 24))


def _table(scale: np.float32, zero_point: int, function: Callable[[int], int]) -> np.ndarray:
    factor = quantize_multiplier(float(scale) * 2**FRACTION_BITS)
    # The distance from 0 from which on the result is at its limits: it is that of +-15.
    radius = int((2**INTEGER_BITS - 1) * 2.0 ** (FRACTION_BITS - factor.shift))
    table = []
    for value in range(-128, 128):
        x = value - zero_point
        if x <= -radius:
            table.append(-128)
        elif x >= radius:
            table.append(127)
        else:
            table.append(min(function(_rescale(x, factor)), 127))
    return np.array(table, np.int8)


def _logistic(x: int) -> int:
    """1 / (1 + exp(-x)) in Q0.31 for x in Q4.27."""
    if x == 0:
        return 2**30
    positive = _reciprocal_of_one_plus(_exp_of_negative(-abs(x), INTEGER_BITS))
    return positive if x > 0 else ONE - positive


def _tanh(x: int) -> int:
    """(1 - exp(-2x)) / (1 + exp(-2x)) in Q0.31 for x in Q4.27."""
    if x == 0:
        return 0
    # The same integer, taken as Q5.26, is twice the number.
    positive = _ratio(_exp_of_negative(-abs(x), INTEGER_BITS + 1))
    return positive if x > 0 else -positive


def _exp_of_negative(x: int, integer_bits: int) -> int:
    """exp(x) in Q0.31 for x < 0: the last quarter by a polynomial, the rest by factors."""
    # exp(-1/4), exp(-1/2), exp(-1), ... exp(-16) in Q0.31
    factors = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
    quarter = 2 ** (31 - integer_bits - 2)
    fraction = x % quarter - quarter
    quarters = fraction - x
    result = _exp_of_fraction(fraction << integer_bits)
    for bit, factor in enumerate(factors):
        if quarters & (quarter << bit):
            result = _multiply_high(result, factor)
    return result


def _exp_of_fraction(x: int) -> int:
    """exp(x) for x in [-1/4, 0), both in Q0.31: a Taylor polynomial around -1/8."""
    exp_of_centre, third = 1895147668, 715827883
    y = x + 2**28
    y2 = _multiply_high(y, y)
    y3 = _multiply_high(y2, y)
    y4 = _multiply_high(y2, y2)
    cubic_and_quartic = _multiply_high(_divide_by_power(y4, 2) + y3, third)
    series = y + _divide_by_power(cubic_and_quartic + y2, 1)
    return exp_of_centre + _multiply_high(exp_of_centre, series)


def _reciprocal_of_one_plus(x: int) -> int:
    """1 / (1 + x) for x in [0, 1), both in Q0.31."""
    return min(2 * _twice_the_reciprocal(x), ONE)


def _ratio(x: int) -> int:
    """(1 - x) / (1 + x) for x in [0, 1), both in Q0.31."""
    return min(4 * (_twice_the_reciprocal(x) - 2**29), ONE)


def _twice_the_reciprocal(x: int) -> int:
    """2 / (1 + x) in Q2.29 for x in [0, 1) in Q0.31: Newton's iteration."""
    half_denominator = (x + ONE + 1) // 2
    # 48/17 - 32/17 d, the straight line with the least error for d in [1/2, 1)
    y = 1515870810 + _multiply_high(half_denominator, -1010580540)
    for _ in range(3):
        error = 2**29 - _multiply_high(half_denominator, y)
        y += 4 * _multiply_high(y, error)
    return y


def _rescale(x: int, scale: Scale) -> int:
    if scale.shift > 0:
        return _multiply_high(x << scale.shift, scale.multiplier)
    return _divide_by_power(_multiply_high(x, scale.multiplier), -scale.shift)


def _multiply_high(x: int, y: int) -> int:
    """Give x * y / 2^31, rounded to the nearest, halves up."""
    return (x * y + 2**30) >> 31


def _divide_by_power(x: int, shift: int) -> int:
    """Give x / 2^shift, rounded to the nearest, halves away from zero."""
    return (x + 2**shift // 2 - (x < 0)) >> shift if shift else x
