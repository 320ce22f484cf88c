/* SPDX-License-Identifier: Apache-2.0 */
/* Models from factors that somebody gives. */
#include "model/given.h"
#include "model/layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Texts ---- */

static const char *text_problem(palate__span text)
{
    if (text.bytes == 0)
        return "is empty";
    if (memchr(text.text, '\0', text.bytes) != NULL)
        return "has a zero byte in it";
    return palate__utf8_valid(text) == text.bytes ? NULL : "is not UTF-8";
}

const char *palate__id_problem(palate__span id)
{
    return text_problem(id);
}

const char *palate__factor_name_problem(palate__span name)
{
    if (palate__text_alike(name, palate__text_span("offset")))
        return "is what the column of offsets is called";
    for (size_t b = 0; b < name.bytes; b++)
        if ((unsigned char)name.text[b] < ' ' && name.text[b] != '\0')
            return "has a control character in it";
    return text_problem(name);
}

/* ---- The model ---- */

/* The mean of the rows, in double: who nobody knows. */
static void fill_typical(const palate__side *side, size_t k)
{
    float *typical = palate__writable(side->typical);
    const double count = side->ids.count;
    for (size_t f = 0; f <= k; f++) {
        double sum = 0.0;
        for (size_t row = 0; row < side->ids.count; row++)
            sum += (double)(f < k ? side->factors[row * k + f] : side->offsets[row]);
        typical[f] = (float)(sum / count);
    }
}

static palate_status fill_side(const palate_model *model, const palate__given_side *given,
                               palate__side *side, palate_error *err)
{
    const size_t count = given->ids->count;
    const size_t k = model->factor_count;
    uint32_t *counts = palate__writable(side->counts);
    uint32_t *row_of = palate__allocate_array(model->context, count, sizeof *row_of);
    if (row_of == NULL)
        return palate__fail_memory(err, "making a model");
    palate_status status = palate__id_builder_freeze(given->ids, NULL, true, row_of, &side->ids,
                                                     err);
    palate__release(model->context, row_of);
    if (status != PALATE_OK)
        return status;
    memcpy(palate__writable(side->factors), given->factors, count * k * sizeof *given->factors);
    if (given->offsets != NULL)
        memcpy(palate__writable(side->offsets), given->offsets, count * sizeof *given->offsets);
    for (size_t row = 0; row < count; row++)
        counts[row] = 1;
    fill_typical(side, k);
    return PALATE_OK;
}

/* The mean of all predictions before clipping: the score of the two typical rows, as the score is
 * linear in each. Clipped to the scale like any other prediction. */
static double mean_of(const palate_model *model)
{
    const size_t k = model->factor_count;
    const float *user = model->users.typical;
    const float *item = model->items.typical;
    const palate_scale *scale = &model->summary.scale;
    double mean = model->summary.base + (double)user[k] + (double)item[k];
    for (size_t f = 0; f < k; f++)
        mean += (double)user[f] * (double)item[f];
    return scale->low < scale->high ? fmin(fmax(mean, scale->low), scale->high) : mean;
}

palate_status palate__model_from_given(palate_context *context, const palate__given *given,
                                       palate_model **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_model *model = NULL;
    *out = NULL;
    PALATE_TRY(palate__model_create(context, given->users.ids->count, given->items.ids->count,
                                    given->factor_count, &model, err));
    PALATE_TRY(fill_side(model, &given->users, &model->users, err));
    PALATE_TRY(fill_side(model, &given->items, &model->items, err));
    model->summary.base = given->base;
    model->summary.scale = given->scale;
    model->summary.mean = mean_of(model);
    model->summary.train_rmse = NAN;
    model->summary.validation_rmse = NAN;
    const palate__sizes sizes = palate__model_sizes(model);
    PALATE_TRY(palate__model_check(model, &sizes, given->where, PALATE_E_INVALID, err));
    *out = model;
    model = NULL;
done:
    palate_model_free(model);
    return status;
}

/* ---- From arrays ---- */

static const char WHERE[] = "palate_model_from_factors";

static palate_status check_given(const palate_factors *factors, const palate_model *const *out,
                                 palate_error *err)
{
    const char *missing = out == NULL                     ? "out"
                          : factors == NULL               ? "factors"
                          : factors->user_factors == NULL ? "user_factors"
                          : factors->item_factors == NULL ? "item_factors"
                          : factors->user_ids == NULL     ? "user_ids"
                          : factors->item_ids == NULL     ? "item_ids"
                                                          : NULL;
    if (missing != NULL)
        return palate__fail(err, PALATE_E_INVALID, "%s: %s is NULL", WHERE, missing);
    if (factors->user_count < 1 || factors->user_count > PALATE__IDS_MAX ||
        factors->item_count < 1 || factors->item_count > PALATE__IDS_MAX)
        return palate__fail(err, PALATE_E_INVALID,
                            "%s: %lu users and %lu items; 1 to %lu of each are possible", WHERE,
                            (unsigned long)factors->user_count, (unsigned long)factors->item_count,
                            (unsigned long)PALATE__IDS_MAX);
    if (factors->factor_count < 1 || factors->factor_count > PALATE__FACTORS_MAX)
        return palate__fail(err, PALATE_E_INVALID, "%s: %lu factors; 1 to %lu are possible", WHERE,
                            (unsigned long)factors->factor_count,
                            (unsigned long)PALATE__FACTORS_MAX);
    return PALATE_OK;
}

