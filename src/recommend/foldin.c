/* SPDX-License-Identifier: Apache-2.0 */
/* Taking in rows that were not there in training: each is a fold (fold.h), shared out over threads. */
#include "palate/recommend.h"

#include "base/context.h"
#include "base/threads.h"
#include "recommend/fold.h"

#include <math.h>

enum { ROWS_OF_TASK = PALATE__GRAM_ROWS }; /* Those that can be found together. */

typedef struct work {
    palate__fold fold;
    const palate_new_rows *rows;
    size_t longest;
    void *room; /* Desks. */
    float *factors, *offsets;
} work;

static void take_row(const work *of, size_t row, palate__fold_desk *desk)
{
    const palate_new_rows *rows = of->rows;
    const int64_t begin = rows->begins[row];
    const palate__fold_row taken = {
        .columns = rows->columns + begin,
        .ratings = rows->ratings + begin,
        .times = rows->times == NULL ? NULL : rows->times + begin,
        .count = (size_t)(rows->begins[row + 1] - begin),
    };
    palate__fold_take(&of->fold, desk, &taken);
}

static void leave_row(const work *of, size_t row, palate__fold_desk *desk)
{
    palate__folded made = {.factors = of->factors + row * of->fold.k};
    palate__fold_leave(&of->fold, desk, &made);
    of->offsets[row] = made.offset;
}

static void solve_each(const work *of, size_t begin, size_t count, palate__fold_desk *desk)
{
    for (size_t row = begin; row < begin + count; row++) {
        take_row(of, row, desk);
        palate__fold_solve(&of->fold, desk, PALATE__NO_PLACE, NULL);
        leave_row(of, row, desk);
    }
}

static void solve_together(const work *of, size_t begin, size_t count, palate__fold_desk *desk)
{
    for (size_t place = 0; place < count; place++) {
        take_row(of, begin + place, desk);
        palate__fold_zero_place(&of->fold, desk, place, PALATE__NO_PLACE, NULL);
    }
    palate__fold_zero_solve(&of->fold, desk, count);
    for (size_t place = 0; place < count; place++) {
        palate__fold_zero_lift(&of->fold, desk, place);
        leave_row(of, begin + place, desk);
    }
}

static void take_rows(size_t task, int thread, void *argument)
{
    const work *of = argument;
    palate__fold_desk desk = palate__fold_desk_of(&of->fold, of->room, thread, of->longest);
    const size_t begin = task * ROWS_OF_TASK;
    const size_t left = of->rows->count - begin;
    const size_t count = left < ROWS_OF_TASK ? left : ROWS_OF_TASK;
    (of->fold.is_zero ? solve_together : solve_each)(of, begin, count, &desk);
}

/* ---- Checks and preparation ---- */

static palate_status check_rows(const palate_new_rows *rows, uint32_t column_count, size_t *longest,
                                palate_error *err)
{
    *longest = 0;
    for (size_t row = 0; row < rows->count; row++) {
        const int64_t count = rows->begins[row + 1] - rows->begins[row];
        if (count < 0 || rows->begins[row] < 0)
            return palate__fail(err, PALATE_E_INVALID,
                                "palate_model_fold_in: begins[%zu] is %lld and begins[%zu] is "
                                "%lld: they must not fall",
                                row, (long long)rows->begins[row], row + 1,
                                (long long)rows->begins[row + 1]);
        *longest = (size_t)count > *longest ? (size_t)count : *longest;
        for (int64_t e = rows->begins[row]; e < rows->begins[row + 1]; e++) {
            if (rows->columns[e] != PALATE_NO_ROW && rows->columns[e] >= column_count)
                return palate__fail(
                    err, PALATE_E_INVALID,
                    "palate_model_fold_in: columns[%lld] is row %u, but the model has %u",
                    (long long)e, rows->columns[e], column_count);
            if (!(fabsf(rows->ratings[e]) <= 1e9F))
                return palate__fail(
                    err, PALATE_E_INVALID,
                    "palate_model_fold_in: ratings[%lld] is %g; ratings lie between -1e9 and 1e9",
                    (long long)e, (double)rows->ratings[e]);
        }
    }
    return PALATE_OK;
}

static palate_status check_arguments(const palate_model *model, const palate_new_rows *rows,
                                     const float *factors, const float *offsets, palate_error *err)
{
    const char *missing = model == NULL ? "model" : rows == NULL ? "rows" : NULL;
    if (missing == NULL && rows->count > 0)
        missing = rows->begins == NULL ? "begins"
                  : factors == NULL    ? "factors"
                  : offsets == NULL    ? "offsets"
                                       : NULL;
    if (missing == NULL && rows->count > 0 && rows->begins[rows->count] > 0)
        missing = rows->columns == NULL ? "columns" : rows->ratings == NULL ? "ratings" : NULL;
    if (missing != NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_fold_in: %s is NULL", missing);
    return PALATE_OK;
}

palate_status palate_model_fold_in(const palate_model *model, const palate_new_rows *rows,
                                   const palate_fold_in_options *options, float *factors,
                                   float *offsets, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_fold_in_options defaults;
    palate_fold_in_options_init(&defaults);
    options = options != NULL ? options : &defaults;
    work of = {.rows = rows, .factors = factors, .offsets = offsets};
    PALATE_TRY(check_arguments(model, rows, factors, offsets, err));
    PALATE_TRY(palate_options_check(palate_fold_in_options_table(), options, err));
    PALATE_TRY(palate__fold_begin(&of.fold, model, options, err));
    PALATE_TRY(check_rows(rows, of.fold.other->ids.count, &of.longest, err));
    const size_t tasks = (rows->count + ROWS_OF_TASK - 1) / ROWS_OF_TASK;
    const int most = palate__thread_count(options->threads);
    const int threads = tasks < (size_t)most ? (int)(tasks > 0 ? tasks : 1) : most;
    of.room = palate__fold_room(&of.fold, threads, of.longest);
    if (of.room == NULL)
        PALATE_TRY(palate__fail_memory(err, "taking in new rows: fewer threads need less"));
    palate__parallel_for(threads, tasks, take_rows, &of);
done:
    palate__fold_end(&of.fold);
    if (of.room != NULL)
        palate__release(model->context, of.room);
    return status;
}
