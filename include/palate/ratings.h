/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings: who rated what. R is m users x n items; a cell that no rating fills is unknown, never
 * zero.
 *
 * Users and items are named by ids (any UTF-8 text) and numbered by rows:
 *
 *     id  "u17" <-> row 0..m-1     row 0 has the most ratings; equal counts are ordered by a hash
 * of the id
 *
 * so neither the rows nor anything computed from them depend on the order of the lines of the file.
 * The order in which ids first appeared is kept beside it, for output that a person reads:
 * palate_ratings_user_at().
 */
#ifndef PALATE_RATINGS_H
#define PALATE_RATINGS_H

#include "palate/context.h"
#include "palate/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The row of an id that is not there. */
#define PALATE_NO_ROW UINT32_MAX

/** A rating without a time. */
#define PALATE_NO_TIME INT64_MIN

/** As the length of a text: it ends at its zero byte. */
#define PALATE_TEXT SIZE_MAX

typedef enum palate_duplicates {
    PALATE_DUPLICATES_LAST, /**< The latest by time; where times are missing or equal, the last
                               line. */
    PALATE_DUPLICATES_MEAN, /**< Their arithmetic mean (and the latest time). */
    PALATE_DUPLICATES_ERROR /**< Reading fails. */
} palate_duplicates;

typedef enum palate_header {
    PALATE_HEADER_AUTO,
    PALATE_HEADER_YES,
    PALATE_HEADER_NO
} palate_header;

/** How to read ratings. Fill with palate_read_options_init(). */
typedef struct palate_read_options {
    const char *format;    /**< A name of palate_read_format_names(), or "auto": found by looking at
                              the content. */
    const char *separator; /**< One character, "\\t", "::" or "space"; NULL: found. */
    int header;            /**< palate_header: does the first line name the columns? */
    const char *user_column;   /**< Name (any case) or 1-based number of the column; NULL: found. */
    const char *item_column;   /**< The same. */
    const char *rating_column; /**< The same. */
    const char *time_column;   /**< The same; "none" leaves times out. */
    palate_scale scale; /**< Ratings outside are errors. Unset: the range of the ratings read. */
    int duplicates; /**< palate_duplicates: what becomes of several ratings of one item by one user.
                     */
    bool lenient;   /**< Skip and count lines that are wrong, rather than fail at the first. */
    bool keep_order; /**< Remember the order of lines (8 more bytes a rating); see
                        palate_train_options. */
    int64_t threads; /**< 0: as many as the machine gives. The result does not depend on it. */
} palate_read_options;

PALATE_API const palate_option_table *palate_read_options_table(void);
PALATE_API void palate_read_options_init(palate_read_options *options);

/** One thing wrong with a line. Strings are valid during the callback only. */
typedef struct palate_problem {
    const char *file;
    int64_t line;        /**< 1-based, or 0 where the format has no lines. */
    int64_t column;      /**< 1-based field, or 0. */
    const char *message; /**< The same text the error would have. */
} palate_problem;

typedef void (*palate_problem_callback)(const palate_problem *problem, void *user);

/** What reading came to. */
typedef struct palate_read_report {
    char format[32];         /**< Name of the format read, such as "csv". */
    char compression[16];    /**< "none", "gzip" or "zstd". */
    char columns[256];       /**< What was taken for what, such as "user=userId item=movieId
                                rating=rating". */
    int64_t line_count;      /**< Lines (or database rows) seen, header and blank ones included. */
    int64_t rating_count;    /**< Ratings kept, duplicates resolved. */
    int64_t duplicate_count; /**< Ratings that fell to the duplicates policy. */
    int64_t skipped_count;   /**< Wrong lines left out (lenient reading and checking only). */
    uint32_t user_count, item_count;
    double min, max, mean; /**< Of the ratings kept. */
    palate_scale scale;    /**< Declared, or inferred. */
    bool scale_inferred;
    bool has_times;
    uint64_t bytes; /**< Size of the text after decompression. */
    double seconds; /**< Wall time of reading. */
} palate_read_report;

typedef struct palate_ratings palate_ratings;

/**
 * Read ratings from a file, "-" (standard input) or a database ("sqlite:file.db?SELECT user, item,
 * rating FROM ...").
 *
 * gzip and zstd are recognised by their first bytes. Formats: palate_read_format_names(),
 * docs/formats/ratings.md.
 *
 * @param context  NULL, or a context that outlives `*out`.
 * @param options  NULL means all defaults.
 * @param[out] out Released with palate_ratings_free(). NULL on every failure.
 * @return PALATE_OK, PALATE_E_INVALID (option), PALATE_E_IO, PALATE_E_FORMAT (err has line, column
 * and value), PALATE_E_NOMEM, PALATE_E_UNSUPPORTED.
 * @determinism The same for any number of threads: ids, rows, errors, every bit.
 * @cost   Linear in the text; where lines are sorted by user 16 bytes a rating while reading (32 with times), up to 4 more
 * where they are not; 16 kept (24).
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_ratings_read(palate_context *context,
                                                               const char *path,
                                                               const palate_read_options *options,
                                                               palate_ratings **out,
                                                               palate_error *err);

/**
 * Read like palate_ratings_read(), but report every problem instead of failing at the first.
 * @param on_problem  NULL, or called for each problem in the order of lines.
 * @return PALATE_OK also when lines are wrong: see report->skipped_count. An error only when
 * nothing can be read at all.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_ratings_check(
    palate_context *context, const char *path, const palate_read_options *options,
    palate_problem_callback on_problem, void *user, palate_read_report *report, palate_error *err);

/** Ratings held in arrays, for palate_ratings_from_arrays(). All have `count` entries; ids are
 * zero-terminated UTF-8. */
