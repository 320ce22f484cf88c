/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "ratings/delimited.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- Lines ---- */

palate__cursor palate__cursor_of(const palate__input *input)
{
    return (palate__cursor){input->data, input->data + input->bytes, 0};
}

bool palate__next_line(palate__cursor *cursor, palate__span *line)
{
    if (cursor->at == cursor->end)
        return false;
    const char *newline = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at));
    const char *stop = newline == NULL ? cursor->end : newline;
    *line = (palate__span){cursor->at, (size_t)(stop - cursor->at)};
    if (line->bytes > 0 && line->text[line->bytes - 1] == '\r')
        line->bytes--;
    cursor->at = newline == NULL ? cursor->end : newline + 1;
    cursor->line++;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

palate__span palate__trim(palate__span text)
{
    while (text.bytes > 0 && is_space(text.text[0])) {
        text.text++;
        text.bytes--;
    }
    while (text.bytes > 0 && is_space(text.text[text.bytes - 1]))
        text.bytes--;
    return text;
}

/* ---- Fields ---- */

palate_status palate__given_separator(const char *given, palate__sink *sink, palate__separator *out)
{
    *out = (palate__separator){.quotes = true, .character = given[0]};
    if (strcmp(given, "\\t") == 0 || strcmp(given, "tab") == 0)
        out->character = '\t';
    else if (strcmp(given, "::") == 0)
        *out = (palate__separator){.character = ':', .doubled = true};
    else if (strcmp(given, "space") == 0 || strcmp(given, " ") == 0)
        *out = (palate__separator){.spaces = true};
    else if (strlen(given) != 1 || given[0] == '"' || given[0] == '\n')
        return palate__fail(palate__sink_error(sink), PALATE_E_INVALID,
                            "option separator: \"%s\" is not allowed; give one character, \\t, :: "
                            "or space",
                            given);
    return PALATE_OK;
}

static void add_field(palate__fields *to, const char *begin, const char *end)
{
    if (to->count < PALATE__FIELDS_MAX)
        to->fields[to->count] = (palate__span){begin, (size_t)(end - begin)};
    to->count++;
}

static void split_spaces(palate__span line, palate__fields *out)
{
    const char *at = line.text;
    const char *end = at + line.bytes;
    while (at < end) {
        while (at < end && is_space(*at))
            at++;
        const char *begin = at;
        while (at < end && !is_space(*at))
            at++;
        if (at > begin)
            add_field(out, begin, at);
    }
}

static void split_character(palate__span line, char separator, palate__fields *out)
{
    const char *begin = line.text;
    const char *end = begin + line.bytes;
    for (const char *at = begin; at < end; at++) {
        if (*at == separator) {
            add_field(out, begin, at);
            begin = at + 1;
        }
    }
    add_field(out, begin, end);
}

static void split_doubled(palate__span line, char separator, palate__fields *out)
{
    const char *begin = line.text;
    const char *end = begin + line.bytes;
    for (const char *at = begin; at + 1 < end; at++) {
        if (at[0] == separator && at[1] == separator) {
            add_field(out, begin, at);
            begin = at + 2;
            at++;
        }
    }
    add_field(out, begin, end);
}

void palate__split(palate__span line, palate__separator separator, palate__fields *out)
{
    out->count = 0;
    out->open_quote = false;
    if (separator.spaces)
        split_spaces(line, out);
    else if (separator.doubled)
        split_doubled(line, separator.character, out);
    else
        split_character(line, separator.character, out);
}

/* ---- Quotes (RFC 4180) ---- */

/* A quoted field: from after its quote to after its closing one, unescaped into `room`. */
static const char *unquote(palate__cursor *cursor, const char *at, char **room, palate__fields *out)
{
    char *begin = *room;
    for (; at < cursor->end; at++) {
        if (*at == '"' && !(at + 1 < cursor->end && at[1] == '"'))
            break;
        if (*at == '"')
            at++;
        cursor->line += *at == '\n';
        *(*room)++ = *at;
    }
    out->open_quote = at == cursor->end;
    add_field(out, begin, *room);
    return at < cursor->end ? at + 1 : at;
}

