/* SPDX-License-Identifier: Apache-2.0 */
/* How many factors? Every number is trained and evaluated on five folds; the simplest that is as good within a standard
 * error makes the model.
 *
 *     ./tune ratings.csv
 *
 * Without a file, on ratings with planted tastes.
 */
#include <palate/palate.h>
#include <stdio.h>

static const char MADE_UP[] = "made-up-tune.csv";

/* Each call that fails has filled `err`; the first failure ends the chain. */
static palate_status search(const palate_ratings *ratings, palate_tuning **tuning,
                            palate_error *err)
{
    static const char *const tries[] = {"factors=2,4,8,16"};
    palate_split *split = NULL;
    palate_train_options train;
    palate_train_options_init(&train);
    train.fast = true;
    palate_status status = palate_split_create(ratings, NULL, &split, err);
    if (status == PALATE_OK)
        status = palate_tune(split, tries, 1, &train, NULL, tuning, err);
    palate_split_free(split);
    return status;
}

static void print_trials(const palate_tuning *tuning)
{
    const palate_tuning_trial *trial = NULL;
    for (size_t place = 0; (trial = palate_tuning_trial_at(tuning, place)) != NULL; place++)
        printf("%-8s %s %.4f, standard error %.4f\n", trial->values[0],
               palate_tuning_measure(tuning)->title, trial->mean, trial->error);
}

static palate_status train_simplest(const palate_tuning *tuning, const palate_ratings *ratings,
                                    palate_model **model, palate_error *err)
{
    palate_train_options options;
    palate_status status = palate_tuning_options(tuning, palate_tuning_simplest(tuning), &options,
                                                 err);
    return status == PALATE_OK ? palate_model_train(ratings, &options, model, err) : status;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : MADE_UP;
    palate_ratings *ratings = NULL;
    palate_tuning *tuning = NULL;
    palate_model *model = NULL;
    palate_error err;
    palate_status status = argc > 1 ? PALATE_OK
                                    : palate_synth_write(NULL, NULL, MADE_UP, NULL, &err);
    if (status == PALATE_OK)
        status = palate_ratings_read(NULL, path, NULL, &ratings, &err);
    if (status == PALATE_OK)
        status = search(ratings, &tuning, &err);
    if (status == PALATE_OK) {
        print_trials(tuning);
        status = train_simplest(tuning, ratings, &model, &err);
    }
    if (status != PALATE_OK) {
        fprintf(stderr, "%s\n", err.message);
    } else {
        palate_model_summary summary;
        palate_model_info(model, &summary);
        printf("a model of %lld factors\n", (long long)summary.factor_count);
    }
    palate_model_free(model);
    palate_tuning_free(tuning);
    palate_ratings_free(ratings);
    return status != PALATE_OK;
}
