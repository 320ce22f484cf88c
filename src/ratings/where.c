/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/where.h"

#include "base/context.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Relations ---- */

typedef enum comparison { EQUAL, CONTAINS, LESS, LESS_EQUAL, MORE, MORE_EQUAL } comparison;

typedef struct relation {
    const char *sign;
    comparison as;
    bool negated; /* Holds where no value does. */
} relation;

/* Longer signs before those that they begin with. */
static const relation RELATIONS[] = {
    {"!=", EQUAL, true},       {"!~", CONTAINS, true}, {"<=", LESS_EQUAL, false},
    {">=", MORE_EQUAL, false}, {"=", EQUAL, false},    {"~", CONTAINS, false},
    {"<", LESS, false},        {">", MORE, false},
};
enum { RELATION_COUNT = sizeof RELATIONS / sizeof RELATIONS[0] };

static bool is_order(comparison as)
{
    return as >= LESS;
}

/* ---- Reading a condition ---- */

typedef struct parser {
    const char *condition;
    const char *at;
    char *to; /* Where the next text is written, quotes taken off. */
    palate_error *err;
} parser;

/* "condition 'year>': character 6: ..." */
static palate_status fail(const parser *in, const char *what)
{
    char shown[PALATE__SHOWN_BYTES];
    const int64_t place = in->at - in->condition + 1;
    palate__text_for_message(palate__text_span(in->condition), shown, sizeof shown);
    return palate__fail_at(in->err, PALATE_E_INVALID, 0, place,
                           "condition '%s', character %lld: %s", shown, (long long)place, what);
}

static void skip_spaces(parser *in)
{
    while (*in->at == ' ' || *in->at == '\t')
        in->at++;
}

static palate_status read_quoted(parser *in, palate__span *out)
{
    const parser opened = *in;
    char *begin = in->to;
    in->at++;
    while (*in->at != '\0' && (in->at[0] != '"' || in->at[1] == '"')) {
        in->at += *in->at == '"';
        *in->to++ = *in->at++;
    }
    *out = (palate__span){begin, (size_t)(in->to - begin)};
    if (*in->at == '\0')
        return fail(&opened, "the quote that opens here is never closed");
    in->at++;
    skip_spaces(in);
    return PALATE_OK;
}

/* Text until one of some characters, or in quotes. Spaces around it do not count. */
static palate_status read_text(parser *in, const char *ends, palate__span *out)
{
    skip_spaces(in);
    if (*in->at == '"')
        return read_quoted(in, out);
    size_t bytes = strcspn(in->at, ends);
    const char *from = in->at;
    in->at += bytes;
    while (bytes > 0 && (from[bytes - 1] == ' ' || from[bytes - 1] == '\t'))
        bytes--;
    *out = (palate__span){in->to, bytes};
    memcpy(in->to, from, bytes);
    in->to += bytes;
    return PALATE_OK;
}

static palate_status fail_relation(const parser *in)
{
    return fail(in, "an operator is missing: =, !=, ~, !~, <, <=, > or >=");
}

static palate_status read_column(parser *in, palate__where *where)
{
    palate__span name;
    palate_status status = read_text(in, "=!~<>", &name);
    if (status != PALATE_OK)
        return status;
    if (name.bytes == 0)
        return fail(in, "the name of a column is missing, as in year>=1990");
    if (*in->at == '\0')
        return fail_relation(in);
    *in->to++ = '\0';
    where->column = palate_catalogue_find_column(where->table, name.text);
    return where->column == PALATE_NO_COLUMN
               ? palate__catalogue_no_column(where->table, name.text, in->err)
               : PALATE_OK;
}

static palate_status read_relation(parser *in, palate__where *where)
{
    for (int o = 0; o < RELATION_COUNT; o++) {
        const size_t bytes = strlen(RELATIONS[o].sign);
        if (strncmp(in->at, RELATIONS[o].sign, bytes) != 0)
            continue;
        where->relation = o;
        in->at += bytes;
        return PALATE_OK;
    }
    return fail_relation(in);
}

static palate_status read_values(parser *in, palate__where *where)
{
    for (bool more = true; more;) {
        palate__where_value *value = &where->values[where->value_count];
        const parser begin = *in;
        palate_status status = read_text(in, "|", &value->text);
        if (status != PALATE_OK)
            return status;
        if (value->text.bytes == 0)
            return fail(&begin, "a value is missing");
        if (*in->at != '\0' && *in->at != '|')
            return fail(in, "after a quote only | and another value may follow");
        if (!palate__parse_real(value->text, &value->number))
            value->number = NAN;
        where->value_count++;
        more = *in->at == '|';
        in->at += more;
    }
    if (is_order(RELATIONS[where->relation].as) && where->value_count > 1)
        return fail(in, "<, <=, > and >= take one value");
    return PALATE_OK;
}

