#include "w2n_arithmetic.h"

/*
 * The exponential and the reciprocal are those of gemmlowp (fixedpoint/fixedpoint.h), which
 * TensorFlow Lite uses. Qm.n is a number with a sign, m bits before the point and n after.
 */

/* x * 2^shift, saturated. */
static int32_t shift_left_saturated(int32_t x, int32_t shift) {
    const int32_t limit = (1 << (31 - shift)) - 1;
    return x > limit ? INT32_MAX : x < -limit ? INT32_MIN : x * (1 << shift);
}

/* exp(x) for x in [-1/4, 0), both in Q0.31: a Taylor polynomial around -1/8. */
static int32_t exp_of_fraction(int32_t x) {
    const int32_t exp_of_centre = 1895147668; /* exp(-1/8) */
    const int32_t third = 715827883;
    const int32_t y = x + (1 << 28);
    const int32_t y2 = w2n_multiply_high(y, y);
    const int32_t y3 = w2n_multiply_high(y2, y);
    const int32_t y4 = w2n_multiply_high(y2, y2);
    const int32_t cubic_and_quartic = w2n_multiply_high(w2n_divide_by_power(y4, 2) + y3, third);
    const int32_t series = y + w2n_divide_by_power(cubic_and_quartic + y2, 1);
    return exp_of_centre + w2n_multiply_high(exp_of_centre, series);
}

/* exp(x) in Q0.31 for x <= 0 in Q5.26. */
static int32_t exp_of_negative(int32_t x) {
    /* exp(-1/4), exp(-1/2), exp(-1), ... exp(-16) in Q0.31 */
    static const int32_t factors[] = {1672461947, 1302514674, 790015084, 290630308,
                                      39332535,   720401,     242};
    if (x == 0) {
        return INT32_MAX;
    }
    const int32_t quarter = 1 << 24;
    const int32_t fraction = (x & (quarter - 1)) - quarter;
    const int32_t quarters = fraction - x;
    int32_t result = exp_of_fraction(fraction * (1 << 5));
    for (int bit = 0; bit < 7; bit++) {
        if (quarters & (quarter << bit)) {
            result = w2n_multiply_high(result, factors[bit]);
        }
    }
    return result;
}

/* 1 / (1 + x) for x in [0, 1), both in Q0.31: Newton's iteration in Q2.29. */
static int32_t reciprocal_of_one_plus(int32_t x) {
    const int32_t half_denominator = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    /* 48/17 - 32/17 d, the straight line with the least error for d in [1/2, 1) */
    int32_t y = 1515870810 + w2n_multiply_high(half_denominator, -1010580540);
    for (int i = 0; i < 3; i++) {
        const int32_t error = (1 << 29) - w2n_multiply_high(half_denominator, y);
        y += shift_left_saturated(w2n_multiply_high(y, error), 2);
    }
    return shift_left_saturated(y, 1);
}

void w2n_softmax(w2n_scale scale, int32_t minimum_difference, int32_t rows, int32_t depth,
                 const int8_t *input, int8_t *output) {
    for (int32_t row = 0; row < rows; row++) {
        int32_t largest = INT8_MIN;
        for (int32_t i = 0; i < depth; i++) {
            largest = input[i] > largest ? input[i] : largest;
        }

        int32_t sum = 0; /* Q12.19 */
        for (int32_t i = 0; i < depth; i++) {
            const int32_t difference = input[i] - largest;
            if (difference >= minimum_difference) {
                sum += w2n_divide_by_power(exp_of_negative(w2n_rescale(difference, scale)), 12);
            }
        }

        /* sum = (1 + x) * 2^exponent */
        int32_t leading_zeros = 0;
        while (!((uint32_t)sum >> (31 - leading_zeros))) {
            leading_zeros++;
        }
        const int32_t x = (int32_t)(((uint32_t)sum << leading_zeros) - (1u << 31));
        const int32_t reciprocal = reciprocal_of_one_plus(x);
        const int32_t exponent = 12 - leading_zeros;

        for (int32_t i = 0; i < depth; i++) {
            const int32_t difference = input[i] - largest;
            int32_t value = INT8_MIN;
            if (difference >= minimum_difference) {
                const int32_t exp = exp_of_negative(w2n_rescale(difference, scale));
                value += w2n_divide_by_power(w2n_multiply_high(reciprocal, exp), exponent + 23);
            }
            output[i] = (int8_t)w2n_clamp(value, INT8_MIN, INT8_MAX);
        }
        input += depth;
        output += depth;
    }
}
