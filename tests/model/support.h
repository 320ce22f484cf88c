/* SPDX-License-Identifier: Apache-2.0 */
/* Models and files that the tests of src/model share. */
#ifndef PALATE_TESTS_MODEL_SUPPORT_H
#define PALATE_TESTS_MODEL_SUPPORT_H

#include "model/checksum.h"
#include "model/layout.h"
#include "palate/train.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Models ---- */

static inline void assert_ok(palate_status status, const palate_error *err)
{
    if (status != PALATE_OK)
        fail_msg("%s: %s", palate_status_name(status), err->message);
}

/* The factors every introduction uses. */
static inline palate_factors blackboard_factors(void)
{
    static const float users[] = {.8F, .2F, .4F, .6F, 1.F, .1F};
    static const float items[] = {.9F, .2F, .1F, .8F, .6F, .3F};
    static const char *const user_ids[] = {"User 1", "User 2", "User 3"};
    static const char *const item_ids[] = {"A", "B", "C"};
    static const char *const names[] = {"Action", "Romance"};
    return (palate_factors){.user_count = 3,
                            .item_count = 3,
                            .factor_count = 2,
                            .user_factors = users,
                            .item_factors = items,
                            .user_ids = user_ids,
                            .item_ids = item_ids,
                            .factor_names = names};
}

static inline palate_model *from_factors(const palate_factors *factors)
{
    palate_error err;
    palate_model *model = NULL;
    assert_ok(palate_model_from_factors(NULL, factors, &model, &err), &err);
    return model;
}

static inline palate_model *blackboard_model(void)
{
    const palate_factors factors = blackboard_factors();
    return from_factors(&factors);
}

/* Ratings of the blackboard: somebody's every cell but a few, and an id that needs care in CSV. `features`
 * may be NULL. */
static inline palate_model *trained_with(const palate_features *features)
{
    static const char *const users[] = {"ann", "ann", "bob", "bob", "c\"d, e", "ann"};
    static const char *const items[] = {"Alien", "Brazil", "Alien", "Casablanca", "Brazil", "Ran"};
    static const float values[] = {5.F, 3.F, 4.F, 1.F, 2.F, 4.5F};
    const palate_rating_arrays arrays = {6, users, items, values, NULL};
    palate_train_options options;
    palate_ratings *ratings = NULL;
    palate_model *model = NULL;
    palate_error err;
    palate_train_options_init(&options);
    options.factors = 2;
    options.epochs = 5;
    options.tolerance = 0.0;
    options.threads = 1;
    options.item_features = features;
    assert_ok(palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err), &err);
    assert_ok(palate_model_train(ratings, &options, &model, &err), &err);
    palate_ratings_free(ratings);
    return model;
}

static inline palate_model *trained_model(void)
{
    return trained_with(NULL);
}

/* ---- Files ---- */

static inline bytes read_file(const char *path)
{
    bytes out = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    out.count = (size_t)ftell(file);
    rewind(file);
    out.data = malloc(out.count + 1);
    assert_non_null(out.data);
    assert_int_equal(fread(out.data, 1, out.count, file), out.count);
    out.data[out.count] = '\0';
    fclose(file);
    return out;
}

static inline void write_file(const char *path, const char *data, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static inline bytes saved(const palate_model *model, const char *path)
{
    palate_error err;
    assert_ok(palate_model_save(model, path, &err), &err);
    return read_file(path);
}

static inline palate_model *loaded(const char *path)
{
    palate_error err;
    palate_model *model = NULL;
    assert_ok(palate_model_load(NULL, path, &model, &err), &err);
    return model;
}

/* ---- Comparing ---- */

/* Every number and text that a file keeps. */
static inline void assert_same_model(const palate_model *a, const palate_model *b)
{
    const palate__sizes sizes = palate__model_sizes(a);
    const palate__sizes others = palate__model_sizes(b);
    assert_memory_equal(&sizes, &others, sizeof sizes);
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++) {
        palate__span left = palate__tensor_span(a, &palate__tensors[t], &sizes);
        palate__span right = palate__tensor_span(b, &palate__tensors[t], &sizes);
        assert_int_equal(left.bytes, right.bytes);
        if (left.bytes > 0)
            assert_memory_equal(left.text, right.text, left.bytes);
    }
    for (size_t f = 0; f < PALATE__FACT_COUNT; f++) {
        char left[PALATE__FACT_BYTES];
        char right[PALATE__FACT_BYTES];
        assert_string_equal(palate__fact_format(a, &palate__facts[f], left),
                            palate__fact_format(b, &palate__facts[f], right));
    }
    for (uint32_t f = 0; f < a->factor_count; f++)
        assert_string_equal(palate_model_factor_name(a, f), palate_model_factor_name(b, f));
}

#endif
