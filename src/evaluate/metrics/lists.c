/* SPDX-License-Identifier: Apache-2.0 */
/* What the lists are like, right or wrong: how much of the catalogue they show, how evenly, how
 * little known their items are, how unlike each other. */
#include "evaluate/metrics.h"

/* ---- Of all lists together ---- */

static const char NO_LISTS[] = "nothing was recommended";

static double coverage(const palate__all_lists *lists)
{
    size_t shown = 0;
    for (size_t j = 0; j < lists->catalogue_count; j++)
        shown += lists->counts[j] > 0;
    return (double)shown / (double)lists->catalogue_count;
}

const palate__metric palate__metric_coverage = {
    .about =
        {
            .name = "coverage",
            .title = "coverage",
            .kind = PALATE_METRIC_LISTS,
            .better = PALATE_BETTER_NEITHER,
            .by_default = true,
            .at = true,
            .formula = "coverage@N = items in the first N places of at least one list / items that "
                       "may be recommended",
            .notes = "Over the lists of all users of the test ratings. It grows with the number of "
                     "users, so it has no interval.",
        },
    .empty = NO_LISTS,
    .of_all_lists = coverage,
};

/* Of counts in ascending order. */
static double gini(const palate__all_lists *lists)
{
    double n = (double)lists->catalogue_count;
    double weighted = 0.0;
    double sum = 0.0;
    for (size_t j = 0; j < lists->catalogue_count; j++) {
        weighted += (2.0 * (double)(j + 1) - n - 1.0) * (double)lists->counts[j];
        sum += (double)lists->counts[j];
    }
    return weighted / (n * sum);
}

const palate__metric palate__metric_gini = {
    .about =
        {
            .name = "gini",
            .title = "Gini",
            .kind = PALATE_METRIC_LISTS,
            .better = PALATE_BETTER_NEITHER,
            .by_default = true,
            .at = true,
            .formula = "Gini@N = sum_j (2 j - n - 1) c_j / (n sum_j c_j), where c_1 <= ... <= c_n",
            .notes = "c_j is how often each of the n items that may be recommended is in the first "
                     "N places of a list: 0 where all are equally often, near 1 where few items "
                     "get all places.",
        },
    .empty = NO_LISTS,
    .of_all_lists = gini,
};

/* ---- Of each list ---- */

static void add_novelty(const palate__user_list *user, double *columns)
{
    double sum = 0.0;
    size_t count = 0;
    for (size_t place = 0; place < user->count; place++) {
        if (user->list[place] >= user->items->item_count)
            continue;
        sum += user->items->information[user->list[place]];
        count++;
    }
    if (count == 0)
        return;
    palate__metric_add_mean(columns, sum / (double)count);
}

const palate__metric palate__metric_novelty = {
    .about =
        {
            .name = "novelty",
            .title = "novelty",
            .kind = PALATE_METRIC_LISTS,
            .better = PALATE_BETTER_NEITHER,
            .by_default = true,
            .at = true,
            .formula = "novelty@N = mean over users of the mean over the list of log2(m / m_j)",
            .notes = "m_j of the m training users rated item j (0 counts as 1): the bits of "
                     "surprise in meeting it (Zhou et al. 2010). 0 for what everybody knows.",
        },
    .empty = "no list has an item in it",
    .width = 2,
    .needs_counts = true,
    .of_list = add_novelty,
    .value = palate__metric_ratio,
};

static void add_unit(const palate__items *items, uint32_t item, double *sum, double *squares)
{
    const float *factors = items->factors + (size_t)item * items->factor_count;
    double inverse = items->inverse_norms[item];
    for (size_t f = 0; f < items->factor_count; f++) {
        double unit = (double)factors[f] * inverse;
        sum[f] += unit;
        *squares += unit * unit;
    }
}

/* The cosines of all pairs add up to (|sum of unit vectors|^2 - sum of their squares) / 2. */
static void add_diversity(const palate__user_list *user, double *columns)
{
    double squares = 0.0;
    double square_of_sum = 0.0;
    double count = 0.0;
    for (size_t f = 0; f < user->items->factor_count; f++)
        user->scratch[f] = 0.0;
    for (size_t place = 0; place < user->count; place++) {
        if (user->list[place] >= user->items->item_count)
            continue;
        add_unit(user->items, user->list[place], user->scratch, &squares);
        count++;
    }
    if (count < 2.0)
        return;
    for (size_t f = 0; f < user->items->factor_count; f++)
        square_of_sum += user->scratch[f] * user->scratch[f];
    palate__metric_add_mean(columns, 1.0 - (square_of_sum - squares) / (count * (count - 1.0)));
}

const palate__metric palate__metric_diversity = {
    .about =
        {
            .name = "diversity",
            .title = "diversity",
            .kind = PALATE_METRIC_LISTS,
            .better = PALATE_BETTER_NEITHER,
            .by_default = true,
            .at = true,
            .formula = "diversity@N = mean over users of the mean over pairs of items in the list "
                       "of 1 - cos(V_i, V_j)",
            .notes = "V_i are the item's factors in the model under test, for every system, so "
                     "that systems can be compared; an item without any factor is unlike all "
                     "others (intra-list diversity, Ziegler et al. 2005). 0 where all are alike.",
        },
    .empty = "no list has two items",
    .width = 2,
    .of_list = add_diversity,
    .value = palate__metric_ratio,
};
