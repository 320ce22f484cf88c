/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix: what holds for every input, whatever the order of its lines. */
#include "ratings/matrix.h"
#include "ratings/reading.h"

enum { USERS = 40, ITEMS = 60, RATINGS = 900 };

/* Ratings in arrays, without duplicates; made up, the same every time. */
typedef struct sample {
    char user_ids[USERS][16], item_ids[ITEMS][16];
    const char *users[RATINGS];
    const char *items[RATINGS];
    float ratings[RATINGS];
    int64_t times[RATINGS];
} sample;

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

static void fill_ids(sample *of)
{
    for (int i = 0; i < USERS; i++)
        snprintf(of->user_ids[i], sizeof of->user_ids[i], "user %d", i * i);
    for (int j = 0; j < ITEMS; j++)
        snprintf(of->item_ids[j], sizeof of->item_ids[j], "%d", j * 7);
}

static void fill(sample *of)
{
    bool taken[USERS][ITEMS] = {{false}};
    uint32_t state = 7;
    fill_ids(of);
    for (int e = 0; e < RATINGS;) {
        /* Popular ones and rare ones. */
        const uint32_t i = next_random(&state) % USERS * (next_random(&state) % USERS) / USERS;
        const uint32_t j = next_random(&state) % ITEMS;
        if (taken[i][j])
            continue;
        taken[i][j] = true;
        of->users[e] = of->user_ids[i];
        of->items[e] = of->item_ids[j];
        of->ratings[e] = (float)(next_random(&state) % 10) / 2.0F - 1.0F;
        of->times[e] = (int64_t)(next_random(&state) % 100000);
        e++;
    }
}

static void swap_entries(sample *of, size_t a, size_t b)
{
    const char *user = of->users[a], *item = of->items[a];
    const float rating = of->ratings[a];
    const int64_t time = of->times[a];
    of->users[a] = of->users[b];
    of->items[a] = of->items[b];
    of->ratings[a] = of->ratings[b];
    of->times[a] = of->times[b];
    of->users[b] = user;
    of->items[b] = item;
    of->ratings[b] = rating;
    of->times[b] = time;
}

static void shuffle(sample *of, uint32_t seed)
{
    for (size_t e = RATINGS - 1; e > 0; e--)
        swap_entries(of, e, next_random(&seed) % (e + 1));
}

static palate_ratings *take(const sample *of, size_t count, const palate_read_options *options)
{
    palate_rating_arrays arrays = {count, of->users, of->items, of->ratings, of->times};
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    if (palate_ratings_from_arrays(NULL, &arrays, options, &ratings, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    return ratings;
}

static void assert_sorted(const palate__matrix *matrix)
{
    assert_int_equal(matrix->begins[0], 0);
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        assert_true(matrix->begins[row] <= matrix->begins[row + 1]);
        for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
            assert_true(matrix->columns[e] < matrix->column_count);
            if (e > matrix->begins[row])
                assert_true(matrix->columns[e - 1] < matrix->columns[e]);
        }
    }
}

static void assert_by_count(const palate__matrix *matrix, const palate__ids *ids)
{
    for (uint32_t row = 1; row < matrix->row_count; row++) {
        const int64_t before = matrix->begins[row] - matrix->begins[row - 1];
        const int64_t here = matrix->begins[row + 1] - matrix->begins[row];
        assert_true(before >= here);
        if (before == here)
            assert_true(
                palate__id_hash(palate__ids_text(ids, row - 1), palate__ids_bytes(ids, row - 1)) <
                palate__id_hash(palate__ids_text(ids, row), palate__ids_bytes(ids, row)));
    }
}

static void assert_same_matrix(const palate__matrix *a, const palate__matrix *b)
{
    assert_int_equal(a->row_count, b->row_count);
    assert_int_equal(a->column_count, b->column_count);
    const size_t count = (size_t)palate__matrix_count(a);
    assert_memory_equal(a->begins, b->begins, ((size_t)a->row_count + 1) * sizeof *a->begins);
    assert_memory_equal(a->columns, b->columns, count * sizeof *a->columns);
    assert_memory_equal(a->values, b->values, count * sizeof *a->values);
}

static void both_matrices_are_sorted_and_say_the_same(void **state)
{
    (void)state;
    static sample of;
    fill(&of);
    palate_ratings *ratings = take(&of, RATINGS, NULL);
    assert_int_equal(palate_ratings_count(ratings), RATINGS);
    assert_sorted(&ratings->by_user);
    assert_sorted(&ratings->by_item);
    assert_by_count(&ratings->by_user, &ratings->users);
    assert_by_count(&ratings->by_item, &ratings->items);
    palate__matrix turned;
    assert_int_equal(palate__matrix_transpose(NULL, &ratings->by_user, &turned, NULL), PALATE_OK);
    assert_same_matrix(&turned, &ratings->by_item);
    palate__matrix_free(NULL, &turned);
    palate_ratings_free(ratings);
}

