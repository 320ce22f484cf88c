/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up models and the reference that recommendations are compared with: every candidate scored,
 * all sorted.
 */
#ifndef TESTS_RECOMMEND_SUPPORT_H
#define TESTS_RECOMMEND_SUPPORT_H

#include "base/random.h"
#include "kernels/kernels.h"
#include "model/model.h"
#include "palate/palate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ID_BYTES = 16 };

/* What the factors of a made model look like. */
typedef enum look {
    RANDOM,
    COARSE, /* Few different values: many equal scores. */
    FLAT,   /* Every item the same. */
    SPARSE, /* Three of four factors are zero. */
    TINY,   /* Products are too small for floats. */
    LARGE,
    WILD, /* Sizes of rows from 1e-4 to 1e4, offsets from 1e-8 to 1e8. */
    LOOKS
} look;

typedef struct shape {
    uint32_t m, n, k;
    look look;
    uint32_t seen_of_16; /* Of 16 items, so many were seen. */
} shape;

static inline void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    assert_non_null(memory);
    return memory;
}

static inline uint32_t draw(uint32_t stream, uint32_t row, uint32_t index)
{
    return palate__random(7, PALATE__RANDOM_SYNTH, stream, row, index).word[0];
}

/* Ids whose order has nothing to do with the order of rows: 7919 is odd, so none comes twice. */
static inline palate__ids make_ids(uint32_t count)
{
    char *bytes = allocate(count, ID_BYTES);
    uint64_t *ends = allocate(count + 1, sizeof *ends);
    for (uint32_t r = 0; r < count; r++) {
        int length = snprintf(bytes + ends[r], ID_BYTES, "%u", (r * 7919U + 13U) % 65536U);
        ends[r + 1] = ends[r] + (uint64_t)length + 1;
    }
    return (palate__ids){.count = count, .bytes = bytes, .ends = ends};
}

static inline float make_number(uint32_t stream, size_t e, size_t period, look as)
{
    const uint32_t word = draw(stream, (uint32_t)(as == FLAT ? e % period : e), 0);
    const float uniform = palate__uniform(word);
    switch (as) {
    case COARSE:
        return 0.5F * (float)(word % 3);
    case SPARSE:
        return word % 4 == 0 ? uniform : 0.0F;
    case TINY:
        return uniform * 1e-30F;
    case LARGE:
        return uniform * 1e6F;
    case WILD:
        return uniform * powf(10.0F, 8.0F * palate__uniform(draw(stream + 9, (uint32_t)(e / period),
                                                                 (uint32_t)period)) -
                                         4.0F);
    default:
        return uniform;
    }
}

static inline float *make_numbers(uint32_t stream, size_t count, size_t period, look as)
{
    float *numbers = allocate(count, sizeof *numbers);
    for (size_t e = 0; e < count; e++)
        numbers[e] = make_number(stream, e, period, as);
    return numbers;
}

/* Every eighth row has no ratings and holds what is typical. */
static inline uint32_t *make_counts(uint32_t count, uint32_t k, float *factors, float *offsets,
                                    const float *typical)
{
    uint32_t *counts = allocate(count, sizeof *counts);
    for (uint32_t r = 0; r < count; r++) {
        counts[r] = r % 8 != 5;
        if (counts[r] != 0)
            continue;
        memcpy(factors + (size_t)r * k, typical, k * sizeof *factors);
        offsets[r] = typical[k];
    }
    return counts;
}

static inline palate__side make_side(uint32_t stream, uint32_t count, uint32_t k, look as)
{
    float *factors = make_numbers(stream, (size_t)count * k, k, as);
    float *offsets = make_numbers(stream + 1, count, 1, as);
    float *typical = make_numbers(stream + 2, k + 1, k + 1, as);
    if (as == FLAT) {
        memcpy(typical, factors, k * sizeof *typical);
        typical[k] = offsets[0];
    }
    return (palate__side){.ids = make_ids(count),
                          .factors = factors,
                          .offsets = offsets,
                          .typical = typical,
                          .counts = make_counts(count, k, factors, offsets, typical)};
}

static inline palate_model make_model(shape of)
{
    palate_model model = {.factor_count = of.k};
    model.users = make_side(1, of.m, of.k, of.look == FLAT ? RANDOM : of.look);
    model.items = make_side(4, of.n, of.k, of.look);
    model.summary.base = 0.3;
    int64_t *begins = allocate(of.m + 1, sizeof *begins);
    uint32_t *seen = allocate((size_t)of.m * of.n, sizeof *seen);
    for (uint32_t i = 0; i < of.m; i++) {
        begins[i + 1] = begins[i];
        for (uint32_t j = 0; j < of.n; j++)
            if (draw(8, i, j) % 16 < of.seen_of_16)
                seen[begins[i + 1]++] = j;
    }
    model.seen_begins = begins;
    model.seen_items = seen;
    return model;
}

static inline void free_side(palate__side *side)
{
    free((void *)(uintptr_t)side->ids.bytes);
    free((void *)(uintptr_t)side->ids.ends);
    free((void *)(uintptr_t)side->factors);
    free((void *)(uintptr_t)side->offsets);
    free((void *)(uintptr_t)side->typical);
    free((void *)(uintptr_t)side->counts);
}

static inline void free_model(palate_model *model)
{
    palate__derived_free(model->context, &model->item_index);
    free_side(&model->users);
    free_side(&model->items);
    free((void *)(uintptr_t)model->seen_begins);
    free((void *)(uintptr_t)model->seen_items);
}

