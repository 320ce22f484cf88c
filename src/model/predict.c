/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions: a score, clipped to the scale. */
#include "model/model.h"

#include "kernels/kernels.h"

#include <float.h>
#include <math.h>

/* The factors and offset that stand for a row: its own, or the typical ones where nothing is known of it. */
typedef struct view {
    const float *factors;
    float offset;
    bool known;
} view;

static view view_of(const palate_model *model, const palate__side *side, uint32_t row)
{
    if (row >= side->ids.count || side->counts[row] == 0)
        return (view){side->typical, side->typical[model->factor_count], false};
    return (view){side->factors + (size_t)row * model->factor_count, side->offsets[row], true};
}

static float score(const palate_model *model, view user, view item)
{
    return palate__score_start(model, user.offset, item.offset) +
           palate__kernels_get()->dot(user.factors, item.factors, model->factor_count);
}

float palate__model_score(const palate_model *model, uint32_t user, uint32_t item)
{
    return score(model, view_of(model, &model->users, user), view_of(model, &model->items, item));
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

static float predict(const palate_model *model, view user, view item)
{
    float rating = user.known || item.known ? score(model, user, item) : (float)model->summary.mean;
    return bounded(model, rating);
}

static bool is_row(const palate__side *side, uint32_t row)
{
    return row < side->ids.count || row == PALATE_NO_ROW;
}

palate_status palate_model_predict(const palate_model *model, const uint32_t *users,
                                   const uint32_t *items, size_t count, float *predictions,
                                   palate_unknown_counts *unknown, palate_error *err)
{
    if (model == NULL || (count > 0 && (users == NULL || items == NULL || predictions == NULL)))
        return palate__fail(err, PALATE_E_INVALID, "palate_model_predict: %s is NULL",
                            model == NULL   ? "model"
                            : users == NULL ? "users"
                            : items == NULL ? "items"
                                            : "predictions");
    palate_unknown_counts counts = {0};
    if (unknown != NULL)
        *unknown = counts;
    for (size_t e = 0; e < count; e++) {
        if (!is_row(&model->users, users[e]) || !is_row(&model->items, items[e]))
            return palate__fail(err, PALATE_E_INVALID,
                                "pair %zu: the model has no such row (user %u, item %u)", e,
                                users[e], items[e]);
        view user = view_of(model, &model->users, users[e]);
        view item = view_of(model, &model->items, items[e]);
        predictions[e] = predict(model, user, item);
        counts.users += !user.known;
        counts.items += !item.known;
        counts.both += !user.known && !item.known;
    }
    if (unknown != NULL)
        *unknown = counts;
    return PALATE_OK;
}

float palate_model_predict_one(const palate_model *model, const char *user, const char *item)
{
    if (model == NULL)
        return 0;
    uint32_t user_row = palate_model_find_user(model, user, PALATE_TEXT);
    uint32_t item_row = palate_model_find_item(model, item, PALATE_TEXT);
    return predict(model, view_of(model, &model->users, user_row),
                   view_of(model, &model->items, item_row));
}
