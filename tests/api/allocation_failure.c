/* SPDX-License-Identifier: Apache-2.0 */
/* Everything a program does with palate, with the first allocation failing, then the second, and so
 * on until nothing fails: each time it ends in PALATE_E_NOMEM, all memory comes back, and the files
 * that were there are as they were.
 */
#define _GNU_SOURCE
#include "palate/palate.h"

#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FOLDER "allocation_failure.files"
#define RATINGS FOLDER "/ratings.csv"
#define TITLES FOLDER "/titles.csv"
#define TAGS FOLDER "/tags.csv"
#define MODEL FOLDER "/model.palate"
#define TABLES FOLDER "/tables"
#define ARCHIVE FOLDER "/factors.npz"
#define SYNTH FOLDER "/synth.csv"
#define FOLDS FOLDER "/folds"
#define SAVED FOLDER "/saved.ratings"

static const char OLD_MODEL[] = "an old model, which must survive";

/* ---- The allocator: fails once, at one place ---- */

typedef struct rationed {
    atomic_long asked;   /* Allocations asked for. */
    atomic_long balance; /* Blocks given out and not released. */
    long failing;        /* Which of those asked for fails, from 1; 0: none. */
    bool paused;         /* What is asked for now does not count. */
} rationed;

static void *take(rationed *ration, size_t bytes)
{
    if (!ration->paused && atomic_fetch_add(&ration->asked, 1) + 1 == ration->failing)
        return NULL;
    void *memory = malloc(bytes);
    assert_non_null(memory);
    atomic_fetch_add(&ration->balance, 1);
    return memory;
}

static void give_back(rationed *ration, void *memory)
{
    assert_non_null(memory);
    atomic_fetch_sub(&ration->balance, 1);
    free(memory);
}

static void *allocate(size_t bytes, void *user)
{
    return take(user, bytes);
}

static void release(void *memory, void *user)
{
    give_back(user, memory);
}

/* jansson's functions have no argument of their own. */
static rationed json_ration;

static void *json_allocate(size_t bytes)
{
    return take(&json_ration, bytes);
}

static void json_release(void *memory)
{
    if (memory != NULL)
        give_back(&json_ration, memory);
}

/* ---- Files ---- */

static void write_text(const char *path, const char *text)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

static bool holds_text(const char *path, const char *text)
{
    char found[256] = "";
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    size_t bytes = fread(found, 1, sizeof found - 1, stream);
    fclose(stream);
    return bytes == strlen(text) && memcmp(found, text, bytes) == 0;
}

static void remove_tables(void)
{
    static const char *const files[] = {TABLES "/users.csv", TABLES "/items.csv",
                                        TABLES "/model.json"};
    for (int f = 0; f < 3; f++)
        unlink(files[f]);
    rmdir(TABLES);
}

static void remove_folds(void)
{
    static const char *const files[] = {"/fold-1.train.csv", "/fold-1.test.csv", "/split.json"};
    for (int f = 0; f < 3; f++) {
        char path[100];
        snprintf(path, sizeof path, FOLDS "%s", files[f]);
        unlink(path);
    }
    rmdir(FOLDS);
}

static void remove_outputs(void)
{
    remove_tables();
    remove_folds();
    unlink(ARCHIVE);
    unlink(SYNTH);
    unlink(SAVED);
}

/* Files and folders in the folder: what is left behind, too. */
static int count_entries(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count - 2;
}

