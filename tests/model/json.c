/* SPDX-License-Identifier: Apache-2.0 */
/* palate__json_text(): whole text or none, whichever allocation fails. */
#include "model/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct rationed {
    long asked, failing, balance;
} rationed;

static void *allocate(size_t bytes, void *user)
{
    rationed *ration = user;
    if (++ration->asked == ration->failing)
        return NULL;
    ration->balance++;
    return malloc(bytes);
}

static void release(void *memory, void *user)
{
    ((rationed *)user)->balance--;
    free(memory);
}

static json_t *make_object(int count)
{
    json_t *object = json_object();
    for (int e = 0; e < count; e++) {
        char key[32];
        snprintf(key, sizeof key, "key %d \"\xc3\xa4\"", e);
        assert_int_equal(json_object_set_new(object, key, json_integer(e)), 0);
    }
    return object;
}

static void test_text_reads_back(void **state)
{
    (void)state;
    for (int count = 0; count < 200; count += 7) {
        json_t *object = make_object(count);
        size_t bytes = 0;
        char *text = palate__json_text(NULL, object, &bytes);
        assert_non_null(text);
        assert_int_equal(bytes, strlen(text));
        json_t *again = json_loads(text, 0, NULL);
        assert_true(json_equal(object, again));
        json_decref(again);
        json_decref(object);
        palate__release(NULL, text);
    }
    assert_null(palate__json_text(NULL, NULL, NULL));
}

static void test_no_text_with_holes(void **state)
{
    (void)state;
    json_t *object = make_object(200);
    char *expected = palate__json_text(NULL, object, NULL);
    long failing = 0;
    for (bool failed = true; failed;) {
        rationed ration = {.failing = ++failing + 1};
        palate_allocator allocator = {allocate, release, &ration};
        palate_context *context = NULL;
        assert_int_equal(palate_context_create(&allocator, NULL, NULL, &context, NULL), PALATE_OK);
        char *text = palate__json_text(context, object, NULL);
        failed = ration.asked >= ration.failing;
        assert_int_equal(text == NULL, failed);
        if (text != NULL)
            assert_string_equal(text, expected);
        palate__release(context, text);
        palate_context_free(context);
        assert_int_equal(ration.balance, 0);
    }
    assert_true(failing > 3);
    palate__release(NULL, expected);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_reads_back),
        cmocka_unit_test(test_no_text_with_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
