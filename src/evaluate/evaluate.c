/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of a model on ratings. Each task takes a fixed number of users and keeps its own sums;
 * these are added up in the order of tasks, so that the threads leave no trace.
 */
#include "palate/evaluate.h"

#include "base/context.h"
#include "base/threads.h"
#include "model/model.h"
#include "ratings/matrix.h"

#include <math.h>

enum {
    USERS_A_TASK = 64,
    /* Pairs predicted at a time, on the stack. */
    BATCH = 256
};

/* What one task found. */
typedef struct sums {
    palate_status status;
    double squared, absolute, baseline_squared;
    palate_unknown_counts unknown;
} sums;

typedef struct comparison {
    const palate_model *model;
    const palate_ratings *ratings;
    const uint32_t *user_rows; /* Of the model, for each row of the ratings. */
    const uint32_t *item_rows;
    sums *tasks;
} comparison;

static void add_unknown(palate_unknown_counts *to, const palate_unknown_counts *from)
{
    to->users += from->users;
    to->items += from->items;
    to->both += from->both;
}

/* Compares at most BATCH ratings of one user. */
static palate_status compare_batch(const comparison *asked, uint32_t user, int64_t first,
                                   size_t count, sums *to)
{
    const palate__matrix *matrix = &asked->ratings->by_user;
    const uint32_t *columns = matrix->columns + first;
    const float *ratings = matrix->values + first;
    uint32_t users[BATCH];
    uint32_t items[BATCH];
    float predictions[BATCH];
    palate_unknown_counts unknown = {0};
    for (size_t e = 0; e < count; e++) {
        users[e] = user;
        items[e] = asked->item_rows[columns[e]];
    }
    const int64_t *times = asked->ratings->times;
    const palate_cells cells = {count, users, items, times == NULL ? NULL : times + first};
    palate_status status = palate_model_predict(asked->model, &cells, predictions, NULL, &unknown,
                                                NULL);
    if (status != PALATE_OK)
        return status;
    add_unknown(&to->unknown, &unknown);
    for (size_t e = 0; e < count; e++) {
        double error = (double)ratings[e] - (double)predictions[e];
        double baseline_error = (double)ratings[e] - asked->model->summary.mean;
        to->squared += error * error;
        to->absolute += fabs(error);
        to->baseline_squared += baseline_error * baseline_error;
    }
    return PALATE_OK;
}

static void compare_users(size_t task, int thread, void *argument)
{
    (void)thread;
    const comparison *asked = argument;
    const palate__matrix *matrix = &asked->ratings->by_user;
    size_t first = task * USERS_A_TASK;
    size_t end = first + USERS_A_TASK;
    if (end > matrix->row_count)
        end = matrix->row_count;
    sums found = {0};
    for (size_t i = first; i < end; i++) {
        int64_t last = matrix->begins[i + 1];
        for (int64_t e = matrix->begins[i]; e < last && found.status == PALATE_OK; e += BATCH) {
            size_t count = last - e < BATCH ? (size_t)(last - e) : BATCH;
            found.status = compare_batch(asked, asked->user_rows[i], e, count, &found);
        }
    }
    asked->tasks[task] = found;
}

/* Rows of the model by rows of the ratings, matched by id. NULL when memory runs out. */
static uint32_t *match_rows(palate_context *context, const palate__ids *ratings,
                            const palate__ids *model)
{
    uint32_t *rows = palate__allocate_array(context, ratings->count, sizeof *rows);
    for (uint32_t r = 0; rows != NULL && r < ratings->count; r++)
        rows[r] = palate__ids_find(model, palate__ids_text(ratings, r),
                                   palate__ids_bytes(ratings, r));
    return rows;
}

static palate_status add_up(const sums *tasks, size_t task_count, int64_t count,
                            palate_metrics *out, palate_error *err)
{
    sums total = {0};
    for (size_t t = 0; t < task_count; t++) {
        if (tasks[t].status != PALATE_OK)
            return palate__fail(err, tasks[t].status, "evaluating: predicting failed");
        total.squared += tasks[t].squared;
        total.absolute += tasks[t].absolute;
        total.baseline_squared += tasks[t].baseline_squared;
        add_unknown(&total.unknown, &tasks[t].unknown);
    }
    *out = (palate_metrics){.count = count,
                            .rmse = sqrt(total.squared / (double)count),
                            .mae = total.absolute / (double)count,
                            .baseline_rmse = sqrt(total.baseline_squared / (double)count),
                            .unknown = total.unknown};
    return PALATE_OK;
}

static palate_status check(const palate_model *model, const palate_ratings *ratings,
                           int64_t threads, const palate_metrics *out, palate_error *err)
{
    if (model == NULL || ratings == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_evaluate: %s is NULL",
                            model == NULL     ? "model"
                            : ratings == NULL ? "ratings"
                                              : "out");
    if (threads < 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_evaluate: threads is %lld; give 0 or more",
                            (long long)threads);
    if (palate__matrix_count(&ratings->by_user) == 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "there is no rating to compare the model with; give at least one");
    return PALATE_OK;
}

palate_status palate_model_evaluate(const palate_model *model, const palate_ratings *ratings,
                                    int64_t threads, palate_metrics *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    uint32_t *user_rows = NULL;
    uint32_t *item_rows = NULL;
    sums *tasks = NULL;
    if (out != NULL)
        *out = (palate_metrics){0};
    status = check(model, ratings, threads, out, err);
    if (status != PALATE_OK)
        return status;
    palate_context *context = model->context;
    size_t task_count = ((size_t)ratings->users.count + USERS_A_TASK - 1) / USERS_A_TASK;
    user_rows = match_rows(context, &ratings->users, &model->users.ids);
    item_rows = match_rows(context, &ratings->items, &model->items.ids);
    tasks = palate__allocate_array(context, task_count, sizeof *tasks);
    if (user_rows == NULL || item_rows == NULL || tasks == NULL) {
        status = palate__fail_memory(err, "evaluating");
        goto done;
    }
    comparison asked = {model, ratings, user_rows, item_rows, tasks};
    palate__parallel_for(palate__thread_count(threads), task_count, compare_users, &asked);
    PALATE_TRY(add_up(tasks, task_count, palate__matrix_count(&ratings->by_user), out, err));
done:
    palate__release(context, user_rows);
    palate__release(context, item_rows);
    palate__release(context, tasks);
    return status;
}
