/* Single-precision arithmetic that rounds after every operation, whatever the compiler's flags.
 *
 * To be included before any code. A compiler for the Cortex-M4F may otherwise fuse a product and a
 * sum in one instruction that rounds once, and the features would differ in their last bits from
 * those of a PC. Boards' build recipes seldom say -ffp-contract=off, and some optimise for size. */
#ifndef W2N_EXACT_H
#define W2N_EXACT_H

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("O2", "fp-contract=off")
#endif

#endif
