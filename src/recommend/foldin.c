/* SPDX-License-Identifier: Apache-2.0 */
/* Taking in rows that were not there in training: the one row update, repeated until it stands still.
 *
 * Inside, as in training (train/convert.h), with the side's anchor a and gain g:
 *
 *     P = U sqrt(g), x = P - a                  Q = V sqrt(g), z = Q - a
 *     b = g o + a sum P - k a^2 / 2             c = g s + a sum Q - k a^2 / 2
 *     g (r - base) ~ b + c + x.z
 *
 *     minimize  sum_e (g (r_e - base) - b - c_e - x.z_e)^2 + lambda |x - f|^2 + lambda_0 (b - mean)^2,  x >= -a
 *
 * where f is what the link makes of the row's columns. A model without a prior has the typical row's offset
 * as the mean.
 */
#include "palate/recommend.h"

#include "base/context.h"
#include "base/threads.h"
#include "kernels/kernels.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

/* Passes over a row end when no coordinate moves farther than this, inside, where a rating's deviation is 1. */
static const float STILL = 1e-5F;
enum { PASSES_MAX = 500, ROWS_OF_TASK = 16 };

/* Where the model has no prior: Surprise's regularization of factors and of biases, for each rating. */
static const double LAMBDA_OF_RATING = 0.06;
static const double BIAS_LAMBDA_OF_RATING = 0.02;

/* As in training: keeps curvatures positive where lambda is 0. */
static const double LAMBDA_FLOOR = 1e-6;

typedef struct work {
    const palate_model *model;
    const palate_new_rows *rows;
    const palate__side *own, *other;
    const palate__kernels *kernels;
    double regularization; /* Or PALATE_AUTO. */
    double gain, anchor;
    double bias_mean;
    bool fit_bias;
    bool non_negative_offsets; /* Mode strict. */
    size_t k, stride, longest;
    size_t desk_floats;
    float *desks; /* One for each thread. */
    float *factors, *offsets;
} work;

/* What a thread works with: pieces of one block of memory. */
typedef struct desk {
    float *x, *away, *before, *lambda; /* stride each. */
    float *panel;                      /* Rows of the other side, inside; longest x stride. */
    float *ratings;
    uint32_t *columns;
    float *scratch;
} desk;

static size_t up(size_t floats)
{
    return (floats + PALATE__LANES - 1) / PALATE__LANES * PALATE__LANES;
}

static size_t desk_floats(const work *of)
{
    return 4 * of->stride + of->longest * of->stride + 2 * up(of->longest) +
           up(of->kernels->row_update_scratch(of->stride, of->longest));
}

static desk desk_of(const work *of, int thread)
{
    float *at = of->desks + (size_t)thread * of->desk_floats;
    desk made;
    made.x = at;
    made.away = made.x + of->stride;
    made.before = made.away + of->stride;
    made.lambda = made.before + of->stride;
    made.panel = made.lambda + of->stride;
    made.ratings = made.panel + of->longest * of->stride;
    made.columns = (uint32_t *)(void *)(made.ratings + up(of->longest));
    made.scratch = made.ratings + 2 * up(of->longest);
    return made;
}

/* ---- From the model to inside, and back ---- */

/* Returns the offset inside of a row whose factors inside, without the anchor, go to `x`. */
static double enter(const work *of, const float *factors, double offset, float *x)
{
    const double scale = sqrt(of->gain);
    double sum = 0.0;
    for (size_t f = 0; f < of->k; f++) {
        const double factor = (double)factors[f] * scale;
        sum += factor;
        x[f] = (float)(factor - of->anchor);
    }
    return of->gain * offset + of->anchor * sum - (double)of->k * of->anchor * of->anchor / 2.0;
}

