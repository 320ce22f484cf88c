/* SPDX-License-Identifier: Apache-2.0 */
/* Who is forgotten is nowhere in the file; for all others nothing has changed. */
#define _GNU_SOURCE
#include "model/support.h"

#include "../train/support.h"

enum { USERS = 30, ITEMS = 25 };
static const char PATH[] = "model_forget.palate";
static const int64_t TIME = 31000000;

/* Somebody with an id and an item of its own, the only ratings that are 4.75, at times of its own. */
static palate_model *trained_on_moods(int rule, bool keep)
{
    triples *made = stars(USERS, ITEMS, 0.5);
    add_moods(made, 0.8);
    for (uint32_t j = 0; j < ITEMS; j += 3) {
        const size_t e = made->count;
        add(made, 777777, j == 0 ? 888888 : j, 4.75);
        made->times[e] = 0x0123456789ABCDEF + (int64_t)j;
    }
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 3;
    options.rule = rule;
    options.epochs = 20;
    options.keep_ratings = keep;
    palate_model *model = train(ratings, &options);
    palate_ratings_free(ratings);
    free(made);
    return model;
}

static palate_model *without(const palate_model *model, const uint32_t *users, size_t count)
{
    palate_error err;
    palate_model *left = NULL;
    assert_ok(palate_model_forget(model, users, count, &left, &err), &err);
    return left;
}

static float predicted(const palate_model *model, uint32_t user, uint32_t item, int64_t time)
{
    float prediction = 0.0F;
    const palate_cells cell = {1, &user, &item, &time};
    assert_int_equal(palate_model_predict(model, &cell, &prediction, NULL, NULL, NULL), PALATE_OK);
    return prediction;
}

static bool holds(const bytes *file, const void *what, size_t count)
{
    return memmem(file->data, file->count, what, count) != NULL;
}

/* Whether a file has anything of the user made above. */
static void assert_trace(const bytes *file, bool there)
{
    static const char id[] = "u777777";
    static const float rating = 4.75F;
    int64_t time = 0x0123456789ABCDEF + 3;
    assert_true(holds(file, id, sizeof id) == there);
    assert_true(holds(file, &rating, sizeof rating) == there);
    assert_true(holds(file, &time, sizeof time) == there);
}

static void nothing_of_them_is_in_the_file(void **state)
{
    (void)state;
    palate_model *model = trained_on_moods(PALATE_RULE_MAP, true);
    assert_non_null(model->moment_begins);
    const uint32_t user = palate_model_find_user(model, "u777777", PALATE_TEXT);
    const size_t k = model->factor_count;
    float row[3];
    float link[3];
    memcpy(row, model->users.factors + user * k, sizeof row);
    bytes before = saved(model, PATH);
    assert_trace(&before, true);
    assert_true(holds(&before, row, sizeof row));
    const bool linked = model->items.link != NULL;
    if (linked) {
        memcpy(link, model->items.link + user * k, sizeof link);
        assert_true(holds(&before, link, sizeof link));
    }
    palate_model *left = without(model, &user, 1);
    bytes after = saved(left, PATH);
    assert_trace(&after, false);
    assert_false(holds(&after, row, sizeof row));
    assert_false(linked && holds(&after, link, sizeof link));
    assert_int_equal(palate_model_find_user(left, "u777777", PALATE_TEXT), PALATE_NO_ROW);
    palate_model *back = loaded(PATH);
    assert_same_model(left, back);
    palate_model_free(back);
    palate_model_free(left);
    palate_model_free(model);
    free(before.data);
    free(after.data);
}

static void assert_unchanged(const palate_model *model, const palate_model *left)
{
    for (uint32_t row = 0; row < left->users.ids.count; row++) {
        const uint32_t old = palate_model_find_user(model, palate_model_user_id(left, row),
                                                    PALATE_TEXT);
        const palate_rated now = palate_model_rated(left, row);
        const palate_rated then = palate_model_rated(model, old);
        assert_int_equal(now.count, then.count);
        assert_memory_equal(now.rows, then.rows, (size_t)now.count * sizeof(uint32_t));
        assert_true((now.ratings == NULL) == (then.ratings == NULL));
        if (now.ratings != NULL)
            assert_memory_equal(now.ratings, then.ratings, (size_t)now.count * sizeof(float));
        for (uint32_t item = 0; item < left->items.ids.count; item++)
            if (left->items.counts[item] > 0) {
                assert_true(predicted(left, row, item, TIME) == predicted(model, old, item, TIME));
                assert_true(predicted(left, row, item, PALATE_NO_TIME) ==
                            predicted(model, old, item, PALATE_NO_TIME));
            }
    }
}

