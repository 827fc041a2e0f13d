/* Audio features for the board: MFCC and log-mel, as librosa defines them.
 *
 * One call turns the latest n_fft samples into one frame of features:
 *
 *     #include <wav2nano_frontend.h>
 *     #include "frontend_tables.h"                        // made by wav2nano
 *
 *     float features[W2N_FRONTEND_BINS];
 *     int8_t frame[W2N_FRONTEND_BINS];
 *     w2n_frontend_compute(&w2n_frontend_tables, samples, features);
 *     w2n_quantize(features, w2n_frontend_scale, w2n_frontend_offset, W2N_FRONTEND_BINS, frame);
 *
 * A frame depends on its n_fft samples and on nothing else. Called once every hop of a stream it
 * therefore gives the very frames of any window of audio that is cut at the same samples.
 *
 * The steps, with y = samples / 32768:
 *     power spectrum of y times a periodic Hann window         librosa.stft(center=False), squared
 *     bands = mel bank (Slaney) x power                         librosa.filters.mel
 *     dB = 10 log10(max(bands, floor_power))                    librosa.power_to_db(top_db=None)
 *     log-mel: dB                MFCC: orthonormal DCT-II of dB  librosa.feature.mfcc
 *
 * Only + - * / in single precision, each rounded separately (w2n_exact.h), and tables: no libm. A
 * Cortex-M4F and a PC give the same bits.
 *
 * With n_fft 512, 40 bands and 13 coefficients a frame takes 28,565 instructions on a Cortex-M4F
 * (GCC 12.2 -O2), 1.8 kB of code, 7.2 kB of tables and 2.2 kB of RAM. */
#ifndef WAV2NANO_FRONT_END_H
#define WAV2NANO_FRONT_END_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The FFT bins first .. first + count - 1 make up one mel band. */
typedef struct {
    uint16_t first;
    uint16_t count;
} w2n_mel_band;

/* Settings and tables of a front end, written by wav2nano as w2n_frontend_tables. */
typedef struct {
    int rate;              /* samples a second */
    int n_fft;             /* samples in a frame: 256, 512 or 1024 */
    int hop;               /* samples from one frame to the next; for the caller */
    int bands;             /* mel bands */
    int coefficients;      /* of the MFCC; 0 for log-mel */
    int bins;              /* features in a frame: coefficients, or bands for log-mel */
    float floor_power;     /* least power of a band; a normal number */
    const float *window;   /* [n_fft / 2 + 1] first half of the Hann window, divided by 65536 */
    const uint8_t *order;  /* input order of the first FFT stage, see w2n_fft.h */
    const float *twiddles; /* of the later FFT stages, see w2n_fft.h */
    const float *split_twiddles;   /* [n_fft / 4][2] of the real spectrum, see w2n_fft.h */
    const w2n_mel_band *mel_bands; /* [bands] */
    const float *mel_weights;      /* of all bands, one after another */
    const float *dct;              /* [coefficients][(bands + 1) / 2] first half of each row */
    float *scratch;                /* [n_fft + 2], and [bands] more for MFCC */
} w2n_frontend;

/* Features of one frame.
 *
 * samples: [n_fft] oldest first; not changed.
 * features: [bins] decibels (log-mel), or their DCT (MFCC).
 * Uses frontend->scratch: not to be called from two threads or an interrupt at once. */
void w2n_frontend_compute(const w2n_frontend *frontend, const int16_t *samples, float *features);

/* int8 input of the model from features:
 * out[i] = features[i] * scale[i] + offset[i], rounded half to even, held to -128 .. 127.
 * scale and offset [n] join normalisation over the training set and the model's quantisation. */
void w2n_quantize(const float *features, const float *scale, const float *offset, int n,
                  int8_t *out);

#ifdef __cplusplus
}
#endif
#endif
