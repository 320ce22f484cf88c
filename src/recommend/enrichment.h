/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a set of items comes early in an order: two tests. */
#ifndef PALATE_RECOMMEND_ENRICHMENT_H
#define PALATE_RECOMMEND_ENRICHMENT_H

#include <stddef.h>

/* log 0! to log n!: n + 1 of them. */
void palate__fill_log_factorials(double *out, size_t n);

/*
 * log P(X >= hits), X of `drawn` things drawn out of `total`, `marked` of which are marked:
 *
 *     P(X = x) = C(marked, x) C(total - marked, drawn - x) / C(total, drawn)
 *
 * @param log_factorials  Up to that of `total`.
 */
double palate__hypergeometric_tail(const double *log_factorials, size_t total, size_t marked,
                                   size_t drawn, size_t hits);

/*
 * P(R >= rank_sum), R the sum of the ranks, 1 to `total`, of `marked` things drawn at random: Wilcoxon 1945
 * (Biometrics Bulletin 1), by the normal approximation with its correction for continuity. With ties,
 * which share their mean rank, it is too large, never too small.
 */
double palate__rank_sum_tail(double rank_sum, size_t marked, size_t total);

#endif
