/* SPDX-License-Identifier: Apache-2.0 */
#include "palate/cross_validate.h"

#include "base/clock.h"
#include "base/holm.h"
#include "evaluate/evaluation.h"
#include "evaluate/split.h"
#include "evaluate/student.h"
#include "train/training.h"

#include <math.h>
#include <string.h>

/* Of the work on a fold, what is done when its ratings are there, and when it is trained. */
static const double TAKEN = 0.05;
static const double TRAINED = 0.85;

typedef struct fold_held {
    palate_fold_result result;
    char *name;
    palate_evaluation *evaluation;
} fold_held;

struct palate_cross_validation {
    palate_context *context;
    double confidence;
    int64_t fold_count; /* Finished. */
    fold_held *folds;
    bool with_differences;
    size_t system_count, measure_count;
    palate_difference *differences; /* systems x measures */
    size_t test_count;
};

/* The work in hand. */
typedef struct session {
    const palate_split *split;
    palate_train_options train;
    palate_evaluate_options evaluate;
    palate_fold_callback on_progress;
    void *user;
    double began;
    int64_t fold;
} session;

/* ---- Progress ---- */

/* `share` of the work on the fold in hand. */
static bool tell(const session *work, double share)
{
    const double folds = (double)work->split->fold_count;
    const palate_fold_progress reached = {
        .fold = work->fold,
        .fold_count = work->split->fold_count,
        .fold_name = palate_split_fold_name(work->split, work->fold),
        .share = ((double)work->fold + share) / folds,
        .seconds = palate__seconds_now() - work->began,
    };
    return work->on_progress == NULL || work->on_progress(&reached, work->user);
}

static bool on_training(const palate_progress *reached, void *user)
{
    return tell(user, TAKEN + (TRAINED - TAKEN) * reached->fraction);
}

static bool on_evaluating(double share, void *user)
{
    return tell(user, TRAINED + (1.0 - TRAINED) * share);
}

static palate_status stop(palate_error *err)
{
    return palate__fail(err, PALATE_E_STOPPED, "cross-validation was stopped on request");
}

/* ---- One fold ---- */

static palate_status keep_result(const session *work, const palate_model *model,
                                 const palate_ratings *train, const palate_ratings *test,
                                 palate_evaluation *evaluation, palate_cross_validation *to,
                                 palate_error *err)
{
    fold_held *held = &to->folds[to->fold_count];
    const char *name = palate_split_fold_name(work->split, work->fold);
    held->name = palate__copy_text(to->context, name, strlen(name));
    if (held->name == NULL)
        return palate__fail_memory(err, "cross-validating");
    held->evaluation = evaluation;
    held->result = (palate_fold_result){
        .name = held->name,
        .train_count = palate__matrix_count(&train->by_user),
        .test_count = palate__matrix_count(&test->by_user),
        .epochs = model->summary.epochs,
        .train_seconds = model->summary.seconds,
        .evaluation = evaluation,
    };
    to->fold_count++;
    return PALATE_OK;
}

static palate_status run_fold(session *work, palate_cross_validation *to, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_ratings *train = NULL;
    palate_ratings *test = NULL;
    palate_model *model = NULL;
    palate_evaluation *evaluation = NULL;
    if (!tell(work, 0.0))
        return stop(err);
    PALATE_TRY(palate_split_take(work->split, work->fold, &train, &test, err));
    PALATE_TRY(palate_model_train(train, &work->train, &model, err));
    work->evaluate.train = train;
    PALATE_TRY(palate_evaluation_run(model, test, &work->evaluate, &evaluation, err));
    PALATE_TRY(keep_result(work, model, train, test, evaluation, to, err));
    evaluation = NULL;
done:
    palate_evaluation_free(evaluation);
    palate_model_free(model);
    palate_ratings_free(train);
    palate_ratings_free(test);
    return status == PALATE_E_STOPPED ? stop(err) : status;
}

/* ---- All folds ---- */

/* An hour of training is not to end in "there is no such metric". */
static palate_status check_options(palate_context *context, const session *work, palate_error *err)
{
    palate__plan plan = {0};
    palate_status status = palate__training_check_folds(&work->train, err);
    if (status == PALATE_OK)
        status = palate__plan_begin(context, &work->evaluate, &plan, err);
    palate__plan_end(context, &plan);
    return status;
}

