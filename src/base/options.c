/* SPDX-License-Identifier: Apache-2.0 */
/* Options by table. What a type of option is lies in one row of KINDS; nothing else looks at the
 * type. */
#include "palate/options.h"

#include "base/error.h"
#include "base/text.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A field of any type, moved in and out of a struct as bytes. */
typedef union value {
    unsigned char truth; /* A bool. As a byte: one that is neither 0 nor 1 can be looked at. */
    int64_t count;
    uint64_t seed;
    double real;
    int choice;
    const char *text;
    palate_scale scale;
} value;

static_assert(sizeof(bool) == 1, "a bool is moved as a byte");

typedef struct kind {
    size_t bytes;
    /* Fills a value that is zero. False: the text is not of this type. */
    bool (*parse)(const palate_option *option, const char *text, value *out);
    bool (*allows)(const palate_option *option, const value *checked);
    int (*format)(const palate_option *option, const value *shown, char *text, size_t size);
    /* Says what is allowed. */
    void (*describe)(const palate_option *option, char *text, size_t size);
} kind;

/* ---- Words: bool and choice ---- */

/* Takes the first of the words from `*next`; false where there is none left. */
static bool next_word(const char **next, char separator, palate__span *word)
{
    if (*next == NULL || **next == '\0')
        return false;
    const char *end = strchr(*next, separator);
    *word = (palate__span){*next, end == NULL ? strlen(*next) : (size_t)(end - *next)};
    *next = end == NULL ? NULL : end + 1;
    return true;
}

/* -1: none of the words. */
static int place_of_word(const char *words, char separator, const char *text)
{
    palate__span word = {NULL, 0};
    for (int place = 0; next_word(&words, separator, &word); place++)
        if (palate__text_alike(word, palate__text_span(text)))
            return place;
    return -1;
}

static bool parse_bool(const palate_option *option, const char *text, value *out)
{
    (void)option;
    int place = place_of_word("true false yes no 1 0 on off", ' ', text);
    out->truth = place % 2 == 0;
    return place >= 0;
}

static bool allows_bool(const palate_option *option, const value *checked)
{
    (void)option;
    return checked->truth <= 1;
}

static int format_bool(const palate_option *option, const value *shown, char *text, size_t size)
{
    (void)option;
    if (shown->truth > 1)
        return snprintf(text, size, "%d", shown->truth);
    return snprintf(text, size, "%s", shown->truth ? "true" : "false");
}

static void describe_bool(const palate_option *option, char *text, size_t size)
{
    (void)option;
    snprintf(text, size, "true or false");
}

static bool parse_choice(const palate_option *option, const char *text, value *out)
{
    out->choice = place_of_word(option->choices, '|', text);
    return out->choice >= 0;
}

static bool allows_choice(const palate_option *option, const value *checked)
{
    int count = 1;
    for (const char *letter = option->choices; *letter != '\0'; letter++)
        count += *letter == '|';
    return checked->choice >= 0 && checked->choice < count;
}

static int format_choice(const palate_option *option, const value *shown, char *text, size_t size)
{
    const char *next = option->choices;
    palate__span word = {NULL, 0};
    for (int place = 0; next_word(&next, '|', &word); place++)
        if (place == shown->choice)
            return snprintf(text, size, "%.*s", (int)word.bytes, word.text);
    return snprintf(text, size, "%d", shown->choice);
}

static void describe_choice(const palate_option *option, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "one of ");
    const char *next = option->choices;
    palate__span word = {NULL, 0};
    while (used < size && next_word(&next, '|', &word))
        used += (size_t)snprintf(text + used, size - used, "%.*s%s", (int)word.bytes, word.text,
                                 next == NULL ? "" : ", ");
}

/* ---- Numbers ---- */

static bool parse_count(const palate_option *option, const char *text, value *out)
{
    (void)option;
    return palate__parse_integer(palate__text_span(text), &out->count);
}

static bool allows_count(const palate_option *option, const value *checked)
{
    return (double)checked->count >= option->min && (double)checked->count <= option->max;
}

static int format_count(const palate_option *option, const value *shown, char *text, size_t size)
{
    (void)option;
    return snprintf(text, size, "%lld", (long long)shown->count);
}

