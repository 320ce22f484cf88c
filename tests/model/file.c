/* SPDX-License-Identifier: Apache-2.0 */
/* The model file: what is saved comes back, and nothing else is believed. */
#include "palate/palate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static palate_model *train_small(uint64_t seed)
{
    static const char *const users[] = {"anna", "anna", "bea", "bea", "carl", "dora", "dora"};
    static const char *const items[] = {"x", "yy", "x", "zzz", "yy", "x", "zzz"};
    static const float stars[] = {5, 3, 4, 2, 1, 5, 2};
    palate_error err = {0};
    palate_ratings *ratings = NULL;
    palate_model *model = NULL;
    palate_rating_arrays arrays = {7, users, items, stars, NULL};
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 3;
    options.epochs = 4;
    options.seed = seed;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err), PALATE_OK);
    assert_int_equal(palate_model_train(ratings, &options, &model, &err), PALATE_OK);
    palate_ratings_free(ratings);
    return model;
}

static unsigned char *read_file(const char *path, size_t *bytes)
{
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    unsigned char *content = malloc(1 << 20);
    assert_non_null(content);
    *bytes = fread(content, 1, 1 << 20, stream);
    fclose(stream);
    return content;
}

static void write_file(const char *path, const unsigned char *content, size_t bytes)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(content, 1, bytes, stream), bytes);
    fclose(stream);
}

static palate_status load_status(const char *path, palate_error *err)
{
    palate_model *model = NULL;
    palate_status status = palate_model_load(NULL, path, &model, err);
    assert_true((status == PALATE_OK) == (model != NULL));
    palate_model_free(model);
    return status;
}

