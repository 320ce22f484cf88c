/* SPDX-License-Identifier: Apache-2.0 */
/* Text of lines, read in pieces by several threads, with the outcome of reading it line by line: the
 * same ids in the same order, the same ratings, and the same problems, told in the order of lines.
 *
 * Pieces are of about one size, whatever the number of threads, and begin where a line does. They are
 * read in waves: what a wave has found is handed to the sink, piece by piece, before the next begins.
 */
#ifndef PALATE_RATINGS_PIECES_H
#define PALATE_RATINGS_PIECES_H

#include "ratings/input.h"
#include "ratings/lines.h"
#include "ratings/sink.h"

/* Reads the lines that begin before cursor->stop. Lines are counted from the beginning of the piece. */
typedef palate_status (*palate__piece_reader)(palate__cursor *cursor, palate__sink *sink,
                                              const void *argument);

/* Reads what is left of the input from `at` on, after `lines` lines. */
palate_status palate__read_pieces(const palate__input *input, const char *at, int64_t lines,
                                  palate__separator separator, palate__piece_reader read,
                                  const void *argument, palate__sink *sink);

#endif
