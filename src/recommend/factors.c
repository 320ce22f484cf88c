/* SPDX-License-Identifier: Apache-2.0 */
/* What factors are about. */
#include "palate/factors.h"

#include "base/context.h"
#include "recommend/quality.h"
#include "recommend/space.h"

#include <stdlib.h>
#include <string.h>

/* ---- How much each explains ---- */

/* Adds each factor's covariances over the rows of a side: k x k. `mean` has room for k. */
static void fill_covariance(const palate__side *side, size_t k, double *mean, double *covariance)
{
    const size_t count = side->ids.count;
    memset(mean, 0, k * sizeof *mean);
    memset(covariance, 0, k * k * sizeof *covariance);
    for (size_t row = 0; row < count; row++)
        for (size_t f = 0; f < k; f++)
            mean[f] += (double)side->factors[row * k + f] / (double)count;
    for (size_t row = 0; row < count; row++) {
        const float *factors = side->factors + row * k;
        for (size_t f = 0; f < k; f++) {
            const double away = ((double)factors[f] - mean[f]) / (double)count;
            for (size_t g = 0; g <= f; g++)
                covariance[f * k + g] += away * ((double)factors[g] - mean[g]);
        }
    }
    for (size_t f = 0; f < k; f++)
        for (size_t g = f + 1; g < k; g++)
            covariance[f * k + g] = covariance[g * k + f];
}

static void fill_shares(const double *users, const double *items, size_t k,
                        palate_factor_facts *out)
{
    double whole = 0.0;
    for (size_t f = 0; f < k; f++) {
        out[f].share = 0.0;
        for (size_t g = 0; g < k; g++)
            out[f].share += users[f * k + g] * items[f * k + g];
        whole += out[f].share;
    }
    for (size_t f = 0; f < k; f++)
        out[f].share = whole > 0.0 ? out[f].share / whole : 0.0;
}

static double sparsity_of(const palate__side *side, size_t k, size_t f)
{
    const double count = side->ids.count;
    double sum = 0.0;
    double squares = 0.0;
    for (size_t row = 0; row < side->ids.count; row++) {
        const double value = (double)side->factors[row * k + f];
        sum += value;
        squares += value * value;
    }
    if (squares == 0.0 || count < 2.0)
        return 0.0;
    return fmax((sqrt(count) - sum / sqrt(squares)) / (sqrt(count) - 1.0), 0.0);
}

palate_status palate_model_factor_facts(const palate_model *model, palate_factor_facts *out,
                                        palate_error *err)
{
    if (model == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_factor_facts: %s is NULL",
                            model == NULL ? "model" : "out");
    const size_t k = model->factor_count;
    double *room = palate__allocate_array(model->context, k * (2 * k + 1), sizeof *room);
    if (room == NULL)
        return palate__fail_memory(err, "finding what factors explain");
    double *users = room + k;
    double *items = users + k * k;
    fill_covariance(&model->users, k, room, users);
    fill_covariance(&model->items, k, room, items);
    fill_shares(users, items, k, out);
    for (size_t f = 0; f < k; f++)
        out[f].sparsity = sparsity_of(&model->items, k, f);
    palate__release(model->context, room);
    return palate__fill_quality(model, out, err);
}

/* ---- What stands for it ---- */

static size_t list_standings(const palate__space *space, size_t f, int64_t support,
                             palate__standing *list)
{
    size_t count = 0;
    for (uint32_t row = 0; row < space->own->ids.count; row++) {
        const double value = palate__space_standing(space, row, f);
        if (!palate__space_counts(space, row, support) || !(value > 0.0))
            continue;
        list[count++] = (palate__standing){value, palate__ids_text(&space->own->ids, row), row};
    }
    return count;
}

palate_status palate_model_factor_top(const palate_model *model, uint32_t factor,
                                      const palate_similar_options *options, uint32_t *rows,
                                      double *values, size_t *count, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_similar_options defaults;
    palate__space space = {0};
    palate__standing *list = NULL;
    palate_similar_options_init(&defaults);
    options = options != NULL ? options : &defaults;
    if (count != NULL)
        *count = 0;
    if (model == NULL || rows == NULL || values == NULL || count == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_factor_top: an argument is NULL");
    if (factor >= model->factor_count)
        return palate__fail(err, PALATE_E_INVALID, "the model has no factor %u: it has %u", factor,
                            model->factor_count);
    PALATE_TRY(palate_options_check(palate_similar_options_table(), options, err));
    PALATE_TRY(palate__space_begin(&space, model, options->side == PALATE_SIMILAR_ITEMS, err));
    list = palate__allocate_array(model->context, space.own->ids.count, sizeof *list);
    if (list == NULL)
        PALATE_TRY(palate__fail_memory(err, "finding what factors are about"));
    const size_t found = list_standings(&space, factor, options->support, list);
    qsort(list, found, sizeof *list, palate__compare_standings);
    *count = found < (size_t)options->count ? found : (size_t)options->count;
    for (size_t place = 0; place < *count; place++) {
        rows[place] = list[place].row;
        values[place] = list[place].value;
    }
done:
    palate__space_end(&space);
    if (list != NULL)
        palate__release(model->context, list);
    return status;
}
