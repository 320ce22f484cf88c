/* SPDX-License-Identifier: Apache-2.0 */
#include "stability.h"

#include "progress.h"
#include "restarts.h"

#include <math.h>
#include <stdlib.h>

/* Factors of one trial, as every seed has found them. */
typedef struct work {
    const palate_ratings *ratings;
    int64_t seed_count;
    palate_model **models;
    progress_display *progress;
} work;

static bool train_all(work *at, palate_train_options options)
{
    palate_error err;
    const uint64_t first = options.seed;
    options.on_progress = progress_show;
    options.on_progress_user = at->progress;
    options.keep_ratings = false;
    for (int64_t s = 0; s < at->seed_count; s++) {
        options.seed = first + (uint64_t)s;
        if (palate_model_train(at->ratings, &options, &at->models[s], &err) == PALATE_OK)
            continue;
        message_failed(&err);
        return false;
    }
    return true;
}

static bool compare_all(const work *at, double *cosine, double *correlation)
{
    restarts pairs;
    const bool done = restarts_compare(at->models, at->seed_count, &pairs);
    *cosine = pairs.cosine;
    *correlation = pairs.correlation;
    restarts_release(&pairs);
    return done;
}

static void forget_models(work *at)
{
    for (int64_t s = 0; s < at->seed_count; s++) {
        palate_model_free(at->models[s]);
        at->models[s] = NULL;
    }
}

static bool measure_trial(work *at, const palate_tuning *tuning, size_t place, stability *to)
{
    palate_error err;
    palate_train_options options;
    to->cosines[place] = to->correlations[place] = NAN;
    if (!palate_tuning_trial_at(tuning, place)->comparable)
        return true;
    if (palate_tuning_options(tuning, place, &options, &err) != PALATE_OK) {
        message_failed(&err);
        return false;
    }
    const bool done = train_all(at, options) &&
                      compare_all(at, &to->cosines[place], &to->correlations[place]);
    forget_models(at);
    return done;
}

bool stability_measure(const palate_tuning *tuning, const palate_ratings *ratings,
                       int64_t seed_count, bool quiet, stability *out)
{
    progress_display progress;
    const size_t count = palate_tuning_trial_count(tuning);
    work at = {.ratings = ratings, .seed_count = seed_count, .progress = &progress};
    *out = (stability){.cosines = calloc(count, sizeof(double)),
                       .correlations = calloc(count, sizeof(double))};
    at.models = calloc((size_t)seed_count, sizeof(palate_model *));
    bool done = out->cosines != NULL && out->correlations != NULL && at.models != NULL;
    if (!done)
        message_error("out of memory while training again");
    progress_begin(&progress, false, quiet, 0);
    for (size_t place = 0; place < count && done; place++)
        done = measure_trial(&at, tuning, place, out);
    (void)progress_end(&progress);
    free((void *)at.models);
    return done;
}

void stability_release(stability *of)
{
    free(of->cosines);
    free(of->correlations);
    *of = (stability){NULL, NULL};
}
