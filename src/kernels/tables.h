/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of kernels there are: one file, one table. */
#ifndef PALATE_KERNELS_TABLES_H
#define PALATE_KERNELS_TABLES_H

#include "kernels/kernels.h"

/* The table of a set, out of the functions of these names that stand before it. */
#define PALATE__KERNEL_TABLE(set)                                                                  \
    const palate__kernels palate__kernels_##set = {                                                \
        .name = #set,                                                                              \
        .row_update = row_update,                                                                  \
        .row_update_scratch = row_update_scratch,                                                  \
        .narrow_row = narrow_row,                                                                  \
        .multiply_sums = multiply_sums,                                                            \
        .slice_gather = slice_gather,                                                              \
        .slice_spread = slice_spread,                                                              \
        .weigh_rows = weigh_rows,                                                                  \
        .gram_add = gram_add,                                                                      \
        .gram_descend = gram_descend,                                                              \
        .dot = dot,                                                                                \
        .scores = scores,                                                                          \
        .scores_at = scores_at,                                                                    \
        .first_outside = first_outside,                                                            \
        .screen = screen,                                                                          \
        .screen_tiles = screen_tiles,                                                              \
        .tile_maxima = tile_maxima,                                                                \
        .to_steps = to_steps,                                                                      \
        .byte_limit = BYTE_LIMIT,                                                                  \
        .transform = transform,                                                                    \
        .list_marks = list_marks,                                                                  \
        .hash = hash,                                                                              \
        .cut_lines = cut_lines,                                                                    \
        .find_keys = find_keys,                                                                    \
        .join_ratings = join_ratings,                                                              \
        .multiply_adds = multiply_adds,                                                            \
    }

extern const palate__kernels palate__kernels_generic;
#if defined(__x86_64__)
extern const palate__kernels palate__kernels_avx2;
extern const palate__kernels palate__kernels_avx512;
extern const palate__kernels palate__kernels_avx512vnni;

/* clang 14 cannot ask whether a processor has it. */
#if defined(__linux__) && !defined(__clang__)
#define PALATE__AMX 1
extern const palate__kernels palate__kernels_amx;
int palate__amx_permitted(void);
#endif
#endif

#if defined(__aarch64__)
extern const palate__kernels palate__kernels_neon;
#endif

#endif
