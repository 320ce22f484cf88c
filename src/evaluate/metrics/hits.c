/* SPDX-License-Identifier: Apache-2.0 */
/* How many of the right items are in the list: precision, recall, hit rate. */
#include "evaluate/metrics.h"

static double hits_of(const palate__user_list *user)
{
    double hits = 0.0;
    for (size_t place = 0; place < user->count; place++)
        hits += user->hits[place];
    return hits;
}

static double lesser(size_t a, size_t b)
{
    return (double)(a < b ? a : b);
}

static void add_precision(const palate__user_list *user, double *columns)
{
    if (user->relevant_count > 0)
        palate__metric_add_mean(columns, hits_of(user) / (double)user->at);
}

const palate__metric palate__metric_precision = {
    .about =
        {
            .name = "precision",
            .title = "precision",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .by_default = true,
            .at = true,
            .formula = "precision@N = mean over users of h / N",
            .notes = "h is how many of the first N places hold a relevant item. A list shorter "
                     "than N is divided by N all the same. The mean is over users with at least "
                     "one relevant item. As trec_eval's P and ranx's precision.",
        },
    .empty = palate__nothing_relevant,
    .width = 2,
    .of_list = add_precision,
    .value = palate__metric_ratio,
};

static void add_precision_capped(const palate__user_list *user, double *columns)
{
    columns[0] = hits_of(user);
    columns[1] = lesser(user->at, user->relevant_count);
}

const palate__metric palate__metric_precision_capped = {
    .about =
        {
            .name = "precision-capped",
            .title = "precision (capped)",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .at = true,
            .formula = "precision@N = sum over users of h / sum over users of min(N, R)",
            .notes = "R is the number of relevant items of a user: a perfect list has 1 even where "
                     "R < N, and users with many relevant items weigh more. As implicit's "
                     "precision_at_k.",
        },
    .empty = palate__nothing_relevant,
    .width = 2,
    .of_list = add_precision_capped,
    .value = palate__metric_ratio,
};

static void add_recall(const palate__user_list *user, double *columns)
{
    if (user->relevant_count > 0)
        palate__metric_add_mean(columns, hits_of(user) / (double)user->relevant_count);
}

const palate__metric palate__metric_recall = {
    .about =
        {
            .name = "recall",
            .title = "recall",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .by_default = true,
            .at = true,
            .formula = "recall@N = mean over users of h / R",
            .notes = "h is how many of the first N places hold a relevant item, R how many "
                     "relevant items the user has, those that cannot be recommended because the "
                     "model does not know them included. The mean is over users with R > 0. As "
                     "trec_eval's recall and ranx's recall.",
        },
    .empty = palate__nothing_relevant,
    .width = 2,
    .of_list = add_recall,
    .value = palate__metric_ratio,
};

static void add_recall_capped(const palate__user_list *user, double *columns)
{
    if (user->relevant_count > 0)
        palate__metric_add_mean(columns, hits_of(user) / lesser(user->at, user->relevant_count));
}

const palate__metric palate__metric_recall_capped = {
    .about =
        {
            .name = "recall-capped",
            .title = "recall (capped)",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .at = true,
            .formula = "recall@N = mean over users of h / min(N, R)",
            .notes = "As recall, but a full list of relevant items has 1 even where R > N (Liang, "
                     "Krishnan, Hoffman & Jebara 2018).",
        },
    .empty = palate__nothing_relevant,
    .width = 2,
    .of_list = add_recall_capped,
    .value = palate__metric_ratio,
};

static void add_hit_rate(const palate__user_list *user, double *columns)
{
    if (user->relevant_count > 0)
        palate__metric_add_mean(columns, hits_of(user) > 0.0 ? 1.0 : 0.0);
}

const palate__metric palate__metric_hit_rate = {
    .about =
        {
            .name = "hit-rate",
            .title = "hit rate",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .by_default = true,
            .at = true,
            .formula = "hit rate@N = mean over users of [h > 0]",
            .notes = "The share of users with at least one relevant item in the first N places, of "
                     "those who have relevant items. As ranx's hit_rate; with one relevant item a "
                     "user (leave one out) it is recall.",
        },
    .empty = palate__nothing_relevant,
    .width = 2,
    .of_list = add_hit_rate,
    .value = palate__metric_ratio,
};
