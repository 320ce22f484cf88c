/* SPDX-License-Identifier: Apache-2.0 */
/* A picture of a sum, as SVG: bars that go on where the one before ended, from the first part to the
 * total. */
#ifndef PALATE_CLI_WATERFALL_H
#define PALATE_CLI_WATERFALL_H

#include "output.h"

typedef struct waterfall_bar {
    const char *label;
    double adds;
} waterfall_bar;

typedef struct waterfall {
    const char *title;
    double start; /* Where the first bar begins. */
    const char *start_label;
    const waterfall_bar *bars;
    size_t count;
    const char *total_label;
    double total;
} waterfall;

/* Draws the picture, small, into a page, whose style says how its classes look: up, down, whole, number,
 * axis, grid. */
void waterfall_draw(output *out, const waterfall *of);

/* Writes the picture as a file, whole or not at all; on failure tells what is wrong and returns false. */
bool waterfall_write(const waterfall *of, const char *path);

#endif
