/* SPDX-License-Identifier: Apache-2.0 */
/* What factors are about: shares by the definition, over all pairs; a planted taste is found by its
 * items and its users. */
#include "palate/factors.h"
#include "palate/explain.h"

enum { M = 11, N = 8, K = 3 };

#include "recommend/given.h"

/* What factors add to the typical, pair by pair: its variance, and its covariance with one factor's. */
static void shares_are_of_the_variance_over_all_pairs(void **state)
{
    (void)state;
    given made;
    fill(&made);
    palate_model *model = model_of(&made);
    palate_factor_facts facts[K];
    double of_factor[K] = {0.0};
    double whole = 0.0;
    double sum = 0.0;
    palate_error err;
    assert_int_equal(palate_model_factor_facts(model, facts, &err), PALATE_OK);
    for (uint32_t user = 0; user < M; user++)
        for (uint32_t item = 0; item < N; item++) {
            palate_explanation parts;
            double adds[K];
            assert_int_equal(palate_model_explain(model, user, item, PALATE_NO_TIME,
                                                  PALATE_PARTS_TYPICAL, &parts, adds, &err),
                             PALATE_OK);
            const double all = adds[0] + adds[1] + adds[2]; /* Its mean is 0. */
            whole += all * all;
            for (size_t f = 0; f < K; f++)
                of_factor[f] += all * adds[f];
        }
    for (size_t f = 0; f < K; f++) {
        assert_true(fabs(facts[f].share - of_factor[f] / whole) <= 1e-5);
        sum += facts[f].share;
    }
    assert_true(fabs(sum - 1.0) <= 1e-12);
    palate_model_free(model);
}

static void sparsity_goes_from_all_alike_to_only_one(void **state)
{
    (void)state;
    given made;
    fill(&made);
    for (uint32_t row = 0; row < N; row++) {
        made.items[row * K] = 0.7F;
        made.items[row * K + 1] = row == 3 ? 2.0F : 0.0F;
        made.items[row * K + 2] = 0.0F;
    }
    palate_model *model = model_of(&made);
    palate_factor_facts facts[K];
    palate_error err;
    assert_int_equal(palate_model_factor_facts(model, facts, &err), PALATE_OK);
    assert_true(fabs(facts[0].sparsity) <= 1e-6);
    assert_true(fabs(facts[1].sparsity - 1.0) <= 1e-6);
    assert_true(facts[2].sparsity == 0.0);
    /* What all have alike, or none has, sets nobody apart. */
    assert_true(fabs(facts[0].share) <= 1e-6 && facts[2].share == 0.0);
    assert_true(fabs(facts[1].share - 1.0) <= 1e-6);
    palate_model_free(model);
}

static void factors_that_explain_nothing_have_no_share(void **state)
{
    (void)state;
    given made;
    fill(&made);
    for (uint32_t e = 0; e < N * K; e++)
        made.items[e] = 0.5F;
    palate_model *model = model_of(&made);
    palate_factor_facts facts[K];
    uint32_t rows[10];
    double values[10];
    size_t count = 1;
    palate_error err;
    assert_int_equal(palate_model_factor_facts(model, facts, &err), PALATE_OK);
    for (uint32_t f = 0; f < K; f++) {
        assert_true(facts[f].share == 0.0);
        assert_int_equal(palate_model_factor_top(model, f, NULL, rows, values, &count, &err),
                         PALATE_OK);
        assert_int_equal(count, 0);
    }
    palate_model_free(model);
}

/* Each row a taste of its own, and one with some of all. */
static void top_rows_are_those_of_the_taste(void **state)
{
    (void)state;
    given made;
    fill(&made);
    for (uint32_t row = 0; row < M; row++)
        for (uint32_t f = 0; f < K; f++)
            made.users[row * K + f] = row % K == f ? 1.0F : 0.1F;
    for (uint32_t row = 0; row < N; row++)
        for (uint32_t f = 0; f < K; f++)
            made.items[row * K + f] = row == 7 ? 0.9F : row % K == f ? 1.0F : 0.1F;
    palate_model *model = model_of(&made);
    palate_similar_options options;
    palate_similar_options_init(&options);
    for (options.side = 0; options.side < 2; options.side++)
        for (uint32_t f = 0; f < K; f++) {
            uint32_t rows[10];
            double values[10];
            size_t count = 0;
            palate_error err;
            assert_int_equal(
                palate_model_factor_top(model, f, &options, rows, values, &count, &err), PALATE_OK);
            assert_true(count >= 2);
            for (size_t place = 0; place < 2; place++) {
                assert_int_equal(rows[place] % K, f);
                assert_int_not_equal(options.side == PALATE_SIMILAR_ITEMS && rows[place] == 7, 1);
                assert_true(values[place] > 0.0);
            }
            for (size_t place = 1; place < count; place++)
                assert_true(values[place] < values[place - 1] ||
                            (values[place] == values[place - 1] && rows[place] > rows[place - 1]));
        }
    palate_model_free(model);
}