/* "<what> from 1 to 10", or without the ends that are none. */
static void describe_range(const palate_option *option, const char *what, char *text, size_t size)
{
    char low[40];
    char high[40];
    palate__format_real(option->min, low, sizeof low);
    palate__format_real(option->max, high, sizeof high);
    bool has_low = option->min > -DBL_MAX;
    bool has_high = option->max < DBL_MAX;
    if (has_low && has_high)
        snprintf(text, size, "%s from %s to %s", what, low, high);
    else if (has_low || has_high)
        snprintf(text, size, "%s, at %s %s", what, has_low ? "least" : "most",
                 has_low ? low : high);
    else
        snprintf(text, size, "%s", what);
}

static void describe_count(const palate_option *option, char *text, size_t size)
{
    describe_range(option, "a whole number", text, size);
}

/* Digits alone: strtoull would take spaces and a sign. */
static bool parse_seed(const palate_option *option, const char *text, value *out)
{
    (void)option;
    for (const char *digit = text; *digit != '\0'; digit++)
        if (*digit < '0' || *digit > '9' || __builtin_mul_overflow(out->seed, 10U, &out->seed) ||
            __builtin_add_overflow(out->seed, (uint64_t)(*digit - '0'), &out->seed))
            return false;
    return text[0] != '\0';
}

static bool allows_any(const palate_option *option, const value *checked)
{
    (void)option;
    (void)checked;
    return true;
}

static int format_seed(const palate_option *option, const value *shown, char *text, size_t size)
{
    (void)option;
    return snprintf(text, size, "%llu", (unsigned long long)shown->seed);
}

static void describe_seed(const palate_option *option, char *text, size_t size)
{
    (void)option;
    snprintf(text, size, "a whole number from 0 to %llu", (unsigned long long)UINT64_MAX);
}

static bool parse_finite(palate__span text, double *out)
{
    return palate__parse_real(text, out) && isfinite(*out);
}

static bool parse_real(const palate_option *option, const char *text, value *out)
{
    (void)option;
    return parse_finite(palate__text_span(text), &out->real);
}

static bool allows_real(const palate_option *option, const value *checked)
{
    return isfinite(checked->real) && checked->real >= option->min && checked->real <= option->max;
}

static int format_real(const palate_option *option, const value *shown, char *text, size_t size)
{
    (void)option;
    return (int)palate__format_real(shown->real, text, size);
}

static void describe_real(const palate_option *option, char *text, size_t size)
{
    describe_range(option, "a number", text, size);
}

/* ---- Numbers or "auto", which is PALATE_AUTO inside; as text that is a number, and refused where
 * out of range ---- */

static bool says_auto(const char *text)
{
    return place_of_word("auto", ' ', text) == 0;
}

static bool parse_count_auto(const palate_option *option, const char *text, value *out)
{
    out->count = PALATE_AUTO;
    return says_auto(text) || (parse_count(option, text, out) && allows_count(option, out));
}

static bool allows_count_auto(const palate_option *option, const value *checked)
{
    return checked->count == PALATE_AUTO || allows_count(option, checked);
}

static int format_count_auto(const palate_option *option, const value *shown, char *text,
                             size_t size)
{
    if (shown->count == PALATE_AUTO)
        return snprintf(text, size, "auto");
    return format_count(option, shown, text, size);
}

static void describe_count_auto(const palate_option *option, char *text, size_t size)
{
    describe_range(option, "auto or a whole number", text, size);
}

static bool parse_real_auto(const palate_option *option, const char *text, value *out)
{
    out->real = PALATE_AUTO;
    return says_auto(text) || (parse_real(option, text, out) && allows_real(option, out));
}

static bool allows_real_auto(const palate_option *option, const value *checked)
{
    return checked->real == PALATE_AUTO || allows_real(option, checked);
}

static int format_real_auto(const palate_option *option, const value *shown, char *text,
                            size_t size)
{
    if (shown->real == PALATE_AUTO)
        return snprintf(text, size, "auto");
    return format_real(option, shown, text, size);
}

static void describe_real_auto(const palate_option *option, char *text, size_t size)
{
    describe_range(option, "auto or a number", text, size);
}

