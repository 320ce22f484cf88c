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

enum { SHARES_MAX = 256, SHARES_PER_THREAD = 2 };

/* Ranges of columns, each written by one task. */
typedef struct shares {
    const palate__matrix *from;
    palate__matrix *to;
    size_t count;
    uint32_t begins[SHARES_MAX + 1];
} shares;

static shares cut_shares(const palate__matrix *from, palate__matrix *to, int threads)
{
    const size_t wanted = threads > 1 ? (size_t)threads * SHARES_PER_THREAD : 1;
    shares cut = {.from = from, .to = to, .count = wanted < SHARES_MAX ? wanted : SHARES_MAX};
    for (size_t share = 0; share <= cut.count; share++)
        cut.begins[share] = palate__matrix_cut(to, share, cut.count);
    return cut;
}

/* The first entry of a sorted row whose column is not before `column`. Half of the guesses would be wrong, so none
 * is made: the sum is without a branch. */
static int64_t find_column(const palate__matrix *matrix, uint32_t row, uint32_t column)
{
    int64_t first = matrix->begins[row];
    int64_t left = matrix->begins[row + 1] - first;
    while (left > 0) {
        const int64_t half = (left + 1) / 2;
        first += half * (matrix->columns[first + half - 1] < column);
        left -= half;
    }
    return first;
}

/* Where the entries of a row lie that are in a share. */
static int64_t find_share(const shares *of, uint32_t row, size_t share)
{
    return share == 0           ? of->from->begins[row]
           : share == of->count ? of->from->begins[row + 1]
                                : find_column(of->from, row, of->begins[share]);
}

/* In the order of rows, so that those of the transpose come out sorted. Where an entry goes is asked for from memory
 * while those AHEAD of it are written; columns of other shares, whose places change meanwhile, are left alone. */
static void scatter_share(size_t task, int thread, void *argument)
{
    enum { AHEAD = 16 };
    (void)thread;
    const shares *of = argument;
    const palate__matrix from = *of->from;
    const palate__matrix to = *of->to;
    const uint32_t first = of->begins[task];
    const uint32_t width = of->begins[task + 1] - first;
    int64_t *PALATE__RESTRICT next = to.begins + first;
    const int64_t last = palate__matrix_count(&from) - 1;
    for (uint32_t row = 0; row < from.row_count; row++) {
        const int64_t end = find_share(of, row, task + 1);
        for (int64_t e = find_share(of, row, task); e < end; e++) {
            const uint32_t later = from.columns[e + AHEAD < last ? e + AHEAD : last] - first;
            const int64_t ahead = next[later < width ? later : 0];
            PALATE__PREFETCH_WRITE(&to.columns[ahead]);
            PALATE__PREFETCH_WRITE(&to.values[ahead]);
            const int64_t place = next[from.columns[e] - first]++;
            to.columns[place] = row;
            to.values[place] = from.values[e];
        }
    }
}

static void count_columns(const palate__matrix *matrix, int64_t *counts)
{
    const int64_t entries = palate__matrix_count(matrix);
    for (int64_t e = 0; e < entries; e++)
        counts[matrix->columns[e]]++;
}

palate_status palate__matrix_transpose_sorted(palate_context *context, const palate__matrix *matrix,
                                              const int64_t *column_counts, int threads,
                                              palate__matrix *out, palate_error *err)
{
    palate_status status = palate__matrix_allocate(context, matrix->column_count, matrix->row_count,
                                                   palate__matrix_count(matrix), out, err);
    if (status != PALATE_OK)
        return status;
    if (column_counts == NULL)
        count_columns(matrix, out->begins);
    else
        memcpy(out->begins, column_counts, matrix->column_count * sizeof *column_counts);
    palate__matrix_place_rows(out);
    shares cut = cut_shares(matrix, out, threads);
    palate__parallel_for(threads, cut.count, scatter_share, &cut);
    /* Each row's begin has moved to its end. */
    for (uint32_t row = out->row_count; row > 0; row--)
        out->begins[row] = out->begins[row - 1];
    out->begins[0] = 0;
    return PALATE_OK;
}

palate_status palate__matrix_transpose(palate_context *context, const palate__matrix *matrix,
                                       palate__matrix *out, palate_error *err)
{
    return palate__matrix_transpose_sorted(context, matrix, NULL, 1, out, err);
}