static palate_status begin(session *work, const palate_split *split,
                           const palate_train_options *train,
                           const palate_evaluate_options *evaluate, palate_cross_validation **out,
                           palate_error *err)
{
    palate_context *context = split->context;
    palate_train_options_init(&work->train);
    palate_evaluate_options_init(&work->evaluate);
    if (train != NULL)
        work->train = *train;
    if (evaluate != NULL)
        work->evaluate = *evaluate;
    work->train.on_progress = on_training;
    work->train.on_progress_user = work;
    work->evaluate.on_progress = on_evaluating;
    work->evaluate.on_progress_user = work;
    work->evaluate.groups = 0;
    work->evaluate.candidates = NULL;
    work->evaluate.candidate_count = 0;
    work->evaluate.others = NULL;
    work->evaluate.other_count = 0;
    const bool with_differences = work->evaluate.differences;
    if (split->fold_count > 1) {
        work->evaluate.resamples = 0;
        work->evaluate.differences = false;
    }
    palate_status status = check_options(context, work, err);
    if (status != PALATE_OK)
        return status;
    palate_cross_validation *made = palate__allocate_zeroed(context, 1, sizeof *made);
    if (made == NULL)
        return palate__fail_memory(err, "cross-validating");
    made->context = context;
    made->confidence = work->evaluate.confidence;
    made->with_differences = with_differences;
    made->folds = palate__allocate_zeroed(context, (size_t)split->fold_count, sizeof *made->folds);
    *out = made;
    return made->folds != NULL ? PALATE_OK : palate__fail_memory(err, "cross-validating");
}

/* ---- Differences ---- */

static palate_figure figure_of(const palate_cross_validation *validation, int64_t fold,
                               size_t system, size_t measure)
{
    return palate_evaluation_figure(validation->folds[fold].evaluation, system, measure, 0);
}

/* Tested over learned from, in all folds together. */
static double test_over_train(const palate_cross_validation *validation)
{
    double train = 0.0;
    double test = 0.0;
    for (int64_t f = 0; f < validation->fold_count; f++) {
        train += (double)validation->folds[f].result.train_count;
        test += (double)validation->folds[f].result.test_count;
    }
    return test / train;
}

/* The standard deviation of values whose squared distances from their mean add up to this. */
static double deviation(double squares, int64_t count)
{
    return count > 1 ? sqrt(squares / (double)(count - 1)) : 0.0;
}

/* Sets mean and interval; a mean without any doubt is certain, or is 0. */
static void set_test(const palate_cross_validation *validation, double sd, int64_t count,
                     palate_difference *to)
{
    const double freedom = (double)count - 1.0;
    const double error = palate__fold_error(sd, (double)count, test_over_train(validation));
    const double reach = palate__student_quantile(1.0 - validation->confidence, freedom) * error;
    to->has_interval = to->has_test = true;
    to->low = to->value - reach;
    to->high = to->value + reach;
    to->p = error > 0.0        ? palate__student_tails(to->value / error, freedom)
            : to->value == 0.0 ? 1.0
                               : 0.0;
}

static palate_difference difference_of(const palate_cross_validation *validation, size_t system,
                                       size_t measure)
{
    palate_difference difference = {0};
    double sum = 0.0;
    double squares = 0.0;
    int64_t count = 0;
    for (int64_t f = 0; f < validation->fold_count; f++) {
        palate_figure one = figure_of(validation, f, 0, measure);
        palate_figure other = figure_of(validation, f, system, measure);
        const char *undefined = one.undefined != NULL ? one.undefined : other.undefined;
        if (undefined != NULL) {
            difference.undefined = undefined;
            continue;
        }
        /* Welford 1962: the squares need no second pass. */
        const double value = one.value - other.value;
        const double off = value - (count == 0 ? 0.0 : sum / (double)count);
        sum += value;
        count++;
        squares += count == 1 ? 0.0 : off * (value - sum / (double)count);
    }
    if (count < 2)
        return (palate_difference){.undefined = difference.undefined != NULL
                                                    ? difference.undefined
                                                    : "it takes two folds"};
    difference.undefined = NULL;
    difference.value = sum / (double)count;
    set_test(validation, deviation(squares, count), count, &difference);
    return difference;
}

static palate_status correct(palate_cross_validation *validation, palate_error *err)
{
    const size_t count = validation->system_count * validation->measure_count;
    double *values = palate__allocate_array(validation->context, count, sizeof *values);
    if (values == NULL)
        return palate__fail_memory(err, "testing differences");
    for (size_t d = 0; d < count; d++) {
        const palate_difference *of = &validation->differences[d];
        values[d] = of->has_test ? of->p : NAN;
        validation->test_count += of->has_test;
    }
    palate_status status = palate__holm(validation->context, values, count, err);
    for (size_t d = 0; d < count && status == PALATE_OK; d++)
        if (validation->differences[d].has_test)
            validation->differences[d].p_holm = values[d];
    palate__release(validation->context, values);
    return status;
}

static palate_status set_differences(palate_cross_validation *validation, palate_error *err)
{
    const palate_evaluation *first = validation->folds[0].evaluation;
    const size_t measures = palate_evaluation_measure_count(first);
    validation->system_count = palate_evaluation_system_count(first);
    validation->measure_count = measures;
    validation->differences = palate__allocate_zeroed(
        validation->context, validation->system_count * measures, sizeof *validation->differences);
    if (validation->differences == NULL)
        return palate__fail_memory(err, "testing differences");
    for (size_t system = 0; system < validation->system_count; system++)
        for (size_t m = 0; m < measures; m++) {
            palate_difference *to = &validation->differences[system * measures + m];
            *to = system > 0 && validation->with_differences
                      ? difference_of(validation, system, m)
                      : (palate_difference){.undefined = "the two were not compared"};
        }
    return correct(validation, err);
}

