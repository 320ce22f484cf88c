/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RATINGS = 3 * PALATE__CHUNK_RATINGS + 77, USERS = 5000, ITEMS = 70 };

/* In the middle by turns, elsewhere in runs; one longer than a chunk. */
static uint32_t user_of(uint32_t e)
{
    if (e < 1000)
        return e / 40;
    if (e > 2 * PALATE__CHUNK_RATINGS - 500)
        return e % 100000 == 0 ? 7 : USERS - 1;
    return (e * 2654435761U >> 7) % USERS;
}

static uint32_t item_of(uint32_t e)
{
    return (e * 40503U >> 3) % ITEMS;
}

/* Some in the middle of a chunk, and then none for more than one. */
static int64_t time_of(uint32_t e)
{
    return e / 30000 == 1 && e % 3 == 0 ? (int64_t)e * 1000000007 : PALATE_NO_TIME;
}

static palate__store fill_reserved(bool lines, bool places, int64_t reserved)
{
    palate__store store = {.keep_places = places, .keep_lines = lines};
    assert_int_equal(palate__store_shards(&store, 1, NULL), PALATE_OK);
    if (reserved > 0)
        assert_int_equal(palate__store_reserve(&store, reserved, NULL), PALATE_OK);
    palate__shard *shard = &store.shards[0];
    shard->users.count = USERS;
    shard->items.count = ITEMS;
    for (uint32_t e = 0; e < RATINGS; e++) {
        assert_int_equal(palate__shard_reserve(shard, 1, time_of(e) != PALATE_NO_TIME, NULL),
                         PALATE_OK);
        palate__shard_add(shard, user_of(e), item_of(e), (float)(e % 9), time_of(e),
                          (int64_t)e + 2);
    }
    assert_int_equal(palate__shard_close(shard, NULL), PALATE_OK);
    palate__store_take(&store, palate__shard_hand_over(shard), 0, 100);
    assert_null(palate__shard_hand_over(shard));
    shard->users.count = shard->items.count = 0;
    return store;
}

static palate__store fill(bool lines, bool places)
{
    return fill_reserved(lines, places, 0);
}

static int64_t number_at(const char *record, uint32_t offset)
{
    int64_t number = 0;
    memcpy(&number, record + offset, sizeof number);
    return number;
}

static void check_record(const palate__chunk *chunk, uint32_t place)
{
    const uint32_t e = (uint32_t)chunk->first + place;
    char *record = palate__record_at(chunk, place);
    const palate__entry *entry = palate__entry_of(record);
    assert_int_equal(entry->item, item_of(e));
    assert_true(entry->value == (float)(e % 9));
    if (chunk->shape.time > 0)
        assert_true(number_at(record, chunk->shape.time) == time_of(e));
    else
        assert_true(time_of(e) == PALATE_NO_TIME);
    if (chunk->shape.line > 0)
        assert_int_equal(chunk->first_line + number_at(record, chunk->shape.line), e + 102);
    if (chunk->shape.place > 0)
        assert_memory_equal(record + chunk->shape.place, &place, sizeof place);
}

/* Runs are as long as they can be. */
static void check_runs(const palate__chunk *chunk)
{
    const uint32_t *end = chunk->runs + chunk->run_words;
    uint32_t e = (uint32_t)chunk->first;
    for (const uint32_t *at = chunk->runs; at < end;) {
        const palate__run run = palate__next_run(&at);
        assert_true(run.count > 0);
        if (e > (uint32_t)chunk->first)
            assert_int_not_equal(run.user, user_of(e - 1));
        for (uint32_t left = run.count; left > 0; left--)
            assert_int_equal(run.user, user_of(e++));
    }
    assert_int_equal(e, (uint32_t)chunk->first + chunk->count);
}

static void ratings_are_kept_in_order_with_what_is_wanted(void **state)
{
    (void)state;
    for (int wanted = 0; wanted < 4; wanted++) {
        const bool lines = wanted % 2 == 1;
        const bool places = wanted / 2 == 1;
        palate__store store = fill(lines, places);
        int64_t seen = 0;
        size_t timed = 0;
        for (const palate__chunk *chunk = store.first; chunk != NULL; chunk = chunk->next) {
            assert_int_equal(chunk->first, seen);
            assert_in_range(chunk->count, 1, PALATE__CHUNK_RATINGS);
            assert_int_equal(chunk->shape.line > 0, lines);
            assert_int_equal(chunk->shape.place > 0, places);
            assert_int_equal(chunk->user_count, USERS);
            assert_int_equal(chunk->item_count, ITEMS);
            for (uint32_t place = 0; place < chunk->count; place++)
                check_record(chunk, place);
            check_runs(chunk);
            seen += chunk->count;
            timed += chunk->timed;
        }
        assert_int_equal(seen, RATINGS);
        assert_int_equal(store.count, RATINGS);
        assert_true(store.has_times);
        /* Times take memory where there are some. */
        assert_in_range(timed, 1, 2);
        palate__store_free(&store);
    }
}

