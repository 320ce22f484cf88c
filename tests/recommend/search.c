/* SPDX-License-Identifier: Apache-2.0 */
/* Recommending by the index against scoring everything and sorting it: the same rows, the same bits,
 * whatever the factors look like.
 */
#include "recommend/request.h"

#include "recommend/support.h"

/* Rows that may be recommended, increasing; NULL: all. */
static uint32_t *list_candidates(const palate_model *model, const palate_recommend_options *options,
                                 size_t *count)
{
    *count = model->items.ids.count;
    if (options->allow == NULL && options->deny_count == 0)
        return NULL;
    palate_recommend_options seen = *options;
    seen.include_seen = true;
    uint32_t *rows = allocate(*count, sizeof *rows);
    *count = 0;
    for (uint32_t j = 0; j < model->items.ids.count; j++)
        if (is_candidate(model, &seen, PALATE_NO_ROW, j))
            rows[(*count)++] = j;
    return rows;
}

/* Of the model that is being checked. */
static palate__index *index_of_model;

/* As palate_model_recommend(), but surely by the index. */
static void ask_index(const palate_model *model, const palate_recommend_options *options,
                      const uint32_t *users, size_t user_count, const answer *out)
{
    palate_error err;
    palate__request asked = {.model = model,
                             .kernels = palate__kernels_get(),
                             .users = users,
                             .user_count = user_count,
                             .include_seen = options->include_seen,
                             .wanted = (size_t)options->count,
                             .threads = options->threads == 0 ? 2 : (int)options->threads,
                             .items = out->items,
                             .scores = out->scores,
                             .counts = out->counts};
    uint32_t *candidates = list_candidates(model, options, &asked.candidate_count);
    asked.candidates = candidates;
    assert_int_equal(palate__recommend_search(&asked, index_of_model, &err), PALATE_OK);
    free(candidates);
}

static void check_with(const palate_model *model, palate_recommend_options options)
{
    palate_error err;
    assert_int_equal(palate__index_create(model, 2, &index_of_model, &err), PALATE_OK);
    assert_true(index_of_model->sound);
    check_way(model, options, ask_index);
    palate__index_free(NULL, index_of_model);
}

static void check(const palate_model *model, int64_t count, bool include_seen)
{
    check_with(model, options_of(count, include_seen));
}

static float *factors_of(palate_model *model, uint32_t user)
{
    return (float *)palate__writable(model->users.factors) + (size_t)user * model->factor_count;
}

/* ---- Tests ---- */

static void test_equals_the_reference(void **state)
{
    (void)state;
    static const uint32_t factor_counts[] = {1, 3, 16, 17, 33, 64};
    for (size_t f = 0; f < sizeof factor_counts / sizeof factor_counts[0]; f++) {
        for (look as = RANDOM; as < LOOKS; as++) {
            palate_model model = make_model((shape){12, 411, factor_counts[f], as, 5});
            check(&model, 1, false);
            check(&model, 10, true);
            check(&model, 40, false);
            free_model(&model);
        }
    }
}

/* Every number of items to a last tile, and fewer items than are wanted. */
static void test_few_items(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 40; n++) {
        palate_model model = make_model((shape){5, n, 5, n % 2 == 0 ? RANDOM : COARSE, 3});
        check(&model, 3, true);
        check(&model, 60, false);
        free_model(&model);
    }
    /* Tasks that follow each other in the same memory. */
    palate_model model = make_model((shape){200, 37, 5, RANDOM, 3});
    check(&model, 60, false);
    free_model(&model);
}

