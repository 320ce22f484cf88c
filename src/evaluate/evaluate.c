/* SPDX-License-Identifier: Apache-2.0 */
/* An evaluation from end to end: every system answers the same test, its columns are filled user by
 * user, and figures are made of their sums. */
#include "base/text.h"
#include "evaluate/differences.h"

#include <stdlib.h>
#include <string.h>

typedef palate_status (*system_maker)(const palate__test *test, palate__system *out,
                                      palate_error *err);

static const system_maker BASELINES[] = {
    palate__system_mean,
    palate__system_popularity,
    palate__system_bias_only,
};

enum { BASELINE_COUNT = sizeof BASELINES / sizeof BASELINES[0] };

/* Of all work, what is done when the systems have answered: taken to be so, for progress. */
static const double ANSWERED = 0.4;

/* The work in hand. */
typedef struct session {
    palate__plan plan;
    palate__test test;
    size_t system_count; /* The model, others, the baselines. */
    palate__system *systems;
    palate__tally *tallies;
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
    for (size_t s = 0; work->systems != NULL && work->tallies != NULL && s < work->system_count;
         s++) {
        palate__tally_end(context, &work->tallies[s]);
        palate__system_release(&work->systems[s]);
    }
    palate__release(context, work->systems);
    palate__release(context, work->tallies);
    palate__test_end(&work->test);
    palate__plan_end(context, &work->plan);
}

/* ---- Systems ---- */

/* Of `made` systems none has the name. */
static palate_status check_name(const session *work, size_t made, const char *name,
                                palate_error *err)
{
    char shown[PALATE__SHOWN_BYTES];
    if (name == NULL || name[0] == '\0' || strlen(name) >= sizeof work->systems->name)
        return palate__fail(err, PALATE_E_INVALID, "another system needs a name of 1 to %zu bytes",
                            sizeof work->systems->name - 1);
    palate__text_for_message(palate__text_span(name), shown, sizeof shown);
    for (size_t s = 0; s < made; s++)
        if (strcmp(work->systems[s].name, name) == 0)
            return palate__fail(err, PALATE_E_INVALID,
                                "two systems are named \"%s\"; name one of them otherwise", shown);
    return PALATE_OK;
}

static palate_status make_others(session *work, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_evaluate_options *options = &work->plan.options;
    for (size_t o = 0; o < options->other_count; o++) {
        const palate_other_system *other = &options->others[o];
        const size_t place = 1 + BASELINE_COUNT + o;
        PALATE_TRY(check_name(work, place, other->name, err));
        PALATE_TRY(palate__system_given(&work->test, other, work->test.left_out,
                                        &work->systems[place], err));
    }
done:
    return status;
}

/* The others are made last, when all other names are there, and shown next to the model. */
static void order_systems(session *work)
{
    const size_t others = work->plan.options.other_count;
    palate__system baselines[BASELINE_COUNT];
    memcpy(baselines, work->systems + 1, sizeof baselines);
    memmove(work->systems + 1, work->systems + 1 + BASELINE_COUNT, others * sizeof *work->systems);
    memcpy(work->systems + 1 + others, baselines, sizeof baselines);
}

static void count_common(session *work)
{
    const palate__test *test = &work->test;
    for (int64_t e = 0; test->left_out != NULL && e < test->facts.rating_count; e++)
        work->test.facts.common_count -= test->left_out[e];
}

