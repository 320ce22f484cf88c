/* SPDX-License-Identifier: Apache-2.0 */
/* Names for factors: words whose items stand for the factor. */
#include "recommend/naming.h"

#include "base/holm.h"
#include "base/text.h"
#include "recommend/enrichment.h"
#include "recommend/space.h"

#include <stdlib.h>
#include <string.h>

/* ---- Options ---- */

static const palate_option OPTIONS[] = {
    {.name = "depth",
     .aliases = "",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_naming_options, depth),
     .default_text = "50",
     .min = 1,
     .max = 1000000,
     .placeholder = "N",
     .help = "Items of a factor that its name is to describe; at most a tenth of all"},
    {.name = "support",
     .aliases = "min-support min-ratings",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_naming_options, support),
     .default_text = "20",
     .min = 0,
     .max = 1000000000,
     .placeholder = "N",
     .help = "Leave out items with fewer ratings"},
    {.name = "level",
     .aliases = "alpha",
     .type = PALATE_OPTION_REAL,
     .offset = offsetof(palate_naming_options, level),
     .default_text = "0.01",
     .min = 0,
     .max = 1,
     .placeholder = "P",
     .help = "Level of significance of a word of a name, corrected for their number"},
};

static const palate_option_table TABLE = {
    .title = "Naming options",
    .options = OPTIONS,
    .count = sizeof OPTIONS / sizeof OPTIONS[0],
    .struct_bytes = sizeof(palate_naming_options),
};

const palate_option_table *palate_naming_options_table(void)
{
    return &TABLE;
}

void palate_naming_options_init(palate_naming_options *options)
{
    palate_options_init(&TABLE, options);
}

/* ---- Names ---- */

void palate_naming_free(palate_naming *naming)
{
    if (naming == NULL)
        return;
    palate_context *context = naming->context;
    for (uint32_t f = 0; naming->names != NULL && f < naming->factor_count; f++)
        palate__release(context, naming->names[f]);
    palate__release(context, naming->names);
    palate__release(context, naming->words);
    palate__release(context, naming->word_counts);
    palate__release(context, naming);
}

const char *palate_naming_name(const palate_naming *naming, uint32_t factor)
{
    return naming != NULL && factor < naming->factor_count ? naming->names[factor] : NULL;
}

const palate_name_word *palate_naming_words(const palate_naming *naming, uint32_t factor,
                                            size_t *count)
{
    const bool there = naming != NULL && factor < naming->factor_count;
    if (count != NULL)
        *count = there ? naming->word_counts[factor] : 0;
    return there ? naming->words + (size_t)factor * PALATE_NAME_WORDS : NULL;
}

/* ---- The work ---- */

/* Words of fewer items name nothing; a name says something of at least this part of what one sees, in
 * later words of what has the ones before; and not by chance. Measured on MovieLens: see
 * docs/decisions/0051-names-of-factors.md. */
enum { LEAST_ITEMS = 5, LEAST_PART = 8, LEAST_LATER_PART = 3 };
static const double LEAST_CHANCE = 0.01;

/* An item of the catalogue. */
typedef struct place {
    uint32_t row;  /* Of the model. */
    uint32_t item; /* Of the words. */
    double value;  /* How much it stands for the factor at hand. */
    double rank;   /* Of that, among those that are in; 1 is the least. */
    bool in;       /* Has all words of the name so far. */
    bool top;
} place;

typedef struct work {
    const palate_model *model;
    const palate_words *words;
    palate_naming_options options;
    palate_naming *to;
    palate_error *err;
    palate_context *context;
    palate__space space;
    place *places;
    uint32_t place_count;
    uint32_t *order; /* Places, the highest value first. */
    size_t *begins;  /* By word: where its places begin among `members`. */
    uint32_t *members;
    double *log_factorials;
    double *p;          /* k x words; NaN: no test. */
    uint32_t *firsts;   /* By factor: the item that stands for it most. */
    uint32_t top_total; /* Items that are in and at the top, */
    uint32_t in_total;  /* and those that are in. */
} work;

/* ---- The catalogue ---- */

