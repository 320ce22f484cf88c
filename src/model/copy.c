/* SPDX-License-Identifier: Apache-2.0 */
#include "model/copy.h"

#include <string.h>

/* A copy that is being made. */
typedef struct work {
    const palate__copy *copy;
    palate_context *context;
    palate__sizes sizes; /* Of the model. */
    palate_model *to;
} work;

static palate_status fail_memory(const work *of, palate_error *err)
{
    return palate__fail_memory(err, of->copy->doing);
}

/* ---- Arrays ---- */

static size_t piece_of(const work *of, const int64_t *begins, uint32_t row)
{
    const uint32_t from = of->copy->users[row];
    return from == PALATE_NO_ROW ? 0 : (size_t)(begins[from + 1] - begins[from]);
}

/* Copies pieces of an array: piece u is `bytes` times begins[u] to begins[u + 1] - 1. NULL when memory
 * runs out. */
static void *copy_pieces(const work *of, const char *from, const int64_t *begins, size_t bytes)
{
    size_t count = 0;
    for (uint32_t row = 0; row < of->copy->user_count; row++)
        count += piece_of(of, begins, row);
    char *to = palate__allocate_array(of->context, count, bytes);
    char *at = to;
    for (uint32_t row = 0; to != NULL && row < of->copy->user_count; row++) {
        const size_t piece = piece_of(of, begins, row) * bytes;
        if (piece > 0)
            memcpy(at, from + (size_t)begins[of->copy->users[row]] * bytes, piece);
        at += piece;
    }
    return to;
}

/* Where the pieces that copy_pieces() laid side by side begin. */
static void *copy_begins(const work *of, const int64_t *begins)
{
    const size_t count = (size_t)of->copy->user_count + 1;
    int64_t *to = palate__allocate_array(of->context, count, sizeof *to);
    if (to == NULL)
        return NULL;
    to[0] = 0;
    for (uint32_t row = 0; row < of->copy->user_count; row++)
        to[row + 1] = to[row] + (int64_t)piece_of(of, begins, row);
    return to;
}

static void *copy_users(const work *of, const char *from, size_t row_bytes)
{
    char *to = palate__allocate_zeroed(of->context, of->copy->user_count, row_bytes);
    for (uint32_t row = 0; to != NULL && row < of->copy->user_count; row++)
        if (of->copy->users[row] != PALATE_NO_ROW)
            memcpy(to + row * row_bytes, from + of->copy->users[row] * row_bytes, row_bytes);
    return to;
}

static void *copy_items(const work *of, palate__span from, size_t row_bytes)
{
    const size_t rows = (size_t)of->sizes.of[PALATE__ITEMS] + of->copy->items_added;
    char *to = palate__allocate_zeroed(of->context, rows, row_bytes);
    if (to != NULL)
        memcpy(to, from.text, from.bytes);
    return to;
}

static void *copy_whole(const work *of, palate__span from)
{
    void *to = palate__allocate(of->context, from.bytes);
    if (to != NULL && from.bytes > 0)
        memcpy(to, from.text, from.bytes);
    return to;
}

static void *copy_tensor(const work *of, const palate__tensor *tensor, palate__span from)
{
    const palate_model *model = of->copy->from;
    const size_t element = palate__element_types[tensor->element].bytes;
    const size_t row_bytes = element * (size_t)of->sizes.of[tensor->shape[1]];
    switch (tensor->shape[0]) {
    case PALATE__USERS:
    case PALATE__ITEM_LINKS:
    case PALATE__UNSURE_USERS:
    case PALATE__SAMPLED_USERS:
        return copy_users(of, from.text, row_bytes);
    case PALATE__ITEMS:
    case PALATE__USER_LINKS:
    case PALATE__UNSURE_ITEMS:
    case PALATE__SAMPLED_ITEMS:
        return copy_items(of, from, row_bytes);
    case PALATE__SEEN:
        return copy_pieces(of, from.text, model->seen_begins, element);
    case PALATE__MOMENTS:
        return copy_pieces(of, from.text, model->moment_begins, element);
    case PALATE__USERS_AND_ONE:
        return copy_begins(of, model->seen_begins);
    case PALATE__MOMENT_USERS_AND_ONE:
        return copy_begins(of, model->moment_begins);
    default:
        return copy_whole(of, from);
    }
}

static bool is_of_ids(const palate__tensor *tensor, size_t ids)
{
    return tensor->offset >= ids && tensor->offset < ids + sizeof(palate__ids);
}

