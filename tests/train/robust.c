/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings of odd shapes: whatever they are, what comes out is finite, in scale, and goes downhill. */
#include "train/subset.h"

#include "train/support.h"

/* Ratings of u users with ids "u<number>" of items "i<number>", as many as wanted. */
typedef struct shape {
    int64_t count;
    char (*users)[ID_BYTES], (*items)[ID_BYTES];
    const char **user_ids, **item_ids;
    float *ratings;
} shape;

static shape shape_new(int64_t capacity)
{
    size_t count = (size_t)capacity;
    shape made = {
        0,
        calloc(count, ID_BYTES),
        calloc(count, ID_BYTES),
        calloc(count, sizeof(char *)),
        calloc(count, sizeof(char *)),
        calloc(count, sizeof(float)),
    };
    assert_non_null(made.ratings);
    return made;
}

static void shape_free(shape *made)
{
    free(made->users);
    free(made->items);
    free(made->user_ids);
    free(made->item_ids);
    free(made->ratings);
}

static void rate(shape *to, uint32_t user, uint32_t item, float rating)
{
    int64_t e = to->count++;
    snprintf(to->users[e], ID_BYTES, "u%u", user);
    snprintf(to->items[e], ID_BYTES, "i%u", item);
    to->user_ids[e] = to->users[e];
    to->item_ids[e] = to->items[e];
    to->ratings[e] = rating;
}

static float star(uint32_t user, uint32_t item)
{
    return floorf(1.0F + 5.0F * (float)made_up(user * 7919U + item, 11));
}

