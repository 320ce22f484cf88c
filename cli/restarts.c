/* SPDX-License-Identifier: Apache-2.0 */
#include "restarts.h"

#include "describe.h"

#include <stdlib.h>

typedef struct work {
    palate_context *context;
    palate_model *model;
    palate_train_options options;
    palate_ratings *ratings;
    palate_model **models; /* The first is `model`. */
    int64_t seed_count;
} work;

/* ---- Training as the model was trained ---- */

/* Options are kept as they were in the end: what a pilot or --tune chose is not chosen again. */
static bool take_options(work *at)
{
    palate_error err;
    json_t *given = json_loads(palate_model_options_json(at->model), 0, NULL);
    const char *name = NULL;
    json_t *value = NULL;
    bool taken = given != NULL && json_object_size(given) > 0;
    palate_train_options_init(&at->options);
    json_object_foreach(
        given, name,
        value) if (taken && palate_options_set(palate_train_options_table(), &at->options, name,
                                               json_string_value(value), &err) != PALATE_OK)
        taken = false;
    json_decref(given);
    at->options.tune = false;
    at->options.keep_ratings = false;
    if (!taken)
        message_error("--stability: the model was not trained by this palate; train it first");
    return taken;
}

static bool has_features(const palate_model *model)
{
    return palate_model_feature_count(model, PALATE_USERS) > 0 ||
           palate_model_feature_count(model, PALATE_ITEMS) > 0;
}

static bool read_ratings(work *at, const char *path, const palate_read_options *reading)
{
    palate_error err;
    palate_model_summary summary;
    palate_read_options options = *reading;
    palate_model_info(at->model, &summary);
    options.scale = summary.scale;
    if (palate_ratings_read(at->context, path, &options, &at->ratings, &err) == PALATE_OK)
        return true;
    message_failed(&err);
    return false;
}

static bool train_all(work *at)
{
    palate_error err;
    const uint64_t own = at->options.seed;
    for (int64_t s = 1; s < at->seed_count; s++) {
        at->options.seed = own + (uint64_t)s;
        if (palate_model_train(at->ratings, &at->options, &at->models[s], &err) == PALATE_OK)
            continue;
        message_failed(&err);
        return false;
    }
    return true;
}

/* ---- Comparing ---- */

static bool compare_pair(palate_model *const *models, int64_t one, int64_t other,
                         palate_factor_match *matches, uint32_t factor_count, restarts *to)
{
    palate_error err;
    const double pairs = (double)(to->seed_count * (to->seed_count - 1)) / 2.0;
    if (palate_model_match_factors(models[one], models[other], matches, &err) != PALATE_OK) {
        message_failed(&err);
        return false;
    }
    for (uint32_t f = 0; f < factor_count; f++) {
        to->cosine += matches[f].cosine / ((double)factor_count * pairs);
        to->correlation += matches[f].correlation / ((double)factor_count * pairs);
        if (one > 0)
            continue;
        to->cosines[f] += matches[f].cosine / (double)(to->seed_count - 1);
        to->correlations[f] += matches[f].correlation / (double)(to->seed_count - 1);
    }
    return true;
}

bool restarts_compare(palate_model *const *models, int64_t count, restarts *out)
{
    palate_model_summary summary;
    palate_model_info(models[0], &summary);
    const size_t k = (size_t)summary.factor_count + 1;
    palate_factor_match *matches = calloc(k, sizeof *matches);
    *out = (restarts){.seed_count = count,
                      .cosines = calloc(k, sizeof(double)),
                      .correlations = calloc(k, sizeof(double))};
    bool done = matches != NULL && out->cosines != NULL && out->correlations != NULL;
    if (!done)
        message_error("out of memory while comparing factors");
    for (int64_t one = 0; one < count; one++)
        for (int64_t other = one + 1; other < count && done; other++)
            done = compare_pair(models, one, other, matches, summary.factor_count, out);
    free(matches);
    return done;
}

/* ---- The whole ---- */

bool restarts_run(palate_context *context, palate_model *model, const char *path,
                  const palate_read_options *reading, int64_t seed_count, restarts *out)
{
    *out = (restarts){0};
    work at = {.context = context, .model = model, .seed_count = seed_count};
    if (has_features(model)) {
        message_error("--stability: the model learned from tables of users or items, too, and "
                      "cannot be trained again without them");
        return false;
    }
    at.models = calloc((size_t)seed_count, sizeof(palate_model *));
    if (at.models == NULL) {
        message_error("out of memory while training again");
        return false;
    }
    at.models[0] = model;
    const bool done = take_options(&at) && read_ratings(&at, path, reading) && train_all(&at) &&
                      restarts_compare(at.models, seed_count, out);
    for (int64_t s = 1; s < seed_count; s++)
        palate_model_free(at.models[s]);
    free((void *)at.models);
    palate_ratings_free(at.ratings);
    return done;
}

void restarts_release(restarts *of)
{
    free(of->cosines);
    free(of->correlations);
}