static void ratings_are_counted(void **state)
{
    (void)state;
    palate__store store = fill(false, false);
    static int64_t users[USERS], items[ITEMS];
    for (uint32_t e = 0; e < RATINGS; e++) {
        users[user_of(e)]++;
        items[item_of(e)]++;
    }
    assert_memory_equal(store.shards[0].user_counts, users, sizeof users);
    assert_memory_equal(store.shards[0].item_counts, items, sizeof items);
    palate__store_free(&store);
}

/* A chunk is cut to the size it has: many small ones are not many large pieces of memory. */
static void small_chunks_are_small(void **state)
{
    (void)state;
    palate__store store = {0};
    assert_int_equal(palate__store_shards(&store, 1, NULL), PALATE_OK);
    palate__shard *shard = &store.shards[0];
    for (int chunk = 0; chunk < 1000; chunk++) {
        assert_int_equal(palate__shard_reserve(shard, 1, false, NULL), PALATE_OK);
        palate__shard_add(shard, 0, 0, 1.0F, PALATE_NO_TIME, 1);
        shard->users.count = shard->items.count = 1;
        assert_int_equal(palate__shard_close(shard, NULL), PALATE_OK);
        shard->users.count = shard->items.count = 0;
    }
    size_t bytes = 0;
    for (const palate__slab *slab = shard->slab; slab != NULL; slab = slab->before)
        bytes += slab->bytes;
    assert_true(bytes < 4 << 20);
    palate__store_free(&store);
}

/* Chunks lie in memory reserved as long as it is enough, and say the same. */
static void chunks_lie_in_what_is_reserved(void **state)
{
    (void)state;
    static const int64_t reserved[] = {1, PALATE__CHUNK_RATINGS, 2 * PALATE__CHUNK_RATINGS + 999,
                                       2 * RATINGS};
    for (size_t r = 0; r < sizeof reserved / sizeof *reserved; r++) {
        palate__store store = fill_reserved(false, false, reserved[r]);
        const char *memory = store.reserve->memory;
        size_t bytes = 0;
        int64_t within = 0;
        for (const palate__chunk *chunk = store.first; chunk != NULL; chunk = chunk->next) {
            for (uint32_t place = 0; place < chunk->count; place++)
                check_record(chunk, place);
            check_runs(chunk);
            within += chunk->records >= memory && chunk->records < memory + store.reserve->bytes;
        }
        assert_int_equal(within > 0, reserved[r] > PALATE__CHUNK_RATINGS);
        assert_ptr_equal(palate__store_take_reserve(&store, &bytes), memory);
        assert_int_equal(bytes, (size_t)reserved[r] * 8);
        assert_null(palate__store_take_reserve(&store, &bytes));
        memset((char *)(uintptr_t)memory, 7, (size_t)reserved[r] * 8);
        palate__release(NULL, (void *)(uintptr_t)memory);
    }
}

/* More than there can be is done without. */
static void what_cannot_be_reserved_is_not_needed(void **state)
{
    (void)state;
    palate__store store = fill_reserved(false, false, INT64_MAX / 8);
    assert_null(store.reserve);
    for (const palate__chunk *chunk = store.first; chunk != NULL; chunk = chunk->next) {
        for (uint32_t place = 0; place < chunk->count; place++)
            check_record(chunk, place);
        check_runs(chunk);
    }
    palate__store_free(&store);
}

static void shards_share_what_is_reserved(void **state)
{
    (void)state;
    enum { SHARDS = 3, EACH = 2 * PALATE__CHUNK_RATINGS };
    palate__store store = {0};
    assert_int_equal(palate__store_shards(&store, SHARDS, NULL), PALATE_OK);
    assert_int_equal(palate__store_reserve(&store, 2 << 20, NULL), PALATE_OK);
    for (uint32_t s = 0; s < SHARDS; s++)
        store.shards[s].users.count = store.shards[s].items.count = 1;
    for (uint32_t e = 0; e < EACH; e++) {
        for (uint32_t s = 0; s < SHARDS; s++) {
            assert_int_equal(palate__shard_reserve(&store.shards[s], 1, false, NULL), PALATE_OK);
            palate__shard_add(&store.shards[s], 0, 0, (float)(e * SHARDS + s), PALATE_NO_TIME, 1);
        }
    }
    for (uint32_t s = 0; s < SHARDS; s++) {
        assert_int_equal(palate__shard_close(&store.shards[s], NULL), PALATE_OK);
        assert_true(store.shards[s].slab->reserved);
        uint32_t seen = 0;
        for (const palate__chunk *chunk = store.shards[s].first; chunk != NULL; chunk = chunk->next)
            for (uint32_t place = 0; place < chunk->count; place++)
                assert_true(palate__entry_of(palate__record_at(chunk, place))->value ==
                            (float)(seen++ * SHARDS + s));
        assert_int_equal(seen, EACH);
        store.shards[s].users.count = store.shards[s].items.count = 0;
    }
    palate__store_free(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratings_are_kept_in_order_with_what_is_wanted),
        cmocka_unit_test(ratings_are_counted),
        cmocka_unit_test(small_chunks_are_small),
        cmocka_unit_test(chunks_lie_in_what_is_reserved),
        cmocka_unit_test(what_cannot_be_reserved_is_not_needed),
        cmocka_unit_test(shards_share_what_is_reserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
