/* SPDX-License-Identifier: Apache-2.0 */
/* Rule mu against an independent implementation, in double, of the update Surprise documents for its NMF:
 * https://surprise.readthedocs.io/en/stable/matrix_factorization.html#surprise.prediction_algorithms.matrix_factorization.NMF
 */
#include "train/support.h"

enum { USERS = 60, ITEMS = 40, FACTORS = 5, EPOCHS = 50 };

typedef struct reference {
    double pu[USERS][FACTORS], qi[ITEMS][FACTORS], bu[USERS], bi[ITEMS];
    double mean;
} reference;

typedef struct entry {
    int user, item;
    double rating;
} entry;

/* The ratings as a trainset visits them: users by first appearance, their ratings by line. */
static size_t visits_of(const triples *made, entry *visits)
{
    size_t count = 0;
    for (size_t first = 0; first < made->count; first++) {
        bool seen = false;
        for (size_t e = 0; e < first && !seen; e++)
            seen = strcmp(made->users[e], made->users[first]) == 0;
        for (size_t e = first; e < made->count && !seen; e++)
            if (strcmp(made->users[e], made->users[first]) == 0)
                visits[count++] = (entry){atoi(made->users[e] + 1), atoi(made->items[e] + 1),
                                          (double)made->ratings[e]};
    }
    return count;
}

static double product(const reference *model, int u, int i)
{
    double sum = 0.0;
    for (int f = 0; f < FACTORS; f++)
        sum += model->pu[u][f] * model->qi[i][f];
    return sum;
}

/* The items' strengths and steps may be their own. */
typedef struct strengths {
    double lambda, item_lambda, rate, item_rate;
} strengths;

static void reference_epoch(reference *model, const entry *visits, size_t count, bool biased,
                            const strengths *by)
{
    const double bias_lambda = 0.02;
    double un[USERS][FACTORS] = {{0}}, ud[USERS][FACTORS] = {{0}};
    double in[ITEMS][FACTORS] = {{0}}, id[ITEMS][FACTORS] = {{0}};
    int user_counts[USERS] = {0}, item_counts[ITEMS] = {0};
    for (size_t e = 0; e < count; e++) {
        int u = visits[e].user, i = visits[e].item;
        double r = visits[e].rating;
        double est = (biased ? model->mean : 0.0) + model->bu[u] + model->bi[i] +
                     product(model, u, i);
        if (biased) {
            model->bu[u] += by->rate * (r - est - bias_lambda * model->bu[u]);
            model->bi[i] += by->item_rate * (r - est - bias_lambda * model->bi[i]);
        }
        user_counts[u]++;
        item_counts[i]++;
        for (int f = 0; f < FACTORS; f++) {
            un[u][f] += model->qi[i][f] * r;
            ud[u][f] += model->qi[i][f] * est;
            in[i][f] += model->pu[u][f] * r;
            id[i][f] += model->pu[u][f] * est;
        }
    }
    for (int f = 0; f < FACTORS; f++) {
        for (int u = 0; u < USERS; u++)
            if (user_counts[u] > 0)
                model->pu[u][f] *= un[u][f] /
                                   (ud[u][f] + user_counts[u] * by->lambda * model->pu[u][f]);
        for (int i = 0; i < ITEMS; i++)
            if (item_counts[i] > 0)
                model->qi[i][f] *= in[i][f] /
                                   (id[i][f] + item_counts[i] * by->item_lambda * model->qi[i][f]);
    }
}

static void start_both(const palate_ratings *ratings, reference *model, float *users, float *items)
{
    for (int u = 0; u < USERS; u++)
        for (int f = 0; f < FACTORS; f++)
            model->pu[u][f] = (double)(float)made_up((uint32_t)u, (uint32_t)(500 + f));
    for (int i = 0; i < ITEMS; i++)
        for (int f = 0; f < FACTORS; f++)
            model->qi[i][f] = (double)(float)made_up((uint32_t)i, (uint32_t)(900 + f));
    for (uint32_t row = 0; row < palate_ratings_user_count(ratings); row++)
        for (int f = 0; f < FACTORS; f++)
            users[row * FACTORS + (uint32_t)f] =
                (float)model->pu[atoi(palate_ratings_user_id(ratings, row) + 1)][f];
    for (uint32_t row = 0; row < palate_ratings_item_count(ratings); row++)
        for (int f = 0; f < FACTORS; f++)
            items[row * FACTORS + (uint32_t)f] =
                (float)model->qi[atoi(palate_ratings_item_id(ratings, row) + 1)][f];
}

