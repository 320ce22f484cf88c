/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning and end of a training run: the inner scale, memory, tasks. */
#include "train/rule.h"

#include "train/components.h"
#include "train/long.h"

#include "base/clock.h"
#include "base/compiler.h"
#include "base/threads.h"
#include "ratings/features.h"

#include <math.h>

/* Ratings on a scale narrower than this are as good as equal: stretched, they would not fit a
 * float. */
static const double LEAST_WIDTH = 1e-30;

/* A denominator must not be zero, even where no regularization is wanted. */
static const double LAMBDA_FLOOR = 1e-6;

/* In eight sums: in one, every rating waits for the one before. */
static double mean_of(const palate__matrix *matrix)
{
    enum { SUMS = 8, AHEAD = 1024 };
    double sums[SUMS] = {0.0};
    double sum = 0.0;
    const size_t count = (size_t)palate__matrix_count(matrix);
    const float *values = matrix->values;
    const size_t even = count - count % SUMS;
    for (size_t e = 0; e < even; e += SUMS) {
        PALATE__PREFETCH(values + e + AHEAD);
        for (size_t s = 0; s < SUMS; s++)
            sums[s] += (double)values[e + s];
    }
    for (size_t e = even; e < count; e++)
        sum += (double)values[e];
    for (size_t s = 0; s < SUMS; s++)
        sum += sums[s];
    return sum / (double)count;
}

/* Cells that are stored have a mean square of 1, inside. */
static palate_status choose_scale_of_all(palate__training *training, palate_error *err)
{
    const palate__matrix *matrix = &training->users.matrix;
    const int64_t count = palate__matrix_count(matrix);
    double squares = 0.0;
    for (int64_t e = 0; e < count; e++) {
        const double value = (double)matrix->values[e];
        if (value < 0.0)
            return palate__fail(
                err, PALATE_E_INVALID,
                "a rating is %g: where what is missing is zero, none may be negative", value);
        squares += value * value;
    }
    if (training->options.init > PALATE_INIT_RANDOM && !palate__training_fits_svd(training))
        return palate__fail(
            err, PALATE_E_INVALID,
            "init nndsvd takes at most as many factors as there are users and items, "
            "not %lld: use random",
            (long long)training->options.factors);
    training->cell_count = (double)matrix->row_count * (double)matrix->column_count;
    training->mean = mean_of(matrix) * (double)count / training->cell_count;
    training->scale.low = 0.0;
    training->scale.high = fmax(training->scale.high, 0.0);
    training->gain = squares > 0.0 ? sqrt((double)count / squares) : 1.0;
    training->rounding = 1e-6 * (double)count;
    training->least_told = 2e-7 * (double)count;
    return PALATE_OK;
}

/* With offsets ratings are centred; without, they only must not be negative. */
static palate_status choose_inner_scale(palate__training *training, palate_error *err)
{
    training->cell_count = (double)palate__matrix_count(&training->users.matrix);
    training->rounding = 1e-9 * training->cell_count;
    training->noise = 1.0;
    if (training->options.missing == PALATE_MISSING_ZERO)
        return choose_scale_of_all(training, err);
    double width = training->scale.high - training->scale.low;
    double floor = training->scale.low < 0.0 ? training->scale.low : 0.0;
    training->mean = mean_of(&training->users.matrix);
    training->shift = training->with_bias ? training->mean : floor;
    training->gain = 1.0;
    if (training->options.rule == PALATE_RULE_MU)
        return PALATE_OK;
    const palate__components_input input = {
        training->context,
        &training->users.matrix,
        &training->items.matrix,
        training->mean,
        width >= LEAST_WIDTH ? width : 0.0,
        training->threads,
    };
    palate_status status = palate__components_estimate(&input, &training->components, err);
    if (status == PALATE_OK)
        training->gain = 1.0 / training->components.deviation;
    return status;
}

