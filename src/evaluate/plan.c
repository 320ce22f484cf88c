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
     "What to measure: names of metrics (ndcg, ndcg@20), a kind of them (rating, ranking, lists), "
     "or all; by "
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
    {"differences", "significance", PALATE_OPTION_BOOL, AT(differences), "false", 0, 0, NULL, NULL,
     "Test the differences between the model and the other systems"},
    {"permutations", "n-permutations", PALATE_OPTION_COUNT, AT(permutations), "10000", 100, 1000000,
     NULL, "N", "Permutations of each test"},
    {"common", "", PALATE_OPTION_BOOL, AT(common), "false", 0, 0, NULL, NULL,
     "Compare on the ratings that all systems predict; otherwise a missing prediction is an error"},
    {"seed", "random-state", PALATE_OPTION_SEED, AT(seed), "0", 0, 0, NULL, "N",
     "Of resamples and permutations"},
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

/* ---- Words ---- */

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

/* ---- Lengths of lists ---- */

/* The place of a length, added where it is new. */
static palate_status take_length(palate__plan *plan, palate__span word, const char *option,
                                 size_t *place, palate_error *err)
{
    char shown[PALATE__SHOWN_BYTES];
    int64_t length = 0;
    palate__text_for_message(word, shown, sizeof shown);
    if (!palate__parse_integer(word, &length) || length < 1 || length > PALATE__LENGTH_MAX)
        return palate__fail(err, PALATE_E_INVALID,
                            "option %s: \"%s\" is not allowed as a length of lists; give whole "
                            "numbers from 1 to %d, such as 5,10,20",
                            option, shown, PALATE__LENGTH_MAX);
    for (*place = 0; *place < plan->length_count; ++*place)
        if (plan->lengths[*place] == (size_t)length)
            return PALATE_OK;
    if (plan->length_count == PALATE__LENGTHS_MAX)
        return palate__fail(err, PALATE_E_INVALID, "option %s: more than %d lengths; give fewer",
                            option, PALATE__LENGTHS_MAX);
    plan->lengths[plan->length_count++] = (size_t)length;
    plan->longest = (size_t)length > plan->longest ? (size_t)length : plan->longest;
    return PALATE_OK;
}

static palate_status add_lengths(palate__plan *plan, const char *words, palate_error *err)
{
    palate_status status = PALATE_OK;
    size_t place = 0;
    while (words != NULL)
        PALATE_TRY(take_length(plan, next_word(&words), "count", &place, err));
    plan->general_count = plan->length_count;
done:
    return status;
}

/* ---- Metrics ---- */

static const struct {
    const char *name;
    int kind; /* -1: all. */
} KINDS[] = {{"all", -1},
             {"rating", PALATE_METRIC_RATING},
             {"ranking", PALATE_METRIC_RANKING},
             {"lists", PALATE_METRIC_LISTS}};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static bool is_measured(const palate__plan *plan, const palate__metric *metric, size_t length)
{
    for (size_t place = 0; place < plan->measure_count; place++)
        if (plan->measures[place].metric == metric && plan->measures[place].length == length)
            return true;
    return false;
}

static void add_measure(palate__plan *plan, const palate__metric *metric, size_t length)
{
    const palate_metric_definition *about = &metric->about;
    char at[24] = "";
    if (is_measured(plan, metric, length))
        return;
    palate__planned *to = &plan->measures[plan->measure_count++];
    *to = (palate__planned){.metric = metric,
                            .column = plan->column_count,
                            .length = length,
                            .measure = {.metric = about}};
    if (about->at) {
        to->measure.at = (int64_t)plan->lengths[length];
        snprintf(at, sizeof at, "@%zu", plan->lengths[length]);
    }
    snprintf(to->measure.name, sizeof to->measure.name, "%s%s", about->name, at);
    snprintf(to->measure.title, sizeof to->measure.title, "%s%s", about->title, at);
    plan->column_count += metric->width;
    plan->needs_ratings |= metric->of_ratings != NULL;
    plan->needs_lists |= metric->of_ratings == NULL;
    plan->needs_order |= metric->needs_order;
}

/* Once for each length of a list, where that matters. */
static void add_metric(palate__plan *plan, const palate__metric *metric)
{
    for (size_t l = 0; l < (metric->about.at ? plan->general_count : 1); l++)
        add_measure(plan, metric, l);
}

static void add_defaults(palate__plan *plan)
{
    for (size_t place = 0; palate__metrics[place] != NULL; place++)
        if (palate__metrics[place]->about.by_default)
            add_metric(plan, palate__metrics[place]);
}

/* False: the word is no kind. */
static bool add_kind(palate__plan *plan, palate__span word)
{
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

static const palate__metric *find_metric(palate__span name)
{
    for (size_t place = 0; palate__metrics[place] != NULL; place++)
        if (palate__text_alike(name, palate__text_span(palate__metrics[place]->about.name)))
            return palate__metrics[place];
    return NULL;
}

/* "ndcg", "ndcg@20", or a kind. */
static palate_status add_word(palate__plan *plan, palate__span word, palate_error *err)
{
    const char *sign = memchr(word.text, '@', word.bytes);
    const size_t bytes = sign == NULL ? word.bytes : (size_t)(sign - word.text);
    const palate__metric *metric = find_metric((palate__span){word.text, bytes});
    size_t place = 0;
    if (metric == NULL)
        return sign == NULL && add_kind(plan, word)
                   ? PALATE_OK
                   : fail_unknown((palate__span){word.text, bytes}, err);
    if (sign == NULL) {
        add_metric(plan, metric);
        return PALATE_OK;
    }
    if (!metric->about.at)
        return palate__fail(err, PALATE_E_INVALID,
                            "option metrics: %s is not of the first places of a list; leave out "
                            "what follows it",
                            metric->about.name);
    palate_status status = take_length(plan, (palate__span){sign + 1, word.bytes - bytes - 1},
                                       "metrics", &place, err);
    if (status == PALATE_OK)
        add_measure(plan, metric, place);
    return status;
}

static palate_status add_words(palate__plan *plan, const char *words, palate_error *err)
{
    palate_status status = PALATE_OK;
    if (*words == '\0')
        return PALATE_OK;
    while (words != NULL)
        PALATE_TRY(add_word(plan, next_word(&words), err));
done:
    return status;
}

/* ---- What is relevant ---- */

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

static palate_status check_arrays(const palate_evaluate_options *options, palate_error *err)
{
    if (options->candidates == NULL && options->candidate_count > 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_evaluation_run: candidates is NULL but counts %zu rows",
                            options->candidate_count);
    if (options->others == NULL && options->other_count > 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_evaluation_run: others is NULL but counts %zu systems",
                            options->other_count);
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
    PALATE_TRY(check_arrays(&out->options, err));
    PALATE_TRY(add_lengths(out, out->options.count == NULL ? "10" : out->options.count, err));
    PALATE_TRY(read_relevance(out, out->options.relevant, err));
    out->threads = palate__thread_count(out->options.threads);
    size_t metric_count = 0;
    while (palate__metrics[metric_count] != NULL)
        metric_count++;
    out->measures = palate__allocate_array(context, metric_count * PALATE__LENGTHS_MAX,
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