static void leave(const work *of, const float *x, float *factors, float *offset)
{
    const double scale = 1.0 / sqrt(of->gain);
    double sum = 0.0;
    for (size_t f = 0; f < of->k; f++) {
        const double factor = fmax((double)x[1 + f] + of->anchor, 0.0);
        sum += factor;
        factors[f] = (float)(factor * scale);
    }
    const double constant = (double)of->k * of->anchor * of->anchor / 2.0;
    const double made = ((double)x[0] - of->anchor * sum + constant) / of->gain;
    *offset = (float)(of->non_negative_offsets ? fmax(made, 0.0) : made);
}

/* ---- One row ---- */

/* A rating, without the drift of a user whom the model knows. */
static float rating_at(const work *of, int64_t e)
{
    const palate_new_rows *rows = of->rows;
    if (rows->times == NULL || rows->times[e] == PALATE_NO_TIME || of->other != &of->model->users)
        return rows->ratings[e];
    const palate__moments moments = palate__model_moments(of->model, rows->columns[e]);
    return rows->ratings[e] - palate__drift_at(&moments, rows->times[e]);
}

/* The columns that the model knows, as rows inside. Returns their number. */
static size_t gather(const work *of, size_t row, const desk *at)
{
    const palate_new_rows *rows = of->rows;
    size_t count = 0;
    for (int64_t e = rows->begins[row]; e < rows->begins[row + 1]; e++) {
        const uint32_t column = rows->columns[e];
        if (column == PALATE_NO_ROW)
            continue;
        float *z = at->panel + count * of->stride;
        memset(z, 0, of->stride * sizeof *z);
        z[0] = (float)enter(of, of->other->factors + column * of->k,
                            (double)of->other->offsets[column], z + 1);
        at->ratings[count] = rating_at(of, e);
        at->columns[count] = column;
        count++;
    }
    return count;
}

/* x becomes the prior's mean, or what of it is allowed; away how far that is from it. */
static void start(const work *of, size_t count, const desk *at)
{
    const float bound = (float)-of->anchor;
    const double weight = 1.0 / sqrt((double)count);
    memset(at->x, 0, of->stride * sizeof *at->x);
    memset(at->away, 0, of->stride * sizeof *at->away);
    at->x[0] = of->fit_bias ? (float)of->bias_mean : 0.0F;
    for (size_t f = 0; of->own->link != NULL && f < of->k; f++) {
        double sum = 0.0;
        for (size_t e = 0; e < count; e++)
            sum += (double)of->own->link[at->columns[e] * of->k + f];
        const float mean = (float)(weight * sum);
        at->x[1 + f] = fmaxf(mean, bound);
        at->away[1 + f] = at->x[1 + f] - mean;
    }
}

static void fill_lambda(const work *of, size_t count, float *lambda)
{
    const float *own = of->own->lambda;
    for (size_t f = 0; f < of->stride; f++) {
        const double of_rating = f == 0 ? BIAS_LAMBDA_OF_RATING : LAMBDA_OF_RATING;
        double value = own == NULL ? of_rating * (double)count : f <= of->k ? (double)own[f] : 1.0;
        if (f > 0 && of->regularization != PALATE_AUTO)
            value = of->regularization;
        lambda[f] = (float)fmax(value, LAMBDA_FLOOR);
    }
}

static bool stands_still(const work *of, const float *x, const float *before)
{
    float most = 0.0F;
    for (size_t f = 0; f <= of->k; f++)
        most = fmaxf(most, fabsf(x[f] - before[f]));
    return most <= STILL;
}

static void improve(const work *of, size_t count, const desk *at)
{
    /* The panel holds the rows in the order of the ratings. */
    for (size_t e = 0; e < count; e++)
        at->columns[e] = (uint32_t)e;
    const palate__row_problem problem = {
        .fixed = at->panel,
        .stride = of->stride,
        .coordinate_count = of->k + 1,
        .columns = at->columns,
        .ratings = at->ratings,
        .count = count,
        .shift = (float)of->model->summary.base,
        .gain = (float)of->gain,
        .lambda = at->lambda,
        .bound = (float)-of->anchor,
        .fit_bias = of->fit_bias,
    };
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        memcpy(at->before, at->x, of->stride * sizeof *at->x);
        of->kernels->row_update(&problem, at->x, at->away, at->scratch);
        if (stands_still(of, at->x, at->before))
            return;
    }
}

