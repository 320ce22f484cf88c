/* SPDX-License-Identifier: Apache-2.0 */
/* Is a relevant item ranked above one that is not? AUC of the whole order, and of the list. */
#include "evaluate/metrics.h"

static const char NOTHING_TO_ORDER[] = "no user has both relevant candidates and others";

static void add_auc(const palate__user_list *user, double *columns)
{
    if (!user->has_order || user->positive_count == 0 || user->negative_count == 0)
        return;
    palate__metric_add_mean(columns, user->above_sum / (double)user->positive_count);
}

const palate__metric palate__metric_auc = {
    .about =
        {
            .name = "auc",
            .title = "AUC",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .by_default = true,
            .formula = "AUC = mean over users of the share of pairs (relevant candidate, other "
                       "candidate) with the relevant one scored higher",
            .notes = "Over all candidates, not only a list; a pair scored alike counts as half. "
                     "Relevant items the model does not know are no candidates. For one user, "
                     "scikit-learn's roc_auc_score.",
        },
    .empty = NOTHING_TO_ORDER,
    .width = 2,
    .needs_order = true,
    .of_list = add_auc,
    .value = palate__metric_ratio,
};

/* What is not in the list counts as ranked below it, in any order. */
static void add_auc_list(const palate__user_list *user, double *columns)
{
    double hits = 0.0;
    double misses = 0.0;
    double above = 0.0;
    double positives = (double)user->positive_count;
    double negatives = (double)user->negative_count;
    if (user->positive_count == 0 || user->negative_count == 0)
        return;
    for (size_t place = 0; place < user->count; place++) {
        bool candidate = user->list[place] < user->items->item_count;
        above += user->misses[place] ? hits : 0.0;
        misses += user->misses[place];
        hits += user->hits[place] && candidate;
    }
    above += (hits + positives) / 2.0 * (negatives - misses);
    palate__metric_add_mean(columns, above / (positives * negatives));
}

const palate__metric palate__metric_auc_list = {
    .about =
        {
            .name = "auc-list",
            .title = "AUC (list)",
            .kind = PALATE_METRIC_RANKING,
            .better = PALATE_BETTER_HIGHER,
            .at = true,
            .formula = "AUC@N = mean over users of (P_list + (h + P) / 2 (Q - q)) / (P Q)",
            .notes = "P relevant and Q other candidates, of which h and q are in the first N "
                     "places; P_list counts the pairs within the list with the relevant item "
                     "first; all that is not in the list ties below it. As implicit's "
                     "AUC_at_k, which also counts items seen in training in Q.",
        },
    .empty = NOTHING_TO_ORDER,
    .width = 2,
    .of_list = add_auc_list,
    .value = palate__metric_ratio,
};
