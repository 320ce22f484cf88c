/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ratings: options, the choice of a reader, and the public calls. */
#include "ratings/arrays.h"
#include "ratings/columns.h"
#include "ratings/csr.h"
#include "ratings/input.h"
#include "ratings/matrix.h"
#include "ratings/readers/readers.h"
#include "ratings/sink.h"

#include "base/clock.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- Options ---- */

#define AT(field) offsetof(palate_read_options, field)

static const palate_option rows[] = {
    {"format", "input-format file-format", PALATE_OPTION_TEXT, AT(format), NULL, 0, 0, NULL, "NAME",
     "Format of the ratings; by default found by looking at them"},
    {"separator", "sep delimiter field-separator", PALATE_OPTION_TEXT, AT(separator), NULL, 0, 0,
     NULL, "CHAR", "What stands between fields: a character, \\t, :: or space; by default found"},
    {"header", "", PALATE_OPTION_CHOICE, AT(header), "auto", 0, 0, "auto|yes|no", "WHEN",
     "Whether the first line names the columns"},
    {"user-column", "usercol user-col user-field user-id-field", PALATE_OPTION_TEXT,
     AT(user_column), NULL, 0, 0, NULL, "COLUMN", "Name or number of the column of users"},
    {"item-column", "itemcol item-col item-field item-id-field", PALATE_OPTION_TEXT,
     AT(item_column), NULL, 0, 0, NULL, "COLUMN", "Name or number of the column of items"},
    {"rating-column", "ratingcol rating-col rating-field", PALATE_OPTION_TEXT, AT(rating_column),
     NULL, 0, 0, NULL, "COLUMN", "Name or number of the column of ratings"},
    {"time-column", "timestamp-column timestampcol time-col time-field", PALATE_OPTION_TEXT,
     AT(time_column), NULL, 0, 0, NULL, "COLUMN",
     "Name or number of the column of times; none: leave times out"},
    {"scale", "rating-scale", PALATE_OPTION_SCALE, AT(scale), NULL, 0, 0, NULL, "LOW:HIGH",
     "Scale of the ratings; others are errors; by default the range that is there"},
    {"duplicates", "", PALATE_OPTION_CHOICE, AT(duplicates), "last", 0, 0, "last|mean|error",
     "POLICY", "What becomes of several ratings of one item by one user"},
    {"lenient", "", PALATE_OPTION_BOOL, AT(lenient), "false", 0, 0, NULL, NULL,
     "Skip and count lines that are wrong"},
    {"keep-order", "", PALATE_OPTION_BOOL, AT(keep_order), "false", 0, 0, NULL, NULL,
     "Remember the order of lines, for rule mu with biases"},
    {"threads", "num-threads nthreads n-jobs jobs", PALATE_OPTION_COUNT, AT(threads), "0", 0, 1024,
     NULL, "T", "0: as many as the machine gives; the result is the same for any"},
};

static const palate_option_table table = {
    .title = "Reading options",
    .options = rows,
    .count = sizeof rows / sizeof rows[0],
    .struct_bytes = sizeof(palate_read_options),
};

const palate_option_table *palate_read_options_table(void)
{
    return &table;
}

void palate_read_options_init(palate_read_options *options)
{
    palate_options_init(&table, options);
}

/* ---- Formats ---- */

enum { READERS_MAX = 16, HEAD_BYTES = 1 << 14 };

const char *const *palate_read_format_names(const char *const **help)
{
    static const char *names[READERS_MAX];
    static const char *helps[READERS_MAX];
    /* Written with the same values by whoever comes first or at the same time. */
    for (size_t i = 0; palate__readers[i] != NULL; i++) {
        __atomic_store_n(&names[i], palate__readers[i]->name, __ATOMIC_RELAXED);
        __atomic_store_n(&helps[i], palate__readers[i]->help, __ATOMIC_RELAXED);
    }
    if (help != NULL)
        *help = helps;
    return names;
}

static palate_status fail_unknown_format(const char *name, palate_error *err)
{
    char names[200] = "";
    for (size_t i = 0; palate__readers[i] != NULL; i++) {
        strncat(names, i == 0 ? "" : ", ", sizeof names - strlen(names) - 1);
        strncat(names, palate__readers[i]->name, sizeof names - strlen(names) - 1);
    }
    return palate__fail(err, PALATE_E_INVALID,
                        "option format: there is no format \"%s\"; there are auto, %s", name,
                        names);
}

