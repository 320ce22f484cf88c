/* SPDX-License-Identifier: Apache-2.0 */
/* What is tried: a few options of training, each with its values or a range of them. */
#ifndef PALATE_TUNE_SPACE_H
#define PALATE_TUNE_SPACE_H

#include "base/context.h"
#include "palate/tune.h"

enum {
    PALATE__AXES_MAX = 16,
    PALATE__VALUES_MAX = 1000, /* Of one option. */
    PALATE__TRIALS_MAX = 10000,
    PALATE__VALUE_BYTES = 48, /* Of a value as text. */
    PALATE__GRID_POINTS = 5   /* Of a range. */
};

/* A value as palate_options_format() writes it. */
typedef char palate__value[PALATE__VALUE_BYTES];

typedef struct palate__axis {
    const palate_option *option;
    /* A list, or the points of a range; a range whose points have not been counted has those of a grid. */
    palate__value *values;
    size_t count;
    bool open; /* Any number of the range may be drawn. */
    bool logarithmic;
    double low, high;
} palate__axis;

typedef struct palate__space {
    palate_context *context;
    size_t axis_count;
    palate__axis axes[PALATE__AXES_MAX];
} palate__space;

/* A space that failed to be made may still be released. */
palate_status palate__space_make(palate_context *context, const char *const *tries,
                                 size_t try_count, palate__space *out, palate_error *err);
void palate__space_free(palate__space *space);

/* Points of the grid; SIZE_MAX where they cannot be counted. */
size_t palate__space_size(const palate__space *space);

/* A range of which any number may be drawn is among the axes. */
bool palate__space_open(const palate__space *space);

/* A point of the grid, the last axis changing first: a value for each axis. */
void palate__space_point(const palate__space *space, size_t place, palate__value *values);

/* A point by chance: a function of the seed and the number of the draw. */
void palate__space_draw(const palate__space *space, uint64_t seed, uint32_t draw,
                        palate__value *values);

#endif
