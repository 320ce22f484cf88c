/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of predictions in groups of ratings, with intervals over users. */
#ifndef PALATE_CLI_REPORT_GROUPS_H
#define PALATE_CLI_REPORT_GROUPS_H

#include <palate/palate.h>

/* Ratings and what is predicted for them, user after user. */
typedef struct predicted {
    size_t count;
    float *ratings, *predictions;
    float *deviations; /* NULL: the model does not say how sure it is. */
    size_t *user_ends; /* Of each user, the place after the last. */
    size_t user_count;
} predicted;

/* A mean, and where it lies at 95 % confidence; NAN where nothing is known. */
typedef struct estimate {
    double value, low, high;
} estimate;

typedef struct rating_group {
    double least, most; /* What is in it, of what they are grouped by. */
    int64_t count;
    estimate rmse;
    estimate rating, prediction; /* Means. */
    double deviation;            /* Mean of those known, or NAN. */
} rating_group;

enum { GROUPS_OF_RATINGS_MAX = 12 };

typedef struct rating_groups {
    rating_group groups[GROUPS_OF_RATINGS_MAX];
    size_t count;
} rating_groups;

/* Predicts. False after telling what is wrong; to be released either way. */
bool predicted_fill(predicted *out, const palate_model *model, const palate_ratings *ratings);
void predicted_release(predicted *of);

/* Groups by the values of an array beside the ratings: each value one, where there are few; else
 * `most` groups as nearly equal as equal values allow. Values that are not finite are left out.
 * False when memory runs out, after telling. */
bool groups_fill(rating_groups *out, const predicted *of, const float *values, size_t most);

/* The value below which a share of them lies; NAN of none. `sorted` rises. */
double quantile(const float *sorted, size_t count, double share);
void sort_floats(float *values, size_t count);

#endif