static int set_up(void **state)
{
    (void)state;
    remove_outputs();
    mkdir(FOLDER, 0777);
    write_text(TITLES, "item,title,kind\nx,\"Xanadu, the film\",a|b\ni1,Yentl (1983),b\ni2,Z,\n");
    write_text(TAGS, "user,item,tag\n1,i1,dark\n2,i2,\"dark\"\n1,i1,old\n");
    FILE *stream = fopen(RATINGS, "wb");
    assert_non_null(stream);
    fputs("user,item,rating,time\n", stream);
    for (int e = 0; e < 120; e++)
        fprintf(stream, "u%d,i%d,%d,%d\n", e % 17, e * 7 % 23, 1 + e % 5, 1000 + e);
    assert_int_equal(fclose(stream), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove_outputs();
    unlink(RATINGS);
    unlink(TITLES);
    unlink(TAGS);
    unlink(MODEL);
    return rmdir(FOLDER);
}

/* ---- What is done ---- */

/* The objects of one round. */
typedef struct session {
    palate_context *context;
    palate_ratings *ratings;
    palate_ratings *kept;
    palate_catalogue *titles;
    palate_catalogue *table;
    palate_features *features;
    palate_model *model;
    palate_model *loaded;
    palate_model *imported;
    bool saved;
    bool in_memory; /* Files are read, but none is written: that takes long. */
    bool only_splits, only_folds, only_search;
    int threads;
    int mode, rule, missing;
    bool biases;
    int64_t samples;
} session;

static bool count_pair(const palate_pair *pair, void *user)
{
    (void)pair;
    ++*(int *)user;
    return true;
}

static palate_status read_all(session *at, palate_error *err)
{
    palate_read_options options;
    palate_read_report report;
    palate_read_options_init(&options);
    options.keep_order = true;
    int pairs = 0;
    palate_status status = palate_ratings_read(at->context, RATINGS, &options, &at->ratings, err);
    if (status == PALATE_OK)
        status = palate_catalogue_read(at->context, TITLES, &at->titles, err);
    if (status == PALATE_OK)
        status = palate_catalogue_read_columns(at->context, TITLES, &at->table, err);
    if (status == PALATE_OK)
        status = palate_features_create(at->table, "kind,year", &at->features, err);
    if (status == PALATE_OK)
        status = palate_pairs_read(at->context, RATINGS, NULL, count_pair, &pairs, NULL, err);
    if (status == PALATE_OK)
        status = palate_ratings_check(at->context, RATINGS, NULL, NULL, NULL, &report, err);
    return status;
}

static palate_status train(session *at, palate_error *err)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.factors = 3;
    options.epochs = 3;
    options.threads = at->threads;
    options.validation = 0.2;
    options.mode = at->mode;
    options.rule = at->rule;
    options.missing = at->missing;
    options.regularization = 1.0; /* With the link, which few ratings are else spared. */
    options.time_scale = 5.0;
    options.samples = at->samples;
    options.biases = at->biases;
    if (at->missing == PALATE_MISSING_ZERO || at->biases)
        options.validation = 0.0;
    else if (at->rule != PALATE_RULE_MU)
        options.item_features = at->features;
    return palate_model_train(at->ratings, &options, &at->model, err);
}

/* Takes a fold of a split, and frees both. */
static palate_status take_fold(palate_split *split, palate_error *err)
{
    palate_ratings *learned = NULL;
    palate_ratings *tested = NULL;
    palate_status status = palate_split_take(split, 0, &learned, &tested, err);
    palate_ratings_free(learned);
    palate_ratings_free(tested);
    palate_split_free(split);
    return status;
}

static palate_status split(const session *at, palate_error *err)
{
    palate_split *made = NULL;
    palate_split_options options;
    palate_split_options_init(&options);
    options.folds = 2;
    palate_status status = palate_split_create(at->ratings, &options, &made, err);
    if (status == PALATE_OK)
        status = take_fold(made, err);
    options.method = PALATE_SPLIT_USER_TIME;
    options.folds = PALATE_AUTO;
    if (status == PALATE_OK)
        status = palate_split_create(at->ratings, &options, &made, err);
    if (status != PALATE_OK)
        return status;
    status = palate_split_save(made, FOLDS, err);
    palate_split_free(made);
    if (status == PALATE_OK)
        status = palate_split_open(at->context, FOLDS, NULL, &made, err);
    return status == PALATE_OK ? take_fold(made, err) : status;
}

