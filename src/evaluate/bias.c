/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/bias.h"

#include "base/random.h"
#include "base/threads.h"

#include <math.h>
#include <string.h>

enum {
    ROWS_A_TASK = 512,
    /* Of both sides, when lambdas are tried: each trial begins where the best one ended. */
    TRIAL_SWEEPS = 4,
    FINAL_SWEEPS = 50
};

static const double HELD_OUT = 0.1;

/* Where the walk begins, and how far it may go. On ML-100K it ends at 4 and 2, on ML-1M at 4 and 2,
 * on Jester at .25 and 16. */
static const double LAMBDA_START = 4.0;
static const double LAMBDA_LEAST = 0x1.0p-6;
static const double LAMBDA_MOST = 0x1.0p10;

/* Offsets have arrived where none moves by more than this share of the ratings' spread. */
static const double STILL = 1e-7;

/* Tried within this of each other, lambdas are as good as each other. */
static const double NO_BETTER = 1e-6;

typedef struct fit {
    palate_context *context;
    const palate_ratings *ratings;
    int threads;
    bool holding_out;                           /* Ratings held out are left out of the sums. */
    unsigned char *held_by_user, *held_by_item; /* A bit for each entry of each matrix. */
    palate__bias at;
    double *best_users, *best_items;
    double *task_sums; /* One for each task of either side. */
} fit;

/* One side's turn. */
typedef struct turn {
    const fit *of;
    const palate__matrix *matrix;
    const unsigned char *held;
    const double *other;
    double *offsets;
    double lambda;
    double *moved; /* By task: the largest change. */
} turn;

static bool is_held(const unsigned char *held, int64_t entry)
{
    return (held[entry >> 3] & 1U << (unsigned)(entry & 7)) != 0;
}

static size_t task_count_of(const palate__matrix *matrix)
{
    return ((size_t)matrix->row_count + ROWS_A_TASK - 1) / ROWS_A_TASK;
}

static uint32_t end_of_task(const palate__matrix *matrix, size_t task)
{
    size_t end = (task + 1) * ROWS_A_TASK;
    return end < matrix->row_count ? (uint32_t)end : matrix->row_count;
}

static double fit_row(const turn *side, uint32_t row)
{
    const palate__matrix *matrix = side->matrix;
    double sum = 0.0;
    int64_t count = 0;
    for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
        if (side->held != NULL && is_held(side->held, e))
            continue;
        sum += (double)matrix->values[e] - side->of->at.mean - side->other[matrix->columns[e]];
        count++;
    }
    return count == 0 ? 0.0 : sum / (side->lambda + (double)count);
}

static void fit_rows(size_t task, int thread, void *argument)
{
    (void)thread;
    const turn *side = argument;
    double moved = 0.0;
    for (uint32_t row = (uint32_t)(task * ROWS_A_TASK); row < end_of_task(side->matrix, task);
         row++) {
        double offset = fit_row(side, row);
        moved = fmax(moved, fabs(offset - side->offsets[row]));
        side->offsets[row] = offset;
    }
    side->moved[task] = moved;
}

/* Returns the largest change of an offset. */
static double take_turn(const fit *work, turn *side)
{
    double moved = 0.0;
    size_t tasks = task_count_of(side->matrix);
    palate__parallel_for(work->threads, tasks, fit_rows, side);
    for (size_t task = 0; task < tasks; task++)
        moved = fmax(moved, side->moved[task]);
    return moved;
}

/* Sweeps over items, then users, until nothing moves. */
static void sweep(fit *work, int sweeps)
{
    const palate_ratings *ratings = work->ratings;
    palate__bias *at = &work->at;
    double spread = ratings->report.max - ratings->report.min;
    turn items = {work,           &ratings->by_item, work->holding_out ? work->held_by_item : NULL,
                  at->users,      at->items,         at->item_lambda,
                  work->task_sums};
    turn users = {work,           &ratings->by_user, work->holding_out ? work->held_by_user : NULL,
                  at->items,      at->users,         at->user_lambda,
                  work->task_sums};
    for (int s = 0; s < sweeps; s++) {
        double moved = take_turn(work, &items);
        moved = fmax(moved, take_turn(work, &users));
        if (moved <= STILL * spread)
            break;
    }
}

/* ---- The part held out ---- */

static bool draw_held(uint32_t user, uint32_t item)
{
    palate__random4 drawn = palate__random(0, PALATE__RANDOM_BASELINE, 0, user, item);
    return palate__uniform_double(drawn.word[0]) < HELD_OUT;
}

/* Returns how many are held out. */
static int64_t mark_held(const palate__matrix *matrix, bool by_item, unsigned char *held)
{
    int64_t count = 0;
    for (uint32_t row = 0; row < matrix->row_count; row++)
        for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
            uint32_t column = matrix->columns[e];
            if (!draw_held(by_item ? column : row, by_item ? row : column))
                continue;
            held[e >> 3] |= (unsigned char)(1U << (unsigned)(e & 7));
            count++;
        }
    return count;
}