static void take_row(const work *of, size_t row, const desk *at)
{
    float *factors = of->factors + row * of->k;
    const size_t count = gather(of, row, at);
    if (count == 0) {
        memcpy(factors, of->own->typical, of->k * sizeof *factors);
        of->offsets[row] = of->own->typical[of->k];
        return;
    }
    fill_lambda(of, count, at->lambda);
    start(of, count, at);
    improve(of, count, at);
    leave(of, at->x, factors, &of->offsets[row]);
}

static void take_rows(size_t task, int thread, void *argument)
{
    const work *of = argument;
    const desk at = desk_of(of, thread);
    const size_t begin = task * ROWS_OF_TASK;
    const size_t left = of->rows->count - begin;
    const size_t count = left < ROWS_OF_TASK ? left : ROWS_OF_TASK;
    for (size_t row = begin; row < begin + count; row++)
        take_row(of, row, &at);
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
    if (model->sample_count > 0 || strcmp(model->rule, "bayes") == 0)
        return palate__fail(err, PALATE_E_UNSUPPORTED,
                            "an average of samples has no prior that new rows could be drawn "
                            "towards; train with rule "
                            "map to take them in");
    return PALATE_OK;
}

static void describe(work *of)
{
    const palate_model *model = of->model;
    const palate__side *own = of->own;
    const bool has_prior = own->lambda != NULL;
    const double typical_offset = (double)own->typical[of->k];
    of->gain = has_prior ? model->gain : 1.0;
    of->anchor = has_prior ? model->anchor : 0.0;
    of->bias_mean = !has_prior             ? enter(of, own->typical, typical_offset, of->desks)
                    : own == &model->users ? model->user_bias_mean
                                           : model->item_bias_mean;
    of->fit_bias = strcmp(model->mode, "pure") != 0 &&
                   (has_prior || model->summary.base != 0.0 || typical_offset != 0.0);
    of->non_negative_offsets = strcmp(model->mode, "strict") == 0;
}

palate_status palate_model_fold_in(const palate_model *model, const palate_new_rows *rows,
                                   const palate_fold_in_options *options, float *factors,
                                   float *offsets, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_fold_in_options defaults;
    palate_fold_in_options_init(&defaults);
    options = options != NULL ? options : &defaults;
    work of = {.model = model, .rows = rows, .factors = factors, .offsets = offsets};
    palate_context *context = NULL;
    PALATE_TRY(check_arguments(model, rows, factors, offsets, err));
    PALATE_TRY(palate_options_check(palate_fold_in_options_table(), options, err));
    const bool of_users = options->side == PALATE_FOLD_IN_USERS;
    context = model->context;
    of.own = of_users ? &model->users : &model->items;
    of.other = of_users ? &model->items : &model->users;
    of.regularization = options->regularization;
    of.k = model->factor_count;
    PALATE_TRY(check_rows(rows, of.other->ids.count, &of.longest, err));
    of.stride = (of.k + PALATE__LANES) / PALATE__LANES * PALATE__LANES;
    of.kernels = palate__kernels_get();
    const size_t tasks = (rows->count + ROWS_OF_TASK - 1) / ROWS_OF_TASK;
    const int most = palate__thread_count(options->threads);
    const int threads = tasks < (size_t)most ? (int)(tasks > 0 ? tasks : 1) : most;
    of.desk_floats = desk_floats(&of);
    of.desks = palate__allocate_array(context, (size_t)threads, of.desk_floats * sizeof(float));
    if (of.desks == NULL)
        PALATE_TRY(palate__fail_memory(err, "taking in new rows: fewer threads need less"));
    describe(&of);
    palate__parallel_for(threads, tasks, take_rows, &of);
done:
    palate__release(context, of.desks);
    return status;
}
