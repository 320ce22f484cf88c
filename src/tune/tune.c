/* SPDX-License-Identifier: Apache-2.0 */
/* The search: rung by rung, in a rung fold by fold, in a fold all trials. What is measured in one fold
 * compares with each other, so a search that ends early has something to say. */
#include "base/clock.h"
#include "base/threads.h"
#include "evaluate/plan.h"
#include "evaluate/split.h"
#include "train/training.h"
#include "tune/crew.h"

#include <math.h>
#include <string.h>

/* Epochs cost as their factors do, and a little more. */
static const double OTHER_COST = 16.0;
static const double FACTORS_BY_DEFAULT = 63.0;

typedef struct search {
    const palate_split *split;
    palate_tuning *tuning;
    palate__study *study;
    palate__job *jobs; /* Room for all trials. */
    int64_t rung, fold;
    double began;
    double done, left; /* Work: weights of jobs. */
    double left_later; /* Of rungs to come. */
    int64_t finished, count;
} search;

/* ---- Work ---- */

static double weight_of(const palate_train_options *options)
{
    const double factors = options->factors == PALATE_AUTO ? FACTORS_BY_DEFAULT
                                                           : (double)options->factors;
    return (OTHER_COST + factors) * (double)(palate__training_epochs(options) + 1);
}

static double mean_weight(const search *of, int64_t rung)
{
    const palate_tuning *tuning = of->tuning;
    double sum = 0.0;
    for (size_t t = 0; t < tuning->count; t++) {
        palate_train_options options = palate__trial_training(tuning, &tuning->tried[t],
                                                              tuning->rungs[rung].share);
        sum += weight_of(&options);
    }
    return sum / (double)tuning->count;
}

static bool tell(double done, int64_t finished, void *user)
{
    const search *of = user;
    const palate_tune_options *options = &of->tuning->options;
    const double all = of->done + of->left + of->left_later;
    const palate_tune_progress reached = {
        .rung = of->rung,
        .rung_count = of->tuning->rung_count,
        .fold = of->fold,
        .fold_count = of->tuning->fold_count,
        .done = of->finished + finished,
        .count = of->count,
        .share = all > 0.0 ? (of->done + done) / all : 1.0,
        .seconds = palate__seconds_now() - of->began,
    };
    return options->on_progress == NULL ||
           options->on_progress(&reached, options->on_progress_user);
}

/* ---- A rung ---- */

static bool waits(const palate_tuning *tuning, const palate__tried *tried, int64_t fold)
{
    bool failed = false;
    for (int64_t f = 0; f < tuning->fold_count; f++)
        failed = failed || tried->results[f].failed != NULL;
    return tried->standing && !failed && !tried->results[fold].known;
}

static palate_status find_known(search *of, palate__tried *tried, palate_error *err)
{
    palate_tuning *tuning = of->tuning;
    char key[PALATE__KEY_BYTES];
    palate_train_options options = palate__trial_training(tuning, tried,
                                                          tuning->rungs[of->rung].share);
    palate__study_key(&options, key);
    for (int64_t f = 0; f < tuning->fold_count; f++) {
        palate__result *result = &tried->results[f];
        if (of->study != NULL) {
            palate_status status = palate__study_find(of->study, key, f, result, err);
            if (status != PALATE_OK)
                return status;
        }
        tuning->found_count += result->known;
        of->finished += result->known;
        of->left += result->known ? 0.0 : weight_of(&options);
    }
    return PALATE_OK;
}

static palate_status begin_rung(search *of, palate_error *err)
{
    palate_tuning *tuning = of->tuning;
    palate_status status = PALATE_OK;
    of->left = of->left_later = 0.0;
    for (int64_t r = of->rung + 1; r < tuning->rung_count; r++)
        of->left_later += mean_weight(of, r) *
                          (double)(tuning->rungs[r].trial_count * tuning->fold_count);
    for (size_t t = 0; t < tuning->count; t++) {
        palate__tried *tried = &tuning->tried[t];
        if (!tried->standing)
            continue;
        palate__results_clear(tuning->context, tried->results, tuning->fold_count);
        tried->trial.rung = of->rung;
        PALATE_TRY(find_known(of, tried, err));
    }
done:
    return status;
}

