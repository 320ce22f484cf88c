/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PALATE_RECOMMEND_ASSIGN_H
#define PALATE_RECOMMEND_ASSIGN_H

#include "base/context.h"

/*
 * The best assignment: a column for each row, none for two, such that the sum of their gains is the largest.
 * Shortest augmenting paths (Jonker and Volgenant 1987, Computing 38; as in Crouse 2016).
 *
 * @param gains  n x n, finite.
 * @param[out] columns  n: the column of each row. Of several that are best, always the same one.
 * @return PALATE_OK, PALATE_E_NOMEM.
 * @cost  O(n^3).
 */
palate_status palate__assign(palate_context *context, const double *gains, uint32_t n,
                             uint32_t *columns, palate_error *err);

#endif
