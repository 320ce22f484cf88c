/* SPDX-License-Identifier: Apache-2.0 */
/* What results come to. */
#include "tune/tuning.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- One trial ---- */

/* The standard error of the mean of numbers whose squared distances from it add up so. */
static double error_of(double squares_off, double count)
{
    return sqrt(squares_off / (count - 1.0) / count);
}

static double value_off(const palate__tried *tried, const palate__tried *from, int64_t fold)
{
    return tried->results[fold].value - (from == NULL ? 0.0 : from->results[fold].value);
}

static bool is_in(const palate__tried *tried, const palate__tried *from, int64_t fold)
{
    return tried->results[fold].known && (from == NULL || from->results[fold].known);
}

/* Over the folds of a trial, less those of another (NULL: none). Returns how many there are. */
static int64_t spread(const palate_tuning *tuning, const palate__tried *tried,
                      const palate__tried *from, double *mean, double *error)
{
    int64_t count = 0;
    double sum = 0.0;
    double squares = 0.0;
    for (int64_t f = 0; f < tuning->fold_count; f++)
        if (is_in(tried, from, f)) {
            sum += value_off(tried, from, f);
            count++;
        }
    *mean = count > 0 ? sum / (double)count : 0.0;
    for (int64_t f = 0; f < tuning->fold_count; f++)
        if (is_in(tried, from, f)) {
            const double off = value_off(tried, from, f) - *mean;
            squares += off * off;
        }
    *error = count > 1 ? error_of(squares, (double)count) : 0.0;
    return count;
}

static void sum_up(const palate_tuning *tuning, palate__tried *tried)
{
    palate_tuning_trial *to = &tried->trial;
    to->failed = NULL;
    to->factors = to->epochs = 0;
    to->seconds = 0.0;
    to->fold_count = spread(tuning, tried, NULL, &to->mean, &to->error);
    to->has_error = to->fold_count > 1;
    for (int64_t f = 0; f < tuning->fold_count; f++) {
        const palate__result *result = &tried->results[f];
        if (!result->known)
            continue;
        if (to->failed == NULL)
            to->failed = result->failed;
        to->factors = result->factors > to->factors ? result->factors : to->factors;
        to->epochs = result->epochs > to->epochs ? result->epochs : to->epochs;
        to->seconds += result->seconds / (double)to->fold_count;
        if (tuning->fold_count == 1 && result->has_error) {
            to->has_error = true;
            to->error = result->error;
        }
    }
    if (to->failed != NULL) {
        to->mean = to->error = 0.0;
        to->has_error = false;
    }
}

/* ---- All of them ---- */

/* How far a trial came: one that failed is behind all. */
static int64_t reach_of(const palate_tuning_trial *trial, int64_t folds)
{
    return trial->failed != NULL ? -1 : trial->rung * (folds + 1) + trial->fold_count;
}

/* Sorting by qsort() has no room for more than the elements. */
typedef struct place {
    const palate__tried *tried;
    int64_t reach;
    double loss; /* Less is better. */
} place;

static int by_rank(const void *a, const void *b)
{
    const place *left = a;
    const place *right = b;
    if (left->reach != right->reach)
        return left->reach < right->reach ? 1 : -1;
    if (left->loss != right->loss)
        return left->loss > right->loss ? 1 : -1;
    return left->tried->trial.number > right->tried->trial.number ? 1 : -1;
}

static double loss_of(const palate_tuning *tuning, double value)
{
    return tuning->measure.metric->better == PALATE_BETTER_HIGHER ? -value : value;
}

static void compare(palate_tuning *tuning, palate__tried *tried, const palate__tried *best)
{
    palate_tuning_trial *to = &tried->trial;
    to->has_difference = false;
    to->difference = to->difference_error = 0.0;
    if (to->failed != NULL || best->trial.failed != NULL || to->rung != best->trial.rung)
        return;
    to->has_difference = spread(tuning, tried, best, &to->difference, &to->difference_error) > 1;
    if (!to->has_difference)
        to->difference = to->difference_error = 0.0;
}

palate_status palate__tuning_rank(palate_tuning *tuning, palate_error *err)
{
    place *places = palate__allocate_zeroed(tuning->context, tuning->count, sizeof *places);
    if (places == NULL)
        return palate__fail_memory(err, "ranking trials");
    for (size_t t = 0; t < tuning->count; t++) {
        palate__tried *tried = &tuning->tried[t];
        sum_up(tuning, tried);
        places[t] = (place){tried, reach_of(&tried->trial, tuning->fold_count),
                            loss_of(tuning, tried->trial.mean)};
    }
    qsort(places, tuning->count, sizeof *places, by_rank);
    for (size_t t = 0; t < tuning->count; t++)
        tuning->ranked[t] = places[t].tried;
    const int64_t furthest = places[0].reach;
    palate__release(tuning->context, places);
    for (size_t t = 0; t < tuning->count; t++) {
        palate__tried *tried = &tuning->tried[t];
        tried->trial.comparable = tried->trial.failed == NULL && tried->trial.fold_count > 0 &&
                                  reach_of(&tried->trial, tuning->fold_count) == furthest;
        compare(tuning, tried, tuning->ranked[0]);
    }
    return PALATE_OK;
}

/* ---- The one-standard-error rule ---- */

/* The strength of a trial; false: none was tried, or it is "auto". */
static bool strength_of(const palate_tuning *tuning, const palate__tried *tried, double *strength)
{
    for (size_t a = 0; a < tuning->space.axis_count; a++)
        if (strcmp(tuning->space.axes[a].option->name, "regularization") == 0)
            return palate__parse_real(palate__text_span(tried->values[a]), strength);
    return false;
}

/* Whether a trial is simpler than one that is better. */
static bool is_simpler(const palate_tuning *tuning, const palate__tried *one,
                       const palate__tried *other)
{
    double strength = 0.0;
    double of_other = 0.0;
    if (one->trial.factors != other->trial.factors)
        return one->trial.factors < other->trial.factors;
    return strength_of(tuning, one, &strength) && strength_of(tuning, other, &of_other) &&
           strength > of_other;
}

size_t palate_tuning_simplest(const palate_tuning *tuning)
{
    const palate_tuning_trial *best = palate_tuning_trial_at(tuning, 0);
    size_t simplest = 0;
    if (best == NULL || !best->comparable)
        return SIZE_MAX;
    const double most = loss_of(tuning, best->mean) + (best->has_error ? best->error : 0.0);
    for (size_t p = 1; best->has_error && p < tuning->count; p++) {
        const palate__tried *tried = tuning->ranked[p];
        if (tried->trial.comparable && loss_of(tuning, tried->trial.mean) <= most &&
            is_simpler(tuning, tried, tuning->ranked[simplest]))
            simplest = p;
    }
    return simplest;
}
