/* SPDX-License-Identifier: Apache-2.0 */
/* What scikit-learn, Surprise, ranx, pytrec_eval and implicit make of the same answers:
 * tests/data/metrics, written by bench/check_metrics.py --golden. */
#include "evaluate/support.h"

#define FOLDER PALATE_TEST_DATA "/metrics/"

static palate_ratings *read_ratings(const char *path, const char *column)
{
    palate_read_options options;
    palate_ratings *ratings = NULL;
    palate_error err = {.message = ""};
    palate_read_options_init(&options);
    options.rating_column = column;
    if (palate_ratings_read(NULL, path, &options, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

/* A measure, of the other system where none is named: "popularity:auc". */
static double value_of(const palate_evaluation *evaluation, const char *name)
{
    char system[32] = "other";
    const char *colon = strchr(name, ':');
    if (colon != NULL)
        snprintf(system, sizeof system, "%.*s", (int)(colon - name), name);
    palate_figure figure = figure_of(evaluation, system, colon == NULL ? name : colon + 1);
    assert_null(figure.undefined);
    return figure.value;
}

static int check_lines(const palate_evaluation *evaluation)
{
    FILE *stream = fopen(FOLDER "golden.csv", "r");
    char library[32];
    char measure[48];
    double expected = 0;
    int count = 0;
    assert_non_null(stream);
    assert_int_equal(fscanf(stream, "%*[^\n]"), 0);
    while (fscanf(stream, " %31[^,],%47[^,],%lf", library, measure, &expected) == 3) {
        double found = value_of(evaluation, measure);
        if (!(fabs(found - expected) <= 1e-9))
            fail_msg("%s is %.17g, by %s %.17g", measure, found, library, expected);
        count++;
    }
    assert_true(feof(stream));
    fclose(stream);
    return count;
}

static void test_others_agree(void **state)
{
    (void)state;
    palate_ratings *train = read_ratings(FOLDER "train.csv", NULL);
    palate_ratings *test = read_ratings(FOLDER "test.csv", NULL);
    palate_ratings *predictions = read_ratings(FOLDER "predictions.csv", "prediction");
    palate_ratings *lists = read_ratings(FOLDER "lists.csv", "score");
    palate_model *model = trained_model(train);
    palate_other_system other = {"other", predictions, lists};
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = "all";
    options.count = "3,10";
    options.relevant = "4";
    options.resamples = 0;
    options.others = &other;
    options.other_count = 1;
    palate_evaluation *evaluation = evaluate(model, test, &options);
    assert_true(check_lines(evaluation) >= 40);
    palate_evaluation_free(evaluation);
    palate_model_free(model);
    palate_ratings_free(lists);
    palate_ratings_free(predictions);
    palate_ratings_free(test);
    palate_ratings_free(train);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_others_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
