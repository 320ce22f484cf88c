/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/matrix.h"

#include "base/compiler.h"
#include "base/stream.h"
#include "base/threads.h"

#include <stdatomic.h>
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

palate_status palate__matrix_allocate_in(palate_context *context, void *memory, size_t bytes,
                                         uint32_t row_count, uint32_t column_count,
                                         int64_t entry_count, palate__matrix *out,
                                         palate_error *err)
{
    const size_t count = (size_t)entry_count;
    const size_t lines = (count + PALATE__LINE_WORDS - 1) / PALATE__LINE_WORDS;
    const size_t offset = lines * PALATE__LINE_WORDS * sizeof *out->columns + PALATE__ALIGNMENT;
    if (memory == NULL || bytes < offset + count * sizeof *out->values) {
        palate__release(context, memory);
        return palate__matrix_allocate(context, row_count, column_count, entry_count, out, err);
    }
    *out = (palate__matrix){
        .row_count = row_count,
        .column_count = column_count,
        .begins = palate__allocate_zeroed(context, (size_t)row_count + 1, sizeof *out->begins),
        .columns = memory,
        .values = palate__divide(memory, offset),
    };
    palate__give_back(out->values + count, bytes - offset - count * sizeof *out->values);
    if (out->begins != NULL)
        return PALATE_OK;
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

/* Columns, the longest first as rows are numbered, whose entries wait until they fill a line of the cache: what they
 * wait in fits the second-level cache. */
enum { STAGED_MAX = 1 << 14 };

/* Rows of a pair are taken in so many blocks. */
enum { BLOCKS = 64 };

/* Ranges of rows, in pairs. Of each column the first range of a pair writes forward from where the pair begins in it, the
 * second, which takes rows from the other end, backward from where it ends: they meet at whatever row. So only pairs must
 * be counted, and an only one not at all. */
typedef struct ranges {
    palate_context *context;
    const palate__matrix *from;
    palate__matrix *to;
    size_t pair_count;
    size_t count;          /* Even, or 1. */
    atomic_size_t *taken;  /* Blocks of each pair. */
    int64_t *start, *next; /* Of each range in every column: where it starts, and how far it is. */
    size_t staged_columns;
    palate__pair *staged; /* LINE_WORDS for each of these; for each thread. */
} ranges;

/* A range a thread, but `start` and `next` are a byte a rating at most. */
static size_t choose_pairs(const palate__matrix *from, int threads)
{
    const size_t wanted = ((size_t)threads + 1) / 2;
    const size_t most = (size_t)palate__matrix_count(from) / (4 * sizeof(int64_t)) /
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

/* Of a pair, for its first range. */
static void count_pair(size_t task, int thread, void *argument)
{
    (void)thread;
    const ranges *of = argument;
    const palate__matrix *from = of->from;
    const int64_t begin = from->begins[palate__matrix_cut(from, task, of->pair_count)];
    const int64_t end = from->begins[palate__matrix_cut(from, task + 1, of->pair_count)];
    int64_t *counts = of->next + 2 * task * from->column_count;
    for (int64_t e = begin; e < end; e++)
        counts[from->columns[e]]++;
}

/* From what the pairs have in each column to where their ranges start. The second of a pair has not been counted, and
 * starts where the next pair does. */
static void place_ranges(const ranges *of)
{
    const size_t columns = of->from->column_count;
    int64_t sum = 0;
    for (size_t column = 0; column < columns; column++) {
        of->to->begins[column] = sum;
        for (size_t range = 0; range < of->count; range++) {
            const size_t place = range * columns + column;
            const int64_t here = of->next[place];
            of->start[place] = of->next[place] = sum;
            sum += here;
        }
    }
    of->to->begins[columns] = sum;
}
/* The places within one line that a range of a column has come to last: begin <= place < end. */
typedef struct waiting {
    int64_t begin, end;
} waiting;

PALATE__ALWAYS_INLINE waiting last_line(int64_t start, int64_t next, bool backward)
{
    const int64_t last = backward ? next : next - 1;
    const int64_t line = last - (int64_t)((size_t)last % PALATE__LINE_WORDS);
    const int64_t end = line + PALATE__LINE_WORDS;
    return backward ? (waiting){next, start < end ? start : end}
                    : (waiting){start > line ? start : line, next};
}

/* The lines where ranges meet belong to both of them. */
static void write_staged(const palate__pair *staged, waiting of, const palate__matrix *to)
{
    if (of.end - of.begin == PALATE__LINE_WORDS) {
        palate__stream_pairs(staged, to->columns + of.begin, to->values + of.begin);
        return;
    }
    for (int64_t e = of.begin; e < of.end; e++) {
        to->columns[e] = staged[e % PALATE__LINE_WORDS].number;
        to->values[e] = staged[e % PALATE__LINE_WORDS].value;
    }
}

/* In the order of rows, or against it, so that those of the transpose come out sorted. For an entry that does not wait the
 * place where it will go is asked for from memory while those AHEAD of it are written. */
PALATE__ALWAYS_INLINE void scatter_rows(const ranges *of, size_t range, size_t block,
                                        palate__pair *PALATE__RESTRICT staged, bool backward)
{
    enum { AHEAD = 16 };
    const palate__matrix from = *of->from;
    const palate__matrix to = *of->to;
    const size_t staged_columns = of->staged_columns;
    const int64_t *start = of->start + range * from.column_count;
    int64_t *PALATE__RESTRICT next = of->next + range * from.column_count;
    const int64_t last = palate__matrix_count(&from) - 1;
    const size_t full = backward ? 0 : PALATE__LINE_WORDS - 1;
    const uint32_t begin = palate__matrix_cut(&from, block, of->pair_count * BLOCKS);
    const uint32_t end = palate__matrix_cut(&from, block + 1, of->pair_count * BLOCKS);
    for (uint32_t r = begin; r < end; r++) {
        const uint32_t row = backward ? end - 1 - (r - begin) : r;
        for (int64_t e = from.begins[row]; e < from.begins[row + 1]; e++) {
            const uint32_t column = from.columns[e];
            const int64_t place = backward ? --next[column] : next[column]++;
            if (PALATE__LIKELY(column < staged_columns)) {
                palate__pair *line = staged + (size_t)column * PALATE__LINE_WORDS;
                const size_t at = (size_t)place % PALATE__LINE_WORDS;
                line[at] = (palate__pair){row, from.values[e]};
                if (PALATE__UNLIKELY(at == full))
                    write_staged(line, last_line(start[column], next[column], backward), &to);
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

static void write_rest(const ranges *of, size_t range, const palate__pair *staged)
{
    const int64_t *start = of->start + range * of->from->column_count;
    const int64_t *next = of->next + range * of->from->column_count;
    for (size_t column = 0; column < of->staged_columns; column++)
        if (next[column] != start[column] && next[column] % PALATE__LINE_WORDS > 0)
            write_staged(staged + column * PALATE__LINE_WORDS,
                         last_line(start[column], next[column], range % 2 > 0), of->to);
}

static void scatter_range(size_t task, int thread, void *argument)
{
    const ranges *of = argument;
    const size_t pair = task / 2;
    palate__pair *staged = of->staged + (size_t)thread * of->staged_columns * PALATE__LINE_WORDS;
    for (size_t done = 0; atomic_fetch_add(&of->taken[pair], 1) < BLOCKS; done++) {
        if (task % 2 == 0)
            scatter_rows(of, task, pair * BLOCKS + done, staged, false);
        else
            scatter_rows(of, task, (pair + 1) * BLOCKS - 1 - done, staged, true);
    }
    write_rest(of, task, staged);
    palate__stream_end();
}

static palate_status allocate_ranges(ranges *of, int threads, palate_error *err)
{
    const size_t places = of->count * of->from->column_count;
    const size_t lines = of->staged_columns * (size_t)threads;
    of->taken = palate__allocate_zeroed(of->context, of->pair_count, sizeof *of->taken);
    of->start = palate__allocate_array(of->context, places, sizeof *of->start);
    of->next = palate__allocate_zeroed(of->context, places, sizeof *of->next);
    of->staged = palate__allocate_array(of->context, lines,
                                        PALATE__LINE_WORDS * sizeof *of->staged);
    return of->taken != NULL && of->start != NULL && of->next != NULL && of->staged != NULL
               ? PALATE_OK
               : palate__fail_memory(err, "storing ratings");
}

palate_status palate__matrix_transpose_into(palate_context *context, const palate__matrix *matrix,
                                            const int64_t *column_counts, int threads,
                                            palate__matrix *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    ranges of = {.context = context,
                 .from = matrix,
                 .to = out,
                 .pair_count = choose_pairs(matrix, threads),
                 .staged_columns = choose_staged(matrix)};
    of.count = threads > 1 ? 2 * of.pair_count : 1;
    PALATE_TRY(allocate_ranges(&of, threads, err));
    if (of.pair_count == 1 && column_counts != NULL)
        memcpy(of.next, column_counts, matrix->column_count * sizeof *column_counts);
    else
        palate__parallel_for(threads, of.pair_count, count_pair, &of);
    place_ranges(&of);
    palate__parallel_for(threads, of.count, scatter_range, &of);
done:
    palate__release(context, of.taken);
    palate__release(context, of.start);
    palate__release(context, of.next);
    palate__release(context, of.staged);
    return status;
}

palate_status palate__matrix_transpose_sorted(palate_context *context, const palate__matrix *matrix,
                                              const int64_t *column_counts, int threads,
                                              palate__matrix *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(palate__matrix_allocate(context, matrix->column_count, matrix->row_count,
                                       palate__matrix_count(matrix), out, err));
    PALATE_TRY(palate__matrix_transpose_into(context, matrix, column_counts, threads, out, err));
done:
    if (status != PALATE_OK)
        palate__matrix_free(context, out);
    return status;
}

palate_status palate__matrix_transpose(palate_context *context, const palate__matrix *matrix,
                                       palate__matrix *out, palate_error *err)
{
    return palate__matrix_transpose_sorted(context, matrix, NULL, 1, out, err);
}
