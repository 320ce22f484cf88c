/* SPDX-License-Identifier: Apache-2.0 */
/* Factors of one model beside those of another. */
#include "palate/factors.h"

#include "base/context.h"
#include "model/model.h"
#include "recommend/assign.h"

#include <math.h>

/* Items that both models know, and what is summed over them. */
typedef struct work {
    const palate_model *models[2];
    uint32_t *rows[2]; /* Of each model, `count` of them. */
    uint32_t count;
    size_t k;
    double *means[2];   /* k */
    double *squares[2]; /* k: sums of squares. */
    double *products;   /* k x k: sums of products of a column of each. */
    double *gains;      /* k x k: correlations. */
    double *room;       /* All of these. */
    uint32_t *columns;
    palate_error *err;
} work;

static palate_status allocate(work *at)
{
    palate_context *context = at->models[0]->context;
    const size_t k = at->k;
    const size_t items = at->models[0]->items.ids.count;
    at->rows[0] = palate__allocate_array(context, 2 * items + k, sizeof(uint32_t));
    at->room = palate__allocate_zeroed(context, 2 * k * k + 4 * k, sizeof *at->room);
    if (at->rows[0] == NULL || at->room == NULL)
        return palate__fail_memory(at->err, "matching factors");
    at->rows[1] = at->rows[0] + items;
    at->columns = at->rows[1] + items;
    at->products = at->room;
    at->gains = at->room + k * k;
    for (size_t side = 0; side < 2; side++) {
        at->means[side] = at->gains + k * k + 2 * side * k;
        at->squares[side] = at->means[side] + k;
    }
    return PALATE_OK;
}

static palate_status list_rows(work *at)
{
    const palate__ids *own = &at->models[0]->items.ids;
    for (uint32_t row = 0; row < own->count; row++) {
        const uint32_t other = palate__ids_find(
            &at->models[1]->items.ids, palate__ids_text(own, row), palate__ids_bytes(own, row));
        if (other == PALATE_NO_ROW)
            continue;
        at->rows[0][at->count] = row;
        at->rows[1][at->count++] = other;
    }
    return at->count > 0 ? PALATE_OK
                         : palate__fail(at->err, PALATE_E_INVALID,
                                        "palate_model_match_factors: the models have no item in "
                                        "common");
}

static void sum_up(const work *at)
{
    const size_t k = at->k;
    for (uint32_t i = 0; i < at->count; i++) {
        const float *x[2];
        for (size_t side = 0; side < 2; side++) {
            x[side] = at->models[side]->items.factors + at->rows[side][i] * k;
            for (size_t f = 0; f < k; f++) {
                at->means[side][f] += (double)x[side][f] / (double)at->count;
                at->squares[side][f] += (double)x[side][f] * (double)x[side][f];
            }
        }
        for (size_t f = 0; f < k; f++)
            for (size_t g = 0; g < k; g++)
                at->products[f * k + g] += (double)x[0][f] * (double)x[1][g];
    }
}

/* product / sqrt(square of one x square of the other); 0 where one is nothing, but for rounding. */
static double ratio(double product, double one, double other, double whole)
{
    static const double NOTHING = 1e-12; /* Of `whole`, the largest that both could be. */
    if (!(one * other > NOTHING * whole))
        return 0.0;
    return fmax(fmin(product / sqrt(one * other), 1.0), -1.0);
}

static double cosine_of(const work *at, size_t f, size_t g)
{
    return ratio(at->products[f * at->k + g], at->squares[0][f], at->squares[1][g], 0.0);
}

static double correlation_of(const work *at, size_t f, size_t g)
{
    const double n = at->count;
    const double a = at->means[0][f];
    const double b = at->means[1][g];
    return ratio(at->products[f * at->k + g] - n * a * b, at->squares[0][f] - n * a * a,
                 at->squares[1][g] - n * b * b, at->squares[0][f] * at->squares[1][g]);
}

static palate_status match(work *at, palate_factor_match *out)
{
    palate_status status = PALATE_OK;
    const size_t k = at->k;
    PALATE_TRY(allocate(at));
    PALATE_TRY(list_rows(at));
    sum_up(at);
    for (size_t f = 0; f < k; f++)
        for (size_t g = 0; g < k; g++)
            at->gains[f * k + g] = correlation_of(at, f, g);
    PALATE_TRY(
        palate__assign(at->models[0]->context, at->gains, (uint32_t)k, at->columns, at->err));
    for (size_t f = 0; f < k; f++) {
        const uint32_t g = at->columns[f];
        out[f] = (palate_factor_match){g, cosine_of(at, f, g), at->gains[f * k + g]};
    }
done:
    palate__release(at->models[0]->context, at->rows[0]);
    palate__release(at->models[0]->context, at->room);
    return status;
}

palate_status palate_model_match_factors(const palate_model *model, const palate_model *other,
                                         palate_factor_match *out, palate_error *err)
{
    if (model == NULL || other == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_match_factors: an argument is NULL");
    if (model->factor_count != other->factor_count)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_match_factors: one model has %lu factors, the other %lu",
                            (unsigned long)model->factor_count, (unsigned long)other->factor_count);
    work at = {.models = {model, other}, .k = model->factor_count, .err = err};
    return match(&at, out);
}
