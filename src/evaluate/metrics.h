/* SPDX-License-Identifier: Apache-2.0 */
/* What every metric looks like: one static const in metrics/, one line in the registry (metrics.c).
 *
 * A metric is a function of sums over users. For each user it fills a few columns, and has its value
 * from the columns' sums over any set of users:
 *
 *     user 1   [ squared errors | ratings ]
 *     user 2   [ squared errors | ratings ]        value = sqrt(sum / sum)
 *     ...
 *
 * so one pass over the users serves the whole, each group of users, and every resample of them.
 */
#ifndef PALATE_EVALUATE_METRICS_H
#define PALATE_EVALUATE_METRICS_H

#include "palate/evaluate.h"

/* The most columns of a metric. */
enum { PALATE__METRIC_WIDTH_MAX = 4 };

typedef struct palate__rated_pair {
    float rating, prediction;
} palate__rated_pair;

/* What a system predicted for one user. */
typedef struct palate__user_ratings {
    size_t count;
    const palate__rated_pair *pairs;
    palate__rated_pair *sorted; /* Room for as many, */
    float *scratch;             /* and for twice as many floats. */
} palate__user_ratings;

typedef struct palate__metric {
    palate_metric_definition about;
    const char *empty; /* Why there is no value where nothing was added up. */
    size_t width;      /* Columns. */
    /* Fill the columns of one user, which are 0. One of them, by the kind. */
    void (*of_ratings)(const palate__user_ratings *user, double *columns);
    /* The value of sums; false: there is none. */
    bool (*value)(const double *sums, double *value);
} palate__metric;

extern const palate__metric palate__metric_rmse, palate__metric_mae, palate__metric_fcp,
    palate__metric_fcp_surprise;

/* Every metric, NULL-terminated, in the order in which tables show them. */
extern const palate__metric *const palate__metrics[];

/* For `value`: the first sum divided by the second, and its root. */
bool palate__metric_ratio(const double *sums, double *value);
bool palate__metric_root(const double *sums, double *value);

#endif
