/* SPDX-License-Identifier: Apache-2.0 */
/* What is missing is zero: NMF of the whole matrix. */
#include "train/support.h"

/* A matrix of which most cells are zero: the rest is a product of the given rank, cut where it is small. */
static triples *sparse(uint32_t users, uint32_t items)
{
    triples *made = calloc(1, sizeof *made);
    assert_non_null(made);
    for (uint32_t i = 0; i < users; i++)
        for (uint32_t j = 0; j < items; j++) {
            const double value = made_up(i, 10) * made_up(j, 100) +
                                 made_up(i, 11) * made_up(j, 101);
            if (made_up(i * 7919U + j, 3) < 0.3)
                add(made, i, j, 5.0 * value + 0.1);
        }
    return made;
}

static palate_train_options zero_options(int64_t factors, int64_t epochs)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.missing = PALATE_MISSING_ZERO;
    options.factors = factors;
    options.epochs = epochs;
    options.tolerance = 0.0;
    return options;
}

/* Row of the id "u<i>" or "i<j>". */
static uint32_t row_of(const palate_model *model, bool is_user, uint32_t number)
{
    char id[ID_BYTES];
    snprintf(id, sizeof id, "%c%u", is_user ? 'u' : 'i', number);
    return is_user ? palate_model_find_user(model, id, PALATE_TEXT)
                   : palate_model_find_item(model, id, PALATE_TEXT);
}

static double product(const palate_model *model, uint32_t user, uint32_t item)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    const size_t k = about.factor_count;
    double sum = 0.0;
    for (size_t f = 0; f < k; f++)
        sum += (double)palate_model_user_factors(model)[user * k + f] *
               (double)palate_model_item_factors(model)[item * k + f];
    return sum;
}

/* Squared error over all cells, from the definition. */
static double squared_error(const palate_model *model, const triples *made, uint32_t users,
                            uint32_t items)
{
    double *cells = calloc((size_t)users * items, sizeof *cells);
    double sum = 0.0;
    assert_non_null(cells);
    for (size_t e = 0; e < made->count; e++)
        cells[(size_t)atoi(made->users[e] + 1) * items + (size_t)atoi(made->items[e] + 1)] =
            (double)made->ratings[e];
    for (uint32_t i = 0; i < users; i++)
        for (uint32_t j = 0; j < items; j++) {
            const double miss = cells[(size_t)i * items + j] -
                                product(model, row_of(model, true, i), row_of(model, false, j));
            sum += miss * miss;
        }
    free(cells);
    return sum;
}

static void test_the_error_is_that_of_all_cells(void **unused)
{
    (void)unused;
    triples *made = sparse(70, 40);
    palate_ratings *ratings = ratings_of(made, false);
    for (int init = PALATE_INIT_RANDOM; init <= PALATE_INIT_NNDSVDAR; init++) {
        palate_train_options options = zero_options(5, 30);
        options.init = init;
        palate_model *model = train(ratings, &options);
        palate_model_summary about;
        palate_model_info(model, &about);
        assert_string_equal(about.missing, "zero");
        const double exact = sqrt(squared_error(model, made, 70, 40) / (70.0 * 40.0));
        assert_true(fabs(about.train_rmse - exact) < 1e-5 * exact);
        palate_model_free(model);
    }
    palate_ratings_free(ratings);
    free(made);
}

static void check_log(const palate_ratings *ratings, const palate_train_options *options)
{
    size_t count = 0;
    palate_model *model = train(ratings, options);
    const palate_epoch *log = palate_model_log(model, &count);
    assert_int_equal(count, options->epochs);
    for (size_t e = 1; e < count; e++)
        assert_true(log[e].objective <= log[e - 1].objective * (1.0 + 1e-6));
    assert_true(log[count - 1].objective < 0.999 * log[0].objective);
    palate_model_free(model);
}

static void test_the_objective_never_rises(void **unused)
{
    (void)unused;
    triples *made = sparse(90, 60);
    palate_ratings *ratings = ratings_of(made, false);
    for (int init = PALATE_INIT_RANDOM; init <= PALATE_INIT_NNDSVDAR; init++)
        for (int strength = 0; strength < 3; strength++) {
            palate_train_options options = zero_options(7, 60);
            options.init = init;
            options.regularization = 0.02 * strength;
            options.l1_ratio = 0.5 * strength;
            check_log(ratings, &options);
        }
    palate_ratings_free(ratings);
    free(made);
}

