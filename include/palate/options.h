/* SPDX-License-Identifier: Apache-2.0 */
/* Options are plain structs, each described by one table: the table gives defaults, ranges and
 * help, and is what
 * `--help`, the man page, shell completion, and other languages are made from.
 *
 *     palate_train_options options;
 *     palate_train_options_init(&options);
 *     options.factors = 20;
 */
#ifndef PALATE_OPTIONS_H
#define PALATE_OPTIONS_H

#include "palate/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** For options of type REAL_AUTO and COUNT_AUTO: let palate choose. The text form is "auto". */
#define PALATE_AUTO (-1)

/** The C type of the field an option describes. */
typedef enum palate_option_type {
    PALATE_OPTION_BOOL,  /**< bool. As text: "true", "false", "yes", "no", "1", "0", "on", "off". */
    PALATE_OPTION_COUNT, /**< int64_t, a whole number within min..max. */
    PALATE_OPTION_COUNT_AUTO, /**< int64_t within min..max, or PALATE_AUTO. */
    PALATE_OPTION_SEED,       /**< uint64_t, any. */
    PALATE_OPTION_REAL,       /**< double within min..max, finite. */
    PALATE_OPTION_REAL_AUTO,  /**< double within min..max, finite, or PALATE_AUTO. */
    PALATE_OPTION_CHOICE, /**< int (an enum): the place of the word in `choices`, counted from 0. */
    PALATE_OPTION_TEXT, /**< const char *, UTF-8, NULL for none. Borrowed: must outlive the options.
                         */
    PALATE_OPTION_SCALE /**< palate_scale. As text: "1:5". */
} palate_option_type;

/** A rating scale. Unset (to be inferred from the ratings) when low == high. */
typedef struct palate_scale {
    double low;  /**< The worst rating that can be given. */
    double high; /**< The best. */
} palate_scale;

/** One option: a row of a table. */
typedef struct palate_option {
    const char *name;         /**< Long name without dashes, such as "factors". */
    const char *aliases;      /**< Other names the field uses, separated by a space; "" for none. */
    palate_option_type type;  /**< The type of the field. */
    size_t offset;            /**< Where the field lies in the struct, in bytes. */
    const char *default_text; /**< The default, as text; NULL for a TEXT or SCALE that is unset. */
    double min, max;          /**< Range of numbers, both ends included. */
    const char *choices;      /**< The words of a CHOICE, separated by "|"; NULL otherwise. */
    const char *placeholder;  /**< What stands for the value in help, such as "N"; NULL for BOOL. */
    const char *help;         /**< One sentence, without a full stop. */
} palate_option;

/** All options of one struct. */
typedef struct palate_option_table {
    const char *title;            /**< Heading in help, such as "Training options". */
    const palate_option *options; /**< `count` rows, in the order in which help shows them. */
    size_t count;
    size_t struct_bytes; /**< sizeof the struct. */
} palate_option_table;

/** Fill every field of an options struct, `table->struct_bytes` bytes, with its default (callbacks:
 * NULL). */
PALATE_API void palate_options_init(const palate_option_table *table, void *options);

/**
 * Set one field from text, checked against type and range.
 *
 * @param name  The option's name or one of its aliases; '_' and '-' are the same, case does not
 * count.
 * @param text  The value. Borrowed where the type is TEXT.
 * @return PALATE_OK; PALATE_E_INVALID with a message that names the option, the value and what is
 * allowed, and for an unknown name suggests the nearest.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_options_set(const palate_option_table *table,
                                                              void *options, const char *name,
                                                              const char *text, palate_error *err);

/** @return The row for a name or alias (matched as in palate_options_set), or NULL. */
PALATE_API const palate_option *palate_options_find(const palate_option_table *table,
                                                    const char *name);

/** Check every field against its range, as every function that takes the struct does. */
PALATE_API PALATE_MUST_CHECK palate_status palate_options_check(const palate_option_table *table,
                                                                const void *options,
                                                                palate_error *err);

/**
 * Write a field as text, such that palate_options_set() of the text gives the same value.
 * @return The number of bytes the text takes without its zero; at most `size - 1` were written. ""
 * for an unset TEXT or SCALE.
 */
PALATE_API size_t palate_options_format(const palate_option *option, const void *options,
                                        char *text, size_t size);

/**
 * Say what is allowed, such as "a whole number from 1 to 1000" or "one of default, strict, pure".
 * @return The number of bytes that takes without its zero; at most `size - 1` were written.
 */
PALATE_API size_t palate_options_allowed(const palate_option *option, char *text, size_t size);

/* ---- Did you mean ...? ---- */

/**
 * How far a name as typed is from one that exists: the number of letters inserted, deleted,
 * replaced or swapped with their neighbour (Damerau 1964); 1 where it is the beginning of it. '_'
 * and '-' are the same, case does not count.
 * @return SIZE_MAX where the two have too little in common for one to be meant by the other.
 */
PALATE_API size_t palate_text_distance(const char *typed, const char *name);

/** @return The option whose name or alias is nearest to the one typed, `*distance` from it
 * (palate_text_distance()), or NULL where none is near. */
PALATE_API const palate_option *palate_options_nearest(const palate_option_table *table,
                                                       const char *name, size_t *distance);

#ifdef __cplusplus
}
#endif

#endif
