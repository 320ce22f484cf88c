/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/matrix.h"

#include "base/compiler.h"
#include "base/stream.h"
#include "base/threads.h"

#include <string.h>

void palate__matrix_free(palate_context *context, palate__matrix *matrix)
{
    palate__release(context, matrix->begins);
    palate__release(context, matrix->columns);
    palate__release(context, matrix->values);
    *matrix = (palate__matrix){0};
}

palate_status palate__matrix_allocate(palate_context *context, uint32_t row_count,
                                      uint32_t column_count, int64_t entry_count,
                                      palate__matrix *out, palate_error *err)
{
    *out = (palate__matrix){
        .row_count = row_count,
        .column_count = column_count,
        .begins = palate__allocate_zeroed(context, (size_t)row_count + 1, sizeof *out->begins),
        .columns = palate__allocate_array(context, (size_t)entry_count, sizeof *out->columns),
        .values = palate__allocate_array(context, (size_t)entry_count, sizeof *out->values),
    };
    if (out->begins != NULL && out->columns != NULL && out->values != NULL) {
        palate__use_huge_pages(out->columns, (size_t)entry_count * sizeof *out->columns);
        palate__use_huge_pages(out->values, (size_t)entry_count * sizeof *out->values);
        return PALATE_OK;
    }
    palate__matrix_free(context, out);
    return palate__fail_memory(err, "storing ratings");
}

void palate__matrix_place_rows(palate__matrix *matrix)
{
    int64_t sum = 0;
    for (uint32_t row = 0; row <= matrix->row_count; row++) {
        int64_t count = matrix->begins[row];
        matrix->begins[row] = sum;
        sum += count;
    }
}

size_t palate__matrix_longest(const palate__matrix *matrix)
{
    int64_t longest = 0;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        const int64_t length = matrix->begins[row + 1] - matrix->begins[row];
        longest = length > longest ? length : longest;
    }
    return (size_t)longest;
}

