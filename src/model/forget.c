/* SPDX-License-Identifier: Apache-2.0 */
/* A model without some of its users: a copy, tensor by tensor, of what is left. How the rows of a tensor
 * belong to users is told by its first dimension:
 *
 *     users, links of items, variances, samples    a row a user
 *     seen, moments                                the rows of each user lie side by side
 *     all else                                     is nobody's, and copied whole
 *
 * Ids and where users' rows begin are made anew.
 */
#include "model/layout.h"

#include <string.h>

typedef struct work {
    const palate_model *from;
    palate_model *to;
    palate__sizes sizes; /* Of `from`. */
    uint32_t *kept;      /* The rows that stay, in order: new row -> old row. */
    uint32_t kept_count;
    uint32_t *row_of; /* Old row -> new row, or PALATE_NO_ROW. */
} work;

static palate_status fail_memory(palate_error *err)
{
    return palate__fail_memory(err, "forgetting users");
}

/* ---- Who stays ---- */

static palate_status choose(work *of, const uint32_t *users, size_t count, palate_error *err)
{
    palate_context *context = of->from->context;
    const uint32_t user_count = of->from->users.ids.count;
    of->row_of = palate__allocate_zeroed(context, user_count, sizeof *of->row_of);
    of->kept = palate__allocate_array(context, user_count, sizeof *of->kept);
    if (of->row_of == NULL || of->kept == NULL)
        return fail_memory(err);
    for (size_t u = 0; u < count; u++) {
        if (users[u] >= user_count)
            return palate__fail(err, PALATE_E_INVALID,
                                "palate_model_forget: users[%zu] is row %u, but the model has %u",
                                u, users[u], user_count);
        of->row_of[users[u]] = PALATE_NO_ROW;
    }
    for (uint32_t row = 0; row < user_count; row++) {
        if (of->row_of[row] == PALATE_NO_ROW)
            continue;
        of->row_of[row] = of->kept_count;
        of->kept[of->kept_count++] = row;
    }
    if (of->kept_count == 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "a model without users cannot be: nobody would be left of %u",
                            user_count);
    return PALATE_OK;
}

/* ---- Arrays ---- */

/* Copies pieces of an array: piece u is `bytes` times begins[u] to begins[u + 1] - 1. NULL when memory
 * runs out. */
static void *copy_pieces(const work *of, const char *from, const int64_t *begins, size_t bytes)
{
    size_t count = 0;
    for (uint32_t row = 0; row < of->kept_count; row++)
        count += (size_t)(begins[of->kept[row] + 1] - begins[of->kept[row]]);
    char *to = palate__allocate_array(of->to->context, count, bytes);
    char *at = to;
    for (uint32_t row = 0; to != NULL && row < of->kept_count; row++) {
        const int64_t begin = begins[of->kept[row]];
        const size_t piece = (size_t)(begins[of->kept[row] + 1] - begin) * bytes;
        memcpy(at, from + (size_t)begin * bytes, piece);
        at += piece;
    }
    return to;
}

static void *copy_rows(const work *of, const char *from, size_t row_bytes)
{
    char *to = palate__allocate_array(of->to->context, of->kept_count, row_bytes);
    for (uint32_t row = 0; to != NULL && row < of->kept_count; row++)
        memcpy(to + row * row_bytes, from + of->kept[row] * row_bytes, row_bytes);
    return to;
}

static void *copy_whole(const work *of, palate__span from)
{
    void *to = palate__allocate(of->to->context, from.bytes);
    if (to != NULL && from.bytes > 0)
        memcpy(to, from.text, from.bytes);
    return to;
}

/* Where the pieces that copy_pieces() laid side by side begin. */
static void *copy_begins(const work *of, const int64_t *begins)
{
    int64_t *to = palate__allocate_array(of->to->context, (size_t)of->kept_count + 1, sizeof *to);
    if (to == NULL)
        return NULL;
    to[0] = 0;
    for (uint32_t row = 0; row < of->kept_count; row++)
        to[row + 1] = to[row] + begins[of->kept[row] + 1] - begins[of->kept[row]];
    return to;
}

