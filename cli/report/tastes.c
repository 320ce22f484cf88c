/* SPDX-License-Identifier: Apache-2.0 */
/* A user's tastes: how far each factor moves the user's predictions from those of the mean user, up and
 * down over the items,
 *
 *     (U[u][f] - mean of U[.][f]) * standard deviation of V[.][f]
 */
#include "examples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool tastes_begin(report *of)
{
    const size_t k = of->summary.factor_count;
    of->examples->user_means = calloc(k + 1, sizeof *of->examples->user_means);
    of->examples->item_spreads = calloc(k + 1, sizeof *of->examples->item_spreads);
    if (of->examples->user_means != NULL && of->examples->item_spreads != NULL)
        return true;
    message_error("out of memory while looking at tastes");
    return false;
}

void tastes_release(report *of)
{
    free(of->examples->user_means);
    free(of->examples->item_spreads);
}

static double mean_of(const float *rows, uint32_t count, size_t k, size_t f)
{
    double sum = 0.0;
    for (uint32_t row = 0; row < count; row++)
        sum += (double)rows[row * k + f];
    return sum / count;
}

static double deviation_of(const float *rows, uint32_t count, size_t k, size_t f)
{
    const double mean = mean_of(rows, count, k, f);
    double squares = 0.0;
    for (uint32_t row = 0; row < count; row++)
        squares += ((double)rows[row * k + f] - mean) * ((double)rows[row * k + f] - mean);
    return sqrt(squares / count);
}

void tastes_measure(report *of)
{
    const palate_model_summary *summary = &of->summary;
    const size_t k = summary->factor_count;
    for (size_t f = 0; f < k; f++) {
        of->examples->user_means[f] = mean_of(palate_model_user_factors(of->model),
                                              summary->user_count, k, f);
        of->examples->item_spreads[f] = deviation_of(palate_model_item_factors(of->model),
                                                     summary->item_count, k, f);
    }
}

/* Keeps the largest, or with `sign` -1 the smallest, of what is away from 0. */
static void keep(factor_part *list, size_t *count, size_t most, factor_part one, double sign)
{
    size_t place = *count;
    if (!(sign * one.adds > 0.0))
        return;
    while (place > 0 && sign * one.adds > sign * list[place - 1].adds)
        place--;
    if (place == most)
        return;
    *count += *count < most;
    memmove(list + place + 1, list + place, (*count - place - 1) * sizeof *list);
    list[place] = one;
}

void tastes_fill(const report *of, example_user *to)
{
    const size_t k = of->summary.factor_count;
    const float *own = palate_model_user_factors(of->model) + (size_t)to->user * k;
    for (uint32_t f = 0; f < k; f++) {
        const factor_part one = {f, ((double)own[f] - of->examples->user_means[f]) *
                                        of->examples->item_spreads[f]};
        keep(to->more, &to->more_count, TASTES_MAX, one, 1.0);
        keep(to->less, &to->less_count, TASTES_MAX, one, -1.0);
    }
}
