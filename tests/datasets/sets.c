/* SPDX-License-Identifier: Apache-2.0 */
/* The list of data sets: what every line of it must be. */
#include "datasets/unpack.h"
#include "palate/data.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_digits(const char *text, size_t count)
{
    if (text == NULL)
        return;
    assert_int_equal(strlen(text), count);
    for (size_t d = 0; d < count; d++)
        assert_true(isdigit((unsigned char)text[d]) || (text[d] >= 'a' && text[d] <= 'f'));
}

static void assert_inside(const char *path)
{
    assert_true(path == NULL || palate__path_is_inside(path));
}

static void each_is_whole(void **state)
{
    (void)state;
    assert_true(palate_data_count() >= 8);
    for (size_t s = 0; s < palate_data_count(); s++) {
        const palate_data_set *set = palate_data_at(s);
        assert_ptr_equal(palate_data_find(set->name, NULL), set);
        assert_int_equal(strncmp(set->url, "https://", 8), 0);
        assert_string_equal(strrchr(set->url, '.'), ".zip");
        assert_true(palate__path_is_inside(set->name) && strchr(set->name, '/') == NULL);
        assert_digits(set->sha256, 64);
        assert_digits(set->md5, 32);
        assert_non_null(set->ratings);
        assert_inside(set->ratings);
        assert_inside(set->items);
        assert_inside(set->users);
        assert_non_null(strstr(set->terms, "In full: https://"));
        assert_true(strlen(set->citation) > 50);
        assert_true(set->scale.low < set->scale.high);
        assert_true(set->rating_count <= set->user_count * set->item_count);
        assert_true(set->user_count > 0 && set->item_count > 0 && set->rating_count > 0);
    }
    assert_null(palate_data_at(palate_data_count()));
}

static void an_unknown_name_is_told_the_nearest(void **state)
{
    (void)state;
    palate_error err;
    assert_null(palate_data_find("ml-10k", &err));
    assert_int_equal(err.status, PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "did you mean ml-100k?"));
    assert_non_null(strstr(err.message, "jester"));
    assert_null(palate_data_find("", &err));
    assert_null(palate_data_find("../../etc", &err));
}

static void defaults(void **state)
{
    (void)state;
    palate_data_options options;
    memset(&options, 0xAA, sizeof options);
    palate_data_options_init(&options);
    assert_null(options.folder);
    assert_false(options.accept_terms);
    assert_null(options.url);
    assert_null(options.archive);
    assert_null(options.checksum);
    assert_true(options.timeout == 30.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_whole),
        cmocka_unit_test(an_unknown_name_is_told_the_nearest),
        cmocka_unit_test(defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
