/* SPDX-License-Identifier: Apache-2.0 */
/* What "auto" stands for: options resolved, by the ratings and by what short runs have chosen. */
#include "train/pilot.h"
#include "train/training.h"

#include <math.h>

static void resolve(double *option, double automatic)
{
    if (*option == PALATE_AUTO)
        *option = automatic;
}

static void resolve_count(int64_t *option, int64_t automatic)
{
    if (*option == PALATE_AUTO)
        *option = automatic;
}

/* Ratings from which 63 and 95 factors are worth their time (docs/training.md). */
static const int64_t MANY_RATINGS = 20000;
static const int64_t VERY_MANY_RATINGS = 500000;

/* Few in mode pure, where no draw of a factor is zero and no offset makes up for it. */
static int64_t choose_factors(const palate__training *training)
{
    const palate_train_options *options = &training->options;
    if (options->missing == PALATE_MISSING_ZERO)
        return 20;
    const int64_t count = palate__matrix_count(&training->ratings->by_user);
    const bool bayes = options->rule == PALATE_RULE_BAYES;
    if (options->rule == PALATE_RULE_MU)
        return 15; /* The default of Surprise's NMF. */
    if (count < MANY_RATINGS || (options->mode == PALATE_MODE_PURE && bayes))
        return 31;
    return count < VERY_MANY_RATINGS || options->fast || bayes ? 63 : 95;
}

/* Samples of the posterior take this many bytes at most, unless more are asked for. */
static const double SAMPLE_BYTES = 256e6;

/* As many as the error no longer shows (docs/training.md), if they have room. */
static int64_t choose_samples(const palate__training *training, int64_t most)
{
    double rows = (double)training->ratings->users.count + (double)training->ratings->items.count;
    double room = SAMPLE_BYTES / (rows * (double)(training->options.factors + 1) * sizeof(float));
    int64_t samples = room < 8.0 ? 8 : room > 64.0 ? 64 : (int64_t)room;
    return samples < most ? samples : most;
}

/* Rule mu: the default of Surprise's NMF. Mode pure has no offsets to begin from: it takes longer. */
int64_t palate__training_epochs(const palate_train_options *options)
{
    if (options->epochs != PALATE_AUTO)
        return options->epochs;
    if (options->missing == PALATE_MISSING_ZERO)
        return options->fast ? 50 : 200;
    if (options->rule == PALATE_RULE_MU)
        return 50;
    if (options->rule == PALATE_RULE_BAYES)
        return options->fast ? 150 : 500;
    if (options->mode == PALATE_MODE_PURE)
        return options->fast ? 35 : 100;
    return options->fast ? 12 : 30;
}

static bool are_few(const palate_ratings *ratings)
{
    return palate__matrix_count(&ratings->by_user) < PALATE__PILOT_LEAST;
}

/* Mode pure is the textbook's, whose objective falls; in mode strict vb is better on some sets and worse on others
 * (docs/decisions/0046-variational.md); and how sure a handful of ratings is, is anyone's guess. */
int palate__training_rule(const palate_ratings *ratings, const palate_train_options *options)
{
    if (options->rule != PALATE_RULE_AUTO)
        return options->rule;
    return options->mode != PALATE_MODE_DEFAULT || are_few(ratings) ? PALATE_RULE_MAP
                                                                    : PALATE_RULE_VB;
}

void palate__training_resolve_counts(palate__training *training)
{
    palate_train_options *options = &training->options;
    options->rule = palate__training_rule(training->ratings, options);
    bool mu = options->rule == PALATE_RULE_MU;
    bool bayes = options->rule == PALATE_RULE_BAYES;
    resolve_count(&options->factors, choose_factors(training));
    options->epochs = palate__training_epochs(options);
    resolve_count(&options->burn_in, options->epochs / 8);
    if (options->burn_in >= options->epochs)
        options->burn_in = options->epochs > 0 ? options->epochs - 1 : 0;
    int64_t most = options->epochs - options->burn_in;
    resolve_count(&options->samples, choose_samples(training, most));
    options->samples = options->samples < most ? options->samples : most;
    const double of_descent = options->missing == PALATE_MISSING_ZERO ? 2e-7 : 1e-4;
    resolve(&options->tolerance, mu || bayes ? 0.0 : of_descent);
}

/* sum n^2 / sum n: the count seen by the average rating. */
static double count_seen_by_rating(const palate__matrix *matrix)
{
    double squares = 0.0;
    double sum = 0.0;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        double count = (double)(matrix->begins[row + 1] - matrix->begins[row]);
        squares += count * count;
        sum += count;
    }
    return squares / sum;
}

static double default_anchor(const palate_train_options *options)
{
    if (options->rule == PALATE_RULE_MU || options->mode == PALATE_MODE_PURE)
        return 0.0;
    return options->mode == PALATE_MODE_STRICT ? 0.02 : 0.2;
}

/* Of the minimum, and of the draws that follow it. */
static void resolve_anchors(palate__training *training)
{
    palate_train_options *options = &training->options;
    bool draws = options->rule == PALATE_RULE_BAYES && options->mode == PALATE_MODE_DEFAULT;
    training->anchor = options->anchor == PALATE_AUTO ? default_anchor(options) : options->anchor;
    resolve(&options->anchor, draws ? 0.5 : training->anchor);
    training->bound = -training->anchor;
}

