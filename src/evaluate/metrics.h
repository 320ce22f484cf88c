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

/* What the lists of all users have in common. Items are rows of the model; numbers from item_count
 * on are items of the test ratings that the model does not know. */
typedef struct palate__items {
    size_t item_count;           /* n */
    size_t factor_count;         /* k */
    const float *factors;        /* n x k */
    const double *inverse_norms; /* n: 1 / |factors|, or 0. */
    const double *information;   /* n: bits; NULL: not known. */
    const double *discounts;     /* By place: 1 / log2(place + 2). */
} palate__items;

/* What a system recommended to one user, and what would have been right. */
typedef struct palate__user_list {
    const palate__items *items;
    size_t at;             /* N */
    size_t count;          /* Places of the list that are used, at most N. */
    const uint32_t *list;  /* By place. */
    const bool *hits;      /* By place: the item is relevant. */
    const bool *misses;    /* By place: it is a candidate, and relevant in no group. */
    const double *grades;  /* By place: how relevant, 0 where it is not. */
    size_t relevant_count; /* R */
    const double *ideal;   /* The grades of all relevant items, descending. */
    /* Of the relevant items, those that are candidates (in the catalogue), as others are that are
     * not relevant. */
    size_t positive_count, negative_count;
    bool has_order;   /* The system orders all candidates: */
    double above_sum; /* over the positives, the share of negatives each is ranked above. */
    double *scratch;  /* k */
} palate__user_list;

/* How often each item was recommended. */
typedef struct palate__all_lists {
    size_t catalogue_count; /* Items that may be recommended to somebody. */
    const uint32_t *counts; /* One for each of them, ascending. */
} palate__all_lists;

typedef struct palate__metric {
    palate_metric_definition about;
    const char *empty; /* Why there is no value where nothing was added up. */
    size_t width;      /* Columns. */
    bool needs_order;  /* Of all candidates, not only a list. */
    bool needs_counts; /* How often items were rated in training. */
    /* One of these three. The first two fill the columns of one user, which are 0. */
    void (*of_ratings)(const palate__user_ratings *user, double *columns);
    void (*of_list)(const palate__user_list *user, double *columns);
    double (*of_all_lists)(const palate__all_lists *lists);
    /* The value of sums; false: there is none. */
    bool (*value)(const double *sums, double *value);
} palate__metric;

extern const palate__metric palate__metric_rmse, palate__metric_mae, palate__metric_fcp,
    palate__metric_fcp_surprise, palate__metric_precision, palate__metric_precision_capped,
    palate__metric_recall, palate__metric_recall_capped, palate__metric_hit_rate,
    palate__metric_mrr, palate__metric_map, palate__metric_map_relevant, palate__metric_ndcg,
    palate__metric_ndcg_linear, palate__metric_ndcg_exponential, palate__metric_auc,
    palate__metric_auc_list, palate__metric_coverage, palate__metric_gini, palate__metric_novelty,
    palate__metric_diversity;

/* Every metric, NULL-terminated, in the order in which tables show them. */
extern const palate__metric *const palate__metrics[];

/* As `empty`, of what goes by relevant items. */
extern const char palate__nothing_relevant[];

/* For metrics that are means over users: two columns. */
static inline void palate__metric_add_mean(double *columns, double value)
{
    columns[0] = value;
    columns[1] = 1.0;
}

/* For `value`: the first sum divided by the second, and its root. */
bool palate__metric_ratio(const double *sums, double *value);
bool palate__metric_root(const double *sums, double *value);

#endif
