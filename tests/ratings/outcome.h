/* SPDX-License-Identifier: Apache-2.0 */
/* All that reading a text comes to, for tests and fuzzing: it must not depend on the number of threads or
 * on where the text is cut. */
#ifndef PALATE_TESTS_RATINGS_OUTCOME_H
#define PALATE_TESTS_RATINGS_OUTCOME_H

#include "ratings/matrix.h"
#include "ratings/readers/readers.h"
#include "ratings/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct outcome {
    palate_status status;
    palate_error err;
    palate_read_report report;
    palate_ratings *ratings;
    char *problems; /* Every message on a line of its own. */
    size_t problem_bytes;
} outcome;

static void outcome_add_problem(const palate_problem *problem, void *user)
{
    outcome *to = user;
    const size_t bytes = strlen(problem->message) + 1;
    char *larger = realloc(to->problems, to->problem_bytes + bytes + 1);
    if (larger == NULL)
        abort();
    to->problems = larger;
    memcpy(to->problems + to->problem_bytes, problem->message, bytes);
    to->problem_bytes += bytes;
    to->problems[to->problem_bytes - 1] = '\n';
}

/* Reads a text that lies in memory; `told`: problems are told one by one. */
static outcome outcome_with(palate_context *context, const palate__reader *reader,
                            palate__span text, const palate_read_options *options, bool told,
                            size_t piece_bytes)
{
    outcome found = {0};
    const palate__input input = {
        .context = context, .path = "text", .data = text.text, .bytes = text.bytes};
    palate__sink sink = palate__sink_make(context, "text", options, &found.report, &found.err);
    sink.piece_bytes = piece_bytes;
    if (told) {
        sink.lenient = true;
        sink.on_problem = outcome_add_problem;
        sink.user = &found;
    }
    found.status = palate__sink_begin(&sink);
    if (found.status == PALATE_OK)
        found.status = reader->read(&input, options, &sink);
    if (found.status == PALATE_OK)
        found.status = palate__build(&sink, &found.ratings, &found.err);
    if (found.ratings != NULL)
        found.report = found.ratings->report;
    palate__store_free(&sink.store);
    return found;
}

static inline outcome outcome_of(const palate__reader *reader, palate__span text,
                                 const palate_read_options *options, bool told, size_t piece_bytes)
{
    return outcome_with(NULL, reader, text, options, told, piece_bytes);
}

static void outcome_free(outcome *of)
{
    palate_ratings_free(of->ratings);
    free(of->problems);
}

static bool outcome_same_ids(const palate__ids *a, const palate__ids *b)
{
    return a->count == b->count &&
           memcmp(a->ends, b->ends, ((size_t)a->count + 1) * sizeof *a->ends) == 0 &&
           memcmp(a->bytes, b->bytes, (size_t)a->ends[a->count]) == 0 &&
           memcmp(a->order, b->order, a->count * sizeof *a->order) == 0;
}

static bool outcome_same_matrix(const palate__matrix *a, const palate__matrix *b)
{
    const size_t count = (size_t)palate__matrix_count(a);
    return a->row_count == b->row_count && a->column_count == b->column_count &&
           memcmp(a->begins, b->begins, ((size_t)a->row_count + 1) * sizeof *a->begins) == 0 &&
           memcmp(a->columns, b->columns, count * sizeof *a->columns) == 0 &&
           memcmp(a->values, b->values, count * sizeof *a->values) == 0;
}

static bool outcome_same_extra(const int64_t *a, const int64_t *b, int64_t count)
{
    return (a == NULL) == (b == NULL) &&
           (a == NULL || memcmp(a, b, (size_t)count * sizeof *a) == 0);
}

/* All but `seconds`, which is not set here, and the bytes between members. */
static bool outcome_same_report(const palate_read_report *a, const palate_read_report *b)
{
    return strcmp(a->columns, b->columns) == 0 && a->line_count == b->line_count &&
           a->rating_count == b->rating_count && a->duplicate_count == b->duplicate_count &&
           a->skipped_count == b->skipped_count && a->user_count == b->user_count &&
           a->item_count == b->item_count && a->min == b->min && a->max == b->max &&
           a->mean == b->mean && a->scale.low == b->scale.low && a->scale.high == b->scale.high &&
           a->scale_inferred == b->scale_inferred && a->has_times == b->has_times;
}

/* What differs first, or NULL. */
static const char *outcome_difference(const outcome *a, const outcome *b)
{
    if (a->status != b->status)
        return "status";
    if (a->problem_bytes != b->problem_bytes ||
        (a->problem_bytes > 0 && memcmp(a->problems, b->problems, a->problem_bytes) != 0))
        return "problems";
    if (a->status != PALATE_OK)
        return a->err.line != b->err.line || a->err.column != b->err.column ||
                       strcmp(a->err.message, b->err.message) != 0
                   ? "error"
                   : NULL;
    const palate_ratings *x = a->ratings;
    const palate_ratings *y = b->ratings;
    if (!outcome_same_ids(&x->users, &y->users) || !outcome_same_ids(&x->items, &y->items))
        return "ids";
    if (!outcome_same_matrix(&x->by_user, &y->by_user) ||
        !outcome_same_matrix(&x->by_item, &y->by_item))
        return "ratings";
    if (!outcome_same_extra(x->times, y->times, palate__matrix_count(&x->by_user)))
        return "times";
    if (!outcome_same_extra(x->sequence, y->sequence, palate__matrix_count(&x->by_user)))
        return "sequence";
    if (!outcome_same_report(&a->report, &b->report))
        return "report";
    return x->fingerprint != y->fingerprint ? "fingerprint" : NULL;
}

#endif
