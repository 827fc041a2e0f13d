/* From a stream of samples to reported labels: features hop by hop, the model several times a
 * second, smoothed scores, a decision. Plain C99 with no heap; the same code runs on the board and
 * on the host, with the same results bit for bit. */
#ifndef WAV2NANO_LISTENER_H
#define WAV2NANO_LISTENER_H

#include <stdint.h>

#include <wav2nano_frontend.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How to listen; made from the experiment's settings (settings.c). */
typedef struct {
    int32_t n_fft;             /* samples of a frame */
    int32_t hop;               /* samples between frames */
    int32_t frames;            /* frames of a window */
    int32_t model_frames;      /* frames that the model takes: these, or only the new ones, if it
                                  keeps the rest */
    int32_t bins;              /* features of a frame */
    int32_t labels;            /* outputs of the model */
    int32_t targets;           /* how many labels, from the first, are reported, not background */
    int32_t inference_hops;    /* hops between two inferences */
    int32_t smoothing;         /* inferences that are averaged */
    int32_t quiet_inferences;  /* inferences after a report in which there is no other */
    const int32_t *thresholds; /* [targets] least sum of scores to report, 0 to 256 * smoothing */
} w2n_listener_settings;

/* A listener and its memory. The arrays are the caller's, with the sizes given here. */
typedef struct {
    const w2n_listener_settings *settings;
    const w2n_frontend *frontend;
    const float *scale;  /* [bins] from feature to int8 input */
    const float *offset; /* [bins] */
    /* For a window, or for a step of a stream. */
    void (*model)(const int8_t *input, int8_t *output);
    int16_t *samples; /* [n_fft] the latest, oldest first */
    float *frame;     /* [bins], with deltas [W2N_DELTA_FRAMES * bins]: the latest, oldest first */
    int8_t *input;    /* [model_frames * bins] of the model, oldest frame first */
    int8_t *scores;   /* [smoothing * labels] of the latest inferences */
    int32_t hops;     /* heard since the last reset; stops counting when all memory is filled */
    int32_t until_inference; /* frames */
    int32_t inferences;      /* since the last reset, up to smoothing */
    int32_t next_score;      /* row of `scores` that comes next */
    int32_t quiet;           /* inferences left in which nothing is reported */
} w2n_listener;

/* What one hop brought. */
typedef struct {
    int32_t inferred; /* 1 if the model ran */
    int32_t detected; /* label that is reported now, or -1 */
    int32_t best;     /* label with the highest average score, if inferred */
    int32_t score;    /* its average, 0 to 255 */
} w2n_decision;

/* Forget everything that was heard. */
void w2n_listener_reset(w2n_listener *listener);

/* Hear the next settings->hop samples. */
w2n_decision w2n_listener_hop(w2n_listener *listener, const int16_t *samples);

/* A ring of samples between the microphone's interrupt, which pushes, and the loop, which pops.
 * One writer and one reader need no lock: each index has one owner. */
typedef struct {
    int16_t *samples;
    uint32_t size; /* a power of two */
    volatile uint32_t written;
    volatile uint32_t read;
    volatile uint32_t lost; /* samples that found the ring full */
} w2n_ring;

/* Put `count` samples in; those that do not fit are counted as lost. */
void w2n_ring_push(w2n_ring *ring, const int16_t *samples, uint32_t count);

/* Take exactly `count` samples out if there are that many. Returns 1 if so, else 0. */
int w2n_ring_pop(w2n_ring *ring, int16_t *samples, uint32_t count);

#ifdef __cplusplus
}
#endif

#endif