static palate_status evaluate(const session *at, palate_error *err)
{
    palate_evaluation *evaluation = NULL;
    palate_evaluate_options options;
    const palate_other_system other = {"other", at->ratings, at->ratings};
    palate_evaluate_options_init(&options);
    options.metrics = "all";
    options.others = &other;
    options.other_count = 1;
    options.differences = true;
    options.permutations = 100;
    options.common = true;
    options.groups = 2;
    options.resamples = 10;
    options.train = at->ratings;
    options.threads = at->threads;
    palate_status status = palate_evaluation_run(at->model, at->ratings, &options, &evaluation,
                                                 err);
    palate_evaluation_free(evaluation);
    return status;
}

static palate_status fold_in(const session *at, palate_error *err)
{
    static const int64_t begins[] = {0, 2};
    static const uint32_t columns[] = {3, 1};
    static const float ratings[] = {4, 2};
    const palate_new_rows rows = {1, begins, columns, ratings, NULL};
    uint32_t items[10];
    float scores[10];
    uint32_t count = 0;
    return palate_model_recommend_new(at->model, &rows, NULL, items, scores, &count, err);
}

static palate_status find_reasons(const session *at, palate_error *err)
{
    palate_reason reasons[256];
    palate_reasons all;
    int64_t count = 0;
    palate_model_seen(at->model, 0, &count);
    assert_true(count < 256);
    return palate_model_reasons(at->model, 0, 1, PALATE_NO_TIME, 2, &all, reasons, err);
}

static palate_status find_similar(const session *at, palate_error *err)
{
    uint32_t rows[10];
    double values[10];
    double factors[1000];
    size_t count = 0;
    palate_status status = palate_model_similar(at->model, 0, NULL, rows, values, &count, err);
    if (status == PALATE_OK)
        status = palate_model_shared(at->model, 0, 1, NULL, factors, err);
    if (status == PALATE_OK)
        status = palate_model_factor_top(at->model, 0, NULL, rows, values, &count, err);
    palate_factor_facts facts[1000];
    return status == PALATE_OK ? palate_model_factor_facts(at->model, facts, err) : status;
}

static palate_status name_factors(const session *at, palate_error *err)
{
    palate_words *words = NULL;
    palate_naming *naming = NULL;
    palate_status status = palate_words_create(at->context, &words, err);
    if (status == PALATE_OK)
        status = palate_words_add_table(words, at->table, "kind", err);
    if (status == PALATE_OK)
        status = palate_words_add_table(words, at->table, NULL, err);
    if (status == PALATE_OK)
        status = palate_words_add_tags(words, TAGS, err);
    if (status == PALATE_OK)
        status = palate_naming_create(at->model, words, NULL, &naming, err);
    if (status == PALATE_OK)
        status = palate_model_name_factor(at->model, 0, "first", err);
    palate_naming_free(naming);
    palate_words_free(words);
    return status;
}

static palate_status forget_some(const session *at, palate_error *err)
{
    static const uint32_t users[] = {2, 0};
    palate_model *left = NULL;
    palate_status status = palate_model_forget(at->model, users, 2, &left, err);
    palate_model_free(left);
    return status;
}

static palate_status take_in_some(const session *at, palate_error *err)
{
    static const char *const users[] = {"somebody new", "somebody new"};
    static const char *const items[] = {"something new", "i1"};
    static const float values[] = {2.0F, 3.0F};
    const palate_rating_arrays arrays = {2, users, items, values, NULL};
    palate_ratings *ratings = NULL;
    palate_model *updated = NULL;
    palate_update_options options;
    palate_update_options_init(&options);
    options.threads = at->threads;
    palate_status status = palate_ratings_from_arrays(at->context, &arrays, NULL, &ratings, err);
    if (status == PALATE_OK)
        status = palate_model_update(at->model, ratings, &options, NULL, &updated, err);
    palate_model_free(updated);
    palate_ratings_free(ratings);
    return status;
}

