/*
 * Wav2NanoKernels: the layers of an int8 neural network, for models that wav2nano generates.
 *
 * Every function computes bit for bit what the reference kernels of TensorFlow Lite Micro compute
 * (quantisation scheme: https://www.tensorflow.org/lite/performance/quantization_spec). The plain C
 * is the definition. Where the processor has the DSP extension (__ARM_FEATURE_DSP: Cortex-M4, M7,
 * M33) and the compiler optimises, the inner loops are written for it, with the same results.
 *
 * Common to all functions:
 *   - No allocation, no state: a result depends on the arguments alone.
 *   - Tensors are int8, row by row, channels last, batch 1.
 *   - Buffers do not overlap, unless the function says that they may.
 *   - Scratch buffers are aligned to 4 bytes; their contents before and after mean nothing.
 *   - A layer is described by a constant structure, as wav2nano writes it: arguments are not
 *     checked at run time.
 *
 * The LSTM layer is in w2n_lstm.h.
 */
#ifndef WAV2NANO_KERNELS_H
#define WAV2NANO_KERNELS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Arrays that kernels read two or more elements at a time. */
#define W2N_ALIGNED __attribute__((aligned(4)))

/* The factor multiplier * 2^(shift - 31): multiplier in [0, 2^31), shift in [-31, 30]. */
typedef struct {
    int32_t multiplier;
    int32_t shift;
} w2n_scale;

/*
 * A matrix of int8 weights, `outputs` rows of `inputs` columns, what is added to each product and
 * how each sum becomes int8.
 *
 * weights: packed for SMLAD, 16 bits for two weights. Rows are taken four at a time, a b c d, with
 *   rows of zeros at the end. Columns are taken four at a time; two are left where inputs rounded
 * up to even is no multiple of four. A group of four columns k is stored as 256 * b[k] + a[k] for
 * its columns, then 256 * d[k] + c[k] for its columns. Weights lie in [-127, 127], as the
 * quantisation scheme demands, so that each pair fits int16. bias: one for each row, the input's
 * zero point folded in: bias - zero_point * sum(weights). scale: one for each row.
 */
typedef struct {
    int32_t inputs;
    int32_t outputs;
    const int16_t *weights; /* aligned to 4 bytes */
    const int32_t *bias;
    const w2n_scale *scale;
    int32_t output_zero_point;
    int32_t activation_min;
    int32_t activation_max;
} w2n_linear;

/* How a filter or a pool moves over an image. */
typedef struct {
    int32_t input_height, input_width, channels;
    int32_t output_height, output_width;
    int32_t filter_height, filter_width;
    int32_t stride_height, stride_width;
    int32_t dilation_height, dilation_width;
    int32_t padding_top, padding_left;
} w2n_window;

/*
 * Fully connected: output[r] = int8(scale * (weights * input[r] + bias)) for each of `rows` rows.
 *
 * input [rows][inputs], output [rows][outputs]
 * scratch [inputs rounded up to even]
 */
void w2n_fully_connected(const w2n_linear *layer, int32_t rows, const int8_t *input,
                         int16_t *scratch, int8_t *output);

/*
 * Two-dimensional convolution. layer->inputs is filter_height * filter_width * channels.
 *
 * input [input_height][input_width][channels], output [output_height][output_width][outputs]
 * scratch [layer->inputs rounded up to even]
 * input_zero_point: what stands for 0 beyond the edges
 */
void w2n_conv_2d(const w2n_linear *layer, const w2n_window *window, int32_t input_zero_point,
                 const int8_t *input, int16_t *scratch, int8_t *output);

/* The filters of a depthwise convolution. */
typedef struct {
    int32_t multiplier;    /* output channels for each input channel */
    const int8_t *weights; /* [filter_height][filter_width][channels * multiplier] */
    const int32_t *bias;   /* [channels * multiplier], the zero point folded in; sums < 2^30 */
    const w2n_scale *scale;
    int32_t input_zero_point;
    int32_t output_zero_point;
    int32_t activation_min;
    int32_t activation_max;
} w2n_depthwise_layer;

