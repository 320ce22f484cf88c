/* SPDX-License-Identifier: Apache-2.0 */
#include "train/components.h"

#include "base/compiler.h"
#include "base/threads.h"

#include <math.h>

/* Passes: the estimates of four data sets move by less than a percent after six to nine. */
enum { PASSES_MAX = 20, TASK_ROWS = 256 };

/* Ratings that are asked for early: what the processor asks for by itself comes too late. */
enum { AHEAD = 256 };
static const double STILL = 0.01;

/* What is believed before any rating is seen, in ratings and rows: of no weight where there are
 * thousands, but a file of three lines has an estimate too. Offsets then have lambda 5, and e has a
 * quarter of the scale as its deviation: about what MovieLens shows. */
static const double PRIOR_RATINGS = 20.0;
static const double PRIOR_ROWS = 3.0;
static const double PRIOR_LAMBDA = 5.0;

/* What one task adds up over its rows. */
typedef struct sums {
    double biases, squares, variances; /* Of the rows that have ratings. */
    double leverage;                   /* sum of count * variance */
    double squared_error;
    double rows;
} sums;

/* One side being estimated with the other fixed. */
typedef struct pass {
    const palate__matrix *matrix;
    const float *others; /* Biases of the columns. */
    palate__components_side *side;
    double mean, variance; /* Of the ratings; of e. */
    sums *tasks;
} pass;

static void estimate_row(const pass *p, uint32_t row, sums *to)
{
    const palate__matrix *matrix = p->matrix;
    double sum = 0.0;
    double squares = 0.0;
    double count = (double)(matrix->begins[row + 1] - matrix->begins[row]);
    for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
        PALATE__PREFETCH(matrix->columns + e + AHEAD);
        PALATE__PREFETCH(matrix->values + e + AHEAD);
        double rest = (double)matrix->values[e] - p->mean - (double)p->others[matrix->columns[e]];
        sum += rest;
        squares += rest * rest;
    }
    double bias = (sum + p->side->lambda * p->side->mean) / (count + p->side->lambda);
    double variance = p->variance / (count + p->side->lambda);
    p->side->biases[row] = (float)bias;
    if (count == 0.0)
        return;
    to->rows += 1.0;
    to->biases += bias;
    to->squares += bias * bias;
    to->variances += variance;
    to->leverage += count * variance;
    to->squared_error += fmax(squares - 2.0 * bias * sum + count * bias * bias, 0.0);
}

static void estimate_task(size_t task, int thread, void *argument)
{
    (void)thread;
    const pass *p = argument;
    sums found = {0};
    size_t end = (task + 1) * TASK_ROWS;
    for (size_t row = task * TASK_ROWS; row < end && row < p->matrix->row_count; row++)
        estimate_row(p, (uint32_t)row, &found);
    p->tasks[task] = found;
}

static size_t task_count(const palate__matrix *matrix)
{
    return ((size_t)matrix->row_count + TASK_ROWS - 1) / TASK_ROWS;
}

static sums estimate_side(const palate__components_input *input, pass *p)
{
    sums total = {0};
    palate__parallel_for(input->threads, task_count(p->matrix), estimate_task, p);
    for (size_t task = 0; task < task_count(p->matrix); task++) {
        total.rows += p->tasks[task].rows;
        total.biases += p->tasks[task].biases;
        total.squares += p->tasks[task].squares;
        total.variances += p->tasks[task].variances;
        total.leverage += p->tasks[task].leverage;
        total.squared_error += p->tasks[task].squared_error;
    }
    return total;
}

/* Mean and strength of the biases' prior, given where they are. */
static void settle_side(palate__components_side *side, const sums *total, double variance)
{
    side->mean = total->biases / total->rows;
    double spread = fmax(total->squares - total->rows * side->mean * side->mean, 0.0);
    double of_biases = (spread + total->variances + PRIOR_ROWS * variance / PRIOR_LAMBDA) /
                       (total->rows + PRIOR_ROWS);
    side->lambda = variance / of_biases;
}

static bool is_still(double before, double after)
{
    return fabs(after - before) <= STILL * before;
}

static void estimate(const palate__components_input *input, sums *tasks, palate__components *out)
{
    const double believed = input->width > 0.0 ? input->width * input->width / 16.0 : 1.0;
    const double count = (double)palate__matrix_count(input->by_user);
    pass users = {input->by_user, out->items.biases, &out->users, input->mean, believed, tasks};
    pass items = {input->by_item, out->users.biases, &out->items, input->mean, believed, tasks};
    out->users.lambda = out->items.lambda = PRIOR_LAMBDA;
    for (int turn = 0; turn < PASSES_MAX; turn++) {
        double before[] = {users.variance, out->users.lambda, out->items.lambda};
        sums of_users = estimate_side(input, &users);
        sums of_items = estimate_side(input, &items);
        double squares = of_items.squared_error + of_users.leverage + of_items.leverage;
        users.variance = (squares + PRIOR_RATINGS * believed) / (count + PRIOR_RATINGS);
        items.variance = users.variance;
        settle_side(&out->users, &of_users, users.variance);
        settle_side(&out->items, &of_items, users.variance);
        if (is_still(before[0], users.variance) && is_still(before[1], out->users.lambda) &&
            is_still(before[2], out->items.lambda))
            break;
    }
    out->deviation = sqrt(users.variance);
}

palate_status palate__components_estimate(const palate__components_input *input,
                                          palate__components *out, palate_error *err)
{
    size_t users = task_count(input->by_user);
    size_t items = task_count(input->by_item);
    sums *tasks = palate__allocate_array(input->context, users > items ? users : items,
                                         sizeof *tasks);
    *out = (palate__components){0};
    out->users.biases = palate__allocate_zeroed(input->context, input->by_user->row_count,
                                                sizeof(float));
    out->items.biases = palate__allocate_zeroed(input->context, input->by_item->row_count,
                                                sizeof(float));
    if (tasks == NULL || out->users.biases == NULL || out->items.biases == NULL) {
        palate__release(input->context, tasks);
        return palate__fail_memory(err, "preparing training");
    }
    estimate(input, tasks, out);
    palate__release(input->context, tasks);
    return PALATE_OK;
}

void palate__components_free(palate_context *context, palate__components *components)
{
    palate__release(context, components->users.biases);
    palate__release(context, components->items.biases);
    *components = (palate__components){0};
}
