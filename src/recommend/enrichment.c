/* SPDX-License-Identifier: Apache-2.0 */
#include "recommend/enrichment.h"

#include <math.h>

void palate__fill_log_factorials(double *out, size_t n)
{
    out[0] = 0.0;
    for (size_t i = 1; i <= n; i++)
        out[i] = out[i - 1] + log((double)i);
}

static double log_choose(const double *log_factorials, size_t n, size_t k)
{
    return log_factorials[n] - log_factorials[k] - log_factorials[n - k];
}

double palate__hypergeometric_tail(const double *log_factorials, size_t total, size_t marked,
                                   size_t drawn, size_t hits)
{
    const size_t most = marked < drawn ? marked : drawn;
    const size_t least = marked + drawn > total ? marked + drawn - total : 0;
    const double all = log_choose(log_factorials, total, drawn);
    double first = 0.0;
    double sum = 0.0; /* In units of the first, the largest where it counts. */
    if (hits <= least)
        return 0.0;
    for (size_t x = hits; x <= most; x++) {
        const double of = log_choose(log_factorials, marked, x) +
                          log_choose(log_factorials, total - marked, drawn - x) - all;
        first = x == hits ? of : first;
        sum += exp(of - first);
    }
    return hits > most ? -INFINITY : fmin(first + log(sum), 0.0);
}

double palate__rank_sum_tail(double rank_sum, size_t marked, size_t total)
{
    const double m = (double)marked;
    const double n = (double)total;
    const double variance = m * (n - m) * (n + 1.0) / 12.0;
    if (!(variance > 0.0))
        return 1.0;
    const double away = rank_sum - m * (n + 1.0) / 2.0 - 0.5;
    return 0.5 * erfc(away / sqrt(2.0 * variance));
}
