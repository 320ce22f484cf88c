/* SPDX-License-Identifier: Apache-2.0 */
/* The ratings in memory: one sparse matrix held twice.
 *
 *     by_user   row i: the items user i rated, sorted by item row          8 bytes a rating
 *     by_item   row j: the users who rated item j, sorted by user row      8 bytes a rating
 */
#ifndef PALATE_RATINGS_MATRIX_H
#define PALATE_RATINGS_MATRIX_H

#include "ratings/ids.h"

/* Compressed sparse rows. Entry e of row r: begins[r] <= e < begins[r + 1]. */
typedef struct palate__matrix {
    uint32_t row_count;
    uint32_t column_count;
    int64_t *begins;   /* row_count + 1 */
    uint32_t *columns; /* Strictly increasing within a row. */
    float *values;     /* Ratings on the original scale, finite. */
} palate__matrix;

typedef struct palate__source palate__source;

struct palate_ratings {
    palate_context *context;
    palate__source *source; /* The file that all arrays lie in; NULL: they are their own. */
    palate__ids users;
    palate__ids items;
    palate__matrix by_user;
    palate__matrix by_item;
    int64_t *times;    /* Aligned with by_user, or NULL: no times. Each may be PALATE_NO_TIME. */
    int64_t *sequence; /* Aligned with by_user, or NULL: the place of the rating in the input
                          (option keep_order). */
    palate_read_report report;
    uint64_t fingerprint; /* Of ids and ratings; does not depend on the order of lines. */
};

/* The fingerprint, of the XXH3-64 of: ids of users, of items, by_user.begins, columns, values. */
enum { PALATE__FINGERPRINT_PARTS = 5 };
uint64_t palate__fingerprint(const uint64_t parts[PALATE__FINGERPRINT_PARTS]);

/* Entries of a matrix. */
static inline int64_t palate__matrix_count(const palate__matrix *matrix)
{
    return matrix->begins[matrix->row_count];
}

/* Entries of the longest row. */
size_t palate__matrix_longest(const palate__matrix *matrix);

/* Room for `entry_count` entries; begins are 0, the rest is not set. */
palate_status palate__matrix_allocate(palate_context *context, uint32_t row_count,
                                      uint32_t column_count, int64_t entry_count,
                                      palate__matrix *out, palate_error *err);

/* The same in `memory` of so many bytes, which it takes over, where that is enough. */
palate_status palate__matrix_allocate_in(palate_context *context, void *memory, size_t bytes,
                                         uint32_t row_count, uint32_t column_count,
                                         int64_t entry_count, palate__matrix *out,
                                         palate_error *err);

/* From the number of entries of each row, in begins, to where it begins. */
void palate__matrix_place_rows(palate__matrix *matrix);

/* Rows cut into `parts` of about as many entries: the row with which `part` (0..parts) begins. */
uint32_t palate__matrix_cut(const palate__matrix *matrix, size_t part, size_t parts);

/* The transpose, its rows sorted: a counting sort, O(entries + rows + columns). `out` is allocated.
 */
palate_status palate__matrix_transpose(palate_context *context, const palate__matrix *matrix,
                                       palate__matrix *out, palate_error *err);

/* The same by several threads. `column_counts`: entries of each column, or NULL. No row has a column twice. */
palate_status palate__matrix_transpose_sorted(palate_context *context, const palate__matrix *matrix,
                                              const int64_t *column_counts, int threads,
                                              palate__matrix *out, palate_error *err);

/* The same into `out`, which has been allocated. */
palate_status palate__matrix_transpose_into(palate_context *context, const palate__matrix *matrix,
                                            const int64_t *column_counts, int threads,
                                            palate__matrix *out, palate_error *err);

void palate__matrix_free(palate_context *context, palate__matrix *matrix);

#endif
