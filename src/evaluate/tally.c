/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/tally.h"

#include "base/threads.h"
#include "evaluate/listed.h"

#include <string.h>

enum {
    USERS_A_TASK = 64,
    /* Between two reports of progress, and of one call of palate_model_recommend(): */
    USERS_A_BLOCK = 4096,
    TASKS_A_BLOCK = USERS_A_BLOCK / USERS_A_TASK,
    /* and fewer where lists are long, so that they take a few MB at most. */
    PLACES_A_BLOCK = 1 << 20
};

/* What one thread works in: room for the longest row of the ratings. */
typedef struct desk {
    float *predictions;
    palate__rated_pair *pairs, *sorted, *chosen;
    uint32_t *items; /* Of the pairs, by item of the test ratings. */
    float *scratch;
    palate__listed listed;
} desk;

/* The work in hand, a block of users at a time. */
typedef struct filling {
    const palate__system *system;
    const palate__test *test;
    const palate__plan *plan;
    palate__tally *tally;
    bool with_ratings, with_lists;
    size_t block_users; /* In a block. */
    palate__lists lists;
    size_t first, end;
    desk *desks;
    void *room;
    palate_status *statuses; /* By task of a block. */
} filling;

palate_status palate__progress_tell(const palate__progress_part *part, double share,
                                    palate_error *err)
{
    const palate_evaluate_options *options = part->options;
    double reached = part->begin + (part->end - part->begin) * share;
    if (options->on_progress == NULL || options->on_progress(reached, options->on_progress_user))
        return PALATE_OK;
    return palate__fail(err, PALATE_E_STOPPED, "evaluating was stopped on request");
}

/* ---- One user ---- */

static double *block_of(const filling *work, double *row, uint32_t group)
{
    return row + (group == PALATE__ALL_GROUPS ? 0 : group + 1) * work->plan->column_count;
}

static void measure_ratings(const filling *work, const palate__user_ratings *given, double *columns)
{
    for (size_t m = 0; m < work->plan->measure_count; m++) {
        const palate__planned *planned = &work->plan->measures[m];
        if (planned->metric->of_ratings != NULL)
            planned->metric->of_ratings(given, columns + planned->column);
    }
}

/* Pairs of what all systems predict. */
static size_t pair_up(const filling *work, const desk *at, int64_t begin, size_t count)
{
    const palate__matrix *matrix = &work->test->ratings->by_user;
    const bool *left_out = work->test->left_out;
    size_t pairs = 0;
    for (size_t e = 0; e < count; e++) {
        const int64_t entry = begin + (int64_t)e;
        at->pairs[pairs] = (palate__rated_pair){matrix->values[entry], at->predictions[e]};
        at->items[pairs] = matrix->columns[entry];
        pairs += left_out == NULL || !left_out[entry];
    }
    return pairs;
}

/* The pairs of one group of items. */
static size_t choose_pairs(const filling *work, const desk *at, size_t count, uint32_t group)
{
    size_t chosen = 0;
    for (size_t e = 0; e < count; e++)
        if (work->test->items_by.of[at->items[e]] == group)
            at->chosen[chosen++] = at->pairs[e];
    return chosen;
}

static palate_status add_ratings(const filling *work, const desk *at, uint32_t user, double *row)
{
    const palate__matrix *matrix = &work->test->ratings->by_user;
    const int64_t begin = matrix->begins[user];
    const size_t count = (size_t)(matrix->begins[user + 1] - begin);
    palate_status status = work->system->predict(work->system, user, begin, count, at->predictions);
    if (status != PALATE_OK)
        return status;
    const size_t pairs = pair_up(work, at, begin, count);
    palate__user_ratings given = {pairs, at->pairs, at->sorted, at->scratch};
    measure_ratings(work, &given, row);
    given.pairs = at->chosen;
    for (uint32_t group = 0; group < work->test->items_by.count; group++) {
        given.count = choose_pairs(work, at, pairs, group);
        measure_ratings(work, &given, block_of(work, row, group));
    }
    return PALATE_OK;
}