/* The same model as of a matrix that stores its zeros, by the rule that knows but what is stored. */
static void test_zeros_are_as_if_stored(void **unused)
{
    enum { USERS = 40, ITEMS = 30, FACTORS = 3 };
    (void)unused;
    float user_start[USERS * FACTORS];
    float item_start[ITEMS * FACTORS];
    triples *made = sparse(USERS, ITEMS);
    triples *whole = calloc(1, sizeof *whole);
    assert_non_null(whole);
    for (uint32_t i = 0, e = 0; i < USERS; i++)
        for (uint32_t j = 0; j < ITEMS; j++) {
            const bool stored = e < made->count && (uint32_t)atoi(made->users[e] + 1) == i &&
                                (uint32_t)atoi(made->items[e] + 1) == j;
            add(whole, i, j, stored ? (double)made->ratings[e] : 0.0);
            e += stored;
        }
    for (size_t f = 0; f < sizeof user_start / sizeof user_start[0]; f++)
        user_start[f] = 1.0F;
    for (uint32_t f = 0; f < sizeof item_start / sizeof item_start[0]; f++)
        item_start[f] = (float)made_up(f, 5);
    const palate_start start = {user_start, item_start};
    palate_ratings *few = ratings_of(made, false);
    palate_ratings *all = ratings_of(whole, false);
    palate_train_options options = zero_options(FACTORS, 3000);
    palate_model *of_few = train(few, &options);
    options = zero_options(FACTORS, 3000);
    options.missing = PALATE_MISSING_UNKNOWN;
    options.mode = PALATE_MODE_PURE;
    options.regularization = 0.0;
    options.link = PALATE_LINK_OFF;
    options.start = &start;
    palate_model *of_all = train(all, &options);
    const double ours = squared_error(of_few, made, USERS, ITEMS);
    const double theirs = squared_error(of_all, made, USERS, ITEMS);
    assert_true(fabs(ours - theirs) < 1e-3 * theirs);
    palate_model_free(of_few);
    palate_model_free(of_all);
    palate_ratings_free(few);
    palate_ratings_free(all);
    free(made);
    free(whole);
}

/* At the minimum a factor above zero has slope 0, and one at zero a slope that is not below (Karush, Kuhn &
 * Tucker): in the unit of scikit-learn, from the definition. */
static void check_minimum(const palate_model *model, const triples *made, const float *factors,
                          double alpha, double share)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    const size_t k = about.factor_count;
    const float *items = palate_model_item_factors(model);
    for (size_t f = 0; f < k; f++) {
        double slope = about.item_count * alpha * (share + (1.0 - share) * (double)factors[f]);
        double size = 0.0;
        for (size_t j = 0; j < about.item_count; j++) {
            double estimate = 0.0;
            for (size_t g = 0; g < k; g++)
                estimate += (double)factors[g] * (double)items[j * k + g];
            slope += (double)items[j * k + f] * estimate;
            size += (double)items[j * k + f] * estimate;
        }
        for (size_t e = 0; e < made->count; e++)
            if (strcmp(made->users[e], "u3") == 0)
                slope -=
                    (double)
                        items[row_of(model, false, (uint32_t)atoi(made->items[e] + 1)) * k + f] *
                    (double)made->ratings[e];
        if (factors[f] > 0.0F)
            assert_true(fabs(slope) < 1e-4 * (size + 1.0));
        else
            assert_true(slope > -1e-4 * (size + 1.0));
    }
}

static void test_rows_are_folded_in_by_all_cells(void **unused)
{
    (void)unused;
    triples *made = sparse(70, 40);
    palate_ratings *ratings = ratings_of(made, false);
    for (int strength = 0; strength < 2; strength++) {
        palate_train_options options = zero_options(5, 40);
        options.regularization = 0.01 * strength;
        options.l1_ratio = 0.5 * strength;
        palate_model *model = train(ratings, &options);
        uint32_t columns[64];
        float values[64];
        int64_t begins[] = {0, 0, 0};
        for (size_t e = 0; e < made->count; e++)
            if (strcmp(made->users[e], "u3") == 0) {
                columns[begins[1]] = row_of(model, false, (uint32_t)atoi(made->items[e] + 1));
                values[begins[1]++] = made->ratings[e];
            }
        begins[2] = begins[1];
        const palate_new_rows rows = {2, begins, columns, values, NULL};
        float factors[10];
        float offsets[2];
        palate_error err = {0};
        assert_int_equal(palate_model_fold_in(model, &rows, NULL, factors, offsets, &err),
                         PALATE_OK);
        check_minimum(model, made, factors, options.regularization, options.l1_ratio);
        assert_true(offsets[0] == 0.0F && offsets[1] == 0.0F);
        for (size_t f = 5; f < 10; f++) /* A row of zeros is no typical one. */
            assert_true(factors[f] == 0.0F);
        palate_model_free(model);
    }
    palate_ratings_free(ratings);
    free(made);
}