/* The work of all that is still to be measured in the fold. */
static size_t list_jobs(search *of)
{
    palate_tuning *tuning = of->tuning;
    size_t count = 0;
    for (size_t t = 0; t < tuning->count; t++) {
        palate__tried *tried = &tuning->tried[t];
        if (!waits(tuning, tried, of->fold))
            continue;
        palate__job *job = &of->jobs[count++];
        *job = (palate__job){.tried = tried, .result = &tried->results[of->fold]};
        job->options = palate__trial_training(tuning, tried, tuning->rungs[of->rung].share);
        job->weight = weight_of(&job->options);
    }
    return count;
}

static palate__crew_plan plan_of(search *of, const palate_ratings *train,
                                 const palate_ratings *test)
{
    const palate_tuning *tuning = of->tuning;
    const double limit = tuning->options.time_limit;
    const int threads = palate__thread_count(tuning->base.threads);
    return (palate__crew_plan){
        .context = tuning->context,
        .train = train,
        .test = test,
        .fold = of->fold,
        .single = tuning->fold_count == 1,
        .metric = tuning->measure.name,
        .relevant = tuning->options.relevant,
        .study = of->study,
        .threads = threads,
        .at_once = tuning->options.at_once == PALATE_AUTO ? threads : (int)tuning->options.at_once,
        .until = limit > 0.0 ? of->began + limit : (double)INFINITY,
        .tell = tell,
        .user = of,
    };
}

static palate_status run_fold(search *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_tuning *tuning = of->tuning;
    palate_ratings *train = NULL;
    palate_ratings *test = NULL;
    int64_t trained = 0;
    const size_t count = list_jobs(of);
    if (count == 0)
        return PALATE_OK;
    PALATE_TRY(palate_split_take(of->split, of->fold, &train, &test, err));
    palate__crew_plan plan = plan_of(of, train, test);
    status = palate__crew_run(&plan, of->jobs, count, &trained, err);
    tuning->trained_count += trained;
    for (size_t j = 0; j < count; j++) {
        of->left -= of->jobs[j].weight;
        of->done += of->jobs[j].weight;
        of->finished += of->jobs[j].result->known;
        tuning->found_count += of->jobs[j].result->known;
    }
    tuning->found_count -= trained;
done:
    palate_ratings_free(train);
    palate_ratings_free(test);
    return status;
}

/* Whether all that stand have been measured in all folds. */
static bool is_through(const palate_tuning *tuning)
{
    for (size_t t = 0; t < tuning->count; t++)
        for (int64_t f = 0; f < tuning->fold_count; f++)
            if (waits(tuning, &tuning->tried[t], f))
                return false;
    return true;
}

/* The best of those that stand go on. */
static void choose_survivors(const palate_tuning *tuning, int64_t count)
{
    for (size_t t = 0; t < tuning->count; t++)
        tuning->tried[t].standing = false;
    for (size_t p = 0; p < tuning->count && count > 0; p++) {
        palate__tried *tried = &tuning->tried[tuning->ranked[p]->trial.number - 1];
        if (!tried->trial.comparable)
            continue;
        tried->standing = true;
        count--;
    }
}

static palate_status run_rungs(search *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_tuning *tuning = of->tuning;
    for (of->rung = 0; of->rung < tuning->rung_count; of->rung++) {
        PALATE_TRY(begin_rung(of, err));
        for (of->fold = 0; of->fold < tuning->fold_count; of->fold++)
            PALATE_TRY(run_fold(of, err));
        PALATE_TRY(palate__tuning_rank(tuning, err));
        if (!is_through(tuning))
            goto done;
        if (of->rung + 1 < tuning->rung_count)
            choose_survivors(tuning, tuning->rungs[of->rung + 1].trial_count);
    }
    tuning->complete = true;
done:
    return status;
}

/* ---- Beginning ---- */

static palate_status take_measure(palate_tuning *tuning, palate_error *err)
{
    palate__plan plan = {0};
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = tuning->options.metric == NULL ? "rmse" : tuning->options.metric;
    options.relevant = tuning->options.relevant;
    palate_status status = palate__plan_begin(tuning->context, &options, &plan, err);
    if (status == PALATE_OK &&
        (plan.measure_count != 1 || plan.measures[0].metric->about.better == PALATE_BETTER_NEITHER))
        status = palate__fail(
            err, PALATE_E_INVALID,
            "option metric: \"%.60s\" does not decide; give the name of one metric "
            "that has a better and a worse, such as rmse or ndcg@10",
            options.metrics);
    if (status == PALATE_OK)
        tuning->measure = plan.measures[0].measure;
    palate__plan_end(tuning->context, &plan);
    return status;
}

