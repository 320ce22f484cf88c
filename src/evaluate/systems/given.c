/* SPDX-License-Identifier: Apache-2.0 */
/* Another system, known by its predictions and lists. */
#define _GNU_SOURCE
#include "base/text.h"
#include "base/threads.h"
#include "evaluate/system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS_A_TASK = 64 };

typedef struct given {
    const palate_ratings *predictions, *lists;
    /* Rows of the predictions, by user and item of the test ratings, or PALATE_NO_ROW. */
    uint32_t *predicted_users, *predicted_items;
    uint32_t *listed_users; /* Rows of the lists, by user of the test ratings. */
    /* By item of the lists: its row in the model, or a number beyond: that of an item of the test
     * ratings, then numbers of nothing. */
    uint32_t *listed_items;
} given;

/* ---- Predictions ---- */

/* The prediction for an entry of the test ratings; false: there is none. */
static bool find_prediction(const given *own, uint32_t user, uint32_t item, float *prediction)
{
    const palate__matrix *matrix = &own->predictions->by_user;
    const uint32_t row = own->predicted_users[user];
    const uint32_t column = own->predicted_items[item];
    if (row == PALATE_NO_ROW || column == PALATE_NO_ROW)
        return false;
    int64_t low = matrix->begins[row];
    int64_t high = matrix->begins[row + 1];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (matrix->columns[middle] < column)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == matrix->begins[row + 1] || matrix->columns[low] != column)
        return false;
    *prediction = matrix->values[low];
    return true;
}

/* What is not predicted is among the entries left out, and never looked at. */
static palate_status predict(const palate__system *system, uint32_t user, int64_t begin,
                             size_t count, float *predictions)
{
    const uint32_t *columns = system->test->ratings->by_user.columns + begin;
    for (size_t e = 0; e < count; e++) {
        predictions[e] = 0.0F;
        find_prediction(system->own, user, columns[e], &predictions[e]);
    }
    return PALATE_OK;
}

static palate_status fail_missing(const palate__system *system, uint32_t user, uint32_t item,
                                  int64_t missing, palate_error *err)
{
    const palate_ratings *ratings = system->test->ratings;
    char user_id[PALATE__SHOWN_BYTES];
    char item_id[PALATE__SHOWN_BYTES];
    palate__text_for_message(palate__text_span(palate__ids_text(&ratings->users, user)), user_id,
                             sizeof user_id);
    palate__text_for_message(palate__text_span(palate__ids_text(&ratings->items, item)), item_id,
                             sizeof item_id);
    return palate__fail(err, PALATE_E_INVALID,
                        "%s: no prediction for %lld of the %lld test ratings, such as user \"%s\", "
                        "item \"%s\"; add them, or compare on those that all predict (option "
                        "common)",
                        system->name, (long long)missing,
                        (long long)palate__matrix_count(&ratings->by_user), user_id, item_id);
}

/* Marks the test ratings that are not predicted, where that is allowed. */
static palate_status check_predictions(const palate__system *system, bool *left_out,
                                       palate_error *err)
{
    const palate__matrix *matrix = &system->test->ratings->by_user;
    uint32_t first_user = 0;
    uint32_t first_item = 0;
    int64_t missing = 0;
    for (uint32_t user = 0; user < matrix->row_count; user++)
        for (int64_t e = matrix->begins[user]; e < matrix->begins[user + 1]; e++) {
            float prediction = 0.0F;
            if (find_prediction(system->own, user, matrix->columns[e], &prediction))
                continue;
            if (missing++ == 0) {
                first_user = user;
                first_item = matrix->columns[e];
            }
            if (left_out != NULL)
                left_out[e] = true;
        }
    return missing == 0 || left_out != NULL
               ? PALATE_OK
               : fail_missing(system, first_user, first_item, missing, err);
}

/* ---- Lists ---- */

typedef struct listing {
    const palate__system *system;
    const palate__lists *lists;
    uint32_t *room; /* Of each thread: for the longest list. */
    size_t longest;
} listing;

typedef struct order {
    const palate_ratings *lists;
    int64_t begin;
} order;

/* Entries of a user, high scores first, equal ones by id. */
static int compare_entries(const void *a, const void *b, void *by)
{
    const order *of = by;
    const palate__matrix *matrix = &of->lists->by_user;
    const int64_t left = of->begin + *(const uint32_t *)a;
    const int64_t right = of->begin + *(const uint32_t *)b;
    if (matrix->values[left] != matrix->values[right])
        return matrix->values[left] > matrix->values[right] ? -1 : 1;
    return palate__compare_ids(&of->lists->items, matrix->columns[left], matrix->columns[right]);
}

/* What the user has seen, or may not be recommended at all, is no candidate. */
static bool is_candidate(const palate__test *test, uint32_t item, const uint32_t *seen,
                         size_t seen_count)
{
    if (item >= test->items.item_count)
        return test->barred == NULL;
    return (test->barred == NULL || !test->barred[item]) &&
           !palate__holds_row(seen, seen_count, item);
}