/* A matrix of noise whose rows and columns have n_u and n_i entries has no singular value beyond about
 * sqrt(n_u) + sqrt(n_i) (in units of the noise), which is what lambda takes off each. Their geometric
 * mean serves long and short sides alike; sparse data want no less than 20. A handful of ratings tells
 * nothing; what is taught with it shows at half of that, without the link. */
static const double LAMBDA_LEAST = 20.0;
static const double LAMBDA_OF_SEEN = 2.0;
static const double LAMBDA_OF_SEEN_VB = 1.6; /* It shrinks by what is not sure as well. */
static const double LINK_TO_LAMBDA = 1.2;

/* What a table says of users helps little, and harms where it is taken for more: on 10 % of MovieLens
 * 100K's u1.base (4 slices) ratios 3, 13, 50 end at RMSE .8808, .8780, .8775 (1M: .8282, .8282, .8283).
 * Of items ratios .2, 1, 3, 13 end at .8801, .8788, .8780, .8790; for latest-small, where most items are
 * rated once or twice, at .8031 (1), .8038 (5), .8055 (13). From here a pilot goes on. */
static const double USER_TABLE_TO_LAMBDA = 13.0;
static const double ITEM_TABLE_TO_LAMBDA = 4.0;

/* A strength over that of the factors, as chosen or else by rule. */
static void resolve_by_ratio(double *option, const palate_train_options *options, double chosen,
                             double by_rule)
{
    resolve(option, (chosen > 0.0 ? chosen : by_rule) * options->regularization);
}

/* Beyond these the decomposition to start from takes longer than what it saves. */
static const int64_t SVD_FACTORS = 200;

bool palate__training_fits_svd(const palate__training *training)
{
    return training->options.factors <= training->users.matrix.row_count &&
           training->options.factors <= training->items.matrix.row_count;
}

/* Where every cell is known nothing need be shrunk, and strengths are those of scikit-learn's NMF: for each
 * cell of the row, in the unit of the ratings. */
static void resolve_zero(palate__training *training)
{
    palate_train_options *options = &training->options;
    palate__train_side *users = &training->users;
    palate__train_side *items = &training->items;
    if (options->init == PALATE_INIT_AUTO)
        options->init = palate__training_fits_svd(training) && options->factors <= SVD_FACTORS
                            ? PALATE_INIT_NNDSVDA
                            : PALATE_INIT_RANDOM;
    resolve(&options->regularization, 0.0);
    resolve(&options->item_regularization, options->regularization);
    const double of_users = options->regularization * items->matrix.row_count;
    const double of_items = options->item_regularization * users->matrix.row_count;
    const double share = options->l1_ratio;
    users->lambda = (1.0 - share) * of_users * training->gain;
    items->lambda = (1.0 - share) * of_items * training->gain;
    users->l1 = share * of_users * pow(training->gain, 1.5);
    items->l1 = share * of_items * pow(training->gain, 1.5);
}

/* What is said only of ratings, of which some are missing. */
static void resolve_to_none(palate_train_options *options)
{
    resolve(&options->item_bias_learning_rate, options->bias_learning_rate);
    resolve(&options->user_bias_regularization, 0.02);
    resolve(&options->item_bias_regularization, 0.02);
    resolve(&options->link_regularization, 0.0);
    resolve(&options->user_feature_regularization, 0.0);
    resolve(&options->item_feature_regularization, 0.0);
    options->link = PALATE_LINK_OFF;
    options->time = PALATE_TIME_OFF;
}

/* What "auto" stands for; measured in docs/training.md. */
void palate__training_resolve(palate__training *training)
{
    const palate__choice *choice = &training->choice;
    palate_train_options *options = &training->options;
    resolve_anchors(training);
    if (options->missing == PALATE_MISSING_ZERO)
        resolve_zero(training);
    if (options->rule == PALATE_RULE_MU) {
        resolve(&options->regularization, 0.06);
        resolve(&options->item_regularization, options->regularization);
    }
    if (options->missing == PALATE_MISSING_ZERO || options->rule == PALATE_RULE_MU) {
        resolve_to_none(options);
        return;
    }
    double users = count_seen_by_rating(&training->users.matrix);
    double items = count_seen_by_rating(&training->items.matrix);
    const bool few = are_few(training->ratings);
    if (options->regularization == PALATE_AUTO && (few || choice->without_link))
        options->link = PALATE_LINK_OFF;
    const double seen = pow(users * items, 0.25);
    const double of_seen = options->rule == PALATE_RULE_VB ? LAMBDA_OF_SEEN_VB : LAMBDA_OF_SEEN;
    const double by_rule = few ? seen : fmax(LAMBDA_LEAST, of_seen * seen);
    resolve(&options->regularization, by_rule * choice->factor);
    resolve_by_ratio(&options->link_regularization, options, choice->link_ratio, LINK_TO_LAMBDA);
    resolve_by_ratio(&options->user_feature_regularization, options, choice->user_ratio,
                     options->user_features == NULL ? 0.0 : USER_TABLE_TO_LAMBDA);
    resolve_by_ratio(&options->item_feature_regularization, options, choice->item_ratio,
                     options->item_features == NULL ? 0.0 : ITEM_TABLE_TO_LAMBDA);
    resolve(&options->user_bias_regularization, training->components.users.lambda);
    resolve(&options->item_bias_regularization, training->components.items.lambda);
}
