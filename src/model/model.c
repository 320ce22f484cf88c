/* SPDX-License-Identifier: Apache-2.0 */
/* Making, releasing and looking at a model. */
#include "model/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static palate_status allocate_side(palate_context *context, palate__side *side, uint32_t count,
                                   uint32_t factor_count, palate_error *err)
{
    side->factors = palate__allocate_zeroed(context, (size_t)count * factor_count, sizeof(float));
    side->offsets = palate__allocate_zeroed(context, count, sizeof(float));
    side->typical = palate__allocate_zeroed(context, (size_t)factor_count + 1, sizeof(float));
    side->counts = palate__allocate_zeroed(context, count, sizeof(uint32_t));
    if (side->factors == NULL || side->offsets == NULL || side->typical == NULL ||
        side->counts == NULL)
        return palate__fail_memory(err, "making a model");
    return PALATE_OK;
}

/* "factor 1" .. "factor k", until somebody gives better names. */
static palate_status name_factors(palate_model *model, palate_error *err)
{
    model->factor_names = palate__allocate_zeroed(model->context, model->factor_count,
                                                  sizeof(char *));
    if (model->factor_names == NULL)
        return palate__fail_memory(err, "making a model");
    for (uint32_t f = 0; f < model->factor_count; f++) {
        char name[32];
        snprintf(name, sizeof name, "factor %u", f + 1);
        palate_status status = palate__model_set_text(model, &model->factor_names[f], name, err);
        if (status != PALATE_OK)
            return status;
    }
    return PALATE_OK;
}

palate_status palate__model_create_empty(palate_context *context, uint32_t factor_count,
                                         palate_model **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_model *model = palate__allocate_zeroed(context, 1, sizeof *model);
    *out = NULL;
    if (model == NULL)
        return palate__fail_memory(err, "making a model");
    model->context = context;
    model->factor_count = factor_count;
    model->gain = 1.0;
    model->noise = NAN;
    PALATE_TRY(palate__model_set_text(model, &model->mode, "imported", err));
    PALATE_TRY(palate__model_set_text(model, &model->missing, "unknown", err));
    PALATE_TRY(palate__model_set_text(model, &model->rule, "none", err));
    PALATE_TRY(palate__model_set_text(model, &model->stopped_by, "", err));
    PALATE_TRY(palate__model_set_text(model, &model->version, PALATE_VERSION, err));
    PALATE_TRY(palate__model_set_text(model, &model->options_json, "{}", err));
    PALATE_TRY(palate__model_set_text(model, &model->tuning_json, "[]", err));
    PALATE_TRY(name_factors(model, err));
    *out = model;
    return PALATE_OK;
done:
    palate_model_free(model);
    return status;
}

palate_status palate__model_create(palate_context *context, uint32_t user_count,
                                   uint32_t item_count, uint32_t factor_count, palate_model **out,
                                   palate_error *err)
{
    palate_model *model = NULL;
    palate_status status = PALATE_OK;
    *out = NULL;
    PALATE_TRY(palate__model_create_empty(context, factor_count, &model, err));
    model->owned = true;
    PALATE_TRY(allocate_side(context, &model->users, user_count, factor_count, err));
    PALATE_TRY(allocate_side(context, &model->items, item_count, factor_count, err));
    model->seen_begins = palate__allocate_zeroed(context, (size_t)user_count + 1, sizeof(int64_t));
    model->seen_items = palate__allocate(context, 0);
    if (model->seen_begins == NULL || model->seen_items == NULL)
        PALATE_TRY(palate__fail_memory(err, "making a model"));
    *out = model;
    return PALATE_OK;
done:
    palate_model_free(model);
    return status;
}

palate_status palate__model_set_text(palate_model *model, char **field, const char *text,
                                     palate_error *err)
{
    char *copy = palate__copy_text(model->context, text, strlen(text));
    if (copy == NULL)
        return palate__fail_memory(err, "making a model");
    palate__release(model->context, *field);
    *field = copy;
    return PALATE_OK;
}

static void release_array(palate_model *model, const void *array)
{
    if (model->owned)
        palate__release(model->context, palate__writable(array));
}

static void free_side(palate_model *model, palate__side *side)
{
    release_array(model, side->factors);
    release_array(model, side->offsets);
    release_array(model, side->typical);
    release_array(model, side->counts);
    release_array(model, side->link);
    release_array(model, side->lambda);
    release_array(model, side->variances);
    release_array(model, side->sample_offsets);
    release_array(model, side->feature_names);
    release_array(model, side->feature_link);
    palate__release(model->context, side->feature_name);
    palate__ids_free(model->context, &side->ids);
}

static void free_names(palate_model *model)
{
    for (uint32_t f = 0; model->factor_names != NULL && f < model->factor_count; f++)
        palate__release(model->context, model->factor_names[f]);
    palate__release(model->context, model->factor_names);
}