static uint32_t fill_list(const listing *work, uint32_t user, uint32_t *entries, uint32_t *list)
{
    const given *own = work->system->own;
    const palate__matrix *matrix = &own->lists->by_user;
    const uint32_t row = own->listed_users[user];
    size_t seen_count = 0;
    const uint32_t *seen = palate__test_seen(work->system->test, user, &seen_count);
    uint32_t count = 0;
    if (row == PALATE_NO_ROW)
        return 0;
    order by = {own->lists, matrix->begins[row]};
    const size_t listed = (size_t)(matrix->begins[row + 1] - by.begin);
    for (size_t e = 0; e < listed; e++)
        entries[e] = (uint32_t)e;
    qsort_r(entries, listed, sizeof *entries, compare_entries, &by);
    for (size_t e = 0; e < listed && count < work->lists->places; e++) {
        const uint32_t item = own->listed_items[matrix->columns[by.begin + entries[e]]];
        if (is_candidate(work->system->test, item, seen, seen_count))
            list[count++] = item;
    }
    return count;
}

static void fill_lists(size_t task, int thread, void *argument)
{
    const listing *work = argument;
    const palate__lists *lists = work->lists;
    const size_t first = task * USERS_A_TASK;
    const size_t end = first + USERS_A_TASK < lists->count ? first + USERS_A_TASK : lists->count;
    for (size_t i = first; i < end; i++)
        lists->counts[i] = fill_list(work, (uint32_t)(lists->first + i),
                                     work->room + (size_t)thread * work->longest,
                                     lists->items + i * lists->places);
}

static palate_status recommend(const palate__system *system, const palate__lists *lists,
                               palate_error *err)
{
    const palate__test *test = system->test;
    const given *own = system->own;
    const palate__matrix *matrix = &own->lists->by_user;
    listing work = {.system = system, .lists = lists};
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        const size_t count = (size_t)(matrix->begins[row + 1] - matrix->begins[row]);
        work.longest = count > work.longest ? count : work.longest;
    }
    work.room = palate__allocate_array(test->context, (size_t)test->plan->threads,
                                       work.longest * sizeof *work.room);
    if (work.room == NULL)
        return palate__fail_memory(err, "ordering lists");
    palate__parallel_for(test->plan->threads, (lists->count + USERS_A_TASK - 1) / USERS_A_TASK,
                         fill_lists, &work);
    palate__release(test->context, work.room);
    return PALATE_OK;
}

/* ---- Matching ---- */

static bool match(const palate__system *system, given *own)
{
    const palate__test *test = system->test;
    palate_context *context = test->context;
    const palate_ratings *ratings = test->ratings;
    bool complete = true;
    if (own->predictions != NULL) {
        own->predicted_users = palate__match_rows(context, &ratings->users,
                                                  &own->predictions->users);
        own->predicted_items = palate__match_rows(context, &ratings->items,
                                                  &own->predictions->items);
        complete = own->predicted_users != NULL && own->predicted_items != NULL;
    }
    if (own->lists != NULL && complete) {
        own->listed_users = palate__match_rows(context, &ratings->users, &own->lists->users);
        own->listed_items = palate__match_rows(context, &own->lists->items,
                                               &test->model->items.ids);
        complete = own->listed_users != NULL && own->listed_items != NULL;
    }
    return complete;
}

/* Items that the model does not know may still be among the test ratings. */
static void number_strangers(const palate__test *test, given *own)
{
    const palate__ids *listed = &own->lists->items;
    const palate__ids *tested = &test->ratings->items;
    const uint32_t n = test->model->items.ids.count;
    for (uint32_t item = 0; item < listed->count; item++) {
        if (own->listed_items[item] != PALATE_NO_ROW)
            continue;
        const uint32_t row = palate__ids_find(tested, palate__ids_text(listed, item),
                                              palate__ids_bytes(listed, item));
        own->listed_items[item] = row != PALATE_NO_ROW ? n + row : n + tested->count + item;
    }
}

static void release(palate__system *system)
{
    palate_context *context = system->test->context;
    given *own = system->own;
    palate__release(context, own->predicted_users);
    palate__release(context, own->predicted_items);
    palate__release(context, own->listed_users);
    palate__release(context, own->listed_items);
    palate__release(context, own);
}

palate_status palate__system_given(const palate__test *test, const palate_other_system *other,
                                   bool *left_out, palate__system *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    *out = (palate__system){.test = test,
                            .predict = predict,
                            .recommend = recommend,
                            .no_order = "it gives lists, not an order of all items"};
    snprintf(out->name, sizeof out->name, "%s", other->name);
    if (other->predictions == NULL)
        out->no_predictions = "its predictions were not given (--compare FILE)";
    if (other->lists == NULL)
        out->no_lists = out->no_order = "its lists were not given (--compare-lists FILE)";
    given *own = palate__allocate_zeroed(test->context, 1, sizeof *own);
    if (own == NULL)
        return palate__fail_memory(err, "comparing systems");
    out->own = own;
    out->release = release;
    own->predictions = other->predictions;
    own->lists = other->lists;
    if (!match(out, own))
        return palate__fail_memory(err, "comparing systems");
    if (own->lists != NULL)
        number_strangers(test, own);
    if (own->predictions != NULL && test->plan->needs_ratings)
        PALATE_TRY(check_predictions(out, left_out, err));
done:
    return status;
}
