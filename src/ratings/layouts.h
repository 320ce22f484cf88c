/* SPDX-License-Identifier: Apache-2.0 */
/* Tables without a header whose columns are known all the same: those of MovieLens 100K, 1M and 10M. */
#ifndef PALATE_RATINGS_LAYOUTS_H
#define PALATE_RATINGS_LAYOUTS_H

#include "ratings/table.h"

/* What a field of a row is. */
typedef enum palate__field_kind {
    PALATE__FIELD_TEXT = '*',
    PALATE__FIELD_NUMBER = 'n',     /* A whole one. */
    PALATE__FIELD_GENDER = 's',     /* M or F. */
    PALATE__FIELD_OCCUPATION = 'o', /* A number that stands for one. */
    PALATE__FIELD_GENRE = 'g'       /* 0 or 1, a genre a field: together one column. */
} palate__field_kind;

typedef struct palate__layout {
    char separator;     /* Doubled where it is a colon. */
    const char *fields; /* The kind of each, that of the id first. */
    const char *names;  /* Of the columns after the id, separated by spaces. */
} palate__layout;

/* The layout that a row is of, or NULL. */
const palate__layout *palate__layout_of(palate__span row, palate__separator separator);

/* Field 0 is the id. Without a layout all are text. */
static inline palate__field_kind palate__layout_kind(const palate__layout *layout, size_t field)
{
    return layout == NULL ? PALATE__FIELD_TEXT : (palate__field_kind)layout->fields[field];
}

/* The most bytes that the values of a row take beyond those it has as a row. */
enum { PALATE__LAYOUT_BYTES = 256 };

/* What an occupation's number stands for; `number` itself where it stands for none. */
palate__span palate__occupation(palate__span number);

/* The genre of a field; "" where it is none, as "unknown" is. */
const char *palate__genre(const palate__layout *layout, size_t field);

#endif
