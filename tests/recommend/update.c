/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings taken into a model: it holds what a model of all of them would; each row they name is the minimum
 * given the other side; all others have not moved. */
#include "../model/support.h"

#include "../train/support.h"
#include "palate/update.h"
#include "ratings/matrix.h"

enum { USERS = 40, ITEMS = 30, LATE_USERS = 34, LATE_ITEMS = 27 };
static const char PATH[] = "recommend_update.palate";

/* ---- Ratings that come later ---- */

/* All of the last users and items; of some others a few. */
static bool is_late(const triples *all, size_t e)
{
    const int user = atoi(all->users[e] + 1);
    return user >= LATE_USERS || atoi(all->items[e] + 1) >= LATE_ITEMS ||
           (user % 3 == 0 && e % 5 == 0);
}

static palate_ratings *some_of(const triples *all, bool late, bool backwards)
{
    triples *some = calloc(1, sizeof *some);
    assert_non_null(some);
    some->timed = all->timed;
    for (size_t place = 0; place < all->count; place++) {
        const size_t e = backwards ? all->count - 1 - place : place;
        if (is_late(all, e) != late)
            continue;
        some->times[some->count] = all->times[e];
        add(some, (uint32_t)atoi(all->users[e] + 1), (uint32_t)atoi(all->items[e] + 1),
            (double)all->ratings[e]);
    }
    palate_ratings *ratings = ratings_of(some, false);
    free(some);
    return ratings;
}

typedef struct scene {
    palate_ratings *past, *late, *backwards, *all;
} scene;

static scene make_scene(bool moves)
{
    triples *made = stars(USERS, ITEMS, 0.5);
    if (moves)
        add_moods(made, 0.8);
    for (size_t e = 0; e < made->count; e++)
        made->times[e] /= 400; /* Several ratings share a moment. */
    const scene of = {some_of(made, false, false), some_of(made, true, false),
                      some_of(made, true, true), ratings_of(made, false)};
    free(made);
    return of;
}

static void free_scene(scene *of)
{
    palate_ratings_free(of->past);
    palate_ratings_free(of->late);
    palate_ratings_free(of->backwards);
    palate_ratings_free(of->all);
}

/* ---- Models ---- */

typedef struct variant {
    int rule, mode;
    bool moves;
    bool forgets; /* The model does not keep its ratings. */
    bool zero;    /* What is missing is zero. */
} variant;

static const variant VARIANTS[] = {
    {PALATE_RULE_MAP, PALATE_MODE_DEFAULT, false, false, false},
    {PALATE_RULE_MAP, PALATE_MODE_DEFAULT, true, false, false},
    {PALATE_RULE_MAP, PALATE_MODE_STRICT, true, false, false},
    {PALATE_RULE_MAP, PALATE_MODE_PURE, false, false, false},
    {PALATE_RULE_MU, PALATE_MODE_DEFAULT, false, false, false},
    {PALATE_RULE_MAP, PALATE_MODE_DEFAULT, false, true, false},
    {PALATE_RULE_MAP, PALATE_MODE_DEFAULT, true, true, false},
    {PALATE_RULE_MAP, PALATE_MODE_PURE, false, false, true},
};
enum { VARIANT_COUNT = sizeof VARIANTS / sizeof VARIANTS[0] };

static palate_model *trained(const palate_ratings *ratings, variant as)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 3;
    options.rule = as.rule;
    options.mode = as.mode;
    options.epochs = 30;
    options.keep_ratings = !as.forgets;
    if (as.zero) {
        options.missing = PALATE_MISSING_ZERO;
    } else {
        options.link = PALATE_LINK_ON;
        options.regularization = as.rule == PALATE_RULE_MU ? PALATE_AUTO : 3.0;
    }
    palate_model *model = train(ratings, &options);
    assert_true((model->moment_begins != NULL) == as.moves);
    return model;
}