typedef struct palate_rating_arrays {
    size_t count;
    const char *const *users;
    const char *const *items;
    const float *ratings;
    const int64_t *times; /**< Seconds since 1970, or NULL. */
} palate_rating_arrays;

/** Make ratings from arrays (copied). Options: scale, duplicates, lenient, keep_order; errors name
 * the entry as line. */
PALATE_API PALATE_MUST_CHECK palate_status palate_ratings_from_arrays(
    palate_context *context, const palate_rating_arrays *arrays, const palate_read_options *options,
    palate_ratings **out, palate_error *err);

/**
 * Save ratings in the form in which they are used: both orders, ids and times, checksummed
 * (docs/formats/saved.md). Every call that reads ratings takes such a file; palate_ratings_read()
 * checks it whole, by several threads, and uses it where it is mapped: nothing is parsed, and it may be
 * larger than the memory.
 *
 * @param path  Written whole or not at all; "-" is standard output.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_IO.
 * @determinism Equal ratings give equal bytes.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_ratings_save(const palate_ratings *ratings,
                                                               const char *path, palate_error *err);

/** Release ratings. NULL is allowed. */
PALATE_API void palate_ratings_free(palate_ratings *ratings);

/** @return The report of reading; valid as long as `ratings`. */
PALATE_API const palate_read_report *palate_ratings_report(const palate_ratings *ratings);

PALATE_API uint32_t palate_ratings_user_count(const palate_ratings *ratings);
PALATE_API uint32_t palate_ratings_item_count(const palate_ratings *ratings);
PALATE_API int64_t palate_ratings_count(const palate_ratings *ratings);

/** @return The id of a row, zero-terminated and valid as long as `ratings`; NULL for a row that is
 * none. */
PALATE_API const char *palate_ratings_user_id(const palate_ratings *ratings, uint32_t row);
PALATE_API const char *palate_ratings_item_id(const palate_ratings *ratings, uint32_t row);

/** @return The row of the place-th id in order of first appearance, or PALATE_NO_ROW. */
PALATE_API uint32_t palate_ratings_user_at(const palate_ratings *ratings, uint32_t place);
PALATE_API uint32_t palate_ratings_item_at(const palate_ratings *ratings, uint32_t place);

/** @return The row of an id of `bytes` bytes (PALATE_TEXT: zero-terminated), or PALATE_NO_ROW. Cost
 * O(bytes). */
PALATE_API uint32_t palate_ratings_find_user(const palate_ratings *ratings, const char *id,
                                             size_t bytes);
PALATE_API uint32_t palate_ratings_find_item(const palate_ratings *ratings, const char *id,
                                             size_t bytes);

/** The ratings of one row, sorted by the other side's row. Borrowed from the ratings. */
typedef struct palate_rated {
    int64_t count;
    const uint32_t *rows; /**< Item rows for a user, user rows for an item. */
    const float *ratings; /**< On the original scale. */
    const int64_t *times; /**< For a user, where times were read; otherwise NULL. */
} palate_rated;

PALATE_API palate_rated palate_ratings_of_user(const palate_ratings *ratings, uint32_t row);
PALATE_API palate_rated palate_ratings_of_item(const palate_ratings *ratings, uint32_t row);

/** @return Names of the formats that can be read, NULL-terminated, with their one-line descriptions
 * in `*help`. */
PALATE_API const char *const *palate_read_format_names(const char *const **help);

/* ---- Pairs: what to predict ---- */

/** A (user, item) of a file of pairs. The ids are not zero-terminated and valid during the callback
 * only. */
typedef struct palate_pair {
    const char *user, *item;
    size_t user_bytes, item_bytes;
    double rating; /**< NaN where the file has no rating column or the field is empty. */
    int64_t time;  /**< Or PALATE_NO_TIME. */
    int64_t line;  /**< 1-based. */
} palate_pair;

/** Receives pairs in the order of lines. @return false to stop reading. */
typedef bool (*palate_pair_callback)(const palate_pair *pair, void *user);

/**
 * Read (user, item) pairs, one after the other, from any source palate_ratings_read() takes; the
 * rating column may be missing, and nothing is kept: duplicates come twice. Of the options, scale,
 * duplicates and keep_order play no part.
 *
 * @param[out] report  NULL, or what was read (its user_count, item_count, min, max and mean are 0).
 * @return As palate_ratings_read(); PALATE_E_STOPPED when the callback asked to stop.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_pairs_read(
    palate_context *context, const char *path, const palate_read_options *options,
    palate_pair_callback on_pair, void *user, palate_read_report *report, palate_error *err);

/* ---- Item and user tables: titles and other columns ---- */