static void every_rating_is_there_with_its_time(void **state)
{
    (void)state;
    static sample of;
    fill(&of);
    palate_read_options options = options_for(NULL);
    options.keep_order = true;
    palate_ratings *ratings = take(&of, RATINGS, &options);
    for (int64_t e = 0; e < RATINGS; e++) {
        const uint32_t row = palate_ratings_find_user(ratings, of.users[e], PALATE_TEXT);
        const uint32_t column = palate_ratings_find_item(ratings, of.items[e], PALATE_TEXT);
        const palate_rated rated = palate_ratings_of_user(ratings, row);
        int64_t place = 0;
        while (place < rated.count && rated.rows[place] != column)
            place++;
        assert_true(place < rated.count);
        assert_true(rated.ratings[place] == of.ratings[e]);
        assert_int_equal(rated.times[place], of.times[e]);
        assert_int_equal(ratings->sequence[ratings->by_user.begins[row] + place], e);
    }
    palate_ratings_free(ratings);
}

static void the_order_of_lines_does_not_matter(void **state)
{
    (void)state;
    static sample of;
    fill(&of);
    palate_ratings *straight = take(&of, RATINGS, NULL);
    for (uint32_t seed = 1; seed <= 5; seed++) {
        shuffle(&of, seed);
        palate_ratings *shuffled = take(&of, RATINGS, NULL);
        assert_same_matrix(&straight->by_user, &shuffled->by_user);
        assert_same_matrix(&straight->by_item, &shuffled->by_item);
        assert_memory_equal(straight->times, shuffled->times, RATINGS * sizeof(int64_t));
        assert_memory_equal(straight->users.bytes, shuffled->users.bytes,
                            straight->users.ends[straight->users.count]);
        assert_memory_equal(straight->items.slots, shuffled->items.slots,
                            straight->items.slot_count * sizeof(uint32_t));
        assert_true(straight->fingerprint == shuffled->fingerprint);
        assert_true(straight->report.mean == shuffled->report.mean);
        /* Order of first appearance is what does follow the lines. */
        assert_string_equal(palate_ratings_user_id(shuffled, palate_ratings_user_at(shuffled, 0)),
                            of.users[0]);
        palate_ratings_free(shuffled);
    }
    palate_ratings_free(straight);
}

static void the_fingerprint_sees_every_change(void **state)
{
    (void)state;
    static sample of;
    fill(&of);
    palate_ratings *before = take(&of, RATINGS, NULL);
    of.ratings[17] += 0.5F;
    palate_ratings *value = take(&of, RATINGS, NULL);
    of.ratings[17] -= 0.5F;
    of.users[17] = "somebody else";
    palate_ratings *id = take(&of, RATINGS, NULL);
    palate_ratings *fewer = take(&of, RATINGS - 1, NULL);
    assert_true(before->fingerprint != value->fingerprint);
    assert_true(before->fingerprint != id->fingerprint);
    assert_true(id->fingerprint != fewer->fingerprint);
    palate_ratings_free(before);
    palate_ratings_free(value);
    palate_ratings_free(id);
    palate_ratings_free(fewer);
}

/* Duplicates must leave the same as a file in which they had been resolved by hand. */
static void duplicates_leave_what_their_policy_says(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int policy;
        double expected;
        int64_t time;
    } rows[] = {
        {"u,i,1\nv,i,3\nu,i,2\n", PALATE_DUPLICATES_LAST, 2, PALATE_NO_TIME},
        {"u,i,1\nv,i,3\nu,i,2\n", PALATE_DUPLICATES_MEAN, 1.5, PALATE_NO_TIME},
        {"u,i,1,90\nv,i,3,5\nu,i,2,80\n", PALATE_DUPLICATES_LAST, 1, 90},
        {"u,i,1,80\nv,i,3,5\nu,i,2,90\n", PALATE_DUPLICATES_LAST, 2, 90},
        {"u,i,1,80\nv,i,3,5\nu,i,2,80\n", PALATE_DUPLICATES_LAST, 2, 80},
        {"u,i,1,90\nv,i,3,5\nu,i,2,\n", PALATE_DUPLICATES_LAST, 2, PALATE_NO_TIME},
        {"u,i,1,\nv,i,3,5\nu,i,2,80\n", PALATE_DUPLICATES_LAST, 2, 80},
        {"u,i,1,90\nv,i,3,5\nu,i,2,80\n", PALATE_DUPLICATES_MEAN, 1.5, 90},
        {"u,i,1,1\nu,i,2,2\nu,i,6,3\nv,i,3,4\n", PALATE_DUPLICATES_MEAN, 3, 3},
        {"u,i,1,1\nu,j,4,1\nu,i,2,2\nu,j,5,0\nu,i,6,3\nv,i,3,4\n", PALATE_DUPLICATES_LAST, 6, 3},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        palate_read_options options = options_for("csv");
        options.duplicates = rows[r].policy;
        palate_ratings *ratings = read_text(rows[r].text, &options);
        assert_rating(ratings, "u", "i", rows[r].expected);
        assert_rating(ratings, "v", "i", 3);
        assert_true(palate_ratings_report(ratings)->duplicate_count > 0);
        const palate_rated rated = palate_ratings_of_item(
            ratings, palate_ratings_find_item(ratings, "i", 1));
        assert_int_equal(rated.count, 2);
        const palate_rated of_user = palate_ratings_of_user(
            ratings, palate_ratings_find_user(ratings, "u", 1));
        if (of_user.times != NULL && of_user.count == 1)
            assert_int_equal(of_user.times[0], rows[r].time);
        palate_ratings_free(ratings);
    }
}