static palate_status fail_match(const work *at)
{
    char known[PALATE__SHOWN_BYTES] = "";
    char given[PALATE__SHOWN_BYTES] = "";
    const uint32_t row = at->model->items.ids.order[0];
    const char *id = palate__ids_text(&at->model->items.ids, row);
    palate__text_for_message(palate__text_span(id), known, sizeof known);
    if (at->words->items.count > 0)
        palate__text_for_message(palate__text_span(palate__id_builder_text(&at->words->items, 0)),
                                 given, sizeof given);
    return palate__fail(
        at->err, PALATE_E_INVALID,
        "%s: none of its %lu ids is that of an item of the model: it has \"%s\", the "
        "model has \"%s\"; is it about other items, or is the id not its first "
        "column?",
        at->words->path != NULL ? at->words->path : "words", (unsigned long)at->words->items.count,
        given, known);
}

/* Items of the model that a source knows, with enough ratings. `place_of` receives their places. */
static palate_status list_places(work *at, uint32_t *place_of)
{
    uint32_t found = 0;
    for (uint32_t item = 0; item < at->words->items.count; item++) {
        const uint32_t row = palate__ids_find(&at->model->items.ids,
                                              palate__id_builder_text(&at->words->items, item),
                                              palate__id_builder_bytes(&at->words->items, item));
        place_of[item] = UINT32_MAX;
        found += row != PALATE_NO_ROW;
        if (row == PALATE_NO_ROW || !palate__space_counts(&at->space, row, at->options.support))
            continue;
        place_of[item] = at->place_count;
        at->places[at->place_count++] = (place){.row = row, .item = item};
    }
    return found > 0 ? PALATE_OK : fail_match(at);
}

