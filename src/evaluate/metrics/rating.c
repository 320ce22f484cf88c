/* SPDX-License-Identifier: Apache-2.0 */
/* How far predictions are off: RMSE and MAE, over all ratings together. */
#include "evaluate/metrics.h"

#include <math.h>

static double error_of(const palate__rated_pair *pair)
{
    return (double)pair->rating - (double)pair->prediction;
}

static void add_squared(const palate__user_ratings *user, double *columns)
{
    for (size_t e = 0; e < user->count; e++)
        columns[0] += error_of(&user->pairs[e]) * error_of(&user->pairs[e]);
    columns[1] = (double)user->count;
}

static void add_absolute(const palate__user_ratings *user, double *columns)
{
    for (size_t e = 0; e < user->count; e++)
        columns[0] += fabs(error_of(&user->pairs[e]));
    columns[1] = (double)user->count;
}

const palate__metric palate__metric_rmse = {
    .about =
        {
            .name = "rmse",
            .title = "RMSE",
            .kind = PALATE_METRIC_RATING,
            .better = PALATE_BETTER_LOWER,
            .by_default = true,
            .formula = "RMSE = sqrt( sum (r - p)^2 / n )",
            .notes = "r is a rating, p its prediction, n the number of ratings: one mean over the "
                     "ratings of all users together, those of unknown users and items included. "
                     "Predictions are clipped to the scale. The same as scikit-learn's "
                     "root_mean_squared_error and Surprise's accuracy.rmse.",
        },
    .empty = "there are no ratings",
    .width = 2,
    .of_ratings = add_squared,
    .value = palate__metric_root,
};

const palate__metric palate__metric_mae = {
    .about =
        {
            .name = "mae",
            .title = "MAE",
            .kind = PALATE_METRIC_RATING,
            .better = PALATE_BETTER_LOWER,
            .by_default = true,
            .formula = "MAE = sum |r - p| / n",
            .notes = "r is a rating, p its prediction, n the number of ratings: one mean over the "
                     "ratings of all users together. The same as scikit-learn's "
                     "mean_absolute_error and Surprise's accuracy.mae.",
        },
    .empty = "there are no ratings",
    .width = 2,
    .of_ratings = add_absolute,
    .value = palate__metric_ratio,
};
