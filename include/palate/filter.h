/* SPDX-License-Identifier: Apache-2.0 */
/* Which items may be recommended, and how many of a kind: rules, each of which tells how many items it took
 * away. */
#ifndef PALATE_FILTER_H
#define PALATE_FILTER_H

#include "palate/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Rules on the items of a model, in the order in which they were made. May be read from any number of threads
 * once made. */
typedef struct palate_filter palate_filter;

/** One rule. */
typedef struct palate_filter_rule {
    const char *text; /**< Such as "where year>=1990". Valid as long as the filter. */
    int64_t
        removed; /**< Items that it took away, of those the rules before left. 0 of a quota: how many that
                         takes depends on the user (palate_passed_over). */
} palate_filter_rule;

/** Make a filter that lets every item of a model pass. The model must outlive it. */
PALATE_API PALATE_MUST_CHECK palate_status palate_filter_create(const palate_model *model,
                                                                palate_filter **out,
                                                                palate_error *err);
/** Release a filter. NULL is allowed. */
PALATE_API void palate_filter_free(palate_filter *filter);

/** Only these item rows. @return PALATE_OK, PALATE_E_INVALID (a row that is not there), PALATE_E_NOMEM. */
PALATE_API PALATE_MUST_CHECK palate_status palate_filter_allow(palate_filter *filter,
                                                               const uint32_t *rows, size_t count,
                                                               palate_error *err);
/** None of these item rows. */
PALATE_API PALATE_MUST_CHECK palate_status palate_filter_deny(palate_filter *filter,
                                                              const uint32_t *rows, size_t count,
                                                              palate_error *err);

/** Which items a condition keeps. */
typedef enum palate_filter_keep {
    PALATE_FILTER_WHERE,  /**< Those that satisfy it. */
    PALATE_FILTER_WITHOUT /**< The others. */
} palate_filter_keep;

/**
 * Only items that satisfy a condition on a table, or only the others.
 *
 *     genres=Horror|Thriller    a value of the cell is one of these ("Action|Horror" has two values); != none is
 *     title~"star wars"         the cell contains one of these; !~ it does not
 *     year>=1990                also <, <=, >
 *
 * Case (of ASCII) does not count. Two numbers are compared as such, else bytes, as dates like 2020-01-31 are in
 * order. Double quotes enclose what holds "|", operators or spaces at its ends; a quote within is written twice. An
 * item without a row, or whose cell is empty, satisfies != and !~ alone.
 *
 * @param table Read by palate_catalogue_read_columns(). Not needed afterwards.
 * @return PALATE_OK, PALATE_E_INVALID (a condition that is none: err->column says where, the message what is
 * wrong; a column that is not there), PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_filter_where(palate_filter *filter,
                                                               const palate_catalogue *table,
                                                               const char *condition,
                                                               palate_filter_keep keep,
                                                               palate_error *err);

/** Only items with so many ratings at least; each item of given factors counts as rated once. */
PALATE_API PALATE_MUST_CHECK palate_status palate_filter_support(palate_filter *filter,
                                                                 int64_t ratings,
                                                                 palate_error *err);

/**
 * At most so many items of a category in a list. Categories are the values of a column's cells; an item of
 * several counts for each, and needs room in each. Items without any are not bound.
 *
 * @param quota "COLUMN=N", such as "genres=2", N >= 0.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_filter_quota(palate_filter *filter,
                                                               const palate_catalogue *table,
                                                               const char *quota,
                                                               palate_error *err);

/** @return The rules, `*count` of them. Valid until another is made. */
PALATE_API const palate_filter_rule *palate_filter_rules(const palate_filter *filter,
                                                         size_t *count);

/** @return How many items are left. */
PALATE_API int64_t palate_filter_left(const palate_filter *filter);

#ifdef __cplusplus
}
#endif

#endif
