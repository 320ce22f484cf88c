/* SPDX-License-Identifier: Apache-2.0 */
#include "base/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An allocator that counts, hands out badly aligned memory, and may be empty. */
typedef struct counter {
    long live, total;
    bool empty;
    size_t last_bytes;
} counter;

enum { SHIFT = 8 };

static void *count_allocate(size_t bytes, void *user)
{
    counter *count = user;
    count->last_bytes = bytes;
    if (count->empty)
        return NULL;
    count->live++;
    count->total++;
    char *memory = malloc(bytes + SHIFT);
    return memory == NULL ? NULL : memory + SHIFT;
}

static void count_release(void *memory, void *user)
{
    counter *count = user;
    assert_non_null(memory);
    count->live--;
    free((char *)memory - SHIFT);
}

static palate_context *make_context(counter *count)
{
    const palate_allocator allocator = {count_allocate, count_release, count};
    palate_context *context = NULL;
    assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL), PALATE_OK);
    return context;
}

static void test_create(void **state)
{
    (void)state;
    counter count = {0};
    palate_error err = {0};
    palate_context *context = make_context(&count);
    assert_int_equal(count.live, 1);
    palate_context_free(context);
    assert_int_equal(count.live, 0);
    palate_context_free(NULL);
    assert_int_equal(palate_context_create(NULL, NULL, NULL, NULL, &err), PALATE_E_INVALID);
    context = (palate_context *)&count;
    palate_allocator half = {count_allocate, NULL, &count};
    assert_int_equal(palate_context_create(&half, NULL, NULL, &context, &err), PALATE_E_INVALID);
    assert_null(context);
    half = (palate_allocator){NULL, count_release, &count};
    assert_int_equal(palate_context_create(&half, NULL, NULL, &context, &err), PALATE_E_INVALID);
    count.empty = true;
    half.allocate = count_allocate;
    assert_int_equal(palate_context_create(&half, NULL, NULL, &context, &err), PALATE_E_NOMEM);
    assert_null(context);
}

/* Every size is aligned, writable from end to end, and released exactly once. */
static void test_alignment(void **state)
{
    (void)state;
    counter count = {0};
    palate_context *contexts[] = {NULL, make_context(&count)};
    for (size_t c = 0; c < 2; c++) {
        for (size_t bytes = 0; bytes < 300; bytes++) {
            char *memory = palate__allocate(contexts[c], bytes);
            assert_non_null(memory);
            assert_int_equal((uintptr_t)memory % PALATE__ALIGNMENT, 0);
            memset(memory, 0xA5, bytes);
            palate__release(contexts[c], memory);
        }
    }
    assert_int_equal(count.total, 301);
    palate_context_free(contexts[1]);
    palate__release(NULL, NULL);
    assert_int_equal(count.live, 0);
}

/* What is shared goes with the last of its owners. */
static void test_sharing(void **state)
{
    (void)state;
    counter count = {0};
    palate_context *context = make_context(&count);
    int *array = palate__allocate_array(context, 3, sizeof *array);
    assert_non_null(array);
    array[2] = 7;
    assert_ptr_equal(palate__share(array), array);
    assert_ptr_equal(palate__share(array), array);
    for (long owners = 3; owners > 0; owners--) {
        assert_int_equal(count.live, 2);
        assert_int_equal(array[2], 7);
        palate__release(context, array);
    }
    assert_int_equal(count.live, 1);
    palate_context_free(context);
}

/* Parts are released and shared as if each were by itself. */
static void test_dividing(void **state)
{
    (void)state;
    counter count = {0};
    palate_context *context = make_context(&count);
    char *first = palate__allocate(context, 1000);
    assert_non_null(first);
    char *second = palate__divide(first, 256);
    char *third = palate__divide(second, 128);
    assert_ptr_equal(second, first + 256);
    assert_ptr_equal(third, first + 384);
    memset(first, 1, 256 - PALATE__ALIGNMENT);
    memset(second, 2, 128 - PALATE__ALIGNMENT);
    memset(third, 3, 1000 - 384);
    assert_ptr_equal(palate__share(second), second);
    palate__release(context, first);
    palate__release(context, second);
    palate__release(context, third);
    assert_int_equal(count.live, 2);
    assert_int_equal(second[0], 2);
    palate__release(context, second);
    assert_int_equal(count.live, 1);
    palate_context_free(context);
}

