/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PALATE_RATINGS_CATALOGUE_H
#define PALATE_RATINGS_CATALOGUE_H

#include "base/text.h"
#include "ratings/ids.h"

/* A table of users or items. Of each row its texts lie side by side, one a column kept:
 *
 *     begins  0                            26 ...
 *     text    Toy Story (1995)\0 Comedy\0  Jumanji (1995)\0 ...
 */
struct palate_catalogue {
    palate_context *context;
    char *path;
    palate__id_builder ids; /* Numbered in the order of rows. */
    size_t *begins;
    char *text;
    char **names;        /* Of the columns, NULL where only titles were asked for. */
    size_t column_count; /* Of names. */
    size_t title;        /* Which of the texts is the title. */
};

/* The text of a row in a column; "" where it is empty. Cost: the bytes of the row. */
const char *palate__catalogue_text(const palate_catalogue *catalogue, uint32_t row, size_t column);

/* The next of the words of a cell, "Comedy|Drama"; `*at` moves on. False: there is none left. What is empty
 * is none, nor is "(no genres listed)". */
bool palate__cell_next_word(const char **at, palate__span *word);

/* PALATE_E_INVALID: there is no column of this name; which one may be meant, and which there are. */
palate_status palate__catalogue_no_column(const palate_catalogue *catalogue, const char *name,
                                          palate_error *err);

#endif
