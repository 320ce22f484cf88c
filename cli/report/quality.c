/* SPDX-License-Identifier: Apache-2.0 */
/* How good the model is, on ratings that it has not seen. Where there are none, what it fits is shown
 * by that name: an error on ratings learned from says nothing about new ones. */
#include "quality.h"

#include "../describe.h"
#include "../figures.h"
#include "../progress.h"
#include "html.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { ACTIVITY_GROUPS = 5, CALIBRATION_GROUPS = 10, DEVIATION_GROUPS = 5, LIST_LENGTH = 10 };

/* ---- Finding out ---- */

static int evaluate(report *of, const palate_ratings *ratings)
{
    palate_error err;
    palate_evaluate_options options;
    progress_display progress;
    palate_evaluate_options_init(&options);
    options.metrics = of->quality->unseen ? "rmse,mae,fcp,precision,recall,ndcg,coverage,novelty"
                                          : "rmse,mae,fcp";
    if (of->summary.rating_count > 0) /* Given factors do not tell who has rated how much. */
        options.groups = ACTIVITY_GROUPS;
    options.differences = true;
    options.permutations = 100; /* The least: intervals are what is shown. */
    options.train = report_judged_train(of);
    options.threads = of->own->threads;
    options.on_progress = progress_show_share;
    options.on_progress_user = &progress;
    progress_begin(&progress, false, arguments_common(of->arguments)->quiet, 0);
    const palate_status status = palate_evaluation_run(report_judged(of), ratings, &options,
                                                       &of->quality->evaluation, &err);
    const int signal_number = progress_end(&progress);
    if (status == PALATE_OK)
        return EXIT_DONE;
    message_failed(&err);
    return status == PALATE_E_STOPPED ? EXIT_INTERRUPTED - SIGINT + signal_number : EXIT_FAILED;
}

static bool find_errors(judgement *to)
{
    const size_t count = to->cells.count;
    float *errors = malloc((count + 1) * sizeof *errors);
    if (errors == NULL) {
        message_error("out of memory while sorting errors");
        return false;
    }
    for (size_t e = 0; e < count; e++)
        errors[e] = fabsf(to->cells.ratings[e] - to->cells.predictions[e]);
    sort_floats(errors, count);
    to->half_within = quantile(errors, count, 0.5);
    to->most_within = quantile(errors, count, 0.9);
    free(errors);
    return true;
}

/* How many ratings lie where the model says that such a share of them will. */
static void find_coverage(judgement *to)
{
    static const double levels[] = {0.5, 0.8, 0.9, 0.95};
    static const double widths[] = {0.674489750196082, 1.281551565544600, 1.644853626951473,
                                    1.959963984540054};
    for (size_t level = 0; level < COVERAGE_LEVELS; level++) {
        double inside = 0.0;
        double all = 0.0;
        for (size_t e = 0; e < to->cells.count; e++) {
            const double deviation = (double)to->cells.deviations[e];
            const double off = fabs((double)to->cells.ratings[e] -
                                    (double)to->cells.predictions[e]);
            inside += isfinite(deviation) && off <= widths[level] * deviation;
            all += isfinite(deviation);
        }
        to->levels[level] = levels[level];
        to->covered[level] = all > 0.0 ? inside / all : NAN;
    }
}

static bool fill_groups(judgement *to)
{
    bool done = find_errors(to) &&
                groups_fill(&to->by_rating, &to->cells, to->cells.ratings, GROUPS_OF_RATINGS_MAX) &&
                groups_fill(&to->by_prediction, &to->cells, to->cells.predictions,
                            CALIBRATION_GROUPS);
    if (done && to->cells.deviations != NULL) {
        done = groups_fill(&to->by_deviation, &to->cells, to->cells.deviations, DEVIATION_GROUPS);
        find_coverage(to);
    }
    return done;
}

static int fill(report *of)
{
    const palate_ratings *ratings = of->test != NULL ? of->test : of->train;
    of->quality = calloc(1, sizeof *of->quality);
    if (of->quality == NULL)
        return message_error("out of memory while judging the model");
    of->quality->unseen = of->test != NULL;
    if (ratings == NULL)
        return EXIT_DONE;
    const int exit_status = evaluate(of, ratings);
    if (exit_status != EXIT_DONE)
        return exit_status;
    const palate_test_facts *facts = palate_evaluation_facts(of->quality->evaluation);
    of->quality->unseen &= facts->seen_count < facts->rating_count;
    if (facts->train_differs && of->own->train != NULL)
        message_warning("--train: these are not the ratings the model was trained on");
    return predicted_fill(&of->quality->cells, report_judged(of), ratings) &&
                   fill_groups(of->quality)
               ? EXIT_DONE
               : EXIT_FAILED;
}

