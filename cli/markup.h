/* SPDX-License-Identifier: Apache-2.0 */
/* Writing HTML and SVG. What comes from outside (ids, titles, names of files) passes through
 * markup_text() or markup_cut(), and can neither end an element nor begin one. */
#ifndef PALATE_CLI_MARKUP_H
#define PALATE_CLI_MARKUP_H

#include "output.h"

/* Markup of our own, up to 1000 bytes: numbers, and words that the program holds. */
void markup_put(output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A text from outside, for content and for attributes in double quotes. What is not UTF-8, and
 * characters that no document may hold, become U+FFFD. */
void markup_text(output *out, const char *text);

/* The same of its first bytes, which end where a letter does. */
void markup_piece(output *out, const char *text, size_t bytes);

/* The same, at most so many letters wide: of what is longer the rest is an ellipsis. */
void markup_cut(output *out, const char *text, int letters);

/* How many letters wide a text is: letters of East Asian scripts count twice, marks upon letters not
 * at all. An estimate: only whoever draws it knows. */
int markup_width(const char *text);

#endif