static bool is_of_seen(const palate__tensor *tensor)
{
    const palate__dimension rows = tensor->shape[0];
    return rows == PALATE__SEEN || rows == PALATE__USERS_AND_ONE || rows == PALATE__MOMENTS ||
           rows == PALATE__MOMENT_USERS_AND_ONE;
}

static palate_status copy_tensors(const work *of, palate_error *err)
{
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++) {
        const palate__tensor *tensor = &palate__tensors[t];
        const palate__span from = palate__tensor_span(of->copy->from, tensor, &of->sizes);
        if (from.text == NULL || is_of_ids(tensor, offsetof(palate_model, users.ids)) ||
            is_of_ids(tensor, offsetof(palate_model, items.ids)) ||
            (of->copy->without_seen && is_of_seen(tensor)))
            continue;
        const void *made = copy_tensor(of, tensor, from);
        memcpy((char *)of->to + tensor->offset, &made, sizeof made);
        if (made == NULL)
            return fail_memory(of, err);
    }
    return PALATE_OK;
}

/* What a table said of rows: names of features, of which no row has any of its own. */
static palate_status copy_features(const work *of, const palate__side *from, palate__side *to,
                                   palate_error *err)
{
    to->feature_bytes = from->feature_bytes;
    to->feature_count = from->feature_count;
    return palate__side_name_features(of->context, to, err);
}

/* ---- Facts ---- */

static palate_status copy_facts(const work *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_model *from = of->copy->from;
    palate_model *to = of->to;
    char room[PALATE__FACT_BYTES];
    for (size_t f = 0; f < PALATE__FACT_COUNT; f++)
        PALATE_TRY(palate__fact_parse(to, &palate__facts[f],
                                      palate__fact_format(from, &palate__facts[f], room), err));
    for (uint32_t f = 0; f < from->factor_count; f++)
        PALATE_TRY(palate__model_set_text(to, &to->factor_names[f], from->factor_names[f], err));
    to->sample_count = from->sample_count;
    to->log = palate__allocate_array(of->context, from->log_count, sizeof *to->log);
    if (to->log == NULL)
        PALATE_TRY(fail_memory(of, err));
    if (from->log_count > 0)
        memcpy(to->log, from->log, from->log_count * sizeof *to->log);
    to->log_count = from->log_count;
done:
    return status;
}

palate_status palate__model_copy(const palate__copy *copy, palate_model **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_model *from = copy->from;
    work of = {.copy = copy, .context = from->context, .sizes = palate__model_sizes(from)};
    *out = NULL;
    PALATE_TRY(palate__model_create_empty(of.context, from->factor_count, &of.to, err));
    of.to->owned = true;
    PALATE_TRY(copy_tensors(&of, err));
    PALATE_TRY(copy_features(&of, &from->users, &of.to->users, err));
    PALATE_TRY(copy_features(&of, &from->items, &of.to->items, err));
    PALATE_TRY(copy_facts(&of, err));
    *out = of.to;
    of.to = NULL;
done:
    palate_model_free(of.to);
    return status;
}

/* ---- Ids ---- */

static palate_status add_ids(palate__id_builder *builder, const palate__id_source *source,
                             uint32_t *row_of, palate_error *err)
{
    const palate__ids *ids = source->ids;
    palate_status status = PALATE_OK;
    for (uint32_t place = 0; place < ids->count; place++) {
        const uint32_t row = ids->order[place];
        uint32_t number = 0;
        if (source->row_of[row] == PALATE_NO_ROW)
            continue;
        PALATE_TRY(palate__id_builder_add(builder, palate__ids_text(ids, row),
                                          palate__ids_bytes(ids, row), &number, err));
        row_of[number] = source->row_of[row];
    }
done:
    return status;
}

palate_status palate__ids_join(palate_context *context, const palate__id_source *sources,
                               size_t source_count, uint32_t count, palate__ids *out,
                               palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__id_builder builder = {.context = context};
    uint32_t *row_of = palate__allocate_array(context, count, sizeof *row_of);
    if (row_of == NULL)
        return palate__fail_memory(err, "putting ids together");
    for (size_t s = 0; s < source_count; s++)
        PALATE_TRY(add_ids(&builder, &sources[s], row_of, err));
    PALATE_TRY(palate__id_builder_freeze_as(&builder, row_of, out, err));
done:
    palate__id_builder_free(&builder);
    palate__release(context, row_of);
    return status;
}
