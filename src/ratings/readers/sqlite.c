/* SPDX-License-Identifier: Apache-2.0 */
/* A query of an SQLite database, opened read-only:
 *
 *     sqlite:shop.db?SELECT customer, product, stars FROM reviews
 *
 * The columns are found like those of a header, else in the order user, item, rating, time. Ids may
 * be numbers or text. Problems name the row of the result as their line. A file name with "?" in it
 * cannot be written: the query begins at the first one.
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"
#include "ratings/table.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

static const char PREFIX[] = "sqlite:";
static const char MAGIC[] = "SQLite format 3"; /* With its zero. */
static const char HOW[] = "sqlite:FILE?SELECT user, item, rating FROM ...";

/* The file itself, without a query: recognised, so that the message can say what to write. */
static int sniff(palate__span head, bool whole)
{
    (void)whole;
    return head.bytes >= sizeof MAGIC && memcmp(head.text, MAGIC, sizeof MAGIC) == 0 ? 100 : 0;
}

/* ---- The query ---- */

typedef struct query {
    const palate__input *input;
    palate__sink *sink;
    char *file;
    sqlite3 *database;
    sqlite3_stmt *statement;
} query;

static void destroy(query *reading)
{
    sqlite3_finalize(reading->statement);
    sqlite3_close(reading->database);
    palate__release(reading->input->context, reading->file);
}

static palate_status status_of(int code)
{
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return PALATE_E_NOMEM;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
        return PALATE_E_IO;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return PALATE_E_FORMAT;
    default:
        return PALATE_E_INVALID; /* The query is wrong. */
    }
}

static palate_status fail_sql(const query *reading)
{
    return palate__fail(palate__sink_error(reading->sink),
                        status_of(sqlite3_errcode(reading->database)), "%s: %s",
                        reading->input->path, sqlite3_errmsg(reading->database));
}

static palate_status fail_query(const query *reading, const char *why)
{
    return palate__fail(palate__sink_error(reading->sink), PALATE_E_INVALID, "%s: %s; write %s",
                        reading->input->path, why, HOW);
}

static palate_status open_database(query *reading)
{
    enum { PATIENCE_MILLISECONDS = 5000 };
    int code = sqlite3_open_v2(reading->file, &reading->database, SQLITE_OPEN_READONLY, NULL);
    if (reading->database == NULL)
        return palate__fail_memory(palate__sink_error(reading->sink), "opening a database");
    if (code == SQLITE_CANTOPEN && sqlite3_system_errno(reading->database) != 0)
        return palate__fail_io(palate__sink_error(reading->sink), reading->file, "open",
                               sqlite3_system_errno(reading->database));
    if (code != SQLITE_OK)
        return fail_sql(reading);
    sqlite3_busy_timeout(reading->database, PATIENCE_MILLISECONDS);
    return PALATE_OK;
}

/* Is there another statement after the first? Comments are none. */
static bool has_statement(const query *reading, const char *sql)
{
    bool found = false;
    while (!found && *sql != '\0') {
        sqlite3_stmt *statement = NULL;
        const char *rest = sql;
        int code = sqlite3_prepare_v2(reading->database, sql, -1, &statement, &rest);
        found = code != SQLITE_OK || statement != NULL;
        sqlite3_finalize(statement);
        sql = rest;
    }
    return found;
}

static palate_status prepare(query *reading, const char *sql)
{
    const char *rest = NULL;
    if (sqlite3_prepare_v2(reading->database, sql, -1, &reading->statement, &rest) != SQLITE_OK)
        return fail_sql(reading);
    if (reading->statement == NULL)
        return fail_query(reading, "the query is empty");
    if (sqlite3_column_count(reading->statement) == 0 ||
        !sqlite3_stmt_readonly(reading->statement) ||
        sqlite3_stmt_isexplain(reading->statement) != 0)
        return fail_query(reading, "the query must be a SELECT, which changes nothing");
    if (has_statement(reading, rest))
        return fail_query(reading, "there is more than one statement");
    return PALATE_OK;
}

static palate_status open_query(query *reading)
{
    palate_status status = PALATE_OK;
    const char *file = reading->input->path;
    if (strncmp(file, PREFIX, strlen(PREFIX)) != 0)
        return fail_query(reading, "a database is read by a query");
    file += strlen(PREFIX);
    const char *mark = strchr(file, '?');
    if (mark == NULL)
        return fail_query(reading, "the query is missing");
    if (mark == file)
        return fail_query(reading, "the file is missing");
    reading->file = palate__copy_text(reading->input->context, file, (size_t)(mark - file));
    if (reading->file == NULL)
        return palate__fail_memory(palate__sink_error(reading->sink), "opening a database");
    PALATE_TRY(open_database(reading));
    PALATE_TRY(prepare(reading, mark + 1));
done:
    return status;
}

/* ---- Columns ---- */

static palate_status take_names(const query *reading, palate__fields *names)
{
    *names = (palate__fields){.count = (size_t)sqlite3_column_count(reading->statement)};
    for (size_t c = 0; c < names->count && c < PALATE__FIELDS_MAX; c++) {
        const char *name = sqlite3_column_name(reading->statement, (int)c);
        if (name == NULL)
            return palate__fail_memory(palate__sink_error(reading->sink), "reading a database");
        names->fields[c] = (palate__span){name, strlen(name)};
    }
    return PALATE_OK;
}

static bool is_role(const palate__fields *names, size_t column)
{
    for (int role = 0; role < PALATE__ROLE_COUNT; role++)
        if (palate__names_role(names->fields[column], (palate__role)role))
            return true;
    return false;
}

static bool has_time(const palate__fields *names)
{
    for (size_t c = 0; c < names->count; c++)
        if (palate__names_role(names->fields[c], PALATE__ROLE_TIME))
            return true;
    return false;
}