static palate_status choose_reader(const palate__input *input, const palate_read_options *options,
                                   const palate__reader **out, palate_error *err)
{
    const char *name = options->format;
    *out = NULL;
    if (name != NULL && strcasecmp(name, "auto") != 0) {
        for (size_t i = 0; palate__readers[i] != NULL; i++)
            if (strcasecmp(palate__readers[i]->name, name) == 0)
                *out = palate__readers[i];
        return *out != NULL ? PALATE_OK : fail_unknown_format(name, err);
    }
    if (options->separator != NULL) {
        *out = &palate__reader_csv;
        return PALATE_OK;
    }
    bool whole = input->bytes <= HEAD_BYTES;
    palate__span head = {input->data, whole ? input->bytes : HEAD_BYTES};
    int surest = 0;
    for (size_t i = 0; palate__readers[i] != NULL; i++) {
        int sure = palate__readers[i]->sniff(head, whole);
        if (sure > surest) {
            surest = sure;
            *out = palate__readers[i];
        }
    }
    if (*out != NULL)
        return PALATE_OK;
    if (input->bytes == 0)
        return palate__fail(err, PALATE_E_FORMAT,
                            "%s: the file is empty; a rating is a line such as user,item,4.5",
                            input->path);
    return palate__fail_at(err, PALATE_E_FORMAT, 1, 0,
                           "%s:1: the format is not recognised; ratings are lines such as "
                           "user,item,4.5 (option format names one)",
                           input->path);
}

/* ---- Reading ---- */

static bool is_database(const char *path)
{
    return strncmp(path, "sqlite:", 7) == 0;
}

/* Finds out what a path is, and says so in the report. */
static palate_status open_source(palate__sink *sink, const char *path, palate__source *source,
                                 const palate__reader **reader)
{
    palate_status status = PALATE_OK;
    *source = (palate__source){.input = {.context = sink->context, .path = path},
                               .compression = "none"};
    *reader = &palate__reader_sqlite;
    if (!is_database(path)) {
        PALATE_TRY(palate__source_open(sink->context, path, source, sink->err));
        sink->path = source->input.path;
        PALATE_TRY(choose_reader(&source->input, sink->options, reader, sink->err));
    }
    snprintf(sink->report->format, sizeof sink->report->format, "%s", (*reader)->name);
    snprintf(sink->report->compression, sizeof sink->report->compression, "%s",
             source->compression);
    sink->report->bytes = source->input.bytes;
done:
    return status;
}

static palate_status read_source(palate__sink *sink, const palate__source *source,
                                 const palate__reader *reader)
{
    palate_status status = palate__sink_begin(sink);
    return status == PALATE_OK ? reader->read(&source->input, sink->options, sink) : status;
}

/* Options of the caller, or the defaults in `room`. */
static palate_status take_options(const palate_read_options **options, palate_read_options *room,
                                  palate_error *err)
{
    if (*options == NULL) {
        palate_read_options_init(room);
        *options = room;
    }
    palate_status status = palate_options_check(&table, *options, err);
    if (status != PALATE_OK)
        return status;
    const palate_scale scale = (*options)->scale;
    if (fabs(scale.low) > PALATE__RATING_MAX || fabs(scale.high) > PALATE__RATING_MAX)
        return palate__fail(err, PALATE_E_INVALID,
                            "option scale: %.15g:%.15g is too wide; ratings lie between -1e9 and "
                            "1e9",
                            scale.low, scale.high);
    return PALATE_OK;
}

/* Ratings that lie ready in the source, which they take over. */
static palate_status open_ratings(palate__sink *sink, palate__source *source,
                                  const palate__reader *reader, palate_ratings **out)
{
    palate_status status = PALATE_OK;
    palate_context *context = sink->context;
    palate_ratings *ratings = palate__allocate_zeroed(context, 1, sizeof *ratings);
    palate__source *kept = palate__allocate(context, sizeof *kept);
    if (ratings == NULL || kept == NULL)
        PALATE_TRY(palate__fail_memory(sink->err, "loading ratings"));
    ratings->context = context;
    PALATE_TRY(reader->open(&source->input, sink->options, ratings, sink->err));
    memcpy(ratings->report.format, sink->report->format, sizeof ratings->report.format);
    memcpy(ratings->report.compression, sink->report->compression,
           sizeof ratings->report.compression);
    ratings->report.bytes = sink->report->bytes;
    *kept = *source;
    ratings->source = kept;
    *source = (palate__source){.input = {.context = context}};
    *out = ratings;
    return PALATE_OK;
done:
    palate__release(context, ratings);
    palate__release(context, kept);
    return status;
}