/** The column of a name that is not there. */
#define PALATE_NO_COLUMN SIZE_MAX

typedef struct palate_catalogue palate_catalogue;

/**
 * Read a table of items (or users): movies.csv, movies.dat, u.item, or any delimited table whose
 * first column is the id. With a header the column "title" or "name" is the title, else the second
 * column. Text that is not UTF-8 is read as Latin-1. Of each row the title is kept, nothing else.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_catalogue_read(palate_context *context,
                                                                 const char *path,
                                                                 palate_catalogue **out,
                                                                 palate_error *err);
/**
 * The same, with all columns: for palate_features_create(). Names are those of the header; tables of
 * MovieLens 100K, 1M and 10M, which have none, are known by their looks; in others columns are
 * "2", "3" and so on, the id being the first. u.item's flags become one column "genres", occupations
 * that are numbers their names. Where no column is called "year" and titles say it, "Toy Story
 * (1995)", there is one all the same.
 * @cost 8 bytes a row and the bytes of the text.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_catalogue_read_columns(palate_context *context,
                                                                         const char *path,
                                                                         palate_catalogue **out,
                                                                         palate_error *err);
PALATE_API void palate_catalogue_free(palate_catalogue *catalogue);
/** @return The title of an id, or NULL if the table has none for it. Valid as long as the
 * catalogue. */
PALATE_API const char *palate_catalogue_title(const palate_catalogue *catalogue, const char *id);
/** @return Number of rows of the table. */
PALATE_API size_t palate_catalogue_count(const palate_catalogue *catalogue);
/** @return The id of a row, in the order of the table; NULL for a row that is none. */
PALATE_API const char *palate_catalogue_id(const palate_catalogue *catalogue, size_t row);
/** @return Number of columns beside the id; 0 where only titles were read. */
PALATE_API size_t palate_catalogue_column_count(const palate_catalogue *catalogue);
/** @return The name of a column, 0 being the one after the id; NULL for a column that is none. */
PALATE_API const char *palate_catalogue_column_name(const palate_catalogue *catalogue,
                                                    size_t column);
/** @return The column of a name ('_' and '-' are the same, case does not count) or of a number, as
 * columns are counted from 1, the id included; or PALATE_NO_COLUMN. */
PALATE_API size_t palate_catalogue_find_column(const palate_catalogue *catalogue, const char *name);
/** @return What stands in a column for an id; NULL where that is nothing. Valid as long as the
 * catalogue. */
PALATE_API const char *palate_catalogue_value(const palate_catalogue *catalogue, const char *id,
                                              size_t column);

/* ---- Features: what a table says of users or items, for training ---- */

typedef enum palate_side { PALATE_USERS, PALATE_ITEMS } palate_side;

/** Features of users or items: who has which, as "genres: Drama" or "year: 1990 to 1994". */
typedef struct palate_features palate_features;

/**
 * Make features of some columns of a table.
 *
 * A cell may name several, separated by "|"; an empty one and "(no genres listed)" name none. A
 * column with nothing but numbers in it, more than ten different ones, is cut into ten ranges (or
 * less) of about equally many rows.
 *
 * The features go with any ratings: rows are found by their ids. Ids without a row have none.
 *
 * @param table   Read by palate_catalogue_read_columns(). Not needed afterwards.
 * @param columns Names (or numbers) separated by commas: "genres,year". "year:category" makes each
 *                number a feature of its own.
 * @param[out] out Released with palate_features_free(). NULL on every failure.
 * @return PALATE_OK, PALATE_E_INVALID (no such column: the message has those there are; or nothing in
 *         them), PALATE_E_NOMEM.
 * @determinism Features are numbered by column, then by name: the order of rows plays no part.
 * @cost  O(c log c) time for c cells, 8 bytes for each feature of a row.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_features_create(const palate_catalogue *table,
                                                                  const char *columns,
                                                                  palate_features **out,
                                                                  palate_error *err);
PALATE_API void palate_features_free(palate_features *features);

/** @return Number of features. */
PALATE_API uint32_t palate_features_count(const palate_features *features);
/** @return The name of a feature; NULL for one that is none. Valid as long as the features. */
PALATE_API const char *palate_features_name(const palate_features *features, uint32_t feature);

/** How features and ratings go together. */
typedef struct palate_features_match {
    uint32_t row_count;     /**< Rows of the table. */
    uint32_t matched_count; /**< Of them, those whose id the ratings have. */
    uint32_t missing_count; /**< Ids of the ratings that the table does not have. */
} palate_features_match;

/**
 * Count the ids that a table and ratings have in common.
 * @return PALATE_OK; PALATE_E_INVALID when they have none: the message shows ids of both.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_features_compare(const palate_features *features,
                                                                   const palate_ratings *ratings,
                                                                   palate_side side,
                                                                   palate_features_match *out,
                                                                   palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