static palate_model *updated(const palate_model *model, const palate_ratings *ratings,
                             int64_t passes, int64_t threads, palate_update_report *report)
{
    palate_error err;
    palate_model *made = NULL;
    palate_update_options options;
    palate_update_options_init(&options);
    options.passes = passes;
    options.threads = threads;
    assert_ok(palate_model_update(model, ratings, &options, report, &made, &err), &err);
    return made;
}

static bool has_new_ratings(const palate_ratings *late, const palate_model *model, palate_side side,
                            uint32_t row)
{
    return side == PALATE_USERS
               ? palate_ratings_find_user(late, palate_model_user_id(model, row), PALATE_TEXT) !=
                     PALATE_NO_ROW
               : palate_ratings_find_item(late, palate_model_item_id(model, row), PALATE_TEXT) !=
                     PALATE_NO_ROW;
}

/* ---- What it holds ---- */

static size_t find_rated(const palate_rated *rated, uint32_t item)
{
    size_t place = 0;
    while (place < (size_t)rated->count && rated->rows[place] != item)
        place++;
    assert_true(place < (size_t)rated->count);
    return place;
}

static void assert_holds(const palate_model *model, const palate_ratings *all)
{
    palate_model_summary summary;
    palate_model_info(model, &summary);
    assert_int_equal(summary.rating_count, palate_ratings_count(all));
    assert_int_equal(summary.user_count, palate_ratings_user_count(all));
    assert_int_equal(summary.item_count, palate_ratings_item_count(all));
    for (uint32_t user = 0; user < summary.user_count; user++) {
        const char *id = palate_ratings_user_id(all, user);
        const palate_rated there = palate_ratings_of_user(all, user);
        const palate_rated rated = palate_model_rated(
            model, palate_model_find_user(model, id, PALATE_TEXT));
        assert_int_equal(rated.count, there.count);
        for (size_t e = 0; e < (size_t)there.count; e++) {
            const size_t at = find_rated(
                &rated, palate_model_find_item(model, palate_ratings_item_id(all, there.rows[e]),
                                               PALATE_TEXT));
            assert_true(rated.ratings == NULL || rated.ratings[at] == there.ratings[e]);
            assert_true(rated.times == NULL || rated.times[at] == there.times[e]);
        }
    }
}

static void it_holds_all_ratings(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        scene of = make_scene(VARIANTS[v].moves);
        palate_update_report report;
        palate_model *model = trained(of.past, VARIANTS[v]);
        palate_model *after = updated(model, of.late, 2, 2, &report);
        assert_holds(after, of.all);
        assert_int_equal(report.added, palate_ratings_count(of.late));
        assert_int_equal(report.replaced, 0);
        assert_int_equal(report.users.added, after->users.ids.count - model->users.ids.count);
        assert_int_equal(report.items.added, after->items.ids.count - model->items.ids.count);
        assert_true(report.users.added > 0 && report.items.added > 0);
        palate_model_free(model); /* It is needed no longer. */
        free(saved(after, PATH).data);
        palate_model *back = loaded(PATH); /* Is checked. */
        assert_same_model(after, back);
        palate_model_free(back);
        palate_model_free(after);
        free_scene(&of);
    }
}

static void moments_are_those_of_all_ratings(void **state)
{
    (void)state;
    scene of = make_scene(true);
    palate_model *model = trained(of.past, VARIANTS[1]);
    palate_model *after = updated(model, of.late, 2, 1, NULL);
    palate_model *whole = trained(of.all, VARIANTS[1]);
    for (uint32_t user = 0; user < after->users.ids.count; user++) {
        const palate__moments now = palate__model_moments(after, user);
        const palate__moments then = palate__model_moments(
            whole, palate_model_find_user(whole, palate_model_user_id(after, user), PALATE_TEXT));
        float size = 0.0F;
        assert_int_equal(now.count, then.count);
        assert_memory_equal(now.times, then.times, now.count * sizeof *now.times);
        for (size_t t = 0; t < now.count; t++)
            size += fabsf(now.values[t]);
        assert_true(size > 0.0F);
    }
    palate_model_free(whole);
    palate_model_free(after);
    palate_model_free(model);
    free_scene(&of);
}

/* ---- What moves ---- */