/* More rows than are found together, and one of them by itself. */
static void test_rows_folded_in_together_are_those_folded_in_alone(void **unused)
{
    (void)unused;
    enum { ROWS = 70, K = 5 };
    triples *made = sparse(ROWS, 40);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = zero_options(K, 40);
    palate_model *model = train(ratings, &options);
    const palate_sparse_rows all = palate_ratings_by_user(ratings);
    const palate_new_rows rows = {all.row_count, all.begins, all.columns, all.ratings, NULL};
    float together[ROWS * K];
    float threaded[ROWS * K];
    float offsets[ROWS];
    palate_error err = {0};
    palate_fold_in_options how;
    palate_fold_in_options_init(&how);
    how.threads = 1;
    assert_int_equal(palate_model_fold_in(model, &rows, &how, together, offsets, &err), PALATE_OK);
    how.threads = 3;
    assert_int_equal(palate_model_fold_in(model, &rows, &how, threaded, offsets, &err), PALATE_OK);
    assert_memory_equal(threaded, together, all.row_count * K * sizeof *together);
    for (size_t row = 0; row < all.row_count; row++) {
        float alone[K];
        const palate_new_rows one = {1, all.begins + row, all.columns, all.ratings, NULL};
        assert_int_equal(palate_model_fold_in(model, &one, &how, alone, offsets, &err), PALATE_OK);
        for (size_t f = 0; f < K; f++)
            assert_true(fabsf(alone[f] - together[row * K + f]) < 1e-4F);
    }
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* By gradient descent with projection, from scratch: slow, plain, and by no code of the library. */
static void solve_plainly(const double *matrix, const double *right, size_t k, double *x)
{
    double size = 0.0;
    for (size_t f = 0; f < k; f++)
        size += matrix[f * k + f];
    for (int step = 0; step < 200000; step++)
        for (size_t f = 0; f < k; f++) {
            double slope = right[f];
            for (size_t g = 0; g < k; g++)
                slope -= matrix[f * k + g] * x[g];
            x[f] = fmax(0.0, x[f] + slope / size);
        }
}

static void test_a_row_is_the_non_negative_least_squares_solution(void **unused)
{
    enum { K = 4 };
    (void)unused;
    triples *made = sparse(50, 30);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = zero_options(K, 25);
    palate_model *model = train(ratings, &options);
    const float *items = palate_model_item_factors(model);
    const uint32_t columns[] = {0, 3, 7, 8, 20};
    const float values[] = {1, 0, 5, 2, 4}; /* A zero that is stored is one, too. */
    const int64_t begins[] = {0, 5};
    const palate_new_rows rows = {1, begins, columns, values, NULL};
    double matrix[K * K] = {0};
    double right[K] = {0};
    double x[K] = {0};
    float factors[K];
    float offset;
    palate_error err = {0};
    for (size_t f = 0; f < K; f++) {
        for (size_t j = 0; j < 30; j++)
            for (size_t g = 0; g < K; g++)
                matrix[f * K + g] += (double)items[j * K + f] * (double)items[j * K + g];
        for (size_t e = 0; e < 5; e++)
            right[f] += (double)values[e] * (double)items[columns[e] * K + f];
    }
    solve_plainly(matrix, right, K, x);
    assert_int_equal(palate_model_fold_in(model, &rows, NULL, factors, &offset, &err), PALATE_OK);
    for (size_t f = 0; f < K; f++)
        assert_true(fabs((double)factors[f] - x[f]) < 1e-3 * (1.0 + x[f]));
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

/* ---- Same input, same bits ---- */

static void check_same(const palate_model *a, const palate_model *b)
{
    palate_model_summary about;
    palate_model_info(a, &about);
    const size_t k = about.factor_count;
    assert_memory_equal(palate_model_user_factors(a), palate_model_user_factors(b),
                        about.user_count * k * sizeof(float));
    assert_memory_equal(palate_model_item_factors(a), palate_model_item_factors(b),
                        about.item_count * k * sizeof(float));
}

static void test_threads_and_the_order_of_lines_do_not_matter(void **unused)
{
    (void)unused;
    triples *made = sparse(150, 80);
    palate_ratings *ratings = ratings_of(made, false);
    triples *turned = calloc(1, sizeof *turned);
    assert_non_null(turned);
    for (size_t e = made->count; e-- > 0;)
        add(turned, (uint32_t)atoi(made->users[e] + 1), (uint32_t)atoi(made->items[e] + 1),
            (double)made->ratings[e]);
    palate_ratings *other = ratings_of(turned, false);
    for (int init = PALATE_INIT_RANDOM; init <= PALATE_INIT_NNDSVDAR; init++) {
        palate_train_options options = zero_options(6, 10);
        options.init = init;
        options.threads = 1;
        palate_model *one = train(ratings, &options);
        options.threads = 3;
        palate_model *three = train(ratings, &options);
        palate_model *reversed = train(other, &options);
        check_same(one, three);
        check_same(one, reversed);
        palate_model_free(one);
        palate_model_free(three);
        palate_model_free(reversed);
    }
    palate_ratings_free(ratings);
    palate_ratings_free(other);
    free(made);
    free(turned);
}

/* ---- Starts ---- */

/* A matrix of rank 1 is its first singular triplet. */
static void test_svd_starts_at_a_matrix_of_rank_one(void **unused)
{
    (void)unused;
    triples *made = calloc(1, sizeof *made);
    assert_non_null(made);
    for (uint32_t i = 0; i < 12; i++)
        for (uint32_t j = 0; j < 9; j++)
            add(made, i, j, (1.0 + i) * (0.5 + j));
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = zero_options(1, 0);
    options.init = PALATE_INIT_NNDSVD;
    palate_model *model = train(ratings, &options);
    for (uint32_t i = 0; i < 12; i++)
        for (uint32_t j = 0; j < 9; j++) {
            const double value = (1.0 + i) * (0.5 + j);
            assert_true(fabs(product(model, row_of(model, true, i), row_of(model, false, j)) -
                             value) < 1e-4 * value);
        }
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

static void test_svd_starts_lower_than_random(void **unused)
{
    (void)unused;
    triples *made = sparse(150, 80);
    palate_ratings *ratings = ratings_of(made, false);
    double errors[2];
    for (int random = 0; random < 2; random++) {
        palate_train_options options = zero_options(8, 0);
        options.init = random ? PALATE_INIT_RANDOM : PALATE_INIT_NNDSVD;
        palate_model *model = train(ratings, &options);
        errors[random] = squared_error(model, made, 150, 80);
        palate_model_free(model);
    }
    assert_true(errors[0] < 0.85 * errors[1]);
    palate_ratings_free(ratings);
    free(made);
}

/* ---- What does not go together ---- */

static void assert_refused(const palate_ratings *ratings, const palate_train_options *options,
                           const char *what)
{
    palate_error err = {0};
    palate_model *model = NULL;
    assert_int_equal(palate_model_train(ratings, options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, what));
    assert_null(model);
}

static void test_what_does_not_go_with_it_is_refused(void **unused)
{
    (void)unused;
    triples *made = sparse(20, 10);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = zero_options(3, 5);
#define REFUSED(field, value, what)                                                                \
    options = zero_options(3, 5);                                                                  \
    options.field = (value);                                                                       \
    assert_refused(ratings, &options, what)
    REFUSED(rule, PALATE_RULE_BAYES, "rule");
    REFUSED(rule, PALATE_RULE_MU, "rule");
    REFUSED(mode, PALATE_MODE_STRICT, "strict");
    REFUSED(validation, 0.1, "validation");
    REFUSED(tune, true, "tune");
    REFUSED(biases, true, "biases");
    REFUSED(anchor, 0.5, "anchor");
    REFUSED(missing, 7, "missing");
    options = zero_options(11, 5);
    options.init = PALATE_INIT_NNDSVD;
    assert_refused(ratings, &options, "as many factors as there are users and items");
    options = zero_options(3, 5);
    options.missing = PALATE_MISSING_UNKNOWN;
    options.l1_ratio = 0.5;
    assert_refused(ratings, &options, "l1-ratio");
    options.l1_ratio = 0.0;
    options.init = PALATE_INIT_RANDOM;
    assert_refused(ratings, &options, "init");
    palate_ratings_free(ratings);
    made->ratings[5] = -1.0F;
    ratings = ratings_of(made, false);
    options = zero_options(3, 5);
    assert_refused(ratings, &options, "a rating is -1");
    palate_ratings_free(ratings);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_error_is_that_of_all_cells),
        cmocka_unit_test(test_the_objective_never_rises),
        cmocka_unit_test(test_zeros_are_as_if_stored),
        cmocka_unit_test(test_rows_are_folded_in_by_all_cells),
        cmocka_unit_test(test_rows_folded_in_together_are_those_folded_in_alone),
        cmocka_unit_test(test_a_row_is_the_non_negative_least_squares_solution),
        cmocka_unit_test(test_threads_and_the_order_of_lines_do_not_matter),
        cmocka_unit_test(test_svd_starts_at_a_matrix_of_rank_one),
        cmocka_unit_test(test_svd_starts_lower_than_random),
        cmocka_unit_test(test_what_does_not_go_with_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