/* ---- Text and scales: "" stands for unset ---- */

static bool parse_text(const palate_option *option, const char *text, value *out)
{
    (void)option;
    out->text = text[0] == '\0' ? NULL : text;
    return true;
}

static int format_text(const palate_option *option, const value *shown, char *text, size_t size)
{
    (void)option;
    return snprintf(text, size, "%s", shown->text == NULL ? "" : shown->text);
}

static void describe_text(const palate_option *option, char *text, size_t size)
{
    (void)option;
    snprintf(text, size, "any text");
}

static bool parse_scale(const palate_option *option, const char *text, value *out)
{
    (void)option;
    const char *colon = strchr(text, ':');
    if (text[0] == '\0')
        return true;
    return colon != NULL &&
           parse_finite((palate__span){text, (size_t)(colon - text)}, &out->scale.low) &&
           parse_finite(palate__text_span(colon + 1), &out->scale.high) &&
           out->scale.low < out->scale.high;
}

static bool allows_scale(const palate_option *option, const value *checked)
{
    (void)option;
    return isfinite(checked->scale.low) && isfinite(checked->scale.high) &&
           checked->scale.low <= checked->scale.high;
}

static int format_scale(const palate_option *option, const value *shown, char *text, size_t size)
{
    (void)option;
    char low[40];
    char high[40];
    if (shown->scale.low == shown->scale.high)
        return snprintf(text, size, "%s", "");
    palate__format_real(shown->scale.low, low, sizeof low);
    palate__format_real(shown->scale.high, high, sizeof high);
    return snprintf(text, size, "%s:%s", low, high);
}

static void describe_scale(const palate_option *option, char *text, size_t size)
{
    (void)option;
    snprintf(text, size, "LOW:HIGH, two numbers with LOW below HIGH, such as 1:5");
}

static const kind KINDS[] = {
    [PALATE_OPTION_BOOL] = {sizeof(bool), parse_bool, allows_bool, format_bool, describe_bool},
    [PALATE_OPTION_COUNT] = {sizeof(int64_t), parse_count, allows_count, format_count,
                             describe_count},
    [PALATE_OPTION_COUNT_AUTO] = {sizeof(int64_t), parse_count_auto, allows_count_auto,
                                  format_count_auto, describe_count_auto},
    [PALATE_OPTION_SEED] = {sizeof(uint64_t), parse_seed, allows_any, format_seed, describe_seed},
    [PALATE_OPTION_REAL] = {sizeof(double), parse_real, allows_real, format_real, describe_real},
    [PALATE_OPTION_REAL_AUTO] = {sizeof(double), parse_real_auto, allows_real_auto,
                                 format_real_auto, describe_real_auto},
    [PALATE_OPTION_CHOICE] = {sizeof(int), parse_choice, allows_choice, format_choice,
                              describe_choice},
    [PALATE_OPTION_TEXT] = {sizeof(const char *), parse_text, allows_any, format_text,
                            describe_text},
    [PALATE_OPTION_SCALE] = {sizeof(palate_scale), parse_scale, allows_scale, format_scale,
                             describe_scale},
};

/* ---- By name ---- */

static bool goes_by(const palate_option *option, const char *name)
{
    return palate__text_alike(palate__text_span(option->name), palate__text_span(name)) ||
           place_of_word(option->aliases, ' ', name) >= 0;
}

const palate_option *palate_options_find(const palate_option_table *table, const char *name)
{
    if (table == NULL || name == NULL)
        return NULL;
    for (size_t place = 0; place < table->count; place++)
        if (goes_by(&table->options[place], name))
            return &table->options[place];
    return NULL;
}

/* Also the aliases may be what was meant. */
static size_t distance_to(const palate_option *option, const char *name)
{
    size_t nearest = palate_text_distance(name, option->name);
    const char *next = option->aliases;
    palate__span word = {NULL, 0};
    while (next_word(&next, ' ', &word)) {
        char alias[40];
        snprintf(alias, sizeof alias, "%.*s", (int)word.bytes, word.text);
        size_t distance = palate_text_distance(name, alias);
        nearest = distance < nearest ? distance : nearest;
    }
    return nearest;
}

