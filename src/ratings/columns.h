/* SPDX-License-Identifier: Apache-2.0 */
/* Which column is what: by the options, by the words of a header, by place. */
#ifndef PALATE_RATINGS_COLUMNS_H
#define PALATE_RATINGS_COLUMNS_H

#include "ratings/lines.h"
#include "ratings/reader.h"

typedef enum palate__role {
    PALATE__ROLE_USER,
    PALATE__ROLE_ITEM,
    PALATE__ROLE_RATING,
    PALATE__ROLE_TIME,
    PALATE__ROLE_COUNT
} palate__role;

/* "user", "item", "rating", "time". */
const char *palate__role_name(palate__role role);

/* Same text but for the case of ASCII letters. */
bool palate__same_word(palate__span text, const char *word);

/* A word that people use for such a column, as "userId" or "user_id" for users. */
bool palate__names_role(palate__span text, palate__role role);

/*
 * Chooses from the options; then by the words of the header, or by place (user, item, rating, time)
 * where there is none (`header` is NULL). Where option header says yes, columns without a known word go
 * by place, too; but a time must be named to be believed.
 */
palate_status palate__choose_columns(const palate_read_options *options,
                                     const palate__fields *header, size_t field_count,
                                     palate__sink *sink, palate__columns *out);

/* Whether the first line of a table names the columns: if option header says so; by itself, if the
 * field where the rating would be is text and no number, or if its words are those of users or
 * items. */
bool palate__is_header(const palate_read_options *options, const palate__fields *first);

#endif
