/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/matrix.h"

#include "base/compiler.h"
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

/* Ranges of rows, each with the place of its next entry in every column. */
typedef struct ranges {
    const palate__matrix *from;
    palate__matrix *to;
    size_t count;
    int64_t *next; /* count times column_count */
} ranges;

/* No more than make `next` a byte a rating. */
static size_t choose_ranges(const palate__matrix *from, int threads)
{
    const size_t wanted = threads > 1 ? (size_t)threads * RANGES_PER_THREAD : 1;
    const size_t most = (size_t)palate__matrix_count(from) / sizeof(int64_t) /
                        (1 + (size_t)from->column_count);
    return wanted < most ? wanted : most > 0 ? most : 1;
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
            int64_t *next = of->next + range * columns + column;
            const int64_t here = *next;
            *next = sum;
            sum += here;
        }
    }
    of->to->begins[columns] = sum;
}

/* In the order of rows, so that those of the transpose come out sorted. Where an entry goes is asked for from memory
 * while those AHEAD of it are written. */
static void scatter_range(size_t task, int thread, void *argument)
{
    enum { AHEAD = 16 };
    (void)thread;
    const ranges *of = argument;
    const palate__matrix from = *of->from;
    const palate__matrix to = *of->to;
    const uint32_t end = palate__matrix_cut(&from, task + 1, of->count);
    int64_t *PALATE__RESTRICT next = of->next + task * from.column_count;
    const int64_t last = palate__matrix_count(&from) - 1;
    for (uint32_t row = palate__matrix_cut(&from, task, of->count); row < end; row++) {
        for (int64_t e = from.begins[row]; e < from.begins[row + 1]; e++) {
            const int64_t ahead = next[from.columns[e + AHEAD < last ? e + AHEAD : last]];
            PALATE__PREFETCH_WRITE(&to.columns[ahead]);
            PALATE__PREFETCH_WRITE(&to.values[ahead]);
            const int64_t place = next[from.columns[e]]++;
            to.columns[place] = row;
            to.values[place] = from.values[e];
        }
    }
}

palate_status palate__matrix_transpose_sorted(palate_context *context, const palate__matrix *matrix,
                                              const int64_t *column_counts, int threads,
                                              palate__matrix *out, palate_error *err)
{
    palate_status status = palate__matrix_allocate(context, matrix->column_count, matrix->row_count,
                                                   palate__matrix_count(matrix), out, err);
    if (status != PALATE_OK)
        return status;
    ranges of = {.from = matrix, .to = out, .count = choose_ranges(matrix, threads)};
    of.next = palate__allocate_zeroed(context, of.count * matrix->column_count, sizeof *of.next);
    if (of.next == NULL) {
        palate__matrix_free(context, out);
        return palate__fail_memory(err, "storing ratings");
    }
    if (of.count == 1 && column_counts != NULL)
        memcpy(of.next, column_counts, matrix->column_count * sizeof *column_counts);
    else
        palate__parallel_for(threads, of.count, count_range, &of);
    place_ranges(&of);
    palate__parallel_for(threads, of.count, scatter_range, &of);
    palate__release(context, of.next);
    return PALATE_OK;
}

palate_status palate__matrix_transpose(palate_context *context, const palate__matrix *matrix,
                                       palate__matrix *out, palate_error *err)
{
    return palate__matrix_transpose_sorted(context, matrix, NULL, 1, out, err);
}
