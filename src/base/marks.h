/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a text the bytes are that end fields and lines. They are listed for a page at a time: a
 * loop that looks for the end of each field guesses wrongly, at nearly every field, how long it is.
 */
#ifndef PALATE_BASE_MARKS_H
#define PALATE_BASE_MARKS_H

#include <stddef.h>
#include <stdint.h>

enum {
    PALATE__MARKED_BYTES = 4096, /* Most that is listed at a time. */
    PALATE__MARKS_ROOM = PALATE__MARKED_BYTES + 16
};

/* Lists, in increasing order, where what follows an a, b or c begins among the first `bytes` (at most MARKED_BYTES) of
 * `text`: its place + 1. Returns how many there are. What else is in `places` may be overwritten. */
size_t palate__list_marks(const char *text, size_t bytes, char a, char b, char c,
                          uint16_t places[PALATE__MARKS_ROOM]);

#endif