/* The text is released before this returns, unless the ratings lie in it. */
static palate_status read_ratings(palate__sink *sink, const char *path, palate_ratings **out)
{
    palate_status status = PALATE_OK;
    const double started = palate__seconds_now();
    const palate__reader *reader = NULL;
    palate__source source;
    *out = NULL;
    PALATE_TRY(open_source(sink, path, &source, &reader));
    if (reader->open != NULL) {
        PALATE_TRY(open_ratings(sink, &source, reader, out));
    } else {
        PALATE_TRY(read_source(sink, &source, reader));
        palate__source_close(&source);
        PALATE_TRY(palate__build(sink, out, sink->err));
    }
    (*out)->report.seconds = palate__seconds_now() - started;
done:
    palate__store_free(&sink->store);
    palate__source_close(&source);
    return status;
}

palate_status palate_ratings_read(palate_context *context, const char *path,
                                  const palate_read_options *options, palate_ratings **out,
                                  palate_error *err)
{
    palate_read_options defaults;
    palate_read_report report;
    if (out != NULL)
        *out = NULL;
    if (path == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_ratings_read: %s is NULL",
                            path == NULL ? "path" : "out");
    palate_status status = take_options(&options, &defaults, err);
    if (status != PALATE_OK)
        return status;
    palate__sink sink = palate__sink_make(context, path, options, &report, err);
    return read_ratings(&sink, path, out);
}

palate_status palate_ratings_check(palate_context *context, const char *path,
                                   const palate_read_options *options,
                                   palate_problem_callback on_problem, void *user,
                                   palate_read_report *report, palate_error *err)
{
    palate_read_options defaults;
    palate_read_report read;
    palate_ratings *ratings = NULL;
    if (path == NULL || report == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_ratings_check: %s is NULL",
                            path == NULL ? "path" : "report");
    palate_status status = take_options(&options, &defaults, err);
    if (status != PALATE_OK)
        return status;
    palate__sink sink = palate__sink_make(context, path, options, &read, err);
    sink.lenient = true;
    sink.on_problem = on_problem;
    sink.user = user;
    status = read_ratings(&sink, path, &ratings);
    *report = status == PALATE_OK ? ratings->report : read;
    palate_ratings_free(ratings);
    /* Where every line is wrong, the problems have been told one by one. */
    return status == PALATE_E_FORMAT && read.skipped_count > 0 ? PALATE_OK : status;
}

palate_status palate_pairs_read(palate_context *context, const char *path,
                                const palate_read_options *options, palate_pair_callback on_pair,
                                void *user, palate_read_report *report, palate_error *err)
{
    palate_read_options defaults;
    palate_read_report read;
    if (path == NULL || on_pair == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_pairs_read: %s is NULL",
                            path == NULL ? "path" : "on_pair");
    palate_status status = take_options(&options, &defaults, err);
    if (status != PALATE_OK)
        return status;
    palate__sink sink = palate__sink_make(context, path, options, &read, err);
    sink.on_pair = on_pair;
    sink.user = user;
    const double started = palate__seconds_now();
    const palate__reader *reader = NULL;
    palate__source source;
    status = open_source(&sink, path, &source, &reader);
    if (status == PALATE_OK)
        status = read_source(&sink, &source, reader);
    palate__source_close(&source);
    read.seconds = palate__seconds_now() - started;
    if (report != NULL)
        *report = read;
    return status;
}

/* For what lies in memory. */
static palate__sink sink_of_memory(palate_context *context, const char *name,
                                   const palate_read_options *options, palate_read_report *report,
                                   palate_error *err)
{
    palate__sink sink = palate__sink_make(context, name, options, report, err);
    snprintf(report->format, sizeof report->format, "arrays");
    snprintf(report->compression, sizeof report->compression, "none");
    return sink;
}