static palate_status recommend_by_rules(const session *at, palate_error *err)
{
    static const uint32_t denied = 1;
    const uint32_t user = 0;
    uint32_t items[3];
    float scores[3];
    uint32_t count = 0;
    palate_passed_over passed;
    palate_recommend_options options;
    palate_filter *filter = NULL;
    palate_recommend_options_init(&options);
    options.count = 3;
    options.popularity_discount = 0.1;
    options.diversity = 0.2;
    options.passed = &passed;
    palate_status status = palate_filter_create(at->model, &filter, err);
    if (status == PALATE_OK)
        status = palate_filter_deny(filter, &denied, 1, err);
    if (status == PALATE_OK)
        status = palate_filter_where(filter, at->table, "2!=nothing", PALATE_FILTER_WHERE, err);
    if (status == PALATE_OK)
        status = palate_filter_quota(filter, at->table, "2=2", err);
    options.filter = filter;
    if (status == PALATE_OK)
        status = palate_model_recommend(at->model, &user, 1, &options, items, scores, &count, err);
    palate_filter_free(filter);
    return status;
}

static palate_status use(const session *at, palate_error *err)
{
    static const uint32_t rows[] = {0, 1, PALATE_NO_ROW};
    static const uint32_t allowed[] = {4, 2, 0};
    float predictions[3];
    uint32_t items[6];
    float scores[6];
    uint32_t counts[3];
    palate_metrics metrics;
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.count = 2;
    options.threads = at->threads;
    const palate_cells cells = {3, rows, rows, NULL};
    palate_status status = palate_model_predict(at->model, &cells, predictions, NULL, NULL, err);
    if (status == PALATE_OK)
        status = palate_model_recommend(at->model, rows, 3, &options, items, scores, counts, err);
    options.allow = allowed;
    options.allow_count = 3;
    if (status == PALATE_OK)
        status = palate_model_recommend(at->model, rows, 3, &options, items, scores, counts, err);
    if (status == PALATE_OK && at->rule != PALATE_RULE_BAYES)
        status = fold_in(at, err);
    if (status == PALATE_OK && at->rule != PALATE_RULE_BAYES)
        status = find_reasons(at, err);
    if (status == PALATE_OK)
        status = find_similar(at, err);
    if (status == PALATE_OK)
        status = name_factors(at, err);
    if (status == PALATE_OK)
        status = forget_some(at, err);
    if (status == PALATE_OK && at->rule != PALATE_RULE_BAYES)
        status = take_in_some(at, err);
    if (status == PALATE_OK)
        status = recommend_by_rules(at, err);
    if (status == PALATE_OK)
        status = palate_model_evaluate(at->model, at->ratings, at->threads, &metrics, err);
    if (status == PALATE_OK)
        status = evaluate(at, err);
    return status;
}

/* jansson 2.14 itself corrupts memory where its parser cannot grow a buffer (lex_save() forgets the
 * failure), so it gets what it wants while it reads. */
static palate_status load(session *at, palate_error *err)
{
    json_ration.paused = true;
    palate_status status = palate_model_load(at->context, MODEL, &at->loaded, err);
    json_ration.paused = false;
    return status;
}

static palate_status load_ratings(session *at, palate_error *err)
{
    json_ration.paused = true;
    palate_status status = palate_ratings_read(at->context, SAVED, NULL, &at->kept, err);
    json_ration.paused = false;
    return status;
}

static palate_status save_and_load(session *at, palate_error *err)
{
    palate_status status = palate_model_save(at->model, MODEL, err);
    at->saved = status == PALATE_OK;
    if (status == PALATE_OK)
        status = load(at, err);
    if (status == PALATE_OK)
        status = palate_ratings_save(at->ratings, SAVED, err);
    return status == PALATE_OK ? load_ratings(at, err) : status;
}