void palate_model_free(palate_model *model)
{
    if (model == NULL)
        return;
    palate_context *context = model->context;
    palate__derived_free(context, &model->item_index);
    free_side(model, &model->users);
    free_side(model, &model->items);
    release_array(model, model->seen_begins);
    release_array(model, model->seen_items);
    release_array(model, model->seen_ratings);
    release_array(model, model->seen_times);
    release_array(model, model->moment_begins);
    release_array(model, model->moment_times);
    release_array(model, model->moment_values);
    free_names(model);
    palate__release(context, model->mode);
    palate__release(context, model->missing);
    palate__release(context, model->rule);
    palate__release(context, model->stopped_by);
    palate__release(context, model->version);
    palate__release(context, model->options_json);
    palate__release(context, model->tuning_json);
    palate__release(context, model->log);
    palate__unmap(context, &model->mapping);
    palate__release(context, model);
}

palate__moments palate__model_moments(const palate_model *model, uint32_t user)
{
    if (model->moment_begins == NULL || user >= model->users.ids.count)
        return (palate__moments){.scale = 1.0};
    const int64_t begin = model->moment_begins[user];
    return (palate__moments){model->moment_times + begin, model->moment_values + begin,
                             (size_t)(model->moment_begins[user + 1] - begin), model->drift_scale};
}

/* ---- Looking ---- */

/* A function that is handed no model answers as for an empty one. */

void palate_model_info(const palate_model *model, palate_model_summary *out)
{
    if (out == NULL)
        return;
    *out = (palate_model_summary){
        .mode = "", .missing = "", .rule = "", .stopped_by = "", .fingerprint = "", .version = ""};
    if (model == NULL)
        return;
    *out = model->summary;
    out->user_count = model->users.ids.count;
    out->item_count = model->items.ids.count;
    out->factor_count = model->factor_count;
    out->sample_count = model->sample_count;
    out->updated_count = (int64_t)model->updated_count;
    if (model->moment_begins != NULL) {
        out->drift_scale = model->drift_scale;
        out->moment_count = model->moment_begins[model->users.ids.count];
    }
    out->mode = model->mode;
    out->missing = model->missing;
    out->rule = model->rule;
    out->stopped_by = model->stopped_by;
    out->version = model->version;
    out->fingerprint = model->fingerprint;
}

const char *palate_model_options_json(const palate_model *model)
{
    return model == NULL ? "{}" : model->options_json;
}

const char *palate_model_tuning_json(const palate_model *model)
{
    return model == NULL ? "[]" : model->tuning_json;
}

const palate_epoch *palate_model_log(const palate_model *model, size_t *count)
{
    if (count != NULL)
        *count = model == NULL ? 0 : model->log_count;
    return model == NULL ? NULL : model->log;
}

static uint32_t find(const palate__side *side, const char *id, size_t bytes)
{
    if (id == NULL)
        return PALATE_NO_ROW;
    return palate__ids_find(&side->ids, id, bytes == PALATE_TEXT ? strlen(id) : bytes);
}

static uint32_t row_at(const palate__side *side, uint32_t place)
{
    return place < side->ids.count ? side->ids.order[place] : PALATE_NO_ROW;
}

uint32_t palate_model_find_user(const palate_model *model, const char *id, size_t bytes)
{
    return model == NULL ? PALATE_NO_ROW : find(&model->users, id, bytes);
}

uint32_t palate_model_find_item(const palate_model *model, const char *id, size_t bytes)
{
    return model == NULL ? PALATE_NO_ROW : find(&model->items, id, bytes);
}

const char *palate_model_user_id(const palate_model *model, uint32_t row)
{
    return model == NULL ? NULL : palate__ids_text(&model->users.ids, row);
}

const char *palate_model_item_id(const palate_model *model, uint32_t row)
{
    return model == NULL ? NULL : palate__ids_text(&model->items.ids, row);
}

uint32_t palate_model_user_at(const palate_model *model, uint32_t place)
{
    return model == NULL ? PALATE_NO_ROW : row_at(&model->users, place);
}

uint32_t palate_model_item_at(const palate_model *model, uint32_t place)
{
    return model == NULL ? PALATE_NO_ROW : row_at(&model->items, place);
}

const float *palate_model_user_factors(const palate_model *model)
{
    return model == NULL ? NULL : model->users.factors;
}

const float *palate_model_item_factors(const palate_model *model)
{
    return model == NULL ? NULL : model->items.factors;
}

const float *palate_model_user_offsets(const palate_model *model)
{
    return model == NULL ? NULL : model->users.offsets;
}

const float *palate_model_item_offsets(const palate_model *model)
{
    return model == NULL ? NULL : model->items.offsets;
}

const uint32_t *palate_model_seen(const palate_model *model, uint32_t user, int64_t *count)
{
    const bool there = model != NULL && user < model->users.ids.count;
    if (count != NULL)
        *count = there ? model->seen_begins[user + 1] - model->seen_begins[user] : 0;
    return there ? model->seen_items + model->seen_begins[user] : NULL;
}

palate_rated palate_model_rated(const palate_model *model, uint32_t user)
{
    palate_rated rated = {0};
    rated.rows = palate_model_seen(model, user, &rated.count);
    if (rated.rows == NULL)
        return rated;
    const int64_t begin = model->seen_begins[user];
    rated.ratings = model->seen_ratings == NULL ? NULL : model->seen_ratings + begin;
    rated.times = model->seen_times == NULL ? NULL : model->seen_times + begin;
    return rated;
}

const char *palate_model_factor_name(const palate_model *model, uint32_t f)
{
    return model != NULL && f < model->factor_count ? model->factor_names[f] : NULL;
}