palate_status palate_ratings_from_columns(palate_context *context,
                                          const palate_rating_columns *parts, size_t part_count,
                                          const char *name, const palate_read_options *options,
                                          palate_ratings **out, palate_error *err)
{
    palate_read_options defaults;
    palate_read_report report;
    if (out != NULL)
        *out = NULL;
    if ((parts == NULL && part_count > 0) || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_ratings_from_columns: %s is NULL",
                            out == NULL ? "out" : "parts");
    palate_status status = take_options(&options, &defaults, err);
    if (status != PALATE_OK)
        return status;
    palate__sink sink = sink_of_memory(context, name != NULL ? name : "arrays", options, &report,
                                       err);
    const double started = palate__seconds_now();
    status = palate__sink_begin(&sink);
    if (status == PALATE_OK)
        status = palate__take_columns(parts, part_count, &sink, err);
    if (status == PALATE_OK)
        status = palate__build(&sink, out, err);
    palate__store_free(&sink.store);
    if (status == PALATE_OK)
        (*out)->report.seconds = palate__seconds_now() - started;
    return status;
}

palate_status palate_ratings_from_csr(palate_context *context, const palate_csr *matrix,
                                      const char *name, const palate_read_options *options,
                                      palate_ratings **out, palate_error *err)
{
    palate_read_options defaults;
    palate_read_report report;
    if (out != NULL)
        *out = NULL;
    if (matrix == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_ratings_from_csr: %s is NULL",
                            out == NULL ? "out" : "matrix");
    palate_status status = take_options(&options, &defaults, err);
    if (status != PALATE_OK)
        return status;
    palate__sink sink = sink_of_memory(context, name != NULL ? name : "matrix", options, &report,
                                       err);
    const double started = palate__seconds_now();
    status = palate__csr_check(matrix, err);
    if (status == PALATE_OK)
        status = palate__csr_build(matrix, &sink, out, err);
    palate__store_free(&sink.store);
    if (status == PALATE_OK)
        (*out)->report.seconds = palate__seconds_now() - started;
    return status;
}

palate_status palate_choose_columns(const char *const *names, size_t count,
                                    const palate_read_options *options, int places[4],
                                    palate_error *err)
{
    palate_read_options defaults;
    palate_read_report report;
    palate__columns columns = {0, 0, 0, 0};
    if ((names == NULL && count > 0) || places == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_choose_columns: %s is NULL",
                            places == NULL ? "places" : "names");
    palate_status status = take_options(&options, &defaults, err);
    if (status != PALATE_OK)
        return status;
    palate__fields header = {.count = count};
    for (size_t c = 0; c < palate__fields_kept(&header); c++)
        header.fields[c] = palate__text_span(names[c] != NULL ? names[c] : "");
    palate__sink sink = palate__sink_make(NULL, "columns", options, &report, err);
    status = palate__choose_columns(options, &header, count, &sink, &columns);
    const int chosen[] = {columns.user, columns.item, columns.rating, columns.time};
    for (int role = 0; role < PALATE__ROLE_COUNT; role++)
        places[role] = chosen[role] - 1;
    return status;
}

palate_status palate_ratings_from_arrays(palate_context *context,
                                         const palate_rating_arrays *arrays,
                                         const palate_read_options *options, palate_ratings **out,
                                         palate_error *err)
{
    if (out != NULL)
        *out = NULL;
    if (arrays == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_ratings_from_arrays: %s is NULL",
                            arrays == NULL ? "arrays" : "out");
    const size_t count = arrays->count;
    const palate_rating_columns columns = {
        .users = {.count = count, .type = PALATE_COLUMN_TEXT, .values = arrays->users},
        .items = {.count = count, .type = PALATE_COLUMN_TEXT, .values = arrays->items},
        .ratings = {.count = count, .type = PALATE_COLUMN_FLOAT32, .values = arrays->ratings},
        .times = {.count = count,
                  .type = arrays->times != NULL ? PALATE_COLUMN_INT64 : PALATE_COLUMN_NONE,
                  .values = arrays->times},
    };
    return palate_ratings_from_columns(context, &columns, 1, NULL, options, out, err);
}