static bool ends_line(const palate__cursor *cursor, const char *at)
{
    return at == cursor->end || *at == '\n' ||
           (*at == '\r' && at + 1 < cursor->end && at[1] == '\n');
}

/* A line with a quote in it, field by field. */
static void split_quoted(palate__cursor *cursor, const char *at, char separator, char *room,
                         palate__fields *out)
{
    out->count = 0;
    out->open_quote = false;
    for (;;) {
        const char *begin = at;
        if (at < cursor->end && *at == '"')
            at = unquote(cursor, at + 1, &room, out);
        while (!ends_line(cursor, at) && *at != separator)
            at++;
        if (begin == cursor->end || *begin != '"')
            add_field(out, begin, at);
        if (ends_line(cursor, at))
            break;
        at++;
    }
    if (at < cursor->end && *at == '\r')
        at++;
    cursor->at = at < cursor->end ? at + 1 : at;
}

bool palate__next_fields(palate__cursor *cursor, palate__separator separator, char *room,
                         palate__fields *out)
{
    palate__span line;
    do {
        if (!palate__next_line(cursor, &line))
            return false;
    } while (line.bytes == 0);
    if (separator.quotes && memchr(line.text, '"', line.bytes) != NULL)
        split_quoted(cursor, line.text, separator.character, room, out);
    else
        palate__split(line, separator, out);
    return true;
}

/* ---- Columns ---- */

bool palate__same_word(palate__span text, const char *word)
{
    return strlen(word) == text.bytes && strncasecmp(text.text, word, text.bytes) == 0;
}

/* What the field's data sets call their columns (lower case). */
static const char *const WORDS[PALATE__ROLE_COUNT][24] = {
    {"user", "userid", "user_id", "user-id", "user id", "uid", "users", "customer", "customerid",
     "customer_id", "reviewerid", "reviewer_id", "member", "person", "visitorid", NULL},
    {"item",    "itemid",   "item_id",   "item-id",    "item id",   "iid",   "items",  "movie",
     "movieid", "movie_id", "artist",    "artistid",   "artist_id", "book",  "bookid", "book_id",
     "isbn",    "product",  "productid", "product_id", "asin",      "title", NULL},
    {"rating", "ratings", "score", "stars", "value", "count", "weight", "r", "rate", "plays",
     "label", "preference", NULL},
    {"timestamp", "time", "date", "datetime", "ts", "unixreviewtime", "created_at", NULL},
};

static const char *const ROLES[PALATE__ROLE_COUNT] = {"user", "item", "rating", "time"};

bool palate__names_role(palate__span text, palate__role role)
{
    text = palate__trim(text);
    for (size_t i = 0; WORDS[role][i] != NULL; i++)
        if (palate__same_word(text, WORDS[role][i]))
            return true;
    return false;
}

static size_t kept(const palate__fields *fields)
{
    return fields->count < PALATE__FIELDS_MAX ? fields->count : PALATE__FIELDS_MAX;
}

static void list_columns(const palate__fields *header, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t c = 0; c < kept(header) && length + 2 < size; c++) {
        palate__span name = palate__trim(header->fields[c]);
        int written = snprintf(text + length, size - length, "%s%.*s", c == 0 ? "" : ", ",
                               (int)(name.bytes < 40 ? name.bytes : 40), name.text);
        length += written > 0 ? (size_t)written : 0;
    }
}

/* A column the user named or numbered. */
static palate_status choose_given(const char *given, palate__role role,
                                  const palate__fields *header, size_t field_count,
                                  palate__sink *sink, int *column)
{
    int64_t number = 0;
    for (size_t c = 0; header != NULL && c < kept(header); c++) {
        if (palate__same_word(palate__trim(header->fields[c]), given)) {
            *column = (int)c + 1;
            return PALATE_OK;
        }
    }
    if (palate__parse_integer((palate__span){given, strlen(given)}, &number) && number >= 1 &&
        number <= (int64_t)field_count) {
        *column = (int)number;
        return PALATE_OK;
    }
    char columns[300];
    if (header != NULL)
        list_columns(header, columns, sizeof columns);
    else
        snprintf(columns, sizeof columns, "numbers 1 to %zu, as there is no header", field_count);
    return palate__fail(palate__sink_error(sink), PALATE_E_INVALID,
                        "option %s-column: there is no column \"%s\"; the columns are %s",
                        ROLES[role], given, columns);
}