static palate_status make_systems(session *work, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_evaluate_options *options = &work->plan.options;
    palate_context *context = work->test.context;
    work->system_count = 1 + options->other_count + BASELINE_COUNT;
    work->systems = palate__allocate_zeroed(context, work->system_count, sizeof *work->systems);
    work->tallies = palate__allocate_zeroed(context, work->system_count, sizeof *work->tallies);
    if (work->systems == NULL || work->tallies == NULL)
        return palate__fail_memory(err, "evaluating");
    if (options->common && options->other_count > 0) {
        work->test.left_out = palate__allocate_zeroed(
            context, (size_t)work->test.facts.rating_count, sizeof *work->test.left_out);
        if (work->test.left_out == NULL)
            return palate__fail_memory(err, "evaluating");
    }
    PALATE_TRY(palate__system_model(&work->test, &work->systems[0], err));
    for (size_t b = 0; b < BASELINE_COUNT; b++)
        PALATE_TRY(BASELINES[b](&work->test, &work->systems[1 + b], err));
    PALATE_TRY(make_others(work, err));
    order_systems(work);
    count_common(work);
done:
    return status;
}

/* ---- Figures ---- */

/* Why a system has no value of a metric, whatever the ratings are; NULL: it may have. */
static const char *missing_in(const session *work, const palate__system *system,
                              const palate__metric *metric)
{
    if (metric->of_ratings != NULL)
        return system->no_predictions;
    if (system->no_lists != NULL)
        return system->no_lists;
    if (metric->needs_order && system->no_order != NULL)
        return system->no_order;
    return metric->needs_counts ? work->test.no_counts : NULL;
}

/* The same of a slice. */
static const char *missing_of(const palate_slice *slice, const palate__metric *metric)
{
    if (metric->of_all_lists != NULL && slice->kind != PALATE_SLICE_ALL)
        return "it is of all lists together";
    if (metric->about.kind == PALATE_METRIC_LISTS && slice->kind == PALATE_SLICE_ITEMS)
        return "it does not depend on which items are relevant";
    return NULL;
}

