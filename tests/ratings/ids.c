/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 20000 };

static uint32_t add(palate__id_builder *builder, const char *id)
{
    uint32_t number = PALATE__NO_ID;
    assert_int_equal(palate__id_builder_add(builder, id, strlen(id), &number, NULL), PALATE_OK);
    return number;
}

static void add_many(palate__id_builder *builder)
{
    char id[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "id-%d", i);
        assert_int_equal(add(builder, id), i);
    }
}

static void numbers_follow_first_appearance(void **state)
{
    (void)state;
    palate__id_builder builder = {0};
    assert_int_equal(palate__id_builder_find(&builder, "x", 1), PALATE__NO_ID);
    add_many(&builder);
    assert_int_equal(add(&builder, "id-77"), 77);
    assert_int_equal(palate__id_builder_find(&builder, "id-78", 5), 78);
    assert_int_equal(palate__id_builder_find(&builder, "id-7", 3), PALATE__NO_ID);
    assert_int_equal(builder.count, MANY);
    palate__id_builder_free(&builder);
}

/* Every id is found at its row and nothing else is found; order gives the rows back. */
static void check_table(const palate__ids *ids, const uint32_t *row_of)
{
    char id[32];
    assert_int_equal(ids->slot_count & (ids->slot_count - 1), 0);
    assert_true(ids->slot_count > ids->count);
    for (uint32_t i = 0; i < ids->count; i++) {
        snprintf(id, sizeof id, "id-%u", i);
        assert_int_equal(palate__ids_find(ids, id, strlen(id)), row_of[i]);
        assert_string_equal(palate__ids_text(ids, row_of[i]), id);
        assert_int_equal(palate__ids_bytes(ids, row_of[i]), strlen(id));
        assert_int_equal(ids->order[i], row_of[i]);
    }
    assert_int_equal(palate__ids_find(ids, "nobody", 6), PALATE_NO_ROW);
    assert_int_equal(palate__ids_find(ids, "", 0), PALATE_NO_ROW);
    assert_null(palate__ids_text(ids, ids->count));
}