static void assert_same_row(const palate_model *a, const palate_model *b, palate_side side,
                            uint32_t row)
{
    const size_t k = a->factor_count;
    const palate__side *left = side == PALATE_USERS ? &a->users : &a->items;
    const palate__side *right = side == PALATE_USERS ? &b->users : &b->items;
    assert_memory_equal(left->factors + row * k, right->factors + row * k, k * sizeof(float));
    assert_memory_equal(left->offsets + row, right->offsets + row, sizeof(float));
    if (side == PALATE_ITEMS)
        return;
    const palate__moments now = palate__model_moments(a, row);
    const palate__moments then = palate__model_moments(b, row);
    assert_int_equal(now.count, then.count);
    if (now.count > 0)
        assert_memory_equal(now.values, then.values, now.count * sizeof *now.values);
}

static void all_others_stay_as_they_are(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        scene of = make_scene(VARIANTS[v].moves);
        palate_update_report report;
        uint32_t still = 0;
        palate_model *model = trained(of.past, VARIANTS[v]);
        palate_model *after = updated(model, of.late, 2, 2, &report);
        for (uint32_t row = 0; row < model->users.ids.count; row++) {
            assert_string_equal(palate_model_user_id(model, row), palate_model_user_id(after, row));
            if (!VARIANTS[v].forgets && has_new_ratings(of.late, model, PALATE_USERS, row))
                continue;
            assert_same_row(model, after, PALATE_USERS, row);
            still++;
        }
        for (uint32_t row = 0; VARIANTS[v].forgets && row < model->items.ids.count; row++)
            assert_same_row(model, after, PALATE_ITEMS, row);
        assert_true(still > 0);
        assert_true((report.users.left > 0) == VARIANTS[v].forgets);
        assert_true((report.items.left > 0) == VARIANTS[v].forgets);
        assert_true((report.users.improved > 0) == !VARIANTS[v].forgets);
        palate_model_free(after);
        palate_model_free(model);
        free_scene(&of);
    }
}

/* Folded in from all its ratings, a row that has been improved is what it is. The last to be are items. */
static void assert_is_minimum(const palate_model *model, const palate_ratings *all,
                              palate_side side, uint32_t row)
{
    const bool is_user = side == PALATE_USERS;
    const palate__side *own = is_user ? &model->users : &model->items;
    const palate__side *other = is_user ? &model->items : &model->users;
    const palate__ids *ids = is_user ? &all->users : &all->items;
    const palate__ids *others = is_user ? &all->items : &all->users;
    const palate__matrix *matrix = is_user ? &all->by_user : &all->by_item;
    const char *id = palate__ids_text(&own->ids, row);
    const uint32_t from = palate__ids_find(ids, id, strlen(id));
    const int64_t begin = matrix->begins[from];
    const int64_t begins[] = {0, matrix->begins[from + 1] - begin};
    uint32_t columns[USERS];
    float factors[3];
    float offset = 0.0F;
    for (int64_t e = 0; e < begins[1]; e++) {
        const char *column = palate__ids_text(others, matrix->columns[begin + e]);
        columns[e] = palate__ids_find(&other->ids, column, strlen(column));
    }
    const palate_new_rows rows = {1, begins, columns, matrix->values + begin, NULL};
    palate_fold_in_options options;
    palate_error err;
    palate_fold_in_options_init(&options);
    options.side = is_user ? PALATE_FOLD_IN_USERS : PALATE_FOLD_IN_ITEMS;
    assert_ok(palate_model_fold_in(model, &rows, &options, factors, &offset, &err), &err);
    assert_float_equal(offset, own->offsets[row], 0.05);
    for (size_t f = 0; f < 3; f++)
        assert_float_equal(factors[f], own->factors[row * 3 + f], 0.05);
}