static bool is_measured(const filling *work, const palate__metric *metric)
{
    return metric->of_list != NULL && !(metric->needs_counts && work->test->no_counts != NULL);
}

static void measure_list(const filling *work, palate__user_list list, double *columns)
{
    const size_t count = list.count;
    for (size_t m = 0; m < work->plan->measure_count; m++) {
        const palate__planned *planned = &work->plan->measures[m];
        if (!is_measured(work, planned->metric))
            continue;
        list.at = planned->metric->about.at ? work->plan->lengths[planned->length] : count;
        list.count = count < list.at ? count : list.at;
        planned->metric->of_list(&list, columns + planned->column);
    }
}

static void add_list(const filling *work, desk *at, uint32_t user, double *row)
{
    const size_t place = user - work->first;
    const uint32_t *items = work->lists.items + place * work->lists.places;
    const size_t count = work->lists.counts[place];
    palate__listed_user(&at->listed, work->system, user);
    measure_list(work, palate__listed_view(&at->listed, items, count, PALATE__ALL_GROUPS), row);
    for (uint32_t group = 0; group < work->test->items_by.count; group++)
        measure_list(work, palate__listed_view(&at->listed, items, count, group),
                     block_of(work, row, group));
}

static void fill_users(size_t task, int thread, void *argument)
{
    const filling *work = argument;
    desk *at = &work->desks[thread];
    size_t first = work->first + task * USERS_A_TASK;
    size_t end = first + USERS_A_TASK < work->end ? first + USERS_A_TASK : work->end;
    palate_status status = PALATE_OK;
    for (size_t user = first; user < end && status == PALATE_OK; user++) {
        double *row = work->tally->rows + user * work->tally->column_count;
        if (work->with_ratings)
            status = add_ratings(work, at, (uint32_t)user, row);
        if (work->with_lists)
            add_list(work, at, (uint32_t)user, row);
    }
    work->statuses[task] = status;
}

/* ---- All users ---- */

static void count_items(const filling *work)
{
    const size_t n = work->test->items.item_count;
    for (size_t i = 0; i < work->lists.count; i++) {
        const uint32_t *items = work->lists.items + i * work->lists.places;
        for (size_t l = 0; l < work->plan->length_count; l++) {
            uint32_t *counts = work->tally->item_counts + l * n;
            size_t length = work->plan->lengths[l];
            for (size_t place = 0; place < work->lists.counts[i] && place < length; place++)
                if (items[place] < n)
                    counts[items[place]]++;
        }
    }
}

static palate_status fill_block(filling *work, palate_error *err)
{
    palate_status status = PALATE_OK;
    size_t task_count = (work->end - work->first + USERS_A_TASK - 1) / USERS_A_TASK;
    if (work->with_lists) {
        work->lists.first = work->first;
        work->lists.count = work->end - work->first;
        PALATE_TRY(work->system->recommend(work->system, &work->lists, err));
        count_items(work);
    }
    palate__parallel_for(work->plan->threads, task_count, fill_users, work);
    for (size_t task = 0; task < task_count; task++)
        if (work->statuses[task] != PALATE_OK)
            PALATE_TRY(palate__fail(err, work->statuses[task], "evaluating: %s failed to predict",
                                    work->system->name));
done:
    return status;
}

static palate_status fill_blocks(filling *work, const palate__progress_part *part,
                                 palate_error *err)
{
    palate_status status = PALATE_OK;
    size_t user_count = work->tally->user_count;
    for (size_t first = 0; first < user_count; first = work->end) {
        work->first = first;
        work->end = user_count - first < work->block_users ? user_count : first + work->block_users;
        PALATE_TRY(fill_block(work, err));
        PALATE_TRY(palate__progress_tell(part, (double)work->end / (double)user_count, err));
    }
done:
    return status;
}

/* ---- Memory ---- */