static void release(report *of)
{
    if (of->quality == NULL)
        return;
    palate_evaluation_free(of->quality->evaluation);
    predicted_release(&of->quality->cells);
    free(of->quality);
    of->quality = NULL;
}

/* ---- Figures ---- */

size_t quality_measure(const judgement *of, const char *name)
{
    for (size_t m = 0; m < palate_evaluation_measure_count(of->evaluation); m++)
        if (strcmp(palate_evaluation_measure(of->evaluation, m)->name, name) == 0)
            return m;
    return SIZE_MAX;
}

size_t quality_system(const judgement *of, const char *name)
{
    for (size_t s = 0; s < palate_evaluation_system_count(of->evaluation); s++)
        if (strcmp(palate_evaluation_system(of->evaluation, s), name) == 0)
            return s;
    return SIZE_MAX;
}

palate_figure quality_figure(const judgement *of, const char *system, const char *measure)
{
    return palate_evaluation_figure(of->evaluation, quality_system(of, system),
                                    quality_measure(of, measure), 0);
}

/* ---- In words ---- */

/* Whether the model and another system differ by more than chance. */
static bool differ(const judgement *of, const char *system, const char *measure)
{
    const palate_difference difference = palate_evaluation_difference(
        of->evaluation, quality_system(of, system), quality_measure(of, measure));
    return difference.undefined == NULL && difference.has_interval &&
           (difference.low > 0.0 || difference.high < 0.0);
}

/* "WHAT 0.87 (7 % more than the model)". */
static void write_beside(const judgement *of, const char *system, const char *what, output *out)
{
    const double own = quality_figure(of, "model", "rmse").value;
    const double other = quality_figure(of, system, "rmse").value;
    markup_put(out, "%s <b>%.3f</b> ", what, other);
    if (!differ(of, system, "rmse"))
        output_text(out, "(no clear difference)");
    else
        markup_put(out, "(%.0f&nbsp;%% %s than the model)", 100.0 * fabs(other - own) / own,
                   other > own ? "more" : "less");
}

static void write_error(const judgement *of, output *out)
{
    const palate_test_facts *facts = palate_evaluation_facts(of->evaluation);
    const palate_figure own = quality_figure(of, "model", "rmse");
    markup_put(out, "On %s ", describe_things(facts->rating_count, "rating"));
    if (facts->seen_count == 0)
        output_text(out, "that it has not learned from");
    else
        markup_put(out, "(it has learned from %s of them)", describe_count(facts->seen_count));
    markup_put(out, ", predictions are off by <b>%.3f</b> (RMSE", own.value);
    if (own.has_interval)
        markup_put(out, "; 95&nbsp;%% interval %.3f to %.3f", own.low, own.high);
    output_text(out, "). ");
    if (own.value > 0.0) {
        write_beside(of, "mean", "The same number for everybody, the mean, is off by", out);
        if (quality_figure(of, "bias-only", "rmse").undefined == NULL)
            write_beside(of, "bias-only",
                         "; an offset for each user and item, and nothing about tastes, by", out);
        output_text(out, ". ");
    }
    markup_put(out,
               "Half of all predictions are within %.2f of the rating, nine in ten within %.2f.",
               of->half_within, of->most_within);
}

static void write_lists(const judgement *of, output *out)
{
    const palate_figure own = quality_figure(of, "model", "recall@10");
    const palate_figure popular = quality_figure(of, "popularity", "recall@10");
    if (own.undefined != NULL)
        return;
    markup_put(out, "<p>Its lists of %d hold <b>%.1f&nbsp;%%</b> of what users turned out to like",
               LIST_LENGTH, 100.0 * own.value);
    if (popular.undefined == NULL)
        markup_put(out, "; lists of what most have rated, <b>%.1f&nbsp;%%</b>%s",
                   100.0 * popular.value,
                   !differ(of, "popularity", "recall@10") ? ", no clear difference"
                   : popular.value > own.value
                       ? ": to guess what people will pick up next, popularity does better"
                       : "");
    output_text(out, ".</p>\n");
}