static palate_status take_options(palate_tuning *tuning, const palate_train_options *train,
                                  const palate_tune_options *options, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_train_options_init(&tuning->base);
    palate_tune_options_init(&tuning->options);
    if (train != NULL)
        tuning->base = *train;
    if (options != NULL)
        tuning->options = *options;
    tuning->base.start = NULL;
    tuning->base.on_progress = NULL;
    tuning->base.on_trial = NULL;
    tuning->base.time_limit = 0.0;
    PALATE_TRY(palate__training_check_folds(&tuning->base, err));
    PALATE_TRY(palate_options_check(palate_tune_options_table(), &tuning->options, err));
    PALATE_TRY(take_measure(tuning, err));
done:
    return status;
}

static palate_status open_study(search *of, palate_error *err)
{
    palate_tuning *tuning = of->tuning;
    palate__identity identity;
    if (tuning->options.study == NULL)
        return PALATE_OK;
    palate_status status = palate__identity_take(of->split, tuning, &identity, err);
    if (status == PALATE_OK)
        status = palate__study_open(tuning->context, tuning->options.study, &identity, &of->study,
                                    err);
    return status;
}

static palate_status prepare(search *of, const char *const *tries, size_t try_count,
                             const palate_train_options *train, const palate_tune_options *options,
                             palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = of->split->context;
    PALATE_TRY(palate__tuning_make(context, of->split->fold_count, &of->tuning, err));
    PALATE_TRY(take_options(of->tuning, train, options, err));
    PALATE_TRY(palate__space_make(context, tries, try_count, &of->tuning->space, err));
    PALATE_TRY(palate__tuning_draw(of->tuning, err));
    of->jobs = palate__allocate_zeroed(context, of->tuning->count, sizeof *of->jobs);
    if (of->jobs == NULL)
        PALATE_TRY(palate__fail_memory(err, "searching"));
    for (int64_t r = 0; r < of->tuning->rung_count; r++)
        of->count += of->tuning->rungs[r].trial_count * of->tuning->fold_count;
    PALATE_TRY(open_study(of, err));
done:
    return status;
}

/* ---- All of it ---- */

/* Nothing measured is no result; that every trial was refused, with what was said of the first. */
static palate_status check_result(const palate_tuning *tuning, palate_status status,
                                  palate_error *err)
{
    const palate_tuning_trial *best = palate_tuning_trial_at(tuning, 0);
    if (best->failed != NULL)
        return palate__fail(err, PALATE_E_INVALID, "no trial could be measured: %s", best->failed);
    if (best->fold_count == 0 && status == PALATE_OK)
        return palate__fail(err, PALATE_E_STOPPED, "the time limit came before any result");
    return status;
}

palate_status palate_tune(const palate_split *split, const char *const *tries, size_t try_count,
                          const palate_train_options *train, const palate_tune_options *options,
                          palate_tuning **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    if (out != NULL)
        *out = NULL;
    if (split == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_tune: %s is NULL",
                            split == NULL ? "split" : "out");
    search of = {.split = split, .began = palate__seconds_now()};
    PALATE_TRY(prepare(&of, tries, try_count, train, options, err));
    status = run_rungs(&of, err);
    if (status != PALATE_OK && status != PALATE_E_STOPPED)
        goto done;
    palate_status ranked = palate__tuning_rank(of.tuning, err);
    status = ranked != PALATE_OK ? ranked : check_result(of.tuning, status, err);
done:
    if (of.tuning != NULL && (status == PALATE_OK || status == PALATE_E_STOPPED) &&
        of.tuning->count > 0 && of.tuning->ranked[0] != NULL &&
        of.tuning->ranked[0]->trial.fold_count > 0) {
        *out = of.tuning;
        of.tuning = NULL;
    }
    palate_context *context = split->context;
    palate__release(context, of.jobs);
    palate__study_close(of.study);
    palate_tuning_free(of.tuning);
    return status;
}
