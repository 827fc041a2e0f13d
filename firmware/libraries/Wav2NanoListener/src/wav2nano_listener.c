#include "wav2nano_listener.h"

#include <string.h>

void w2n_listener_reset(w2n_listener *listener) {
    listener->hops = 0;
    /* The first window is full just when the model runs. */
    listener->until_inference =
        (listener->settings->frames - 1) % listener->settings->inference_hops;
    listener->inferences = 0;
    listener->next_score = 0;
    listener->quiet = 0;
}

/* Keep the latest n_fft samples, oldest first. A hop may be longer than a frame. */
static void hear(w2n_listener *listener, const int16_t *samples) {
    const int32_t n_fft = listener->settings->n_fft;
    const int32_t hop = listener->settings->hop;
    const int32_t fresh = hop < n_fft ? hop : n_fft;
    const int32_t kept = n_fft - fresh;
    memmove(listener->samples, listener->samples + fresh, (size_t)kept * sizeof *samples);
    memcpy(listener->samples + kept, samples + (hop - fresh), (size_t)fresh * sizeof *samples);
}

/* Put features of a frame into the model's input. */
static void put_frame(w2n_listener *listener, const float *features, int32_t frame) {
    const int32_t bins = listener->settings->bins;
    w2n_quantize(features, listener->scale, listener->offset, bins, listener->input + frame * bins);
}

/* Append the features of the latest samples to the model's input. */
static void append_frame(w2n_listener *listener) {
    const int32_t bins = listener->settings->bins;
    const int32_t last = listener->settings->model_frames - 1;
    memmove(listener->input, listener->input + bins, (size_t)(last * bins));
    if (listener->frontend->delta_spans == 0) {
        w2n_frontend_compute(listener->frontend, listener->samples, listener->frame);
        put_frame(listener, listener->frame, last);
        return;
    }
    /* Deltas are those of the frame that now has four later ones. */
    const int32_t earlier = (W2N_DELTA_FRAMES - 1) * bins;
    float *newest = listener->frame + earlier, *middle = listener->frame + earlier / 2;
    memmove(listener->frame, listener->frame + bins, (size_t)earlier * sizeof *newest);
    w2n_frontend_compute(listener->frontend, listener->samples, newest);
    put_frame(listener, newest, last);
    w2n_deltas(listener->frontend, listener->frame, middle);
    put_frame(listener, middle, last - W2N_DELTA_FRAMES / 2);
}

/* Run the model; its answer is the next of the latest scores. */
static void infer(w2n_listener *listener) {
    const w2n_listener_settings *settings = listener->settings;
    w2n_hold_deltas(listener->frontend, settings->model_frames, 1, listener->input);
    listener->model(listener->input, listener->scores + listener->next_score * settings->labels);
}

/* Find the label with the highest average of the latest scores. */
static void decide(w2n_listener *listener, w2n_decision *decision) {
    const w2n_listener_settings *settings = listener->settings;
    const int32_t labels = settings->labels;
    listener->next_score = (listener->next_score + 1) % settings->smoothing;
    if (listener->inferences < settings->smoothing) {
        listener->inferences++;
    }
    int32_t best = 0;
    int32_t best_sum = -1;
    for (int32_t label = 0; label < labels; label++) {
        int32_t sum = 0;
        for (int32_t row = 0; row < listener->inferences; row++) {
            sum += listener->scores[row * labels + label] + 128;
        }
        if (sum > best_sum) {
            best = label;
            best_sum = sum;
        }
    }
    decision->inferred = 1;
    decision->best = best;
    decision->score = best_sum / listener->inferences;
    if (listener->quiet > 0) {
        listener->quiet--;
    } else if (best < settings->targets && listener->inferences == settings->smoothing &&
               best_sum >= settings->thresholds[best]) {
        decision->detected = best;
        listener->quiet = settings->quiet_inferences;
    }
}

w2n_decision w2n_listener_hop(w2n_listener *listener, const int16_t *samples) {
    const w2n_listener_settings *settings = listener->settings;
    const int32_t hops_of_frame = (settings->n_fft + settings->hop - 1) / settings->hop;
    const int32_t hops_of_window = hops_of_frame + settings->frames - 1;
    w2n_decision decision = {0, -1, -1, 0};
    hear(listener, samples);
    if (listener->hops < hops_of_window) {
        listener->hops++;
    }
    if (listener->hops < hops_of_frame) {
        return decision;
    }
    append_frame(listener);
    if (listener->until_inference > 0) {
        listener->until_inference--;
        return decision;
    }
    listener->until_inference = settings->inference_hops - 1;
    const int whole = listener->hops == hops_of_window;
    if (whole || settings->model_frames < settings->frames) {
        infer(listener);
    }
    if (whole) {
        decide(listener, &decision);
    }
    return decision;
}
