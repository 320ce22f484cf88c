/* SPDX-License-Identifier: Apache-2.0 */
/* A model without some of its users: a copy (copy.h) of what is left. */
#include "model/copy.h"

#include <string.h>

typedef struct work {
    const palate_model *from;
    palate_model *to;
    uint32_t *kept; /* The rows that stay, in order: new row -> old row. */
    uint32_t kept_count;
    uint32_t *row_of; /* Old row -> new row, or PALATE_NO_ROW. */
} work;

static const char DOING[] = "forgetting users";

/* ---- Who stays ---- */

static palate_status choose(work *of, const uint32_t *users, size_t count, palate_error *err)
{
    palate_context *context = of->from->context;
    const uint32_t user_count = of->from->users.ids.count;
    of->row_of = palate__allocate_zeroed(context, user_count, sizeof *of->row_of);
    of->kept = palate__allocate_array(context, user_count, sizeof *of->kept);
    if (of->row_of == NULL || of->kept == NULL)
        return palate__fail_memory(err, DOING);
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
    work of = {.from = model};
    PALATE_TRY(choose(&of, users, count, err));
    const palate__copy copy = {
        .from = model, .users = of.kept, .user_count = of.kept_count, .doing = DOING};
    const palate__id_source left = {&model->users.ids, of.row_of};
    PALATE_TRY(palate__model_copy(&copy, &of.to, err));
    PALATE_TRY(palate__ids_join(context, &left, 1, of.kept_count, &of.to->users.ids, err));
    PALATE_TRY(palate__ids_copy(context, &model->items.ids, &of.to->items.ids, err));
    if (model->summary.rating_count > 0)
        of.to->summary.rating_count = of.to->seen_begins[of.kept_count];
    count_items(&of);
    *out = of.to;
    of.to = NULL;
done:
    palate_model_free(of.to);
    palate__release(context, of.kept);
    palate__release(context, of.row_of);
    return status;
}