static void improved_rows_are_minima(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (VARIANTS[v].moves)
            continue;
        const bool forgets = VARIANTS[v].forgets;
        scene of = make_scene(false);
        palate_model *model = trained(of.past, VARIANTS[v]);
        palate_model *after = updated(model, of.late, 200, 2, NULL);
        const palate_ratings *known = forgets ? of.late : of.all;
        const uint32_t users = forgets ? model->users.ids.count : 0;
        const uint32_t items = forgets ? model->items.ids.count : 0;
        for (uint32_t user = users; user < after->users.ids.count; user++)
            if (has_new_ratings(of.late, after, PALATE_USERS, user))
                assert_is_minimum(after, known, PALATE_USERS, user);
        for (uint32_t item = items; item < after->items.ids.count; item++)
            if (has_new_ratings(of.late, after, PALATE_ITEMS, item))
                assert_is_minimum(after, known, PALATE_ITEMS, item);
        palate_model_free(after);
        palate_model_free(model);
        free_scene(&of);
    }
}

static double error_on(const palate_model *model, const palate_ratings *ratings)
{
    double sum = 0.0;
    for (uint32_t user = 0; user < palate_ratings_user_count(ratings); user++) {
        const palate_rated rated = palate_ratings_of_user(ratings, user);
        for (size_t e = 0; e < (size_t)rated.count; e++) {
            const double off = (double)rated.ratings[e] -
                               (double)palate_model_predict_one(
                                   model, palate_ratings_user_id(ratings, user),
                                   palate_ratings_item_id(ratings, rated.rows[e]));
            sum += off * off;
        }
    }
    return sqrt(sum / (double)palate_ratings_count(ratings));
}

/* Half of the error that a new training takes away, at the least, an update takes away. */
static void it_learns_nearly_as_much_as_training(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (VARIANTS[v].forgets || VARIANTS[v].zero)
            continue;
        scene of = make_scene(VARIANTS[v].moves);
        palate_model *model = trained(of.past, VARIANTS[v]);
        palate_model *after = updated(model, of.late, 2, 2, NULL);
        palate_model *whole = trained(of.all, VARIANTS[v]);
        const double before = error_on(model, of.late);
        const double best = error_on(whole, of.late);
        assert_true(best < before);
        assert_true(error_on(after, of.late) < (before + best) / 2.0);
        palate_model_free(whole);
        palate_model_free(after);
        palate_model_free(model);
        free_scene(&of);
    }
}

/* ---- Ways there ---- */

static void threads_and_order_do_not_matter(void **state)
{
    (void)state;
    scene of = make_scene(true);
    palate_model *model = trained(of.past, VARIANTS[1]);
    palate_model *one = updated(model, of.late, 2, 1, NULL);
    palate_model *four = updated(model, of.late, 2, 4, NULL);
    palate_model *backwards = updated(model, of.backwards, 2, 4, NULL);
    assert_same_model(one, four);
    for (uint32_t row = 0; row < one->users.ids.count; row++) {
        assert_string_equal(palate_model_user_id(one, row), palate_model_user_id(backwards, row));
        assert_same_row(one, backwards, PALATE_USERS, row);
    }
    for (uint32_t row = 0; row < one->items.ids.count; row++)
        assert_same_row(one, backwards, PALATE_ITEMS, row);
    palate_model_free(backwards);
    palate_model_free(four);
    palate_model_free(one);
    palate_model_free(model);
    free_scene(&of);
}

static palate_ratings *one_rating(const char *user, const char *item, float value)
{
    const palate_rating_arrays arrays = {1, &user, &item, &value, NULL};
    palate_ratings *ratings = NULL;
    palate_error err;
    assert_ok(palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err), &err);
    return ratings;
}

