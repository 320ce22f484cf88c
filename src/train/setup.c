/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
/* The beginning and end of a training run: options resolved, the inner scale, memory, tasks. */
#include "train/rule.h"

#include "base/threads.h"

#include <math.h>
#include <time.h>

/* The scale inside is this wide, so that no constant depends on that of the ratings
 * (docs/training.md). */
static const double INNER_WIDTH = 4.0;

/* Ratings on a scale narrower than this are as good as equal: stretched to the inner width, they
 * would not fit a float. */
static const double LEAST_WIDTH = 1e-30;

double palate__seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void resolve(double *option, double automatic)
{
    if (*option == PALATE_AUTO)
        *option = automatic;
}

static void resolve_count(int64_t *option, int64_t automatic)
{
    if (*option == PALATE_AUTO)
        *option = automatic;
}

/* Rule mu: the defaults of Surprise's NMF. */
static void resolve_counts(palate_train_options *options)
{
    bool mu = options->rule == PALATE_RULE_MU;
    resolve_count(&options->factors, mu ? 15 : 32);
    resolve_count(&options->epochs, mu ? 50 : 30);
    resolve(&options->tolerance, mu ? 0.0 : 1e-4);
}

/* sum n^2 / sum n: the count seen by the average rating. */
static double count_seen_by_rating(const palate__matrix *matrix)
{
    double squares = 0.0;
    double sum = 0.0;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        double count = (double)(matrix->begins[row + 1] - matrix->begins[row]);
        squares += count * count;
        sum += count;
    }
    return squares / sum;
}

/* What "auto" stands for; measured in docs/training.md. */
static void resolve_options(palate__training *training)
{
    palate_train_options *options = &training->options;
    if (options->rule == PALATE_RULE_MU) {
        resolve(&options->anchor, 0.0);
        resolve(&options->regularization, 0.06);
        resolve(&options->bias_regularization, 0.02);
        return;
    }
    if (options->mode == PALATE_MODE_PURE) {
        resolve(&options->anchor, 0.0);
        resolve(&options->regularization, 0.12);
        resolve(&options->bias_regularization, 0.0);
        return;
    }
    double users = count_seen_by_rating(&training->users.matrix);
    double items = count_seen_by_rating(&training->items.matrix);
    resolve(&options->anchor, options->mode == PALATE_MODE_STRICT ? 0.1 : 0.2);
    resolve(&options->regularization, 0.5 * (sqrt(users) + sqrt(items)));
    resolve(&options->bias_regularization, 3.0);
}

static double mean_of(const palate__matrix *matrix)
{
    double sum = 0.0;
    int64_t count = palate__matrix_count(matrix);
    for (int64_t e = 0; e < count; e++)
        sum += (double)matrix->values[e];
    return sum / (double)count;
}

/* With offsets ratings are centred; without, they only must not be negative. */
static void choose_inner_scale(palate__training *training)
{
    double width = training->scale.high - training->scale.low;
    bool is_map = training->options.rule == PALATE_RULE_MAP;
    double floor = training->scale.low < 0.0 ? training->scale.low : 0.0;
    training->mean = mean_of(&training->users.matrix);
    training->shift = training->with_bias ? training->mean : floor;
    training->gain = is_map && width >= LEAST_WIDTH ? INNER_WIDTH / width : 1.0;
    training->anchor = training->options.anchor;
    training->bound = -training->anchor;
}

/* Rows are ordered by count, so tasks of neighbours are as even as can be. */
static size_t cut_tasks(const palate__matrix *matrix, uint32_t *begins)
{
    size_t tasks = 0;
    int64_t ratings = PALATE__TASK_RATINGS;
    uint32_t rows = PALATE__TASK_RATINGS;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        if (ratings >= PALATE__TASK_RATINGS || rows >= PALATE__TASK_RATINGS) {
            if (begins != NULL)
                begins[tasks] = row;
            tasks++;
            ratings = 0;
            rows = 0;
        }
        ratings += matrix->begins[row + 1] - matrix->begins[row];
        rows++;
    }
    if (begins != NULL)
        begins[tasks] = matrix->row_count;
    return tasks;
}

static palate_status begin_side(palate__training *training, palate__train_side *side,
                                palate_error *err)
{
    palate_context *context = training->context;
    size_t rows = side->matrix.row_count;
    size_t row_bytes = training->stride * sizeof(float);
    bool keeps_best = training->options.validation > 0.0;
    side->bias_lambda = (float)fmax(training->options.bias_regularization, 1e-6);
    side->task_count = cut_tasks(&side->matrix, NULL);
    side->task_begins = palate__allocate_array(context, side->task_count + 1, sizeof(uint32_t));
    side->task_sums = palate__allocate_zeroed(context, side->task_count, sizeof(palate__sums));
    side->prior = palate__allocate_zeroed(context, training->stride, sizeof(float));
    side->rows = palate__allocate_zeroed(context, rows, row_bytes);
    if (training->rule->simultaneous)
        side->next = palate__allocate_array(context, rows, row_bytes);
    if (keeps_best)
        side->best = palate__allocate_array(context, rows, row_bytes);
    if (side->task_begins == NULL || side->task_sums == NULL || side->prior == NULL ||
        side->rows == NULL || (training->rule->simultaneous && side->next == NULL) ||
        (keeps_best && side->best == NULL))
        return palate__fail_memory(err, "preparing training: fewer factors need less");
    cut_tasks(&side->matrix, side->task_begins);
    return PALATE_OK;
}

static int64_t longest_row(const palate__matrix *matrix)
{
    int64_t longest = 0;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        int64_t count = matrix->begins[row + 1] - matrix->begins[row];
        longest = count > longest ? count : longest;
    }
    return longest;
}