static palate_status write_out(session *at, palate_error *err)
{
    palate_scale scale = {1, 5};
    palate_status status = palate_model_export(at->loaded, PALATE_EXPORT_CSV, TABLES, err);
    if (status == PALATE_OK)
        status = palate_model_import(at->context, TABLES "/users.csv", TABLES "/items.csv", scale,
                                     &at->imported, err);
    if (status == PALATE_OK)
        status = palate_model_export(at->loaded, PALATE_EXPORT_NPZ, ARCHIVE, err);
    if (status == PALATE_OK)
        status = palate_synth_write(at->context, NULL, SYNTH, NULL, err);
    return status;
}

static palate_status cross_validate(const session *at, palate_error *err)
{
    palate_split *made = NULL;
    palate_cross_validation *validation = NULL;
    palate_split_options options;
    palate_train_options train;
    palate_evaluate_options evaluated;
    palate_split_options_init(&options);
    palate_train_options_init(&train);
    palate_evaluate_options_init(&evaluated);
    options.folds = 2;
    train.factors = 2;
    train.epochs = 1;
    train.threads = 1;
    evaluated.differences = true;
    palate_status status = palate_split_create(at->ratings, &options, &made, err);
    if (status == PALATE_OK)
        status = palate_cross_validate(made, &train, &evaluated, NULL, NULL, &validation, err);
    palate_cross_validation_free(validation);
    palate_split_free(made);
    return status;
}

static const char STUDY[] = "allocation-failure.sqlite";

/* Trials measured, refused by training, and found in a file, which would be slow to write each time. */
static palate_status search(const session *at, palate_error *err)
{
    static const char *const tries[] = {"factors=2..9", "mode=default,strict"};
    static const char *const studies[] = {":memory:", STUDY};
    palate_split *made = NULL;
    palate_tuning *tuning = NULL;
    palate_split_options options;
    palate_train_options train;
    palate_tune_options how;
    palate_split_options_init(&options);
    palate_train_options_init(&train);
    palate_tune_options_init(&how);
    options.folds = 2;
    train.epochs = 2;
    train.rule = PALATE_RULE_MU;
    train.threads = 1;
    how.search = PALATE_SEARCH_HALVING;
    how.trials = 2;
    how.least_epochs = 1;
    how.keep = 2;
    palate_status status = palate_split_create(at->ratings, &options, &made, err);
    for (int time = 0; time < 2 && status == PALATE_OK; time++) {
        how.study = studies[time];
        status = palate_tune(made, tries, 2, &train, &how, &tuning, err);
        palate_tuning_free(tuning);
    }
    palate_split_free(made);
    return status;
}

static palate_status do_everything(session *at, palate_error *err)
{
    palate_status status = read_all(at, err);
    if (status == PALATE_OK && at->only_splits)
        return split(at, err);
    if (status == PALATE_OK && at->only_folds)
        return cross_validate(at, err);
    if (status == PALATE_OK && at->only_search)
        return search(at, err);
    if (status == PALATE_OK)
        status = train(at, err);
    if (status == PALATE_OK)
        status = use(at, err);
    if (status == PALATE_OK && !at->in_memory)
        status = save_and_load(at, err);
    if (status == PALATE_OK && !at->in_memory)
        status = write_out(at, err);
    return status;
}

static void free_all(session *at)
{
    palate_model_free(at->imported);
    palate_model_free(at->loaded);
    palate_model_free(at->model);
    palate_features_free(at->features);
    palate_catalogue_free(at->table);
    palate_catalogue_free(at->titles);
    palate_ratings_free(at->kept);
    palate_ratings_free(at->ratings);
    palate_context_free(at->context);
}

/* ---- Rounds ---- */

