/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions on the rows of a table:
 *
 *     condition   column operator value { "|" value }       genres=Horror|Thriller   year>=1990   title~"star wars"
 *     operator    =  !=   a value of the cell is one of these
 *                 ~  !~   the cell contains one of these
 *                 <  <=  >  >=
 *     column      its name or number; as a value, in double quotes where it holds what means something here, a
 *                 quote within written twice
 *
 * A cell that names several values ("Action|Drama") has them all. Case (of ASCII) does not count. Two
 * numbers are compared as such, all else by bytes, as dates like 2020-01-31 are in order. An empty cell, or none,
 * satisfies != and !~ alone.
 */
#ifndef PALATE_RATINGS_WHERE_H
#define PALATE_RATINGS_WHERE_H

#include "base/text.h"
#include "ratings/catalogue.h"

typedef struct palate__where_value {
    palate__span text;
    double number; /* NaN: it is none. */
} palate__where_value;

typedef struct palate__where {
    palate_context *context;
    const palate_catalogue *table; /* Borrowed. */
    size_t column;
    int relation; /* Of those in where.c. */
    char *text;   /* What the values point into. */
    palate__where_value *values;
    size_t value_count;
} palate__where;

/* PALATE_E_INVALID: what is wrong, and where (err->column: the character). To be ended, even where it fails. */
palate_status palate__where_begin(palate__where *where, palate_context *context,
                                  const palate_catalogue *table, const char *condition,
                                  palate_error *err);
void palate__where_end(palate__where *where);

/* Whether the row of an id satisfies the condition. */
bool palate__where_holds(const palate__where *where, const char *id);

#endif