uint32_t palate__matrix_cut(const palate__matrix *matrix, size_t part, size_t parts)
{
    if (part >= parts)
        return matrix->row_count;
    const int64_t count = palate__matrix_count(matrix);
    const int64_t wanted = (int64_t)((double)count * (double)part / (double)parts);
    uint32_t low = 0;
    uint32_t high = matrix->row_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (matrix->begins[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- Transposition ---- */

enum { RANGES_PER_THREAD = 2 };

/* Columns, the longest first as rows are numbered, whose entries wait until they fill a line of the cache: what they
 * wait in fits the second-level cache. */
enum { STAGED_MAX = 1 << 14 };

/* Ranges of rows, each with the place of its first and of its next entry in every column. */
typedef struct ranges {
    palate_context *context;
    const palate__matrix *from;
    palate__matrix *to;
    size_t count;
    int64_t *first, *next; /* count times column_count */
    size_t staged_columns;
    palate__pair *staged; /* LINE_WORDS for each of these; for each thread. */
} ranges;

/* No more than make `first` and `next` a byte a rating. */
static size_t choose_ranges(const palate__matrix *from, int threads)
{
    const size_t wanted = threads > 1 ? (size_t)threads * RANGES_PER_THREAD : 1;
    const size_t most = (size_t)palate__matrix_count(from) / (2 * sizeof(int64_t)) /
                        (1 + (size_t)from->column_count);
    return wanted < most ? wanted : most > 0 ? most : 1;
}

/* Where there is no line for each, nothing is gained. */
static size_t choose_staged(const palate__matrix *from)
{
    const size_t lines = (size_t)palate__matrix_count(from) / PALATE__LINE_WORDS;
    const size_t most = lines < STAGED_MAX ? lines : STAGED_MAX;
    return from->column_count < most ? from->column_count : most;
}

static void count_range(size_t task, int thread, void *argument)
{
    (void)thread;
    const ranges *of = argument;
    const palate__matrix *from = of->from;
    const int64_t begin = from->begins[palate__matrix_cut(from, task, of->count)];
    const int64_t end = from->begins[palate__matrix_cut(from, task + 1, of->count)];
    int64_t *counts = of->next + task * from->column_count;
    for (int64_t e = begin; e < end; e++)
        counts[from->columns[e]]++;
}

/* From what the ranges have in each column to where they go on. */
static void place_ranges(const ranges *of)
{
    const size_t columns = of->from->column_count;
    int64_t sum = 0;
    for (size_t column = 0; column < columns; column++) {
        of->to->begins[column] = sum;
        for (size_t range = 0; range < of->count; range++) {
            const size_t place = range * columns + column;
            const int64_t here = of->next[place];
            of->first[place] = of->next[place] = sum;
            sum += here;
        }
    }
    of->to->begins[columns] = sum;
}

/* Entries of a column that have waited, up to `end`. The lines at either end of a range's belong to others too. */
static void write_staged(const palate__pair *staged, int64_t first, int64_t end,
                         const palate__matrix *to)
{
    int64_t line = (end - 1) / PALATE__LINE_WORDS * PALATE__LINE_WORDS;
    if (first <= line && end == line + PALATE__LINE_WORDS) {
        palate__stream_pairs(staged, to->columns + line, to->values + line);
        return;
    }
    for (int64_t e = first > line ? first : line; e < end; e++) {
        to->columns[e] = staged[e - line].number;
        to->values[e] = staged[e - line].value;
    }
}

/* In the order of rows, so that those of the transpose come out sorted. For an entry that does not wait the place where
 * it will go is asked for from memory while those AHEAD of it are written. */
static void scatter_rows(const ranges *of, uint32_t row, uint32_t end_row, const int64_t *first,
                         int64_t *PALATE__RESTRICT next, palate__pair *PALATE__RESTRICT staged)
{
    enum { AHEAD = 16 };
    const palate__matrix from = *of->from;
    const palate__matrix to = *of->to;
    const size_t staged_columns = of->staged_columns;
    const int64_t last = palate__matrix_count(&from) - 1;
    for (; row < end_row; row++) {
        for (int64_t e = from.begins[row]; e < from.begins[row + 1]; e++) {
            const uint32_t column = from.columns[e];
            const int64_t place = next[column]++;
            if (PALATE__LIKELY(column < staged_columns)) {
                palate__pair *line = staged + (size_t)column * PALATE__LINE_WORDS;
                const size_t at = (size_t)place % PALATE__LINE_WORDS;
                line[at] = (palate__pair){row, from.values[e]};
                if (PALATE__UNLIKELY(at + 1 == PALATE__LINE_WORDS))
                    write_staged(line, first[column], place + 1, &to);
            } else {
                const int64_t ahead = next[from.columns[e + AHEAD < last ? e + AHEAD : last]];
                PALATE__PREFETCH_WRITE(&to.columns[ahead]);
                PALATE__PREFETCH_WRITE(&to.values[ahead]);
                to.columns[place] = row;
                to.values[place] = from.values[e];
            }
        }
    }
}

static void scatter_range(size_t task, int thread, void *argument)
{
    const ranges *of = argument;
    const palate__matrix *from = of->from;
    const int64_t *first = of->first + task * from->column_count;
    int64_t *next = of->next + task * from->column_count;
    palate__pair *staged = of->staged + (size_t)thread * of->staged_columns * PALATE__LINE_WORDS;
    scatter_rows(of, palate__matrix_cut(from, task, of->count),
                 palate__matrix_cut(from, task + 1, of->count), first, next, staged);
    for (size_t column = 0; column < of->staged_columns; column++)
        if (next[column] > first[column] && next[column] % PALATE__LINE_WORDS > 0)
            write_staged(staged + column * PALATE__LINE_WORDS, first[column], next[column], of->to);
    palate__stream_end();
}

static palate_status allocate_ranges(ranges *of, int threads, palate_error *err)
{
    const size_t places = of->count * of->from->column_count;
    const size_t lines = of->staged_columns * (size_t)threads;
    of->first = palate__allocate_array(of->context, places, sizeof *of->first);
    of->next = palate__allocate_zeroed(of->context, places, sizeof *of->next);
    of->staged = palate__allocate_array(of->context, lines,
                                        PALATE__LINE_WORDS * sizeof *of->staged);
    return of->first != NULL && of->next != NULL && of->staged != NULL
               ? PALATE_OK
               : palate__fail_memory(err, "storing ratings");
}

palate_status palate__matrix_transpose_sorted(palate_context *context, const palate__matrix *matrix,
                                              const int64_t *column_counts, int threads,
                                              palate__matrix *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    ranges of = {.context = context,
                 .from = matrix,
                 .to = out,
                 .count = choose_ranges(matrix, threads),
                 .staged_columns = choose_staged(matrix)};
    PALATE_TRY(palate__matrix_allocate(context, matrix->column_count, matrix->row_count,
                                       palate__matrix_count(matrix), out, err));
    PALATE_TRY(allocate_ranges(&of, threads, err));
    if (of.count == 1 && column_counts != NULL)
        memcpy(of.next, column_counts, matrix->column_count * sizeof *column_counts);
    else
        palate__parallel_for(threads, of.count, count_range, &of);
    place_ranges(&of);
    palate__parallel_for(threads, of.count, scatter_range, &of);
done:
    palate__release(context, of.first);
    palate__release(context, of.next);
    palate__release(context, of.staged);
    if (status != PALATE_OK)
        palate__matrix_free(context, out);
    return status;
}

palate_status palate__matrix_transpose(palate_context *context, const palate__matrix *matrix,
                                       palate__matrix *out, palate_error *err)
{
    return palate__matrix_transpose_sorted(context, matrix, NULL, 1, out, err);
}