void quality_write_summary(const report *of, output *out)
{
    const judgement *quality = of->quality;
    output_text(out, "<p class=\"lead\">");
    if (quality->unseen) {
        write_error(quality, out);
    } else {
        output_text(out, "How good it is on new ratings is <b>not known here</b>: none were given "
                         "that it has not learned from.");
        if (isfinite(of->summary.validation_rmse))
            markup_put(out,
                       " On ratings held out in training the error was %.3f (RMSE); training "
                       "stopped where it was lowest, so expect a little more.",
                       of->summary.validation_rmse);
    }
    output_text(out, "</p>\n");
    if (quality->unseen)
        write_lists(quality, out);
}

/* ---- On the page ---- */

static void write_warning(const report *of, output *out)
{
    const judgement *quality = of->quality;
    const palate_test_facts *facts = palate_evaluation_facts(quality->evaluation);
    if (!quality->unseen)
        output_text(
            out,
            "<p class=\"warning\" role=\"note\"><b>This is fit, not quality.</b> All figures of "
            "this "
            "section are on the ratings the model learned from. On new ratings its errors will be "
            "larger. To see by how much, give <code>--test</code> ratings it has not seen, or have "
            "<code>--hold-out 0.1</code> learn anew without a tenth of them.</p>\n");
    if (quality->unseen && facts->seen_count > 0)
        markup_put(out,
                   "<p class=\"warning\" role=\"note\"><b>Too good to be true:</b> the model has "
                   "learned from %s of these %s. On new ratings its errors will be larger.</p>\n",
                   describe_count(facts->seen_count),
                   describe_things(facts->rating_count, "rating"));
    if (quality->unseen && facts->seen_unknown)
        output_text(
            out, "<p class=\"warning\" role=\"note\">The model was made from given factors: nobody "
                 "knows what its users have rated, and nothing is left out of their lists for "
                 "it.</p>\n");
    if (of->rest_model != NULL)
        markup_put(
            out,
            "<p>Measured by a model of the same options that learned from %s, on the %s held "
            "out. The model of this page learned from all of them.</p>\n",
            describe_things(palate_ratings_count(of->rest), "rating"),
            describe_things(facts->rating_count, "rating"));
}

static void write_tested(const palate_test_facts *facts, output *out)
{
    markup_put(out, "<p>%s by %s of %s", describe_things(facts->rating_count, "rating"),
               describe_things(facts->user_count, "user"),
               describe_things(facts->item_count, "item"));
    if (facts->unknown.users > 0 || facts->unknown.items > 0)
        output_text(out, ". They count, too, where the model does not know the ");
    if (facts->unknown.users > 0)
        markup_put(out, "user (%s)", describe_count(facts->unknown.users));
    if (facts->unknown.items > 0)
        markup_put(out, "%sitem (%s)", facts->unknown.users > 0 ? " or the " : "",
                   describe_count(facts->unknown.items));
    output_text(out, ". Small numbers, and the bars through marks, are 95&nbsp;% intervals.</p>\n");
}

static void write_figure(palate_figure figure, output *out)
{
    html_figure(out, figure.undefined == NULL ? figure.value : NAN,
                figure.has_interval ? figure.low : NAN, figure.high);
}

/* Errors of all systems, as bars from 0. */
static void write_bars(const judgement *of, output *out)
{
    static const char *const heads[] = {"", "RMSE", "lower is better", "MAE", "FCP", NULL};
    static const char *const systems[] = {"model", "bias-only", "mean"};
    double most = 0.0;
    for (size_t s = 0; s < sizeof systems / sizeof systems[0]; s++)
        most = fmax(most, quality_figure(of, systems[s], "rmse").value);
    html_table_begin(out, of->unseen ? "Error of predictions" : "Error on what was learned from",
                     heads);
    for (size_t s = 0; s < sizeof systems / sizeof systems[0]; s++) {
        const palate_figure rmse = quality_figure(of, systems[s], "rmse");
        const palate_figure mae = quality_figure(of, systems[s], "mae");
        if (rmse.undefined != NULL)
            continue;
        html_row(out, systems[s]);
        write_figure(rmse, out);
        html_bar(out, most > 0.0 ? rmse.value / most : 0.0, NAN);
        write_figure(mae, out);
        write_figure(quality_figure(of, systems[s], "fcp"), out);
        output_text(out, "</tr>\n");
    }
    html_table_end(out);
}