/* Until the last, or until it is stopped: what is finished is finished. */
static palate_status run_folds(session *work, palate_cross_validation *to, palate_error *err)
{
    palate_status status = PALATE_OK;
    for (; work->fold < work->split->fold_count && status == PALATE_OK; work->fold++)
        status = run_fold(work, to, err);
    if (to->fold_count == 0 || (status != PALATE_OK && status != PALATE_E_STOPPED))
        return status;
    palate_status compared = set_differences(to, err);
    return compared == PALATE_OK ? status : compared;
}

palate_status palate_cross_validate(const palate_split *split, const palate_train_options *train,
                                    const palate_evaluate_options *evaluate,
                                    palate_fold_callback on_progress, void *user,
                                    palate_cross_validation **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_cross_validation *made = NULL;
    if (out != NULL)
        *out = NULL;
    if (split == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_cross_validate: %s is NULL",
                            split == NULL ? "split" : "out");
    session work = {
        .split = split, .on_progress = on_progress, .user = user, .began = palate__seconds_now()};
    PALATE_TRY(begin(&work, split, train, evaluate, &made, err));
    PALATE_TRY(run_folds(&work, made, err));
done:
    if (status == PALATE_OK || (status == PALATE_E_STOPPED && made != NULL && made->fold_count > 0))
        *out = made;
    else
        palate_cross_validation_free(made);
    return status;
}

void palate_cross_validation_free(palate_cross_validation *validation)
{
    if (validation == NULL)
        return;
    palate_context *context = validation->context;
    for (int64_t f = 0; validation->folds != NULL && f < validation->fold_count; f++) {
        palate__release(context, validation->folds[f].name);
        palate_evaluation_free(validation->folds[f].evaluation);
    }
    palate__release(context, validation->folds);
    palate__release(context, validation->differences);
    palate__release(context, validation);
}

/* ---- Results ---- */

int64_t palate_cross_validation_fold_count(const palate_cross_validation *validation)
{
    return validation->fold_count;
}

const palate_fold_result *palate_cross_validation_fold(const palate_cross_validation *validation,
                                                       int64_t fold)
{
    return fold >= 0 && fold < validation->fold_count ? &validation->folds[fold].result : NULL;
}

static void set_interval(const palate_cross_validation *validation, palate_spread *spread)
{
    const double count = (double)spread->fold_count;
    const double reach = palate__student_quantile(1.0 - validation->confidence, count - 1.0) *
                         palate__fold_error(spread->sd, count, test_over_train(validation));
    spread->has_interval = true;
    spread->low = spread->mean - reach;
    spread->high = spread->mean + reach;
}

palate_spread palate_cross_validation_spread(const palate_cross_validation *validation,
                                             size_t system, size_t measure)
{
    palate_spread spread = {0};
    double squares = 0.0;
    for (int64_t f = 0; f < validation->fold_count; f++) {
        palate_figure figure = figure_of(validation, f, system, measure);
        if (spread.undefined == NULL)
            spread.undefined = figure.undefined;
        spread.mean += figure.value;
        spread.fold_count += figure.undefined == NULL;
    }
    if (spread.fold_count == 0)
        return (palate_spread){.undefined = spread.undefined};
    spread.undefined = NULL;
    spread.mean /= (double)spread.fold_count;
    for (int64_t f = 0; f < validation->fold_count; f++) {
        palate_figure figure = figure_of(validation, f, system, measure);
        double off = figure.value - spread.mean;
        squares += figure.undefined == NULL ? off * off : 0.0;
    }
    if (spread.fold_count > 1) {
        spread.sd = deviation(squares, spread.fold_count);
        set_interval(validation, &spread);
    } else if (validation->fold_count == 1) {
        palate_figure only = figure_of(validation, 0, system, measure);
        spread.has_interval = only.has_interval;
        spread.low = only.low;
        spread.high = only.high;
    }
    return spread;
}

palate_difference palate_cross_validation_difference(const palate_cross_validation *validation,
                                                     size_t system, size_t measure)
{
    if (validation->fold_count == 1)
        return palate_evaluation_difference(validation->folds[0].evaluation, system, measure);
    if (system >= validation->system_count || measure >= validation->measure_count)
        return (palate_difference){.undefined = "there is no such figure"};
    return validation->differences[system * validation->measure_count + measure];
}

size_t palate_cross_validation_test_count(const palate_cross_validation *validation)
{
    return validation->fold_count == 1
               ? palate_evaluation_test_count(validation->folds[0].evaluation)
               : validation->test_count;
}
