#include "w2n_exact.h"

#include "w2n_complex.h"
#include "w2n_fft.h"

/* With c1, s1 = cos, sin(2 pi / 5) and c2, s2 = cos, sin(4 pi / 5). */
const w2n_complex *w2n_fft_radix_5(int m, int q, const w2n_complex *twiddles, w2n_complex *z) {
    const float c1 = 0.309016994f, c2 = -0.809016994f, s1 = 0.951056516f, s2 = 0.587785252f;
    for (int j = 0; j < q; j++, twiddles += 4) {
        for (w2n_complex *x = z + j; x < z + m; x += 5 * q) {
            w2n_complex a = x[0];
            w2n_complex b = multiply(x[q], twiddles[0]);
            w2n_complex c = multiply(x[2 * q], twiddles[1]);
            w2n_complex d = multiply(x[3 * q], twiddles[2]);
            w2n_complex e = multiply(x[4 * q], twiddles[3]);
            w2n_complex be = add(b, e), b_e = subtract(b, e);
            w2n_complex cd = add(c, d), c_d = subtract(c, d);
            w2n_complex even_1 = {a.re + (c1 * be.re + c2 * cd.re),
                                  a.im + (c1 * be.im + c2 * cd.im)};
            w2n_complex even_2 = {a.re + (c2 * be.re + c1 * cd.re),
                                  a.im + (c2 * be.im + c1 * cd.im)};
            /* times -i */
            w2n_complex odd_1 = {s1 * b_e.im + s2 * c_d.im, -(s1 * b_e.re + s2 * c_d.re)};
            w2n_complex odd_2 = {s2 * b_e.im - s1 * c_d.im, s1 * c_d.re - s2 * b_e.re};
            x[0] = add(a, add(be, cd));
            x[q] = add(even_1, odd_1);
            x[2 * q] = add(even_2, odd_2);
            x[3 * q] = subtract(even_2, odd_2);
            x[4 * q] = subtract(even_1, odd_1);
        }
    }
    return twiddles;
}
