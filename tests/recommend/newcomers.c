/* SPDX-License-Identifier: Apache-2.0 */
/* Lists for users that training has not seen: what scoring every item with the row that folding in
 * gives, and sorting, would give; nothing of what they rated, and nothing kept. */
#include "palate/recommend.h"

#include "../train/support.h"

enum { USERS = 60, ITEMS = 40, K = 4 };

/* The users of training, as if new; every third of their ratings is of something unknown. */
typedef struct crowd {
    palate_model *model;
    int64_t begins[USERS + 1];
    uint32_t columns[USERS * ITEMS];
    float ratings[USERS * ITEMS];
    palate_new_rows rows;
} crowd;

static void make(crowd *of, bool unknown)
{
    triples *made = stars(USERS, ITEMS, 0.3);
    palate_ratings *ratings = ratings_of(made, false);
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = K;
    of->model = train(ratings, &options);
    int64_t end = 0;
    for (uint32_t user = 0; user < USERS; user++) {
        const palate_rated rated = palate_ratings_of_user(ratings, user);
        of->begins[user] = end;
        for (int64_t e = rated.count - 1; e >= 0; e--, end++) { /* In no order. */
            of->columns[end] = unknown && e % 3 == 0 ? PALATE_NO_ROW : rated.rows[e];
            of->ratings[end] = rated.ratings[e];
        }
    }
    of->begins[USERS] = end;
    of->rows = (palate_new_rows){USERS, of->begins, of->columns, of->ratings, NULL};
    palate_ratings_free(ratings);
    free(made);
}

typedef struct lists {
    uint32_t items[USERS * ITEMS];
    float scores[USERS * ITEMS];
    uint32_t counts[USERS];
} lists;

static void recommend(const crowd *of, const palate_recommend_options *options, lists *out)
{
    palate_error err;
    if (palate_model_recommend_new(of->model, &of->rows, options, out->items, out->scores,
                                   out->counts, &err) != PALATE_OK)
        fail_msg("%s", err.message);
}

static palate_recommend_options all_items(bool include_seen)
{
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.count = ITEMS;
    options.include_seen = include_seen;
    return options;
}

static bool has_rated(const crowd *of, uint32_t user, uint32_t item)
{
    for (int64_t e = of->begins[user]; e < of->begins[user + 1]; e++)
        if (of->columns[e] == item)
            return true;
    return false;
}

static void lists_are_those_of_the_rows_folded_in(void **state)
{
    (void)state;
    for (int unknown = 0; unknown < 2; unknown++)
        for (int seen = 0; seen < 2; seen++) {
            crowd *of = calloc(1, sizeof *of);
            lists *found = calloc(1, sizeof *found);
            make(of, unknown == 1);
            const palate_recommend_options options = all_items(seen == 1);
            recommend(of, &options, found);
            float factors[USERS * K];
            float offsets[USERS];
            palate_error err;
            palate_model_summary summary;
            palate_model_info(of->model, &summary);
            assert_int_equal(
                palate_model_fold_in(of->model, &of->rows, NULL, factors, offsets, &err),
                PALATE_OK);
            for (uint32_t user = 0; user < USERS; user++) {
                uint32_t left = 0;
                for (uint32_t item = 0; item < ITEMS; item++)
                    left += seen == 1 || !has_rated(of, user, item);
                assert_int_equal(found->counts[user], left);
                for (uint32_t place = 0; place < left; place++) {
                    const size_t at = (size_t)user * ITEMS + place;
                    const uint32_t item = found->items[at];
                    double score = summary.base + (double)offsets[user] +
                                   (double)palate_model_item_offsets(of->model)[item];
                    for (size_t f = 0; f < K; f++)
                        score += (double)factors[user * K + f] *
                                 (double)palate_model_item_factors(of->model)[item * K + f];
                    assert_true(fabs(score - (double)found->scores[at]) <= 1e-5);
                    assert_true(place == 0 || found->scores[at] <= found->scores[at - 1]);
                    assert_true(seen == 1 || !has_rated(of, user, item));
                }
            }
            palate_model_free(of->model);
            free(found);
            free(of);
        }
}

