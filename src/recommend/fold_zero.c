/* SPDX-License-Identifier: Apache-2.0 */
/* New rows where what is missing is zero: as training finds them (train/rules/zero.c), many passes on end. */
#include "recommend/fold.h"

#include "base/context.h"
#include "base/threads.h"
#include "model/inside.h"

#include <string.h>

enum { PASSES_MAX = 500, ROWS = PALATE__GRAM_ROWS, ROWS_OF_TASK = 256 };
static const float STILL = 1e-12F; /* A share: as kernels' gram_descend has it. */

static void enter_task(size_t task, int thread, void *argument)
{
    (void)thread;
    const palate__fold *fold = argument;
    const palate__inside inside = {fold->gain, fold->anchor};
    const size_t end = (task + 1) * ROWS_OF_TASK;
    for (size_t row = task * ROWS_OF_TASK; row < end && row < fold->other->ids.count; row++)
        palate__inside_enter(inside, fold->k, fold->other->factors + row * fold->k, 0.0,
                             fold->rows + row * fold->stride + 1);
}

palate_status palate__fold_zero_begin(palate__fold *fold, int threads, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = fold->model->context;
    const size_t count = fold->other->ids.count;
    const double own = fold->own->lambda == NULL ? 0.0 : (double)fold->own->lambda[1];
    const double given = fold->regularization * (double)count * fold->gain;
    fold->rows = palate__allocate_zeroed(context, count, fold->stride * sizeof *fold->rows);
    if (fold->rows == NULL)
        return palate__fail_memory(err, "taking in new rows");
    PALATE_TRY(palate__gram_begin(context, fold->k, &fold->gram, err));
    palate__parallel_for(threads, (count + ROWS_OF_TASK - 1) / ROWS_OF_TASK, enter_task, fold);
    palate__gram_add(&fold->gram, fold->rows, count, threads);
    palate__gram_set(&fold->gram, 1.0, fold->regularization == PALATE_AUTO ? own : given);
done:
    return status;
}

void palate__fold_zero_end(palate__fold *fold)
{
    palate__gram_end(fold->model->context, &fold->gram);
    palate__release(fold->model->context, fold->rows);
}

void palate__fold_zero_place(const palate__fold *fold, palate__fold_desk *desk, size_t place,
                             uint32_t without, const float *from)
{
    float *x = desk->group + place;
    float *b = x + fold->k * ROWS;
    float *sums = desk->away;
    desk->chosen_count = 0;
    for (uint32_t e = 0; e < desk->count; e++) {
        if (e == without)
            continue;
        desk->chosen[desk->chosen_count] = desk->columns[e];
        desk->targets[desk->chosen_count++] = desk->ratings[e];
    }
    fold->kernels->weigh_rows(fold->rows, fold->stride, desk->chosen, desk->targets,
                              desk->chosen_count, sums);
    for (size_t f = 0; f < fold->k; f++) {
        b[f * ROWS] = (float)(fold->gain * (double)sums[1 + f] - fold->l1);
        x[f * ROWS] = from == NULL ? 0.0F : from[1 + f];
    }
}

void palate__fold_zero_solve(const palate__fold *fold, const palate__fold_desk *desk, size_t count)
{
    const palate__gram *gram = &fold->gram;
    const palate__gram_problem problem = {gram->matrix, gram->inverse, fold->k, PASSES_MAX, STILL};
    for (size_t f = 0; f < 2 * fold->k; f++)
        memset(desk->group + f * ROWS + count, 0, (ROWS - count) * sizeof *desk->group);
    fold->kernels->gram_descend(&problem, desk->group + fold->k * ROWS, desk->group);
}

void palate__fold_zero_lift(const palate__fold *fold, palate__fold_desk *desk, size_t place)
{
    memset(desk->x, 0, fold->stride * sizeof *desk->x);
    for (size_t f = 0; f < fold->k; f++)
        desk->x[1 + f] = desk->group[f * ROWS + place];
}