/* Sorts uses by word, then lists the places of each, once. */
static void list_members(work *at, const uint32_t *place_of)
{
    const palate_words *words = at->words;
    size_t *ends = at->begins + 1;
    for (size_t u = 0; u < words->use_count; u++)
        if (place_of[words->uses[u].item] != UINT32_MAX)
            ends[words->uses[u].word]++;
    size_t sum = 0;
    for (uint32_t w = 0; w < words->words.count; w++) {
        const size_t count = ends[w];
        ends[w] = sum;
        sum += count;
    }
    for (size_t u = 0; u < words->use_count; u++)
        if (place_of[words->uses[u].item] != UINT32_MAX)
            at->members[ends[words->uses[u].word]++] = place_of[words->uses[u].item];
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Members said more than once count once: the rest of the list moves up. */
static void drop_doubles(work *at)
{
    size_t kept = 0;
    size_t begin = 0;
    for (uint32_t w = 0; w < at->words->words.count; w++) {
        const size_t end = at->begins[w + 1];
        const size_t first = kept;
        qsort(at->members + begin, end - begin, sizeof *at->members, compare_numbers);
        for (size_t m = begin; m < end; m++)
            if (kept == first || at->members[kept - 1] != at->members[m])
                at->members[kept++] = at->members[m];
        at->begins[w + 1] = kept;
        begin = end;
    }
}

static palate_status make_catalogue(work *at)
{
    palate_status status = PALATE_OK;
    uint32_t *place_of = palate__allocate_array(at->context, at->words->items.count,
                                                sizeof *place_of);
    if (place_of == NULL)
        return palate__fail_memory(at->err, "naming factors");
    PALATE_TRY(list_places(at, place_of));
    list_members(at, place_of);
    drop_doubles(at);
    palate__fill_log_factorials(at->log_factorials, at->place_count);
done:
    palate__release(at->context, place_of);
    return status;
}

/* ---- The order of a factor ---- */

/* Whether `top` and `in` hold for the whole catalogue then. */
static palate_status order_places(work *at, size_t f)
{
    palate__standing *list = palate__allocate_array(at->context, at->place_count, sizeof *list);
    if (list == NULL)
        return palate__fail_memory(at->err, "naming factors");
    for (uint32_t p = 0; p < at->place_count; p++) {
        place *of = &at->places[p];
        of->value = palate__space_standing(&at->space, of->row, f);
        list[p] = (palate__standing){of->value, palate__ids_text(&at->model->items.ids, of->row),
                                     p};
    }
    qsort(list, at->place_count, sizeof *list, palate__compare_standings);
    const size_t tenth = ((size_t)at->place_count + 9) / 10;
    const size_t depth = tenth < (size_t)at->options.depth ? tenth : (size_t)at->options.depth;
    for (uint32_t at_place = 0; at_place < at->place_count; at_place++) {
        place *of = &at->places[list[at_place].row];
        at->order[at_place] = list[at_place].row;
        of->top = at_place < depth && of->value > 0.0;
        of->in = true;
    }
    palate__release(at->context, list);
    return PALATE_OK;
}

/* Ranks those that are in; equal values share the mean of their ranks. */
static void rank_places(work *at)
{
    at->in_total = 0;
    at->top_total = 0;
    for (uint32_t o = 0; o < at->place_count; o++) {
        at->in_total += at->places[o].in;
        at->top_total += at->places[o].in && at->places[o].top;
    }
    uint32_t above = 0;
    for (uint32_t begin = 0, end = 0; begin < at->place_count; begin = end) {
        uint32_t tied = 0;
        for (; end < at->place_count &&
               at->places[at->order[end]].value == at->places[at->order[begin]].value;
             end++)
            tied += at->places[at->order[end]].in;
        const double rank = (double)(at->in_total - above) - ((double)tied - 1.0) / 2.0;
        for (uint32_t o = begin; o < end; o++)
            at->places[at->order[o]].rank = rank;
        above += tied;
    }
}

/* ---- The test of a word ---- */

typedef struct finding {
    double p;      /* Of both tests; NaN: none. */
    double chance; /* Logarithm of the hypergeometric one. */
    uint32_t in_count, top_count;
} finding;

static finding test_word(const work *at, uint32_t word)
{
    finding found = {.p = NAN};
    double rank_sum = 0.0;
    for (size_t m = at->begins[word]; m < at->begins[word + 1]; m++) {
        const place *of = &at->places[at->members[m]];
        if (!of->in)
            continue;
        rank_sum += of->rank;
        found.in_count++;
        found.top_count += of->top;
    }
    if (found.in_count < LEAST_ITEMS || found.in_count == at->in_total)
        return found;
    found.chance = palate__hypergeometric_tail(at->log_factorials, at->in_total, found.in_count,
                                               at->top_total, found.top_count);
    const double early = palate__rank_sum_tail(rank_sum, found.in_count, at->in_total);
    found.p = fmin(2.0 * fmin(early, exp(found.chance)), 1.0);
    return found;
}

static palate_status test_all(work *at)
{
    palate_status status = PALATE_OK;
    const size_t count = at->words->words.count;
    for (size_t f = 0; f < at->to->factor_count; f++) {
        PALATE_TRY(order_places(at, f));
        rank_places(at);
        at->firsts[f] = at->places[at->order[0]].item;
        for (uint32_t w = 0; w < count; w++)
            at->p[f * count + w] = test_word(at, w).p;
    }
    PALATE_TRY(palate__holm(at->context, at->p, at->to->factor_count * count, at->err));
done:
    return status;
}

/* ---- The words of a name ---- */

/* The best word, among those that are in, for the place of a name; false: none. */
static bool find_word(const work *at, size_t f, uint32_t step, palate_name_word *out)
{
    const uint32_t part = step == 0 ? LEAST_PART : LEAST_LATER_PART;
    const uint32_t count = at->words->words.count;
    double least = log(LEAST_CHANCE);
    bool any = false;
    for (uint32_t w = 0; w < count; w++) {
        const finding found = test_word(at, w);
        const double p = step == 0 ? at->p[f * count + w] : fmin(found.p * (double)count, 1.0);
        const bool describes = (uint64_t)found.top_count * part >= at->top_total;
        if (!(p <= at->options.level) || !describes || found.chance > least)
            continue;
        if (any && found.chance == least &&
            strcmp(palate_words_text(at->words, w), palate_words_text(at->words, out->word)) > 0)
            continue;
        any = true;
        least = found.chance;
        *out = (palate_name_word){w,           p, found.top_count, at->top_total, found.in_count,
                                  at->in_total};
    }
    return any;
}

/* From now on, only items with the word are in. */
static void keep_in(work *at, uint32_t word)
{
    size_t m = at->begins[word];
    for (uint32_t p = 0; p < at->place_count; p++) {
        const bool has = m < at->begins[word + 1] && at->members[m] == p;
        at->places[p].in = at->places[p].in && has;
        m += has;
    }
}

static palate_status find_words(work *at, size_t f)
{
    palate_status status = PALATE_OK;
    palate_name_word *words = at->to->words + f * PALATE_NAME_WORDS;
    uint32_t *count = &at->to->word_counts[f];
    PALATE_TRY(order_places(at, f));
    rank_places(at);
    while (*count < PALATE_NAME_WORDS && find_word(at, f, *count, &words[*count])) {
        keep_in(at, words[*count].word);
        rank_places(at);
        (*count)++;
    }
done:
    return status;
}

/* ---- The public call ---- */

static palate_status allocate_naming(work *at)
{
    const uint32_t k = at->model->factor_count;
    palate_naming *to = palate__allocate_zeroed(at->context, 1, sizeof *to);
    at->to = to;
    if (to == NULL)
        return palate__fail_memory(at->err, "naming factors");
    to->context = at->context;
    to->factor_count = k;
    to->names = palate__allocate_zeroed(at->context, k, sizeof *to->names);
    to->words = palate__allocate_zeroed(at->context, k, PALATE_NAME_WORDS * sizeof *to->words);
    to->word_counts = palate__allocate_zeroed(at->context, k, sizeof *to->word_counts);
    return to->names != NULL && to->words != NULL && to->word_counts != NULL
               ? PALATE_OK
               : palate__fail_memory(at->err, "naming factors");
}

static palate_status allocate_work(work *at)
{
    const size_t items = at->words->items.count;
    const size_t words = at->words->words.count;
    const size_t k = at->model->factor_count;
    at->places = palate__allocate_array(at->context, items, sizeof *at->places);
    at->order = palate__allocate_array(at->context, items, sizeof *at->order);
    at->begins = palate__allocate_zeroed(at->context, words + 1, sizeof *at->begins);
    at->members = palate__allocate_array(at->context, at->words->use_count, sizeof *at->members);
    at->log_factorials = palate__allocate_array(at->context, items + 1, sizeof *at->log_factorials);
    at->p = palate__allocate_array(at->context, k * words, sizeof *at->p);
    at->firsts = palate__allocate_zeroed(at->context, k, sizeof *at->firsts);
    const bool done = at->places != NULL && at->order != NULL && at->begins != NULL &&
                      at->members != NULL && at->log_factorials != NULL && at->p != NULL &&
                      at->firsts != NULL;
    return done ? PALATE_OK : palate__fail_memory(at->err, "naming factors");
}

static void release_work(work *at)
{
    palate__space_end(&at->space);
    palate__release(at->context, at->places);
    palate__release(at->context, at->order);
    palate__release(at->context, at->begins);
    palate__release(at->context, at->members);
    palate__release(at->context, at->log_factorials);
    palate__release(at->context, at->p);
    palate__release(at->context, at->firsts);
    palate_naming_free(at->to);
}

palate_status palate_naming_create(const palate_model *model, const palate_words *words,
                                   const palate_naming_options *options, palate_naming **out,
                                   palate_error *err)
{
    palate_status status = PALATE_OK;
    work at = {.model = model, .words = words, .err = err};
    if (out != NULL)
        *out = NULL;
    if (model == NULL || words == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_naming_create: an argument is NULL");
    palate_naming_options_init(&at.options);
    at.options = options != NULL ? *options : at.options;
    at.context = model->context;
    PALATE_TRY(palate_options_check(&TABLE, &at.options, err));
    PALATE_TRY(palate__space_begin(&at.space, model, true, err));
    PALATE_TRY(allocate_naming(&at));
    PALATE_TRY(allocate_work(&at));
    PALATE_TRY(make_catalogue(&at));
    if (at.place_count > 0)
        PALATE_TRY(test_all(&at));
    for (size_t f = 0; at.place_count > 0 && f < model->factor_count; f++)
        PALATE_TRY(find_words(&at, f));
    PALATE_TRY(palate__write_names(at.to, model, words, at.firsts, err));
    *out = at.to;
    at.to = NULL;
done:
    release_work(&at);
    return status;
}