/*
 * Depthwise convolution: each channel has filters of its own.
 *
 * input [input_height][input_width][channels]
 * scratch: filter_height * filter_width * channels bytes
 * output [output_height][output_width][channels * multiplier]
 */
void w2n_depthwise_conv_2d(const w2n_depthwise_layer *layer, const w2n_window *window,
                           const int8_t *input, int16_t *scratch, int8_t *output);

/*
 * The largest value under each position of the window, clamped to [minimum, maximum].
 *
 * input [input_height][input_width][channels], output [output_height][output_width][channels]
 */
void w2n_max_pool_2d(const w2n_window *window, int32_t minimum, int32_t maximum,
                     const int8_t *input, int8_t *output);

/* The mean under each position of the window, halves rounded away from zero; as w2n_max_pool_2d. */
void w2n_average_pool_2d(const w2n_window *window, int32_t minimum, int32_t maximum,
                         const int8_t *input, int8_t *output);

/* The mean over the middle axis. */
typedef struct {
    int32_t outer, count, inner;
    int32_t input_zero_point;
    w2n_scale scale; /* 1 / count included */
    int32_t output_zero_point;
} w2n_mean_layer;

/* Mean: input [outer][count][inner], output [outer][inner]. */
void w2n_mean(const w2n_mean_layer *layer, const int8_t *input, int8_t *output);

/* The sum or the difference of two tensors, each with its own scale. */
typedef struct {
    int32_t size;
    int32_t zero_point[2];
    w2n_scale scale[2];
    w2n_scale output_scale;
    int32_t output_zero_point;
    int32_t activation_min;
    int32_t activation_max;
} w2n_add_layer;

/* Addition, element by element: a, b, output [size]. output may be a or b. */
void w2n_add(const w2n_add_layer *layer, const int8_t *a, const int8_t *b, int8_t *output);

/* Subtraction, element by element, a - b; as w2n_add. */
void w2n_subtract(const w2n_add_layer *layer, const int8_t *a, const int8_t *b, int8_t *output);

/* The product of two tensors, each with its own scale. */
typedef struct {
    int32_t size;
    int32_t zero_point[2];
    w2n_scale scale;
    int32_t output_zero_point;
    int32_t activation_min;
    int32_t activation_max;
} w2n_multiply_layer;

/* Multiplication, element by element: a, b, output [size]. output may be a or b. */
void w2n_multiply(const w2n_multiply_layer *layer, const int8_t *a, const int8_t *b,
                  int8_t *output);

/*
 * Softmax over the last axis; the output has scale 1/256 and zero point -128.
 *
 * scale: the input's scale in units of 2^-26 (the exponential is taken in Q5.26)
 * minimum_difference: the distance from the row's largest value beyond which a value counts as 0
 * input, output [rows][depth]. output may be input.
 */
void w2n_softmax(w2n_scale scale, int32_t minimum_difference, int32_t rows, int32_t depth,
                 const int8_t *input, int8_t *output);

/*
 * A function of one int8, such as the logistic function: output[i] = table[input[i] + 128].
 *
 * table [256], input, output [size]. output may be input.
 */
void w2n_look_up(const int8_t *table, int32_t size, const int8_t *input, int8_t *output);

/* Reverse the middle axis: input, output [outer][count][inner]. */
void w2n_reverse(int32_t outer, int32_t count, int32_t inner, const int8_t *input, int8_t *output);

/* Copy rows of `size` bytes into rows that lie `stride` bytes apart: one part of a concatenation.
 */
void w2n_copy_rows(int32_t rows, int32_t size, const int8_t *input, int32_t stride, int8_t *output);

/* Keep the latest of a stream: move kept [count] on by `fresh` bytes, and put input [fresh] at its
 * end. They do not overlap, and fresh <= count. */
void w2n_keep_latest(int32_t fresh, const int8_t *input, int32_t count, int8_t *kept);

#ifdef __cplusplus
}
#endif

#endif
