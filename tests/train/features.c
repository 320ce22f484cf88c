/* SPDX-License-Identifier: Apache-2.0 */
/* What tables say of users and items: in the prior of rows with ratings, and of those without. */
#include "model/model.h"
#include "train/training.h"

#include "train/support.h"

#include <unistd.h>

/* ---- Tables ---- */

static palate_features *features_of(const char *text, const char *columns)
{
    char path[64];
    palate_error err = {0};
    palate_catalogue *table = NULL;
    palate_features *features = NULL;
    snprintf(path, sizeof path, "features-%ld.csv", (long)getpid());
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    if (palate_catalogue_read_columns(NULL, path, &table, &err) != PALATE_OK ||
        palate_features_create(table, columns, &features, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    unlink(path);
    palate_catalogue_free(table);
    return features;
}

/* Rows "<letter><number>,<kind>" of the numbers from `first` to before `end`, by a step that reaches all. */
static palate_features *kinds(char letter, uint32_t end, uint32_t step, uint32_t kind_count)
{
    char *text = malloc(24 * (end + 1));
    assert_non_null(text);
    size_t length = (size_t)sprintf(text, "id,kind\n");
    for (uint32_t n = 0; n < end; n++) {
        uint32_t row = n * step % end;
        length += (size_t)sprintf(text + length, "%c%u,kind %u\n", letter, row, row % kind_count);
    }
    palate_features *features = features_of(text, "kind");
    free(text);
    return features;
}

/* Users and items are of three kinds; who meets its kind rates 5, others 2. */
static triples *tastes(uint32_t users, uint32_t items, double density)
{
    triples *made = calloc(1, sizeof *made);
    assert_non_null(made);
    for (uint32_t i = 0; i < users; i++)
        for (uint32_t j = 0; j < items; j++)
            if (made_up(i * 7919U + j, 3) < density)
                add(made, i, j, i % 3 == j % 3 ? 5.0 : 2.0);
    return made;
}

enum { USERS = 150, ITEMS = 90, MORE = 30 };

typedef struct setting {
    triples *made;
    palate_ratings *ratings;
    palate_features *users, *items;
    palate_train_options options;
} setting;

static setting begin(const triples *made)
{
    setting out = {.ratings = ratings_of(made, false),
                   .users = kinds('u', USERS + MORE, 7, 3),
                   .items = kinds('i', ITEMS + MORE, 7, 3)};
    palate_train_options_init(&out.options);
    out.options.factors = 8;
    out.options.user_features = out.users;
    out.options.item_features = out.items;
    return out;
}

static void end(setting *of)
{
    palate_ratings_free(of->ratings);
    palate_features_free(of->users);
    palate_features_free(of->items);
    free(of->made);
}

static setting begin_tastes(void)
{
    triples *made = tastes(USERS, ITEMS, 0.2);
    setting out = begin(made);
    out.made = made;
    return out;
}

static float predict(const palate_model *model, char user, uint32_t i, char item, uint32_t j)
{
    char user_id[16];
    char item_id[16];
    snprintf(user_id, sizeof user_id, "%c%u", user, i);
    snprintf(item_id, sizeof item_id, "%c%u", item, j);
    return palate_model_predict_one(model, user_id, item_id);
}

/* The greatest error on pairs of users and items from those numbers on. */
static double worst_error(const palate_model *model, uint32_t first_user, uint32_t first_item)
{
    double worst = 0.0;
    for (uint32_t i = first_user; i < first_user + MORE; i++)
        for (uint32_t j = first_item; j < first_item + MORE; j++) {
            double right = i % 3 == j % 3 ? 5.0 : 2.0;
            worst = fmax(worst, fabs((double)predict(model, 'u', i, 'i', j) - right));
        }
    return worst;
}

static void assert_same_numbers(const palate_model *a, const palate_model *b)
{
    const size_t k = a->factor_count;
    assert_int_equal(a->users.ids.count, b->users.ids.count);
    assert_int_equal(a->items.ids.count, b->items.ids.count);
    assert_memory_equal(a->users.factors, b->users.factors, a->users.ids.count * k * sizeof(float));
    assert_memory_equal(a->items.factors, b->items.factors, a->items.ids.count * k * sizeof(float));
    assert_memory_equal(a->users.offsets, b->users.offsets, a->users.ids.count * sizeof(float));
    assert_memory_equal(a->items.offsets, b->items.offsets, a->items.ids.count * sizeof(float));
    for (uint32_t row = 0; row < a->users.ids.count; row++)
        assert_string_equal(palate_model_user_id(a, row), palate_model_user_id(b, row));
}

/* ---- Rows without ratings ---- */

/* A feature that determines taste: who and what nobody has met is predicted, by every rule and mode. */
static void test_features_that_say_it_all(void **unused)
{
    (void)unused;
    static const struct {
        int rule, mode;
        int64_t samples;
        double allowed;
    } runs[] = {
        {PALATE_RULE_MAP, PALATE_MODE_DEFAULT, 0, 0.6},
        {PALATE_RULE_MAP, PALATE_MODE_PURE, 0, 0.6},
        {PALATE_RULE_MAP, PALATE_MODE_STRICT, 0, 0.6},
        {PALATE_RULE_BAYES, PALATE_MODE_DEFAULT, 8, 0.6},
        {PALATE_RULE_BAYES, PALATE_MODE_DEFAULT, 0, 0.6},
    };
    setting of = begin_tastes();
    for (size_t r = 0; r < sizeof runs / sizeof runs[0]; r++) {
        of.options.rule = runs[r].rule;
        of.options.mode = runs[r].mode;
        of.options.samples = runs[r].samples;
        if (runs[r].rule == PALATE_RULE_BAYES)
            of.options.epochs = 120;
        palate_model *model = train(of.ratings, &of.options);
        double both = worst_error(model, USERS, ITEMS);
        double users = worst_error(model, USERS, 0);
        double items = worst_error(model, 0, ITEMS);
        if (!(both < runs[r].allowed && users < runs[r].allowed && items < runs[r].allowed))
            fail_msg("run %zu: %g, %g, %g", r, both, users, items);
        palate_model_free(model);
    }
    end(&of);
}

/* They come last, have no ratings, are known, and can be recommended to and recommended. */
static void test_rows_without_ratings(void **unused)
{
    (void)unused;
    setting of = begin_tastes();
    palate_model *model = train(of.ratings, &of.options);
    palate_model_summary about;
    palate_model_info(model, &about);
    assert_int_equal(about.user_count, USERS + MORE);
    assert_int_equal(about.item_count, ITEMS + MORE);
    for (uint32_t row = 0; row < about.user_count; row++) {
        assert_true((model->users.counts[row] > 0) == (row < USERS));
        assert_true(palate__model_knows(model, &model->users, row));
    }
    const uint32_t user = palate_model_find_user(model, "u152", PALATE_TEXT); /* Of kind 2. */
    int64_t seen = 1;
    assert_in_range(user, USERS, USERS + MORE - 1);
    palate_model_seen(model, user, &seen);
    assert_int_equal(seen, 0);
    enum { WANTED = (ITEMS + MORE) / 3 };
    uint32_t items[WANTED];
    float scores[WANTED];
    uint32_t count = 0;
    uint32_t others = 0;
    palate_error err = {0};
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.count = WANTED;
    assert_int_equal(palate_model_recommend(model, &user, 1, &options, items, scores, &count, &err),
                     PALATE_OK);
    assert_int_equal(count, WANTED);
    for (uint32_t place = 0; place < count; place++) {
        const uint32_t number = (uint32_t)atoi(palate_model_item_id(model, items[place]) + 1);
        assert_int_equal(number % 3, 2);
        others += number >= ITEMS;
    }
    assert_int_equal(others, MORE / 3);
    palate_model_free(model);
    end(&of);
}

/* Unknown to the table, or known with nothing: the typical row, and not "known". */
static void test_rows_nothing_is_said_of(void **unused)
{
    (void)unused;
    triples *made = tastes(USERS, ITEMS, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate_features *items = features_of("id,kind\ni0,a\ni1,b\ni900,\ni901,b\n", "kind");
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 4;
    options.item_features = items;
    palate_model *model = train(ratings, &options);
    const uint32_t empty = palate_model_find_item(model, "i900", PALATE_TEXT);
    const uint32_t told = palate_model_find_item(model, "i901", PALATE_TEXT);
    assert_int_equal(empty + told, 2 * ITEMS + 1);
    assert_false(palate__model_knows(model, &model->items, empty));
    assert_true(palate__model_knows(model, &model->items, told));
    assert_true(palate_model_predict_one(model, "u1", "i900") ==
                palate_model_predict_one(model, "u1", "nobody knows it"));
    const uint32_t rows[] = {0, 0, 0}, asked[] = {empty, told, PALATE_NO_ROW};
    const palate_cells cells = {3, rows, asked, NULL};
    float predictions[3];
    palate_unknown_counts unknown;
    assert_int_equal(palate_model_predict(model, &cells, predictions, NULL, &unknown, NULL),
                     PALATE_OK);
    assert_int_equal(unknown.items, 2);
    palate_model_free(model);
    palate_features_free(items);
    palate_ratings_free(ratings);
    free(made);
}

/* ---- What plays no part ---- */

static void test_order_of_the_tables_rows(void **unused)
{
    (void)unused;
    setting of = begin_tastes();
    palate_model *one = train(of.ratings, &of.options);
    palate_features *users = kinds('u', USERS + MORE, 11, 3);
    palate_features *items = kinds('i', ITEMS + MORE, 1, 3);
    of.options.user_features = users;
    of.options.item_features = items;
    palate_model *two = train(of.ratings, &of.options);
    assert_same_numbers(one, two);
    palate_model_free(one);
    palate_model_free(two);
    palate_features_free(users);
    palate_features_free(items);
    end(&of);
}

static void test_threads_leave_no_trace(void **unused)
{
    (void)unused;
    setting of = begin_tastes();
    const int rules[] = {PALATE_RULE_VB, PALATE_RULE_MAP, PALATE_RULE_BAYES};
    for (size_t r = 0; r < sizeof rules / sizeof rules[0]; r++) {
        of.options.rule = rules[r];
        of.options.epochs = 20;
        of.options.samples = 4;
        of.options.threads = 1;
        palate_model *one = train(of.ratings, &of.options);
        of.options.threads = 3;
        palate_model *three = train(of.ratings, &of.options);
        assert_same_numbers(one, three);
        palate_model_free(one);
        palate_model_free(three);
    }
    end(&of);
}

/* A table that says nothing of those who have ratings changes no bit of them. */
static void test_empty_tables_change_nothing(void **unused)
{
    (void)unused;
    triples *made = tastes(USERS, ITEMS, 0.2);
    palate_ratings *ratings = ratings_of(made, false);
    palate_features *items = features_of("id,kind\ni0,\ni1,\nx,b\ny,a\n", "kind");
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 4;
    palate_model *without = train(ratings, &options);
    options.item_features = items;
    palate_model *with = train(ratings, &options);
    const size_t k = 4;
    assert_int_equal(with->items.ids.count, ITEMS + 2);
    assert_memory_equal(with->users.factors, without->users.factors, USERS * k * sizeof(float));
    assert_memory_equal(with->items.factors, without->items.factors, ITEMS * k * sizeof(float));
    assert_memory_equal(with->items.typical, without->items.typical, (k + 1) * sizeof(float));
    assert_memory_equal(with->items.offsets, without->items.offsets, ITEMS * sizeof(float));
    palate_model_free(with);
    palate_model_free(without);
    palate_features_free(items);
    palate_ratings_free(ratings);
    free(made);
}

/* Kinds that chance has given out: what the pilot makes of them is no table at all, bit for bit. */
static void test_tables_that_do_not_help_are_left_out(void **unused)
{
    (void)unused;
    enum { KINDS = 40 };
    char text[24 * (ITEMS + 1)];
    size_t length = (size_t)sprintf(text, "id,kind\n");
    triples *made = stars(USERS, ITEMS, 0.4);
    palate_ratings *ratings = ratings_of(made, false);
    for (uint32_t j = 0; j < ITEMS; j++)
        length += (size_t)sprintf(text + length, "i%u,%d\n", j, (int)(KINDS * made_up(j, 79)));
    palate_features *chance = features_of(text, "kind");
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 4;
    palate_model *without = train(ratings, &options);
    options.item_features = chance;
    palate_model *with = train(ratings, &options);
    assert_int_equal(palate_model_feature_count(with, PALATE_ITEMS), 0);
    assert_same_numbers(without, with);
    palate_model_free(with);
    options.item_feature_regularization = 10.0; /* Asked for, it is taken. */
    with = train(ratings, &options);
    assert_int_equal(palate_model_feature_count(with, PALATE_ITEMS), 10);
    palate_model_free(with);
    palate_model_free(without);
    palate_features_free(chance);
    palate_ratings_free(ratings);
    free(made);
}

/* ---- The prior ---- */

/* f of a row and column, from the definition. */
static double prior_mean(const palate__training *training, const palate__train_side *side,
                         uint32_t row, size_t f)
{
    double sum = f == 0 ? side->prior.bias_mean : 0.0;
    for (size_t kind = 0; kind < PALATE__LINK_COUNT; kind++) {
        const palate__link *link = &side->prior.links[kind];
        for (uint32_t j = 0; link->rows_of != NULL && j < link->rows_of->row_count; j++)
            for (int64_t e = link->rows_of->begins[j]; e < link->rows_of->begins[j + 1]; e++)
                if (link->rows_of->columns[e] == row)
                    sum += (double)link->weights[row] *
                           (double)link->coefficients[j * training->stride + f];
    }
    return sum;
}

static int64_t ratings_of_row(const palate__train_side *side, uint32_t row)
{
    return side->matrix.begins[row + 1] - side->matrix.begins[row];
}

/* The mean of a column over ratings, each row without what its kind (its number modulo 3) adds; every
 * row of the ratings has some here. */
static double centre_of(const palate__train_side *side, size_t stride, size_t f)
{
    const palate__matrix *rows_of = side->prior.links[PALATE__LINK_TABLE].rows_of;
    double sum = 0.0;
    for (uint32_t kind = 0; kind < rows_of->row_count; kind++)
        for (int64_t e = rows_of->begins[kind]; e < rows_of->begins[kind + 1]; e++)
            sum += (double)ratings_of_row(side, rows_of->columns[e]) *
                   ((double)side->rows[rows_of->columns[e] * stride + f] -
                    (double)side->prior.links[PALATE__LINK_TABLE].coefficients[kind * stride + f]);
    return sum / (double)palate__matrix_count(&side->matrix);
}

/* What is kept is x - f, of biases too; and rows without ratings lie at f, but for the link, of which they
 * have the mean of ratings. */
static void test_distances_from_the_mean(void **unused)
{
    (void)unused;
    setting of = begin_tastes();
    palate_error err = {0};
    palate__training training;
    of.options.regularization = 3.0;
    of.options.epochs = 50;
    of.options.tolerance = 0.0;
    assert_int_equal(palate__training_begin(&training, of.ratings, &of.options, NULL, &err),
                     PALATE_OK);
    palate__training_start(&training);
    assert_int_equal(palate__training_run(&training, &err), PALATE_OK);
    for (int s = 0; s < 2; s++) {
        const palate__train_side *side = s == 0 ? &training.users : &training.items;
        for (uint32_t row = 0; row < side->matrix.row_count; row++)
            for (size_t f = 0; f <= training.factor_count; f++) {
                double x = (double)palate__row_of(&training, side->rows, row)[f];
                double expected = x - prior_mean(&training, side, row, f);
                double away = (double)palate__away_of(&side->prior, f / PALATE__LANES,
                                                      row)[f % PALATE__LANES];
                assert_true(fabs(away - expected) < 1e-4);
            }
        const palate__link *link = &side->prior.links[PALATE__LINK_TABLE];
        const float *x = side->rows + side->matrix.row_count * training.stride;
        const float *a = link->coefficients; /* The first of the others is of one of the kinds. */
        bool found = false;
        for (size_t kind = 0; kind < 3; kind++, a += training.stride)
            found |= fabs((double)x[0] - centre_of(side, training.stride, 0) - (double)a[0]) <
                         1e-5 &&
                     fabs((double)x[1] - fmax(centre_of(side, training.stride, 1) + (double)a[1],
                                              training.bound)) < 1e-5;
        assert_true(found);
    }
    palate__training_end(&training);
    end(&of);
}

typedef struct watch {
    double objective;
    bool rose;
} watch;

static bool watch_objective(const palate_progress *progress, void *user)
{
    watch *on = user;
    if (progress->epoch_ended) {
        on->rose |= progress->objective > on->objective * (1.0 + 1e-5);
        on->objective = progress->objective;
    }
    return true;
}

static void test_objective_never_rises(void **unused)
{
    (void)unused;
    for (int link = PALATE_LINK_ON; link <= PALATE_LINK_OFF; link++) {
        triples *made = stars(USERS, ITEMS, 0.2);
        setting of = begin(made);
        watch on = {INFINITY, false};
        of.made = made;
        of.options.link = link;
        of.options.tolerance = 0.0;
        of.options.on_progress = watch_objective;
        of.options.on_progress_user = &on;
        palate_model_free(train(of.ratings, &of.options));
        assert_false(on.rose);
        assert_true(isfinite(on.objective));
        end(&of);
    }
}

/* The stronger their prior, the less a table says, until it is nothing. */
static void test_strength_of_the_prior(void **unused)
{
    (void)unused;
    setting of = begin_tastes();
    of.options.user_features = NULL;
    double before = 0.0;
    static const double strengths[] = {1.0, 1e3, 1e9};
    for (size_t s = 0; s < 3; s++) {
        of.options.item_feature_regularization = strengths[s];
        palate_model *model = train(of.ratings, &of.options);
        double worst = worst_error(model, 0, ITEMS);
        assert_true(worst > before);
        before = worst;
        palate_model_free(model);
    }
    assert_true(before > 1.0);
    end(&of);
}

/* Held out ratings of rows that have no others are predicted from the table, too. */
static void test_validation_sees_the_table(void **unused)
{
    (void)unused;
    triples *made = tastes(USERS, ITEMS, 0.2);
    for (uint32_t j = ITEMS; j < ITEMS + MORE; j++) /* Each rated once. */
        add(made, j / 2, j, j / 2 % 3 == j % 3 ? 5.0 : 2.0);
    setting of = begin(made);
    of.made = made;
    of.options.validation = 0.3;
    of.options.patience = 0;
    palate_model *with = train(of.ratings, &of.options);
    palate_model_summary about;
    palate_model_info(with, &about);
    assert_true(about.validation_rmse < 0.2);
    palate_model_free(with);
    end(&of);
}

/* ---- What it is told ---- */

static void test_options_that_do_not_go_together(void **unused)
{
    (void)unused;
    setting of = begin_tastes();
    palate_error err = {0};
    palate_model *model = NULL;
    of.options.rule = PALATE_RULE_MU;
    assert_int_equal(palate_model_train(of.ratings, &of.options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "rule mu"));
    of.options.rule = PALATE_RULE_MAP;
    of.options.user_features = of.items;
    assert_int_equal(palate_model_train(of.ratings, &of.options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "none of its ids is that of a user"));
    assert_null(model);
    of.options.user_features = NULL;
    of.options.item_feature_regularization = -2.0;
    assert_int_equal(palate_model_train(of.ratings, &of.options, &model, &err), PALATE_E_INVALID);
    assert_non_null(strstr(err.message, "item-feature-regularization"));
    end(&of);
}

/* Fewer ratings than a pilot wants; a table a hundred times as long as the ratings. */
static void test_few_ratings_and_long_tables(void **unused)
{
    (void)unused;
    triples *made = calloc(1, sizeof *made);
    assert_non_null(made);
    for (uint32_t i = 0; i < 30; i++)
        for (uint32_t j = i % 3; j < 30; j += 1 + i % 2)
            add(made, i, j, i % 3 == j % 3 ? 5.0 : 2.0);
    palate_ratings *ratings = ratings_of(made, false);
    palate_features *items = kinds('i', 20000, 7, 3);
    palate_train_options options;
    palate_train_options_init(&options);
    options.item_features = items;
    palate_model *model = train(ratings, &options);
    assert_int_equal(model->items.ids.count, 20000);
    for (uint32_t j = 30; j < 20000; j += 333) {
        float own = predict(model, 'u', 1, 'i', j / 3 * 3 + 1);
        float other = predict(model, 'u', 1, 'i', j / 3 * 3);
        assert_true(isfinite(own) && isfinite(other) && own > other + 0.5F);
    }
    palate_model_free(model);
    palate_features_free(items);
    palate_ratings_free(ratings);
    free(made);
}

/* Users' drift, and users of the table who have none. */
static void test_with_times(void **unused)
{
    (void)unused;
    triples *made = stars(USERS, ITEMS, 0.3);
    add_moods(made, 0.8);
    setting of = begin(made);
    of.made = made;
    palate_model *model = train(of.ratings, &of.options);
    assert_non_null(model->moment_begins);
    const uint32_t user = palate_model_find_user(model, "u170", PALATE_TEXT);
    assert_int_equal(palate__model_moments(model, user).count, 0);
    const uint32_t item = 0;
    const int64_t time = 1000;
    const palate_cells timed = {1, &user, &item, &time}, untimed = {1, &user, &item, NULL};
    float one = 0.0F, two = 1.0F;
    assert_int_equal(palate_model_predict(model, &timed, &one, NULL, NULL, NULL), PALATE_OK);
    assert_int_equal(palate_model_predict(model, &untimed, &two, NULL, NULL, NULL), PALATE_OK);
    assert_true(one == two);
    palate_model_free(model);
    end(&of);
}

/* ---- What the model keeps ---- */

static void test_the_model_keeps_what_it_was_told(void **unused)
{
    (void)unused;
    static const char path[] = "features-model.palate";
    setting of = begin_tastes();
    palate_error err = {0};
    palate_model *model = train(of.ratings, &of.options);
    palate_model *loaded = NULL;
    assert_int_equal(palate_model_save(model, path, &err), PALATE_OK);
    if (palate_model_load(NULL, path, &loaded, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    for (int side = PALATE_USERS; side <= PALATE_ITEMS; side++) {
        assert_int_equal(palate_model_feature_count(loaded, (palate_side)side), 3);
        assert_string_equal(palate_model_feature_name(loaded, (palate_side)side, 2),
                            "kind: kind 2");
        assert_null(palate_model_feature_name(loaded, (palate_side)side, 3));
    }
    assert_same_numbers(model, loaded);
    assert_memory_equal(model->items.feature_link, loaded->items.feature_link,
                        4 * 9 * sizeof(float));
    /* An item of the table is where its coefficients put it. */
    const uint32_t row = palate_model_find_item(loaded, "i91", PALATE_TEXT); /* Of kind 1. */
    const float *centre = loaded->items.feature_link;
    const float *a = centre + 18;
    for (size_t f = 0; f < 8; f++) {
        double inner = fmax((double)centre[f] + (double)a[f], -loaded->anchor) + loaded->anchor;
        assert_true(fabs((double)loaded->items.factors[row * 8 + f] - inner / sqrt(loaded->gain)) <
                    1e-5);
    }
    palate_model_free(loaded);
    palate_model_free(model);
    unlink(path);
    assert_int_equal(palate_model_feature_count(NULL, PALATE_USERS), 0);
    assert_null(palate_model_feature_name(NULL, PALATE_ITEMS, 0));
    end(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features_that_say_it_all),
        cmocka_unit_test(test_rows_without_ratings),
        cmocka_unit_test(test_rows_nothing_is_said_of),
        cmocka_unit_test(test_order_of_the_tables_rows),
        cmocka_unit_test(test_threads_leave_no_trace),
        cmocka_unit_test(test_empty_tables_change_nothing),
        cmocka_unit_test(test_tables_that_do_not_help_are_left_out),
        cmocka_unit_test(test_distances_from_the_mean),
        cmocka_unit_test(test_objective_never_rises),
        cmocka_unit_test(test_strength_of_the_prior),
        cmocka_unit_test(test_validation_sees_the_table),
        cmocka_unit_test(test_options_that_do_not_go_together),
        cmocka_unit_test(test_few_ratings_and_long_tables),
        cmocka_unit_test(test_with_times),
        cmocka_unit_test(test_the_model_keeps_what_it_was_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
