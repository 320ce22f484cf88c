/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tune/crew.h"

#include "base/clock.h"
#include "base/threads.h"
#include "train/training.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

/* The caller looks up this often. */
enum { TICK_NANOSECONDS = 200000000 };

/* The interval of a normal distribution that holds its mean, one standard error to each side. */
static const double ONE_ERROR = 0.682689492137086;
enum { RESAMPLES = 1000 };

/* Of the work on a job, what is done when it is trained. */
static const double TRAINED = 0.9;

typedef struct crew {
    const palate__crew_plan *plan;
    const palate__job *jobs;
    size_t count;
    pthread_mutex_t lock; /* Over all that follows, and the study. */
    pthread_cond_t changed;
    size_t *queue; /* Places of jobs, the first to be begun next; a ring of `count`. */
    size_t first, waiting;
    size_t busy; /* Of those that wait, how many in a row were found with another process. */
    int working; /* Members that have not ended. */
    bool stopping;
    double done; /* Weight of finished jobs. */
    int64_t finished, trained;
    palate_status status; /* Of the first that failed. */
    palate_error error;
} crew;

typedef struct member {
    palate__aside aside;
    crew *of;
    int threads;
    double share; /* Of the job in hand. */
    double weight;
} member;

/* ---- One job ---- */

static bool reach(member *one, double share)
{
    pthread_mutex_lock(&one->of->lock);
    one->share = share;
    const bool goes_on = !one->of->stopping;
    pthread_mutex_unlock(&one->of->lock);
    return goes_on;
}

static bool on_training(const palate_progress *reached, void *user)
{
    return reach(user, TRAINED * reached->fraction);
}

static bool on_evaluating(double share, void *user)
{
    return reach(user, TRAINED + (1.0 - TRAINED) * share);
}

static palate_status keep_reason(palate_context *context, const char *reason, palate__result *out,
                                 palate_error *err)
{
    out->known = true;
    out->failed = palate__copy_text(context, reason, strlen(reason));
    return out->failed != NULL ? PALATE_OK : palate__fail_memory(err, "measuring a trial");
}

static palate_status evaluate(member *one, const palate_model *model, palate__result *out,
                              palate_error *err)
{
    const palate__crew_plan *plan = one->of->plan;
    palate_evaluation *evaluation = NULL;
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = plan->metric;
    options.relevant = plan->relevant;
    options.resamples = plan->single ? RESAMPLES : 0;
    options.confidence = ONE_ERROR;
    options.threads = one->threads;
    options.on_progress = on_evaluating;
    options.on_progress_user = one;
    palate_status status = palate_evaluation_run(model, plan->test, &options, &evaluation, err);
    if (status != PALATE_OK)
        return status;
    const palate_figure figure = palate_evaluation_figure(evaluation, 0, 0, 0);
    out->value = figure.value;
    out->has_error = figure.has_interval;
    out->error = figure.has_interval ? (figure.high - figure.low) / 2.0 : 0.0;
    out->known = true;
    if (figure.undefined != NULL)
        status = keep_reason(plan->context, figure.undefined, out, err);
    palate_evaluation_free(evaluation);
    return status;
}

/* What training refuses is a result, too. */
static palate_status measure(member *one, const palate__job *job, palate__result *out,
                             palate_error *err)
{
    const palate__crew_plan *plan = one->of->plan;
    const double began = palate__seconds_now();
    palate_train_options options = job->options;
    palate_model *model = NULL;
    palate_error why = {.message = ""};
    options.threads = one->threads;
    options.on_progress = on_training;
    options.on_progress_user = one;
    palate_status status = palate_model_train(plan->train, &options, &model, &why);
    if (status == PALATE_E_INVALID) {
        status = keep_reason(plan->context, why.message, out, err);
    } else if (status != PALATE_OK) {
        *err = why;
    } else {
        palate_model_summary summary;
        palate_model_info(model, &summary);
        out->factors = (int64_t)summary.factor_count;
        out->epochs = summary.epochs;
        status = evaluate(one, model, out, err);
    }
    palate_model_free(model);
    out->seconds = palate__seconds_now() - began;
    if (status != PALATE_OK)
        palate__results_clear(plan->context, out, 1);
    return status;
}

/* ---- Members ---- */

/* Until a tick has passed, or something has changed. */
static void wait_a_tick(crew *of)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_NANOSECONDS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&of->changed, &of->lock, &until);
}

/* NULL: none is left, or there is no time left for it. */
static const palate__job *take_job(member *one)
{
    crew *of = one->of;
    const palate__job *job = NULL;
    pthread_mutex_lock(&of->lock);
    if (of->busy > 0 && of->busy >= of->waiting) {
        wait_a_tick(of); /* Others are at all that is left. */
        of->busy = 0;
    }
    if (!of->stopping && of->status == PALATE_OK && of->waiting > 0 &&
        palate__seconds_now() <= of->plan->until) {
        job = &of->jobs[of->queue[of->first]];
        of->first = (of->first + 1) % of->count;
        of->waiting--;
    }
    one->share = 0.0;
    one->weight = job == NULL ? 0.0 : job->weight;
    pthread_mutex_unlock(&of->lock);
    return job;
}

/* Another process is at it: later, when it may be known. The lock is held. */
static void put_back(crew *of, const palate__job *job)
{
    of->queue[(of->first + of->waiting) % of->count] = (size_t)(job - of->jobs);
    of->waiting++;
    of->busy++;
}

