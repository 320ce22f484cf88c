/* SPDX-License-Identifier: Apache-2.0 */
/* A few users: what they liked, what they should like, and why. */
#ifndef PALATE_CLI_REPORT_EXAMPLES_H
#define PALATE_CLI_REPORT_EXAMPLES_H

#include "../parts.h"
#include "report.h"

enum { LIKED_MAX = 6, REASONS_MAX = 3, PARTS_MAX = 4, TASTES_MAX = 3 };

typedef struct liked_item {
    uint32_t item;
    float rating;
} liked_item;

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
    /* Why this user: "active", "typical", "new" or "chosen"; "unknown": PALATE_NO_ROW, somebody the model
     * has never heard of. */
    const char *kind;
    uint32_t user;
    int64_t rating_count;
    size_t liked_count;
    liked_item liked[LIKED_MAX];
    size_t more_count,
        less_count; /* Factors: most above the mean user's, and below; 0: not known. */
    factor_part more[TASTES_MAX], less[TASTES_MAX];
    size_t count;
    recommended_item *items;
} example_user;

struct example_users {
    size_t count;
    example_user *list;
    double *user_means, *item_spreads; /* By factor: for tastes. */
};

/* A prediction as a sum: explained.c. False after telling what is wrong. */
bool recommended_fill(const report *of, uint32_t user, recommended_item *item);

/* Tastes: tastes.c. Begun once, before users are looked at; false after telling what is wrong. */
bool tastes_begin(report *of);
void tastes_fill(const report *of, example_user *to);
void tastes_release(report *of);

#endif
