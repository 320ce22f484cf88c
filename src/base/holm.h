/* SPDX-License-Identifier: Apache-2.0 */
/* Several tests at once: with twenty, one in twenty comes out by chance. Holm 1979 (Scandinavian
 * Journal of Statistics 6): the smallest p of n is multiplied by n, the next by n - 1, and so on,
 * never to less than the one before; whatever depends on what, the chance of any false finding stays
 * below the level. */
#ifndef PALATE_BASE_HOLM_H
#define PALATE_BASE_HOLM_H

#include "base/context.h"

/* Corrects `count` values in place; NaN is no test. */
palate_status palate__holm(palate_context *context, double *values, size_t count,
                           palate_error *err);

#endif