static bool is_taken(const int columns[], int column)
{
    for (int role = 0; role < PALATE__ROLE_COUNT; role++)
        if (columns[role] == column)
            return true;
    return false;
}

/* By the words of the header. */
static void choose_named(const palate__fields *header, int columns[])
{
    for (int role = 0; role < PALATE__ROLE_COUNT; role++)
        for (size_t c = 0; columns[role] == 0 && c < kept(header); c++)
            if (!is_taken(columns, (int)c + 1) &&
                palate__names_role(header->fields[c], (palate__role)role))
                columns[role] = (int)c + 1;
}

/* By their place: the columns not yet taken, in order. A time is believed without a name only where there is no header. */
static void choose_by_place(bool named, size_t field_count, int columns[])
{
    int last = named ? PALATE__ROLE_RATING : PALATE__ROLE_TIME;
    for (int role = 0; role <= last; role++) {
        if (columns[role] != 0)
            continue;
        int column = 1;
        while (is_taken(columns, column))
            column++;
        if ((size_t)column <= field_count)
            columns[role] = column;
    }
}

static void describe_columns(const palate__fields *header, const int columns[], palate__sink *sink)
{
    char text[240];
    size_t length = 0;
    text[0] = '\0';
    for (int role = 0; role < PALATE__ROLE_COUNT; role++) {
        if (columns[role] == 0 || length + 60 > sizeof text)
            continue;
        palate__span name = {"", 0};
        if (header != NULL && (size_t)columns[role] <= kept(header))
            name = palate__trim(header->fields[columns[role] - 1]);
        int written = name.bytes > 0 ? snprintf(text + length, sizeof text - length, "%s%s=%.*s",
                                                length == 0 ? "" : " ", ROLES[role],
                                                (int)(name.bytes < 40 ? name.bytes : 40), name.text)
                                     : snprintf(text + length, sizeof text - length, "%s%s=%d",
                                                length == 0 ? "" : " ", ROLES[role], columns[role]);
        length += written > 0 ? (size_t)written : 0;
    }
    palate__sink_describe(sink, "%s", text);
}

palate_status palate__choose_columns(const palate_read_options *options,
                                     const palate__fields *header, size_t field_count,
                                     palate__sink *sink, palate__columns *out)
{
    const char *given[PALATE__ROLE_COUNT] = {options->user_column, options->item_column,
                                             options->rating_column, options->time_column};
    int columns[PALATE__ROLE_COUNT] = {0};
    bool no_time = given[PALATE__ROLE_TIME] != NULL &&
                   strcasecmp(given[PALATE__ROLE_TIME], "none") == 0;
    if (no_time)
        given[PALATE__ROLE_TIME] = NULL;
    for (int role = 0; role < PALATE__ROLE_COUNT; role++) {
        if (given[role] == NULL)
            continue;
        palate_status status = choose_given(given[role], (palate__role)role, header, field_count,
                                            sink, &columns[role]);
        if (status != PALATE_OK)
            return status;
    }
    if (header != NULL)
        choose_named(header, columns);
    choose_by_place(header != NULL, field_count, columns);
    if (no_time)
        columns[PALATE__ROLE_TIME] = 0;
    int needed = palate__sink_needs_ratings(sink) ? PALATE__ROLE_RATING : PALATE__ROLE_ITEM;
    for (int role = 0; role <= needed; role++)
        if (columns[role] == 0)
            return palate__sink_problem(sink, 1, 0,
                                        "there are %zu columns, but a rating needs user, item and "
                                        "rating; is the separator right? (option separator)",
                                        field_count) == PALATE_OK
                       ? palate__fail(palate__sink_error(sink), PALATE_E_FORMAT,
                                      "no column for the %s", ROLES[role])
                       : PALATE_E_FORMAT;
    describe_columns(header, columns, sink);
    *out = (palate__columns){columns[0], columns[1], columns[2], columns[3]};
    return PALATE_OK;
}

/* ---- Ratings ---- */

enum { SHOWN_BYTES = 60 };