/* ---- The reference ---- */

typedef struct scored {
    float score;
    uint32_t item;
    const char *id;
} scored;

static inline int compare(const void *a, const void *b)
{
    const scored *one = a;
    const scored *other = b;
    if (one->score != other->score)
        return one->score > other->score ? -1 : 1;
    return strcmp(one->id, other->id);
}

static inline bool contains(const uint32_t *rows, size_t count, uint32_t row)
{
    for (size_t r = 0; r < count; r++)
        if (rows[r] == row)
            return true;
    return false;
}

static inline bool is_candidate(const palate_model *model, const palate_recommend_options *options,
                                uint32_t user, uint32_t item)
{
    if (options->allow != NULL && !contains(options->allow, options->allow_count, item))
        return false;
    if (contains(options->deny, options->deny_count, item))
        return false;
    if (options->include_seen || user == PALATE_NO_ROW)
        return true;
    int64_t begin = model->seen_begins[user];
    return !contains(model->seen_items + begin, (size_t)(model->seen_begins[user + 1] - begin),
                     item);
}

static inline float score_of(const palate_model *model, uint32_t user, uint32_t item)
{
    if (user != PALATE_NO_ROW)
        return palate__model_score(model, user, item);
    uint32_t k = model->factor_count;
    return palate__score_start(model, model->users.typical[k], model->items.offsets[item]) +
           palate__kernels_get()->dot(model->users.typical, model->items.factors + (size_t)item * k,
                                      k);
}

static inline size_t recommend_plainly(const palate_model *model,
                                       const palate_recommend_options *options, uint32_t user,
                                       scored *all)
{
    size_t count = 0;
    for (uint32_t j = 0; j < model->items.ids.count; j++)
        if (is_candidate(model, options, user, j))
            all[count++] = (scored){score_of(model, user, j), j,
                                    palate__ids_text(&model->items.ids, j)};
    qsort(all, count, sizeof *all, compare);
    return count < (size_t)options->count ? count : (size_t)options->count;
}

/* ---- Comparison ---- */

typedef struct answer {
    uint32_t *items;
    float *scores;
    uint32_t *counts;
} answer;

static inline answer make_answer(size_t user_count, size_t wanted)
{
    return (answer){allocate(user_count * wanted, sizeof(uint32_t)),
                    allocate(user_count * wanted, sizeof(float)),
                    allocate(user_count, sizeof(uint32_t))};
}

static inline void free_answer(answer *got)
{
    free(got->items);
    free(got->scores);
    free(got->counts);
}

static inline void check_user(const palate_model *model, const palate_recommend_options *options,
                              uint32_t user, const uint32_t *items, const float *scores,
                              uint32_t count)
{
    scored *all = allocate(model->items.ids.count, sizeof *all);
    size_t expected = recommend_plainly(model, options, user, all);
    assert_int_equal(count, expected);
    for (size_t r = 0; r < (size_t)options->count; r++) {
        float score = r < expected ? all[r].score : 0.0F;
        assert_int_equal(items[r], r < expected ? all[r].item : PALATE_NO_ROW);
        assert_memory_equal(&scores[r], &score, sizeof score);
    }
    free(all);
}

/* Every user, last to first, and the typical one in their midst. */
static inline uint32_t *list_users(uint32_t m)
{
    uint32_t *users = allocate(m + 1, sizeof *users);
    for (uint32_t i = 0; i <= m; i++)
        users[i] = i < m / 2 ? m - 1 - i : m - i;
    users[m / 2] = PALATE_NO_ROW;
    return users;
}

/* A way to recommend to all of list_users(). */
typedef void (*way)(const palate_model *model, const palate_recommend_options *options,
                    const uint32_t *users, size_t user_count, const answer *out);

static inline void check_way(const palate_model *model, palate_recommend_options options,
                             way recommend)
{
    static const int64_t thread_counts[] = {1, 3, 0};
    const size_t user_count = model->users.ids.count + 1;
    const size_t wanted = (size_t)options.count;
    uint32_t *users = list_users(model->users.ids.count);
    answer first = make_answer(user_count, wanted);
    for (size_t t = 0; t < sizeof thread_counts / sizeof thread_counts[0]; t++) {
        options.threads = thread_counts[t];
        answer got = t == 0 ? first : make_answer(user_count, wanted);
        recommend(model, &options, users, user_count, &got);
        for (size_t i = 0; t == 0 && i < user_count; i++)
            check_user(model, &options, users[i], got.items + i * wanted, got.scores + i * wanted,
                       got.counts[i]);
        assert_memory_equal(got.items, first.items, user_count * wanted * sizeof *got.items);
        assert_memory_equal(got.scores, first.scores, user_count * wanted * sizeof *got.scores);
        assert_memory_equal(got.counts, first.counts, user_count * sizeof *got.counts);
        if (t > 0)
            free_answer(&got);
    }
    free_answer(&first);
    free(users);
}

static inline void ask_publicly(const palate_model *model, const palate_recommend_options *options,
                                const uint32_t *users, size_t user_count, const answer *out)
{
    palate_error err;
    assert_int_equal(palate_model_recommend(model, users, user_count, options, out->items,
                                            out->scores, out->counts, &err),
                     PALATE_OK);
}

static inline void check_all(const palate_model *model, palate_recommend_options options)
{
    check_way(model, options, ask_publicly);
}

static inline palate_recommend_options options_of(int64_t count, bool include_seen)
{
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.count = count;
    options.include_seen = include_seen;
    return options;
}

#endif