/* Counting happens after duplicates are gone: else u, with three lines, would be row 0. */
static void duplicates_do_not_count_for_the_order_of_rows(void **state)
{
    (void)state;
    palate_ratings *with = read_text("u,i,1\nu,i,2\nu,i,3\nv,i,4\nv,j,5\n", NULL);
    palate_ratings *without = read_text("u,i,3\nv,i,4\nv,j,5\n", NULL);
    assert_string_equal(palate_ratings_user_id(with, 0), "v");
    assert_same_matrix(&with->by_user, &without->by_user);
    assert_true(with->fingerprint == without->fingerprint);
    assert_int_equal(with->report.duplicate_count, 2);
    palate_ratings_free(with);
    palate_ratings_free(without);
}

static void duplicates_can_be_errors(void **state)
{
    (void)state;
    palate_read_options options = options_for("csv");
    options.duplicates = PALATE_DUPLICATES_ERROR;
    const char *text = "u,i,1\nv,i,3\nv,j,3\n\nv,i,4\nu,i,2\n";
    refuse(text, &options, 5, 0, "user \"v\" rates item \"i\" again, first in line 2");
    palate_ratings *ratings = read_leniently(text, options, 2);
    assert_rating(ratings, "u", "i", 1);
    assert_rating(ratings, "v", "i", 3);
    palate_ratings_free(ratings);
}

static void the_scale_is_declared_or_inferred(void **state)
{
    (void)state;
    palate_read_options options = options_for("csv");
    palate_ratings *ratings = read_text("u,i,-3.5\nv,i,4\n", &options);
    assert_true(ratings->report.scale_inferred);
    assert_true(ratings->report.scale.low == -3.5 && ratings->report.scale.high == 4.0);
    assert_true(ratings->report.mean == 0.25);
    palate_ratings_free(ratings);
    options.scale = (palate_scale){-10, 10};
    ratings = read_text("u,i,-3.5\nv,i,4\n", &options);
    assert_false(ratings->report.scale_inferred);
    assert_true(ratings->report.scale.low == -10.0 && ratings->report.scale.high == 10.0);
    palate_ratings_free(ratings);
    options.scale = (palate_scale){0.1, 4};
    palate_ratings_free(read_text("u,i,0.1\nv,i,4\n", &options));
    refuse("u,i,0.1\nv,i,4.5\n", &options, 2, 3, "4.5 lies outside the scale 0.1:4");
}

static void rows_that_are_not_there_are_empty(void **state)
{
    (void)state;
    palate_ratings *ratings = read_text("u,i,1\n", NULL);
    assert_null(palate_ratings_user_id(ratings, 1));
    assert_int_equal(palate_ratings_user_at(ratings, 1), PALATE_NO_ROW);
    assert_int_equal(palate_ratings_of_user(ratings, PALATE_NO_ROW).count, 0);
    assert_int_equal(palate_ratings_find_item(ratings, "u", PALATE_TEXT), PALATE_NO_ROW);
    palate_ratings_free(ratings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_matrices_are_sorted_and_say_the_same),
        cmocka_unit_test(every_rating_is_there_with_its_time),
        cmocka_unit_test(the_order_of_lines_does_not_matter),
        cmocka_unit_test(the_fingerprint_sees_every_change),
        cmocka_unit_test(duplicates_leave_what_their_policy_says),
        cmocka_unit_test(duplicates_do_not_count_for_the_order_of_rows),
        cmocka_unit_test(duplicates_can_be_errors),
        cmocka_unit_test(the_scale_is_declared_or_inferred),
        cmocka_unit_test(rows_that_are_not_there_are_empty),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