/* Rows of one taste each are all of it; a row of two halves is half of each, in units of what moves. */
static void exclusive_items_stand_for_nothing_else(void **state)
{
    (void)state;
    given made;
    fill(&made);
    for (uint32_t row = 0; row < M; row++)
        for (uint32_t f = 0; f < K; f++)
            made.users[row * K + f] = (float)((row + f) % 2); /* All factors move as much. */
    for (uint32_t row = 0; row < N; row++)
        for (uint32_t f = 0; f < K; f++)
            made.items[row * K + f] = row != 5 ? 0.0F : f == 0 ? 1.0F : 0.0F;
    palate_model *model = model_of(&made);
    palate_factor_facts facts[K];
    palate_error err;
    assert_int_equal(palate_model_factor_facts(model, facts, &err), PALATE_OK);
    assert_true(fabs(facts[0].exclusivity - 1.0) <= 1e-6);
    assert_true(facts[1].exclusivity == 0.0 && facts[1].coherence == 0.0);
    palate_model_free(model);
    for (uint32_t f = 0; f < K; f++)
        made.items[5 * K + f] = f < 2 ? 1.0F : 0.0F;
    model = model_of(&made);
    assert_int_equal(palate_model_factor_facts(model, facts, &err), PALATE_OK);
    assert_true(fabs(facts[0].exclusivity - 0.5) <= 0.02);
    assert_true(facts[0].coherence == 0.0); /* Of one item, and nobody's ratings. */
    palate_model_free(model);
}

/* The coherence of a factor, over the pairs of its first items, out of what each user has seen. */
static double coherence_by_hand(const palate_model *model, uint32_t factor)
{
    uint32_t rows[PALATE_FACTOR_TOP];
    double values[PALATE_FACTOR_TOP];
    size_t count = 0;
    double sum = 0.0;
    palate_error err;
    palate_model_summary summary;
    palate_similar_options options;
    palate_similar_options_init(&options);
    options.count = PALATE_FACTOR_TOP;
    options.support = PALATE_FACTOR_SUPPORT;
    palate_model_info(model, &summary);
    assert_int_equal(palate_model_factor_top(model, factor, &options, rows, values, &count, &err),
                     PALATE_OK);
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < a; b++) {
            double n[4] = {0.0};
            for (uint32_t user = 0; user < summary.user_count; user++) {
                int64_t seen = 0;
                const uint32_t *items = palate_model_seen(model, user, &seen);
                size_t has = 0;
                for (int64_t e = 0; e < seen; e++)
                    has |= (items[e] == rows[a] ? 1U : 0U) | (items[e] == rows[b] ? 2U : 0U);
                n[has]++;
            }
            const double m = summary.user_count;
            const double pa = (n[1] + n[3]) / m;
            const double pb = (n[2] + n[3]) / m;
            sum += n[3] == 0.0 ? -1.0 : log(n[3] / m / (pa * pb)) / -log(n[3] / m);
        }
    assert_true(count >= 2);
    return sum / ((double)(count * (count - 1)) / 2.0);
}

static void coherence_is_that_of_the_definition(void **state)
{
    (void)state;
    triples *of = stars(200, 60, 0.3);
    palate_ratings *ratings = ratings_of(of, false);
    palate_train_options options;
    palate_model *model = NULL;
    palate_factor_facts facts[4];
    palate_error err;
    palate_train_options_init(&options);
    options.factors = 4;
    options.epochs = 5;
    options.mode = PALATE_MODE_PURE;
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_OK);
    assert_int_equal(palate_model_factor_facts(model, facts, &err), PALATE_OK);
    for (uint32_t f = 0; f < 4; f++) {
        assert_true(fabs(facts[f].coherence - coherence_by_hand(model, f)) <= 1e-9);
        assert_true(facts[f].exclusivity > 0.0 && facts[f].exclusivity <= 1.0);
    }
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(of);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    given made;
    fill(&made);
    palate_model *model = model_of(&made);
    palate_factor_facts facts[K];
    uint32_t rows[10];
    double values[10];
    size_t count = 3;
    palate_error err;
    palate_similar_options options;
    palate_similar_options_init(&options);
    assert_int_equal(palate_model_factor_facts(NULL, facts, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_factor_facts(model, NULL, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_factor_top(model, K, NULL, rows, values, &count, &err),
                     PALATE_E_INVALID);
    assert_int_equal(count, 0);
    assert_int_equal(palate_model_factor_top(NULL, 0, NULL, rows, values, &count, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_factor_top(model, 0, NULL, NULL, values, &count, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_factor_top(model, 0, NULL, rows, NULL, &count, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_factor_top(model, 0, NULL, rows, values, NULL, &err),
                     PALATE_E_INVALID);
    options.count = 0;
    assert_int_equal(palate_model_factor_top(model, 0, &options, rows, values, &count, &err),
                     PALATE_E_INVALID);
    palate_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_of_the_variance_over_all_pairs),
        cmocka_unit_test(sparsity_goes_from_all_alike_to_only_one),
        cmocka_unit_test(factors_that_explain_nothing_have_no_share),
        cmocka_unit_test(top_rows_are_those_of_the_taste),
        cmocka_unit_test(exclusive_items_stand_for_nothing_else),
        cmocka_unit_test(coherence_is_that_of_the_definition),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
