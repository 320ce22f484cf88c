/* SPDX-License-Identifier: Apache-2.0 */
/* Fraction of concordant pairs: of two ratings of one user that differ, is the higher one predicted
 * higher? Koren & Sill 2013 (IJCAI, "Collaborative filtering on ordinal user feedback").
 *
 * Pairs are counted in O(c log c) for c ratings, as Knight 1966 (JASA 61) counts Kendall's tau: sorted
 * by rating, then by prediction, discordant pairs are the exchanges that a merge sort by prediction
 * makes.
 */
#include "evaluate/metrics.h"

#include <stdlib.h>
#include <string.h>

/* Pairs of ratings that differ, by how they were predicted. */
typedef struct concordance {
    double concordant, tied, discordant;
} concordance;

static int compare_floats(float a, float b)
{
    return (a > b) - (a < b);
}

static int by_rating(const void *a, const void *b)
{
    const palate__rated_pair *left = a;
    const palate__rated_pair *right = b;
    int order = compare_floats(left->rating, right->rating);
    return order != 0 ? order : compare_floats(left->prediction, right->prediction);
}

static double pairs_among(double count)
{
    return count * (count - 1.0) / 2.0;
}

/* Pairs that have the rating in common, and those that have the prediction in common as well. */
static void count_equal_ratings(const palate__rated_pair *sorted, size_t count, double *ratings,
                                double *both)
{
    size_t rating_run = 0;
    size_t both_run = 0;
    for (size_t e = 0; e < count; e++) {
        bool same_rating = e > 0 && sorted[e].rating == sorted[e - 1].rating;
        bool same_both = same_rating && sorted[e].prediction == sorted[e - 1].prediction;
        rating_run = same_rating ? rating_run + 1 : 0;
        both_run = same_both ? both_run + 1 : 0;
        *ratings += (double)rating_run;
        *both += (double)both_run;
    }
}

/* Merges two sorted runs; returns how many pairs changed places. */
static double merge(const float *from, size_t begin, size_t middle, size_t end, float *to)
{
    double exchanges = 0.0;
    size_t left = begin;
    size_t right = middle;
    for (size_t place = begin; place < end; place++) {
        bool take_left = left < middle && (right >= end || from[left] <= from[right]);
        if (!take_left)
            exchanges += (double)(middle - left);
        to[place] = take_left ? from[left++] : from[right++];
    }
    return exchanges;
}

/* Sorts `values`, with as much room behind them. Returns the exchanges; `*equal`: pairs of equal
 * values. */
static double sort_counting(float *values, size_t count, double *equal)
{
    double exchanges = 0.0;
    float *from = values;
    float *to = values + count;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t begin = 0; begin < count; begin += 2 * width) {
            size_t middle = begin + width < count ? begin + width : count;
            size_t end = begin + 2 * width < count ? begin + 2 * width : count;
            exchanges += merge(from, begin, middle, end, to);
        }
        float *sorted = to;
        to = from;
        from = sorted;
    }
    size_t run = 0;
    for (size_t e = 1; e < count; e++) {
        run = from[e] == from[e - 1] ? run + 1 : 0;
        *equal += (double)run;
    }
    return exchanges;
}

static concordance count_pairs(const palate__user_ratings *user)
{
    size_t count = user->count;
    double same_rating = 0.0;
    double same_both = 0.0;
    double same_prediction = 0.0;
    memcpy(user->sorted, user->pairs, count * sizeof *user->sorted);
    qsort(user->sorted, count, sizeof *user->sorted, by_rating);
    count_equal_ratings(user->sorted, count, &same_rating, &same_both);
    for (size_t e = 0; e < count; e++)
        user->scratch[e] = user->sorted[e].prediction;
    double discordant = sort_counting(user->scratch, count, &same_prediction);
    double tied = same_prediction - same_both;
    double pairs = pairs_among((double)count) - same_rating;
    return (concordance){pairs - tied - discordant, tied, discordant};
}

static void add_fcp(const palate__user_ratings *user, double *columns)
{
    concordance found = count_pairs(user);
    columns[0] = found.concordant + found.tied / 2.0;
    columns[1] = found.concordant + found.tied + found.discordant;
}

const palate__metric palate__metric_fcp = {
    .about =
        {
            .name = "fcp",
            .title = "FCP",
            .kind = PALATE_METRIC_RATING,
            .better = PALATE_BETTER_HIGHER,
            .by_default = true,
            .formula = "FCP = sum_u (c_u + t_u / 2) / sum_u (c_u + t_u + d_u)",
            .notes = "Of the pairs of ratings of user u that differ, c_u are predicted in the "
                     "right order, d_u in the wrong one, and t_u alike, which counts as half "
                     "right: .5 is chance (Koren & Sill 2013). Surprise counts differently: see "
                     "fcp-surprise.",
        },
    .empty = "no user gave two ratings that differ",
    .width = 2,
    .of_ratings = add_fcp,
    .value = palate__metric_ratio,
};

static void add_fcp_surprise(const palate__user_ratings *user, double *columns)
{
    concordance found = count_pairs(user);
    columns[0] = found.concordant;
    columns[1] = found.concordant > 0.0;
    columns[2] = found.tied + found.discordant;
    columns[3] = columns[2] > 0.0;
}

static double mean_or_zero(double sum, double count)
{
    return count > 0.0 ? sum / count : 0.0;
}

static bool fcp_surprise(const double *sums, double *value)
{
    double right = mean_or_zero(sums[0], sums[1]);
    double wrong = mean_or_zero(sums[2], sums[3]);
    if (right + wrong <= 0.0)
        return false;
    *value = right / (right + wrong);
    return true;
}

const palate__metric palate__metric_fcp_surprise = {
    .about =
        {
            .name = "fcp-surprise",
            .title = "FCP (Surprise)",
            .kind = PALATE_METRIC_RATING,
            .better = PALATE_BETTER_HIGHER,
            .formula = "FCP = C / (C + D), where C is the mean of the c_u above 0 and "
                       "D that of the d_u + t_u above 0",
            .notes = "As Surprise's accuracy.fcp: pairs predicted alike (t_u) count as wrong, and "
                     "the two means leave out the users in whom they would be 0, so they may be "
                     "over different users. Letters as in fcp.",
        },
    .empty = "no user gave two ratings that differ",
    .width = 4,
    .of_ratings = add_fcp_surprise,
    .value = fcp_surprise,
};