static void add_errors(size_t task, int thread, void *argument)
{
    (void)thread;
    const fit *work = argument;
    const palate__matrix *matrix = &work->ratings->by_user;
    double sum = 0.0;
    for (uint32_t row = (uint32_t)(task * ROWS_A_TASK); row < end_of_task(matrix, task); row++)
        for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
            if (!is_held(work->held_by_user, e))
                continue;
            double error = (double)matrix->values[e] - work->at.mean - work->at.users[row] -
                           work->at.items[matrix->columns[e]];
            sum += error * error;
        }
    work->task_sums[task] = sum;
}

/* Squared error on the part held out, with lambdas and offsets as they are. */
static double held_out_error(fit *work)
{
    size_t tasks = task_count_of(&work->ratings->by_user);
    double sum = 0.0;
    palate__parallel_for(work->threads, tasks, add_errors, work);
    for (size_t task = 0; task < tasks; task++)
        sum += work->task_sums[task];
    return sum;
}

/* ---- The choice of the lambdas ---- */

static void copy_offsets(const fit *work, double *users, const double *from_users, double *items,
                         const double *from_items)
{
    memcpy(users, from_users, work->ratings->users.count * sizeof *users);
    memcpy(items, from_items, work->ratings->items.count * sizeof *items);
}

static double try_lambdas(fit *work)
{
    sweep(work, TRIAL_SWEEPS);
    return held_out_error(work);
}

/* Multiplies one lambda by `factor` as long as that is better. Returns whether it was once. */
static bool walk(fit *work, double *lambda, double factor, double *best)
{
    bool moved = false;
    while (*lambda * factor >= LAMBDA_LEAST && *lambda * factor <= LAMBDA_MOST) {
        double before = *lambda;
        copy_offsets(work, work->best_users, work->at.users, work->best_items, work->at.items);
        *lambda *= factor;
        double error = try_lambdas(work);
        if (!(error < *best * (1.0 - NO_BETTER))) {
            *lambda = before;
            copy_offsets(work, work->at.users, work->best_users, work->at.items, work->best_items);
            break;
        }
        *best = error;
        moved = true;
    }
    return moved;
}

static bool walk_both_ways(fit *work, double *lambda, double *best)
{
    return walk(work, lambda, 2.0, best) || walk(work, lambda, 0.5, best);
}

static void choose_lambdas(fit *work)
{
    enum { ROUNDS = 8 };
    work->holding_out = true;
    sweep(work, 2 * TRIAL_SWEEPS);
    double best = held_out_error(work);
    bool moved = true;
    for (int round = 0; moved && round < ROUNDS; round++) {
        moved = walk_both_ways(work, &work->at.user_lambda, &best);
        moved |= walk_both_ways(work, &work->at.item_lambda, &best);
    }
    work->holding_out = false;
}

static palate_status begin(fit *work, palate_error *err)
{
    const palate_ratings *ratings = work->ratings;
    palate_context *context = work->context;
    size_t users = ratings->users.count;
    size_t items = ratings->items.count;
    size_t bytes = ((size_t)palate__matrix_count(&ratings->by_user) + 7) / 8;
    size_t tasks = task_count_of(&ratings->by_user) + task_count_of(&ratings->by_item);
    work->at = (palate__bias){
        .mean = ratings->report.mean,
        .user_lambda = LAMBDA_START,
        .item_lambda = LAMBDA_START,
        .users = palate__allocate_zeroed(context, users, sizeof(double)),
        .items = palate__allocate_zeroed(context, items, sizeof(double)),
    };
    work->best_users = palate__allocate_array(context, users, sizeof(double));
    work->best_items = palate__allocate_array(context, items, sizeof(double));
    work->held_by_user = palate__allocate_zeroed(context, bytes, 1);
    work->held_by_item = palate__allocate_zeroed(context, bytes, 1);
    work->task_sums = palate__allocate_zeroed(context, tasks, sizeof(double));
    bool complete = work->at.users != NULL && work->at.items != NULL && work->best_users != NULL &&
                    work->best_items != NULL && work->held_by_user != NULL &&
                    work->held_by_item != NULL && work->task_sums != NULL;
    return complete ? PALATE_OK : palate__fail_memory(err, "fitting offsets");
}

static void end(fit *work)
{
    palate__release(work->context, work->best_users);
    palate__release(work->context, work->best_items);
    palate__release(work->context, work->held_by_user);
    palate__release(work->context, work->held_by_item);
    palate__release(work->context, work->task_sums);
}

palate_status palate__bias_fit(palate_context *context, const palate_ratings *ratings, int threads,
                               palate__bias *out, palate_error *err)
{
    fit work = {.context = context, .ratings = ratings, .threads = threads};
    palate_status status = begin(&work, err);
    if (status == PALATE_OK) {
        int64_t held = mark_held(&ratings->by_user, false, work.held_by_user);
        mark_held(&ratings->by_item, true, work.held_by_item);
        if (held > 0 && held < palate__matrix_count(&ratings->by_user))
            choose_lambdas(&work);
        sweep(&work, FINAL_SWEEPS);
    }
    end(&work);
    *out = work.at;
    return status;
}

void palate__bias_end(palate_context *context, palate__bias *bias)
{
    if (bias == NULL)
        return;
    palate__release(context, bias->users);
    palate__release(context, bias->items);
    *bias = (palate__bias){0};
}
