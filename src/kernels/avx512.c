/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for AVX-512 (F, VL, DQ, BW); compiled with flags of its own, see flags.cmake. */
#if defined(__x86_64__)
#define WIDTH 16
#include "kernels/panel.inc"
#include "kernels/tables.h"

const palate__kernels palate__kernels_avx512 = {
    .name = "avx512",
    .row_update = row_update,
    .row_update_scratch = row_update_scratch,
    .slice_gather = slice_gather,
    .slice_spread = slice_spread,
    .dot = dot,
    .scores = scores,
};
#else
typedef int palate__no_avx512;
#endif
