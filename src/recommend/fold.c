/* SPDX-License-Identifier: Apache-2.0 */
#include "recommend/fold.h"

#include "base/context.h"
#include "base/threads.h"
#include "model/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES_MAX = 500 };
static const float STILL = 1e-5F;

/* Where the model has no prior: Surprise's regularization of factors and of biases, for each rating. */
static const double LAMBDA_OF_RATING = 0.06;
static const double BIAS_LAMBDA_OF_RATING = 0.02;

/* As in training: keeps curvatures positive where lambda is 0. */
static const double LAMBDA_FLOOR = 1e-6;

/* ---- What all rows have in common ---- */

static palate__inside inside_of(const palate__fold *fold)
{
    return (palate__inside){fold->gain, fold->anchor};
}

static double prior_bias(const palate__fold *fold)
{
    const float *typical = fold->own->typical;
    if (fold->own->lambda != NULL)
        return fold->own == &fold->model->users ? fold->model->user_bias_mean
                                                : fold->model->item_bias_mean;
    return palate__inside_enter(inside_of(fold), fold->k, typical, (double)typical[fold->k], NULL);
}

palate_status palate__fold_begin(palate__fold *fold, const palate_model *model,
                                 const palate_fold_in_options *options, palate_error *err)
{
    *fold = (palate__fold){.model = model};
    if (model->sample_count > 0 || strcmp(model->rule, "bayes") == 0)
        return palate__fail(err, PALATE_E_UNSUPPORTED,
                            "an average of samples has no prior that new rows could be drawn "
                            "towards; train with rule "
                            "map to take them in");
    const bool of_users = options->side == PALATE_FOLD_IN_USERS;
    const palate__side *own = of_users ? &model->users : &model->items;
    const bool has_prior = own->lambda != NULL;
    *fold = (palate__fold){
        .model = model,
        .own = own,
        .other = of_users ? &model->items : &model->users,
        .kernels = palate__kernels_get(),
        .regularization = options->regularization,
        .gain = has_prior ? model->gain : 1.0,
        .anchor = has_prior ? model->anchor : 0.0,
        .non_negative_offsets = strcmp(model->mode, "strict") == 0,
        .is_zero = palate__model_is_zero(model),
        .l1 = of_users ? model->user_l1 : model->item_l1,
        .moves = of_users && model->moment_begins != NULL && model->drift_lambda > 0.0,
        .k = model->factor_count,
        .stride = (model->factor_count + (size_t)PALATE__LANES) / PALATE__LANES * PALATE__LANES,
        .still = STILL,
    };
    fold->fit_bias = strcmp(model->mode, "pure") != 0 && (has_prior || model->summary.base != 0.0 ||
                                                          (double)own->typical[fold->k] != 0.0);
    fold->bias_mean = prior_bias(fold);
    return fold->is_zero
               ? palate__fold_zero_begin(fold, palate__thread_count(options->threads), err)
               : PALATE_OK;
}

void palate__fold_end(palate__fold *fold)
{
    if (fold->is_zero)
        palate__fold_zero_end(fold);
}

/* ---- Desks ---- */

static size_t up(size_t count)
{
    return (count + PALATE__LANES - 1) / PALATE__LANES * PALATE__LANES;
}

/* A piece of `bytes`, aligned as everything is. With no room only counts. */
static void *cut(unsigned char *room, size_t *used, size_t bytes)
{
    void *piece = room == NULL ? NULL : room + *used;
    *used += (bytes + PALATE__ALIGNMENT - 1) / PALATE__ALIGNMENT * PALATE__ALIGNMENT;
    return piece;
}

static float *cut_floats(unsigned char *room, size_t *used, size_t count)
{
    return cut(room, used, up(count) * sizeof(float));
}

/* Returns the bytes of a desk. */
static size_t lay_out(const palate__fold *fold, unsigned char *room, size_t longest,
                      palate__fold_desk *desk)
{
    const size_t moments = fold->moves ? longest : 0;
    size_t used = 0;
    *desk = (palate__fold_desk){0};
    desk->moments = cut(room, &used, moments * sizeof *desk->moments);
    desk->times = cut(room, &used, moments * sizeof *desk->times);
    desk->chosen_times = cut(room, &used, moments * sizeof *desk->chosen_times);
    desk->x = cut_floats(room, &used, fold->stride);
    desk->away = cut_floats(room, &used, fold->stride);
    desk->before = cut_floats(room, &used, fold->stride);
    desk->lambda = cut_floats(room, &used, fold->stride);
    desk->panel = cut_floats(room, &used, fold->is_zero ? 0 : longest * fold->stride);
    desk->ratings = cut_floats(room, &used, longest);
    desk->targets = cut_floats(room, &used, longest);
    desk->scratch = cut_floats(room, &used,
                               fold->kernels->row_update_scratch(fold->stride, longest));
    desk->group = cut_floats(room, &used, fold->is_zero ? 2 * fold->k * PALATE__GRAM_ROWS : 0);
    desk->phis = cut_floats(room, &used, moments);
    desk->rests = cut_floats(room, &used, moments);
    desk->values = cut_floats(room, &used, moments);
    desk->values_before = cut_floats(room, &used, moments);
    desk->columns = cut(room, &used, longest * sizeof *desk->columns);
    desk->chosen = cut(room, &used, longest * sizeof *desk->chosen);
    desk->moment_of = cut(room, &used, longest * sizeof *desk->moment_of);
    desk->place_of = cut(room, &used, moments * sizeof *desk->place_of);
    return used;
}

