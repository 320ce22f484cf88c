/* SPDX-License-Identifier: Apache-2.0 */
/* palate_model_recommend() against scoring everything and sorting it: the same rows, the same bits. */
#include "base/random.h"
#include "kernels/kernels.h"
#include "model/model.h"
#include "palate/palate.h"

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
    FLAT    /* Every item the same. */
} look;

typedef struct shape {
    uint32_t m, n, k;
    look look;
    uint32_t seen_of_16; /* Of 16 items, so many were seen. */
} shape;

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    assert_non_null(memory);
    return memory;
}

static uint32_t draw(uint32_t stream, uint32_t row, uint32_t index)
{
    return palate__random(7, PALATE__RANDOM_SYNTH, stream, row, index).word[0];
}

/* Ids whose order has nothing to do with the order of rows: 7919 is odd, so none comes twice. */
static palate__ids make_ids(uint32_t count)
{
    char *bytes = allocate(count, ID_BYTES);
    uint64_t *ends = allocate(count + 1, sizeof *ends);
    for (uint32_t r = 0; r < count; r++) {
        int length = snprintf(bytes + ends[r], ID_BYTES, "%u", (r * 7919U + 13U) % 65536U);
        ends[r + 1] = ends[r] + (uint64_t)length + 1;
    }
    return (palate__ids){.count = count, .bytes = bytes, .ends = ends};
}

static float *make_numbers(uint32_t stream, size_t count, size_t period, look as)
{
    float *numbers = allocate(count, sizeof *numbers);
    for (size_t e = 0; e < count; e++) {
        uint32_t word = draw(stream, (uint32_t)(as == FLAT ? e % period : e), 0);
        numbers[e] = as == COARSE ? 0.5F * (float)(word % 3) : palate__uniform(word);
    }
    return numbers;
}