static int compare_counts(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Counts of the items that may be recommended, ascending; false where no item was. */
static bool sort_counts(const session *work, const uint32_t *counts, uint32_t *sorted,
                        palate__all_lists *out)
{
    const palate__test *test = &work->test;
    *out = (palate__all_lists){.counts = sorted};
    for (size_t item = 0; item < test->items.item_count; item++)
        if (test->barred == NULL || !test->barred[item])
            sorted[out->catalogue_count++] = counts[item];
    qsort(sorted, out->catalogue_count, sizeof *sorted, compare_counts);
    return out->catalogue_count > 0 && sorted[out->catalogue_count - 1] > 0;
}

/* What figures are worked out in. */
typedef struct desk {
    double *sums;
    double *values;   /* One for each resample. */
    uint32_t *counts; /* One for each item. */
} desk;

static bool find_value(const session *work, size_t system, size_t slice,
                       const palate__planned *planned, const desk *at, double *value)
{
    const palate__metric *metric = planned->metric;
    palate__all_lists lists;
    if (metric->of_all_lists == NULL)
        return palate__sums_value(&work->test, planned, slice, at->sums, value);
    const uint32_t *counts = work->tallies[system].item_counts +
                             planned->length * work->test.items.item_count;
    if (!sort_counts(work, counts, at->counts, &lists))
        return false;
    *value = metric->of_all_lists(&lists);
    return true;
}

/* Of at least two users: what varies between users cannot be seen in one. */
static void set_interval(const session *work, size_t place, bool enough_users, const desk *at,
                         palate_figure *figure)
{
    const palate__bootstrap *bootstrap = &work->bootstrap;
    if (bootstrap->resample_count == 0 || figure->undefined != NULL || !enough_users)
        return;
    for (size_t r = 0; r < bootstrap->resample_count; r++)
        at->values[r] = bootstrap->samples[r * bootstrap->figure_count + place];
    palate__interval(at->values, bootstrap->resample_count, work->plan.options.confidence, figure);
}

static void set_figure(const session *work, const palate_evaluation *out, size_t system,
                       size_t slice, size_t measure, const desk *at)
{
    const palate__planned *planned = &work->plan.measures[measure];
    const palate_slice *about = &out->slices[slice];
    palate_figure *figure = palate__figure_at(out, system, slice, measure);
    size_t place = (system * out->slice_count + slice) * out->measure_count + measure;
    bool of_users = about->kind == PALATE_SLICE_USERS;
    int64_t users = of_users ? about->row_count : work->test.facts.user_count;
    figure->undefined = missing_in(work, &work->systems[system], planned->metric);
    if (figure->undefined == NULL)
        figure->undefined = missing_of(about, planned->metric);
    if (figure->undefined == NULL &&
        !find_value(work, system, slice, planned, at, &figure->value)) {
        figure->value = 0.0;
        figure->undefined = planned->metric->empty;
    }
    set_interval(work, place, users >= 2, at, figure);
}

static void set_system(const session *work, const palate_evaluation *out, size_t system,
                       const desk *at)
{
    const palate__tally *tally = &work->tallies[system];
    memset(at->sums, 0, palate__sums_size(&work->test) * sizeof *at->sums);
    for (size_t user = 0; user < tally->user_count; user++)
        palate__sums_add(&work->test, tally, user, 1.0, at->sums);
    for (size_t slice = 0; slice < out->slice_count; slice++)
        for (size_t measure = 0; measure < out->measure_count; measure++)
            set_figure(work, out, system, slice, measure, at);
}

static palate_status set_figures(const session *work, palate_evaluation *out, palate_error *err)
{
    palate_context *context = out->context;
    desk at = {
        .sums = palate__allocate_array(context, palate__sums_size(&work->test), sizeof *at.sums),
        .values = palate__allocate_array(context, work->bootstrap.resample_count,
                                         sizeof *at.values),
        .counts = palate__allocate_array(context, work->test.items.item_count, sizeof *at.counts),
    };
    bool complete = at.sums != NULL && at.values != NULL && at.counts != NULL;
    for (size_t system = 0; complete && system < out->system_count; system++)
        set_system(work, out, system, &at);
    palate__release(context, at.sums);
    palate__release(context, at.values);
    palate__release(context, at.counts);
    return complete ? PALATE_OK : palate__fail_memory(err, "evaluating");
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
    const double systems = (double)work->system_count;
    for (size_t s = 0; s < work->system_count; s++) {
        palate__progress_part part = {options, ANSWERED * (double)s / systems,
                                      ANSWERED * (double)(s + 1) / systems};
        PALATE_TRY(palate__tally_fill(&work->systems[s], &part, &work->tallies[s], err));
    }
    palate__progress_part resampling = {options, ANSWERED,
                                        options->differences ? PALATE__RESAMPLED : 1.0};
    if (options->resamples > 0)
        PALATE_TRY(palate__bootstrap_run(&work->test, work->tallies, work->system_count,
                                         &resampling, &work->bootstrap, err));
done:
    return status;
}

palate_status palate_evaluation_run(const palate_model *model, const palate_ratings *test,
                                    const palate_evaluate_options *options, palate_evaluation **out,
                                    palate_error *err)
{
    palate_evaluation *made = NULL;
    session work = {0};
    palate_status status = check(model, test, out, err);
    if (status != PALATE_OK)
        return status;
    palate_context *context = model->context;
    PALATE_TRY(palate__plan_begin(context, options, &work.plan, err));
    PALATE_TRY(palate__test_begin(model, test, &work.plan, &work.test, err));
    PALATE_TRY(make_systems(&work, err));
    PALATE_TRY(fill_all(&work, err));
    PALATE_TRY(palate__evaluation_create(&work.test, work.systems, work.system_count, &made, err));
    PALATE_TRY(set_figures(&work, made, err));
    PALATE_TRY(palate__set_differences(&work.test, work.tallies, &work.bootstrap, made, err));
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
            .rmse = palate__figure_at(evaluation, MODEL, 0, RMSE)->value,
            .mae = palate__figure_at(evaluation, MODEL, 0, MAE)->value,
            .baseline_rmse = palate__figure_at(evaluation, MEAN, 0, RMSE)->value,
            .unknown = evaluation->facts.unknown,
        };
    palate_evaluation_free(evaluation);
    return status;
}