void *palate__fold_room(const palate__fold *fold, int threads, size_t longest)
{
    palate__fold_desk desk;
    return palate__allocate_array(fold->model->context, (size_t)threads,
                                  lay_out(fold, NULL, longest, &desk));
}

palate__fold_desk palate__fold_desk_of(const palate__fold *fold, void *room, int thread,
                                       size_t longest)
{
    palate__fold_desk desk;
    const size_t bytes = lay_out(fold, NULL, longest, &desk);
    lay_out(fold, (unsigned char *)room + (size_t)thread * bytes, longest, &desk);
    return desk;
}

/* ---- Moments ---- */

static int compare_times(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static uint32_t place_of_time(const int64_t *times, size_t count, int64_t time)
{
    const int64_t *found = bsearch(&time, times, count, sizeof time, compare_times);
    return found == NULL ? PALATE__NO_PLACE : (uint32_t)(found - times);
}

/* `times` holds those of the ratings taken, aligned with the panel. */
static void find_moments(palate__fold_desk *desk, const int64_t *times)
{
    size_t count = 0;
    for (size_t e = 0; e < desk->count; e++)
        if (times[e] != PALATE_NO_TIME)
            desk->times[count++] = times[e];
    qsort(desk->times, count, sizeof *desk->times, compare_times);
    desk->moment_count = 0;
    for (size_t t = 0; t < count; t++)
        if (t == 0 || desk->times[t] != desk->times[t - 1])
            desk->times[desk->moment_count++] = desk->times[t];
    for (size_t e = 0; e < desk->count; e++)
        desk->moment_of[e] = place_of_time(desk->times, desk->moment_count, times[e]);
}

/* The moments that some rating that counts is of. */
static void choose_moments(const palate__fold *fold, palate__fold_desk *desk)
{
    desk->chosen_moments = 0;
    if (desk->moment_count == 0)
        return;
    for (size_t t = 0; t < desk->moment_count; t++)
        desk->place_of[t] = PALATE__NO_PLACE;
    for (size_t e = 0; e < desk->chosen_count; e++)
        if (desk->moment_of[desk->chosen[e]] != PALATE__NO_PLACE)
            desk->place_of[desk->moment_of[desk->chosen[e]]] = 0;
    for (size_t t = 0; t < desk->moment_count; t++) {
        const size_t place = desk->chosen_moments;
        if (desk->place_of[t] == PALATE__NO_PLACE)
            continue;
        desk->place_of[t] = (uint32_t)place;
        desk->chosen_times[place] = desk->times[t];
        const double since = place == 0 ? INFINITY
                                        : ((double)desk->times[t] -
                                           (double)desk->chosen_times[place - 1]) /
                                              fold->model->drift_scale;
        palate__chain_link(since, &desk->phis[place], &desk->rests[place]);
        desk->values[place] = 0.0F;
        desk->chosen_moments++;
    }
}

/* The place among the moments that count, of the e-th rating that does. */
static uint32_t moment_at(const palate__fold_desk *desk, size_t e)
{
    const uint32_t moment = desk->moment_count == 0 ? PALATE__NO_PLACE
                                                    : desk->moment_of[desk->chosen[e]];
    return moment == PALATE__NO_PLACE ? PALATE__NO_PLACE : desk->place_of[moment];
}

/* ---- One row ---- */

/* A rating, without the drift of a user whom the model knows: that is no property of a new item. */
static float rating_at(const palate__fold *fold, const palate__fold_row *row, size_t e)
{
    if (row->times == NULL || row->times[e] == PALATE_NO_TIME || fold->own != &fold->model->items)
        return row->ratings[e];
    const palate__moments moments = palate__model_moments(fold->model, row->columns[e]);
    return row->ratings[e] - palate__drift_at(&moments, row->times[e]);
}

/* A row of the other side. */
static void enter(const palate__fold *fold, uint32_t column, float *z)
{
    memset(z, 0, fold->stride * sizeof *z);
    z[0] = (float)palate__inside_enter(inside_of(fold), fold->k,
                                       fold->other->factors + column * fold->k,
                                       (double)fold->other->offsets[column], z + 1);
}

void palate__fold_take(const palate__fold *fold, palate__fold_desk *desk,
                       const palate__fold_row *row)
{
    int64_t *times = desk->chosen_times; /* Of the ratings, until there are moments. */
    const bool moves = fold->moves && row->times != NULL;
    desk->told = row->told;
    desk->count = 0;
    desk->moment_count = 0;
    for (size_t e = 0; e < row->count; e++) {
        const uint32_t column = row->columns[e];
        if (column == PALATE_NO_ROW)
            continue;
        if (!fold->is_zero)
            enter(fold, column, desk->panel + desk->count * fold->stride);
        desk->ratings[desk->count] = rating_at(fold, row, e);
        desk->columns[desk->count] = column;
        if (moves)
            times[desk->count] = row->times[e];
        desk->count++;
    }
    if (moves)
        find_moments(desk, times);
}

static void choose(const palate__fold *fold, palate__fold_desk *desk, uint32_t without)
{
    desk->chosen_count = 0;
    for (uint32_t e = 0; e < desk->count; e++)
        if (e != without)
            desk->chosen[desk->chosen_count++] = e;
    choose_moments(fold, desk);
}

static double told_at(const palate__fold_desk *desk, size_t f)
{
    return desk->told == NULL ? 0.0 : (double)desk->told[f];
}

/* x becomes `from`, or the prior's mean, or what of it is allowed; away how far that is from it. */
static void start(const palate__fold *fold, const palate__fold_desk *desk, const float *from)
{
    const float bound = (float)-fold->anchor;
    const double weight = 1.0 / sqrt((double)desk->chosen_count);
    memset(desk->x, 0, fold->stride * sizeof *desk->x);
    memset(desk->away, 0, fold->stride * sizeof *desk->away);
    if (fold->fit_bias) {
        const float mean = (float)(fold->bias_mean + told_at(desk, fold->k));
        desk->x[0] = from != NULL ? from[0] : mean;
        desk->away[0] = desk->x[0] - mean;
    }
    for (size_t f = 0; f < fold->k; f++) {
        double sum = 0.0;
        for (size_t e = 0; fold->own->link != NULL && e < desk->chosen_count; e++)
            sum += (double)fold->own->link[desk->columns[desk->chosen[e]] * fold->k + f];
        const float mean = (float)(weight * sum + told_at(desk, f));
        desk->x[1 + f] = from != NULL ? from[1 + f] : fmaxf(mean, bound);
        desk->away[1 + f] = desk->x[1 + f] - mean;
    }
}

/* How unsure the rows are that count, where the model knows: as in training (train/rules/vb.c). */
static double doubt_of(const palate__fold *fold, const palate__fold_desk *desk)
{
    double sum = 0.0;
    for (size_t e = 0; fold->other->variances != NULL && e < desk->chosen_count; e++)
        sum += (double)fold->other->variances[desk->columns[desk->chosen[e]]];
    return sum;
}

static void fill_lambda(const palate__fold *fold, const palate__fold_desk *desk, float *lambda)
{
    const float *own = fold->own->lambda;
    const double doubt = doubt_of(fold, desk);
    const size_t count = desk->chosen_count;
    for (size_t f = 0; f < fold->stride; f++) {
        const double of_rating = f == 0 ? BIAS_LAMBDA_OF_RATING : LAMBDA_OF_RATING;
        double value = own == NULL    ? of_rating * (double)count
                       : f <= fold->k ? (double)own[f]
                                      : 1.0;
        if (f > 0 && fold->regularization != PALATE_AUTO)
            value = fold->regularization;
        if (f > 0)
            value += doubt;
        lambda[f] = (float)fmax(value, LAMBDA_FLOOR);
    }
}

/* The ratings without what their moments explain. */
static void fill_targets(const palate__fold *fold, const palate__fold_desk *desk)
{
    const double per_rating = 1.0 / fold->gain;
    for (size_t e = 0; e < desk->chosen_count; e++) {
        const uint32_t moment = moment_at(desk, e);
        const double moved = moment == PALATE__NO_PLACE ? 0.0 : (double)desk->values[moment];
        desk->targets[e] = (float)((double)desk->ratings[desk->chosen[e]] - moved * per_rating);
    }
}

/* Sets the moments given the residual. Returns how far one of them moved at most. */
static float improve_moments(const palate__fold *fold, const palate__fold_desk *desk)
{
    const palate__chain chain = {
        .phis = desk->phis,
        .rests = desk->rests,
        .values = desk->values,
        .count = desk->chosen_moments,
        .lambda = fold->model->drift_lambda,
        .noise = 1.0,
    };
    float most = 0.0F;
    size_t timed = 0;
    for (size_t t = 0; t < chain.count; t++)
        desk->moments[t] = (palate__drift_moment){.normal = 0.0F};
    for (size_t e = 0; e < desk->chosen_count; e++) {
        const uint32_t moment = moment_at(desk, e);
        if (moment == PALATE__NO_PLACE)
            continue;
        desk->moments[moment].sum += (double)desk->scratch[e] + (double)desk->values[moment];
        desk->moments[moment].count += 1.0;
        timed++;
    }
    memcpy(desk->values_before, desk->values, chain.count * sizeof *desk->values);
    palate__chain_solve(&chain, desk->moments);
    if (fold->fit_bias && timed == desk->chosen_count) {
        const float shift = (float)palate__chain_settle(&chain, (double)desk->away[0],
                                                        (double)desk->lambda[0]);
        desk->x[0] += shift;
        desk->away[0] += shift;
        most = fabsf(shift);
    }
    for (size_t t = 0; t < chain.count; t++)
        most = fmaxf(most, fabsf(desk->values[t] - desk->values_before[t]));
    return most;
}

static float moved(const palate__fold *fold, const palate__fold_desk *desk)
{
    float most = 0.0F;
    for (size_t f = 0; f <= fold->k; f++)
        most = fmaxf(most, fabsf(desk->x[f] - desk->before[f]));
    return most;
}

void palate__fold_solve(const palate__fold *fold, palate__fold_desk *desk, uint32_t without,
                        const float *from)
{
    if (fold->is_zero) {
        palate__fold_zero_place(fold, desk, 0, without, from);
        palate__fold_zero_solve(fold, desk, 1);
        palate__fold_zero_lift(fold, desk, 0);
        return;
    }
    choose(fold, desk, without);
    if (desk->chosen_count == 0)
        return;
    fill_lambda(fold, desk, desk->lambda);
    start(fold, desk, from);
    const palate__row_problem problem = {
        .fixed = desk->panel,
        .stride = fold->stride,
        .coordinate_count = fold->k + 1,
        .columns = desk->chosen,
        .ratings = desk->targets,
        .count = desk->chosen_count,
        .shift = (float)fold->model->summary.base,
        .gain = (float)fold->gain,
        .lambda = desk->lambda,
        .relaxation = 1.0F,
        .bound = (float)-fold->anchor,
        .fit_bias = fold->fit_bias,
    };
    float most = INFINITY;
    for (int pass = 0; pass < PASSES_MAX && most > fold->still; pass++) {
        memcpy(desk->before, desk->x, fold->stride * sizeof *desk->x);
        fill_targets(fold, desk);
        fold->kernels->row_update(&problem, desk->x, desk->away, desk->scratch);
        most = moved(fold, desk);
        if (desk->chosen_moments > 0)
            most = fmaxf(most, improve_moments(fold, desk));
    }
}

/* ---- What came of it ---- */

/* How unsure the row is: as in training (train/rules/vb.c), whose ratings are as noisy as the model says. */
static float variance_of(const palate__fold *fold, const palate__fold_desk *desk)
{
    const double noise = isnan(fold->model->noise) ? 1.0 : fold->model->noise * fold->gain;
    double squares = 0.0;
    if (fold->own->variances == NULL)
        return 0.0F;
    for (size_t e = 0; e < desk->chosen_count; e++) {
        const float *z = desk->panel + desk->chosen[e] * fold->stride + 1;
        squares += (double)fold->kernels->dot(z, z, fold->k);
    }
    return (float)(noise * noise / ((double)desk->lambda[1] + squares / (double)fold->k));
}

void palate__fold_leave(const palate__fold *fold, palate__fold_desk *desk, palate__folded *out)
{
    out->moments = (palate__moments){.scale = 1.0};
    if (desk->chosen_count == 0 && !fold->is_zero) {
        memcpy(out->factors, fold->own->typical, fold->k * sizeof *out->factors);
        out->offset = fold->own->typical[fold->k];
        out->variance = 0.0F;
        return;
    }
    const double offset = palate__inside_leave(inside_of(fold), fold->k, desk->x, out->factors);
    out->offset = (float)(fold->non_negative_offsets ? fmax(offset, 0.0) : offset);
    out->variance = variance_of(fold, desk);
    float *outside = desk->values_before;
    for (size_t t = 0; t < desk->chosen_moments; t++) {
        outside[t] = (float)((double)desk->values[t] / fold->gain);
        if (fold->non_negative_offsets)
            outside[t] = fmaxf(outside[t], -out->offset);
    }
    out->moments = (palate__moments){desk->chosen_times, outside, desk->chosen_moments,
                                     fold->model->drift_scale};
}
