/* SPDX-License-Identifier: Apache-2.0 */
/* Models and ratings made up for the tests of evaluation. */
#ifndef TESTS_EVALUATE_SUPPORT_H
#define TESTS_EVALUATE_SUPPORT_H

#include "model/model.h"
#include "palate/palate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { USERS = 150, ITEMS = 90, FACTORS = 5, ID_BYTES = 16, MOST = USERS * ITEMS };

static char user_texts[USERS][ID_BYTES], item_texts[ITEMS][ID_BYTES];
static const char *user_ids[USERS], *item_ids[ITEMS];

/* The model knows all but the last few of each. */
enum { USERS_KNOWN = USERS - 10, ITEMS_KNOWN = ITEMS - 7 };

static inline void name_all(void)
{
    for (int i = 0; i < USERS; i++) {
        snprintf(user_texts[i], ID_BYTES, "u%d", i);
        user_ids[i] = user_texts[i];
    }
    for (int j = 0; j < ITEMS; j++) {
        snprintf(item_texts[j], ID_BYTES, "i%d", j);
        item_ids[j] = item_texts[j];
    }
}

/* Some cells rated, and those who rated them; nothing of it depends on the order. */
static inline palate_ratings *ratings_of(bool (*rated)(int i, int j), float (*value)(int i, int j),
                                         bool backwards)
{
    static const char *users[MOST], *items[MOST];
    static float values[MOST];
    size_t count = 0;
    name_all();
    for (int cell = 0; cell < MOST; cell++) {
        int at = backwards ? MOST - 1 - cell : cell;
        int i = at / ITEMS;
        int j = at % ITEMS;
        if (!rated(i, j))
            continue;
        users[count] = user_ids[i];
        items[count] = item_ids[j];
        values[count++] = value(i, j);
    }
    palate_rating_arrays arrays = {count, users, items, values, NULL};
    palate_ratings *ratings = NULL;
    palate_error err = {.message = ""};
    if (palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

/* 1..5, as if by taste and chance. */
static inline float stars(int i, int j)
{
    return (float)(1 + (i * 7 + j * 3 + (i * j) % 4) % 5);
}

/* Of users and items the model knows. */
static inline bool trained_on(int i, int j)
{
    return i < USERS_KNOWN && j < ITEMS_KNOWN && (i * 31 + j * 17) % 5 < 2;
}

static inline bool held_out(int i, int j)
{
    return (i * 31 + j * 17) % 5 == 3 && (i < 3 || (i + j) % 3 == 0);
}

static inline palate_ratings *train_ratings(void)
{
    return ratings_of(trained_on, stars, false);
}

static inline palate_ratings *test_ratings(void)
{
    return ratings_of(held_out, stars, false);
}

/* To 32nds, so that some scores are equal. */
static inline void round_side(palate__side *side, size_t k)
{
    float *factors = palate__writable(side->factors);
    float *offsets = palate__writable(side->offsets);
    for (size_t e = 0; e < side->ids.count * k; e++)
        factors[e] = roundf(32.0F * factors[e]) / 32.0F;
    for (size_t row = 0; row < side->ids.count; row++)
        offsets[row] = roundf(32.0F * offsets[row]) / 32.0F;
}

static inline palate_model *trained_model(const palate_ratings *ratings)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = FACTORS;
    options.epochs = 5;
    palate_model *model = NULL;
    palate_error err = {.message = ""};
    if (palate_model_train(ratings, &options, &model, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    round_side(&model->users, (size_t)FACTORS);
    round_side(&model->items, (size_t)FACTORS);
    return model;
}

static inline palate_evaluation *evaluate(const palate_model *model, const palate_ratings *test,
                                          const palate_evaluate_options *options)
{
    palate_evaluation *evaluation = NULL;
    palate_error err = {.message = ""};
    if (palate_evaluation_run(model, test, options, &evaluation, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return evaluation;
}

static inline size_t system_of(const palate_evaluation *evaluation, const char *name)
{
    for (size_t s = 0; s < palate_evaluation_system_count(evaluation); s++)
        if (strcmp(palate_evaluation_system(evaluation, s), name) == 0)
            return s;
    fail_msg("no system %s", name);
    return 0;
}

static inline palate_figure figure_of(const palate_evaluation *evaluation, const char *system,
                                      const char *measure)
{
    for (size_t m = 0; m < palate_evaluation_measure_count(evaluation); m++)
        if (strcmp(palate_evaluation_measure(evaluation, m)->name, measure) == 0)
            return palate_evaluation_figure(evaluation, system_of(evaluation, system), m, 0);
    fail_msg("no measure %s", measure);
    return (palate_figure){0};
}

static inline void check_close(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-12 * (1 + fabs(expected))))
        fail_msg("%.17g, not %.17g", got, expected);
}

/* Calls `check` with every figure of an evaluation. */
static inline void
each_figure(const palate_evaluation *evaluation,
            void (*check)(size_t system, size_t measure, size_t slice, void *user), void *user)
{
    for (size_t s = 0; s < palate_evaluation_system_count(evaluation); s++)
        for (size_t m = 0; m < palate_evaluation_measure_count(evaluation); m++)
            for (size_t g = 0; g < palate_evaluation_slice_count(evaluation); g++)
                check(s, m, g, user);
}

typedef struct evaluation_pair {
    const palate_evaluation *one, *other;
} evaluation_pair;

static inline void check_same_figure(size_t system, size_t measure, size_t slice, void *user)
{
    const evaluation_pair *pair = user;
    palate_figure a = palate_evaluation_figure(pair->one, system, measure, slice);
    palate_figure b = palate_evaluation_figure(pair->other, system, measure, slice);
    assert_memory_equal(&a.value, &b.value, sizeof a.value);
    assert_memory_equal(&a.low, &b.low, sizeof a.low);
    assert_memory_equal(&a.high, &b.high, sizeof a.high);
    assert_int_equal(a.has_interval, b.has_interval);
    assert_int_equal(a.undefined == NULL, b.undefined == NULL);
}

/* Every figure of one is that of the other, to the bit. */
static inline void check_same_figures(const palate_evaluation *one, const palate_evaluation *other)
{
    evaluation_pair pair = {one, other};
    assert_int_equal(palate_evaluation_system_count(one), palate_evaluation_system_count(other));
    assert_int_equal(palate_evaluation_measure_count(one), palate_evaluation_measure_count(other));
    assert_int_equal(palate_evaluation_slice_count(one), palate_evaluation_slice_count(other));
    each_figure(one, check_same_figure, &pair);
}

/* Nothing but finite numbers, and a reason where there is none. */
static inline void check_sound_figure(size_t system, size_t measure, size_t slice, void *user)
{
    palate_figure figure = palate_evaluation_figure(user, system, measure, slice);
    assert_true(isfinite(figure.value) && isfinite(figure.low) && isfinite(figure.high));
    assert_true(figure.low <= figure.high);
    if (figure.undefined != NULL) {
        assert_true(figure.undefined[0] != '\0');
        assert_true(figure.value == 0 && !figure.has_interval);
    }
}

static inline void check_sound(palate_evaluation *evaluation)
{
    each_figure(evaluation, check_sound_figure, evaluation);
}

#endif
