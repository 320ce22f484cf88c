/* SPDX-License-Identifier: Apache-2.0 */
/* From ratings in the order of lines to the matrix, in linear time, by counting sorts alone:
 *
 *     lines  --by item-->  lines of each item  --by user-->  rows sorted by item, duplicates side
 *     by side in the order of lines  --policy-->  by_user  --transpose-->  by_item
 */
#include "ratings/matrix.h"
#include "ratings/sink.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

/* A matrix on its way, with what is carried along. */
typedef struct draft {
    palate__matrix matrix;
    int64_t *times;    /* NULL: none. */
    int64_t *sequence; /* NULL: not wanted. */
} draft;

static void free_draft(palate_context *context, draft *work)
{
    palate__matrix_free(context, &work->matrix);
    palate__release(context, work->times);
    palate__release(context, work->sequence);
    *work = (draft){0};
}

static palate_status allocate_draft(const palate__sink *sink, uint32_t rows, uint32_t columns,
                                    draft *work, palate_error *err)
{
    size_t count = (size_t)sink->store.count;
    palate_context *context = sink->context;
    palate_status status = palate__matrix_allocate(context, rows, columns, sink->store.count,
                                                   &work->matrix, err);
    if (status != PALATE_OK)
        return status;
    if (sink->report->has_times)
        work->times = palate__allocate_array(context, count, sizeof(int64_t));
    if (sink->options->keep_order)
        work->sequence = palate__allocate_array(context, count, sizeof(int64_t));
    if ((sink->report->has_times && work->times == NULL) ||
        (sink->options->keep_order && work->sequence == NULL))
        return palate__fail_memory(err, "storing ratings");
    return PALATE_OK;
}

/* ---- Numbering ---- */

/* Ratings of each id by its number, then rows in the order of ids.h. */
static palate_status number_rows(palate__sink *sink, bool users, uint32_t **row_of,
                                 palate__ids *ids, palate_error *err)
{
    palate__id_builder *builder = users ? &sink->store.users : &sink->store.items;
    int64_t *counts = palate__allocate_zeroed(sink->context, builder->count, sizeof *counts);
    *row_of = palate__allocate_array(sink->context, builder->count, sizeof **row_of);
    if (counts == NULL || *row_of == NULL) {
        palate__release(sink->context, counts);
        return palate__fail_memory(err, "numbering users and items");
    }
    for (const palate__chunk *chunk = sink->store.first; chunk != NULL; chunk = chunk->next) {
        const uint32_t *numbers = users ? chunk->users : chunk->items;
        for (size_t e = 0; e < chunk->count; e++)
            counts[numbers[e]]++;
    }
    palate_status status = palate__id_builder_freeze(builder, counts, false, *row_of, ids, err);
    palate__release(sink->context, counts);
    return status;
}

/* ---- The two counting sorts ---- */

static void put(draft *to, uint32_t row, uint32_t column, float value, int64_t time,
                int64_t sequence)
{
    int64_t place = to->matrix.begins[row]++;
    to->matrix.columns[place] = column;
    to->matrix.values[place] = value;
    if (to->times != NULL)
        to->times[place] = time;
    if (to->sequence != NULL)
        to->sequence[place] = sequence;
}

/* Lines of each item, in their order. Releases the chunks on the way. */
static void sort_by_item(palate__sink *sink, const uint32_t *user_rows, const uint32_t *item_rows,
                         draft *to)
{
    for (const palate__chunk *chunk = sink->store.first; chunk != NULL; chunk = chunk->next)
        for (size_t e = 0; e < chunk->count; e++)
            to->matrix.begins[item_rows[chunk->items[e]]]++;
    palate__matrix_place_rows(&to->matrix);
    int64_t line = 0;
    while (sink->store.first != NULL) {
        palate__chunk *chunk = sink->store.first;
        for (size_t e = 0; e < chunk->count; e++)
            put(to, item_rows[chunk->items[e]], user_rows[chunk->users[e]], chunk->values[e],
                chunk->times == NULL ? PALATE_NO_TIME : chunk->times[e], line++);
        sink->store.first = chunk->next;
        palate__release(sink->context, chunk->times);
        palate__release(sink->context, chunk);
    }
    sink->store.last = NULL;
    palate__matrix_rewind_rows(&to->matrix);
}

