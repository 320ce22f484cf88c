/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for NEON, the vectors every 64-bit ARM has; compiled with flags of its own, see flags.cmake. */
#if defined(__aarch64__)
#define WIDTH 8
#include "kernels/multiply.inc"
#include "kernels/panel.inc"
#include "kernels/peak.inc"
#include "kernels/scores.inc"
#include "kernels/tables.h"
#include "kernels/tiles.inc"
#include "kernels/transform.inc"

const palate__kernels palate__kernels_neon = {
    .name = "neon",
    .row_update = row_update,
    .row_update_scratch = row_update_scratch,
    .multiply_sums = multiply_sums,
    .slice_gather = slice_gather,
    .slice_spread = slice_spread,
    .dot = dot,
    .scores = scores,
    .scores_at = scores_at,
    .first_outside = first_outside,
    .screen = screen,
    .screen_tiles = screen_tiles,
    .tile_maxima = tile_maxima,
    .to_steps = to_steps,
    .byte_limit = BYTE_LIMIT,
    .transform = transform,
    .multiply_adds = multiply_adds,
};
#else
typedef int palate__no_neon;
#endif