/* Rows are ordered by count, so tasks of neighbours are as even as can be. */
static size_t cut_tasks(const palate__matrix *matrix, uint32_t at_once, uint32_t *begins)
{
    size_t tasks = 0;
    int64_t ratings = PALATE__TASK_RATINGS;
    uint32_t rows = PALATE__TASK_RATINGS;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        if ((ratings >= PALATE__TASK_RATINGS || rows >= PALATE__TASK_RATINGS) &&
            row % at_once == 0) {
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

static palate_status cut_side(palate__training *training, palate__train_side *side,
                              palate_error *err)
{
    palate_context *context = training->context;
    const uint32_t at_once = training->rule->rows_at_once > 0 ? training->rule->rows_at_once : 1;
    side->task_count = cut_tasks(&side->matrix, at_once, NULL);
    side->task_begins = palate__allocate_array(context, side->task_count + 1, sizeof(uint32_t));
    side->task_sums = palate__allocate_zeroed(context, side->task_count, sizeof(palate__sums));
    if (side->task_begins == NULL || side->task_sums == NULL)
        return palate__fail_memory(err, "preparing training");
    cut_tasks(&side->matrix, at_once, side->task_begins);
    return PALATE_OK;
}

/* Rows of the table of each row, and how many rows there are with those that only it has: a run to choose
 * by needs none of them. A table whose strength is infinite plays no part. */
static palate_status find_table(palate__training *training, palate__train_side *side,
                                palate_side which, palate_error *err)
{
    palate__table_rows rows;
    const palate_train_options *options = &training->options;
    const bool is_users = which == PALATE_USERS;
    const double asked = is_users ? options->user_feature_regularization
                                  : options->item_feature_regularization;
    const double ratio = is_users ? training->choice.user_ratio : training->choice.item_ratio;
    side->row_count = side->matrix.row_count;
    side->features = is_users ? options->user_features : options->item_features;
    if (isinf(asked) || (asked == PALATE_AUTO && isinf(ratio)))
        side->features = NULL;
    if (side->features == NULL)
        return PALATE_OK;
    palate_status status = palate__features_find(side->features, training->ratings, which, &rows,
                                                 err);
    side->table_rows = rows.of;
    if (status == PALATE_OK && !training->choice.is_trial)
        side->row_count = rows.count;
    return status;
}

static void fill(float *lambda, const palate__training *training, double of_biases,
                 double of_factors)
{
    for (size_t f = 0; lambda != NULL && f < training->stride; f++)
        lambda[f] = (float)fmax(f == 0 ? of_biases : of_factors, LAMBDA_FLOOR);
}

/* What a table adds to offsets is shrunk as they are. */
static void fill_lambda(const palate__training *training, palate__train_side *side)
{
    const palate_train_options *options = &training->options;
    const bool is_users = side == &training->users;
    palate__prior *prior = &side->prior;
    double of_biases = is_users ? options->user_bias_regularization
                                : options->item_bias_regularization;
    double of_table = is_users ? options->user_feature_regularization
                               : options->item_feature_regularization;
    fill(prior->lambda, training, of_biases, options->regularization);
    fill(prior->links[PALATE__LINK_RATINGS].lambda, training, 0.0, options->link_regularization);
    fill(prior->links[PALATE__LINK_TABLE].lambda, training, of_biases, of_table);
}

/* Ratings from which on rows of the other side are read in 16 bits: with fewer, an epoch takes some milliseconds. */
static const int64_t ROUNDED_FROM = 250000;

/* The modes strict and pure are compared with papers and other programs. A row of so few numbers that it is one cache
 * line is one line narrow, too. */
static bool takes_narrow(const palate__training *training)
{
    return training->rule->takes_narrow && training->options.mode == PALATE_MODE_DEFAULT &&
           training->stride > PALATE__LANES &&
           palate__matrix_count(&training->users.matrix) >= ROUNDED_FROM;
}

static palate_status begin_side(palate__training *training, palate__train_side *side,
                                palate_error *err)
{
    size_t rows = side->row_count;
    size_t row_bytes = training->stride * sizeof(float);
    side->rows = palate__allocate_zeroed(training->context, rows, row_bytes);
    if (training->rule->simultaneous)
        side->next = palate__allocate_array(training->context, rows, row_bytes);
    if (takes_narrow(training))
        side->narrow = palate__allocate_array(training->context, side->matrix.row_count,
                                              palate__narrow_stride(training->stride) *
                                                  sizeof *side->narrow);
    if (side->rows == NULL || (training->rule->simultaneous && side->next == NULL) ||
        (takes_narrow(training) && side->narrow == NULL))
        return palate__fail_memory(err, "preparing training: fewer factors need less");
    if (!training->rule->has_prior)
        return PALATE_OK;
    palate_status status = palate__prior_begin(training, side, err);
    if (status == PALATE_OK)
        fill_lambda(training, side);
    return status;
}

/* ---- What is kept as it was best ---- */

static palate_status keep(palate__training *training, float **now, size_t count, palate_error *err)
{
    float *best = palate__allocate_array(training->context, count, sizeof *best);
    if (best == NULL)
        return palate__fail_memory(err, "preparing training: fewer factors need less");
    training->kept[training->kept_count++] = (palate__kept){now, best, count * sizeof *best};
    return PALATE_OK;
}

static palate_status keep_side(palate__training *training, palate__train_side *side,
                               palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__prior *prior = &side->prior;
    PALATE_TRY(keep(training, &side->rows, side->matrix.row_count * training->stride, err));
    if (side->variances != NULL)
        PALATE_TRY(keep(training, &side->variances, side->matrix.row_count, err));
    for (size_t kind = 0; kind < PALATE__LINK_COUNT; kind++)
        if (prior->links[kind].rows_of != NULL)
            PALATE_TRY(keep(training, &prior->links[kind].coefficients,
                            prior->links[kind].rows_of->row_count * training->stride, err));
done:
    return status;
}

static palate_status keep_state(palate__training *training, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__drift *drift = &training->drift;
    if (training->held_out.count == 0 || training->average != NULL || training->choice.is_trial)
        return PALATE_OK;
    PALATE_TRY(keep_side(training, &training->users, err));
    PALATE_TRY(keep_side(training, &training->items, err));
    if (drift->on)
        PALATE_TRY(keep(training, &drift->values,
                        (size_t)drift->begins[training->users.matrix.row_count], err));
done:
    return status;
}

static palate_status allocate_scratch(palate__training *training, palate_error *err)
{
    const size_t users = palate__matrix_longest(&training->users.matrix);
    const size_t items = palate__matrix_longest(&training->items.matrix);
    size_t longest = users > items ? users : items;
    if (palate__is_long(training, longest)) {
        longest = PALATE__LONG_ROW;
        const palate_status status = palate__long_begin(training, err);
        if (status != PALATE_OK)
            return status;
    }
    size_t floats = training->rule->scratch_floats(training, longest);
    floats = (floats + PALATE__LANES - 1) / PALATE__LANES * PALATE__LANES;
    training->scratch_floats = floats;
    training->scratch = palate__allocate_array(training->context, (size_t)training->threads,
                                               floats * sizeof(float));
    return training->scratch == NULL
               ? palate__fail_memory(err, "preparing training: fewer threads need less")
               : PALATE_OK;
}

/* Rating-coordinates a thread must have in a half-sweep to be worth waking, when it is for us to say:
 * some milliseconds. On a busy machine each end of a half-sweep otherwise waits for a thread that
 * does not run: ML-100K took 1.6 s with two threads where one takes .3 s. */
static const double WORK_OF_THREAD = 2e7;

static int choose_threads(const palate__training *training)
{
    int threads = palate__thread_count(training->options.threads);
    if (training->options.threads > 0)
        return threads;
    double work = (double)palate__matrix_count(&training->users.matrix) * (double)training->stride;
    double worth = 1.0 + work / WORK_OF_THREAD;
    return worth < threads ? (int)worth : threads;
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

/* All that does not depend on the ratings trained on. */
static palate_status describe_run(palate__training *training, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__training_resolve_counts(training);
    training->rule = training->options.missing == PALATE_MISSING_ZERO
                         ? &palate__rule_zero
                         : palate__rules[training->options.rule];
    training->kernels = palate__kernels_get();
    training->factor_count = (size_t)training->options.factors;
    training->stride = (training->factor_count + PALATE__LANES) / PALATE__LANES * PALATE__LANES;
    training->with_bias = training->options.rule != PALATE_RULE_MU &&
                          training->options.mode != PALATE_MODE_PURE;
    training->scale = training->ratings->report.scale;
    training->users.matrix = training->ratings->by_user;
    training->items.matrix = training->ratings->by_item;
    training->times = training->ratings->times;
    training->objective = training->train_rmse = training->validation_rmse = NAN;
    training->relaxation = 1.0F;
    training->best_validation = INFINITY;
    PALATE_TRY(check_start(training, err));
done:
    return status;
}

palate_status palate__training_begin(palate__training *training, const palate_ratings *ratings,
                                     const palate_train_options *options,
                                     const palate__choice *choice, palate_error *err)
{
    palate_status status = PALATE_OK;
    *training = (palate__training){
        .context = ratings->context, .ratings = ratings, .stopped_by = ""};
    training->options = *options;
    if (options->missing == PALATE_MISSING_ZERO)
        training->options.mode = PALATE_MODE_PURE;
    training->choice = choice == NULL ? (palate__choice){.factor = 1.0} : *choice;
    training->started = palate__seconds_now() - training->choice.seconds;
    if (training->choice.factors > 0)
        training->options.factors = training->choice.factors;
    PALATE_TRY(describe_run(training, err));
    PALATE_TRY(find_table(training, &training->users, PALATE_USERS, err));
    PALATE_TRY(find_table(training, &training->items, PALATE_ITEMS, err));
    PALATE_TRY(palate__training_split(training, err));
    training->threads = choose_threads(training);
    PALATE_TRY(choose_inner_scale(training, err));
    palate__training_resolve(training);
    PALATE_TRY(cut_side(training, &training->users, err));
    PALATE_TRY(cut_side(training, &training->items, err));
    PALATE_TRY(begin_side(training, &training->users, err));
    PALATE_TRY(begin_side(training, &training->items, err));
    PALATE_TRY(palate__drift_begin(training, &training->components, err));
    PALATE_TRY(allocate_scratch(training, err));
    if (training->rule->begin != NULL)
        PALATE_TRY(training->rule->begin(training, err));
    PALATE_TRY(keep_state(training, err));
done:
    return status;
}

static void end_side(palate__training *training, palate__train_side *side)
{
    palate_context *context = training->context;
    palate__release(context, side->task_begins);
    palate__release(context, side->task_sums);
    palate__release(context, side->table_rows);
    palate__release(context, side->rows);
    palate__release(context, side->next);
    palate__release(context, side->narrow);
    palate__release(context, side->variances);
    palate__prior_end(context, &side->prior);
    if (training->split)
        palate__matrix_free(context, &side->matrix);
}

static void end_held_out(palate_context *context, palate__held_out *held)
{
    palate__release(context, held->users);
    palate__release(context, held->items);
    palate__release(context, held->ratings);
    palate__release(context, held->times);
    palate__release(context, held->sums);
}

void palate__training_widen(palate__training *training)
{
    palate__release(training->context, training->users.narrow);
    palate__release(training->context, training->items.narrow);
    training->users.narrow = training->items.narrow = NULL;
}

void palate__training_settle(palate__training *training)
{
    palate__training_widen(training);
    palate__train_side *sides[] = {&training->users, &training->items};
    for (size_t s = 0; s < sizeof sides / sizeof sides[0]; s++) {
        palate__release(training->context, sides[s]->prior.away);
        sides[s]->prior.away = NULL;
    }
    palate__drift_settle(training->context, &training->drift);
    palate__release(training->context, training->scratch);
    palate__release(training->context, training->long_sums);
    training->scratch = NULL;
    training->long_sums = NULL;
}

void palate__training_end(palate__training *training)
{
    palate_context *context = training->context;
    if (training->rule != NULL && training->rule->end != NULL)
        training->rule->end(training);
    for (size_t k = 0; k < training->kept_count; k++)
        palate__release(context, training->kept[k].best);
    palate__release(context, training->split_times);
    end_side(training, &training->users);
    end_side(training, &training->items);
    end_held_out(context, &training->held_out);
    palate__drift_end(context, &training->drift);
    palate__components_free(context, &training->components);
    palate__release(context, training->scratch);
    palate__release(context, training->long_sums);
    palate__release(context, training->log);
}
