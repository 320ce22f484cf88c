/* SPDX-License-Identifier: Apache-2.0 */
/* Whole columns at a time: ratings out of data frames and arrays, ids to rows, and back. For
 * programs that hold their data in columns of numbers and texts, and for other languages: nothing is
 * copied that need not be.
 */
#ifndef PALATE_COLUMNS_H
#define PALATE_COLUMNS_H

#include "palate/model.h"
#include "palate/ratings.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a column holds. Texts are UTF-8. */
typedef enum palate_column_type {
    PALATE_COLUMN_NONE, /**< The column is not there. */
    PALATE_COLUMN_INT8,
    PALATE_COLUMN_INT16,
    PALATE_COLUMN_INT32,
    PALATE_COLUMN_INT64,
    PALATE_COLUMN_UINT8,
    PALATE_COLUMN_UINT16,
    PALATE_COLUMN_UINT32,
    PALATE_COLUMN_UINT64,
    PALATE_COLUMN_FLOAT32,
    PALATE_COLUMN_FLOAT64,
    PALATE_COLUMN_TEXT,   /**< `const char *`, zero-terminated; NULL: missing. */
    PALATE_COLUMN_TEXT32, /**< One after the other, between int32_t offsets: Arrow's utf8. */
    PALATE_COLUMN_TEXT64, /**< The same, between int64_t offsets: Arrow's large_utf8. */
    /** Views of 16 bytes, those of more than 12 bytes with the text in `buffers`: Arrow's utf8_view. */
    PALATE_COLUMN_TEXT_VIEW
} palate_column_type;

/**
 * A column of `count` entries. Everything is borrowed.
 *
 * Whole numbers as ids stand for their decimal text: 7 is the id "7". A column with `words` holds
 * whole numbers that are places in that column, counted from 0; less than 0: missing.
 */
typedef struct palate_column {
    size_t count;
    int type; /**< palate_column_type. */
    const void
        *values; /**< Numbers, pointers or views; of TEXT32 and TEXT64 the bytes. Any alignment. */
    int64_t
        stride; /**< Bytes from a number, pointer or view to the next; 0: they lie side by side. */
    const void *
        offsets; /**< TEXT32 and TEXT64: count + 1; text e lies from offsets[e] to offsets[e + 1]. */
    size_t bytes;               /**< TEXT32 and TEXT64: that may be read of `values`. */
    const void *const *buffers; /**< TEXT_VIEW: the texts that do not fit their views. */
    size_t buffer_count;
    const uint8_t
        *valid; /**< NULL: nothing is missing; else bits, least significant first, 1: is there. */
    size_t valid_first; /**< The bit of entry 0. */
    const struct palate_column
        *words; /**< NULL, or what the numbers are places in: a dictionary. */
} palate_column;

/** A part of a table of ratings. The columns have equally many entries. */
typedef struct palate_rating_columns {
    palate_column users;   /**< Whole numbers or texts. */
    palate_column items;   /**< The same. */
    palate_column ratings; /**< Numbers. */
    palate_column
        times; /**< Whole numbers, PALATE_NO_TIME or missing where there is none; or no column. */
} palate_rating_columns;

/**
 * Make ratings from columns (copied).
 *
 * @param parts    Taken one after the other. Borrowed.
 * @param name     What messages call the table; NULL: "arrays".
 * @param options  Of them scale, duplicates, lenient and keep_order play a part. NULL: all defaults.
 * @param[out] out Released with palate_ratings_free(). NULL on every failure.
 * @return PALATE_OK, PALATE_E_INVALID (a column of the wrong type or length, or an option),
 * PALATE_E_FORMAT (an entry: err->line is its place over all parts, counted from 1, err->column 1 for
 * users, 2 items, 3 ratings, 4 times), PALATE_E_NOMEM.
 * @cost   One pass; memory as palate_ratings_read().
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_ratings_from_columns(
    palate_context *context, const palate_rating_columns *parts, size_t part_count,
    const char *name, const palate_read_options *options, palate_ratings **out, palate_error *err);

/**
 * A sparse matrix by rows (CSR), users x items: entry e of row r, begins[r] <= e < begins[r + 1]. A cell that no entry
 * fills is no rating. Everything is borrowed.
 */
