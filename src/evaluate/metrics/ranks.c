/* SPDX-License-Identifier: Apache-2.0 */
/* How high in the list the right items are: MRR, MAP, NDCG. */
#include "evaluate/metrics.h"

#include <math.h>

/* ---- The first hit ---- */

static void add_mrr(const palate__user_list *user, double *columns)
{
    if (user->relevant_count == 0)
        return;
    palate__metric_add_mean(columns, 0.0);
    for (size_t place = 0; place < user->count; place++)
        if (user->hits[place]) {
            columns[0] = 1.0 / (double)(place + 1);
            break;
        }
}

const palate__metric palate__metric_mrr = {
    .about =
        {
            .name = "mrr",
            .title = "MRR",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .by_default = true,
            .at = true,
            .formula = "MRR@N = mean over users of 1 / rank of the first relevant item",
            .notes = "0 where none is in the first N places. The mean is over users with at least "
                     "one relevant item. As ranx's mrr; trec_eval's recip_rank is the same with N "
                     "as long as the list.",
        },
    .empty = palate__nothing_relevant,
    .width = 2,
    .of_list = add_mrr,
    .value = palate__metric_ratio,
};

/* ---- Average precision ---- */

/* The sum, over places with a hit, of the precision down to there. */
static double precisions_at_hits(const palate__user_list *user)
{
    double hits = 0.0;
    double sum = 0.0;
    for (size_t place = 0; place < user->count; place++)
        if (user->hits[place])
            sum += ++hits / (double)(place + 1);
    return sum;
}

static void add_map(const palate__user_list *user, double *columns)
{
    size_t most = user->relevant_count < user->at ? user->relevant_count : user->at;
    if (user->relevant_count > 0)
        palate__metric_add_mean(columns, precisions_at_hits(user) / (double)most);
}

const palate__metric palate__metric_map = {
    .about =
        {
            .name = "map",
            .title = "MAP",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .by_default = true,
            .at = true,
            .formula = "MAP@N = mean over users of sum over hits of (hits down to rank / rank) "
                       "/ min(N, R)",
            .notes = "R is the number of relevant items of a user: a perfect list has 1. As in "
                     "implicit and RecBole. trec_eval and ranx divide by R: see map-relevant.",
        },
    .empty = palate__nothing_relevant,
    .width = 2,
    .of_list = add_map,
    .value = palate__metric_ratio,
};

static void add_map_relevant(const palate__user_list *user, double *columns)
{
    if (user->relevant_count > 0)
        palate__metric_add_mean(columns, precisions_at_hits(user) / (double)user->relevant_count);
}

const palate__metric palate__metric_map_relevant = {
    .about =
        {
            .name = "map-relevant",
            .title = "MAP (of relevant)",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .at = true,
            .formula = "MAP@N = mean over users of sum over hits of (hits down to rank / rank) / R",
            .notes = "As trec_eval's map_cut and ranx's map: where R > N, 1 cannot be reached.",
        },
    .empty = palate__nothing_relevant,
    .width = 2,
    .of_list = add_map_relevant,
    .value = palate__metric_ratio,
};

/* ---- Discounted gains ---- */

/* What a relevant item is worth by its grade; `highest` is the highest grade of the user. */
typedef double (*gain)(double grade, double highest);

static void add_ndcg(const palate__user_list *user, gain worth, double *columns)
{
    const double *discounts = user->items->discounts;
    double found = 0.0;
    double best = 0.0;
    size_t most = user->relevant_count < user->at ? user->relevant_count : user->at;
    for (size_t place = 0; place < most; place++)
        best += worth(user->ideal[place], user->ideal[0]) * discounts[place];
    for (size_t place = 0; place < user->count; place++)
        if (user->hits[place])
            found += worth(user->grades[place], user->ideal[0]) * discounts[place];
    if (best > 0.0)
        palate__metric_add_mean(columns, found / best);
}

static double one(double grade, double highest)
{
    (void)grade;
    (void)highest;
    return 1.0;
}

static double linear(double grade, double highest)
{
    (void)highest;
    return grade;
}

/* 2^grade - 1, divided by 2^highest, as gains count by their ratios only: it does not overflow. */
static double exponential(double grade, double highest)
{
    double scale = floor(highest);
    return exp2(grade - scale) - exp2(-scale);
}

static void add_ndcg_binary(const palate__user_list *user, double *columns)
{
    add_ndcg(user, one, columns);
}

static void add_ndcg_linear(const palate__user_list *user, double *columns)
{
    add_ndcg(user, linear, columns);
}

static void add_ndcg_exponential(const palate__user_list *user, double *columns)
{
    add_ndcg(user, exponential, columns);
}

const palate__metric palate__metric_ndcg = {
    .about =
        {
            .name = "ndcg",
            .title = "NDCG",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .by_default = true,
            .at = true,
            .formula = "NDCG@N = mean over users of DCG / DCG of the best list, where "
                       "DCG = sum over hits of 1 / log2(rank + 1)",
            .notes = "Every relevant item is worth the same. The best list has min(N, R) relevant "
                     "items first, R being the number of relevant items. The mean is over users "
                     "with R > 0 (Jarvelin & Kekalainen 2002). As implicit, RecBole; ranx and "
                     "trec_eval where relevance is 0 or 1.",
        },
    .empty = palate__nothing_relevant,
    .width = 2,
    .of_list = add_ndcg_binary,
    .value = palate__metric_ratio,
};

const palate__metric palate__metric_ndcg_linear = {
    .about =
        {
            .name = "ndcg-linear",
            .title = "NDCG (linear)",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .at = true,
            .formula = "NDCG@N = mean over users of DCG / DCG of the best list, where "
                       "DCG = sum over hits of rating / log2(rank + 1)",
            .notes = "A relevant item is worth its rating (its distance from the low end of a "
                     "scale that goes below 0). As trec_eval's ndcg_cut, ranx's ndcg and "
                     "scikit-learn's ndcg_score.",
        },
    .empty = "no user has a relevant item with a gain above 0",
    .width = 2,
    .of_list = add_ndcg_linear,
    .value = palate__metric_ratio,
};

const palate__metric palate__metric_ndcg_exponential = {
    .about =
        {
            .name = "ndcg-exponential",
            .title = "NDCG (exponential)",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .at = true,
            .formula = "NDCG@N = mean over users of DCG / DCG of the best list, where "
                       "DCG = sum over hits of (2^rating - 1) / log2(rank + 1)",
            .notes = "As ndcg-linear, with gains that make the highest ratings count most (Burges "
                     "et al. 2005). As ranx's ndcg_burges.",
        },
    .empty = "no user has a relevant item with a gain above 0",
    .width = 2,
    .of_list = add_ndcg_exponential,
    .value = palate__metric_ratio,
};
