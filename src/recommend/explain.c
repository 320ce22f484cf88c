/* SPDX-License-Identifier: Apache-2.0 */
/* Why: a prediction as a sum. */
#include "palate/explain.h"

#include "model/model.h"

static palate_status check(const palate_model *model, uint32_t user, uint32_t item, int parts,
                           palate_error *err)
{
    if ((user != PALATE_NO_ROW && user >= model->users.ids.count) ||
        (item != PALATE_NO_ROW && item >= model->items.ids.count))
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_explain: the model has no such row (user %u, item %u)",
                            user, item);
    if (parts != PALATE_PARTS_TYPICAL && parts != PALATE_PARTS_ZERO)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_explain: parts is %d: 0 or 1",
                            parts);
    return PALATE_OK;
}

static double product(const float *a, const float *b, size_t k)
{
    double sum = 0.0;
    for (size_t f = 0; f < k; f++)
        sum += (double)a[f] * (double)b[f];
    return sum;
}

static void from_zero(const palate_model *model, palate__view user, palate__view item,
                      palate_explanation *out, double *factors)
{
    out->common = model->summary.base;
    out->user = (double)user.offset;
    out->item = (double)item.offset;
    for (size_t f = 0; f < model->factor_count; f++)
        factors[f] = (double)user.factors[f] * (double)item.factors[f];
}

static void from_typical(const palate_model *model, palate__view user, palate__view item,
                         palate_explanation *out, double *factors)
{
    const size_t k = model->factor_count;
    const float *most_users = model->users.typical;
    const float *most_items = model->items.typical;
    const double common = product(most_users, most_items, k);
    out->common = model->summary.base + (double)most_users[k] + (double)most_items[k] + common;
    out->user = (double)user.offset - (double)most_users[k] + product(user.factors, most_items, k) -
                common;
    out->item = (double)item.offset - (double)most_items[k] + product(most_users, item.factors, k) -
                common;
    for (size_t f = 0; f < k; f++)
        factors[f] = ((double)user.factors[f] - (double)most_users[f]) *
                     ((double)item.factors[f] - (double)most_items[f]);
}

palate_status palate_model_explain(const palate_model *model, uint32_t user, uint32_t item,
                                   int64_t time, int parts, palate_explanation *out,
                                   double *factors, palate_error *err)
{
    palate_status status = PALATE_OK;
    if (out != NULL)
        *out = (palate_explanation){0};
    if (model == NULL || out == NULL || factors == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_explain: %s is NULL",
                            model == NULL ? "model"
                            : out == NULL ? "out"
                                          : "factors");
    PALATE_TRY(check(model, user, item, parts, err));
    const palate__view of_user = palate__model_view(model, &model->users, user);
    const palate__view of_item = palate__model_view(model, &model->items, item);
    const palate__cell_score found = palate__model_cell(model, user, item, time);
    out->score = (double)found.score;
    out->prediction = (double)found.prediction;
    out->time = (double)found.drift;
    (parts == PALATE_PARTS_ZERO ? from_zero : from_typical)(model, of_user, of_item, out, factors);
    if (!of_user.known && !of_item.known) { /* The mean, whatever the typical rows come to. */
        *out = (palate_explanation){out->prediction, out->score, out->score, 0.0, 0.0, 0.0};
        for (size_t f = 0; f < model->factor_count; f++)
            factors[f] = 0.0;
    }
done:
    return status;
}