static void rows_are_ordered_by_count_then_hash(void **state)
{
    (void)state;
    palate__id_builder builder = {0};
    palate__ids ids;
    static int64_t counts[MANY];
    static uint32_t row_of[MANY];
    add_many(&builder);
    for (int i = 0; i < MANY; i++)
        counts[i] = i == 5 ? INT64_MAX : i % 2100;
    assert_int_equal(palate__id_builder_freeze(&builder, counts, false, row_of, &ids, NULL),
                     PALATE_OK);
    assert_int_equal(builder.count, 0);
    check_table(&ids, row_of);
    static uint32_t number_of[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        number_of[row_of[i]] = i;
    assert_int_equal(row_of[5], 0);
    for (uint32_t row = 1; row < MANY; row++) {
        const int64_t before = counts[number_of[row - 1]], here = counts[number_of[row]];
        assert_true(before >= here);
        if (before == here)
            assert_true(
                palate__id_hash(palate__ids_text(&ids, row - 1), palate__ids_bytes(&ids, row - 1)) <
                palate__id_hash(palate__ids_text(&ids, row), palate__ids_bytes(&ids, row)));
    }
    palate__ids_free(NULL, &ids);
}

static void rows_do_not_depend_on_the_order_of_adding(void **state)
{
    (void)state;
    static uint32_t row_of[MANY];
    palate__id_builder forward = {0}, backward = {0};
    palate__ids a, b;
    add_many(&forward);
    for (int i = MANY - 1; i >= 0; i--) {
        char id[32];
        snprintf(id, sizeof id, "id-%d", i);
        add(&backward, id);
    }
    assert_int_equal(palate__id_builder_freeze(&forward, NULL, false, row_of, &a, NULL), PALATE_OK);
    assert_int_equal(palate__id_builder_freeze(&backward, NULL, false, row_of, &b, NULL),
                     PALATE_OK);
    assert_memory_equal(a.ends, b.ends, (MANY + 1) * sizeof *a.ends);
    assert_memory_equal(a.bytes, b.bytes, a.ends[MANY]);
    assert_memory_equal(a.slots, b.slots, a.slot_count * sizeof *a.slots);
    palate__ids_free(NULL, &a);
    palate__ids_free(NULL, &b);
}

static void numbers_can_be_kept_and_tables_copied(void **state)
{
    (void)state;
    static uint32_t row_of[MANY];
    palate__id_builder builder = {0};
    palate__ids ids, copy;
    add_many(&builder);
    assert_int_equal(palate__id_builder_freeze(&builder, NULL, true, row_of, &ids, NULL),
                     PALATE_OK);
    for (uint32_t i = 0; i < MANY; i++)
        assert_int_equal(row_of[i], i);
    assert_int_equal(palate__ids_copy(NULL, &ids, &copy, NULL), PALATE_OK);
    palate__ids_free(NULL, &ids);
    check_table(&copy, row_of);
    palate__ids_free(NULL, &copy);
}

static void an_empty_table_finds_nothing(void **state)
{
    (void)state;
    palate__id_builder builder = {0};
    palate__ids ids, copy, zero = {0};
    assert_int_equal(palate__id_builder_freeze(&builder, NULL, false, NULL, &ids, NULL), PALATE_OK);
    assert_int_equal(palate__ids_copy(NULL, &ids, &copy, NULL), PALATE_OK);
    assert_int_equal(palate__ids_find(&ids, "a", 1), PALATE_NO_ROW);
    assert_int_equal(palate__ids_find(&copy, "a", 1), PALATE_NO_ROW);
    assert_int_equal(palate__ids_find(&zero, "a", 1), PALATE_NO_ROW);
    palate__ids_free(NULL, &ids);
    palate__ids_free(NULL, &copy);
    palate__ids_free(NULL, &zero);
}

/* Hands out `left` blocks, then none. */
static void *allocate_some(size_t bytes, void *left)
{
    return (*(int *)left)-- > 0 ? malloc(bytes) : NULL;
}

static void release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static palate_status build_small(palate_context *context)
{
    palate__id_builder builder = {.context = context};
    palate__ids ids = {0}, copy = {0};
    uint32_t row_of[200];
    palate_status status = PALATE_OK;
    for (int i = 0; i < 200; i++) {
        char id[32];
        uint32_t number;
        snprintf(id, sizeof id, "a longer id, number %d", i);
        PALATE_TRY(palate__id_builder_add(&builder, id, strlen(id), &number, NULL));
    }
    PALATE_TRY(palate__id_builder_freeze(&builder, NULL, false, row_of, &ids, NULL));
    PALATE_TRY(palate__ids_copy(context, &ids, &copy, NULL));
done:
    palate__id_builder_free(&builder);
    palate__ids_free(context, &ids);
    palate__ids_free(context, &copy);
    return status;
}

static void running_out_of_memory_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    int left = 1;
    palate_allocator allocator = {allocate_some, release, &left};
    palate_context *context;
    assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL), PALATE_OK);
    int allowed = 0;
    palate_status status = PALATE_E_NOMEM;
    for (; status == PALATE_E_NOMEM && allowed < 1000; allowed++) {
        left = allowed;
        status = build_small(context);
    }
    assert_int_equal(status, PALATE_OK);
    assert_true(allowed > 10);
    palate_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_follow_first_appearance),
        cmocka_unit_test(rows_are_ordered_by_count_then_hash),
        cmocka_unit_test(rows_do_not_depend_on_the_order_of_adding),
        cmocka_unit_test(numbers_can_be_kept_and_tables_copied),
        cmocka_unit_test(an_empty_table_finds_nothing),
        cmocka_unit_test(running_out_of_memory_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
