/* SPDX-License-Identifier: Apache-2.0 */
#include "restarts.h"

#include "describe.h"

#include <stdlib.h>

typedef struct work {
    palate_context *context;
    palate_model *model;
    uint32_t factor_count;
    palate_train_options options;
    palate_ratings *ratings;
    palate_model **models; /* The first is `model`. */
    palate_factor_match *matches;
    restarts *to;
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
    for (int64_t s = 1; s < at->to->seed_count; s++) {
        at->options.seed = own + (uint64_t)s;
        if (palate_model_train(at->ratings, &at->options, &at->models[s], &err) == PALATE_OK)
            continue;
        message_failed(&err);
        return false;
    }
    return true;
}

/* ---- Comparing ---- */

static bool compare_pair(const work *at, int64_t one, int64_t other)
{
    palate_error err;
    restarts *to = at->to;
    const double pairs = (double)(to->seed_count * (to->seed_count - 1)) / 2.0;
    if (palate_model_match_factors(at->models[one], at->models[other], at->matches, &err) !=
        PALATE_OK) {
        message_failed(&err);
        return false;
    }
    for (uint32_t f = 0; f < at->factor_count; f++) {
        to->cosine += at->matches[f].cosine / ((double)at->factor_count * pairs);
        to->correlation += at->matches[f].correlation / ((double)at->factor_count * pairs);
        if (one > 0)
            continue;
        to->cosines[f] += at->matches[f].cosine / (double)(to->seed_count - 1);
        to->correlations[f] += at->matches[f].correlation / (double)(to->seed_count - 1);
    }
    return true;
}

static bool compare_all(const work *at)
{
    for (int64_t one = 0; one < at->to->seed_count; one++)
        for (int64_t other = one + 1; other < at->to->seed_count; other++)
            if (!compare_pair(at, one, other))
                return false;
    return true;
}

static bool allocate(work *at)
{
    const size_t k = (size_t)at->factor_count + 1;
    at->models = calloc((size_t)at->to->seed_count, sizeof(palate_model *));
    at->matches = calloc(k, sizeof *at->matches);
    at->to->cosines = calloc(k, sizeof(double));
    at->to->correlations = calloc(k, sizeof(double));
    if (at->models != NULL && at->matches != NULL && at->to->cosines != NULL &&
        at->to->correlations != NULL)
        return true;
    message_error("out of memory while training again");
    return false;
}

static void release(work *at)
{
    for (int64_t s = 1; at->models != NULL && s < at->to->seed_count; s++)
        palate_model_free(at->models[s]);
    free((void *)at->models);
    free(at->matches);
    palate_ratings_free(at->ratings);
}

bool restarts_run(palate_context *context, palate_model *model, const char *path,
                  const palate_read_options *reading, int64_t seed_count, restarts *out)
{
    palate_model_summary summary;
    *out = (restarts){.seed_count = seed_count};
    work at = {.context = context, .model = model, .to = out};
    palate_model_info(model, &summary);
    at.factor_count = summary.factor_count;
    if (has_features(model)) {
        message_error("--stability: the model learned from tables of users or items, too, and "
                      "cannot be trained again without them");
        return false;
    }
    bool done = allocate(&at) && take_options(&at) && read_ratings(&at, path, reading);
    if (done) {
        at.models[0] = model;
        done = train_all(&at) && compare_all(&at);
    }
    release(&at);
    return done;
}

void restarts_release(restarts *of)
{
    free(of->cosines);
    free(of->correlations);
}
