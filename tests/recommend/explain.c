/* SPDX-License-Identifier: Apache-2.0 */
/* Why: parts add up to the prediction, and do not depend on where the model has its zero; reasons are
 * what folding in without a rating changes. */
#include "palate/explain.h"

#include "../train/support.h"

enum { USERS = 50, ITEMS = 40 };

static palate_model *trained(int mode, int rule, bool timed, bool keep)
{
    triples *made = stars(USERS, ITEMS, 0.3);
    if (timed)
        add_moods(made, 0.8);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 4;
    options.mode = mode;
    options.rule = rule;
    options.epochs = rule == PALATE_RULE_BAYES ? 20 : 200;
    options.keep_ratings = keep;
    palate_model *model = train(ratings, &options);
    palate_ratings_free(ratings);
    free(made);
    return model;
}

static double sum_of(const palate_model *model, const palate_explanation *parts,
                     const double *factors)
{
    palate_model_summary summary;
    palate_model_info(model, &summary);
    double sum = parts->common + parts->user + parts->item + parts->time;
    for (uint32_t f = 0; f < summary.factor_count; f++)
        sum += factors[f];
    return sum;
}

/* Rows from 0 on, and somebody unknown. */
static uint32_t row_or_none(uint32_t row, uint32_t count)
{
    return row < count ? row : PALATE_NO_ROW;
}

static void assert_adds_up(const palate_model *model, uint32_t user, uint32_t item, int64_t time)
{
    double factors[4000];
    palate_error err;
    for (int from = PALATE_PARTS_TYPICAL; from <= PALATE_PARTS_ZERO; from++) {
        palate_explanation parts;
        float predicted = 0.0F;
        const palate_cells cell = {1, &user, &item, &time};
        assert_int_equal(palate_model_predict(model, &cell, &predicted, NULL, NULL, &err),
                         PALATE_OK);
        assert_int_equal(palate_model_explain(model, user, item, time, from, &parts, factors, &err),
                         PALATE_OK);
        assert_true((float)parts.prediction == predicted);
        const double off = fabs(sum_of(model, &parts, factors) - parts.score);
        if (!(off <= 1e-5))
            fail_msg("user %u item %u from %d: off by %g", user, item, from, off);
    }
}

static void parts_add_up_to_the_prediction(void **state)
{
    (void)state;
    for (int variant = 0; variant < 8; variant++) {
        const bool timed = variant >= 4;
        palate_model *model = variant % 4 == 3
                                  ? trained(PALATE_MODE_DEFAULT, PALATE_RULE_BAYES, timed, true)
                                  : trained(variant % 4, PALATE_RULE_MAP, timed, true);
        for (uint32_t user = 0; user <= USERS; user++)
            for (uint32_t item = 0; item <= ITEMS; item++)
                assert_adds_up(model, row_or_none(user, USERS), row_or_none(item, ITEMS),
                               user % 2 == 0 ? PALATE_NO_TIME : (int64_t)user * 1000000);
        palate_model_free(model);
    }
}

static void who_is_typical_adds_nothing(void **state)
{
    (void)state;
    palate_model *model = trained(PALATE_MODE_DEFAULT, PALATE_RULE_MAP, false, true);
    palate_explanation parts;
    double factors[4];
    palate_error err;
    for (uint32_t row = 0; row < ITEMS; row++) {
        assert_int_equal(palate_model_explain(model, PALATE_NO_ROW, row, PALATE_NO_TIME,
                                              PALATE_PARTS_TYPICAL, &parts, factors, &err),
                         PALATE_OK);
        assert_true(fabs(parts.user) <= 1e-6);
        for (size_t f = 0; f < 4; f++)
            assert_true(factors[f] == 0.0);
    }
    palate_model_free(model);
}

/* A model of given factors, the users' all higher by `anchor`, and the items' offsets lower by what
 * that adds. */
static palate_model *moved_by(float anchor)
{
    enum { K = 3, M = 6, N = 5 };
    float users[M * K];
    float items[N * K];
    float offsets[N];
    char texts[M + N][8];
    const char *ids[M + N];
    for (uint32_t row = 0; row < M + N; row++) {
        snprintf(texts[row], sizeof texts[row], "r%u", row);
        ids[row] = texts[row];
    }
    for (uint32_t e = 0; e < M * K; e++)
        users[e] = (float)made_up(e, 1) + anchor;
    for (uint32_t j = 0; j < N; j++) {
        offsets[j] = 0.0F;
        for (uint32_t f = 0; f < K; f++) {
            items[j * K + f] = (float)made_up(j * K + f, 2);
            offsets[j] -= anchor * items[j * K + f];
        }
    }
    const palate_factors given = {.user_count = M,
                                  .item_count = N,
                                  .factor_count = K,
                                  .user_factors = users,
                                  .item_factors = items,
                                  .item_offsets = offsets,
                                  .user_ids = ids,
                                  .item_ids = ids + M};
    palate_model *model = NULL;
    palate_error err;
    assert_int_equal(palate_model_from_factors(NULL, &given, &model, &err), PALATE_OK);
    return model;
}