static void *copy_tensor(const work *of, const palate__tensor *tensor, palate__span from)
{
    const palate_model *model = of->from;
    const size_t element = palate__element_types[tensor->element].bytes;
    switch (tensor->shape[0]) {
    case PALATE__USERS:
    case PALATE__ITEM_LINKS:
    case PALATE__UNSURE_USERS:
    case PALATE__SAMPLED_USERS:
        return copy_rows(of, from.text, element * (size_t)of->sizes.of[tensor->shape[1]]);
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

static bool is_of(const palate__tensor *tensor, size_t ids)
{
    return tensor->offset >= ids && tensor->offset < ids + sizeof(palate__ids);
}

static palate_status copy_tensors(const work *of, palate_error *err)
{
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++) {
        const palate__tensor *tensor = &palate__tensors[t];
        const palate__span from = palate__tensor_span(of->from, tensor, &of->sizes);
        if (from.text == NULL || is_of(tensor, offsetof(palate_model, users.ids)) ||
            is_of(tensor, offsetof(palate_model, items.ids)))
            continue;
        const void *made = copy_tensor(of, tensor, from);
        memcpy((char *)of->to + tensor->offset, &made, sizeof made);
        if (made == NULL)
            return fail_memory(err);
    }
    return PALATE_OK;
}

/* What a table said of rows: names of features, of which no row has any of its own. */
static palate_status copy_features(const work *of, const palate__side *from, palate__side *to,
                                   palate_error *err)
{
    to->feature_bytes = from->feature_bytes;
    to->feature_count = from->feature_count;
    return palate__side_name_features(of->to->context, to, err);
}

/* ---- Ids and facts ---- */

/* The ids that stay, in the order in which they first appeared. */
static palate_status copy_user_ids(const work *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__ids *ids = &of->from->users.ids;
    palate__id_builder builder = {.context = of->to->context};
    uint32_t *row_of = palate__allocate_array(of->to->context, of->kept_count, sizeof *row_of);
    if (row_of == NULL)
        return fail_memory(err);
    for (uint32_t place = 0; place < ids->count; place++) {
        const uint32_t row = ids->order[place];
        uint32_t number = 0;
        if (of->row_of[row] == PALATE_NO_ROW)
            continue;
        PALATE_TRY(palate__id_builder_add(&builder, palate__ids_text(ids, row),
                                          palate__ids_bytes(ids, row), &number, err));
        row_of[number] = of->row_of[row];
    }
    PALATE_TRY(palate__id_builder_freeze_as(&builder, row_of, &of->to->users.ids, err));
done:
    palate__id_builder_free(&builder);
    palate__release(of->to->context, row_of);
    return status;
}

static palate_status copy_facts(const work *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_model *from = of->from;
    palate_model *to = of->to;
    char room[PALATE__FACT_BYTES];
    for (size_t f = 0; f < PALATE__FACT_COUNT; f++)
        PALATE_TRY(palate__fact_parse(to, &palate__facts[f],
                                      palate__fact_format(from, &palate__facts[f], room), err));
    for (uint32_t f = 0; f < from->factor_count; f++)
        PALATE_TRY(palate__model_set_text(to, &to->factor_names[f], from->factor_names[f], err));
    to->sample_count = from->sample_count;
    to->summary.rating_count = from->summary.rating_count > 0 ? to->seen_begins[of->kept_count] : 0;
    to->log = palate__allocate_array(to->context, from->log_count, sizeof *to->log);
    if (to->log == NULL)
        PALATE_TRY(fail_memory(err));
    if (from->log_count > 0)
        memcpy(to->log, from->log, from->log_count * sizeof *to->log);
    to->log_count = from->log_count;
done:
    return status;
}

/* ---- Items ---- */

/* Of an item that nobody else rated nothing is known any longer. */
static void make_typical(const palate_model *model, uint32_t item)
{
    const size_t k = model->factor_count;
    float *factors = palate__writable(model->items.factors);
    float *offsets = palate__writable(model->items.offsets);
    memcpy(factors + item * k, model->items.typical, k * sizeof *factors);
    offsets[item] = model->items.typical[k];
}

static void count_items(const work *of)
{
    const palate_model *from = of->from;
    uint32_t *counts = palate__writable(of->to->items.counts);
    for (uint32_t user = 0; user < from->users.ids.count; user++) {
        if (of->row_of[user] != PALATE_NO_ROW)
            continue;
        for (int64_t e = from->seen_begins[user]; e < from->seen_begins[user + 1]; e++)
            if (--counts[from->seen_items[e]] == 0)
                make_typical(of->to, from->seen_items[e]);
    }
}

/* ---- The call ---- */

palate_status palate_model_forget(const palate_model *model, const uint32_t *users, size_t count,
                                  palate_model **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    if (out != NULL)
        *out = NULL;
    if (model == NULL || out == NULL || (users == NULL && count > 0))
        return palate__fail(err, PALATE_E_INVALID, "palate_model_forget: %s is NULL",
                            model == NULL ? "model"
                            : out == NULL ? "out"
                                          : "users");
    palate_context *context = model->context;
    work of = {.from = model, .sizes = palate__model_sizes(model)};
    PALATE_TRY(choose(&of, users, count, err));
    PALATE_TRY(palate__model_create_empty(context, model->factor_count, &of.to, err));
    of.to->owned = true;
    PALATE_TRY(copy_tensors(&of, err));
    PALATE_TRY(copy_user_ids(&of, err));
    PALATE_TRY(palate__ids_copy(context, &model->items.ids, &of.to->items.ids, err));
    PALATE_TRY(copy_features(&of, &model->users, &of.to->users, err));
    PALATE_TRY(copy_features(&of, &model->items, &of.to->items, err));
    PALATE_TRY(copy_facts(&of, err));
    count_items(&of);
    *out = of.to;
    of.to = NULL;
done:
    palate_model_free(of.to);
    palate__release(context, of.kept);
    palate__release(context, of.row_of);
    return status;
}
