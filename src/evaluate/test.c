/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/test.h"

#include <stdlib.h>
#include <string.h>

/* Rows of one table by rows of another, matched by id. NULL when memory runs out. */
static uint32_t *match_rows(palate_context *context, const palate__ids *from, const palate__ids *to)
{
    uint32_t *rows = palate__allocate_array(context, from->count, sizeof *rows);
    for (uint32_t r = 0; rows != NULL && r < from->count; r++)
        rows[r] = palate__ids_find(to, palate__ids_text(from, r), palate__ids_bytes(from, r));
    return rows;
}

static bool is_known(const palate__side *side, uint32_t row)
{
    return row != PALATE_NO_ROW && side->counts[row] > 0;
}

static int compare_rows(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static bool was_seen(const palate_model *model, uint32_t user, uint32_t item)
{
    if (user == PALATE_NO_ROW || item == PALATE_NO_ROW)
        return false;
    const int64_t begin = model->seen_begins[user];
    return bsearch(&item, model->seen_items + begin, (size_t)(model->seen_begins[user + 1] - begin),
                   sizeof item, compare_rows) != NULL;
}

static void count_unknown(palate__test *test, uint32_t user)
{
    const palate_model *model = test->model;
    const palate__matrix *matrix = &test->ratings->by_user;
    palate_test_facts *facts = &test->facts;
    bool stranger = !is_known(&model->users, test->user_rows[user]);
    facts->unknown_user_count += stranger;
    for (int64_t e = matrix->begins[user]; e < matrix->begins[user + 1]; e++) {
        uint32_t item = test->item_rows[matrix->columns[e]];
        bool strange = !is_known(&model->items, item);
        facts->unknown.users += stranger;
        facts->unknown.items += strange;
        facts->unknown.both += stranger && strange;
        facts->seen_count += was_seen(model, test->user_rows[user], item);
    }
}

static bool differs(const palate_model *model, const palate_ratings *train)
{
    char fingerprint[17];
    snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)train->fingerprint);
    return model->fingerprint[0] != '\0' && strcmp(model->fingerprint, fingerprint) != 0;
}

static void gather_facts(palate__test *test)
{
    const palate_ratings *ratings = test->ratings;
    palate_test_facts *facts = &test->facts;
    facts->rating_count = palate__matrix_count(&ratings->by_user);
    facts->user_count = ratings->users.count;
    facts->item_count = ratings->items.count;
    for (uint32_t user = 0; user < ratings->users.count; user++)
        count_unknown(test, user);
    for (uint32_t item = 0; item < ratings->items.count; item++)
        facts->unknown_item_count += !is_known(&test->model->items, test->item_rows[item]);
    facts->train_differs = test->train != NULL && differs(test->model, test->train);
}

palate_status palate__test_begin(const palate_model *model, const palate_ratings *ratings,
                                 const palate__plan *plan, palate__test *out, palate_error *err)
{
    palate_context *context = model->context;
    const palate_ratings *train = plan->options.train;
    *out = (palate__test){
        .context = context, .model = model, .ratings = ratings, .train = train, .plan = plan};
    out->user_rows = match_rows(context, &ratings->users, &model->users.ids);
    out->item_rows = match_rows(context, &ratings->items, &model->items.ids);
    bool complete = out->user_rows != NULL && out->item_rows != NULL;
    if (train != NULL) {
        out->train_users = match_rows(context, &ratings->users, &train->users);
        out->train_items = match_rows(context, &ratings->items, &train->items);
        complete = complete && out->train_users != NULL && out->train_items != NULL;
    }
    if (!complete)
        return palate__fail_memory(err, "evaluating");
    gather_facts(out);
    return PALATE_OK;
}

void palate__test_end(palate__test *test)
{
    palate__release(test->context, test->user_rows);
    palate__release(test->context, test->item_rows);
    palate__release(test->context, test->train_users);
    palate__release(test->context, test->train_items);
    *test = (palate__test){0};
}
