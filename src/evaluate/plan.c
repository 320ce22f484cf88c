/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/plan.h"

#include "base/text.h"
#include "base/threads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- The table of options ---- */

#define AT(field) offsetof(palate_evaluate_options, field)

static const palate_option OPTIONS[] = {
    {"metrics", "measures metric", PALATE_OPTION_TEXT, AT(metrics), NULL, 0, 0, NULL, "NAME,...",
     "What to measure: names of metrics, a kind of them (rating, ranking, lists), or all; by "
     "default the usual ones"},
    {"count", "at top n", PALATE_OPTION_TEXT, AT(count), NULL, 0, 0, NULL, "N,...",
     "Lengths of the lists that are judged, such as 5,10,20; by default 10"},
    {"relevant", "relevant-from threshold relevance", PALATE_OPTION_TEXT, AT(relevant), NULL, 0, 0,
     NULL, "RATING",
     "Items rated this or higher are relevant; any: all that are rated; by default from three "
     "quarters of the scale on"},
    {"groups", "slices", PALATE_OPTION_COUNT, AT(groups), "0", 0, 100, NULL, "N",
     "Measure also N groups of users, and of items, by their ratings in training"},
    {"confidence", "", PALATE_OPTION_REAL, AT(confidence), "0.95", 0.5, 0.999, NULL, "SHARE",
     "Confidence of the intervals"},
    {"resamples", "bootstrap n-resamples", PALATE_OPTION_COUNT, AT(resamples), "1000", 0, 1000000,
     NULL, "N", "Resamples of the users that the intervals come from; 0: no intervals"},
    {"seed", "random-state", PALATE_OPTION_SEED, AT(seed), "0", 0, 0, NULL, "N",
     "Of the resamples"},
    {"threads", "num-threads nthreads n-jobs jobs", PALATE_OPTION_COUNT, AT(threads), "0", 0, 1024,
     NULL, "T", "0: as many as the machine gives; the result is the same for any"},
};

static const palate_option_table TABLE = {
    .title = "Evaluation options",
    .options = OPTIONS,
    .count = sizeof OPTIONS / sizeof OPTIONS[0],
    .struct_bytes = sizeof(palate_evaluate_options),
};

const palate_option_table *palate_evaluate_options_table(void)
{
    return &TABLE;
}

void palate_evaluate_options_init(palate_evaluate_options *options)
{
    palate_options_init(&TABLE, options);
}

/* ---- Names of metrics ---- */

static const struct {
    const char *name;
    int kind; /* -1: all. */
} KINDS[] = {{"all", -1},
             {"rating", PALATE_METRIC_RATING},
             {"ranking", PALATE_METRIC_RANKING},
             {"lists", PALATE_METRIC_LISTS}};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

/* Takes the first of the words, separated by commas; `*rest` is NULL after the last. Spaces around a
 * word do not count. */
static palate__span next_word(const char **rest)
{
    size_t bytes = strcspn(*rest, ",");
    palate__span word = {*rest, bytes};
    *rest = (*rest)[bytes] == ',' ? *rest + bytes + 1 : NULL;
    while (word.bytes > 0 && word.text[0] == ' ')
        word = (palate__span){word.text + 1, word.bytes - 1};
    while (word.bytes > 0 && word.text[word.bytes - 1] == ' ')
        word.bytes--;
    return word;
}

static bool is_measured(const palate__plan *plan, const palate__metric *metric)
{
    for (size_t place = 0; place < plan->measure_count; place++)
        if (plan->measures[place].metric == metric)
            return true;
    return false;
}

/* Once for each length of a list, where that matters. */
static void add_metric(palate__plan *plan, const palate__metric *metric)
{
    const palate_metric_definition *about = &metric->about;
    if (is_measured(plan, metric))
        return;
    for (size_t l = 0; l < (about->at ? plan->length_count : 1); l++) {
        char at[24] = "";
        palate__planned *to = &plan->measures[plan->measure_count++];
        *to = (palate__planned){.metric = metric,
                                .column = plan->column_count,
                                .length = l,
                                .measure = {.metric = about}};
        if (about->at) {
            to->measure.at = (int64_t)plan->lengths[l];
            snprintf(at, sizeof at, "@%zu", plan->lengths[l]);
        }
        snprintf(to->measure.name, sizeof to->measure.name, "%s%s", about->name, at);
        snprintf(to->measure.title, sizeof to->measure.title, "%s%s", about->title, at);
        plan->column_count += metric->width;
    }
    plan->needs_ratings |= metric->of_ratings != NULL;
    plan->needs_lists |= metric->of_ratings == NULL;
    plan->needs_order |= metric->needs_order;
}

static void add_defaults(palate__plan *plan)
{
    for (size_t place = 0; palate__metrics[place] != NULL; place++)
        if (palate__metrics[place]->about.by_default)
            add_metric(plan, palate__metrics[place]);
}

/* Adds what a word stands for; false: nothing. */
static bool add_word(palate__plan *plan, palate__span word)
{
    for (size_t place = 0; palate__metrics[place] != NULL; place++)
        if (palate__text_alike(word, palate__text_span(palate__metrics[place]->about.name))) {
            add_metric(plan, palate__metrics[place]);
            return true;
        }
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        if (!palate__text_alike(word, palate__text_span(KINDS[kind].name)))
            continue;
        for (size_t place = 0; palate__metrics[place] != NULL; place++)
            if (KINDS[kind].kind < 0 || (int)palate__metrics[place]->about.kind == KINDS[kind].kind)
                add_metric(plan, palate__metrics[place]);
        return true;
    }
    return false;
}