/* One round; false when nothing failed any more. */
static bool run_round(session at, rationed *ration, rationed *failing)
{
    palate_allocator allocator = {allocate, release, ration};
    palate_error err = {0};
    write_text(MODEL, OLD_MODEL);
    palate_status status = palate_context_create(&allocator, NULL, NULL, &at.context, &err);
    if (status == PALATE_OK)
        status = do_everything(&at, &err);
    bool reached = atomic_load(&failing->asked) >= failing->failing;
    if (status != (reached ? PALATE_E_NOMEM : PALATE_OK))
        fail_msg("allocation %ld: %s: %s", failing->failing, palate_status_name(status),
                 err.message);
    assert_int_equal(err.status, status);
    assert_true(status == PALATE_OK || err.message[0] != '\0');
    if (!at.saved)
        assert_true(holds_text(MODEL, OLD_MODEL));
    free_all(&at);
    if (atomic_load(&ration->balance) != 0)
        fail_msg("allocation %ld leaks %ld", failing->failing, (long)atomic_load(&ration->balance));
    remove_outputs();
    /* The ratings, the titles, the tags and the model; nothing half-written. */
    assert_int_equal(count_entries(FOLDER), 4);
    return reached;
}

static void fail_each_allocation(session at)
{
    long failing = 1;
    for (;; failing++) {
        rationed ration = {.failing = failing};
        if (!run_round(at, &ration, &ration))
            break;
    }
    /* Far fewer would mean that memory is taken behind the context's back. */
    assert_true(failing > 50);
}

static void test_every_allocation_of_palate(void **state)
{
    (void)state;
    fail_each_allocation((session){.threads = 1});
}

static void test_with_threads(void **state)
{
    (void)state;
    fail_each_allocation((session){.in_memory = true, .threads = 3, .mode = PALATE_MODE_STRICT});
}

static void test_rule_mu(void **state)
{
    (void)state;
    for (int biases = 0; biases <= 1; biases++)
        fail_each_allocation((session){.in_memory = true,
                                       .threads = 1,
                                       .mode = biases == 1 ? PALATE_MODE_DEFAULT : PALATE_MODE_PURE,
                                       .rule = PALATE_RULE_MU,
                                       .biases = biases == 1});
}

static void test_rule_bayes(void **state)
{
    (void)state;
    for (int64_t samples = 0; samples <= 2; samples += 2)
        fail_each_allocation((session){.in_memory = samples == 0,
                                       .threads = 1,
                                       .rule = PALATE_RULE_BAYES,
                                       .samples = samples});
}

static void test_missing_zero(void **state)
{
    (void)state;
    fail_each_allocation(
        (session){.in_memory = true, .threads = 1, .missing = PALATE_MISSING_ZERO});
}

static void test_splits(void **state)
{
    (void)state;
    fail_each_allocation((session){.only_splits = true});
}

static void test_cross_validation(void **state)
{
    (void)state;
    fail_each_allocation((session){.only_folds = true});
}

static void test_search(void **state)
{
    (void)state;
    (void)remove(STUDY);
    fail_each_allocation((session){.only_search = true});
    (void)remove(STUDY);
}

static void test_every_allocation_of_jansson(void **state)
{
    (void)state;
    json_malloc_t old_allocate = NULL;
    json_free_t old_release = NULL;
    json_get_alloc_funcs(&old_allocate, &old_release);
    json_set_alloc_funcs(json_allocate, json_release);
    bool reached = true;
    for (long failing = 1; reached; failing++) {
        rationed ration = {0};
        json_ration = (rationed){.failing = failing};
        reached = run_round((session){.threads = 1}, &ration, &json_ration);
        assert_int_equal(atomic_load(&json_ration.balance), 0);
    }
    json_set_alloc_funcs(old_allocate, old_release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation_of_palate),
        cmocka_unit_test(test_with_threads),
        cmocka_unit_test(test_rule_mu),
        cmocka_unit_test(test_rule_bayes),
        cmocka_unit_test(test_missing_zero),
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_cross_validation),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_every_allocation_of_jansson),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
