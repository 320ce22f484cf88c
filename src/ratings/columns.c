/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "ratings/columns.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- Words ---- */

bool palate__same_word(palate__span text, const char *word)
{
    return strlen(word) == text.bytes && strncasecmp(text.text, word, text.bytes) == 0;
}

/* What published data sets call their columns; case, '_', '-', '.' and spaces do not count. The
 * earlier word wins where a header has several. */
static const char *const WORDS[PALATE__ROLE_COUNT][32] = {
    {"userid", "user", "uid", "users", "customerid", "customer", "reviewerid", "memberid", "member",
     "personid", "person", "profileid", "visitorid", "playerid", "username", "userno", "u", NULL},
    {"itemid",     "item",   "iid",     "items",     "movieid", "movie",   "filmid",     "film",
     "bookid",     "book",   "isbn",    "productid", "product", "asin",    "parentasin", "artistid",
     "artist",     "songid", "song",    "trackid",   "track",   "albumid", "jokeid",     "joke",
     "businessid", "gameid", "animeid", "recipeid",  "itemno",  "i",       NULL},
    {"rating", "ratings", "score", "stars", "star", "overall", "bookrating", "value", "weight",
     "count", "counts", "plays", "playcount", "preference", "rate", "grade", "label", "r", NULL},
    {"timestamp", "time", "unixreviewtime", "unixtime", "ts", "datetime", "date", "createdat", "t",
     NULL},
};

static const char *const ROLES[PALATE__ROLE_COUNT] = {"user", "item", "rating", "time"};

const char *palate__role_name(palate__role role)
{
    return ROLES[role];
}

