/* SPDX-License-Identifier: Apache-2.0 */
/* Taking in new rows: somebody whom training knew gets the row that training gave; nothing nearby is
 * better; and what is wrong is refused. */
#include "base/context.h"
#include "recommend/fold.h"

#include "../train/support.h"

static palate_train_options options_to_the_end(int mode)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 4;
    options.mode = mode;
    options.epochs = 3000;
    options.tolerance = 1e-12;
    options.regularization = 3.0; /* With the link. */
    options.time = PALATE_TIME_OFF;
    return options;
}

static palate_model *train_to_the_end(int mode, bool link)
{
    triples *made = stars(60, 40, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = options_to_the_end(mode);
    options.link = link ? PALATE_LINK_ON : PALATE_LINK_OFF;
    palate_model *model = train(ratings, &options);
    palate_ratings_free(ratings);
    free(made);
    return model;
}

/* The ratings of a side, as they would come from somewhere else. */
typedef struct given {
    palate_ratings *ratings;
    palate_new_rows rows;
} given;

static given all_rows(int side)
{
    triples *made = stars(60, 40, 0.3);
    given all = {.ratings = ratings_of(made, false)};
    const palate_sparse_rows from = side == PALATE_FOLD_IN_USERS
                                        ? palate_ratings_by_user(all.ratings)
                                        : palate_ratings_by_item(all.ratings);
    all.rows = (palate_new_rows){from.row_count, from.begins, from.columns, from.ratings, NULL};
    free(made);
    return all;
}

typedef struct folded {
    float *factors, *offsets;
} folded;

static folded fold(const palate_model *model, const palate_new_rows *rows,
                   const palate_fold_in_options *options)
{
    const size_t k = model->factor_count;
    folded made = {calloc(rows->count * k + 1, sizeof(float)),
                   calloc(rows->count + 1, sizeof(float))};
    palate_error err;
    if (palate_model_fold_in(model, rows, options, made.factors, made.offsets, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return made;
}

static void forget(folded *made)
{
    free(made->factors);
    free(made->offsets);
}

static palate_fold_in_options options_for(int side)
{
    palate_fold_in_options options;
    palate_fold_in_options_init(&options);
    options.side = side;
    return options;
}

static float farthest(const float *a, const float *b, size_t count)
{
    float most = 0.0F;
    for (size_t i = 0; i < count; i++)
        most = fmaxf(most, fabsf(a[i] - b[i]));
    return most;
}

static void those_whom_training_knew_get_their_rows(void **state)
{
    (void)state;
    for (int mode = PALATE_MODE_DEFAULT; mode <= PALATE_MODE_PURE; mode++) {
        for (int link = 0; link < 2; link++) {
            palate_model *model = train_to_the_end(mode, link == 1);
            for (int side = PALATE_FOLD_IN_USERS; side <= PALATE_FOLD_IN_ITEMS; side++) {
                given all = all_rows(side);
                const palate_fold_in_options options = options_for(side);
                folded made = fold(model, &all.rows, &options);
                const palate__side *trained = side == PALATE_FOLD_IN_USERS ? &model->users
                                                                           : &model->items;
                const float far = farthest(made.factors, trained->factors, all.rows.count * 4);
                const float off = farthest(made.offsets, trained->offsets, all.rows.count);
                /* Strict clips offsets after training, which moves what the others stand on. */
                const float near = mode == PALATE_MODE_STRICT ? 0.05F : 5e-3F;
                if (far > near || off > near)
                    fail_msg("mode %d link %d side %d: factors %g, offsets %g", mode, link, side,
                             (double)far, (double)off);
                forget(&made);
                palate_ratings_free(all.ratings);
            }
            palate_model_free(model);
        }
    }
}

/* With times, too: factors, offset, and how it moves. */
static void those_with_moods_get_theirs(void **state)
{
    (void)state;
    triples *made = stars(60, 40, 0.5);
    add_moods(made, 1.0);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = options_to_the_end(PALATE_MODE_DEFAULT);
    options.time = PALATE_TIME_AUTO;
    palate_model *model = train(ratings, &options);
    palate_ratings_free(ratings);
    free(made);
    assert_true(model->drift_lambda > 0.0);
    palate_fold_in_options how = options_for(PALATE_FOLD_IN_USERS);
    palate_error err;
    palate__fold common;
    assert_int_equal(palate__fold_begin(&common, model, &how, &err), PALATE_OK);
    void *room = palate__fold_room(&common, 1, 40);
    for (uint32_t user = 0; user < model->users.ids.count; user++) {
        float factors[4];
        const palate_rated rated = palate_model_rated(model, user);
        const palate__fold_row row = {rated.rows, rated.ratings, rated.times, (size_t)rated.count,
                                      NULL};
        const palate__moments moments = palate__model_moments(model, user);
        palate__fold_desk desk = palate__fold_desk_of(&common, room, 0, 40);
        palate__folded result = {.factors = factors};
        palate__fold_take(&common, &desk, &row);
        palate__fold_solve(&common, &desk, PALATE__NO_PLACE, NULL);
        palate__fold_leave(&common, &desk, &result);
        assert_int_equal(result.moments.count, moments.count);
        assert_memory_equal(result.moments.times, moments.times, moments.count * sizeof(int64_t));
        const float far = farthest(factors, model->users.factors + user * 4, 4);
        const float moved = farthest(result.moments.values, moments.values, moments.count);
        const float off = fabsf(result.offset - model->users.offsets[user]);
        const int64_t begins[] = {0, rated.count};
        const palate_new_rows rows = {1, begins, rated.rows, rated.ratings, rated.times};
        folded same = fold(model, &rows, NULL);
        assert_memory_equal(same.factors, factors, sizeof factors);
        assert_true(same.offsets[0] == result.offset);
        forget(&same);
        if (far > 5e-3F || off > 5e-3F || moved > 5e-3F)
            fail_msg("user %u: factors %g, offset %g, moments %g", user, (double)far, (double)off,
                     (double)moved);
    }
    palate__release(NULL, room);
    palate_model_free(model);
}

/* What a row of a model without offsets and link minimizes, by its definition. */
static double objective(const palate_model *model, const palate_new_rows *rows, size_t row,
                        const float *factors, double lambda)
{
    double sum = 0.0;
    for (int64_t e = rows->begins[row]; e < rows->begins[row + 1]; e++) {
        double error = (double)rows->ratings[e];
        for (size_t f = 0; f < 4; f++)
            error -= (double)factors[f] * (double)model->items.factors[rows->columns[e] * 4 + f];
        sum += error * error;
    }
    for (size_t f = 0; f < 4; f++)
        sum += lambda * (double)factors[f] * (double)factors[f];
    return sum;
}

static void nothing_nearby_is_better(void **state)
{
    (void)state;
    palate_model *model = train_to_the_end(PALATE_MODE_PURE, false);
    given all = all_rows(PALATE_FOLD_IN_USERS);
    palate_fold_in_options options = options_for(PALATE_FOLD_IN_USERS);
    for (int strength = 0; strength < 3; strength++) {
        options.regularization = strength == 0 ? PALATE_AUTO : 10.0 * strength;
        const double inside = strength == 0 ? 3.0 : options.regularization;
        const double lambda = inside / model->gain;
        folded made = fold(model, &all.rows, &options);
        for (size_t row = 0; row < all.rows.count; row++) {
            float *factors = made.factors + row * 4;
            const double least = objective(model, &all.rows, row, factors, lambda);
            for (size_t f = 0; f < 4; f++) {
                const float there = factors[f];
                assert_true(there >= 0.0F);
                for (int step = -1; step <= 1; step += 2) {
                    factors[f] = fmaxf(there + 0.02F * (float)step, 0.0F);
                    assert_true(objective(model, &all.rows, row, factors, lambda) >= least - 1e-6);
                }
                factors[f] = there;
            }
        }
        forget(&made);
    }
    palate_ratings_free(all.ratings);
    palate_model_free(model);
}

static void check_that_rows_do_not_depend(palate_model *model)
{
    given all = all_rows(PALATE_FOLD_IN_USERS);
    palate_fold_in_options options = options_for(PALATE_FOLD_IN_USERS);
    options.threads = 1;
    folded one = fold(model, &all.rows, &options);
    for (int threads = 2; threads <= 5; threads++) {
        options.threads = threads;
        folded more = fold(model, &all.rows, &options);
        assert_memory_equal(more.factors, one.factors, all.rows.count * 4 * sizeof(float));
        assert_memory_equal(more.offsets, one.offsets, all.rows.count * sizeof(float));
        forget(&more);
    }
    for (size_t row = 0; row < all.rows.count; row++) {
        const palate_new_rows single = {1, all.rows.begins + row, all.rows.columns,
                                        all.rows.ratings, NULL};
        folded alone = fold(model, &single, &options);
        assert_memory_equal(alone.factors, one.factors + row * 4, 4 * sizeof(float));
        forget(&alone);
    }
    forget(&one);
    palate_ratings_free(all.ratings);
    palate_model_free(model);
}

static void rows_do_not_depend_on_threads_or_each_other(void **state)
{
    (void)state;
    triples *made = stars(60, 40, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options = options_to_the_end(PALATE_MODE_PURE);
    options.missing = PALATE_MISSING_ZERO;
    check_that_rows_do_not_depend(train_to_the_end(PALATE_MODE_DEFAULT, true));
    check_that_rows_do_not_depend(train(ratings, &options));
    palate_ratings_free(ratings);
    free(made);
}

static void what_is_not_known_plays_no_part(void **state)
{
    (void)state;
    palate_model *model = train_to_the_end(PALATE_MODE_DEFAULT, true);
    static const int64_t begins[] = {0, 2, 5, 5, 6};
    static const uint32_t columns[] = {3, 7, PALATE_NO_ROW, 3, 7, PALATE_NO_ROW};
    static const float ratings[] = {4, 2, 1, 4, 2, 5};
    const palate_new_rows rows = {4, begins, columns, ratings, NULL};
    folded made = fold(model, &rows, NULL);
    assert_memory_equal(made.factors, made.factors + 4, 4 * sizeof(float));
    assert_true(made.offsets[0] == made.offsets[1]);
    for (size_t row = 2; row < 4; row++) {
        assert_memory_equal(made.factors + row * 4, model->users.typical, 4 * sizeof(float));
        assert_true(made.offsets[row] == model->users.typical[4]);
    }
    forget(&made);
    palate_model_free(model);
}

/* Somebody who gives high ratings is predicted higher ones. */
static void assert_sense(const palate_model *model)
{
    static const int64_t begins[] = {0, 4, 8};
    static const uint32_t columns[] = {0, 1, 2, 3, 0, 1, 2, 3};
    static const float ratings[] = {5, 5, 4, 5, 1, 2, 1, 1};
    const palate_new_rows rows = {2, begins, columns, ratings, NULL};
    const size_t k = model->factor_count;
    folded made = fold(model, &rows, NULL);
    double means[2] = {0.0, 0.0};
    for (size_t row = 0; row < 2; row++) {
        for (size_t f = 0; f < k; f++)
            assert_true(made.factors[row * k + f] >= 0.0F &&
                        isfinite((double)made.factors[row * k + f]));
        for (uint32_t item = 0; item < model->items.ids.count; item++) {
            means[row] += (double)made.offsets[row];
            for (size_t f = 0; f < k; f++)
                means[row] += (double)made.factors[row * k + f] *
                              (double)model->items.factors[item * k + f];
        }
    }
    assert_true(means[0] > means[1]);
    forget(&made);
}

static void models_without_a_prior_take_in_rows_too(void **state)
{
    (void)state;
    triples *made = stars(60, 40, 0.3);
    palate_ratings *ratings = ratings_of(made, true);
    palate_train_options options;
    palate_train_options_init(&options);
    options.rule = PALATE_RULE_MU;
    for (int biases = 0; biases < 2; biases++) {
        options.biases = biases == 1;
        palate_model *model = train(ratings, &options);
        assert_sense(model);
        palate_model_free(model);
    }
    palate_model *trained = train(ratings, &options);
    const palate_factors factors = {
        .user_count = trained->users.ids.count,
        .item_count = trained->items.ids.count,
        .factor_count = trained->factor_count,
        .user_factors = trained->users.factors,
        .item_factors = trained->items.factors,
        .user_ids = (const char *const *)made->user_ids,
        .item_ids = (const char *const *)made->item_ids,
    };
    const char *users[60];
    const char *items[40];
    for (uint32_t row = 0; row < factors.user_count; row++)
        users[row] = palate_model_user_id(trained, row);
    for (uint32_t row = 0; row < factors.item_count; row++)
        items[row] = palate_model_item_id(trained, row);
    palate_factors named = factors;
    named.user_ids = users;
    named.item_ids = items;
    palate_model *imported = NULL;
    palate_error err;
    assert_int_equal(palate_model_from_factors(NULL, &named, &imported, &err), PALATE_OK);
    assert_sense(imported);
    palate_model_free(imported);
    palate_model_free(trained);

    options.rule = PALATE_RULE_BAYES;
    options.biases = false;
    options.epochs = 20;
    options.factors = 2;
    palate_model *average = train(ratings, &options);
    float room[1000];
    const int64_t begins[] = {0, 0};
    const palate_new_rows nothing = {1, begins, NULL, NULL, NULL};
    assert_int_equal(palate_model_fold_in(average, &nothing, NULL, room, room, &err),
                     PALATE_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "rule map"));
    palate_model_free(average);
    palate_ratings_free(ratings);
    free(made);
}

/* Ratings of a user who was in a good mood for a while, with the times that tell. */
static void drift_of_users_is_no_property_of_items(void **state)
{
    (void)state;
    triples *made = stars(60, 40, 0.3);
    for (size_t e = 0; e < made->count; e++) {
        const bool good = made_up((uint32_t)e, 77) < 0.5;
        made->times[e] = good ? 1000000 : 0;
        made->ratings[e] += good ? 2.0F : 0.0F;
    }
    made->timed = true;
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options;
    palate_train_options_init(&options);
    options.time_scale = 1000.0;
    palate_model *model = train(ratings, &options);
    assert_true(model->moment_begins != NULL);
    static const int64_t begins[] = {0, 3};
    static const uint32_t columns[] = {0, 1, 2};
    static const float fours[] = {4, 4, 4};
    static const int64_t good[] = {1000000, 1000000, 1000000};
    static const int64_t bad[] = {0, 0, 0};
    static const int64_t never[] = {PALATE_NO_TIME, PALATE_NO_TIME, PALATE_NO_TIME};
    const palate_fold_in_options items = options_for(PALATE_FOLD_IN_ITEMS);
    palate_new_rows rows = {1, begins, columns, fours, NULL};
    float level[4];
    const int64_t *const times[] = {good, bad, never, NULL};
    for (size_t t = 0; t < 4; t++) {
        rows.times = times[t];
        folded one = fold(model, &rows, &items);
        level[t] = one.offsets[0] + palate__kernels_get()->dot(model->users.typical, one.factors,
                                                               model->factor_count);
        forget(&one);
    }
    assert_true(level[0] < level[2] && level[2] < level[1]);
    assert_true(level[2] == level[3]);
    palate_model_free(model);
    palate_ratings_free(ratings);
    free(made);
}

static void offsets_of_strict_models_are_not_negative(void **state)
{
    (void)state;
    palate_model *model = train_to_the_end(PALATE_MODE_STRICT, true);
    static const int64_t begins[] = {0, 3};
    static const uint32_t columns[] = {0, 1, 2};
    static const float ratings[] = {1, 1, 1};
    const palate_new_rows rows = {1, begins, columns, ratings, NULL};
    folded made = fold(model, &rows, NULL);
    assert_true(made.offsets[0] >= 0.0F);
    forget(&made);
    palate_model_free(model);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    palate_model *model = train_to_the_end(PALATE_MODE_DEFAULT, false);
    const int64_t good[] = {0, 1};
    const int64_t falling[] = {3, 1};
    const int64_t negative[] = {-1, 1};
    const uint32_t column[] = {0};
    const uint32_t outside[] = {40};
    const float rating[] = {3};
    const float nan_rating[] = {NAN};
    const float huge[] = {2e9F};
    float factors[4];
    float offset[1];
    palate_error err;
    const palate_new_rows rows = {1, good, column, rating, NULL};
    const palate_new_rows wrong[] = {
        {1, falling, column, rating, NULL}, {1, negative, column, rating, NULL},
        {1, good, outside, rating, NULL},   {1, good, column, nan_rating, NULL},
        {1, good, column, huge, NULL},      {1, NULL, column, rating, NULL},
        {1, good, NULL, rating, NULL},      {1, good, column, NULL, NULL},
    };
    for (size_t w = 0; w < sizeof wrong / sizeof wrong[0]; w++)
        assert_int_equal(palate_model_fold_in(model, &wrong[w], NULL, factors, offset, &err),
                         PALATE_E_INVALID);
    assert_int_equal(palate_model_fold_in(NULL, &rows, NULL, factors, offset, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_fold_in(model, NULL, NULL, factors, offset, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_fold_in(model, &rows, NULL, NULL, offset, &err),
                     PALATE_E_INVALID);
    assert_int_equal(palate_model_fold_in(model, &rows, NULL, factors, NULL, &err),
                     PALATE_E_INVALID);
    palate_fold_in_options options = options_for(7);
    assert_int_equal(palate_model_fold_in(model, &rows, &options, factors, offset, &err),
                     PALATE_E_INVALID);
    options = options_for(PALATE_FOLD_IN_USERS);
    options.regularization = NAN;
    assert_int_equal(palate_model_fold_in(model, &rows, &options, factors, offset, &err),
                     PALATE_E_INVALID);
    const palate_new_rows none = {0, NULL, NULL, NULL, NULL};
    assert_int_equal(palate_model_fold_in(model, &none, NULL, NULL, NULL, &err), PALATE_OK);
    palate_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_whom_training_knew_get_their_rows),
        cmocka_unit_test(those_with_moods_get_theirs),
        cmocka_unit_test(nothing_nearby_is_better),
        cmocka_unit_test(rows_do_not_depend_on_threads_or_each_other),
        cmocka_unit_test(what_is_not_known_plays_no_part),
        cmocka_unit_test(models_without_a_prior_take_in_rows_too),
        cmocka_unit_test(drift_of_users_is_no_property_of_items),
        cmocka_unit_test(offsets_of_strict_models_are_not_negative),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