static int shown(palate__span text)
{
    return text.bytes < SHOWN_BYTES ? (int)text.bytes : SHOWN_BYTES;
}

static palate_status parse_rating(palate__span text, int64_t line, int column, palate__sink *sink,
                                  double *rating, bool *valid)
{
    *valid = palate__parse_real(text, rating);
    if (*valid)
        return PALATE_OK;
    text = palate__trim(text);
    *valid = palate__parse_real(text, rating);
    if (*valid)
        return PALATE_OK;
    if (text.bytes == 0 && !palate__sink_needs_ratings(sink)) {
        *rating = NAN;
        *valid = true;
        return PALATE_OK;
    }
    if (text.bytes == 0)
        return palate__sink_problem(sink, line, column,
                                    "the rating is missing; leave the line out if it is unknown");
    return palate__sink_problem(sink, line, column,
                                "the rating \"%.*s\" is not a number; is this the right column? "
                                "(option rating-column)",
                                shown(text), text.text);
}

/* Whole seconds; a fraction is cut off. */
static palate_status parse_time(palate__span text, int64_t line, int column, palate__sink *sink,
                                int64_t *time, bool *valid)
{
    double real = 0.0;
    text = palate__trim(text);
    *valid = true;
    *time = PALATE_NO_TIME;
    if (text.bytes == 0 || palate__parse_integer(text, time))
        return PALATE_OK;
    if (palate__parse_real(text, &real) && fabs(real) < 9e18) {
        *time = (int64_t)real;
        return PALATE_OK;
    }
    *valid = false;
    return palate__sink_problem(
        sink, line, column,
        "the time \"%.*s\" is not a number of seconds; leave times out with "
        "time-column none",
        shown(text), text.text);
}

static palate_status read_rating(const palate__fields *fields, int64_t line,
                                 const palate__columns *columns, palate__sink *sink)
{
    bool valid = true;
    palate__record record = {
        .user = fields->fields[columns->user - 1],
        .item = fields->fields[columns->item - 1],
        .rating = NAN,
        .time = PALATE_NO_TIME,
        .line = line,
    };
    if (columns->rating > 0) {
        palate_status status = parse_rating(fields->fields[columns->rating - 1], line,
                                            columns->rating, sink, &record.rating, &valid);
        if (status != PALATE_OK || !valid)
            return status;
    }
    if (columns->time > 0) {
        palate_status status = parse_time(fields->fields[columns->time - 1], line, columns->time,
                                          sink, &record.time, &valid);
        if (status != PALATE_OK || !valid)
            return status;
    }
    return palate__sink_rating(sink, &record, columns);
}

static palate_status check_fields(const palate__fields *fields, size_t field_count, int64_t line,
                                  palate__sink *sink, bool *valid)
{
    *valid = false;
    if (fields->open_quote)
        return palate__sink_problem(sink, line, 0,
                                    "a quoted field is never closed; add the missing quote");
    if (fields->count != field_count)
        return palate__sink_problem(sink, line, 0, "%zu field%s where the first line has %zu",
                                    fields->count, fields->count == 1 ? "" : "s", field_count);
    *valid = true;
    return PALATE_OK;
}

palate_status palate__read_lines(const palate__input *input, palate__cursor *cursor,
                                 palate__separator separator, const palate__columns *columns,
                                 size_t field_count, palate__sink *sink)
{
    palate_status status = PALATE_OK;
    palate__fields fields;
    char *room = NULL;
    if (separator.quotes && memchr(cursor->at, '"', (size_t)(cursor->end - cursor->at)) != NULL) {
        room = palate__allocate(input->context, (size_t)(cursor->end - cursor->at));
        if (room == NULL)
            return palate__fail_memory(palate__sink_error(sink), "reading quoted fields");
    }
    while (palate__next_fields(cursor, separator, room, &fields)) {
        bool valid = false;
        PALATE_TRY(check_fields(&fields, field_count, cursor->line, sink, &valid));
        if (valid)
            PALATE_TRY(read_rating(&fields, cursor->line, columns, sink));
    }
    palate__sink_count_lines(sink, cursor->line);
done:
    palate__release(input->context, room);
    return status;
}
