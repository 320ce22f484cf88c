/* SPDX-License-Identifier: Apache-2.0 */
/* A few users: what they liked, what they should like, and why. */
#ifndef PALATE_CLI_REPORT_EXAMPLES_H
#define PALATE_CLI_REPORT_EXAMPLES_H

#include "report.h"

enum { LIKED_MAX = 6, REASONS_MAX = 3, PARTS_MAX = 4 };

typedef struct liked_item {
    uint32_t item;
    float rating;
} liked_item;

typedef struct factor_part {
    uint32_t factor;
    double adds;
} factor_part;

typedef struct recommended_item {
    uint32_t item;
    double prediction, deviation; /* The deviation is NAN where the model does not say. */
    palate_explanation sum;
    size_t part_count; /* The largest of the factors' parts, whatever their sign. */
    factor_part parts[PARTS_MAX];
    double rest; /* All other parts. */
    size_t reason_count;
    palate_reason reasons[REASONS_MAX]; /* Ratings that add, those that add most first. */
} recommended_item;

typedef struct example_user {
    const char *kind; /* Why this user: "active", "typical", "new", or "chosen". */
    uint32_t user;
    int64_t rating_count;
    size_t liked_count;
    liked_item liked[LIKED_MAX];
    size_t count;
    recommended_item *items;
} example_user;

struct example_users {
    size_t count;
    example_user *list;
};

/* A prediction as a sum: explained.c. False after telling what is wrong. */
bool recommended_fill(const report *of, uint32_t user, recommended_item *item);

#endif