/* Every eighth row has no ratings and holds what is typical. */
static uint32_t *make_counts(uint32_t count, uint32_t k, float *factors, float *offsets,
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

static palate__side make_side(uint32_t stream, uint32_t count, uint32_t k, look as)
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

static palate_model make_model(shape of)
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

static void free_side(palate__side *side)
{
    free((void *)(uintptr_t)side->ids.bytes);
    free((void *)(uintptr_t)side->ids.ends);
    free((void *)(uintptr_t)side->factors);
    free((void *)(uintptr_t)side->offsets);
    free((void *)(uintptr_t)side->typical);
    free((void *)(uintptr_t)side->counts);
}

static void free_model(palate_model *model)
{
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

static int compare(const void *a, const void *b)
{
    const scored *one = a;
    const scored *other = b;
    if (one->score != other->score)
        return one->score > other->score ? -1 : 1;
    return strcmp(one->id, other->id);
}

static bool contains(const uint32_t *rows, size_t count, uint32_t row)
{
    for (size_t r = 0; r < count; r++)
        if (rows[r] == row)
            return true;
    return false;
}

static bool is_candidate(const palate_model *model, const palate_recommend_options *options,
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

static float score_of(const palate_model *model, uint32_t user, uint32_t item)
{
    if (user != PALATE_NO_ROW)
        return palate__model_score(model, user, item);
    uint32_t k = model->factor_count;
    return palate__score_start(model, model->users.typical[k], model->items.offsets[item]) +
           palate__kernels_get()->dot(model->users.typical, model->items.factors + (size_t)item * k,
                                      k);
}

static size_t recommend_plainly(const palate_model *model, const palate_recommend_options *options,
                                uint32_t user, scored *all)
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

static answer make_answer(size_t user_count, size_t wanted)
{
    return (answer){allocate(user_count * wanted, sizeof(uint32_t)),
                    allocate(user_count * wanted, sizeof(float)),
                    allocate(user_count, sizeof(uint32_t))};
}

static void free_answer(answer *got)
{
    free(got->items);
    free(got->scores);
    free(got->counts);
}

static void check_user(const palate_model *model, const palate_recommend_options *options,
                       uint32_t user, const uint32_t *items, const float *scores, uint32_t count)
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
static uint32_t *list_users(uint32_t m)
{
    uint32_t *users = allocate(m + 1, sizeof *users);
    for (uint32_t i = 0; i <= m; i++)
        users[i] = i < m / 2 ? m - 1 - i : m - i;
    users[m / 2] = PALATE_NO_ROW;
    return users;
}

static void check_all(const palate_model *model, palate_recommend_options options)
{
    static const int64_t thread_counts[] = {1, 2, 3, 8, 0};
    size_t user_count = model->users.ids.count + 1;
    size_t wanted = (size_t)options.count;
    uint32_t *users = list_users(model->users.ids.count);
    for (size_t t = 0; t < sizeof thread_counts / sizeof thread_counts[0]; t++) {
        options.threads = thread_counts[t];
        answer got = make_answer(user_count, wanted);
        palate_error err;
        assert_int_equal(palate_model_recommend(model, users, user_count, &options, got.items,
                                                got.scores, got.counts, &err),
                         PALATE_OK);
        for (size_t i = 0; i < user_count; i++)
            check_user(model, &options, users[i], got.items + i * wanted, got.scores + i * wanted,
                       got.counts[i]);
        free_answer(&got);
    }
    free(users);
}

static palate_recommend_options options_of(int64_t count, bool include_seen)
{
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.count = count;
    options.include_seen = include_seen;
    return options;
}

/* ---- Tests ---- */

static void test_equals_the_reference(void **state)
{
    (void)state;
    static const uint32_t factor_counts[] = {1, 3, 16, 17, 64};
    static const int64_t wanted[] = {1, 10, 500};
    for (size_t f = 0; f < sizeof factor_counts / sizeof factor_counts[0]; f++) {
        for (look as = RANDOM; as <= FLAT; as++) {
            palate_model model = make_model((shape){37, 300, factor_counts[f], as, 5});
            for (size_t w = 0; w < sizeof wanted / sizeof wanted[0]; w++)
                check_all(&model, options_of(wanted[w], w == 1));
            free_model(&model);
        }
    }
}

/* More items than a block of any k holds. */
static void test_many_blocks(void **state)
{
    (void)state;
    palate_model model = make_model((shape){5, 3001, 17, COARSE, 8});
    check_all(&model, options_of(25, false));
    check_all(&model, options_of(4000, false));
    free_model(&model);
}

static void test_equal_items_come_by_id(void **state)
{
    (void)state;
    palate_model model = make_model((shape){1, 200, 3, FLAT, 0});
    palate_recommend_options options = options_of(200, false);
    answer got = make_answer(1, 200);
    uint32_t user = 0;
    assert_int_equal(
        palate_model_recommend(&model, &user, 1, &options, got.items, got.scores, got.counts, NULL),
        PALATE_OK);
    for (size_t r = 1; r < 200; r++)
        assert_true(strcmp(palate__ids_text(&model.items.ids, got.items[r - 1]),
                           palate__ids_text(&model.items.ids, got.items[r])) < 0);
    free_answer(&got);
    free_model(&model);
}

static void test_zero_users_and_zero_factors(void **state)
{
    (void)state;
    palate_model model = make_model((shape){20, 100, 16, RANDOM, 3});
    memset((void *)(uintptr_t)model.users.factors, 0, (size_t)20 * 16 * sizeof(float));
    check_all(&model, options_of(10, false));
    memset((void *)(uintptr_t)model.items.offsets, 0, 100 * sizeof(float));
    memset((void *)(uintptr_t)(model.items.typical + 16), 0, sizeof(float));
    check_all(&model, options_of(10, false));
    free_model(&model);
    assert_int_equal(palate_model_recommend(&model, NULL, 0, NULL, NULL, NULL, NULL, NULL),
                     PALATE_OK);
}

static void test_all_seen_but_three(void **state)
{
    (void)state;
    palate_model model = make_model((shape){4, 500, 3, RANDOM, 16});
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t *seen = (uint32_t *)(uintptr_t)model.seen_items + model.seen_begins[i];
        for (uint32_t r = 0; r < 497; r++)
            seen[r] = r + (r >= 3) + (r >= 250) + (r >= 497 - i);
        /* The next user's list begins where this shorter one ends. */
        ((int64_t *)(uintptr_t)model.seen_begins)[i + 1] = model.seen_begins[i] + 497;
    }
    check_all(&model, options_of(10, false));
    check_all(&model, options_of(3, false));
    free_model(&model);
}

static void test_allow_and_deny(void **state)
{
    (void)state;
    palate_model model = make_model((shape){19, 2500, 17, COARSE, 4});
    uint32_t many[2500];
    for (uint32_t r = 0; r < 2500; r++)
        many[r] = draw(9, r, 0) % 2500;
    static const uint32_t few[] = {900, 3, 3, 2499, 0, 900, 77};
    palate_recommend_options options = options_of(10, false);
    options.allow = few;
    options.allow_count = 7;
    check_all(&model, options);
    options.deny = few + 2;
    options.deny_count = 3;
    check_all(&model, options);
    options.allow = many;
    options.allow_count = 2500;
    check_all(&model, options);
    options.allow = NULL;
    options.allow_count = 0;
    check_all(&model, options);
    options.deny = many;
    options.deny_count = 2500;
    options.include_seen = true;
    check_all(&model, options);
    options.allow = few;
    options.allow_count = 0;
    check_all(&model, options);
    free_model(&model);
}

/* One user on many threads: no task is empty. */
static void test_one_user_many_threads(void **state)
{
    (void)state;
    palate_model model = make_model((shape){1, 50, 3, RANDOM, 2});
    check_all(&model, options_of(5, false));
    free_model(&model);
}

static void refuse(const palate_model *model, uint32_t user,
                   const palate_recommend_options *options, const char *named)
{
    uint32_t items[64];
    float scores[64];
    uint32_t counts[1];
    palate_error err = {0};
    assert_int_equal(palate_model_recommend(model, &user, 1, options, items, scores, counts, &err),
                     PALATE_E_INVALID);
    assert_int_equal(err.status, PALATE_E_INVALID);
    assert_non_null(strstr(err.message, named));
}

static void test_what_is_not_there_is_refused(void **state)
{
    (void)state;
    palate_model model = make_model((shape){3, 40, 3, RANDOM, 2});
    palate_recommend_options options = options_of(10, false);
    static const uint32_t rows[] = {5, 40, PALATE_NO_ROW};
    refuse(NULL, 0, &options, "model");
    refuse(&model, 3, &options, "users[0]");
    options.allow = rows;
    options.allow_count = 2;
    refuse(&model, 0, &options, "allow[1]");
    options.allow = rows + 2;
    options.allow_count = 1;
    refuse(&model, 0, &options, "allow[0]");
    options.allow = NULL;
    refuse(&model, 0, &options, "allow");
    options.allow_count = 0;
    options.deny = rows;
    options.deny_count = 3;
    refuse(&model, 0, &options, "deny[1]");
    options = options_of(0, false);
    refuse(&model, 0, &options, "count");
    options = options_of(1000001, false);
    refuse(&model, 0, &options, "count");
    options = options_of(1, false);
    options.threads = -1;
    refuse(&model, 0, &options, "threads");
    free_model(&model);
}

/* inf - inf is no score; inf is one. */
static void test_factors_that_overflow(void **state)
{
    (void)state;
    palate_model model = make_model((shape){1, 40, 3, RANDOM, 0});
    float *factors = palate__writable(model.items.factors);
    float *offsets = palate__writable(model.items.offsets);
    float *user_factors = palate__writable(model.users.factors);
    float *user_offset = palate__writable(model.users.offsets);
    for (int f = 0; f < 3; f++)
        user_factors[f] = factors[7 * 3 + f] = factors[9 * 3 + f] = 1e30F;
    *user_offset = offsets[7] = -3e38F;
    palate_recommend_options options = options_of(40, false);
    answer got = make_answer(1, 40);
    uint32_t user = 0;
    assert_int_equal(
        palate_model_recommend(&model, &user, 1, &options, got.items, got.scores, got.counts, NULL),
        PALATE_OK);
    assert_int_equal(got.counts[0], 39);
    assert_int_equal(got.items[0], 9);
    for (size_t r = 1; r < 39; r++) {
        assert_int_not_equal(got.items[r], 7);
        assert_true(got.scores[r - 1] >= got.scores[r]);
    }
    free_answer(&got);
    free_model(&model);
}

static void test_option_names(void **state)
{
    (void)state;
    const palate_option_table *table = palate_recommend_options_table();
    palate_recommend_options options;
    memset(&options, 0xDD, sizeof options);
    palate_recommend_options_init(&options);
    assert_int_equal(options.count, 10);
    assert_false(options.include_seen);
    assert_int_equal(options.threads, 0);
    assert_null(options.allow);
    assert_null(options.deny);
    assert_int_equal(options.allow_count + options.deny_count, 0);
    static const char *const names[] = {"count", "n", "top"};
    for (int i = 0; i < 3; i++) {
        char text[2] = {(char)('3' + i), '\0'};
        assert_int_equal(palate_options_set(table, &options, names[i], text, NULL), PALATE_OK);
        assert_int_equal(options.count, 3 + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_the_reference),
        cmocka_unit_test(test_many_blocks),
        cmocka_unit_test(test_equal_items_come_by_id),
        cmocka_unit_test(test_zero_users_and_zero_factors),
        cmocka_unit_test(test_all_seen_but_three),
        cmocka_unit_test(test_allow_and_deny),
        cmocka_unit_test(test_one_user_many_threads),
        cmocka_unit_test(test_what_is_not_there_is_refused),
        cmocka_unit_test(test_factors_that_overflow),
        cmocka_unit_test(test_option_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
