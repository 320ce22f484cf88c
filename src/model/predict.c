/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions: a score, clipped to the scale. */
#include "model/model.h"

#include "kernels/kernels.h"

#include <float.h>
#include <math.h>

palate__view palate__model_view(const palate_model *model, const palate__side *side, uint32_t row)
{
    if (!palate__model_knows(model, side, row))
        return (palate__view){side->typical, side->typical[model->factor_count], false};
    return (palate__view){side->factors + (size_t)row * model->factor_count, side->offsets[row],
                          true};
}

static float score(const palate_model *model, palate__view user, palate__view item)
{
    return palate__score_start(model, user.offset, item.offset) +
           palate__kernels_get()->dot(user.factors, item.factors, model->factor_count);
}

float palate__model_score(const palate_model *model, uint32_t user, uint32_t item)
{
    return score(model, palate__model_view(model, &model->users, user),
                 palate__model_view(model, &model->items, item));
}

/* Within the scale, and finite even where huge factors overflow. */
static float bounded(const palate_model *model, float rating)
{
    const palate_scale *scale = &model->summary.scale;
    const bool clipped = scale->low < scale->high;
    const float low = clipped ? (float)scale->low : -FLT_MAX;
    const float high = clipped ? (float)scale->high : FLT_MAX;
    const float value = isnan(rating) ? (float)model->summary.mean : rating;
    return value < low ? low : value > high ? high : value;
}

/* ---- One cell ---- */

typedef struct cell {
    palate__view user, item;
    float drift;
} cell;

static float drift_of(const palate_model *model, uint32_t user, int64_t time)
{
    if (time == PALATE_NO_TIME)
        return 0.0F;
    const palate__moments moments = palate__model_moments(model, user);
    return palate__drift_at(&moments, time);
}

static cell cell_of(const palate_model *model, uint32_t user, uint32_t item, int64_t time)
{
    return (cell){palate__model_view(model, &model->users, user),
                  palate__model_view(model, &model->items, item), drift_of(model, user, time)};
}

static palate__cell_score predict(const palate_model *model, const cell *asked)
{
    const bool known = asked->user.known || asked->item.known;
    const float found = known ? score(model, asked->user, asked->item) + asked->drift
                              : (float)model->summary.mean;
    return (palate__cell_score){bounded(model, found), found, asked->drift};
}

palate__cell_score palate__model_cell(const palate_model *model, uint32_t user, uint32_t item,
                                      int64_t time)
{
    const cell asked = cell_of(model, user, item, time);
    return predict(model, &asked);
}

/* ---- How sure ---- */

static double sample_offset(const palate_model *model, const palate__side *side, uint32_t row,
                            uint32_t sample)
{
    return (double)side->sample_offsets[(size_t)row * model->sample_count + sample];
}

/* Variance of what the draws predict, and the noise of a rating. Draws of the typical row say nothing of
 * how far somebody unknown is from it. */
static float deviation(const palate_model *model, const cell *asked, uint32_t user, uint32_t item)
{
    const palate__kernels *kernels = palate__kernels_get();
    const uint32_t blocks = model->sample_count;
    const uint32_t first = model->blend > 0.0 ? 1 : 0;
    const size_t k = model->factor_count / blocks;
    const double draws = blocks - first;
    const double weight = (1.0 - model->blend) / draws;
    double sum = 0.0;
    double squares = 0.0;
    if (!asked->user.known || !asked->item.known)
        return NAN;
    for (uint32_t b = first; b < blocks; b++) {
        double product = (double)kernels->dot(asked->user.factors + b * k,
                                              asked->item.factors + b * k, k);
        double value = product / weight + sample_offset(model, &model->users, user, b) +
                       sample_offset(model, &model->items, item, b);
        sum += value;
        squares += value * value;
    }
    double variance = draws > 1.0 ? fmax(squares - sum * sum / draws, 0.0) / (draws - 1.0) : 0.0;
    return (float)fmin(sqrt(variance + model->noise * model->noise), (double)FLT_MAX);
}

/* ---- All of them ---- */

static bool is_row(const palate__side *side, uint32_t row)
{
    return row < side->ids.count || row == PALATE_NO_ROW;
}

static palate_status check(const palate_model *model, const palate_cells *cells,
                           const float *predictions, const float *deviations, palate_error *err)
{
    const char *missing = model == NULL          ? "model"
                          : cells == NULL        ? "cells"
                          : cells->count == 0    ? NULL
                          : cells->users == NULL ? "cells->users"
                          : cells->items == NULL ? "cells->items"
                          : predictions == NULL  ? "predictions"
                                                 : NULL;
    if (missing != NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_predict: %s is NULL", missing);
    if (deviations != NULL && model->sample_count == 0)
        return palate__fail(err, PALATE_E_UNSUPPORTED,
                            "the model holds no samples to tell how sure a prediction is: train it "
                            "with rule bayes");
    return PALATE_OK;
}

palate_status palate_model_predict(const palate_model *model, const palate_cells *cells,
                                   float *predictions, float *deviations,
                                   palate_unknown_counts *unknown, palate_error *err)
{
    palate_unknown_counts counts = {0};
    if (unknown != NULL)
        *unknown = counts;
    palate_status status = check(model, cells, predictions, deviations, err);
    if (status != PALATE_OK)
        return status;
    for (size_t e = 0; e < cells->count; e++) {
        uint32_t user = cells->users[e];
        uint32_t item = cells->items[e];
        if (!is_row(&model->users, user) || !is_row(&model->items, item))
            return palate__fail(err, PALATE_E_INVALID,
                                "cell %zu: the model has no such row (user %u, item %u)", e, user,
                                item);
        const cell asked = cell_of(model, user, item,
                                   cells->times == NULL ? PALATE_NO_TIME : cells->times[e]);
        predictions[e] = predict(model, &asked).prediction;
        if (deviations != NULL)
            deviations[e] = deviation(model, &asked, user, item);
        counts.users += !asked.user.known;
        counts.items += !asked.item.known;
        counts.both += !asked.user.known && !asked.item.known;
    }
    if (unknown != NULL)
        *unknown = counts;
    return PALATE_OK;
}

float palate_model_predict_one(const palate_model *model, const char *user, const char *item)
{
    if (model == NULL)
        return 0;
    const cell asked = cell_of(model, palate_model_find_user(model, user, PALATE_TEXT),
                               palate_model_find_item(model, item, PALATE_TEXT), PALATE_NO_TIME);
    return predict(model, &asked).prediction;
}