static void test_round_trip(void **unused)
{
    (void)unused;
    palate_error err = {0};
    palate_model *model = train_small(1);
    palate_model *loaded = NULL;
    assert_int_equal(palate_model_save(model, "round.palate", &err), PALATE_OK);
    if (palate_model_load(NULL, "round.palate", &loaded, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    palate_model_summary before, after;
    palate_model_info(model, &before);
    palate_model_info(loaded, &after);
    assert_int_equal(before.user_count, after.user_count);
    assert_int_equal(before.rating_count, after.rating_count);
    assert_true(before.mean == after.mean && before.base == after.base);
    assert_true(before.train_rmse == after.train_rmse);
    assert_string_equal(before.mode, after.mode);
    assert_string_equal(before.fingerprint, after.fingerprint);
    assert_string_equal(palate_model_options_json(model), palate_model_options_json(loaded));
    assert_memory_equal(palate_model_user_factors(model), palate_model_user_factors(loaded),
                        4 * 3 * sizeof(float));
    for (uint32_t place = 0; place < 4; place++)
        assert_string_equal(palate_model_user_id(model, palate_model_user_at(model, place)),
                            palate_model_user_id(loaded, palate_model_user_at(loaded, place)));
    assert_true(palate_model_predict_one(model, "carl", "x") ==
                palate_model_predict_one(loaded, "carl", "x"));
    size_t logged = 0;
    assert_int_equal(palate_model_log(loaded, &logged)[3].epoch, 4);
    assert_int_equal(logged, 4);

    /* And the same bytes when saved again. */
    assert_int_equal(palate_model_save(loaded, "again.palate", &err), PALATE_OK);
    size_t first_bytes = 0, second_bytes = 0;
    unsigned char *first = read_file("round.palate", &first_bytes);
    unsigned char *second = read_file("again.palate", &second_bytes);
    assert_int_equal(first_bytes, second_bytes);
    assert_memory_equal(first, second, first_bytes);
    free(first);
    free(second);
    palate_model_free(model);
    palate_model_free(loaded);
}

static void test_every_flipped_bit_is_found(void **unused)
{
    (void)unused;
    palate_error err = {0};
    palate_model *model = train_small(2);
    assert_int_equal(palate_model_save(model, "flip.palate", &err), PALATE_OK);
    size_t bytes = 0;
    unsigned char *content = read_file("flip.palate", &bytes);
    for (size_t at = 0; at < bytes; at++) {
        for (int bit = 0; bit < 8; bit++) {
            content[at] ^= (unsigned char)(1U << bit);
            write_file("flipped.palate", content, bytes);
            if (load_status("flipped.palate", &err) == PALATE_OK)
                fail_msg("bit %d of byte %zu was not noticed", bit, at);
            content[at] ^= (unsigned char)(1U << bit);
        }
    }
    free(content);
    palate_model_free(model);
}

static void test_every_truncation_is_found(void **unused)
{
    (void)unused;
    palate_error err = {0};
    palate_model *model = train_small(3);
    assert_int_equal(palate_model_save(model, "cut.palate", &err), PALATE_OK);
    size_t bytes = 0;
    unsigned char *content = read_file("cut.palate", &bytes);
    for (size_t left = 0; left < bytes; left++) {
        write_file("cut-short.palate", content, left);
        assert_int_equal(load_status("cut-short.palate", &err), PALATE_E_FORMAT);
        assert_non_null(strstr(err.message, "cut-short.palate"));
    }
    /* And with something behind it. */
    content[bytes] = 0;
    write_file("longer.palate", content, bytes + 1);
    assert_int_equal(load_status("longer.palate", &err), PALATE_E_FORMAT);
    free(content);
    palate_model_free(model);
}

/* A file with this header and `data_bytes` zeros. */
static void write_with_header(const char *header, size_t data_bytes)
{
    unsigned char content[4096] = {0};
    size_t length = strlen(header);
    for (int i = 0; i < 8; i++)
        content[i] = (unsigned char)(length >> (8 * i));
    memcpy(content + 8, header, length);
    write_file("header.palate", content, 8 + length + data_bytes);
}

static void test_headers_that_lie_are_refused(void **unused)
{
    (void)unused;
    static const char *const headers[] = {
        "{}",
        "{",
        "[1,2]",
        "{\"__metadata__\":{\"format\":\"other\"}}",
        "{\"__metadata__\":7}",
        "{\"__metadata__\":{\"format\":\"palate-model\"}}",
        "{\"__metadata__\":{\"format\":\"palate-model\",\"format_version\":\"2\"}}",
        "{\"__metadata__\":{\"format\":\"palate-model\",\"format_version\":\"-1\"}}",
        "{\"__metadata__\":{\"format\":\"palate-model\",\"format_version\":\"1\"}}",
        "{\"__metadata__\":{\"format\":\"palate-model\",\"format_version\":\"1\",\"checksum\":"
        "\"0\"}}",
        "{\"__metadata__\":{\"format\":\"palate-model\",\"format_version\":\"1\","
        "\"checksum\":\"0123456789abcdef\"}}",
        "{\"a\":1,\"a\":2}",
    };
    palate_error err;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        write_with_header(headers[i], 64);
        assert_int_equal(load_status("header.palate", &err), PALATE_E_FORMAT);
        assert_non_null(strstr(err.message, "header.palate"));
    }
    write_with_header(headers[6], 0);
    assert_int_equal(load_status("header.palate", &err), PALATE_E_FORMAT);
    assert_non_null(strstr(err.message, "update palate"));
}

static void test_what_cannot_be_read_or_written(void **unused)
{
    (void)unused;
    palate_error err;
    palate_model *model = train_small(4);
    assert_int_equal(load_status("no-such-file.palate", &err), PALATE_E_IO);
    assert_int_equal(load_status(".", &err), PALATE_E_IO);
    assert_int_equal(palate_model_save(model, "no/such/folder/m.palate", &err), PALATE_E_IO);
    if (access("/dev/full", W_OK) == 0)
        assert_int_equal(palate_model_save(model, "/dev/full", &err), PALATE_E_IO);
    palate_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_flipped_bit_is_found),
        cmocka_unit_test(test_every_truncation_is_found),
        cmocka_unit_test(test_headers_that_lie_are_refused),
        cmocka_unit_test(test_what_cannot_be_read_or_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