/* Room for lists no longer than there are items. */
static bool make_lists(filling *work)
{
    palate_context *context = work->test->context;
    const size_t n = work->test->items.item_count;
    size_t places = work->plan->longest < n ? work->plan->longest : n;
    if (!work->with_lists)
        return true;
    if (work->block_users > PLACES_A_BLOCK / places)
        work->block_users = PLACES_A_BLOCK / places + 1;
    size_t size = work->block_users * places;
    work->lists = (palate__lists){
        .places = places,
        .items = palate__allocate_array(context, size, sizeof *work->lists.items),
        .scores = palate__allocate_array(context, size, sizeof *work->lists.scores),
        .counts = palate__allocate_array(context, work->block_users, sizeof *work->lists.counts),
    };
    work->tally->item_counts = palate__allocate_zeroed(context, n * work->plan->length_count,
                                                       sizeof *work->tally->item_counts);
    return work->lists.items != NULL && work->lists.scores != NULL && work->lists.counts != NULL &&
           work->tally->item_counts != NULL;
}

static bool make_desks(filling *work)
{
    /* Of a desk, for each rating of the longest row: predictions, three of pairs, items, scratch. */
    enum { FLOATS = 1 + 3 * 2 + 1 + 2 };
    palate_context *context = work->test->context;
    const size_t threads = work->plan->threads < TASKS_A_BLOCK ? (size_t)work->plan->threads
                                                               : TASKS_A_BLOCK;
    const size_t longest = palate__matrix_longest(&work->test->ratings->by_user);
    const bool with_order = work->plan->needs_order && work->system->no_order == NULL;
    const size_t places = work->lists.places;
    const size_t floats = (longest * FLOATS + 15) / 16 * 16;
    const size_t bytes = floats * sizeof(float) +
                         palate__listed_bytes(work->test, places, with_order);
    work->room = palate__allocate_array(context, threads, bytes);
    work->desks = palate__allocate_array(context, threads, sizeof *work->desks);
    if (work->room == NULL || work->desks == NULL)
        return false;
    for (size_t t = 0; t < threads; t++) {
        char *own = (char *)work->room + t * bytes;
        float *at = (float *)(void *)own;
        work->desks[t] = (desk){
            .predictions = at,
            .pairs = (palate__rated_pair *)(at + longest),
            .sorted = (palate__rated_pair *)(at + 3 * longest),
            .chosen = (palate__rated_pair *)(at + 5 * longest),
            .items = (uint32_t *)(void *)(at + 7 * longest),
            .scratch = at + 8 * longest,
        };
        palate__listed_begin(work->test, places, with_order, own + floats * sizeof(float),
                             &work->desks[t].listed);
    }
    return true;
}

static void release(filling *work)
{
    palate_context *context = work->test->context;
    palate__release(context, work->lists.items);
    palate__release(context, work->lists.scores);
    palate__release(context, work->lists.counts);
    palate__release(context, work->room);
    palate__release(context, work->desks);
}

palate_status palate__tally_fill(const palate__system *system, const palate__progress_part *part,
                                 palate__tally *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__test *test = system->test;
    const palate__plan *plan = test->plan;
    palate_status statuses[TASKS_A_BLOCK];
    filling work = {.system = system,
                    .test = test,
                    .plan = plan,
                    .tally = out,
                    .with_ratings = plan->needs_ratings && system->no_predictions == NULL,
                    .with_lists = plan->needs_lists && system->no_lists == NULL,
                    .block_users = USERS_A_BLOCK,
                    .statuses = statuses};
    *out = (palate__tally){.user_count = test->ratings->users.count,
                           .column_count = plan->column_count * (1 + test->items_by.count)};
    out->rows = palate__allocate_zeroed(test->context, out->user_count * (out->column_count + 1),
                                        sizeof *out->rows);
    if (out->rows == NULL || !make_lists(&work) || !make_desks(&work)) {
        status = palate__fail_memory(err, "evaluating: fewer groups and metrics need less");
        goto done;
    }
    PALATE_TRY(fill_blocks(&work, part, err));
done:
    release(&work);
    return status;
}

void palate__tally_end(palate_context *context, palate__tally *tally)
{
    palate__release(context, tally->rows);
    palate__release(context, tally->item_counts);
    *tally = (palate__tally){0};
}