static palate_ratings *ratings_in(const shape *from)
{
    palate_error err = {0};
    palate_ratings *ratings = NULL;
    palate_read_options options;
    palate_read_options_init(&options);
    options.scale = (palate_scale){1.0, 5.0};
    const palate_rating_arrays arrays = {(size_t)from->count, from->user_ids, from->item_ids,
                                         from->ratings, NULL};
    if (palate_ratings_from_arrays(NULL, &arrays, &options, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

/* ---- What holds of every model ---- */

static void assert_rows_sound(const float *factors, const float *offsets, uint32_t rows, size_t k)
{
    for (size_t f = 0; f < rows * k; f++)
        assert_true(factors[f] >= 0.0F && isfinite(factors[f]));
    for (uint32_t row = 0; row < rows; row++)
        assert_true(isfinite(offsets[row]));
}

static void assert_in_scale(const palate_model *model, const char *user, const char *item)
{
    float predicted = palate_model_predict_one(model, user, item);
    assert_true(predicted >= 1.0F && predicted <= 5.0F);
}

static void assert_sound(const palate_model *model, bool descends)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_rows_sound(palate_model_user_factors(model), palate_model_user_offsets(model),
                      about.user_count, about.factor_count);
    assert_rows_sound(palate_model_item_factors(model), palate_model_item_offsets(model),
                      about.item_count, about.factor_count);
    assert_true(isfinite(about.train_rmse));
    assert_in_scale(model, "u0", "i0");
    assert_in_scale(model, "u0", "nothing");
    assert_in_scale(model, "nobody", "i0");
    assert_in_scale(model, "nobody", "nothing");
    size_t count = 0;
    const palate_epoch *log = palate_model_log(model, &count);
    for (size_t e = 0; e < count; e++)
        assert_true(isfinite(log[e].objective));
    for (size_t e = 1; descends && e < count; e++)
        assert_true(log[e].objective <= log[e - 1].objective * (1.0 + 1e-5) + 1e-9);
}

/* Every mode and rule there is. `link_lambda`: also where the link would be left out. */
static void train_all(const palate_ratings *ratings, int64_t factors, int64_t epochs,
                      double link_lambda)
{
    for (int mode = PALATE_MODE_DEFAULT; mode <= PALATE_MODE_PURE; mode++)
        for (int rule = PALATE_RULE_VB; rule <= PALATE_RULE_BAYES; rule++) {
            palate_train_options options;
            palate_train_options_init(&options);
            if (rule == PALATE_RULE_MU && mode == PALATE_MODE_STRICT)
                continue; /* Refused. */
            options.mode = mode;
            options.rule = rule;
            options.factors = factors;
            options.epochs = epochs;
            options.tolerance = 0.0;
            options.link_regularization = link_lambda;
            if (link_lambda != PALATE_AUTO)
                options.regularization = link_lambda;
            palate_model *model = train(ratings, &options);
            assert_sound(model, rule == PALATE_RULE_MAP);
            palate_model_free(model);
        }
}

static void train_all_of(const shape *made, int64_t factors, int64_t epochs, double link_lambda)
{
    palate_ratings *ratings = ratings_in(made);
    train_all(ratings, factors, epochs, link_lambda);
    palate_ratings_free(ratings);
}

/* ---- Shapes ---- */

static void test_one_rating(void **unused)
{
    (void)unused;
    shape made = shape_new(1);
    rate(&made, 0, 0, 4.0F);
    train_all_of(&made, PALATE_AUTO, 50, PALATE_AUTO);
    train_all_of(&made, 3, 50, 0.01);
    shape_free(&made);
}

static void test_equal_ratings(void **unused)
{
    (void)unused;
    shape made = shape_new(30 * 20);
    for (uint32_t e = 0; e < 30 * 20; e++)
        rate(&made, e / 20, e % 20, 5.0F);
    train_all_of(&made, 4, 30, PALATE_AUTO);
    train_all_of(&made, 4, 30, 0.01);
    palate_ratings *ratings = ratings_in(&made);
    palate_model *model = train(ratings, NULL);
    assert_true(fabsf(palate_model_predict_one(model, "u3", "i7") - 5.0F) < 1e-3F);
    palate_model_free(model);
    palate_ratings_free(ratings);
    shape_free(&made);
}

static void test_more_factors_than_ratings(void **unused)
{
    (void)unused;
    shape made = shape_new(12);
    for (uint32_t e = 0; e < 12; e++)
        rate(&made, e % 4, e / 3, star(e, 5));
    train_all_of(&made, 100, 40, PALATE_AUTO);
    train_all_of(&made, 100, 40, 0.001);
    shape_free(&made);
}

/* Every user has one rating, every item too: nothing connects any two of them. */
static void test_nothing_in_common(void **unused)
{
    (void)unused;
    shape made = shape_new(1001);
    for (uint32_t e = 0; e < 1001; e++)
        rate(&made, e, e, star(e, e));
    train_all_of(&made, 3, 6, PALATE_AUTO);
    train_all_of(&made, 3, 6, 1.0);
    shape_free(&made);
}

/* One user has rated everything, the others one item each. */
static void test_user_with_a_hundred_thousand_ratings(void **unused)
{
    (void)unused;
    const uint32_t items = 100000;
    shape made = shape_new(items + 1000);
    for (uint32_t j = 0; j < items; j++)
        rate(&made, 0, j, star(0, j));
    for (uint32_t i = 1; i <= 1000; i++)
        rate(&made, i, i * 17 % items, star(i, 3));
    train_all_of(&made, 3, 2, 20.0);
    shape_free(&made);
}

/* A million items of which a hundred are rated: those of one user of ten thousand. */
static void test_a_million_items_of_which_a_hundred_are_rated(void **unused)
{
    (void)unused;
    const uint32_t users = 10000;
    palate_error err = {0};
    palate_ratings some;
    shape made = shape_new((int64_t)users * 100);
    for (uint32_t e = 0; e < users * 100; e++)
        rate(&made, e / 100, e, star(e, e));
    palate_ratings *all = ratings_in(&made);
    shape_free(&made);
    assert_int_equal(palate__subset_make(all, users, &some, &err), PALATE_OK);
    assert_int_equal(palate_ratings_count(&some), 100);
    assert_int_equal(palate_ratings_item_count(&some), 1000000);
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 3;
    options.epochs = 4;
    for (options.rule = PALATE_RULE_VB; options.rule <= PALATE_RULE_BAYES; options.rule++) {
        palate_model *model = train(&some, &options);
        assert_sound(model, options.rule == PALATE_RULE_MAP);
        palate_model_free(model);
    }
    palate__subset_free(&some);
    palate_ratings_free(all);
}

/* The extremes of both offsets: predictions would leave the scale. */
static void test_ratings_at_the_ends_of_the_scale(void **unused)
{
    (void)unused;
    shape made = shape_new(60 * 40);
    for (uint32_t e = 0; e < 60 * 40; e++)
        if (e % 3 != 0)
            rate(&made, e / 40, e % 40, (e / 40 + e % 40) % 2 == 0 ? 1.0F : 5.0F);
    train_all_of(&made, 6, 60, PALATE_AUTO);
    train_all_of(&made, 6, 60, 0.001);
    shape_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_rating),
        cmocka_unit_test(test_equal_ratings),
        cmocka_unit_test(test_more_factors_than_ratings),
        cmocka_unit_test(test_nothing_in_common),
        cmocka_unit_test(test_user_with_a_hundred_thousand_ratings),
        cmocka_unit_test(test_a_million_items_of_which_a_hundred_are_rated),
        cmocka_unit_test(test_ratings_at_the_ends_of_the_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
