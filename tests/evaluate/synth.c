/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up ratings: the same bytes each time, and the truth in every id. */
#define _GNU_SOURCE
#include "palate/palate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RATINGS "synth-ratings.csv"
#define ITEMS "synth-items.csv"

static const char *const NAMES[] = {
    "western",   "romance",     "comedy", "horror", "fantasy", "mystery", "thriller",  "musical",
    "animation", "documentary", "war",    "crime",  "history", "sport",   "adventure", "family",
};

enum { NAME_COUNT = 16, LINE_BYTES = 256 };

/* What is found in a file of ratings. */
typedef struct found {
    long count;
    long *of_user, *of_item; /* Ratings of each, by number. */
    long user_tastes[NAME_COUNT], item_tastes[NAME_COUNT];
    double match_sum, other_sum; /* Of ratings where a taste is shared, and where none is. */
    long match_count;
} found;

static palate_synth_options defaults(void)
{
    palate_synth_options options;
    palate_synth_options_init(&options);
    return options;
}

static char *read_all(const char *path)
{
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    long bytes = ftell(stream);
    rewind(stream);
    char *text = calloc((size_t)bytes + 1, 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)bytes, stream), bytes);
    fclose(stream);
    return text;
}

static char *write_and_read(const palate_synth_options *options)
{
    assert_int_equal(palate_synth_write(NULL, options, RATINGS, NULL, NULL), PALATE_OK);
    return read_all(RATINGS);
}

/* Takes "item-western-horror-3" apart: a bit for each taste; the number goes to `number`. */
static unsigned tastes_of(char *id, const char *what, long *number)
{
    unsigned tastes = 0;
    char *rest = NULL;
    const char *part = strtok_r(id, "-", &rest);
    assert_string_equal(part, what);
    for (part = strtok_r(NULL, "-", &rest); *rest != '\0'; part = strtok_r(NULL, "-", &rest)) {
        int taste = 0;
        while (taste < NAME_COUNT && strcmp(part, NAMES[taste]) != 0)
            taste++;
        assert_true(taste < NAME_COUNT);
        tastes |= 1U << taste;
    }
    assert_int_not_equal(tastes, 0);
    *number = strtol(part, NULL, 10);
    return tastes;
}

static void count_tastes(long counts[NAME_COUNT], unsigned tastes)
{
    for (int t = 0; t < NAME_COUNT; t++)
        counts[t] += (tastes >> t) & 1U;
}

static void take_line(found *to, const palate_synth_options *options, char *line, long *last_user,
                      long *last_item)
{
    char *rest = NULL;
    char *user_id = strtok_r(line, ",", &rest);
    char *item_id = strtok_r(NULL, ",", &rest);
    assert_true(strlen(rest) == 1 && *rest >= '1' && *rest <= '5');
    long user = 0;
    long item = 0;
    unsigned likes = tastes_of(user_id, "user", &user);
    unsigned serves = tastes_of(item_id, "item", &item);
    assert_in_range(user, 1, options->users);
    assert_in_range(item, 1, options->items);
    /* In order, so none comes twice. */
    assert_true(user > *last_user || (user == *last_user && item > *last_item));
    *last_user = user;
    *last_item = item;
    to->count++;
    to->of_user[user - 1]++;
    to->of_item[item - 1]++;
    count_tastes(to->user_tastes, likes);
    count_tastes(to->item_tastes, serves);
    *((likes & serves) != 0 ? &to->match_sum : &to->other_sum) += *rest - '0';
    to->match_count += (likes & serves) != 0;
}