static void parts_from_the_typical_do_not_depend_on_the_zero(void **state)
{
    (void)state;
    palate_model *here = moved_by(0.0F);
    palate_model *there = moved_by(2.0F);
    palate_error err;
    for (uint32_t user = 0; user < 6; user++)
        for (uint32_t item = 0; item < 5; item++) {
            palate_explanation a;
            palate_explanation b;
            double of_a[3];
            double of_b[3];
            assert_int_equal(palate_model_explain(here, user, item, PALATE_NO_TIME,
                                                  PALATE_PARTS_TYPICAL, &a, of_a, &err),
                             PALATE_OK);
            assert_int_equal(palate_model_explain(there, user, item, PALATE_NO_TIME,
                                                  PALATE_PARTS_TYPICAL, &b, of_b, &err),
                             PALATE_OK);
            assert_true(fabs(a.common - b.common) <= 1e-5);
            assert_true(fabs(a.user - b.user) <= 1e-5);
            assert_true(fabs(a.item - b.item) <= 1e-5);
            for (size_t f = 0; f < 3; f++)
                assert_true(fabs(of_a[f] - of_b[f]) <= 1e-5);
        }
    palate_model_free(here);
    palate_model_free(there);
}

/* ---- Reasons ---- */

static palate_reason *reasons_of(const palate_model *model, uint32_t user, uint32_t item,
                                 int64_t time, int64_t threads, palate_reasons *out)
{
    int64_t count = 0;
    palate_error err;
    palate_model_seen(model, user, &count);
    palate_reason *reasons = calloc((size_t)count + 1, sizeof *reasons);
    if (palate_model_reasons(model, user, item, time, threads, out, reasons, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    assert_int_equal(out->count, count);
    return reasons;
}

/* The score after folding in, one rating turned into one that nobody knows. */
static double score_without(const palate_model *model, palate_rated rated, uint32_t without,
                            uint32_t item)
{
    uint32_t columns[ITEMS];
    float factors[4];
    float offset = 0.0F;
    palate_error err;
    palate_model_summary summary;
    palate_model_info(model, &summary);
    for (int64_t e = 0; e < rated.count; e++)
        columns[e] = rated.rows[e] == without ? PALATE_NO_ROW : rated.rows[e];
    const int64_t begins[] = {0, rated.count};
    const palate_new_rows rows = {1, begins, columns, rated.ratings, NULL};
    assert_int_equal(palate_model_fold_in(model, &rows, NULL, factors, &offset, &err), PALATE_OK);
    double score = summary.base + (double)offset + (double)palate_model_item_offsets(model)[item];
    for (size_t f = 0; f < 4; f++)
        score += (double)factors[f] * (double)palate_model_item_factors(model)[item * 4 + f];
    return score;
}

static void reasons_are_what_folding_in_says(void **state)
{
    (void)state;
    for (int mode = PALATE_MODE_DEFAULT; mode <= PALATE_MODE_PURE; mode++) {
        palate_model *model = trained(mode, PALATE_RULE_MAP, false, true);
        for (uint32_t user = 0; user < USERS; user += 9) {
            const uint32_t item = (user * 7U) % ITEMS;
            const palate_rated rated = palate_model_rated(model, user);
            palate_reasons all;
            palate_reason *reasons = reasons_of(model, user, item, PALATE_NO_TIME, 2, &all);
            const double whole = score_without(model, rated, PALATE_NO_ROW, item);
            assert_true(fabs(whole - all.score) <= 5e-4);
            for (int64_t e = 0; e < all.count; e++) {
                const double effect = whole - score_without(model, rated, reasons[e].item, item);
                if (!(fabs(effect - reasons[e].effect) <= 5e-4))
                    fail_msg("mode %d user %u: %g, not %g", mode, user, reasons[e].effect, effect);
                if (e > 0)
                    assert_true(fabs(reasons[e].effect) <= fabs(reasons[e - 1].effect));
            }
            free(reasons);
        }
        palate_model_free(model);
    }
}

static void a_higher_rating_of_an_item_raises_its_score(void **state)
{
    (void)state;
    palate_model *model = trained(PALATE_MODE_DEFAULT, PALATE_RULE_MAP, true, true);
    for (uint32_t user = 0; user < USERS; user += 5) {
        const palate_rated rated = palate_model_rated(model, user);
        assert_non_null(rated.times);
        for (int64_t e = 0; e < rated.count; e++) {
            palate_reasons all;
            palate_reason *reasons = reasons_of(model, user, rated.rows[e], rated.times[e], 1,
                                                &all);
            int64_t own = 0;
            while (reasons[own].item != rated.rows[e])
                own++;
            assert_true(reasons[own].rating == rated.ratings[e]);
            assert_true(reasons[own].time == rated.times[e]);
            /* Without the rating the score lies on the other side of what it was drawn to. */
            const double before = all.score - reasons[own].effect;
            const double pull = (double)rated.ratings[e] - before;
            assert_true(pull * reasons[own].effect >= -1e-3);
            free(reasons);
        }
    }
    palate_model_free(model);
}

static void reasons_do_not_depend_on_threads(void **state)
{
    (void)state;
    palate_model *model = trained(PALATE_MODE_DEFAULT, PALATE_RULE_MAP, true, true);
    palate_reasons one;
    palate_reason *alone = reasons_of(model, 3, 5, 3000000, 1, &one);
    for (int64_t threads = 2; threads <= 9; threads++) {
        palate_reasons more;
        palate_reason *shared = reasons_of(model, 3, 5, 3000000, threads, &more);
        assert_true(more.score == one.score);
        for (int64_t e = 0; e < one.count; e++) {
            assert_int_equal(shared[e].item, alone[e].item);
            assert_true(shared[e].effect == alone[e].effect);
        }
        free(shared);
    }
    free(alone);
    palate_model_free(model);
}

/* ---- What is wrong ---- */

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    palate_model *model = trained(PALATE_MODE_DEFAULT, PALATE_RULE_MAP, false, true);
    palate_explanation parts;
    double factors[4];
    palate_reason reasons[ITEMS];
    palate_reasons all;
    palate_error err;
    const uint32_t wrong[][2] = {{USERS, 0}, {0, ITEMS}, {PALATE_NO_ROW - 1, 0}};
    for (size_t w = 0; w < sizeof wrong / sizeof wrong[0]; w++) {
        assert_int_equal(
            palate_model_explain(model, wrong[w][0], wrong[w][1], 0, 0, &parts, factors, &err),
            PALATE_E_INVALID);
        assert_int_equal(
            palate_model_reasons(model, wrong[w][0], wrong[w][1], 0, 1, &all, reasons, &err),
            PALATE_E_INVALID);
    }
    assert_int_equal(palate_model_explain(model, 0, 0, 0, 2, &parts, factors, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_explain(NULL, 0, 0, 0, 0, &parts, factors, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_explain(model, 0, 0, 0, 0, NULL, factors, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_explain(model, 0, 0, 0, 0, &parts, NULL, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_reasons(model, PALATE_NO_ROW, 0, 0, 1, &all, reasons, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_reasons(model, 0, 0, 0, -1, &all, reasons, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_reasons(NULL, 0, 0, 0, 1, &all, reasons, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_reasons(model, 0, 0, 0, 1, NULL, reasons, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_reasons(model, 0, 0, 0, 1, &all, NULL, &err), PALATE_E_INVALID);
    palate_model_free(model);
}

static void models_without_ratings_say_so(void **state)
{
    (void)state;
    palate_reason reasons[ITEMS];
    palate_reasons all;
    palate_error err;
    palate_model *bare = trained(PALATE_MODE_DEFAULT, PALATE_RULE_MAP, true, false);
    const palate_rated rated = palate_model_rated(bare, 0);
    assert_true(rated.count > 0 && rated.ratings == NULL && rated.times == NULL);
    assert_int_equal(palate_model_reasons(bare, 0, 0, 0, 1, &all, reasons, &err),
                     PALATE_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "keep-ratings"));
    palate_model_free(bare);
    palate_model *average = trained(PALATE_MODE_DEFAULT, PALATE_RULE_BAYES, false, true);
    assert_int_equal(palate_model_reasons(average, 0, 0, 0, 1, &all, reasons, &err),
                     PALATE_E_UNSUPPORTED);
    palate_model_free(average);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_add_up_to_the_prediction),
        cmocka_unit_test(who_is_typical_adds_nothing),
        cmocka_unit_test(parts_from_the_typical_do_not_depend_on_the_zero),
        cmocka_unit_test(reasons_are_what_folding_in_says),
        cmocka_unit_test(a_higher_rating_of_an_item_raises_its_score),
        cmocka_unit_test(reasons_do_not_depend_on_threads),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(models_without_ratings_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
