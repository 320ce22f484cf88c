/* SPDX-License-Identifier: Apache-2.0 */
/* How good would a model of these ratings be? Five folds, beside systems that anything should beat.
 *
 *     ./cross_validate ratings.csv
 *
 * Without a file, on ratings with planted tastes.
 */
#include <palate/palate.h>
#include <stdio.h>

static const char MADE_UP[] = "made-up.csv";

/* Each call that fails has filled `err`; the first failure ends the chain. */
static palate_status validate(const palate_ratings *ratings, palate_cross_validation **validation,
                              palate_error *err)
{
    palate_split *split = NULL;
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = "rmse,ndcg@10,recall@10";
    options.differences = true;
    palate_status status = palate_split_create(ratings, NULL, &split, err);
    if (status == PALATE_OK)
        status = palate_cross_validate(split, NULL, &options, NULL, NULL, validation, err);
    palate_split_free(split);
    return status;
}

static void print_system(const palate_cross_validation *validation, size_t system)
{
    const palate_evaluation *first = palate_cross_validation_fold(validation, 0)->evaluation;
    for (size_t m = 0; m < palate_evaluation_measure_count(first); m++) {
        palate_spread spread = palate_cross_validation_spread(validation, system, m);
        palate_difference difference = palate_cross_validation_difference(validation, system, m);
        printf("%-12s %-10s ", palate_evaluation_system(first, system),
               palate_evaluation_measure(first, m)->title);
        if (spread.undefined != NULL)
            printf("-       (%s)\n", spread.undefined);
        else if (difference.undefined == NULL)
            printf("%.4f  p of the difference %.2g\n", spread.mean, difference.p_holm);
        else
            printf("%.4f  %.4f to %.4f\n", spread.mean, spread.low, spread.high);
    }
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : MADE_UP;
    palate_ratings *ratings = NULL;
    palate_cross_validation *validation = NULL;
    palate_error err;
    palate_status status = argc > 1 ? PALATE_OK
                                    : palate_synth_write(NULL, NULL, MADE_UP, NULL, &err);
    if (status == PALATE_OK)
        status = palate_ratings_read(NULL, path, NULL, &ratings, &err);
    if (status == PALATE_OK)
        status = validate(ratings, &validation, &err);
    if (status != PALATE_OK) {
        fprintf(stderr, "%s\n", err.message);
    } else {
        const palate_fold_result *first = palate_cross_validation_fold(validation, 0);
        for (size_t s = 0; s < palate_evaluation_system_count(first->evaluation); s++)
            print_system(validation, s);
    }
    palate_cross_validation_free(validation);
    palate_ratings_free(ratings);
    return status != PALATE_OK;
}
