/* SPDX-License-Identifier: Apache-2.0 */
/* The pilot: strengths that suit the ratings, whatever these are. */
#include "train/pilot.h"

#include "train/support.h"

#include "base/random.h"

static palate__choice fly(const palate_ratings *ratings, int64_t threads)
{
    palate_error err = {0};
    palate__choice found;
    palate_train_options options;
    palate_train_options_init(&options);
    options.threads = threads;
    if (palate__pilot(ratings, &options, &found, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return found;
}

/* Where factors explain nearly all, priors must be weak. */
static void test_strong_factors_want_weak_priors(void **unused)
{
    (void)unused;
    triples *made = planted(200, 120, 3, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate__choice found = fly(ratings, 1);
    assert_true(found.factor <= 0.25);
    palate_ratings_free(ratings);
    free(made);
}

/* Where all is noise, weakening them cannot help. */
static void test_noise_wants_priors_no_weaker(void **unused)
{
    (void)unused;
    triples *made = planted(200, 120, 3, 0.2);
    for (size_t e = 0; e < made->count; e++) {
        float four[4];
        palate__normal4(palate__random(5, PALATE__RANDOM_SYNTH, 0, (uint32_t)e, 0), four);
        made->ratings[e] = 3.0F + four[0];
    }
    palate_ratings *ratings = ratings_of(made, false);
    assert_true(fly(ratings, 1).factor >= 1.0);
    palate_ratings_free(ratings);
    free(made);
}

static void test_threads_leave_no_trace(void **unused)
{
    (void)unused;
    triples *made = stars(200, 120, 0.15);
    palate_ratings *ratings = ratings_of(made, false);
    palate__choice one = fly(ratings, 1);
    palate__choice three = fly(ratings, 3);
    assert_true(one.factor == three.factor && one.without_link == three.without_link);
    palate_ratings_free(ratings);
    free(made);
}

static void test_fast_is_the_rule_and_few_epochs(void **unused)
{
    (void)unused;
    triples *made = planted(200, 120, 3, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate_error err = {0};
    palate__choice found;
    palate_train_options options;
    palate_train_options_init(&options);
    options.fast = true;
    assert_int_equal(palate__pilot(ratings, &options, &found, &err), PALATE_OK);
    assert_true(found.factor == 1.0 && !found.without_link);
    options.tolerance = 0.0;
    palate_model *model = train(ratings, &options);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_int_equal(about.epochs, 12);
    palate_model_free(model);
    /* Tuning begins where the pilot ends. */
    options.tune = true;
    assert_int_equal(palate__pilot(ratings, &options, &found, &err), PALATE_OK);
    assert_true(found.factor <= 0.25);
    palate_ratings_free(ratings);
    free(made);
}

static void test_nothing_is_tried_where_it_is_not_open(void **unused)
{
    (void)unused;
    triples *made = planted(200, 120, 3, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate_error err = {0};
    palate__choice found;
    palate_train_options options;
    palate_train_options_init(&options);
    options.regularization = 7.0;
    assert_int_equal(palate__pilot(ratings, &options, &found, &err), PALATE_OK);
    assert_true(found.factor == 1.0 && !found.without_link);
    palate_model *model = train(ratings, &options);
    assert_non_null(strstr(palate_model_options_json(model), "\"regularization\":\"7\""));
    palate_model_free(model);
    palate_ratings_free(ratings);
    made->count = PALATE__PILOT_LEAST - 1;
    ratings = ratings_of(made, false);
    assert_true(fly(ratings, 1).factor == 1.0);
    palate_ratings_free(ratings);
    free(made);
}

/* ---- Memory ---- */

typedef struct ration {
    long asked, failing, balance;
} ration;

static void *allocate(size_t bytes, void *user)
{
    ration *own = user;
    if (++own->asked == own->failing)
        return NULL;
    own->balance++;
    return malloc(bytes);
}

static void release(void *memory, void *user)
{
    ((ration *)user)->balance--;
    free(memory);
}

static void test_every_allocation_may_fail(void **unused)
{
    (void)unused;
    triples *made = planted(60, 40, 2, 0.6);
    bool reached = true;
    for (long failing = 1; reached; failing += failing < 400 ? 1 : 37) {
        ration own = {.failing = -1};
        palate_error err = {0};
        palate_context *context = NULL;
        palate_ratings *ratings = NULL;
        palate__choice found;
        palate_train_options options;
        const palate_allocator allocator = {allocate, release, &own};
        const palate_rating_arrays arrays = {made->count, made->user_ids, made->item_ids,
                                             made->ratings, NULL};
        palate_train_options_init(&options);
        options.threads = 1;
        options.factors = 1;
        assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, &err), PALATE_OK);
        assert_int_equal(palate_ratings_from_arrays(context, &arrays, NULL, &ratings, &err),
                         PALATE_OK);
        own.failing = own.asked + failing;
        palate_status status = palate__pilot(ratings, &options, &found, &err);
        reached = own.asked >= own.failing;
        assert_int_equal(status, reached ? PALATE_E_NOMEM : PALATE_OK);
        palate_ratings_free(ratings);
        palate_context_free(context);
        assert_int_equal(own.balance, 0);
    }
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strong_factors_want_weak_priors),
        cmocka_unit_test(test_noise_wants_priors_no_weaker),
        cmocka_unit_test(test_threads_leave_no_trace),
        cmocka_unit_test(test_fast_is_the_rule_and_few_epochs),
        cmocka_unit_test(test_nothing_is_tried_where_it_is_not_open),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