/* Another process may have been faster, or be at it: then `*ours` is false. */
static palate_status look_up(member *one, const palate__job *job, const char *key, bool *ours,
                             palate_error *err)
{
    crew *of = one->of;
    palate__study *study = of->plan->study;
    palate_status status = PALATE_OK;
    *ours = true;
    if (study == NULL)
        return PALATE_OK;
    pthread_mutex_lock(&of->lock);
    *ours = palate__study_claim(study, key, of->plan->fold);
    if (*ours)
        status = palate__study_find(study, key, of->plan->fold, job->result, err);
    if (*ours && (status != PALATE_OK || job->result->known)) {
        palate__study_unclaim(study, key, of->plan->fold);
        *ours = false;
    } else if (!*ours) {
        put_back(of, job);
    }
    pthread_mutex_unlock(&of->lock);
    return status;
}

static palate_status put_down(member *one, const palate__job *job, const char *key,
                              const palate__result *result, palate_error *err)
{
    crew *of = one->of;
    palate_status status = PALATE_OK;
    pthread_mutex_lock(&of->lock);
    if (of->plan->study != NULL && result->known)
        status = palate__study_keep(of->plan->study, key, of->plan->fold, result, err);
    if (of->plan->study != NULL)
        palate__study_unclaim(of->plan->study, key, of->plan->fold);
    *job->result = *result;
    of->trained += result->known;
    pthread_mutex_unlock(&of->lock);
    return status;
}

static palate_status do_job(member *one, const palate__job *job, palate_error *err)
{
    palate__result result = {.known = false};
    char key[PALATE__KEY_BYTES];
    bool ours = false;
    palate__study_key(&job->options, key);
    palate_status status = look_up(one, job, key, &ours, err);
    if (status != PALATE_OK || !ours)
        return status;
    status = measure(one, job, &result, err);
    const palate_status kept = put_down(one, job, key, &result, status == PALATE_OK ? err : NULL);
    return status == PALATE_OK ? kept : status;
}

static void end_job(member *one, const palate__job *job, palate_status status,
                    const palate_error *error)
{
    crew *of = one->of;
    pthread_mutex_lock(&of->lock);
    one->share = 0.0;
    one->weight = 0.0;
    of->done += job->result->known ? job->weight : 0.0;
    of->finished += job->result->known;
    of->busy = job->result->known ? 0 : of->busy;
    if (status != PALATE_OK && of->status == PALATE_OK) {
        of->status = status;
        of->error = *error;
        of->stopping = true;
    }
    pthread_mutex_unlock(&of->lock);
}

static void work(void *argument)
{
    member *one = argument;
    const palate__job *job = NULL;
    while ((job = take_job(one)) != NULL) {
        palate_error error = {.message = ""};
        const palate_status status = do_job(one, job, &error);
        end_job(one, job, status, &error);
    }
    pthread_mutex_lock(&one->of->lock);
    one->of->working--;
    pthread_cond_signal(&one->of->changed);
    pthread_mutex_unlock(&one->of->lock);
}

/* ---- The caller ---- */

static double done_by(const crew *of, const member *members, int count)
{
    double done = of->done;
    for (int m = 0; m < count; m++)
        done += members[m].share * members[m].weight;
    return done;
}

static void look_on(crew *of, const member *members, int count)
{
    const palate__crew_plan *plan = of->plan;
    pthread_mutex_lock(&of->lock);
    while (of->working > 0) {
        wait_a_tick(of);
        const double done = done_by(of, members, count);
        const int64_t finished = of->finished;
        pthread_mutex_unlock(&of->lock);
        const bool goes_on = plan->tell(done, finished, plan->user);
        pthread_mutex_lock(&of->lock);
        of->stopping = of->stopping || !goes_on;
    }
    pthread_mutex_unlock(&of->lock);
}

static void begin(crew *of)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&of->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&of->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void end(crew *of)
{
    pthread_cond_destroy(&of->changed);
    pthread_mutex_destroy(&of->lock);
}

palate_status palate__crew_run(const palate__crew_plan *plan, const palate__job *jobs, size_t count,
                               int64_t *trained, palate_error *err)
{
    crew of = {.plan = plan, .jobs = jobs, .count = count, .status = PALATE_OK};
    const int wanted = plan->at_once < plan->threads ? plan->at_once : plan->threads;
    const int members_count = (size_t)wanted < count ? wanted : (int)count;
    member *members = palate__allocate_zeroed(plan->context, (size_t)members_count,
                                              sizeof *members);
    of.queue = palate__allocate_array(plan->context, count, sizeof *of.queue);
    *trained = 0;
    if (members == NULL || of.queue == NULL) {
        palate__release(plan->context, members);
        palate__release(plan->context, of.queue);
        return palate__fail_memory(err, "measuring trials");
    }
    for (of.waiting = 0; of.waiting < count; of.waiting++)
        of.queue[of.waiting] = of.waiting;
    begin(&of);
    of.working = members_count;
    for (int m = 0; m < members_count; m++) {
        members[m].of = &of;
        members[m].threads = plan->threads / members_count;
        palate__aside_begin(&members[m].aside, work, &members[m]);
    }
    look_on(&of, members, members_count);
    for (int m = 0; m < members_count; m++)
        palate__aside_end(&members[m].aside);
    end(&of);
    palate__release(plan->context, members);
    palate__release(plan->context, of.queue);
    *trained = of.trained;
    if (of.status != PALATE_OK && of.status != PALATE_E_STOPPED) {
        if (err != NULL)
            *err = of.error;
        return of.status;
    }
    return of.stopping ? palate__fail(err, PALATE_E_STOPPED, "the search was stopped on request")
                       : PALATE_OK;
}