static palate_status allocate_scratch(palate__training *training, palate_error *err)
{
    int64_t users = longest_row(&training->users.matrix);
    int64_t items = longest_row(&training->items.matrix);
    size_t floats = training->rule->scratch_floats(training,
                                                   (size_t)(users > items ? users : items));
    floats = (floats + PALATE__LANES - 1) / PALATE__LANES * PALATE__LANES;
    training->scratch_floats = floats;
    training->scratch = palate__allocate_array(training->context, (size_t)training->threads,
                                               floats * sizeof(float));
    return training->scratch == NULL
               ? palate__fail_memory(err, "preparing training: fewer threads need less")
               : PALATE_OK;
}

/* Rating-coordinates a thread must have in a half-sweep to be worth waking, when it is for us to say:
 * about a millisecond. On a busy machine each end of a half-sweep otherwise waits for a thread that
 * does not run: ML-100K took 1.4 s with two threads where one takes .05 s. */
static const double WORK_OF_THREAD = 4e6;

static int choose_threads(const palate__training *training)
{
    int threads = palate__thread_count(training->options.threads);
    if (training->options.threads > 0)
        return threads;
    double work = (double)palate__matrix_count(&training->users.matrix) * (double)training->stride;
    double worth = 1.0 + work / WORK_OF_THREAD;
    return worth < threads ? (int)worth : threads;
}

static palate_status check_options(const palate_train_options *options, palate_error *err)
{
    palate_status status = palate_options_check(palate_train_options_table(), options, err);
    if (status != PALATE_OK)
        return status;
    if (options->rule == PALATE_RULE_MU && options->mode != PALATE_MODE_DEFAULT &&
        (options->mode == PALATE_MODE_STRICT || options->biases))
        return palate__fail(
            err, PALATE_E_INVALID,
            "rule mu knows no mode strict and, with biases, no mode pure: leave mode out");
    if (options->rule == PALATE_RULE_MU && options->init_low >= options->init_high)
        return palate__fail(err, PALATE_E_INVALID,
                            "init-low is %g and init-high %g: the first must be the lower",
                            options->init_low, options->init_high);
    if (options->rule != PALATE_RULE_MU && options->biases)
        return palate__fail(
            err, PALATE_E_INVALID,
            "biases is an option of rule mu; rule map has offsets unless the mode is pure");
    return PALATE_OK;
}

static bool are_factors(const float *values, size_t count)
{
    bool valid = true;
    for (size_t i = 0; values != NULL && i < count; i++)
        valid &= values[i] >= 0.0F && values[i] <= 1e9F;
    return valid;
}

static palate_status check_start(const palate__training *training, palate_error *err)
{
    const palate_start *start = training->options.start;
    size_t k = training->factor_count;
    if (start == NULL || (are_factors(start->user_factors, training->users.matrix.row_count * k) &&
                          are_factors(start->item_factors, training->items.matrix.row_count * k)))
        return PALATE_OK;
    return palate__fail(err, PALATE_E_INVALID,
                        "starting factors must be finite numbers from 0 to 1e9");
}

palate_status palate__training_begin(palate__training *training, const palate_ratings *ratings,
                                     const palate_train_options *options, palate_error *err)
{
    palate_status status = PALATE_OK;
    *training = (palate__training){
        .context = ratings->context, .ratings = ratings, .stopped_by = ""};
    if (options != NULL)
        training->options = *options;
    else
        palate_train_options_init(&training->options);
    PALATE_TRY(check_options(&training->options, err));
    resolve_counts(&training->options);
    training->started = palate__seconds_now();
    training->rule = palate__rules[training->options.rule];
    training->kernels = palate__kernels_get();
    training->factor_count = (size_t)training->options.factors;
    training->stride = (training->factor_count + PALATE__LANES) / PALATE__LANES * PALATE__LANES;
    training->with_bias = training->options.rule == PALATE_RULE_MAP &&
                          training->options.mode != PALATE_MODE_PURE;
    training->scale = ratings->report.scale;
    training->users.matrix = ratings->by_user;
    training->items.matrix = ratings->by_item;
    training->objective = training->train_rmse = training->validation_rmse = NAN;
    training->best_validation = INFINITY;
    PALATE_TRY(check_start(training, err));
    PALATE_TRY(palate__training_split(training, err));
    training->threads = choose_threads(training);
    resolve_options(training);
    choose_inner_scale(training);
    PALATE_TRY(begin_side(training, &training->users, err));
    PALATE_TRY(begin_side(training, &training->items, err));
    PALATE_TRY(allocate_scratch(training, err));
    if (training->rule->begin != NULL)
        PALATE_TRY(training->rule->begin(training, err));
done:
    return status;
}

static void end_side(palate__training *training, palate__train_side *side)
{
    palate_context *context = training->context;
    palate__release(context, side->task_begins);
    palate__release(context, side->task_sums);
    palate__release(context, side->prior);
    palate__release(context, side->rows);
    palate__release(context, side->next);
    palate__release(context, side->best);
    if (training->split)
        palate__matrix_free(context, &side->matrix);
}

void palate__training_end(palate__training *training)
{
    if (training->rule != NULL && training->rule->end != NULL)
        training->rule->end(training);
    end_side(training, &training->users);
    end_side(training, &training->items);
    palate__release(training->context, training->held_out.users);
    palate__release(training->context, training->held_out.items);
    palate__release(training->context, training->held_out.ratings);
    palate__release(training->context, training->scratch);
    palate__release(training->context, training->log);
}