static void write_list_figures(const judgement *of, output *out)
{
    static const char *const heads[] = {"", "model", "popularity", "bias-only", NULL};
    html_table_begin(
        out, "Lists of ten: higher is better; coverage and novelty tell, and do not judge", heads);
    for (size_t m = 0; m < palate_evaluation_measure_count(of->evaluation); m++) {
        const palate_measure *measure = palate_evaluation_measure(of->evaluation, m);
        if (measure->metric->kind == PALATE_METRIC_RATING)
            continue;
        html_row(out, measure->metric->title);
        for (size_t head = 1; heads[head] != NULL; head++)
            write_figure(quality_figure(of, heads[head], measure->name), out);
        output_text(out, "</tr>\n");
    }
    html_table_end(out);
}

static void write(const report *of, output *out)
{
    const judgement *quality = of->quality;
    if (quality->evaluation == NULL) {
        output_text(out,
                    "<p class=\"warning\" role=\"note\"><b>Not known.</b> The model keeps no "
                    "ratings, and none were given: <code>--test</code> takes ratings it has not "
                    "seen.</p>\n");
        return;
    }
    write_warning(of, out);
    write_tested(palate_evaluation_facts(quality->evaluation), out);
    output_text(out, "<div class=\"pair\">\n");
    write_bars(quality, out);
    if (quality->unseen)
        write_list_figures(quality, out);
    output_text(out, "</div>\n");
    if (quality_figure(quality, "bias-only", "rmse").undefined != NULL)
        output_text(out, "<p>Without the ratings it learned from there is no <i>bias-only</i> to "
                         "compare with: <code>--train</code> takes them.</p>\n");
    quality_write_plots(quality, out);
}

/* ---- For a program ---- */

static json_t *estimate_json(estimate of)
{
    return json_pack("{s:o, s:o, s:o}", "value", describe_real_json(of.value), "low",
                     describe_real_json(of.low), "high", describe_real_json(of.high));
}

static json_t *groups_json(const rating_groups *groups)
{
    json_t *list = json_array();
    for (size_t g = 0; g < groups->count; g++) {
        const rating_group *group = &groups->groups[g];
        json_array_append_new(
            list, json_pack("{s:f, s:f, s:I, s:o, s:o, s:o, s:o}", "least", group->least, "most",
                            group->most, "count", (json_int_t)group->count, "rmse",
                            estimate_json(group->rmse), "rating", estimate_json(group->rating),
                            "prediction", estimate_json(group->prediction), "std",
                            describe_real_json(group->deviation)));
    }
    return list;
}

static json_t *coverage_json(const judgement *of)
{
    json_t *list = json_array();
    for (size_t level = 0; level < COVERAGE_LEVELS; level++)
        json_array_append_new(list, json_pack("{s:f, s:o}", "level", of->levels[level], "covered",
                                              describe_real_json(of->covered[level])));
    return list;
}

static json_t *json(const report *of)
{
    const judgement *quality = of->quality;
    if (quality->evaluation == NULL)
        return json_null();
    json_t *json = figures_facts_json(palate_evaluation_facts(quality->evaluation));
    json_object_set_new(json, "unseen", json_boolean(quality->unseen));
    json_object_set_new(json, "held_out", json_boolean(of->rest_model != NULL));
    json_object_set_new(json, "systems", figures_systems_json(quality->evaluation, 0));
    json_object_set_new(json, "groups", figures_groups_json(quality->evaluation));
    json_object_set_new(json, "half_within", describe_real_json(quality->half_within));
    json_object_set_new(json, "nine_in_ten_within", describe_real_json(quality->most_within));
    json_object_set_new(json, "by_rating", groups_json(&quality->by_rating));
    json_object_set_new(json, "by_prediction", groups_json(&quality->by_prediction));
    if (quality->cells.deviations != NULL) {
        json_object_set_new(json, "by_std", groups_json(&quality->by_deviation));
        json_object_set_new(json, "coverage", coverage_json(quality));
    }
    return json;
}

const report_section SECTION_QUALITY = {"quality", "How good it is", fill, write, json, release};