static found look_at(const palate_synth_options *options)
{
    found result = {.of_user = calloc((size_t)options->users, sizeof(long)),
                    .of_item = calloc((size_t)options->items, sizeof(long))};
    char *text = write_and_read(options);
    char *rest = NULL;
    long last_user = 0;
    long last_item = 0;
    assert_string_equal(strtok_r(text, "\n", &rest), "user,item,rating");
    for (char *line = strtok_r(NULL, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        take_line(&result, options, line, &last_user, &last_item);
    free(text);
    return result;
}

static void forget(found *result)
{
    free(result->of_user);
    free(result->of_item);
}

static long fewest(const long *counts, int64_t count)
{
    long least = counts[0];
    for (int64_t r = 1; r < count; r++)
        least = counts[r] < least ? counts[r] : least;
    return least;
}

static long most(const long *counts, int64_t count)
{
    long greatest = counts[0];
    for (int64_t r = 1; r < count; r++)
        greatest = counts[r] > greatest ? counts[r] : greatest;
    return greatest;
}

static void test_same_options_same_bytes(void **state)
{
    (void)state;
    palate_synth_options options = defaults();
    char *first = write_and_read(NULL);
    char *again = write_and_read(&options);
    assert_string_equal(first, again);
    options.seed = 2;
    char *other = write_and_read(&options);
    assert_string_not_equal(first, other);
    free(first);
    free(again);
    free(other);
}

/* A golden beginning: a change of it is a change of everybody's made-up data. */
static void test_bytes_are_frozen(void **state)
{
    (void)state;
    palate_synth_options options = defaults();
    options.users = 3;
    options.items = 4;
    options.density = 0.5;
    char *text = write_and_read(&options);
    assert_string_equal(text, "user,item,rating\n"
                              "user-western-romance-1,item-western-romance-1,5\n"
                              "user-western-romance-1,item-horror-western-4,4\n"
                              "user-romance-2,item-romance-2,5\n"
                              "user-romance-2,item-comedy-3,1\n"
                              "user-comedy-3,item-western-romance-1,2\n"
                              "user-comedy-3,item-comedy-3,4\n"
                              "user-comedy-3,item-horror-western-4,1\n");
    free(text);
}

static void test_every_taste_is_planted(void **state)
{
    (void)state;
    palate_synth_options options = defaults();
    for (options.tastes = 1; options.tastes <= NAME_COUNT; options.tastes++) {
        found result = look_at(&options);
        for (int t = 0; t < NAME_COUNT; t++) {
            assert_int_equal(result.user_tastes[t] > 0, t < options.tastes);
            assert_int_equal(result.item_tastes[t] > 0, t < options.tastes);
        }
        forget(&result);
    }
}

static void test_shared_tastes_rate_high(void **state)
{
    (void)state;
    palate_synth_options options = defaults();
    for (options.tastes = 2; options.tastes <= NAME_COUNT; options.tastes *= 2) {
        found result = look_at(&options);
        double match = result.match_sum / (double)result.match_count;
        double other = result.other_sum / (double)(result.count - result.match_count);
        assert_true(match > 3.8 && other < 2);
        forget(&result);
    }
}

static void test_everybody_rates_and_is_rated(void **state)
{
    (void)state;
    static const int64_t sizes[][2] = {{200, 120}, {7, 1000}, {1000, 7}, {1, 50},
                                       {50, 1},    {1, 1},    {2, 3},    {64, 64}};
    static const double densities[] = {0.02, 0.2, 0.5, 0.9, 1};
    palate_synth_options options = defaults();
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        for (size_t d = 0; d < sizeof densities / sizeof densities[0]; d++) {
            options.users = sizes[s][0];
            options.items = sizes[s][1];
            options.density = densities[d];
            found result = look_at(&options);
            assert_true(fewest(result.of_user, options.users) >= 1);
            if (options.density * (double)options.users >= 1)
                assert_true(fewest(result.of_item, options.items) >= 1);
            if (options.density == 1)
                assert_int_equal(result.count, options.users * options.items);
            forget(&result);
        }
    }
}

static void test_density_and_popularity(void **state)
{
    (void)state;
    palate_synth_options options = defaults();
    options.users = 1000;
    options.items = 500;
    for (int twentieth = 1; twentieth < 20; twentieth += 4) {
        options.density = twentieth / 20.0;
        found result = look_at(&options);
        double wanted = options.density * 500 * 1000;
        assert_true((double)result.count > 0.95 * wanted && (double)result.count < 1.05 * wanted);
        if (options.density < 0.5)
            assert_true(most(result.of_item, 500) > 2 * fewest(result.of_item, 500));
        forget(&result);
    }
    options.density = 0;
    found result = look_at(&options);
    assert_int_equal(result.count, options.users);
    forget(&result);
}

static void test_noise_spreads_the_stars(void **state)
{
    (void)state;
    palate_synth_options options = defaults();
    options.tastes = 1;
    options.noise = 0;
    found exact = look_at(&options);
    options.noise = 3;
    found noisy = look_at(&options);
    assert_true(exact.match_sum / (double)exact.count > 4);
    assert_true(noisy.match_sum / (double)noisy.count < 4);
    forget(&exact);
    forget(&noisy);
}

static void test_items_table(void **state)
{
    (void)state;
    palate_synth_options options = defaults();
    assert_int_equal(palate_synth_write(NULL, &options, RATINGS, ITEMS, NULL), PALATE_OK);
    char *ratings = read_all(RATINGS);
    char *text = read_all(ITEMS);
    char *rest = NULL;
    int64_t count = 0;
    assert_string_equal(strtok_r(text, "\n", &rest), "item,title,taste");
    for (char *line = strtok_r(NULL, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *fields = NULL;
        char id[LINE_BYTES];
        snprintf(id, sizeof id, ",%s,", strtok_r(line, ",", &fields));
        assert_non_null(strstr(ratings, id));
        const char *title = strtok_r(NULL, ",", &fields);
        assert_true(title[0] >= 'A' && title[0] <= 'Z');
        assert_int_equal(strtok_r(NULL, ",", &fields)[0], title[0] - 'A' + 'a');
        count++;
    }
    assert_int_equal(count, options.items);
    free(text);
    free(ratings);
    unlink(ITEMS);
}

/* ---- Kind movielens ---- */

static int compare_counts(const void *a, const void *b)
{
    const long left = *(const long *)a, right = *(const long *)b;
    return (left < right) - (left > right);
}

/* What the first tenth has of all. */
static double share_of_tenth(long *counts, int64_t count)
{
    double all = 0;
    double tenth = 0;
    qsort(counts, (size_t)count, sizeof *counts, compare_counts);
    for (int64_t r = 0; r < count; r++) {
        all += (double)counts[r];
        tenth += r < count / 10 ? (double)counts[r] : 0;
    }
    return tenth / all;
}

/* A line, and that it is as all are: users in order, an item once, half stars, time going on. */
static void take_movielens_line(found *to, const palate_synth_options *options, char *line,
                                long *last_of_item, long *last_user, long *last_time)
{
    char *rest = NULL;
    const long user = strtol(strtok_r(line, ",", &rest), NULL, 10);
    const long item = strtol(strtok_r(NULL, ",", &rest), NULL, 10);
    const double rating = strtod(strtok_r(NULL, ",", &rest), NULL);
    const long time = strtol(rest, NULL, 10);
    assert_in_range(user, 1, options->users);
    assert_in_range(item, 1, options->items);
    assert_true(rating >= 0.5 && rating <= 5 && rating * 2 == (double)(int)(rating * 2));
    assert_true(user == *last_user ? time >= *last_time : user == *last_user + 1);
    assert_in_range(time, 789652009, 1500000000);
    assert_true(last_of_item[item - 1] < user);
    last_of_item[item - 1] = user;
    *last_user = user;
    *last_time = time;
    to->count++;
    to->of_user[user - 1]++;
    to->of_item[item - 1]++;
    to->match_sum += rating;
}

static found look_at_movielens(const palate_synth_options *options)
{
    found result = {.of_user = calloc((size_t)options->users, sizeof(long)),
                    .of_item = calloc((size_t)options->items, sizeof(long))};
    long *last_of_item = calloc((size_t)options->items, sizeof(long));
    char *text = write_and_read(options);
    char *rest = NULL;
    long last_user = 0, last_time = 0;
    assert_string_equal(strtok_r(text, "\n", &rest), "userId,movieId,rating,timestamp");
    for (char *line = strtok_r(NULL, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        take_movielens_line(&result, options, line, last_of_item, &last_user, &last_time);
    assert_int_equal(last_user, options->users);
    free(last_of_item);
    free(text);
    return result;
}

static void test_movielens_is_spread_as_movielens(void **state)
{
    (void)state;
    palate_synth_options options;
    assert_int_equal(palate_synth_preset(&options, "1M", NULL), PALATE_OK);
    assert_int_equal(options.users, 6040);
    /* A quarter of it, of the same density. */
    options.users /= 4;
    for (options.seed = 1; options.seed <= 3; options.seed++) {
        found result = look_at_movielens(&options);
        const double mean = result.match_sum / (double)result.count;
        assert_true(result.count > 245000 && result.count < 255000);
        assert_true(mean > 3.2 && mean < 3.8);
        /* MovieLens 1M: .39 and .51. */
        const double users = share_of_tenth(result.of_user, options.users);
        const double items = share_of_tenth(result.of_item, options.items);
        assert_true(users > 0.35 && users < 0.6);
        assert_true(items > 0.5 && items < 0.8);
        forget(&result);
    }
}

static void test_movielens_of_any_size(void **state)
{
    (void)state;
    static const int64_t sizes[][2] = {{1, 1}, {1, 50}, {50, 1}, {7, 1000}, {1000, 7}, {64, 64}};
    static const double densities[] = {0, 0.01, 0.3, 1};
    palate_synth_options options = defaults();
    options.kind = PALATE_SYNTH_MOVIELENS;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        for (size_t d = 0; d < sizeof densities / sizeof densities[0]; d++) {
            options.users = sizes[s][0];
            options.items = sizes[s][1];
            options.density = densities[d];
            options.tastes = 1 + (int64_t)(s * 3 % 16);
            found result = look_at_movielens(&options);
            assert_true(fewest(result.of_user, options.users) >= 1);
            forget(&result);
        }
    }
}

static void test_any_threads_same_bytes(void **state)
{
    (void)state;
    palate_synth_options options = defaults();
    options.users = 3000;
    for (options.kind = 0; options.kind <= PALATE_SYNTH_MOVIELENS; options.kind++) {
        options.threads = 1;
        char *one = write_and_read(&options);
        for (options.threads = 2; options.threads <= 5; options.threads++) {
            char *many = write_and_read(&options);
            assert_string_equal(one, many);
            free(many);
        }
        free(one);
    }
}

static void test_movielens_bytes_are_frozen(void **state)
{
    (void)state;
    palate_synth_options options = defaults();
    options.kind = PALATE_SYNTH_MOVIELENS;
    options.users = 2;
    options.items = 9;
    options.density = 0.3;
    char *text = write_and_read(&options);
    assert_string_equal(text, "userId,movieId,rating,timestamp\n"
                              "1,3,2.0,858426239\n"
                              "2,1,3.0,916905007\n"
                              "2,9,3.0,916905091\n"
                              "2,8,2.5,916905164\n"
                              "2,7,3.5,916905269\n"
                              "2,6,3.0,916905384\n");
    free(text);
}

static void test_presets(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double ratings;
    } presets[] = {{"100k", 100000},
                   {"1m", 1000209},
                   {"10m", 10000054},
                   {"20m", 20000263},
                   {"100m", 100480507}};
    palate_error err;
    palate_synth_options options;
    for (size_t p = 0; p < sizeof presets / sizeof presets[0]; p++) {
        assert_int_equal(palate_synth_preset(&options, presets[p].name, &err), PALATE_OK);
        const double ratings = options.density * (double)options.users * (double)options.items;
        assert_true(ratings > presets[p].ratings - 1 && ratings < presets[p].ratings + 1);
        assert_int_equal(options.kind, PALATE_SYNTH_MOVIELENS);
    }
    assert_int_equal(palate_synth_preset(&options, "2m", &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "\"2m\"; there are 100k, 1m, 10m, 20m and 100m"));
    assert_int_equal(palate_synth_preset(NULL, "1m", &err), PALATE_E_INVALID);
    assert_int_equal(palate_synth_preset(&options, NULL, &err), PALATE_E_INVALID);
}

static void test_bad_options_and_paths(void **state)
{
    (void)state;
    palate_error err;
    palate_synth_options options = defaults();
    assert_int_equal(palate_synth_write(NULL, &options, NULL, NULL, &err), PALATE_E_INVALID);
    assert_int_equal(palate_synth_write(NULL, &options, "same", "same", &err), PALATE_E_INVALID);
    assert_int_equal(access("same", F_OK), -1);
    assert_int_equal(palate_synth_write(NULL, &options, "no/such/folder.csv", NULL, &err),
                     PALATE_E_IO);
    assert_non_null(strstr(err.message, "no/such/folder.csv"));
    unlink(RATINGS);
    assert_int_equal(palate_synth_write(NULL, &options, RATINGS, "no/such/items.csv", &err),
                     PALATE_E_IO);
    assert_int_equal(access(RATINGS, F_OK), -1);
    options.tastes = 17;
    assert_int_equal(palate_synth_write(NULL, &options, RATINGS, NULL, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "tastes"));
    options = defaults();
    options.density = 1.5;
    assert_int_equal(palate_synth_write(NULL, &options, RATINGS, NULL, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "density"));
    assert_int_equal(palate_synth_write(NULL, NULL, "/dev/full", NULL, &err), PALATE_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_options_same_bytes),
        cmocka_unit_test(test_bytes_are_frozen),
        cmocka_unit_test(test_every_taste_is_planted),
        cmocka_unit_test(test_shared_tastes_rate_high),
        cmocka_unit_test(test_everybody_rates_and_is_rated),
        cmocka_unit_test(test_density_and_popularity),
        cmocka_unit_test(test_noise_spreads_the_stars),
        cmocka_unit_test(test_items_table),
        cmocka_unit_test(test_movielens_is_spread_as_movielens),
        cmocka_unit_test(test_movielens_of_any_size),
        cmocka_unit_test(test_any_threads_same_bytes),
        cmocka_unit_test(test_movielens_bytes_are_frozen),
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_bad_options_and_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
