/* SPDX-License-Identifier: Apache-2.0 */
/* Names for factors, out of what is known of the items: genres, tags, decades, words of titles.
 *
 *     palate_words_create(NULL, &words, &err);
 *     palate_words_add_table(words, movies, NULL, &err);    movies: palate_catalogue_read_columns()
 *     palate_naming_create(model, words, NULL, &naming, &err);
 *     palate_naming_name(naming, 0)                         "Horror, 1980s"
 */
#ifndef PALATE_NAMING_H
#define PALATE_NAMING_H

#include "palate/model.h"
#include "palate/ratings.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Words: which item has which ---- */

/** Words of items, in small letters: each of them a set of items. */
typedef struct palate_words palate_words;

/** @param[out] out  Without any word. Released with palate_words_free(). */
PALATE_API PALATE_MUST_CHECK palate_status palate_words_create(palate_context *context,
                                                               palate_words **out,
                                                               palate_error *err);
PALATE_API void palate_words_free(palate_words *words);

/**
 * Add what a table of items says of each. A cell may name several words, separated by "|"; of the
 * column of titles each word of four letters or more is one; of a column of years, each decade
 * ("1980s"). Other numbers, what begins with a digit, "(no genres listed)", and values of more than
 * 40 bytes are none.
 *
 * @param table    Read by palate_catalogue_read_columns(). Not needed afterwards.
 * @param columns  Names (or numbers) separated by commas, "genres,title"; NULL: all.
 * @return PALATE_OK, PALATE_E_INVALID (no such column), PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_words_add_table(palate_words *words,
                                                                  const palate_catalogue *table,
                                                                  const char *columns,
                                                                  palate_error *err);

/**
 * Add tags that users gave: a file with a row for each, as MovieLens' tags.csv (userId, movieId, tag,
 * timestamp), or of items and tags alone. Columns are found by the header; without one, four are taken
 * for those of MovieLens, two for item and tag. Where it says who gave them, a tag that only one user ever gave, be
 * it to many items ("to see"), says more of the user, and is left out.
 *
 * @return PALATE_OK, PALATE_E_IO, PALATE_E_FORMAT (with file and line), PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_words_add_tags(palate_words *words,
                                                                 const char *path,
                                                                 palate_error *err);

/** @return Number of different words; 0 for NULL. */
PALATE_API uint32_t palate_words_count(const palate_words *words);
/** @return A word; NULL for one that is none. Valid until more are added. */
PALATE_API const char *palate_words_text(const palate_words *words, uint32_t word);

/* ---- Names ---- */

/** How to name. Fill with palate_naming_options_init(). */
typedef struct palate_naming_options {
    int64_t
        depth; /**< How many items of a factor a name is to describe: at most, and at most a tenth of all. */
    int64_t support; /**< Items with fewer ratings play no part. */
    double level;    /**< Of significance, after correction; 0..1. */
} palate_naming_options;

PALATE_API const palate_option_table *palate_naming_options_table(void);
PALATE_API void palate_naming_options_init(palate_naming_options *options);

/** A word of a name. */
typedef struct palate_name_word {
    uint32_t word;      /**< palate_words_text() */
    double p;           /**< Corrected. */
    uint32_t top_count; /**< How many of the factor's items have it, */
    uint32_t
        top_total; /**< of how many: of the second word on, of those that have the ones before. */
    uint32_t item_count; /**< How many of all items have it, */
    uint32_t item_total; /**< of how many. */
} palate_name_word;

/** A name has at most so many words. */
enum { PALATE_NAME_WORDS = 3 };

/** Suggested names of a model's factors. */
typedef struct palate_naming palate_naming;

/**
 * Suggest names. All items of the model that have a word and enough ratings are the catalogue; they are
 * ordered by how much they stand for the factor (palate_model_factor_top()). A word may name the
 * factor where
 *
 *   - it is enriched: its items come earlier in that order than others (rank-sum test, Wilcoxon 1945), or
 *     there are more of them among the first `depth` (hypergeometric test); the smaller p of the two, twice,
 *     corrected over all factors and words (Holm 1979), is at most `level`; and
 *   - it describes what one sees: at least an eighth of the first `depth` have it, and that by chance with
 *     p <= .01 (hypergeometric).
 *
 * Of those, the one with the smallest hypergeometric p is the name's first word. A second, and a third, are
 * found likewise among the items that have the words before, a third of which must have it. Decades are
 * put last.
 * Where factors share a name, each gets its first item behind it ("Drama, as Magnolia"). The best
 * factor-word pairs of random factors are none: the chance of any false first word is at most `level`.
 *
 * @param options  NULL: the defaults.
 * @param[out] out Released with palate_naming_free(). Does not refer to model or words any more.
 * @return PALATE_OK; PALATE_E_INVALID (an option; or no item with words is the model's: the message has ids of
 *         both); PALATE_E_NOMEM.
 * @determinism  The same every time, whatever the order of tables.
 * @cost  O(k (n log n + c)) time for c pairs of an item and a word.
 */
PALATE_API PALATE_MUST_CHECK palate_status
palate_naming_create(const palate_model *model, const palate_words *words,
                     const palate_naming_options *options, palate_naming **out, palate_error *err);
PALATE_API void palate_naming_free(palate_naming *naming);

/** @return The name of a factor; NULL where no word stands out. No two are the same. */
PALATE_API const char *palate_naming_name(const palate_naming *naming, uint32_t factor);
/** @return The words of a name, `*count` of them, as they were found. */
PALATE_API const palate_name_word *palate_naming_words(const palate_naming *naming, uint32_t factor,
                                                       size_t *count);

#ifdef __cplusplus
}
#endif

#endif