static void a_new_rating_replaces_the_old_one(void **state)
{
    (void)state;
    scene of = make_scene(true);
    palate_model *model = trained(of.past, VARIANTS[1]);
    const palate_rated before = palate_model_rated(model, 3);
    const float changed = before.ratings[2] > 3.0F ? 1.0F : 5.0F;
    palate_ratings *rating = one_rating(palate_model_user_id(model, 3),
                                        palate_model_item_id(model, before.rows[2]), changed);
    palate_update_report report;
    palate_model *after = updated(model, rating, 2, 1, &report);
    const palate_rated now = palate_model_rated(after, 3);
    assert_int_equal(report.replaced, 1);
    assert_int_equal(report.added, 0);
    assert_int_equal(report.users.improved, 1);
    assert_int_equal(report.items.improved, 1);
    assert_int_equal(now.count, before.count);
    assert_memory_equal(now.rows, before.rows, (size_t)now.count * sizeof *now.rows);
    assert_true(now.ratings[2] == changed);
    assert_true(now.ratings[1] == before.ratings[1]);
    assert_true(now.times[2] == PALATE_NO_TIME);
    const float then = palate__model_score(model, 3, before.rows[2]);
    assert_true((palate__model_score(after, 3, before.rows[2]) > then) == (changed > 3.0F));
    palate_model_free(after);
    palate_ratings_free(rating);
    palate_model_free(model);
    free_scene(&of);
}

static void updates_follow_each_other(void **state)
{
    (void)state;
    scene of = make_scene(true);
    palate_model *model = trained(of.past, VARIANTS[1]);
    palate_ratings *first = one_rating("u38", "i29", 4.0F);
    palate_model *once = updated(model, first, 2, 1, NULL);
    palate_model *twice = updated(once, of.late, 2, 1, NULL);
    palate_model *left = NULL;
    palate_error err;
    const uint32_t user = palate_model_find_user(twice, "u38", PALATE_TEXT);
    assert_true(user >= model->users.ids.count);
    assert_ok(palate_model_forget(twice, &user, 1, &left, &err), &err);
    assert_int_equal(palate_model_find_user(left, "u38", PALATE_TEXT), PALATE_NO_ROW);
    palate_model_summary summary;
    palate_model_info(left, &summary);
    assert_int_equal(summary.updated_count, 1 + palate_ratings_count(of.late));
    free(saved(left, PATH).data);
    palate_model *back = loaded(PATH);
    palate_reasons all;
    palate_reason *reasons = calloc(ITEMS, sizeof *reasons);
    assert_ok(palate_model_reasons(back, palate_model_find_user(back, "u39", PALATE_TEXT), 0,
                                   PALATE_NO_TIME, 1, &all, reasons, &err),
              &err);
    assert_true(all.count > 0);
    free(reasons);
    palate_model_free(back);
    palate_model_free(left);
    palate_model_free(twice);
    palate_model_free(once);
    palate_ratings_free(first);
    palate_model_free(model);
    free_scene(&of);
}

/* ---- Tables ---- */

/* "id,kind,year": kinds and years of all items; the last have years later than any. */
static palate_catalogue *table_of(uint32_t items)
{
    static const char path[] = "recommend_update.csv";
    palate_catalogue *table = NULL;
    palate_error err;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("id,kind,year\n", file);
    for (uint32_t j = 0; j < items; j++)
        fprintf(file, "i%u,kind %u|thing,%u\n", j, j % 3, 1980 + j);
    assert_int_equal(fclose(file), 0);
    assert_ok(palate_catalogue_read_columns(NULL, path, &table, &err), &err);
    return table;
}

static palate_model *told_of_items(const palate_ratings *ratings)
{
    palate_train_options options;
    palate_features *features = NULL;
    palate_error err;
    palate_catalogue *table = table_of(ITEMS);
    assert_ok(palate_features_create(table, "kind,year", &features, &err), &err);
    palate_train_options_init(&options);
    options.factors = 3;
    options.rule = PALATE_RULE_MAP;
    options.epochs = 4000;
    options.tolerance = 1e-13;
    options.link = PALATE_LINK_ON;
    options.regularization = 3.0;
    options.item_features = features;
    options.item_feature_regularization = 1.0;
    palate_model *model = train(ratings, &options);
    palate_features_free(features);
    palate_catalogue_free(table);
    return model;
}

