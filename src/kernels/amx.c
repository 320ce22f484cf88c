/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for AVX-512 with products of bytes by matrices (AMX); compiled with flags of its own, see flags.cmake. */
#define _GNU_SOURCE
#include "kernels/tables.h"

#ifdef PALATE__AMX
#define WIDTH 16
#define VNNI
#define AMX
#include "kernels/multiply.inc"
#include "kernels/panel.inc"
#include "kernels/peak.inc"
#include "kernels/scores.inc"
#include "kernels/tiles.inc"
#include "kernels/transform.inc"

#include <sys/syscall.h>
#include <unistd.h>

/* The registers are so large that Linux gives them only to processes that ask (5.16 and later). */
int palate__amx_permitted(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

const palate__kernels palate__kernels_amx = {
    .name = "amx",
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
typedef int palate__no_amx;
#endif