static palate_status choose(const query *reading, const palate_read_options *options,
                            palate__columns *columns)
{
    palate__fields names;
    palate_read_options chosen = *options;
    palate_status status = take_names(reading, &names);
    if (status != PALATE_OK)
        return status;
    const size_t needed = palate__sink_needs_ratings(reading->sink) ? 3 : 2;
    if (names.count < needed)
        return fail_query(reading, needed == 3
                                       ? "the query must give columns for user, item and rating"
                                       : "the query must give columns for user and item");
    /* Who asks for four columns means the last one for the time, whatever its name. */
    if (names.count == 4 && options->time_column == NULL && !has_time(&names) &&
        !is_role(&names, 3))
        chosen.time_column = "4";
    /* And who writes a query has put its columns in order, whatever their names. */
    chosen.header = PALATE_HEADER_YES;
    return palate__choose_columns(&chosen, &names, names.count, reading->sink, columns);
}

/* ---- Rows ---- */

static int type_of(const query *reading, int column)
{
    return sqlite3_column_type(reading->statement, column - 1);
}

/* As text; a number is written in decimal. */
static palate_status take_text(const query *reading, int column, palate__span *out)
{
    const char *text = (const char *)sqlite3_column_text(reading->statement, column - 1);
    if (text == NULL)
        return palate__fail_memory(palate__sink_error(reading->sink), "reading a database");
    *out = (palate__span){text, (size_t)sqlite3_column_bytes(reading->statement, column - 1)};
    return PALATE_OK;
}

static palate_status take_id(const query *reading, int64_t row, int column, palate__span *out,
                             bool *valid)
{
    int type = type_of(reading, column);
    *valid = type != SQLITE_NULL && type != SQLITE_BLOB;
    if (*valid)
        return take_text(reading, column, out);
    return palate__sink_problem(reading->sink, row, column,
                                type == SQLITE_NULL
                                    ? "the id is NULL; every rating needs a user and an item"
                                    : "the id is a blob; ids are text or numbers (CAST it)");
}

/* A number, or text that is one. NULL leaves `out` as it is where `may_lack`. */
static palate_status take_number(const query *reading, int64_t row, int column, bool may_lack,
                                 double *out, bool *valid)
{
    palate_status status = PALATE_OK;
    palate__span text = {"", 0};
    int type = type_of(reading, column);
    *valid = true;
    if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
        *out = sqlite3_column_double(reading->statement, column - 1);
        return PALATE_OK;
    }
    if (type == SQLITE_NULL && may_lack)
        return PALATE_OK;
    if (type == SQLITE_TEXT) {
        PALATE_TRY(take_text(reading, column, &text));
        if (palate__parse_real(palate__trim(text), out))
            return PALATE_OK;
    }
    *valid = false;
    if (type == SQLITE_TEXT)
        return palate__sink_problem(reading->sink, row, column, "\"%.*s\" is not a number",
                                    palate__shown_bytes(text), text.text);
    return palate__sink_problem(
        reading->sink, row, column,
        type == SQLITE_NULL ? "the rating is NULL; leave such rows out (WHERE ... IS NOT NULL)"
                            : "a blob is not a number");
done:
    return status;
}

static palate_status take_time(const query *reading, int64_t row, int column, int64_t *out,
                               bool *valid)
{
    double seconds = NAN;
    palate_status status = take_number(reading, row, column, true, &seconds, valid);
    if (status != PALATE_OK || !*valid || isnan(seconds))
        return status;
    if (type_of(reading, column) == SQLITE_INTEGER) {
        *out = sqlite3_column_int64(reading->statement, column - 1);
        return PALATE_OK;
    }
    *valid = fabs(seconds) < 0x1p63;
    if (!*valid)
        return palate__sink_problem(reading->sink, row, column,
                                    "%g is not a time in seconds; leave times out with time-column "
                                    "none",
                                    seconds);
    *out = (int64_t)seconds;
    return PALATE_OK;
}

static palate_status read_row(const query *reading, int64_t row, const palate__columns *columns)
{
    palate_status status = PALATE_OK;
    palate__record record = {.rating = NAN, .time = PALATE_NO_TIME, .line = row};
    const bool may_lack = !palate__sink_needs_ratings(reading->sink);
    bool valid = false;
    PALATE_TRY(take_id(reading, row, columns->user, &record.user, &valid));
    if (valid)
        PALATE_TRY(take_id(reading, row, columns->item, &record.item, &valid));
    if (valid && columns->rating > 0)
        PALATE_TRY(take_number(reading, row, columns->rating, may_lack, &record.rating, &valid));
    if (valid && columns->time > 0)
        PALATE_TRY(take_time(reading, row, columns->time, &record.time, &valid));
    if (valid)
        PALATE_TRY(palate__sink_rating(reading->sink, &record, columns));
done:
    return status;
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    palate_status status = PALATE_OK;
    query reading = {.input = input, .sink = sink};
    palate__columns columns;
    int64_t row = 0;
    int step = SQLITE_DONE;
    PALATE_TRY(open_query(&reading));
    PALATE_TRY(choose(&reading, options, &columns));
    while ((step = sqlite3_step(reading.statement)) == SQLITE_ROW)
        PALATE_TRY(read_row(&reading, ++row, &columns));
    if (step != SQLITE_DONE)
        PALATE_TRY(fail_sql(&reading));
    palate__sink_count_lines(sink, row);
done:
    destroy(&reading);
    return status;
}

const palate__reader palate__reader_sqlite = {
    .name = "sqlite",
    .help = "a query of a database: sqlite:FILE?SELECT user, item, rating FROM ...",
    .sniff = sniff,
    .read = read_all,
};