/* A size that does not exist never reaches the allocator. */
static void test_absurd_sizes(void **state)
{
    (void)state;
    counter count = {0};
    palate_context *context = make_context(&count);
    count.last_bytes = 0;
    assert_null(palate__allocate(context, SIZE_MAX));
    assert_null(palate__allocate(context, SIZE_MAX - PALATE__ALIGNMENT));
    assert_null(palate__allocate(context, (size_t)PTRDIFF_MAX));
    assert_null(palate__allocate_array(context, SIZE_MAX / 2, 3));
    assert_null(palate__allocate_array(context, SIZE_MAX / 8 + 1, 8));
    assert_null(palate__allocate_zeroed(context, SIZE_MAX / 8 + 2, 8));
    assert_null(palate__resize_array(context, NULL, 0, SIZE_MAX / 8 + 2, 8));
    assert_int_equal(count.last_bytes, 0);
    palate_context_free(context);
}

static void test_zeroed_and_copied(void **state)
{
    (void)state;
    int *zeros = palate__allocate_zeroed(NULL, 1000, sizeof *zeros);
    assert_non_null(zeros);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(zeros[i], 0);
    palate__release(NULL, zeros);
    char *copy = palate__copy_text(NULL, "palate", 3);
    assert_string_equal(copy, "pal");
    palate__release(NULL, copy);
    copy = palate__copy_text(NULL, "", 0);
    assert_string_equal(copy, "");
    palate__release(NULL, copy);
}

/* Growing and shrinking keep what fits; where memory runs out the old array is as it was. */
static void test_resize(void **state)
{
    (void)state;
    counter count = {0};
    palate_context *context = make_context(&count);
    int *array = palate__resize_array(context, NULL, 0, 4, sizeof *array);
    assert_non_null(array);
    for (int i = 0; i < 4; i++)
        array[i] = i;
    array = palate__resize_array(context, array, 4, 100, sizeof *array);
    assert_non_null(array);
    for (int i = 0; i < 4; i++)
        assert_int_equal(array[i], i);
    count.empty = true;
    assert_null(palate__resize_array(context, array, 100, 200, sizeof *array));
    assert_int_equal(array[3], 3);
    count.empty = false;
    array = palate__resize_array(context, array, 100, 2, sizeof *array);
    assert_int_equal(array[1], 1);
    palate__release(context, array);
    assert_int_equal(count.live, 1);
    palate_context_free(context);
}

typedef struct heard {
    int count;
    palate_log_level level;
    char line[2000];
} heard;

static void hear(palate_log_level level, const char *line, void *user)
{
    heard *to = user;
    to->count++;
    to->level = level;
    strncpy(to->line, line, sizeof to->line - 1);
}

static void test_log(void **state)
{
    (void)state;
    heard all = {0};
    palate_context *context = NULL;
    assert_int_equal(palate_context_create(NULL, hear, &all, &context, NULL), PALATE_OK);
    palate__log(context, PALATE_LOG_WARNING, "%d of %s", 3, "them");
    assert_int_equal(all.count, 1);
    assert_int_equal(all.level, PALATE_LOG_WARNING);
    assert_string_equal(all.line, "3 of them");
    palate__log(context, PALATE_LOG_INFO, "%01999d", 1);
    assert_in_range(strlen(all.line), 500, 1998);
    palate_context_free(context);
    palate__log(NULL, PALATE_LOG_ERROR, "silence");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),       cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_sharing),      cmocka_unit_test(test_dividing),
        cmocka_unit_test(test_absurd_sizes), cmocka_unit_test(test_zeroed_and_copied),
        cmocka_unit_test(test_resize),       cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