/* More chunks than one, more tasks than threads, floors from several parts. */
static void test_many_items_and_users(void **state)
{
    (void)state;
    static const look looks[] = {RANDOM, COARSE, WILD};
    for (size_t l = 0; l < sizeof looks / sizeof looks[0]; l++) {
        palate_model model = make_model((shape){70, 5001, 17, looks[l], 2});
        check(&model, 10, false);
        free_model(&model);
    }
    palate_model model = make_model((shape){9, 9001, 5, RANDOM, 8});
    check(&model, 25, false);
    check(&model, 170, false);
    check(&model, 700, false);
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
    options.deny = few;
    options.deny_count = 7;
    check_with(&model, options);
    options.allow = many;
    options.allow_count = 2500;
    check_with(&model, options);
    options.allow = few;
    options.allow_count = 7;
    options.deny_count = 0;
    check_with(&model, options);
    options.allow_count = 0;
    check_with(&model, options);
    free_model(&model);
}

/* Users about whom the index says nothing: zeros, the mean user, one far from all others, one so
 * large that bounds would overflow. */
static void test_odd_users(void **state)
{
    (void)state;
    enum { K = 33 };
    palate_model model = make_model((shape){20, 1500, K, RANDOM, 3});
    memset(factors_of(&model, 0), 0, K * sizeof(float));
    for (size_t f = 0; f < K; f++) {
        double mean = 0.0;
        for (uint32_t i = 2; i < 20; i++)
            mean += (double)factors_of(&model, i)[f] / 18.0;
        factors_of(&model, 1)[f] = (float)mean;
        factors_of(&model, 2)[f] *= 100.0F;
        factors_of(&model, 3)[f] *= 1e9F;
        ((float *)palate__writable(model.users.typical))[f] *= 1e30F;
    }
    ((float *)palate__writable(model.users.offsets))[6] = -1e20F;
    check(&model, 10, false);
    free_model(&model);
}

static void test_all_seen_but_three(void **state)
{
    (void)state;
    enum { N = 3000 };
    palate_model model = make_model((shape){4, N, 3, RANDOM, 16});
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t *seen = (uint32_t *)palate__writable(model.seen_items) + model.seen_begins[i];
        for (uint32_t r = 0; r < N - 3; r++)
            seen[r] = r + (r >= 3) + (r >= 250) + (r >= N - 3 - i);
        /* The next user's list begins where this shorter one ends. */
        ((int64_t *)palate__writable(model.seen_begins))[i + 1] = model.seen_begins[i] + N - 3;
    }
    check(&model, 10, false);
    check(&model, 3, false);
    free_model(&model);
}

/* Items in identical triples, far apart in order: ties are broken by id. */
static void test_triples(void **state)
{
    (void)state;
    enum { N = 3000, K = 16 };
    palate_model model = make_model((shape){25, N, K, RANDOM, 1});
    float *factors = palate__writable(model.items.factors);
    float *offsets = palate__writable(model.items.offsets);
    uint32_t *counts = palate__writable(model.items.counts);
    for (size_t j = N / 3; j < N; j++) {
        memcpy(factors + j * K, factors + j % (N / 3) * K, K * sizeof(float));
        offsets[j] = offsets[j % (N / 3)];
        counts[j] = counts[j % (N / 3)];
    }
    check(&model, 10, false);
    check(&model, 31, true);
    free_model(&model);
}

/* Sizes at which the parts of a score hardly have a digit in common. */
static void test_offsets_beyond_all_products(void **state)
{
    (void)state;
    palate_model model = make_model((shape){20, 2000, 20, RANDOM, 3});
    float *offsets = palate__writable(model.items.offsets);
    for (size_t j = 0; j < 2000; j++) {
        offsets[j] = 1e7F + (float)(j % 3);
        ((uint32_t *)palate__writable(model.items.counts))[j] = 1;
    }
    model.summary.base = -1e7;
    check(&model, 10, false);
    for (size_t j = 0; j < 2000; j++)
        offsets[j] *= 1e6F;
    check(&model, 10, false);
    free_model(&model);
}

