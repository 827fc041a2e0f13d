/* Audio features for the board, as librosa and scipy define them, or the samples themselves.
 *
 * One call turns the latest samples into one frame of features:
 *
 *     #include <wav2nano_frontend.h>
 *     #include "frontend_tables.h"                        // made by wav2nano
 *
 *     float features[W2N_FRONTEND_BINS];
 *     int8_t frame[W2N_FRONTEND_BINS];
 *     w2n_frontend_compute(&w2n_frontend_tables, samples, features);
 *     w2n_quantize(features, w2n_frontend_scale, w2n_frontend_offset, W2N_FRONTEND_BINS, frame);
 *
 * A frame depends on its samples and on nothing else. Called once every hop of a stream it
 * therefore gives the very frames of any window of audio that is cut at the same samples.
 *
 * The exception are deltas, which are features of features: each is computed from the nine frames
 * around its own by w2n_deltas, four frames late. w2n_window_deltas does so for a whole window.
 *
 * A frame is made of parts, each by a function of w2n_parts.h with tables of its own; those that
 * take the power spectrum of the frame share it. With y = samples / 32768:
 *     power spectrum of y times a periodic Hann window          librosa.stft(center=False), squared
 *     bands = mel bank (Slaney) x power                         librosa.filters.mel
 *     dB = 10 log10(max(bands, floor_power))                    librosa.power_to_db(top_db=None)
 *     log-mel: dB                MFCC: orthonormal DCT-II of dB  librosa.feature.mfcc
 *     spectrogram: dB of each bin                               scipy.signal.spectrogram
 *     centroid, roll-off, chroma                                librosa.feature, center=False
 *     YAMNet's log-mel: ln(bands of magnitudes + 0.001)         tf.signal, window in the middle
 *     zero-crossing rate, RMS: of y itself                      librosa.feature, center=False
 *     deltas of log-mel, MFCC, spectrogram                      librosa.feature.delta(width=9)
 *
 * Only + - * / and square roots in single precision, each rounded separately (w2n_exact.h), and
 * tables: no libm. A Cortex-M4F and a PC give the same bits.
 *
 * With n_fft 512, 40 bands and 13 coefficients a frame takes 29,018 instructions on a Cortex-M4F
 * (GCC 12.2 -O2), 1.9 kB of code, 7.3 kB of tables and 2.2 kB of RAM. Their deltas of both orders
 * take 1,054 instructions more, and nine frames of 39 features 1.4 kB of RAM. */
#ifndef WAV2NANO_FRONT_END_H
#define WAV2NANO_FRONT_END_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define W2N_DELTA_FRAMES 9 /* frames that a delta is computed from */

/* Some features of a frame that are followed by their deltas. */
typedef struct {
    int first; /* the first of these features */
    int count; /* how many */
    int order; /* 1: their deltas follow; 2: and then those of second order */
} w2n_delta_span;

/* Settings of a front end, written by wav2nano as w2n_frontend_tables. */
typedef struct {
    int rate;  /* samples a second */
    int frame; /* samples in a frame */
    int hop;   /* samples from one frame to the next; for the caller */
    int bins;  /* features in a frame */
    void (*compute)(const int16_t *samples, float *features); /* calls functions of w2n_parts.h */
    int delta_spans;                                          /* 0 if there are no deltas */
    const w2n_delta_span *deltas;                             /* [delta_spans] */
} w2n_frontend;

/* Features of one frame.
 *
 * samples: [frame] oldest first; not changed.
 * features: [bins]. Deltas stay as they are.
 * Uses static memory: not to be called from two threads or an interrupt at once. */
void w2n_frontend_compute(const w2n_frontend *frontend, const int16_t *samples, float *features);

/* Deltas of the middle one of nine frames.
 *
 * frames: [W2N_DELTA_FRAMES][bins] oldest first.
 * features: [bins], of which only the deltas are written; may be the middle row of `frames`. */
void w2n_deltas(const w2n_frontend *frontend, const float *frames, float *features);

/* Give the first four and the last four frames of a window, which have not four others on both
 * sides, the deltas of the nearest frame that has.
 *
 * frames: at least W2N_DELTA_FRAMES if there are deltas.
 * size: bytes of a value: sizeof(float), or 1 after quantisation.
 * window: [frames][bins] of these values. */
void w2n_hold_deltas(const w2n_frontend *frontend, int frames, int size, void *window);

/* All deltas of a window.
 *
 * frames: at least W2N_DELTA_FRAMES if there are deltas.
 * window: [frames][bins], of which only the deltas are written. */
void w2n_window_deltas(const w2n_frontend *frontend, int frames, float *window);

/* int8 input of the model from features:
 * out[i] = features[i] * scale[i] + offset[i], rounded half to even, held to -128 .. 127.
 * scale and offset [n] join normalisation over the training set and the model's quantisation. */
void w2n_quantize(const float *features, const float *scale, const float *offset, int n,
                  int8_t *out);

#ifdef __cplusplus
}
#endif
#endif