const palate_option *palate_options_nearest(const palate_option_table *table, const char *name,
                                            size_t *distance)
{
    const palate_option *nearest = NULL;
    *distance = SIZE_MAX;
    for (size_t place = 0; place < table->count; place++) {
        size_t candidate = distance_to(&table->options[place], name);
        if (candidate < *distance) {
            *distance = candidate;
            nearest = &table->options[place];
        }
    }
    return nearest;
}

/* Enough of a value to recognise it by. */
enum { SHOWN_BYTES = 80, DESCRIPTION_BYTES = 300 };

static palate_status fail_unknown(const palate_option_table *table, const char *name,
                                  palate_error *err)
{
    char shown[SHOWN_BYTES];
    size_t distance = 0;
    const palate_option *nearest = palate_options_nearest(table, name, &distance);
    palate__text_for_message(palate__text_span(name), shown, sizeof shown);
    if (nearest == NULL)
        return palate__fail(err, PALATE_E_INVALID, "unknown option \"%s\"", shown);
    return palate__fail(err, PALATE_E_INVALID, "unknown option \"%s\"; did you mean \"%s\"?", shown,
                        nearest->name);
}

static palate_status fail_value(const palate_option *option, const char *text, palate_error *err)
{
    char shown[SHOWN_BYTES];
    char allowed[DESCRIPTION_BYTES];
    palate__text_for_message(palate__text_span(text), shown, sizeof shown);
    KINDS[option->type].describe(option, allowed, sizeof allowed);
    return palate__fail(err, PALATE_E_INVALID, "option %s: \"%s\" is not allowed; give %s",
                        option->name, shown, allowed);
}

static value load(const palate_option *option, const void *options)
{
    value loaded = {.scale = {0, 0}};
    memcpy(&loaded, (const char *)options + option->offset, KINDS[option->type].bytes);
    return loaded;
}

static palate_status set(const palate_option *option, void *options, const char *text,
                         palate_error *err)
{
    const kind *type = &KINDS[option->type];
    value parsed = {.scale = {0, 0}};
    if (!type->parse(option, text, &parsed) || !type->allows(option, &parsed))
        return fail_value(option, text, err);
    memcpy((char *)options + option->offset, &parsed, type->bytes);
    return PALATE_OK;
}

void palate_options_init(const palate_option_table *table, void *options)
{
    memset(options, 0, table->struct_bytes);
    for (size_t place = 0; place < table->count; place++) {
        const palate_option *option = &table->options[place];
        if (option->default_text == NULL)
            continue;
        palate_status status = set(option, options, option->default_text, NULL);
        assert(status == PALATE_OK);
        (void)status;
    }
}

palate_status palate_options_set(const palate_option_table *table, void *options, const char *name,
                                 const char *text, palate_error *err)
{
    if (table == NULL || options == NULL || name == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_options_set: an argument is NULL");
    const palate_option *option = palate_options_find(table, name);
    if (option == NULL)
        return fail_unknown(table, name, err);
    if (text == NULL)
        return palate__fail(err, PALATE_E_INVALID, "option %s: the value is missing", option->name);
    return set(option, options, text, err);
}

palate_status palate_options_check(const palate_option_table *table, const void *options,
                                   palate_error *err)
{
    if (table == NULL || options == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_options_check: an argument is NULL");
    for (size_t place = 0; place < table->count; place++) {
        const palate_option *option = &table->options[place];
        value checked = load(option, options);
        char text[SHOWN_BYTES];
        if (KINDS[option->type].allows(option, &checked))
            continue;
        KINDS[option->type].format(option, &checked, text, sizeof text);
        return fail_value(option, text, err);
    }
    return PALATE_OK;
}

size_t palate_options_format(const palate_option *option, const void *options, char *text,
                             size_t size)
{
    value shown = load(option, options);
    return (size_t)KINDS[option->type].format(option, &shown, text, size);
}

size_t palate_options_allowed(const palate_option *option, char *text, size_t size)
{
    char allowed[DESCRIPTION_BYTES];
    KINDS[option->type].describe(option, allowed, sizeof allowed);
    return (size_t)snprintf(text, size, "%s", allowed);
}