static void sort_by_user(const draft *from, draft *to)
{
    const palate__matrix *by_item = &from->matrix;
    int64_t count = palate__matrix_count(by_item);
    for (int64_t e = 0; e < count; e++)
        to->matrix.begins[by_item->columns[e]]++;
    palate__matrix_place_rows(&to->matrix);
    for (uint32_t j = 0; j < by_item->row_count; j++)
        for (int64_t e = by_item->begins[j]; e < by_item->begins[j + 1]; e++)
            put(to, by_item->columns[e], j, by_item->values[e],
                from->times == NULL ? PALATE_NO_TIME : from->times[e],
                from->sequence == NULL ? 0 : from->sequence[e]);
    palate__matrix_rewind_rows(&to->matrix);
}

/* ---- Duplicates ---- */

/* Entry `from` becomes entry `to`, which is not after it. */
static void move_entry(draft *work, int64_t from, int64_t to)
{
    work->matrix.columns[to] = work->matrix.columns[from];
    work->matrix.values[to] = work->matrix.values[from];
    if (work->times != NULL)
        work->times[to] = work->times[from];
    if (work->sequence != NULL)
        work->sequence[to] = work->sequence[from];
}

/* The latest of the equal entries begin .. end - 1; of equally late ones the last line. */
static int64_t latest(const draft *work, int64_t begin, int64_t end)
{
    int64_t best = begin;
    for (int64_t e = begin + 1; e < end; e++)
        if (work->times == NULL || work->times[e] >= work->times[best])
            best = e;
    return best;
}

static float mean_value(const palate__matrix *matrix, int64_t begin, int64_t end)
{
    double sum = 0.0;
    for (int64_t e = begin; e < end; e++)
        sum += (double)matrix->values[e];
    return (float)(sum / (double)(end - begin));
}

/* One row, written from `to` on. Returns where the next begins. */
static int64_t resolve_row(draft *work, int policy, int64_t begin, int64_t end, int64_t to)
{
    const palate__matrix *matrix = &work->matrix;
    while (begin < end) {
        int64_t same = begin + 1;
        while (same < end && matrix->columns[same] == matrix->columns[begin])
            same++;
        float mean = mean_value(matrix, begin, same);
        move_entry(work, latest(work, begin, same), to);
        if (policy == PALATE_DUPLICATES_MEAN)
            matrix->values[to] = mean;
        begin = same;
        to++;
    }
    return to;
}

static palate_status refuse_duplicates(const palate__sink *sink, const draft *work,
                                       const palate_ratings *ratings, palate_error *err)
{
    const palate__matrix *matrix = &work->matrix;
    for (uint32_t i = 0; i < matrix->row_count; i++)
        for (int64_t e = matrix->begins[i] + 1; e < matrix->begins[i + 1]; e++)
            if (matrix->columns[e] == matrix->columns[e - 1])
                return palate__fail(
                    err, PALATE_E_FORMAT,
                    "%s: user \"%s\" rated item \"%s\" more than once; remove the duplicates, or "
                    "choose what becomes of them with duplicates last or mean",
                    sink->path, palate__ids_text(&ratings->users, i),
                    palate__ids_text(&ratings->items, matrix->columns[e]));
    return PALATE_OK;
}

static void resolve_duplicates(palate__sink *sink, draft *work)
{
    palate__matrix *matrix = &work->matrix;
    int64_t before = palate__matrix_count(matrix);
    int64_t to = 0;
    int64_t begin = 0;
    for (uint32_t i = 0; i < matrix->row_count; i++) {
        int64_t end = matrix->begins[i + 1];
        matrix->begins[i] = to;
        to = resolve_row(work, sink->options->duplicates, begin, end, to);
        begin = end;
    }
    matrix->begins[matrix->row_count] = to;
    sink->report->duplicate_count = before - to;
}

/* ---- The report ---- */

