/* SPDX-License-Identifier: Apache-2.0 */
/* Options described by a table: defaults, text in and out, ranges, and help for a wrong name. */
#define _GNU_SOURCE
#include "palate/options.h"

#include "base/error.h"
#include "base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Fields of a struct by their offset ---- */

static void *field_of(const palate_option *option, void *options)
{
    return (char *)options + option->offset;
}

static const void *const_field_of(const palate_option *option, const void *options)
{
    return (const char *)options + option->offset;
}

/* ---- Names ---- */

/* '_' and '-' are the same, case does not count. */
static int folded(char c)
{
    return c == '_' ? '-' : tolower((unsigned char)c);
}

static bool names_equal(const char *a, size_t a_bytes, const char *b)
{
    size_t i = 0;
    while (i < a_bytes && b[i] != '\0' && folded(a[i]) == folded(b[i]))
        i++;
    return i == a_bytes && b[i] == '\0';
}

static bool is_alias(const palate_option *option, const char *name)
{
    const char *at = option->aliases;
    while (*at != '\0') {
        size_t bytes = strcspn(at, " ");
        if (names_equal(at, bytes, name))
            return true;
        at += bytes;
        at += strspn(at, " ");
    }
    return false;
}

const palate_option *palate_options_find(const palate_option_table *table, const char *name)
{
    if (table == NULL || name == NULL)
        return NULL;
    for (size_t row = 0; row < table->count; row++) {
        const palate_option *option = &table->options[row];
        if (names_equal(option->name, strlen(option->name), name) || is_alias(option, name))
            return option;
    }
    return NULL;
}

static palate_status fail_unknown(const palate_option_table *table, const char *name,
                                  palate_error *err)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (size_t row = 0; row < table->count; row++) {
        size_t distance = palate__edit_distance(name, table->options[row].name);
        if (distance < least) {
            least = distance;
            nearest = table->options[row].name;
        }
    }
    if (nearest != NULL && least <= 1 + strlen(name) / 3)
        return palate__fail(err, PALATE_E_INVALID, "unknown option %s; did you mean %s?", name,
                            nearest);
    return palate__fail(err, PALATE_E_INVALID, "unknown option %s", name);
}

/* ---- Text to value ---- */

static bool read_bool(const char *text, bool *out)
{
    static const char *const words[] = {"false", "true", "no", "yes", "0", "1", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *out = i % 2 == 1;
            return true;
        }
    }
    return false;
}

static bool read_choice(const char *choices, const char *text, int *out)
{
    int place = 0;
    for (const char *at = choices;; place++) {
        size_t bytes = strcspn(at, "|");
        if (names_equal(at, bytes, text)) {
            *out = place;
            return true;
        }
        if (at[bytes] == '\0')
            return false;
        at += bytes + 1;
    }
}

