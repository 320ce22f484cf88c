/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of a palate_column (palate/columns.h), one at a time. */
#ifndef PALATE_RATINGS_ARRAYS_H
#define PALATE_RATINGS_ARRAYS_H

#include "base/error.h"
#include "base/text.h"
#include "palate/columns.h"
#include "ratings/sink.h"

/* Room for the text of a whole number; 8 bytes can be read from wherever the text begins in it. */
enum { PALATE__WHOLE_BYTES = 32 };

/* Whether a column has what its type needs. `role` is for the message: "users". */
palate_status palate__check_ids(const palate_column *column, const char *role, palate_error *err);

palate_status palate__check_wholes(const palate_column *column, const char *role,
                                   palate_error *err);
palate_status palate__check_reals(const palate_column *column, const char *role, palate_error *err);

/* Entry e of a column that was checked; a whole number that is too large is the largest, a number that is missing
 * NaN. */
int64_t palate__integer_entry(const palate_column *column, size_t e);
double palate__real_entry(const palate_column *column, size_t e);

/* Some entries of a column of numbers. */
palate_column palate__column_part(const palate_column *column, size_t first, size_t count);

/* The text of a whole number, in a room of PALATE__WHOLE_BYTES. */
palate__span palate__write_whole(uint64_t magnitude, bool negative, char *room);

/* The text of an id, in the column or in `room`; empty where it is missing. `*within`: 8 bytes can be read
 * from its beginning. */
palate__span palate__id_entry(const palate_column *column, size_t e, char *room, bool *within);

/* All entries of all parts, into the sink. Columns are checked. */
palate_status palate__take_columns(const palate_rating_columns *parts, size_t part_count,
                                   palate__sink *sink, palate_error *err);

#endif