static void describe_values(palate_ratings *ratings)
{
    palate_read_report *report = &ratings->report;
    const palate__matrix *matrix = &ratings->by_user;
    int64_t count = palate__matrix_count(matrix);
    double sum = 0.0;
    double min = INFINITY;
    double max = -INFINITY;
    for (int64_t e = 0; e < count; e++) {
        double value = (double)matrix->values[e];
        sum += value;
        min = fmin(min, value);
        max = fmax(max, value);
    }
    report->rating_count = count;
    report->user_count = ratings->users.count;
    report->item_count = ratings->items.count;
    report->min = min;
    report->max = max;
    report->mean = sum / (double)count;
}

static void set_scale(palate_ratings *ratings, palate_scale declared)
{
    palate_read_report *report = &ratings->report;
    report->scale_inferred = declared.low >= declared.high;
    report->scale = report->scale_inferred ? (palate_scale){report->min, report->max} : declared;
}

static uint64_t fingerprint_of(const palate_ratings *ratings)
{
    const palate__matrix *matrix = &ratings->by_user;
    size_t count = (size_t)palate__matrix_count(matrix);
    const palate__ids *users = &ratings->users;
    const palate__ids *items = &ratings->items;
    uint64_t parts[] = {
        XXH3_64bits(users->bytes, (size_t)users->ends[users->count]),
        XXH3_64bits(items->bytes, (size_t)items->ends[items->count]),
        XXH3_64bits(matrix->begins, ((size_t)matrix->row_count + 1) * sizeof(int64_t)),
        XXH3_64bits(matrix->columns, count * sizeof(uint32_t)),
        XXH3_64bits(matrix->values, count * sizeof(float)),
    };
    return XXH3_64bits(parts, sizeof parts);
}

/* ---- All of it ---- */

static palate_status build_by_user(palate__sink *sink, palate_ratings *ratings, draft *by_user,
                                   palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = sink->context;
    uint32_t *user_rows = NULL;
    uint32_t *item_rows = NULL;
    draft by_item = {0};
    PALATE_TRY(number_rows(sink, true, &user_rows, &ratings->users, err));
    PALATE_TRY(number_rows(sink, false, &item_rows, &ratings->items, err));
    uint32_t user_count = ratings->users.count;
    uint32_t item_count = ratings->items.count;
    PALATE_TRY(allocate_draft(sink, item_count, user_count, &by_item, err));
    sort_by_item(sink, user_rows, item_rows, &by_item);
    PALATE_TRY(allocate_draft(sink, user_count, item_count, by_user, err));
    sort_by_user(&by_item, by_user);
    free_draft(context, &by_item);
    if (sink->options->duplicates == PALATE_DUPLICATES_ERROR)
        PALATE_TRY(refuse_duplicates(sink, by_user, ratings, err));
    resolve_duplicates(sink, by_user);
done:
    free_draft(context, &by_item);
    palate__release(context, user_rows);
    palate__release(context, item_rows);
    return status;
}

palate_status palate__build(palate__sink *sink, palate_ratings **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = sink->context;
    draft by_user = {0};
    palate_ratings *ratings = NULL;
    *out = NULL;
    if (sink->store.count == 0)
        return palate__fail(
            err, PALATE_E_FORMAT, "%s: no ratings%s; a rating is a line such as user,item,4.5",
            sink->path, sink->report->skipped_count > 0 ? " that could be read" : "");
    ratings = palate__allocate_zeroed(context, 1, sizeof *ratings);
    if (ratings == NULL)
        return palate__fail_memory(err, "storing ratings");
    ratings->context = context;
    PALATE_TRY(build_by_user(sink, ratings, &by_user, err));
    ratings->by_user = by_user.matrix;
    ratings->times = by_user.times;
    ratings->sequence = by_user.sequence;
    by_user = (draft){0};
    PALATE_TRY(palate__matrix_transpose(context, &ratings->by_user, &ratings->by_item, err));
    ratings->report = *sink->report;
    describe_values(ratings);
    set_scale(ratings, sink->options->scale);
    ratings->fingerprint = fingerprint_of(ratings);
    *out = ratings;
    ratings = NULL;
done:
    free_draft(context, &by_user);
    palate_ratings_free(ratings);
    return status;
}
