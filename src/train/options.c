/* SPDX-License-Identifier: Apache-2.0 */
/* The table of training options. */
#include "palate/train.h"

#include <stddef.h>
#include <string.h>

#define AT(field) offsetof(palate_train_options, field)

static const palate_option rows[] = {
    {"factors", "n-factors n-components rank k dim", PALATE_OPTION_COUNT_AUTO, AT(factors), "auto",
     1, 1000, NULL, "K",
     "Latent factors; auto: 95 from 500,000 ratings on, 31 below 20,000 and for bayes in mode "
     "pure, else 63; for rule mu 15; with missing zero 20"},
    {"epochs", "n-epochs max-iter iterations niter", PALATE_OPTION_COUNT_AUTO, AT(epochs), "auto",
     0, 100000, NULL, "N",
     "Most sweeps over all users and items; auto: 30, in mode pure 100, for rule mu 50, for bayes "
     "500, with missing zero 200; fewer with fast"},
    {"missing", "", PALATE_OPTION_CHOICE, AT(missing), "unknown", 0, 0, "unknown|zero", "WHAT",
     "What a cell without a rating is; zero: NMF of the whole matrix, for words, spectra and the "
     "like"},
    {"mode", "", PALATE_OPTION_CHOICE, AT(mode), "default", 0, 0, "default|strict|pure", "MODE",
     "default: signed offsets, most accurate; strict: offsets >= 0 too; pure: R ~ U V^T alone"},
    {"rule", "solver algorithm", PALATE_OPTION_CHOICE, AT(rule), "auto", 0, 0,
     "auto|vb|map|mu|bayes", "RULE",
     "map: coordinate descent; vb: the same, minding how sure the other side is; mu: "
     "multiplicative updates, as Surprise's NMF; bayes: averages of the posterior; auto: vb, or "
     "map below 1,000 ratings and in the modes strict and pure"},
    {"regularization", "reg reg-param lambda l2 alpha-w reg-pu", PALATE_OPTION_REAL_AUTO,
     AT(regularization), "auto", 0, 1e9, NULL, "L", "Strength of the prior of the factors"},
    {"user-bias-regularization", "reg-bu lambda-bu", PALATE_OPTION_REAL_AUTO,
     AT(user_bias_regularization), "auto", 0, 1e9, NULL, "L",
     "Strength of the prior of the users' offsets"},
    {"item-bias-regularization", "reg-bi lambda-bi", PALATE_OPTION_REAL_AUTO,
     AT(item_bias_regularization), "auto", 0, 1e9, NULL, "L",
     "Strength of the prior of the items' offsets"},
    {"link", "", PALATE_OPTION_CHOICE, AT(link), "on", 0, 0, "on|off", "on|off",
     "Shrink factors towards what was rated by whom, rather than towards one point"},
    {"link-regularization", "", PALATE_OPTION_REAL_AUTO, AT(link_regularization), "auto", 0, 1e9,
     NULL, "L", "Strength of the prior of the link"},
    {"user-feature-regularization", "", PALATE_OPTION_REAL_AUTO, AT(user_feature_regularization),
     "auto", 0, 1e9, NULL, "L", "Strength of the prior of what a table of users adds to the link"},
    {"item-feature-regularization", "", PALATE_OPTION_REAL_AUTO, AT(item_feature_regularization),
     "auto", 0, 1e9, NULL, "L", "Strength of the prior of what a table of items adds to the link"},
    {"time", "", PALATE_OPTION_CHOICE, AT(time), "auto", 0, 0, "auto|off", "auto|off",
     "auto: users' offsets move with time where the ratings have times and show it"},
    {"time-scale", "", PALATE_OPTION_REAL_AUTO, AT(time_scale), "auto", 1e-3, 1e15, NULL, "T",
     "How long a user's offset stays as it is, in the unit of the times"},
    {"time-regularization", "", PALATE_OPTION_REAL_AUTO, AT(time_regularization), "auto", 1e-3, 1e9,
     NULL, "L", "Strength of the prior of how far it moves"},
    {"anchor", "", PALATE_OPTION_REAL_AUTO, AT(anchor), "auto", 0, 1, NULL, "A",
     "Where the prior of the factors is centred, on a scale of width 4"},
    {"biases", "biased use-bias", PALATE_OPTION_BOOL, AT(biases), "false", 0, 0, NULL, NULL,
     "Rule mu: with user and item biases"},
    {"bias-learning-rate", "lr-bu", PALATE_OPTION_REAL, AT(bias_learning_rate), "0.005", 1e-9, 1,
     NULL, "X", "Rule mu: step of its biases"},
    {"item-bias-learning-rate", "lr-bi", PALATE_OPTION_REAL_AUTO, AT(item_bias_learning_rate),
     "auto", 1e-9, 1, NULL, "X", "Rule mu: the items' step; auto: as the users'"},
    {"item-regularization", "reg-qi alpha-h", PALATE_OPTION_REAL_AUTO, AT(item_regularization),
     "auto", 0, 1e9, NULL, "L",
     "Rule mu and missing zero: strength of the prior of the items' factors; auto: as the users'"},
    {"l1-ratio", "", PALATE_OPTION_REAL, AT(l1_ratio), "0", 0, 1, NULL, "SHARE",
     "Missing zero: share of the regularization that weighs factors rather than their squares"},
    {"init", "", PALATE_OPTION_CHOICE, AT(init), "auto", 0, 0,
     "auto|random|nndsvd|nndsvda|nndsvdar", "HOW",
     "Missing zero: where factors start; auto: nndsvda, or random for more factors than rows"},
    {"init-low", "", PALATE_OPTION_REAL, AT(init_low), "0", 0, 1e6, NULL, "X",
     "Rule mu: least starting value of a factor"},
    {"init-high", "", PALATE_OPTION_REAL, AT(init_high), "1", 0, 1e6, NULL, "X",
     "Rule mu: greatest starting value of a factor"},
    {"samples", "", PALATE_OPTION_COUNT_AUTO, AT(samples), "auto", 0, 10000, NULL, "S",
     "Rule bayes: draws to keep; 0: only their mean, a model of k factors; auto: as many as have "
     "room, "
     "8 to 64"},
    {"burn-in", "burnin", PALATE_OPTION_COUNT_AUTO, AT(burn_in), "auto", 0, 100000, NULL, "N",
     "Rule bayes: epochs before the first draw that counts; auto: an eighth of them"},
    {"blend", "", PALATE_OPTION_REAL, AT(blend), "0.3", 0, 0.9, NULL, "W",
     "Rule bayes: weight of the minimum, rule map's answer, in the average with the draws"},
    {"tune", "", PALATE_OPTION_BOOL, AT(tune), "false", 0, 0, NULL, NULL,
     "Choose regularization, link and factors, where they are auto, on a tenth of the ratings; "
     "takes "
     "some ten times as long"},
    {"fast", "", PALATE_OPTION_BOOL, AT(fast), "false", 0, 0, NULL, NULL,
     "A third of the time for an RMSE some .002 higher: fewer epochs, and strengths by "
     "rule, "
     "without a pilot"},
    {"keep-ratings", "", PALATE_OPTION_BOOL, AT(keep_ratings), "true", 0, 0, NULL, NULL,
     "Keep the ratings in the model, to explain, update and forget by"},
    {"seed", "random-state", PALATE_OPTION_SEED, AT(seed), "0", 0, 0, NULL, "N",
     "Of everything random"},
    {"threads", "num-threads nthreads n-jobs jobs", PALATE_OPTION_COUNT, AT(threads), "0", 0, 1024,
     NULL, "T", "0: as many as the machine gives; the result is the same for any"},
    {"validation", "validation-fraction", PALATE_OPTION_REAL, AT(validation), "0", 0, 0.9, NULL,
     "SHARE", "Share of the ratings held out to measure and stop by"},
    {"patience", "", PALATE_OPTION_COUNT, AT(patience), "5", 0, 100000, NULL, "N",
     "With validation: stop after N epochs without a better RMSE; 0: never"},
    {"tolerance", "tol", PALATE_OPTION_REAL_AUTO, AT(tolerance), "auto", 0, 1, NULL, "X",
     "Stop when the objective falls by less than this share in an epoch; auto: 0.0001, rule mu and "
     "bayes 0, with missing zero 2e-07"},
    {"time-limit", "", PALATE_OPTION_REAL, AT(time_limit), "0", 0, 1e9, NULL, "SECONDS",
     "Stop after this long with the model reached; 0: no limit"},
};

static const palate_option_table table = {
    .title = "Training options",
    .options = rows,
    .count = sizeof rows / sizeof rows[0],
    .struct_bytes = sizeof(palate_train_options),
};

const palate_option_table *palate_train_options_table(void)
{
    return &table;
}

void palate_train_options_init(palate_train_options *options)
{
    palate_options_init(&table, options);
}