static palate_status add_ids(palate__id_builder *builder, const char *name, const char *const *ids,
                             uint32_t count, palate_error *err)
{
    for (uint32_t row = 0; row < count; row++) {
        uint32_t number = PALATE__NO_ID;
        if (ids[row] == NULL)
            return palate__fail(err, PALATE_E_INVALID, "%s: %s[%lu] is NULL", WHERE, name,
                                (unsigned long)row);
        const palate__span id = palate__text_span(ids[row]);
        const char *problem = palate__id_problem(id);
        if (problem != NULL)
            return palate__fail(err, PALATE_E_INVALID, "%s: %s[%lu] %s", WHERE, name,
                                (unsigned long)row, problem);
        palate_status status = palate__id_builder_add(builder, id.text, id.bytes, &number, err);
        if (status != PALATE_OK)
            return status;
        if (number != row)
            return palate__fail(err, PALATE_E_INVALID, "%s: %s[%lu] and [%lu] are both \"%.100s\"",
                                WHERE, name, (unsigned long)number, (unsigned long)row, ids[row]);
    }
    return PALATE_OK;
}

static palate_status name_factor(palate_model *model, uint32_t f, const char *name,
                                 palate__id_builder *names, palate_error *err)
{
    uint32_t number = f;
    palate_status status = PALATE_OK;
    const palate__span text = palate__text_span(name != NULL ? name : "");
    const char *problem = name == NULL ? "is NULL" : palate__factor_name_problem(text);
    if (problem == NULL)
        PALATE_TRY(palate__id_builder_add(names, text.text, text.bytes, &number, err));
    if (number != f)
        problem = "is the name of another factor too";
    if (problem != NULL)
        return palate__fail(err, PALATE_E_INVALID, "%s: factor_names[%lu] \"%.100s\" %s", WHERE,
                            (unsigned long)f, text.text, problem);
    PALATE_TRY(palate__model_set_text(model, &model->factor_names[f], name, err));
done:
    return status;
}

static palate_status name_factors(palate_model *model, const char *const *names, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__id_builder builder = {.context = model->context};
    for (uint32_t f = 0; names != NULL && f < model->factor_count; f++)
        PALATE_TRY(name_factor(model, f, names[f], &builder, err));
done:
    palate__id_builder_free(&builder);
    return status;
}

palate_status palate_model_from_factors(palate_context *context, const palate_factors *factors,
                                        palate_model **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_model *model = NULL;
    palate__id_builder users = {.context = context};
    palate__id_builder items = {.context = context};
    if (out != NULL)
        *out = NULL;
    PALATE_TRY(check_given(factors, (const palate_model *const *)out, err));
    PALATE_TRY(add_ids(&users, "user_ids", factors->user_ids, factors->user_count, err));
    PALATE_TRY(add_ids(&items, "item_ids", factors->item_ids, factors->item_count, err));
    const palate__given given = {
        .users = {&users, factors->user_factors, factors->user_offsets},
        .items = {&items, factors->item_factors, factors->item_offsets},
        .factor_count = factors->factor_count,
        .base = factors->base,
        .scale = factors->scale,
        .where = WHERE,
    };
    PALATE_TRY(palate__model_from_given(context, &given, &model, err));
    PALATE_TRY(name_factors(model, factors->factor_names, err));
    *out = model;
    model = NULL;
done:
    palate_model_free(model);
    palate__id_builder_free(&users);
    palate__id_builder_free(&items);
    return status;
}

/* ---- Naming the factors of a model ---- */

palate_status palate_model_name_factor(palate_model *model, uint32_t f, const char *name,
                                       palate_error *err)
{
    char plain[32];
    char shown[PALATE__SHOWN_BYTES];
    if (model == NULL || f >= model->factor_count)
        return palate__fail(
            err, PALATE_E_INVALID, "there is no factor %lu to name: the model has %lu",
            (unsigned long)f + 1, model == NULL ? 0UL : (unsigned long)model->factor_count);
    snprintf(plain, sizeof plain, "factor %lu", (unsigned long)f + 1);
    name = name == NULL || name[0] == '\0' ? plain : name;
    const char *problem = palate__factor_name_problem(palate__text_span(name));
    for (uint32_t g = 0; g < model->factor_count && problem == NULL; g++)
        if (g != f && strcmp(model->factor_names[g], name) == 0)
            problem = "is the name of another factor too";
    if (problem == NULL)
        return palate__model_set_text(model, &model->factor_names[f], name, err);
    palate__text_for_message(palate__text_span(name), shown, sizeof shown);
    return palate__fail(err, PALATE_E_INVALID, "factor %lu: the name \"%s\" %s",
                        (unsigned long)f + 1, shown, problem);
}