/* The public call makes the index when it pays, and answers as before. */
static void test_the_index_comes_by_itself(void **state)
{
    (void)state;
    palate_model model = make_model((shape){70, 3000, 7, RANDOM, 3});
    const palate_recommend_options options = options_of(10, false);
    uint32_t *users = list_users(70);
    answer before = make_answer(71, 10);
    answer after = make_answer(71, 10);
    ask_publicly(&model, &options, users, 1, &before);
    assert_null(palate__derived_get(&model.item_index));
    int calls = 1;
    for (; palate__derived_get(&model.item_index) == NULL && calls < 10000; calls++)
        ask_publicly(&model, &options, users, 1, &after);
    assert_in_range(calls, 3, 9999);
    assert_memory_equal(before.items, after.items, 10 * sizeof(uint32_t));
    check_all(&model, options);
    free_answer(&before);
    free_answer(&after);
    free(users);
    free_model(&model);
}

/* An item that makes the index impossible: nothing changes but speed. */
static void test_an_item_too_large(void **state)
{
    (void)state;
    palate_model model = make_model((shape){10, 2000, 7, RANDOM, 3});
    float *factors = palate__writable(model.items.factors);
    factors[7 * 12] = 3e38F;
    palate__index *index = NULL;
    assert_int_equal(palate__index_create(&model, 2, &index, NULL), PALATE_OK);
    assert_false(index->sound);
    palate__index_free(NULL, index);
    for (int round = 0; round < 3; round++)
        check_all(&model, options_of(10, false));
    assert_non_null(palate__derived_get(&model.item_index));
    free_model(&model);
}

/* ---- Memory that runs out ---- */

/* Gives so many blocks, and counts those that are out. */
typedef struct ration {
    long left, out;
} ration;

static void *take(size_t bytes, void *user)
{
    ration *of = user;
    if (of->left-- <= 0)
        return NULL;
    of->out++;
    return malloc(bytes);
}

static void give_back(void *memory, void *user)
{
    ((ration *)user)->out--;
    free(memory);
}

/* Until the index is there every failure is told, nothing is lost, and the next call may do. */
static void test_every_allocation_that_fails(void **state)
{
    (void)state;
    ration of = {.left = 1000};
    const palate_allocator allocator = {take, give_back, &of};
    palate_context *context = NULL;
    palate_model model = make_model((shape){70, 1100, 3, RANDOM, 3});
    assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL), PALATE_OK);
    model.context = context;
    palate_recommend_options options = options_of(5, false);
    options.threads = 1;
    const uint32_t denied = 7;
    options.deny = &denied;
    options.deny_count = 1;
    uint32_t *users = list_users(70);
    answer got = make_answer(71, 5);
    palate__derived_spend(&model.item_index, 1U << 30); /* It pays at once. */
    palate_status status = PALATE_E_NOMEM;
    long blocks = 0;
    for (; status != PALATE_OK; blocks++) {
        assert_in_range(blocks, 0, 100);
        const long before = of.out;
        of.left = blocks;
        palate_error err = {0};
        status = palate_model_recommend(&model, users, 71, &options, got.items, got.scores,
                                        got.counts, &err);
        assert_int_equal(status, status == PALATE_OK ? PALATE_OK : PALATE_E_NOMEM);
        assert_true(status == PALATE_OK || err.message[0] != '\0');
        assert_true(palate__derived_get(&model.item_index) != NULL || of.out == before);
    }
    assert_in_range(blocks, 8, 100);
    assert_non_null(palate__derived_get(&model.item_index));
    of.left = 1000;
    check_all(&model, options);
    palate__derived_free(context, &model.item_index);
    palate_context_free(context);
    assert_int_equal(of.out, 0);
    model.context = NULL;
    free_answer(&got);
    free(users);
    free_model(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_the_reference),
        cmocka_unit_test(test_few_items),
        cmocka_unit_test(test_many_items_and_users),
        cmocka_unit_test(test_allow_and_deny),
        cmocka_unit_test(test_odd_users),
        cmocka_unit_test(test_all_seen_but_three),
        cmocka_unit_test(test_triples),
        cmocka_unit_test(test_offsets_beyond_all_products),
        cmocka_unit_test(test_the_index_comes_by_itself),
        cmocka_unit_test(test_an_item_too_large),
        cmocka_unit_test(test_every_allocation_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
