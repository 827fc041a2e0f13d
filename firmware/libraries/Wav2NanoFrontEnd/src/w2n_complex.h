/* Complex numbers in single precision; to be included after w2n_exact.h. */
#ifndef W2N_COMPLEX_H
#define W2N_COMPLEX_H

typedef struct {
    float re;
    float im;
} w2n_complex;

static inline w2n_complex add(w2n_complex a, w2n_complex b) {
    w2n_complex sum = {a.re + b.re, a.im + b.im};
    return sum;
}

static inline w2n_complex subtract(w2n_complex a, w2n_complex b) {
    w2n_complex difference = {a.re - b.re, a.im - b.im};
    return difference;
}

static inline w2n_complex multiply(w2n_complex a, w2n_complex b) {
    w2n_complex product = {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    return product;
}

#endif