static void all_others_stay_as_they_are(void **state)
{
    (void)state;
    for (int variant = 0; variant < 3; variant++) {
        palate_model *model = trained_on_moods(variant == 2 ? PALATE_RULE_BAYES : PALATE_RULE_MAP,
                                               variant != 1);
        const uint32_t gone[] = {5, 0, 17, 5, model->users.ids.count - 1};
        palate_model *left = without(model, gone, 5);
        assert_int_equal(left->users.ids.count, model->users.ids.count - 4);
        assert_unchanged(model, left);
        /* In the order in which they first appeared. */
        uint32_t place = 0;
        for (uint32_t old = 0; old < model->users.ids.count; old++) {
            const char *id = palate_model_user_id(model, palate_model_user_at(model, old));
            const uint32_t row = palate_model_find_user(left, id, PALATE_TEXT);
            if (row != PALATE_NO_ROW)
                assert_int_equal(palate_model_user_at(left, place++), row);
        }
        assert_int_equal(place, left->users.ids.count);
        palate_model_free(model);
        free(saved(left, PATH).data); /* Is checked, and outlives the model it came from. */
        palate_model_free(left);
    }
}

static void what_only_they_rated_becomes_typical(void **state)
{
    (void)state;
    palate_model *model = trained_on_moods(PALATE_RULE_MAP, true);
    const uint32_t user = palate_model_find_user(model, "u777777", PALATE_TEXT);
    const uint32_t item = palate_model_find_item(model, "i888888", PALATE_TEXT);
    palate_model *left = without(model, &user, 1);
    assert_true(predicted(model, 0, item, PALATE_NO_TIME) !=
                predicted(model, 0, PALATE_NO_ROW, PALATE_NO_TIME));
    assert_true(predicted(left, 0, item, PALATE_NO_TIME) ==
                predicted(left, 0, PALATE_NO_ROW, PALATE_NO_TIME));
    assert_memory_equal(left->items.factors + item * 3, left->items.typical, 3 * sizeof(float));
    palate_model_free(left);
    palate_model_free(model);
}

static void to_forget_nobody_gives_the_same_file(void **state)
{
    (void)state;
    for (int variant = 0; variant < 3; variant++) {
        palate_model *model = variant == 2
                                  ? blackboard_model()
                                  : trained_on_moods(
                                        variant == 0 ? PALATE_RULE_MAP : PALATE_RULE_BAYES, true);
        palate_model *left = without(model, NULL, 0);
        bytes before = saved(model, PATH);
        bytes after = saved(left, PATH);
        assert_int_equal(before.count, after.count);
        assert_memory_equal(before.data, after.data, before.count);
        free(before.data);
        free(after.data);
        palate_model_free(left);
        palate_model_free(model);
    }
}

static void given_factors_can_be_forgotten(void **state)
{
    (void)state;
    palate_model *model = blackboard_model();
    const uint32_t user = palate_model_find_user(model, "User 2", PALATE_TEXT);
    palate_model *left = without(model, &user, 1);
    assert_int_equal(left->users.ids.count, 2);
    assert_unchanged(model, left);
    assert_string_equal(palate_model_factor_name(left, 1), "Romance");
    palate_model_free(left);
    palate_model_free(model);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    palate_model *model = blackboard_model();
    palate_model *left = model;
    palate_error err;
    const uint32_t all[] = {2, 1, 0};
    const uint32_t wrong[] = {0, 3};
    assert_int_equal(palate_model_forget(model, all, 3, &left, &err), PALATE_E_INVALID);
    assert_null(left);
    assert_non_null(strstr(err.message, "nobody would be left"));
    assert_int_equal(palate_model_forget(model, wrong, 2, &left, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "users[1] is row 3"));
    assert_int_equal(palate_model_forget(NULL, all, 1, &left, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_forget(model, NULL, 1, &left, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_forget(model, all, 1, NULL, &err), PALATE_E_INVALID);
    palate_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_them_is_in_the_file),
        cmocka_unit_test(all_others_stay_as_they_are),
        cmocka_unit_test(what_only_they_rated_becomes_typical),
        cmocka_unit_test(to_forget_nobody_gives_the_same_file),
        cmocka_unit_test(given_factors_can_be_forgotten),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
