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

/* Adds each row's factors, or the squares of their distance from the means. */
static void add_rows(const float *rows, uint32_t count, size_t k, const double *means, double *sums)
{
    for (uint32_t row = 0; row < count; row++)
        for (size_t f = 0; f < k; f++) {
            const double value = (double)rows[row * k + f];
            sums[f] += means == NULL ? value : (value - means[f]) * (value - means[f]);
        }
    for (size_t f = 0; f < k; f++)
        sums[f] /= count;
}

bool tastes_begin(report *of)
{
    const palate_model_summary *summary = &of->summary;
    const size_t k = summary->factor_count;
    const float *items = palate_model_item_factors(of->model);
    double *users = calloc(k + 1, sizeof *users);
    double *means = calloc(k + 1, sizeof *means);
    double *spreads = calloc(k + 1, sizeof *spreads);
    const bool has_room = users != NULL && means != NULL && spreads != NULL;
    of->examples->user_means = users;
    of->examples->item_spreads = spreads;
    if (has_room) {
        add_rows(palate_model_user_factors(of->model), summary->user_count, k, NULL, users);
        add_rows(items, summary->item_count, k, NULL, means);
        add_rows(items, summary->item_count, k, means, spreads);
        for (size_t f = 0; f < k; f++)
            spreads[f] = sqrt(spreads[f]);
    } else {
        message_error("out of memory while looking at tastes");
    }
    free(means);
    return has_room;
}

void tastes_release(report *of)
{
    free(of->examples->user_means);
    free(of->examples->item_spreads);
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