/* ---- Does it hold? ---- */

static char folded(char character)
{
    return (char)(character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character);
}

static bool same(const char *a, const char *b, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (folded(a[i]) != folded(b[i]))
            return false;
    return true;
}

static bool contains(palate__span text, palate__span part)
{
    for (size_t at = 0; at + part.bytes <= text.bytes; at++)
        if (same(text.text + at, part.text, part.bytes))
            return true;
    return false;
}

/* < 0, 0 or > 0. */
static int compare_bytes(palate__span a, palate__span b)
{
    const size_t bytes = a.bytes < b.bytes ? a.bytes : b.bytes;
    const int order = memcmp(a.text, b.text, bytes);
    return order != 0 ? order : (a.bytes > b.bytes) - (a.bytes < b.bytes);
}

/* A number is in no order with what is none. */
static bool is_ordered(palate__span word, const palate__where_value *value, comparison as)
{
    double number = 0.0;
    const bool is_number = palate__parse_real(word, &number) && !isnan(number);
    if (is_number == isnan(value->number))
        return false;
    const int order = is_number ? (number > value->number) - (number < value->number)
                                : compare_bytes(word, value->text);
    return as == LESS         ? order < 0
           : as == LESS_EQUAL ? order <= 0
           : as == MORE       ? order > 0
                              : order >= 0;
}

static bool is_equal(palate__span word, const palate__where_value *value)
{
    double number = 0.0;
    if (word.bytes == value->text.bytes && same(word.text, value->text.text, word.bytes))
        return true;
    return !isnan(value->number) && palate__parse_real(word, &number) && number == value->number;
}

static bool word_holds(palate__span word, const palate__where_value *value, comparison as)
{
    return as == EQUAL ? is_equal(word, value) : is_ordered(word, value, as);
}

static bool cell_holds(const palate__where *where, const char *cell)
{
    const comparison as = RELATIONS[where->relation].as;
    for (size_t v = 0; v < where->value_count; v++) {
        const palate__where_value *value = &where->values[v];
        const char *at = cell;
        palate__span word = palate__text_span(cell);
        if (as == CONTAINS ? contains(word, value->text) : as == EQUAL && is_equal(word, value))
            return true;
        while (as != CONTAINS && palate__cell_next_word(&at, &word))
            if (word_holds(word, value, as))
                return true;
    }
    return false;
}

bool palate__where_holds(const palate__where *where, const char *id)
{
    const char *cell = palate_catalogue_value(where->table, id, where->column);
    return (cell != NULL && cell_holds(where, cell)) != RELATIONS[where->relation].negated;
}

/* ---- The call ---- */

/* Whether a column holds numbers and nothing else. */
static bool is_of_numbers(const palate_catalogue *table, size_t column)
{
    size_t count = 0;
    for (uint32_t row = 0; row < table->ids.count; row++) {
        const char *text = palate__catalogue_text(table, row, column);
        double number = 0.0;
        if (text[0] == '\0')
            continue;
        if (!palate__parse_real(palate__text_span(text), &number))
            return false;
        count++;
    }
    return count > 0;
}

static palate_status check_order(const parser *in, const palate__where *where)
{
    if (!is_order(RELATIONS[where->relation].as) || !isnan(where->values[0].number) ||
        !is_of_numbers(where->table, where->column))
        return PALATE_OK;
    return fail(in, "the value before here is no number, but the column holds numbers");
}

palate_status palate__where_begin(palate__where *where, palate_context *context,
                                  const palate_catalogue *table, const char *condition,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    const size_t bytes = strlen(condition) + 2; /* All texts, and the zero of the column's. */
    *where = (palate__where){.context = context, .table = table};
    where->text = palate__allocate(context, bytes);
    where->values = palate__allocate_array(context, bytes, sizeof *where->values);
    if (where->text == NULL || where->values == NULL)
        return palate__fail_memory(err, "reading a condition");
    parser in = {condition, condition, where->text, err};
    PALATE_TRY(read_column(&in, where));
    PALATE_TRY(read_relation(&in, where));
    PALATE_TRY(read_values(&in, where));
    PALATE_TRY(check_order(&in, where));
done:
    return status;
}

void palate__where_end(palate__where *where)
{
    palate__release(where->context, where->text);
    palate__release(where->context, where->values);
    *where = (palate__where){0};
}
