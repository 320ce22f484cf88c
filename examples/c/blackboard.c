/* SPDX-License-Identifier: Apache-2.0 */
/* The two examples that introductions to matrix factorization draw on the blackboard.
 *
 *     ./blackboard ../data/blackboard.csv
 */
#include <math.h>
#include <palate/palate.h>
#include <stdio.h>

/* ---- 1. A table with holes, and two factors that fill them ---- */

static palate_status learn(const char *path, palate_ratings **ratings, palate_model **model,
                           palate_error *err)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.mode = PALATE_MODE_PURE; /* R ~ U V^T and nothing else, as on the blackboard. */
    options.factors = 2;
    options.regularization = 0.001; /* Next to none: the table is to be met, not smoothed. */
    options.epochs = 500;
    palate_status status = palate_ratings_read(NULL, path, NULL, ratings, err);
    return status == PALATE_OK ? palate_model_train(*ratings, &options, model, err) : status;
}

/* The rating of a cell, or NAN where nobody has rated. */
static double known_rating(const palate_ratings *ratings, uint32_t user, uint32_t item)
{
    palate_rated rated = palate_ratings_of_user(ratings, user);
    for (int64_t e = 0; e < rated.count; e++)
        if (rated.rows[e] == item)
            return (double)rated.ratings[e];
    return NAN;
}

/* Prints a row; true if known ratings are met and all others lie in the scale. */
static bool print_row(const palate_ratings *ratings, const palate_model *model, uint32_t user)
{
    bool good = true;
    printf("%-8s", palate_ratings_user_id(ratings, user));
    for (uint32_t place = 0; place < palate_ratings_item_count(ratings); place++) {
        uint32_t item = palate_ratings_item_at(ratings, place);
        double known = known_rating(ratings, user, item);
        double filled = (double)palate_model_predict_one(
            model, palate_ratings_user_id(ratings, user), palate_ratings_item_id(ratings, item));
        printf("   %4.2f %s", filled, isnan(known) ? "(was empty)" : "           ");
        good = good && filled >= 1 && filled <= 5 && (isnan(known) || fabs(filled - known) < 0.1);
    }
    printf("\n");
    return good;
}

static bool print_table(const palate_ratings *ratings, const palate_model *model)
{
    bool good = true;
    printf("        ");
    for (uint32_t place = 0; place < palate_ratings_item_count(ratings); place++)
        printf("   %-16s", palate_ratings_item_id(ratings, palate_ratings_item_at(ratings, place)));
    printf("\n");
    for (uint32_t place = 0; place < palate_ratings_user_count(ratings); place++)
        good = print_row(ratings, model, palate_ratings_user_at(ratings, place)) && good;
    return good;
}

static bool fill_the_table(const char *path)
{
    palate_ratings *ratings = NULL;
    palate_model *model = NULL;
    palate_error err;
    bool good = false;
    printf("1. The table, filled by two factors:\n\n");
    if (learn(path, &ratings, &model, &err) == PALATE_OK)
        good = print_table(ratings, model);
    else
        fprintf(stderr, "%s\n", err.message);
    palate_model_free(model);
    palate_ratings_free(ratings);
    return good;
}

/* ---- 2. Factors that are given, and the scores they make ---- */

static const float USERS[] = {0.8F, 0.2F, 0.4F, 0.6F, 1.0F, 0.1F};
static const float MOVIES[] = {0.9F, 0.2F, 0.1F, 0.8F, 0.6F, 0.3F};
static const char *const USER_IDS[] = {"User 1", "User 2", "User 3"};
static const char *const MOVIE_IDS[] = {"Movie A", "Movie B", "Movie C"};
static const char *const FACTOR_NAMES[] = {"Action", "Romance"};

static void print_scores(const palate_model *model)
{
    for (int i = 0; i < 3; i++) {
        printf("%-8s", USER_IDS[i]);
        for (int j = 0; j < 3; j++)
            printf("   %s %.2f", MOVIE_IDS[j],
                   (double)palate_model_predict_one(model, USER_IDS[i], MOVIE_IDS[j]));
        printf("\n");
    }
}

static bool score_given_factors(void)
{
    palate_factors given = {.user_count = 3,
                            .item_count = 3,
                            .factor_count = 2,
                            .user_factors = USERS,
                            .item_factors = MOVIES,
                            .user_ids = USER_IDS,
                            .item_ids = MOVIE_IDS,
                            .factor_names = FACTOR_NAMES};
    palate_model *model = NULL;
    palate_error err;
    printf("\n2. Scores from given factors, Action and Romance:\n\n");
    if (palate_model_from_factors(NULL, &given, &model, &err) != PALATE_OK) {
        fprintf(stderr, "%s\n", err.message);
        return false;
    }
    print_scores(model);
    double score = (double)palate_model_predict_one(model, "User 1", "Movie A");
    printf("\nUser 1 and Movie A: .8 x .9 + .2 x .2 = %.2f\n", score);
    palate_model_free(model);
    return fabs(score - 0.76) < 1e-6;
}

int main(int argc, char **argv)
{
    bool filled = fill_the_table(argc > 1 ? argv[1] : "../data/blackboard.csv");
    bool scored = score_given_factors();
    return filled && scored ? 0 : 1;
}