typedef struct palate_csr {
    size_t column_count;
    palate_column begins;  /**< Whole numbers that do not fall, one more than there are rows. */
    palate_column columns; /**< Whole numbers below column_count, in any order within a row. */
    palate_column ratings; /**< Numbers, as many as columns. */
} palate_csr;

/**
 * Make ratings of a sparse matrix (copied): as palate_ratings_from_columns() makes them of the numbers of rows and
 * columns, which are the ids, in a fraction of the time. Rows and columns without a rating are left out.
 *
 * @param name     What messages call the matrix; NULL: "matrix".
 * @param options  As of palate_ratings_from_columns().
 * @param[out] out Released with palate_ratings_free(). NULL on every failure. Of its ids, first appearance is the order of
 *                 rows and of columns, unless a rating is wrong (lenient) or there twice, or keep_order is given: that
 *                 of entries.
 * @return PALATE_OK, PALATE_E_INVALID (a column of the wrong type or length, begins that fall, a column that is not
 * there, or an option), PALATE_E_FORMAT (an entry: as of palate_ratings_from_columns()), PALATE_E_UNSUPPORTED (2^31 rows
 * or columns, or more), PALATE_E_NOMEM.
 * @cost   O(entries + rows + columns) time; 24 bytes an entry.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_ratings_from_csr(
    palate_context *context, const palate_csr *matrix, const char *name,
    const palate_read_options *options, palate_ratings **out, palate_error *err);

/**
 * Which columns of a table are users, items, ratings and times: as palate_ratings_read() chooses by the
 * first line of a file.
 *
 * @param names    What the columns are called, zero-terminated. Only the first 64 are looked at.
 * @param options  Of them the names of columns, and header, play a part. NULL: all defaults.
 * @param[out] places  Of the four columns, in this order, counted from 0; -1: there are no times.
 * @return PALATE_OK, PALATE_E_INVALID (a column that an option names is not there) or PALATE_E_FORMAT
 * (no telling which is which).
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_choose_columns(const char *const *names,
                                                                 size_t count,
                                                                 const palate_read_options *options,
                                                                 int places[4], palate_error *err);

/**
 * The rows of many ids.
 * @param ids        Whole numbers or texts.
 * @param[out] rows  ids->count of them; PALATE_NO_ROW for an id that is missing or not there.
 * @return PALATE_OK or PALATE_E_INVALID (not a column of ids).
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_model_find_users(const palate_model *model,
                                                                   const palate_column *ids,
                                                                   uint32_t *rows,
                                                                   palate_error *err);
PALATE_API PALATE_MUST_CHECK palate_status palate_model_find_items(const palate_model *model,
                                                                   const palate_column *ids,
                                                                   uint32_t *rows,
                                                                   palate_error *err);

/** All ids of a side. Valid as long as what it was asked of. */
typedef struct palate_id_list {
    uint32_t count;
    const char *texts;      /**< One after the other, each with its zero. */
    const uint64_t *begins; /**< count + 1: where the id of each row begins in `texts`. */
    const uint32_t *order;  /**< The rows in order of first appearance. */
} palate_id_list;

PALATE_API palate_id_list palate_ratings_user_ids(const palate_ratings *ratings);
PALATE_API palate_id_list palate_ratings_item_ids(const palate_ratings *ratings);
PALATE_API palate_id_list palate_model_user_ids(const palate_model *model);
PALATE_API palate_id_list palate_model_item_ids(const palate_model *model);

/** R as compressed sparse rows: entry e of row r, begins[r] <= e < begins[r + 1]. Valid as long as the
 * ratings. */
typedef struct palate_sparse_rows {
    uint32_t row_count, column_count;
    const int64_t *begins;   /**< row_count + 1 */
    const uint32_t *columns; /**< Strictly increasing within a row. */
    const float *ratings;
    const int64_t *times; /**< By user, where times were read; otherwise NULL. */
} palate_sparse_rows;

PALATE_API palate_sparse_rows palate_ratings_by_user(const palate_ratings *ratings);
PALATE_API palate_sparse_rows palate_ratings_by_item(const palate_ratings *ratings);

#ifdef __cplusplus
}
#endif

#endif