static int folded(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool is_ignored(char c)
{
    return c == '_' || c == '-' || c == ' ' || c == '.';
}

static bool is_word(palate__span text, const char *word)
{
    for (size_t i = 0; i < text.bytes; i++) {
        if (is_ignored(text.text[i]))
            continue;
        if (*word == '\0' || folded(text.text[i]) != *word)
            return false;
        word++;
    }
    return *word == '\0';
}

/* The place of the text among the words of a role, or -1. */
static int rank_of(palate__span text, palate__role role)
{
    for (int i = 0; WORDS[role][i] != NULL; i++)
        if (is_word(text, WORDS[role][i]))
            return i;
    return -1;
}

bool palate__names_role(palate__span text, palate__role role)
{
    return rank_of(palate__trim(text), role) >= 0;
}

static bool is_number(palate__span text)
{
    double number = 0.0;
    return palate__parse_real(palate__trim(text), &number);
}

static bool names_users_or_items(const palate__fields *fields)
{
    for (size_t c = 0; c < palate__fields_kept(fields); c++)
        if (palate__names_role(fields->fields[c], PALATE__ROLE_USER) ||
            palate__names_role(fields->fields[c], PALATE__ROLE_ITEM))
            return true;
    return false;
}

/* The column an option gives by number, else the one where ratings go by place. */
static size_t expected_rating_column(const palate_read_options *options)
{
    int64_t number = 0;
    const char *given = options->rating_column;
    if (given != NULL && palate__parse_integer(palate__text_span(given), &number) && number >= 1)
        return (size_t)number - 1;
    return PALATE__ROLE_RATING;
}

bool palate__is_header(const palate_read_options *options, const palate__fields *first)
{
    if (options->header != PALATE_HEADER_AUTO)
        return options->header == PALATE_HEADER_YES;
    const size_t rating = expected_rating_column(options);
    if (rating >= palate__fields_kept(first))
        return names_users_or_items(first);
    palate__span text = palate__trim(first->fields[rating]);
    return text.bytes == 0 ? names_users_or_items(first) : !is_number(text);
}

/* ---- The choice ---- */

/* What is being chosen: columns by role, counted from 1; 0: none yet. */
typedef struct choice {
    const palate__fields *header;
    size_t field_count;
    palate__sink *sink;
    int columns[PALATE__ROLE_COUNT];
} choice;

/* "a, b, c", or how they are numbered. */
static void list_columns(const choice *of, char *text, size_t size)
{
    if (of->header == NULL) {
        snprintf(text, size, "numbered 1 to %zu, as there is no header", of->field_count);
        return;
    }
    size_t length = 0;
    text[0] = '\0';
    for (size_t c = 0; c < palate__fields_kept(of->header) && length + 2 < size; c++) {
        char name[PALATE__SHOWN_BYTES];
        palate__text_for_message(palate__trim(of->header->fields[c]), name, sizeof name);
        int written = snprintf(text + length, size - length, "%s%s", c == 0 ? "" : ", ", name);
        length += written > 0 ? (size_t)written : 0;
    }
}

/* The column the user named, or numbered. */
static palate_status choose_given(choice *of, palate__role role, const char *given)
{
    int64_t number = 0;
    for (size_t c = 0; of->header != NULL && c < palate__fields_kept(of->header); c++) {
        if (palate__same_word(palate__trim(of->header->fields[c]), given)) {
            of->columns[role] = (int)c + 1;
            return PALATE_OK;
        }
    }
    const size_t last = of->field_count < PALATE__FIELDS_MAX ? of->field_count : PALATE__FIELDS_MAX;
    if (palate__parse_integer(palate__text_span(given), &number) && number >= 1 &&
        number <= (int64_t)last) {
        of->columns[role] = (int)number;
        return PALATE_OK;
    }
    char columns[400];
    list_columns(of, columns, sizeof columns);
    return palate__fail(palate__sink_error(of->sink), PALATE_E_INVALID,
                        "option %s-column: there is no column \"%s\"; the columns are %s",
                        ROLES[role], given, columns);
}

static bool is_taken(const choice *of, size_t column)
{
    for (int role = 0; role < PALATE__ROLE_COUNT; role++)
        if (of->columns[role] == (int)column)
            return true;
    return false;
}

static void choose_by_word(choice *of, palate__role role)
{
    int best = -1;
    for (size_t c = 0; c < palate__fields_kept(of->header); c++) {
        int rank = rank_of(palate__trim(of->header->fields[c]), role);
        if (rank < 0 || is_taken(of, c + 1) || (best >= 0 && rank >= best))
            continue;
        best = rank;
        of->columns[role] = (int)c + 1;
    }
}

/* Columns not yet taken, in order. */
static void choose_by_place(choice *of, palate__role last)
{
    for (int role = 0; role <= (int)last; role++) {
        size_t column = 1;
        if (of->columns[role] != 0)
            continue;
        while (is_taken(of, column))
            column++;
        if (column <= of->field_count && column <= PALATE__FIELDS_MAX)
            of->columns[role] = (int)column;
    }
}

static void describe(const choice *of)
{
    char text[240] = "";
    size_t length = 0;
    for (int role = 0; role < PALATE__ROLE_COUNT && length + 50 < sizeof text; role++) {
        char name[PALATE__SHOWN_BYTES];
        const int column = of->columns[role];
        if (column == 0)
            continue;
        snprintf(name, sizeof name, "%d", column);
        if (of->header != NULL)
            palate__text_for_message(palate__trim(of->header->fields[column - 1]), name,
                                     sizeof name);
        int written = snprintf(text + length, sizeof text - length, "%s%s=%.40s",
                               length == 0 ? "" : " ", ROLES[role], name);
        length += written > 0 ? (size_t)written : 0;
    }
    palate__sink_describe(of->sink, "%s", text);
}

static palate_status refuse(const choice *of, palate__role missing)
{
    char columns[400];
    if (of->field_count <= (size_t)missing)
        return palate__fail_at(palate__sink_error(of->sink), PALATE_E_FORMAT, 1, 0,
                               "%s:1: %zu column%s, but user, item%s are needed; is the separator "
                               "right? (option separator)",
                               palate__sink_path(of->sink), of->field_count,
                               of->field_count == 1 ? "" : "s",
                               missing == PALATE__ROLE_RATING ? " and rating" : "");
    list_columns(of, columns, sizeof columns);
    return palate__fail_at(palate__sink_error(of->sink), PALATE_E_FORMAT, 1, 0,
                           "%s:1: which column is the %s? The columns are %s; name one with option "
                           "%s-column (if this line is data, say so with option header no)",
                           palate__sink_path(of->sink), ROLES[missing], columns, ROLES[missing]);
}

static palate_status check(const choice *of)
{
    const palate__role last = palate__sink_needs_ratings(of->sink) ? PALATE__ROLE_RATING
                                                                   : PALATE__ROLE_ITEM;
    for (int role = 0; role <= (int)last; role++)
        if (of->columns[role] == 0)
            return refuse(of, (palate__role)role);
    if (of->columns[PALATE__ROLE_USER] == of->columns[PALATE__ROLE_ITEM])
        return palate__fail(palate__sink_error(of->sink), PALATE_E_INVALID,
                            "column %d cannot be both the user and the item (options "
                            "user-column and item-column)",
                            of->columns[PALATE__ROLE_USER]);
    return PALATE_OK;
}

palate_status palate__choose_columns(const palate_read_options *options,
                                     const palate__fields *header, size_t field_count,
                                     palate__sink *sink, palate__columns *out)
{
    const char *const given[PALATE__ROLE_COUNT] = {options->user_column, options->item_column,
                                                   options->rating_column, options->time_column};
    choice of = {.header = header, .field_count = field_count, .sink = sink};
    bool excluded[PALATE__ROLE_COUNT] = {false};
    palate_status status = PALATE_OK;
    for (int role = 0; role < PALATE__ROLE_COUNT; role++) {
        excluded[role] = given[role] != NULL && strcasecmp(given[role], "none") == 0;
        if (given[role] != NULL && !excluded[role])
            PALATE_TRY(choose_given(&of, (palate__role)role, given[role]));
    }
    for (int role = 0; header != NULL && role < PALATE__ROLE_COUNT; role++)
        if (of.columns[role] == 0)
            choose_by_word(&of, (palate__role)role);
    if (header == NULL || options->header == PALATE_HEADER_YES)
        choose_by_place(&of, header == NULL ? PALATE__ROLE_TIME : PALATE__ROLE_RATING);
    for (int role = 0; role < PALATE__ROLE_COUNT; role++)
        if (excluded[role])
            of.columns[role] = 0;
    PALATE_TRY(check(&of));
    describe(&of);
    *out = (palate__columns){of.columns[PALATE__ROLE_USER], of.columns[PALATE__ROLE_ITEM],
                             of.columns[PALATE__ROLE_RATING], of.columns[PALATE__ROLE_TIME]};
    palate__sink_columns(sink, out);
done:
    return status;
}