static void lists_do_not_depend_on_threads_or_on_who_else_asks(void **state)
{
    (void)state;
    crowd *of = calloc(1, sizeof *of);
    lists *one = calloc(1, sizeof *one);
    lists *more = calloc(1, sizeof *more);
    make(of, true);
    palate_recommend_options options = all_items(false);
    options.threads = 1;
    recommend(of, &options, one);
    for (options.threads = 2; options.threads <= 4; options.threads++) {
        recommend(of, &options, more);
        assert_memory_equal(one, more, sizeof *one);
    }
    for (uint32_t user = 0; user < USERS; user += 7) {
        palate_error err;
        palate_new_rows alone = of->rows;
        alone.begins += user;
        alone.count = 1;
        assert_int_equal(palate_model_recommend_new(of->model, &alone, &options, more->items,
                                                    more->scores, more->counts, &err),
                         PALATE_OK);
        assert_int_equal(more->counts[0], one->counts[user]);
        assert_memory_equal(more->items, one->items + (size_t)user * ITEMS,
                            more->counts[0] * sizeof(uint32_t));
        assert_memory_equal(more->scores, one->scores + (size_t)user * ITEMS,
                            more->counts[0] * sizeof(float));
    }
    palate_model_free(of->model);
    free(one);
    free(more);
    free(of);
}

static void somebody_without_ratings_is_the_typical_user(void **state)
{
    (void)state;
    crowd *of = calloc(1, sizeof *of);
    make(of, false);
    const int64_t nothing[] = {0, 0};
    const uint32_t nobody = PALATE_NO_ROW;
    const palate_new_rows rows = {1, nothing, NULL, NULL, NULL};
    uint32_t items[2][10];
    float scores[2][10];
    uint32_t counts[2];
    palate_error err;
    assert_int_equal(
        palate_model_recommend_new(of->model, &rows, NULL, items[0], scores[0], &counts[0], &err),
        PALATE_OK);
    assert_int_equal(
        palate_model_recommend(of->model, &nobody, 1, NULL, items[1], scores[1], &counts[1], &err),
        PALATE_OK);
    assert_memory_equal(items[0], items[1], sizeof items[0]);
    assert_memory_equal(scores[0], scores[1], sizeof scores[0]);
    palate_model_free(of->model);
    free(of);
}

static void what_is_rated_twice_is_left_out_once(void **state)
{
    (void)state;
    crowd *of = calloc(1, sizeof *of);
    make(of, false);
    const int64_t begins[] = {0, 3};
    const uint32_t columns[] = {7, 3, 7};
    const float ratings[] = {5, 1, 5};
    const palate_new_rows rows = {1, begins, columns, ratings, NULL};
    const palate_recommend_options options = all_items(false);
    uint32_t items[ITEMS];
    float scores[ITEMS];
    uint32_t count = 0;
    palate_error err;
    assert_int_equal(
        palate_model_recommend_new(of->model, &rows, &options, items, scores, &count, &err),
        PALATE_OK);
    assert_int_equal(count, ITEMS - 2);
    palate_model_free(of->model);
    free(of);
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    crowd *of = calloc(1, sizeof *of);
    lists *found = calloc(1, sizeof *found);
    make(of, false);
    palate_error err;
    palate_recommend_options options = all_items(false);
#define REFUSED(model, rows, options, items)                                                       \
    assert_int_equal(palate_model_recommend_new(model, rows, options, items, found->scores,        \
                                                found->counts, &err),                              \
                     PALATE_E_INVALID)
    REFUSED(NULL, &of->rows, &options, found->items);
    REFUSED(of->model, NULL, &options, found->items);
    REFUSED(of->model, &of->rows, &options, NULL);
    options.count = 0;
    REFUSED(of->model, &of->rows, &options, found->items);
    options.count = ITEMS;
    of->columns[5] = ITEMS;
    REFUSED(of->model, &of->rows, &options, found->items);
    of->columns[5] = 0;
    of->ratings[5] = NAN;
    REFUSED(of->model, &of->rows, &options, found->items);
#undef REFUSED
    const palate_new_rows none = {0, NULL, NULL, NULL, NULL};
    assert_int_equal(palate_model_recommend_new(of->model, &none, NULL, NULL, NULL, NULL, &err),
                     PALATE_OK);
    palate_model_free(of->model);
    free(found);
    free(of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_those_of_the_rows_folded_in),
        cmocka_unit_test(lists_do_not_depend_on_threads_or_on_who_else_asks),
        cmocka_unit_test(somebody_without_ratings_is_the_typical_user),
        cmocka_unit_test(what_is_rated_twice_is_left_out_once),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
