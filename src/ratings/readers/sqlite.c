/* SPDX-License-Identifier: Apache-2.0 */
/* A query of an SQLite database, opened read-only:
 *
 *     sqlite:shop.db?SELECT customer, product, stars FROM reviews
 *
 * The columns are found like those of a header, else in the order user, item, rating, time.
 */
#include "ratings/delimited.h"
#include "ratings/readers/readers.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

static const char PREFIX[] = "sqlite:";

static int sniff(palate__span head, bool whole)
{
    (void)head;
    (void)whole;
    return 0;
}

/* An open query. */
typedef struct query {
    sqlite3 *database;
    sqlite3_stmt *statement;
    char *file;
} query;

static void close_query(palate_context *context, query *open)
{
    sqlite3_finalize(open->statement);
    sqlite3_close(open->database);
    palate__release(context, open->file);
}

static palate_status fail_sql(const palate__input *input, const query *open, palate_error *err)
{
    return palate__fail(err, PALATE_E_FORMAT, "%s: %s", input->path,
                        sqlite3_errmsg(open->database));
}

static palate_status open_query(const palate__input *input, query *open, palate_error *err)
{
    const char *file = input->path;
    if (strncmp(file, PREFIX, strlen(PREFIX)) == 0)
        file += strlen(PREFIX);
    const char *mark = strchr(file, '?');
    if (mark == NULL || mark[1] == '\0')
        return palate__fail(err, PALATE_E_INVALID,
                            "%s: no query; write sqlite:FILE?SELECT user, item, rating FROM ...",
                            input->path);
    open->file = palate__copy_text(input->context, file, (size_t)(mark - file));
    if (open->file == NULL)
        return palate__fail_memory(err, "opening a database");
    if (sqlite3_open_v2(open->file, &open->database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        return palate__fail(err, PALATE_E_IO, "%s: cannot open the database: %s", open->file,
                            sqlite3_errmsg(open->database));
    const char *rest = NULL;
    if (sqlite3_prepare_v2(open->database, mark + 1, -1, &open->statement, &rest) != SQLITE_OK)
        return fail_sql(input, open, err);
    if (open->statement == NULL || sqlite3_column_count(open->statement) == 0 ||
        !sqlite3_stmt_readonly(open->statement))
        return palate__fail(err, PALATE_E_INVALID, "%s: the query must be a SELECT", input->path);
    if (palate__trim((palate__span){rest, strlen(rest)}).bytes > 0)
        return palate__fail(err, PALATE_E_INVALID, "%s: one query only; leave out \"%s\"",
                            input->path, rest);
    return PALATE_OK;
}

static palate_status choose(const query *open, const palate_read_options *options,
                            palate__sink *sink, palate__columns *columns)
{
    palate__fields names = {.count = (size_t)sqlite3_column_count(open->statement)};
    for (size_t c = 0; c < names.count && c < PALATE__FIELDS_MAX; c++) {
        const char *name = sqlite3_column_name(open->statement, (int)c);
        if (name == NULL)
            return palate__fail_memory(palate__sink_error(sink), "reading a database");
        names.fields[c] = (palate__span){name, strlen(name)};
    }
    return palate__choose_columns(options, &names, names.count, sink, columns);
}

static palate__span text_of(const query *open, int column)
{
    const char *text = (const char *)sqlite3_column_text(open->statement, column - 1);
    return (palate__span){text == NULL ? "" : text,
                          (size_t)sqlite3_column_bytes(open->statement, column - 1)};
}

/* Numbers, or text that is one. */
static bool number_of(const query *open, int column, double *out)
{
    int type = sqlite3_column_type(open->statement, column - 1);
    if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
        *out = sqlite3_column_double(open->statement, column - 1);
        return true;
    }
    return type == SQLITE_TEXT && palate__parse_real(palate__trim(text_of(open, column)), out);
}

static palate_status read_row(const query *open, int64_t row, const palate__columns *columns,
                              palate__sink *sink)
{
    palate__record record = {
        .rating = NAN,
        .time = PALATE_NO_TIME,
        .line = row,
    };
    double time = 0.0;
    if (columns->rating > 0 && !number_of(open, columns->rating, &record.rating) &&
        palate__sink_needs_ratings(sink))
        return palate__sink_problem(sink, row, columns->rating,
                                    "the rating \"%.60s\" is not a number",
                                    text_of(open, columns->rating).text);
    if (columns->time > 0 && number_of(open, columns->time, &time) && fabs(time) < 9e18)
        record.time = (int64_t)time;
    record.user = text_of(open, columns->user);
    record.item = text_of(open, columns->item);
    return palate__sink_rating(sink, &record, columns);
}

static palate_status read_all(const palate__input *input, const palate_read_options *options,
                              palate__sink *sink)
{
    palate_status status = PALATE_OK;
    query open = {0};
    palate__columns columns;
    int64_t row = 0;
    int step = SQLITE_DONE;
    PALATE_TRY(open_query(input, &open, palate__sink_error(sink)));
    PALATE_TRY(choose(&open, options, sink, &columns));
    while ((step = sqlite3_step(open.statement)) == SQLITE_ROW)
        PALATE_TRY(read_row(&open, ++row, &columns, sink));
    if (step != SQLITE_DONE)
        PALATE_TRY(fail_sql(input, &open, palate__sink_error(sink)));
    palate__sink_count_lines(sink, row);
done:
    close_query(input->context, &open);
    return status;
}

const palate__reader palate__reader_sqlite = {
    .name = "sqlite",
    .help = "a query: sqlite:FILE?SELECT user, item, rating FROM ...",
    .sniff = sniff,
    .read = read_all,
};