static void compare(const palate_model *model, const reference *expected, bool biased)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    for (uint32_t row = 0; row < about.user_count; row++) {
        int u = atoi(palate_model_user_id(model, row) + 1);
        for (uint32_t f = 0; f < FACTORS; f++)
            assert_true(fabs((double)palate_model_user_factors(model)[row * FACTORS + f] -
                             expected->pu[u][f]) <= 1e-4);
        if (biased)
            assert_true(fabs((double)palate_model_user_offsets(model)[row] - expected->bu[u]) <=
                        1e-4);
    }
    for (uint32_t row = 0; row < about.item_count; row++) {
        int i = atoi(palate_model_item_id(model, row) + 1);
        for (uint32_t f = 0; f < FACTORS; f++)
            assert_true(fabs((double)palate_model_item_factors(model)[row * FACTORS + f] -
                             expected->qi[i][f]) <= 1e-4);
        if (biased)
            assert_true(fabs((double)palate_model_item_offsets(model)[row] - expected->bi[i]) <=
                        1e-4);
    }
}

/* What the run says that it came to is what the factors it ends with come to. */
static void compare_error(const palate_model *model, const reference *expected, const entry *visits,
                          size_t count, bool biased)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    double sum = 0.0;
    for (size_t e = 0; e < count; e++) {
        int u = visits[e].user, i = visits[e].item;
        double error = visits[e].rating - (biased ? expected->mean : 0.0) - expected->bu[u] -
                       expected->bi[i] - product(expected, u, i);
        sum += error * error;
    }
    assert_true(fabs(about.train_rmse - sqrt(sum / (double)count)) <= 1e-5);
}

static void check_against_reference(bool biased, const strengths *by)
{
    triples *made = stars(USERS, ITEMS, 0.25);
    /* An order of lines in which users and items come mixed. */
    for (size_t e = made->count - 1; e > 0; e--) {
        size_t other = (size_t)(made_up((uint32_t)e, 5) * (double)(e + 1));
        const char *user = made->user_ids[e], *item = made->item_ids[e];
        float rating = made->ratings[e];
        made->user_ids[e] = made->user_ids[other], made->item_ids[e] = made->item_ids[other];
        made->ratings[e] = made->ratings[other];
        made->user_ids[other] = user, made->item_ids[other] = item, made->ratings[other] = rating;
    }
    triples *lines = calloc(1, sizeof *lines);
    assert_non_null(lines);
    for (size_t e = 0; e < made->count; e++)
        add(lines, (uint32_t)atoi(made->user_ids[e] + 1), (uint32_t)atoi(made->item_ids[e] + 1),
            (double)made->ratings[e]);
    palate_ratings *ratings = ratings_of(lines, true);

    reference *expected = calloc(1, sizeof *expected);
    entry *visits = calloc(lines->count, sizeof *visits);
    float users[USERS * FACTORS], items[ITEMS * FACTORS];
    start_both(ratings, expected, users, items);
    size_t count = visits_of(lines, visits);
    assert_int_equal(count, lines->count);
    for (size_t e = 0; e < count; e++)
        expected->mean += visits[e].rating / (double)count;
    for (int epoch = 0; epoch < EPOCHS; epoch++)
        reference_epoch(expected, visits, count, biased, by);

    palate_start start = {users, items};
    palate_train_options options;
    palate_train_options_init(&options);
    options.rule = PALATE_RULE_MU;
    options.factors = FACTORS;
    options.epochs = EPOCHS;
    options.biases = biased;
    options.regularization = by->lambda;
    options.bias_learning_rate = by->rate;
    if (by->item_lambda != by->lambda)
        options.item_regularization = by->item_lambda;
    if (by->item_rate != by->rate)
        options.item_bias_learning_rate = by->item_rate;
    options.tolerance = 0.0;
    options.start = &start;
    palate_model *model = train(ratings, &options);
    compare(model, expected, biased);
    compare_error(model, expected, visits, count, biased);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(expected);
    free(visits);
    free(lines);
    free(made);
}

static const strengths ONE_FOR_BOTH = {0.06, 0.06, 0.005, 0.005};
static const strengths ONE_EACH = {0.3, 0.02, 0.002, 0.01};

static void test_unbiased_gives_surprise_factors(void **unused)
{
    (void)unused;
    check_against_reference(false, &ONE_FOR_BOTH);
    check_against_reference(false, &ONE_EACH);
}

static void test_biased_gives_surprise_factors(void **unused)
{
    (void)unused;
    check_against_reference(true, &ONE_FOR_BOTH);
    check_against_reference(true, &ONE_EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unbiased_gives_surprise_factors),
        cmocka_unit_test(test_biased_gives_surprise_factors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
