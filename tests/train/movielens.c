/* SPDX-License-Identifier: Apache-2.0 */
/* Accuracy on real ratings, fold u1 of MovieLens 100K, where the data lies beside the project. */
#include "train/support.h"

#include <unistd.h>

static const char *const BASE = PALATE_SHARED_DATA "/ml-100k/u1.base";
static const char *const TEST = PALATE_SHARED_DATA "/ml-100k/u1.test";

static palate_ratings *read_fold(const char *path)
{
    palate_error err = {0};
    palate_ratings *ratings = NULL;
    palate_read_options options;
    palate_read_options_init(&options);
    options.scale = (palate_scale){1.0, 5.0};
    if (palate_ratings_read(NULL, path, &options, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

static double rmse_with(int mode, int rule, double regularization, int64_t epochs)
{
    palate_error err = {0};
    palate_metrics metrics;
    palate_ratings *base = read_fold(BASE);
    palate_ratings *test = read_fold(TEST);
    palate_train_options options;
    palate_train_options_init(&options);
    options.mode = mode;
    options.rule = rule;
    options.regularization = regularization;
    options.epochs = epochs;
    options.factors = rule == PALATE_RULE_MU ? PALATE_AUTO : 15; /* Quick, and little worse. */
    palate_model *model = train(base, &options);
    assert_int_equal(palate_model_evaluate(model, test, 0, &metrics, &err), PALATE_OK);
    assert_int_equal(metrics.count, 20000);
    assert_int_equal(metrics.unknown.items, 32);
    palate_model_free(model);
    palate_ratings_free(base);
    palate_ratings_free(test);
    return metrics.rmse;
}

/* Means over u1..u5 are in docs/accuracy.md; u1 is the hardest fold, by about .01. */
static void test_accuracy_is_what_the_documents_say(void **unused)
{
    (void)unused;
    if (access(BASE, R_OK) != 0) {
        print_message("skipped: %s is not there\n", BASE);
        skip();
    }
    assert_true(fabs(rmse_with(PALATE_MODE_DEFAULT, PALATE_RULE_MAP, PALATE_AUTO, PALATE_AUTO) -
                     0.878) < 0.002);
    assert_true(fabs(rmse_with(PALATE_MODE_STRICT, PALATE_RULE_MAP, PALATE_AUTO, PALATE_AUTO) -
                     0.884) < 0.002);
    assert_true(fabs(rmse_with(PALATE_MODE_PURE, PALATE_RULE_MAP, PALATE_AUTO, PALATE_AUTO) -
                     0.907) < 0.002);
    assert_true(fabs(rmse_with(PALATE_MODE_DEFAULT, PALATE_RULE_BAYES, PALATE_AUTO, 60) - 0.881) <
                0.003);
    assert_true(fabs(rmse_with(PALATE_MODE_DEFAULT, PALATE_RULE_MU, PALATE_AUTO, PALATE_AUTO) -
                     0.977) < 0.005);
    assert_true(rmse_with(PALATE_MODE_DEFAULT, PALATE_RULE_MU, 0.12, 200) < 0.936);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accuracy_is_what_the_documents_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