static bool read_seed(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (!isdigit((unsigned char)*text) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

static bool read_real(const char *text, size_t bytes, double *out)
{
    return palate__parse_real((palate__span){text, bytes}, out) && isfinite(*out);
}

static bool read_scale(const char *text, palate_scale *out)
{
    const char *colon = strchr(text, ':');
    return colon != NULL && read_real(text, (size_t)(colon - text), &out->low) &&
           read_real(colon + 1, strlen(colon + 1), &out->high) && out->low < out->high;
}

static bool is_automatic(const palate_option *option)
{
    return option->type == PALATE_OPTION_REAL_AUTO || option->type == PALATE_OPTION_COUNT_AUTO;
}

static bool read_count(const palate_option *option, const char *text, int64_t *out)
{
    if (is_automatic(option) && strcasecmp(text, "auto") == 0) {
        *out = (int64_t)PALATE_AUTO;
        return true;
    }
    return palate__parse_integer((palate__span){text, strlen(text)}, out) &&
           (double)*out >= option->min && (double)*out <= option->max;
}

static bool read_number(const palate_option *option, const char *text, double *out)
{
    if (is_automatic(option) && strcasecmp(text, "auto") == 0) {
        *out = PALATE_AUTO;
        return true;
    }
    return read_real(text, strlen(text), out) && *out >= option->min && *out <= option->max;
}

/* False where the text is not a value of the option; `field` is then as it was. */
static bool read_value(const palate_option *option, const char *text, void *field)
{
    union {
        bool truth;
        int choice;
        int64_t count;
        uint64_t seed;
        double real;
        palate_scale scale;
        const char *text;
    } value;
    size_t bytes = 0;
    bool valid = false;
    switch (option->type) {
    case PALATE_OPTION_BOOL:
        valid = read_bool(text, &value.truth);
        bytes = sizeof value.truth;
        break;
    case PALATE_OPTION_COUNT:
    case PALATE_OPTION_COUNT_AUTO:
        valid = read_count(option, text, &value.count);
        bytes = sizeof value.count;
        break;
    case PALATE_OPTION_SEED:
        valid = read_seed(text, &value.seed);
        bytes = sizeof value.seed;
        break;
    case PALATE_OPTION_REAL:
    case PALATE_OPTION_REAL_AUTO:
        valid = read_number(option, text, &value.real);
        bytes = sizeof value.real;
        break;
    case PALATE_OPTION_CHOICE:
        valid = read_choice(option->choices, text, &value.choice);
        bytes = sizeof value.choice;
        break;
    case PALATE_OPTION_TEXT:
        value.text = text;
        valid = true;
        bytes = sizeof value.text;
        break;
    case PALATE_OPTION_SCALE:
        valid = read_scale(text, &value.scale);
        bytes = sizeof value.scale;
        break;
    }
    if (valid)
        memcpy(field, &value, bytes);
    return valid;
}

/* ---- What is allowed, for messages ---- */

static void describe_allowed(const palate_option *option, char *text, size_t size)
{
    const char *or_auto = is_automatic(option) ? ", or auto" : "";
    switch (option->type) {
    case PALATE_OPTION_BOOL:
        snprintf(text, size, "true or false");
        break;
    case PALATE_OPTION_COUNT:
    case PALATE_OPTION_COUNT_AUTO:
        snprintf(text, size, "a whole number from %.0f to %.0f%s", option->min, option->max,
                 or_auto);
        break;
    case PALATE_OPTION_SEED:
        snprintf(text, size, "a whole number from 0 to %" PRIu64, UINT64_MAX);
        break;
    case PALATE_OPTION_REAL:
    case PALATE_OPTION_REAL_AUTO:
        snprintf(text, size, "a number from %g to %g%s", option->min, option->max, or_auto);
        break;
    case PALATE_OPTION_CHOICE:
        snprintf(text, size, "one of %s", option->choices);
        break;
    case PALATE_OPTION_TEXT:
        snprintf(text, size, "text");
        break;
    case PALATE_OPTION_SCALE:
        snprintf(text, size, "LOW:HIGH with LOW below HIGH, such as 1:5");
        break;
    }
}

static palate_status fail_value(const palate_option *option, const char *text, palate_error *err)
{
    char allowed[200];
    describe_allowed(option, allowed, sizeof allowed);
    return palate__fail(err, PALATE_E_INVALID, "option %s: \"%s\" is not allowed; give %s",
                        option->name, text, allowed);
}

/* ---- The public calls ---- */

palate_status palate_options_set(const palate_option_table *table, void *options, const char *name,
                                 const char *text, palate_error *err)
{
    if (table == NULL || options == NULL || name == NULL || text == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_options_set: an argument is NULL");
    const palate_option *option = palate_options_find(table, name);
    if (option == NULL)
        return fail_unknown(table, name, err);
    return read_value(option, text, field_of(option, options)) ? PALATE_OK
                                                               : fail_value(option, text, err);
}

void palate_options_init(const palate_option_table *table, void *options)
{
    memset(options, 0, table->struct_bytes);
    for (size_t row = 0; row < table->count; row++) {
        const palate_option *option = &table->options[row];
        if (option->default_text != NULL)
            read_value(option, option->default_text, field_of(option, options));
    }
}

static bool in_range(const palate_option *option, double value)
{
    bool automatic = is_automatic(option) && value == PALATE_AUTO;
    return automatic || (isfinite(value) && value >= option->min && value <= option->max);
}

static int choice_count(const char *choices)
{
    int count = 1;
    for (; *choices != '\0'; choices++)
        count += *choices == '|';
    return count;
}

static bool is_valid(const palate_option *option, const void *field)
{
    int64_t count;
    double real;
    int choice;
    palate_scale scale;
    switch (option->type) {
    case PALATE_OPTION_COUNT:
    case PALATE_OPTION_COUNT_AUTO:
        memcpy(&count, field, sizeof count);
        return in_range(option, (double)count);
    case PALATE_OPTION_REAL:
    case PALATE_OPTION_REAL_AUTO:
        memcpy(&real, field, sizeof real);
        return in_range(option, real);
    case PALATE_OPTION_CHOICE:
        memcpy(&choice, field, sizeof choice);
        return choice >= 0 && choice < choice_count(option->choices);
    case PALATE_OPTION_SCALE:
        memcpy(&scale, field, sizeof scale);
        return isfinite(scale.low) && isfinite(scale.high) && scale.low <= scale.high;
    default:
        return true;
    }
}

/* A field that is out of range, as it stands in the struct. */
static palate_status fail_field(const palate_option *option, const void *options, palate_error *err)
{
    char text[100];
    palate_options_format(option, options, text, sizeof text);
    return fail_value(option, text, err);
}

palate_status palate_options_check(const palate_option_table *table, const void *options,
                                   palate_error *err)
{
    if (table == NULL || options == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_options_check: an argument is NULL");
    for (size_t row = 0; row < table->count; row++) {
        const palate_option *option = &table->options[row];
        if (!is_valid(option, const_field_of(option, options)))
            return fail_field(option, options, err);
    }
    return PALATE_OK;
}

/* ---- Value to text ---- */

static size_t format_real(double value, char *text, size_t size)
{
    return palate__format_real(value, text, size);
}

static size_t format_choice(const palate_option *option, int choice, char *text, size_t size)
{
    const char *at = option->choices;
    for (int place = 0; place < choice && at != NULL; place++) {
        at = strchr(at, '|');
        at = at == NULL ? NULL : at + 1;
    }
    if (choice < 0 || at == NULL)
        return (size_t)snprintf(text, size, "%d", choice);
    return (size_t)snprintf(text, size, "%.*s", (int)strcspn(at, "|"), at);
}

static size_t format_scale(palate_scale scale, char *text, size_t size)
{
    char low[40], high[40];
    if (scale.low == scale.high)
        return (size_t)snprintf(text, size, "%s", "");
    format_real(scale.low, low, sizeof low);
    format_real(scale.high, high, sizeof high);
    return (size_t)snprintf(text, size, "%s:%s", low, high);
}

size_t palate_options_format(const palate_option *option, const void *options, char *text,
                             size_t size)
{
    const void *field = const_field_of(option, options);
    int64_t count;
    uint64_t seed;
    double real;
    int choice;
    const char *given;
    palate_scale scale;
    switch (option->type) {
    case PALATE_OPTION_BOOL:
        return (size_t)snprintf(text, size, "%s", *(const bool *)field ? "true" : "false");
    case PALATE_OPTION_COUNT:
    case PALATE_OPTION_COUNT_AUTO:
        memcpy(&count, field, sizeof count);
        if (is_automatic(option) && count == (int64_t)PALATE_AUTO)
            return (size_t)snprintf(text, size, "auto");
        return (size_t)snprintf(text, size, "%" PRId64, count);
    case PALATE_OPTION_SEED:
        memcpy(&seed, field, sizeof seed);
        return (size_t)snprintf(text, size, "%" PRIu64, seed);
    case PALATE_OPTION_REAL:
    case PALATE_OPTION_REAL_AUTO:
        memcpy(&real, field, sizeof real);
        if (is_automatic(option) && real == PALATE_AUTO)
            return (size_t)snprintf(text, size, "auto");
        return format_real(real, text, size);
    case PALATE_OPTION_CHOICE:
        memcpy(&choice, field, sizeof choice);
        return format_choice(option, choice, text, size);
    case PALATE_OPTION_TEXT:
        memcpy(&given, field, sizeof given);
        return (size_t)snprintf(text, size, "%s", given == NULL ? "" : given);
    case PALATE_OPTION_SCALE:
        memcpy(&scale, field, sizeof scale);
        return format_scale(scale, text, size);
    }
    return 0;
}