/* How far an item moves when a rating comes again as it was. */
static float moved_by(const palate_model *model, const palate_ratings *same,
                      const palate_catalogue *table, uint32_t item)
{
    palate_update_options options;
    palate_model *after = NULL;
    palate_error err;
    palate_update_options_init(&options);
    options.item_table = table;
    options.passes = 1;
    assert_ok(palate_model_update(model, same, &options, NULL, &after, &err), &err);
    float most = fabsf(after->items.offsets[item] - model->items.offsets[item]);
    for (size_t f = 0; f < 3; f++)
        most = fmaxf(
            most, fabsf(after->items.factors[item * 3 + f] - model->items.factors[item * 3 + f]));
    palate_model_free(after);
    return most;
}

/* Whom training knew stays where training put it, if the table says what it said then; it may have grown. */
static void a_table_says_what_it_said_in_training(void **state)
{
    (void)state;
    scene of = make_scene(false);
    palate_model *model = told_of_items(of.all);
    palate_catalogue *table = table_of(ITEMS + 40);
    assert_non_null(model->items.feature_link);
    for (uint32_t item = 0; item < model->items.ids.count; item += 7) {
        const char *id = palate_model_item_id(model, item);
        const uint32_t row = palate_ratings_find_item(of.all, id, PALATE_TEXT);
        const palate_rated rated = palate_ratings_of_item(of.all, row);
        palate_ratings *same = one_rating(palate_ratings_user_id(of.all, rated.rows[0]), id,
                                          rated.ratings[0]);
        const float with = moved_by(model, same, table, item);
        const float without = moved_by(model, same, NULL, item);
        assert_true(with < 0.01F);
        assert_true(without > 5.0F * with);
        palate_ratings_free(same);
    }
    palate_catalogue_free(table);
    palate_model_free(model);
    free_scene(&of);
}

/* ---- What cannot be ---- */

static void assert_refused(const palate_model *model, const palate_ratings *ratings, int64_t passes,
                           palate_status expected, const char *says)
{
    palate_error err;
    palate_update_options options;
    palate_model *out = (palate_model *)(uintptr_t)&options;
    palate_update_options_init(&options);
    options.passes = passes;
    assert_int_equal(palate_model_update(model, ratings, &options, NULL, &out, &err), expected);
    assert_null(out);
    if (strstr(err.message, says) == NULL)
        fail_msg("does not say '%s': %s", says, err.message);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    scene of = make_scene(false);
    const variant draws = {PALATE_RULE_BAYES, PALATE_MODE_DEFAULT, false, false, false};
    palate_model *model = trained(of.past, VARIANTS[0]);
    palate_model *average = trained(of.past, draws);
    palate_model *given = blackboard_model();
    palate_ratings *outside = one_rating("u1", "i1", 7.5F);
    palate_ratings *below = one_rating("u1", "i1", -1.0F);
    assert_refused(NULL, of.late, 2, PALATE_E_INVALID, "model is NULL");
    assert_refused(model, NULL, 2, PALATE_E_INVALID, "ratings is NULL");
    assert_int_equal(palate_model_update(model, of.late, NULL, NULL, NULL, NULL), PALATE_E_INVALID);
    assert_refused(model, of.late, 0, PALATE_E_INVALID, "passes");
    assert_refused(model, outside, 2, PALATE_E_INVALID, "the rating 7.5 of item i1 by user u1");
    assert_refused(model, below, 2, PALATE_E_INVALID, "the rating -1 of item i1 by user u1");
    assert_refused(average, of.late, 2, PALATE_E_UNSUPPORTED, "rule map");
    assert_refused(given, of.late, 2, PALATE_E_UNSUPPORTED, "given factors");
    palate_ratings_free(below);
    palate_ratings_free(outside);
    palate_model_free(given);
    palate_model_free(average);
    palate_model_free(model);
    free_scene(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_holds_all_ratings),
        cmocka_unit_test(moments_are_those_of_all_ratings),
        cmocka_unit_test(all_others_stay_as_they_are),
        cmocka_unit_test(improved_rows_are_minima),
        cmocka_unit_test(it_learns_nearly_as_much_as_training),
        cmocka_unit_test(threads_and_order_do_not_matter),
        cmocka_unit_test(a_new_rating_replaces_the_old_one),
        cmocka_unit_test(updates_follow_each_other),
        cmocka_unit_test(a_table_says_what_it_said_in_training),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