static palate_status fail_unknown(palate__span word, palate_error *err)
{
    char shown[PALATE__SHOWN_BYTES];
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    palate__text_for_message(word, shown, sizeof shown);
    for (size_t place = 0; palate__metrics[place] != NULL; place++) {
        size_t distance = palate_text_distance(shown, palate__metrics[place]->about.name);
        if (distance < least) {
            least = distance;
            nearest = palate__metrics[place]->about.name;
        }
    }
    if (nearest != NULL)
        return palate__fail(err, PALATE_E_INVALID,
                            "option metrics: there is no metric \"%s\"; did you mean \"%s\"?",
                            shown, nearest);
    return palate__fail(err, PALATE_E_INVALID,
                        "option metrics: there is no metric \"%s\"; palate evaluate --define lists "
                        "them",
                        shown);
}

static palate_status add_words(palate__plan *plan, const char *words, palate_error *err)
{
    if (*words == '\0')
        return PALATE_OK;
    while (words != NULL) {
        palate__span word = next_word(&words);
        if (!add_word(plan, word))
            return fail_unknown(word, err);
    }
    return PALATE_OK;
}

/* ---- Lengths of lists, and what is relevant ---- */

static bool has_length(const palate__plan *plan, size_t length)
{
    for (size_t l = 0; l < plan->length_count; l++)
        if (plan->lengths[l] == length)
            return true;
    return false;
}

static palate_status add_lengths(palate__plan *plan, const char *words, palate_error *err)
{
    while (words != NULL) {
        palate__span word = next_word(&words);
        char shown[PALATE__SHOWN_BYTES];
        int64_t length = 0;
        palate__text_for_message(word, shown, sizeof shown);
        if (!palate__parse_integer(word, &length) || length < 1 || length > PALATE__LENGTH_MAX)
            return palate__fail(err, PALATE_E_INVALID,
                                "option count: \"%s\" is not allowed; give whole numbers from 1 to "
                                "%d, such as 5,10,20",
                                shown, PALATE__LENGTH_MAX);
        if (has_length(plan, (size_t)length))
            continue;
        if (plan->length_count == PALATE__LENGTHS_MAX)
            return palate__fail(err, PALATE_E_INVALID,
                                "option count: more than %d lengths; give fewer",
                                PALATE__LENGTHS_MAX);
        plan->lengths[plan->length_count++] = (size_t)length;
        plan->longest = (size_t)length > plan->longest ? (size_t)length : plan->longest;
    }
    return PALATE_OK;
}

static palate_status read_relevance(palate__plan *plan, const char *text, palate_error *err)
{
    palate__span word = palate__text_span(text == NULL ? "auto" : text);
    char shown[PALATE__SHOWN_BYTES];
    palate__text_for_message(word, shown, sizeof shown);
    if (palate__text_alike(word, palate__text_span("auto")))
        plan->relevance = PALATE__RELEVANT_AUTO;
    else if (palate__text_alike(word, palate__text_span("any")))
        plan->relevance = PALATE__RELEVANT_ANY;
    else if (palate__parse_real(word, &plan->relevant_from) && isfinite(plan->relevant_from))
        plan->relevance = PALATE__RELEVANT_FROM;
    else
        return palate__fail(err, PALATE_E_INVALID,
                            "option relevant: \"%s\" is not allowed; give a number, any or auto",
                            shown);
    return PALATE_OK;
}

/* ---- All of it ---- */

static palate_status check_candidates(const palate_evaluate_options *options, palate_error *err)
{
    if (options->candidates == NULL && options->candidate_count > 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_evaluation_run: candidates is NULL but counts %zu rows",
                            options->candidate_count);
    return PALATE_OK;
}

palate_status palate__plan_begin(palate_context *context, const palate_evaluate_options *options,
                                 palate__plan *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    *out = (palate__plan){0};
    palate_evaluate_options_init(&out->options);
    if (options != NULL)
        out->options = *options;
    PALATE_TRY(palate_options_check(&TABLE, &out->options, err));
    PALATE_TRY(check_candidates(&out->options, err));
    PALATE_TRY(add_lengths(out, out->options.count == NULL ? "10" : out->options.count, err));
    PALATE_TRY(read_relevance(out, out->options.relevant, err));
    out->threads = palate__thread_count(out->options.threads);
    size_t metric_count = 0;
    while (palate__metrics[metric_count] != NULL)
        metric_count++;
    out->measures = palate__allocate_array(context, metric_count * out->length_count,
                                           sizeof *out->measures);
    if (out->measures == NULL)
        return palate__fail_memory(err, "evaluating");
    if (out->options.metrics == NULL)
        add_defaults(out);
    else
        PALATE_TRY(add_words(out, out->options.metrics, err));
done:
    return status;
}

void palate__plan_end(palate_context *context, palate__plan *plan)
{
    palate__release(context, plan->measures);
    *plan = (palate__plan){0};
}
