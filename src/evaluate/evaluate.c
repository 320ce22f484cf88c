/* SPDX-License-Identifier: Apache-2.0 */
/* An evaluation from end to end: every system answers the same test, its columns are filled user by
 * user, and figures are made of their sums. */
#include "evaluate/bootstrap.h"
#include "evaluate/evaluation.h"
#include "evaluate/tally.h"

#include <string.h>

typedef palate_status (*system_maker)(const palate__test *test, palate__system *out,
                                      palate_error *err);

static const system_maker MAKERS[] = {
    palate__system_model,
    palate__system_mean,
    palate__system_bias_only,
};

enum { SYSTEM_COUNT = sizeof MAKERS / sizeof MAKERS[0] };

/* Of all work, the share that resampling is taken to be, for progress. */
static const double RESAMPLING_SHARE = 0.5;

/* The work in hand. */
typedef struct session {
    palate__plan plan;
    palate__test test;
    palate__system systems[SYSTEM_COUNT];
    palate__tally tallies[SYSTEM_COUNT];
    palate__bootstrap bootstrap;
} session;

void palate__system_release(palate__system *system)
{
    if (system->release != NULL)
        system->release(system);
    *system = (palate__system){0};
}

static void end(palate_context *context, session *work)
{
    palate__bootstrap_end(context, &work->bootstrap);
    for (size_t s = 0; s < SYSTEM_COUNT; s++) {
        palate__tally_end(context, &work->tallies[s]);
        palate__system_release(&work->systems[s]);
    }
    palate__test_end(&work->test);
    palate__plan_end(context, &work->plan);
}

/* ---- Figures ---- */

static void set_figure(const session *work, size_t system, size_t measure, const double *sums,
                       palate_figure *figure)
{
    const palate__planned *planned = &work->plan.measures[measure];
    figure->undefined = work->systems[system].no_predictions;
    if (figure->undefined == NULL && !palate__tally_value(planned, sums, &figure->value)) {
        figure->value = 0.0;
        figure->undefined = planned->metric->empty;
    }
}

/* Of at least two users: what varies between users cannot be seen in one. */
static void set_interval(const session *work, size_t system, size_t measure, double *values,
                         palate_figure *figure)
{
    const palate__bootstrap *bootstrap = &work->bootstrap;
    if (bootstrap->resample_count == 0 || figure->undefined != NULL ||
        work->test.facts.user_count < 2)
        return;
    for (size_t r = 0; r < bootstrap->resample_count; r++)
        values[r] = palate__bootstrap_sample(bootstrap, r, system, measure);
    palate__interval(values, bootstrap->resample_count, work->plan.options.confidence, figure);
}

static palate_status set_figures(const session *work, palate_evaluation *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = out->context;
    double *sums = palate__allocate_array(context, work->plan.column_count, sizeof *sums);
    double *values = palate__allocate_array(context, work->bootstrap.resample_count,
                                            sizeof *values);
    if (sums == NULL || values == NULL) {
        status = palate__fail_memory(err, "evaluating");
        goto done;
    }
    for (size_t system = 0; system < out->system_count; system++) {
        palate__tally_add(&work->tallies[system], sums);
        for (size_t measure = 0; measure < out->measure_count; measure++) {
            palate_figure *figure = &out->systems[system].figures[measure];
            set_figure(work, system, measure, sums, figure);
            set_interval(work, system, measure, values, figure);
        }
    }
done:
    palate__release(context, sums);
    palate__release(context, values);
    return status;
}

/* ---- All of it ---- */

static palate_status check(const palate_model *model, const palate_ratings *test,
                           palate_evaluation **out, palate_error *err)
{
    if (out != NULL)
        *out = NULL;
    if (model == NULL || test == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_evaluation_run: %s is NULL",
                            model == NULL  ? "model"
                            : test == NULL ? "test"
                                           : "out");
    return PALATE_OK;
}

static palate_status fill_all(session *work, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_evaluate_options *options = &work->plan.options;
    double filling = options->resamples > 0 ? 1.0 - RESAMPLING_SHARE : 1.0;
    for (size_t s = 0; s < SYSTEM_COUNT; s++) {
        palate__progress_part part = {options, filling * (double)s / SYSTEM_COUNT,
                                      filling * (double)(s + 1) / SYSTEM_COUNT};
        PALATE_TRY(MAKERS[s](&work->test, &work->systems[s], err));
        PALATE_TRY(palate__tally_fill(&work->systems[s], &part, &work->tallies[s], err));
    }
    palate__progress_part resampling = {options, filling, 1.0};
    if (options->resamples > 0)
        PALATE_TRY(palate__bootstrap_run(&work->test, work->tallies, SYSTEM_COUNT, &resampling,
                                         &work->bootstrap, err));
done:
    return status;
}

palate_status palate_evaluation_run(const palate_model *model, const palate_ratings *test,
                                    const palate_evaluate_options *options, palate_evaluation **out,
                                    palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_evaluation *made = NULL;
    session work = {0};
    status = check(model, test, out, err);
    if (status != PALATE_OK)
        return status;
    palate_context *context = model->context;
    PALATE_TRY(palate__plan_begin(context, options, &work.plan, err));
    PALATE_TRY(palate__test_begin(model, test, &work.plan, &work.test, err));
    PALATE_TRY(fill_all(&work, err));
    PALATE_TRY(palate__evaluation_create(&work.test, work.systems, SYSTEM_COUNT, &made, err));
    PALATE_TRY(set_figures(&work, made, err));
    *out = made;
    made = NULL;
done:
    palate_evaluation_free(made);
    end(context, &work);
    return status;
}

/* ---- In one call ---- */

static palate_status check_simple(const palate_model *model, const palate_ratings *ratings,
                                  int64_t threads, const palate_metrics *out, palate_error *err)
{
    if (model == NULL || ratings == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_evaluate: %s is NULL",
                            model == NULL     ? "model"
                            : ratings == NULL ? "ratings"
                                              : "out");
    if (threads < 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_evaluate: threads is %lld; give 0 or more",
                            (long long)threads);
    return PALATE_OK;
}

palate_status palate_model_evaluate(const palate_model *model, const palate_ratings *ratings,
                                    int64_t threads, palate_metrics *out, palate_error *err)
{
    enum { MODEL, MEAN };
    enum { RMSE, MAE };
    palate_evaluate_options options;
    palate_evaluation *evaluation = NULL;
    if (out != NULL)
        *out = (palate_metrics){0};
    palate_status status = check_simple(model, ratings, threads, out, err);
    if (status != PALATE_OK)
        return status;
    palate_evaluate_options_init(&options);
    options.metrics = "rmse,mae";
    options.resamples = 0;
    options.threads = threads < 1024 ? threads : 1024;
    status = palate_evaluation_run(model, ratings, &options, &evaluation, err);
    if (status == PALATE_OK)
        *out = (palate_metrics){
            .count = evaluation->facts.rating_count,
            .rmse = evaluation->systems[MODEL].figures[RMSE].value,
            .mae = evaluation->systems[MODEL].figures[MAE].value,
            .baseline_rmse = evaluation->systems[MEAN].figures[RMSE].value,
            .unknown = evaluation->facts.unknown,
        };
    palate_evaluation_free(evaluation);
    return status;
}
