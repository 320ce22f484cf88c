/* SPDX-License-Identifier: Apache-2.0 */
/* What is saved comes back, bit for bit, and the old file outlives a failure. */
#define _GNU_SOURCE
#include "model/support.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char PATH[] = "model_save.palate";

static void check_round_trip(palate_model *model)
{
    bytes first = saved(model, PATH);
    palate_model *back = loaded(PATH);
    assert_same_model(model, back);
    for (uint32_t i = 0; i < model->users.ids.count; i++)
        for (uint32_t j = 0; j < model->items.ids.count; j++) {
            float before = palate__model_score(model, i, j);
            float after = palate__model_score(back, i, j);
            assert_memory_equal(&before, &after, sizeof before);
        }
    /* A model from a file lies in that file while it is replaced. */
    bytes second = saved(back, PATH);
    assert_int_equal(first.count, second.count);
    assert_memory_equal(first.data, second.data, first.count);
    free(first.data);
    free(second.data);
    palate_model_free(back);
    palate_model_free(model);
}

static void models_come_back_bit_for_bit(void **state)
{
    (void)state;
    check_round_trip(blackboard_model());
    check_round_trip(trained_model());
}

static void log_and_numbers_come_back(void **state)
{
    (void)state;
    palate_model *model = trained_model();
    palate_model_summary before;
    palate_model_summary after;
    size_t count = 0;
    size_t back_count = 0;
    assert_ok(palate_model_save(model, PATH, NULL), &(palate_error){0});
    palate_model *back = loaded(PATH);
    const palate_epoch *log = palate_model_log(model, &count);
    const palate_epoch *back_log = palate_model_log(back, &back_count);
    assert_int_equal(count, 5);
    assert_int_equal(back_count, 5);
    for (size_t e = 0; e < count; e++) {
        assert_int_equal(back_log[e].epoch, log[e].epoch);
        assert_true(back_log[e].objective == log[e].objective);
        assert_true(back_log[e].train_rmse == log[e].train_rmse);
        assert_true(isnan(back_log[e].validation_rmse));
        assert_true(back_log[e].seconds == 0.0);
    }
    palate_model_info(model, &before);
    palate_model_info(back, &after);
    assert_int_equal(after.user_count, 3);
    assert_int_equal(after.item_count, 4);
    assert_int_equal(after.rating_count, 6);
    assert_true(after.mean == before.mean && after.train_rmse == before.train_rmse);
    assert_true(isnan(after.validation_rmse));
    assert_true(after.seconds == 0.0);
    assert_string_equal(after.mode, "default");
    assert_string_equal(after.fingerprint, before.fingerprint);
    assert_string_equal(palate_model_options_json(back), palate_model_options_json(model));
    palate_model_free(back);
    palate_model_free(model);
}

static void equal_training_gives_equal_bytes(void **state)
{
    (void)state;
    palate_model *one = trained_model();
    palate_model *two = trained_model();
    bytes first = saved(one, PATH);
    bytes second = saved(two, PATH);
    assert_int_equal(first.count, second.count);
    assert_memory_equal(first.data, second.data, first.count);
    free(first.data);
    free(second.data);
    palate_model_free(one);
    palate_model_free(two);
}

/* No file of the folder has a temporary one left beside it. */
static void assert_no_leftovers(const char *folder)
{
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        assert_null(strstr(entry->d_name, ".tmp-"));
    closedir(directory);
}

static void out_of_space_keeps_the_old_file(void **state)
{
    (void)state;
    const char *folder = "model_save_full";
    const char *path = "model_save_full/model.palate";
    palate_model *model = trained_model();
    palate_error err = {0};
    struct rlimit limit;
    assert_true(mkdir(folder, 0777) == 0 || errno == EEXIST);
    write_file(path, "old", 3);
    /* Writing beyond the limit fails as it does on a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit tight = {1000, limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_int_equal(palate_model_save(model, path, &err), PALATE_E_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_non_null(strstr(err.message, path));
    bytes old = read_file(path);
    assert_int_equal(old.count, 3);
    assert_memory_equal(old.data, "old", 3);
    free(old.data);
    assert_no_leftovers(folder);
    palate_model_free(model);
}

static void places_that_cannot_be_written_are_named(void **state)
{
    (void)state;
    palate_model *model = blackboard_model();
    palate_error err = {0};
    assert_int_equal(palate_model_save(model, "no/such/folder/m.palate", &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "no/such/folder/m.palate"));
    assert_int_equal(palate_model_save(model, "/dev/full", &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "/dev/full"));
    assert_int_equal(palate_model_save(model, ".", &err), PALATE_E_IO);
    assert_int_equal(palate_model_save(NULL, PATH, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_save(model, NULL, &err), PALATE_E_INVALID);
    palate_model_free(model);
}

static void an_unsound_model_is_not_saved(void **state)
{
    (void)state;
    palate_model *model = blackboard_model();
    palate_error err = {0};
    bytes good = saved(model, PATH);
    ((float *)palate__writable(model->users.factors))[3] = NAN;
    assert_int_equal(palate_model_save(model, PATH, &err), PALATE_E_INTERNAL);
    assert_non_null(strstr(err.message, "row 1, factor 2"));
    bytes still = read_file(PATH);
    assert_int_equal(still.count, good.count);
    assert_memory_equal(still.data, good.data, good.count);
    free(still.data);
    free(good.data);
    palate_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_come_back_bit_for_bit),
        cmocka_unit_test(log_and_numbers_come_back),
        cmocka_unit_test(equal_training_gives_equal_bytes),
        cmocka_unit_test(out_of_space_keeps_the_old_file),
        cmocka_unit_test(places_that_cannot_be_written_are_named),
        cmocka_unit_test(an_unsound_model_is_not_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
