/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of lists against their formulas taken literally: every item scored, all of them sorted,
 * one user after the other. */
#include "evaluate/support.h"
#include "model/model.h"

enum { LENGTHS = 3 };

static const int lengths[LENGTHS] = {1, 4, 20};

/* ---- The plain way ---- */

/* One user: all candidates, best first, and which of them are relevant. */
typedef struct ranked {
    int count;
    const char *ids[ITEMS];
    uint32_t rows[ITEMS];
    float scores[ITEMS];
    bool relevant[ITEMS];
    double grades[ITEMS];
    int relevant_count; /* With those that are no candidates. */
    double ideal[ITEMS];
} ranked;

/* Where the comparison finds them. */
static const palate_model *sorted_model;
static float sorted_scores[ITEMS];

static int by_score_then_id(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    if (sorted_scores[left] != sorted_scores[right])
        return sorted_scores[left] > sorted_scores[right] ? -1 : 1;
    return strcmp(palate_model_item_id(sorted_model, left),
                  palate_model_item_id(sorted_model, right));
}

static int descending(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left < right) - (left > right);
}

static bool was_seen(const palate_model *model, uint32_t user, uint32_t item)
{
    int64_t count = 0;
    const uint32_t *seen = user == PALATE_NO_ROW ? NULL : palate_model_seen(model, user, &count);
    for (int64_t s = 0; s < count; s++)
        if (seen[s] == item)
            return true;
    return false;
}

/* The test rating of an item by its id; 0: none. */
static float rating_of(const palate_ratings *test, uint32_t user, const char *item)
{
    palate_rated rated = palate_ratings_of_user(test, user);
    for (int64_t e = 0; e < rated.count; e++)
        if (strcmp(palate_ratings_item_id(test, rated.rows[e]), item) == 0)
            return rated.ratings[e];
    return 0;
}

static ranked rank_plainly(const palate_model *of, const palate_ratings *test, uint32_t user,
                           float from, const bool *allowed)
{
    ranked found = {0};
    uint32_t row = palate_model_find_user(of, palate_ratings_user_id(test, user), PALATE_TEXT);
    palate_rated rated = palate_ratings_of_user(test, user);
    for (uint32_t item = 0; item < of->items.ids.count; item++) {
        sorted_scores[item] = palate__model_score(of, row, item);
        if (!was_seen(of, row, item) && (allowed == NULL || allowed[item]))
            found.rows[found.count++] = item;
    }
    sorted_model = of;
    qsort(found.rows, (size_t)found.count, sizeof found.rows[0], by_score_then_id);
    for (int place = 0; place < found.count; place++) {
        found.ids[place] = palate_model_item_id(of, found.rows[place]);
        found.scores[place] = sorted_scores[found.rows[place]];
        float rating = rating_of(test, user, found.ids[place]);
        found.relevant[place] = rating > 0 && rating >= from;
        found.grades[place] = found.relevant[place] ? (double)rating : 0;
    }
    for (int64_t e = 0; e < rated.count; e++) {
        uint32_t item = palate_model_find_item(of, palate_ratings_item_id(test, rated.rows[e]),
                                               PALATE_TEXT);
        bool counts = item == PALATE_NO_ROW
                          ? allowed == NULL
                          : !was_seen(of, row, item) && (allowed == NULL || allowed[item]);
        if (counts && rated.ratings[e] >= from)
            found.ideal[found.relevant_count++] = (double)rated.ratings[e];
    }
    qsort(found.ideal, (size_t)found.relevant_count, sizeof found.ideal[0], descending);
    return found;
}

static double least(int a, int b)
{
    return a < b ? a : b;
}

static int hits_in(const ranked *user, int n)
{
    int hits = 0;
    for (int place = 0; place < n && place < user->count; place++)
        hits += user->relevant[place];
    return hits;
}

static double precision(const ranked *user, int n)
{
    return (double)hits_in(user, n) / n;
}

static double recall(const ranked *user, int n)
{
    return (double)hits_in(user, n) / user->relevant_count;
}

static double recall_capped(const ranked *user, int n)
{
    return hits_in(user, n) / least(n, user->relevant_count);
}

static double hit_rate(const ranked *user, int n)
{
    return hits_in(user, n) > 0;
}

static double reciprocal_rank(const ranked *user, int n)
{
    for (int place = 0; place < n && place < user->count; place++)
        if (user->relevant[place])
            return 1.0 / (place + 1);
    return 0;
}

static double precisions(const ranked *user, int n)
{
    double sum = 0;
    for (int place = 0; place < n && place < user->count; place++)
        if (user->relevant[place])
            sum += precision(user, place + 1);
    return sum;
}

static double average_precision(const ranked *user, int n)
{
    return precisions(user, n) / least(n, user->relevant_count);
}

static double average_precision_relevant(const ranked *user, int n)
{
    return precisions(user, n) / user->relevant_count;
}

static double gains(const double *grades, int count, double (*worth)(double))
{
    double sum = 0;
    for (int place = 0; place < count; place++)
        if (grades[place] > 0)
            sum += worth(grades[place]) / log2(place + 2);
    return sum;
}

static double normalized(const ranked *user, int n, double (*worth)(double))
{
    return gains(user->grades, n < user->count ? n : user->count, worth) /
           gains(user->ideal, (int)least(n, user->relevant_count), worth);
}

static double one(double grade)
{
    (void)grade;
    return 1;
}

static double itself(double grade)
{
    return grade;
}

static double power(double grade)
{
    return pow(2, grade) - 1;
}

static double ndcg(const ranked *user, int n)
{
    return normalized(user, n, one);
}

static double ndcg_linear(const ranked *user, int n)
{
    return normalized(user, n, itself);
}

static double ndcg_exponential(const ranked *user, int n)
{
    return normalized(user, n, power);
}

static bool has_pairs(const ranked *user)
{
    int positives = hits_in(user, user->count);
    return positives > 0 && positives < user->count;
}

/* Over all pairs of candidates; those further down than `n` count as equal. */
static double pairs_in_order(const ranked *user, int n)
{
    double above = 0;
    double pairs = 0;
    for (int a = 0; a < user->count; a++)
        for (int b = 0; b < user->count; b++) {
            if (!user->relevant[a] || user->relevant[b])
                continue;
            pairs++;
            if (a >= n && b >= n)
                above += 0.5;
            else
                above += a < b;
        }
    return above / pairs;
}

static double auc_list(const ranked *user, int n)
{
    return has_pairs(user) ? pairs_in_order(user, n) : NAN;
}

static double auc(const ranked *user, int n)
{
    (void)n;
    double above = 0;
    double pairs = 0;
    if (!has_pairs(user))
        return NAN;
    for (int a = 0; a < user->count; a++)
        for (int b = 0; b < user->count; b++) {
            if (!user->relevant[a] || user->relevant[b])
                continue;
            pairs++;
            above += user->scores[a] > user->scores[b];
            above += user->scores[a] == user->scores[b] ? 0.5 : 0;
        }
    return above / pairs;
}

static double novelty_of(const palate_model *model, const ranked *user, int n)
{
    double sum = 0;
    int count = 0;
    for (; count < n && count < user->count; count++)
        sum += -log2((double)model->items.counts[user->rows[count]] /
                     (double)model->users.ids.count);
    return sum / count;
}

static double cosine(const palate_model *model, uint32_t a, uint32_t b)
{
    double product = 0;
    double squares_a = 0;
    double squares_b = 0;
    for (uint32_t f = 0; f < model->factor_count; f++) {
        double x = (double)model->items.factors[a * model->factor_count + f];
        double y = (double)model->items.factors[b * model->factor_count + f];
        product += x * y;
        squares_a += x * x;
        squares_b += y * y;
    }
    return product == 0 ? 0 : product / sqrt(squares_a * squares_b);
}

static double diversity_of(const palate_model *model, const ranked *user, int n)
{
    double sum = 0;
    int pairs = 0;
    for (int a = 0; a < n && a < user->count; a++)
        for (int b = 0; b < a; b++, pairs++)
            sum += 1 - cosine(model, user->rows[a], user->rows[b]);
    return pairs == 0 ? NAN : sum / pairs;
}

/* ---- Comparing ---- */

static palate_ratings *train, *test;
static palate_model *model;

static int set_up(void **state)
{
    (void)state;
    train = train_ratings();
    test = test_ratings();
    model = trained_model(train);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    palate_model_free(model);
    palate_ratings_free(test);
    palate_ratings_free(train);
    return 0;
}

static palate_evaluate_options options_at(const char *count)
{
    palate_evaluate_options options;
    palate_evaluate_options_init(&options);
    options.metrics = "all";
    options.count = count;
    options.resamples = 0;
    return options;
}

static const struct {
    const char *name;
    double (*of)(const ranked *user, int n);
    bool at;
} MEANS[] = {
    {"precision", precision, true},
    {"recall", recall, true},
    {"recall-capped", recall_capped, true},
    {"hit-rate", hit_rate, true},
    {"mrr", reciprocal_rank, true},
    {"map", average_precision, true},
    {"map-relevant", average_precision_relevant, true},
    {"ndcg", ndcg, true},
    {"ndcg-linear", ndcg_linear, true},
    {"ndcg-exponential", ndcg_exponential, true},
    {"auc", auc, false},
    {"auc-list", auc_list, true},
};

enum { MEAN_COUNT = sizeof MEANS / sizeof MEANS[0] };

static double value_at(const palate_evaluation *evaluation, const char *metric, int n)
{
    char name[48];
    snprintf(name, sizeof name, n > 0 ? "%s@%d" : "%s", metric, n);
    return figure_of(evaluation, "model", name).value;
}

typedef struct means {
    double sums[MEAN_COUNT], counts[MEAN_COUNT];
    double hits, most;
    double novelty, novelty_users, diversity, diversity_users;
    double shown[ITEMS];
} means;

static void add(double value, double *sum, double *count)
{
    if (!isfinite(value))
        return;
    *sum += value;
    *count += 1;
}

static void add_user(const ranked *user, int n, means *to)
{
    for (size_t m = 0; m < MEAN_COUNT && user->relevant_count > 0; m++)
        add(MEANS[m].of(user, n), &to->sums[m], &to->counts[m]);
    to->hits += hits_in(user, n);
    to->most += least(n, user->relevant_count);
    add(novelty_of(model, user, n), &to->novelty, &to->novelty_users);
    add(diversity_of(model, user, n), &to->diversity, &to->diversity_users);
    for (int place = 0; place < n && place < user->count; place++)
        to->shown[user->rows[place]]++;
}

static double gini_of(const double *counts, const bool *allowed)
{
    double differences = 0;
    double sum = 0;
    double n = 0;
    for (uint32_t a = 0; a < model->items.ids.count; a++) {
        if (allowed != NULL && !allowed[a])
            continue;
        n++;
        sum += counts[a];
        for (uint32_t b = 0; b < model->items.ids.count; b++)
            if (allowed == NULL || allowed[b])
                differences += fabs(counts[a] - counts[b]);
    }
    return differences / (2 * n * sum);
}

static double coverage_of(const double *counts, const bool *allowed)
{
    double shown = 0;
    double n = 0;
    for (uint32_t item = 0; item < model->items.ids.count; item++) {
        n += allowed == NULL || allowed[item];
        shown += counts[item] > 0;
    }
    return shown / n;
}

static void check_length(const palate_evaluation *evaluation, int n, float from,
                         const bool *allowed)
{
    means found = {0};
    for (uint32_t user = 0; user < palate_ratings_user_count(test); user++) {
        ranked one_user = rank_plainly(model, test, user, from, allowed);
        add_user(&one_user, n, &found);
    }
    for (size_t m = 0; m < MEAN_COUNT; m++)
        check_close(value_at(evaluation, MEANS[m].name, MEANS[m].at ? n : 0),
                    found.sums[m] / found.counts[m]);
    check_close(value_at(evaluation, "precision-capped", n), found.hits / found.most);
    check_close(value_at(evaluation, "novelty", n), found.novelty / found.novelty_users);
    if (n > 1)
        check_close(value_at(evaluation, "diversity", n), found.diversity / found.diversity_users);
    check_close(value_at(evaluation, "coverage", n), coverage_of(found.shown, allowed));
    check_close(value_at(evaluation, "gini", n), gini_of(found.shown, allowed));
}

static void check_all(palate_evaluate_options options, float from, const bool *allowed)
{
    palate_evaluation *evaluation = evaluate(model, test, &options);
    for (int l = 0; l < LENGTHS; l++)
        check_length(evaluation, lengths[l], from, allowed);
    palate_evaluation_free(evaluation);
}

/* Candidates of equal scores next to each other, so that their order is tested. */
static int count_ties(void)
{
    int ties = 0;
    for (uint32_t user = 0; user < palate_ratings_user_count(test); user++) {
        ranked one_user = rank_plainly(model, test, user, 4, NULL);
        for (int place = 1; place < one_user.count; place++)
            ties += one_user.scores[place] == one_user.scores[place - 1];
    }
    return ties;
}

static void test_equal_the_formulas(void **state)
{
    (void)state;
    palate_evaluate_options options = options_at("1,4,20");
    assert_true(count_ties() > 100);
    check_all(options, 4, NULL);
    options.relevant = "any";
    check_all(options, 0, NULL);
    options.relevant = "2.5";
    check_all(options, 2.5F, NULL);
}

static void test_given_candidates(void **state)
{
    (void)state;
    bool allowed[ITEMS] = {false};
    uint32_t rows[] = {70, 3, 5, 8, 8, 13, 21, 34, 55, 1, 2, 40, 41, 42, 60, 61, 77};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
        allowed[rows[r]] = true;
    palate_evaluate_options options = options_at("1,4,20");
    options.candidates = rows;
    options.candidate_count = sizeof rows / sizeof rows[0];
    check_all(options, 4, allowed);
    palate_evaluation *evaluation = evaluate(model, test, &options);
    assert_int_equal(palate_evaluation_facts(evaluation)->catalogue_count, 16);
    check_sound(evaluation);
    palate_evaluation_free(evaluation);
}

static void test_lists_longer_than_the_catalogue(void **state)
{
    (void)state;
    palate_evaluate_options options = options_at("1000000");
    palate_evaluation *evaluation = evaluate(model, test, &options);
    check_sound(evaluation);
    assert_true(value_at(evaluation, "coverage", 1000000) == 1);
    /* All but what the model does not know is found. */
    assert_true(value_at(evaluation, "recall", 1000000) < 1);
    assert_true(value_at(evaluation, "recall", 1000000) > 0.9);
    /* But for equal scores, which AUC splits and a list orders by id. */
    assert_true(fabs(value_at(evaluation, "auc-list", 1000000) - value_at(evaluation, "auc", 0)) <
                0.001);
    palate_evaluation_free(evaluation);
}

/* ---- The best and the worst ---- */

static bool every_cell(int i, int j)
{
    return i < 20 && j < 30;
}

/* User i likes the items that share its factor. */
static float liked(int i, int j)
{
    return i % 3 == j % 3 ? 5 : 1;
}

static palate_model *model_of_groups(bool right)
{
    static float users[USERS * 3], items[ITEMS * 3];
    name_all();
    for (int i = 0; i < USERS; i++)
        for (int f = 0; f < 3; f++)
            users[i * 3 + f] = (i % 3 == f) == right ? 1 : 0;
    for (int j = 0; j < ITEMS; j++)
        for (int f = 0; f < 3; f++)
            items[j * 3 + f] = j % 3 == f ? 1 : 0;
    palate_factors factors = {.user_count = USERS,
                              .item_count = 30,
                              .factor_count = 3,
                              .user_factors = users,
                              .item_factors = items,
                              .user_ids = user_ids,
                              .item_ids = item_ids,
                              .scale = {1, 5}};
    palate_model *made = NULL;
    assert_int_equal(palate_model_from_factors(NULL, &factors, &made, NULL), PALATE_OK);
    return made;
}

static void test_best_and_worst_lists(void **state)
{
    (void)state;
    palate_ratings *ratings = ratings_of(every_cell, liked, false);
    palate_model *right = model_of_groups(true);
    palate_model *wrong = model_of_groups(false);
    palate_evaluate_options options = options_at("4,10");
    palate_evaluation *best = evaluate(right, ratings, &options);
    palate_evaluation *worst = evaluate(wrong, ratings, &options);
    for (size_t m = 0; m < palate_evaluation_measure_count(best); m++) {
        const palate_measure *measure = palate_evaluation_measure(best, m);
        if (measure->metric->kind != PALATE_METRIC_RANKING || measure->at == 4)
            continue;
        check_close(palate_evaluation_figure(best, 0, m, 0).value, 1);
        assert_true(fabs(palate_evaluation_figure(worst, 0, m, 0).value) < 0.26);
    }
    check_close(value_at(worst, "auc", 0), 0);
    check_close(value_at(worst, "ndcg", 10), 0);
    check_close(value_at(best, "precision", 4), 1);
    check_close(value_at(best, "recall", 4), 0.4);
    check_close(value_at(best, "recall-capped", 4), 1);
    check_close(value_at(best, "map", 4), 1);
    check_close(value_at(best, "map-relevant", 4), 0.4);
    /* Items of one list are alike, and ten of thirty are shown to each of three kinds. */
    check_close(value_at(best, "diversity", 10), 0);
    check_close(value_at(best, "coverage", 10), 1);
    assert_non_null(figure_of(best, "model", "novelty@10").undefined);
    assert_non_null(figure_of(best, "popularity", "ndcg@10").undefined);
    assert_true(palate_evaluation_facts(best)->seen_unknown);
    palate_evaluation_free(best);
    palate_evaluation_free(worst);
    palate_model_free(right);
    palate_model_free(wrong);
    palate_ratings_free(ratings);
}

/* Everything recommended equally often has Gini 0; one item alone, 1 - 1/n. */
static void test_gini_at_its_ends(void **state)
{
    (void)state;
    palate_ratings *ratings = ratings_of(every_cell, liked, false);
    palate_model *right = model_of_groups(true);
    palate_evaluate_options options = options_at("30");
    palate_evaluation *all = evaluate(right, ratings, &options);
    check_close(value_at(all, "gini", 30), 0);
    palate_evaluation_free(all);
    uint32_t only = 7;
    options.candidates = &only;
    options.candidate_count = 1;
    palate_evaluation *one_item = evaluate(right, ratings, &options);
    check_close(value_at(one_item, "gini", 30), 0);
    check_close(value_at(one_item, "coverage", 30), 1);
    check_sound(one_item);
    palate_evaluation_free(one_item);
    palate_model_free(right);
    palate_ratings_free(ratings);
}

/* ---- Baselines ---- */

static void test_popularity_by_hand(void **state)
{
    (void)state;
    static const char *const users[] = {"a", "b", "c", "a", "b", "c"};
    static const char *const items[] = {"x", "x", "x", "y", "y", "z"};
    static const float values[] = {5, 1, 3, 5, 4, 2};
    static const char *const test_users[] = {"c", "stranger", "stranger"};
    static const char *const test_items[] = {"y", "y", "new"};
    static const float test_values[] = {5, 5, 5};
    palate_rating_arrays arrays = {6, users, items, values, NULL};
    palate_rating_arrays test_arrays = {3, test_users, test_items, test_values, NULL};
    palate_ratings *few = NULL;
    palate_ratings *asked = NULL;
    assert_int_equal(palate_ratings_from_arrays(NULL, &arrays, NULL, &few, NULL), PALATE_OK);
    assert_int_equal(palate_ratings_from_arrays(NULL, &test_arrays, NULL, &asked, NULL), PALATE_OK);
    palate_model *learned = trained_model(few);
    palate_evaluate_options options = options_at("1,2");
    palate_evaluation *evaluation = evaluate(learned, asked, &options);
    /* c has seen x and z: the list is y, a hit. The stranger's is x, y; "new" is never found. */
    check_close(figure_of(evaluation, "popularity", "precision@1").value, 0.5);
    check_close(figure_of(evaluation, "popularity", "precision@2").value, 0.5);
    check_close(figure_of(evaluation, "popularity", "recall@2").value, (1 + 0.5) / 2);
    check_close(figure_of(evaluation, "popularity", "mrr@2").value, (1 + 0.5) / 2);
    /* c has nothing else to be ranked; the stranger's y is above z and below x. */
    check_close(figure_of(evaluation, "popularity", "auc").value, 0.5);
    check_close(figure_of(evaluation, "popularity", "novelty@1").value, (log2(1.5) + 0) / 2);
    check_close(figure_of(evaluation, "popularity", "coverage@2").value, 2.0 / 3);
    palate_evaluation_free(evaluation);
    palate_model_free(learned);
    palate_ratings_free(few);
    palate_ratings_free(asked);
}

static void test_what_baselines_cannot(void **state)
{
    (void)state;
    palate_evaluate_options options = options_at("10");
    options.train = train;
    palate_evaluation *evaluation = evaluate(model, test, &options);
    assert_non_null(figure_of(evaluation, "mean", "ndcg@10").undefined);
    assert_non_null(figure_of(evaluation, "mean", "auc").undefined);
    assert_non_null(figure_of(evaluation, "mean", "coverage@10").undefined);
    assert_null(figure_of(evaluation, "popularity", "ndcg@10").undefined);
    assert_null(figure_of(evaluation, "bias-only", "auc").undefined);
    assert_non_null(figure_of(evaluation, "popularity", "rmse").undefined);
    /* Nothing can be less novel than what most have rated. */
    assert_true(figure_of(evaluation, "popularity", "novelty@10").value <=
                figure_of(evaluation, "model", "novelty@10").value + 1e-12);
    palate_evaluation_free(evaluation);
}

/* ---- Nothing relevant ---- */

static void test_nothing_is_relevant(void **state)
{
    (void)state;
    palate_evaluate_options options = options_at("10");
    options.relevant = "5.5";
    palate_evaluation *evaluation = evaluate(model, test, &options);
    check_sound(evaluation);
    assert_int_equal(palate_evaluation_facts(evaluation)->relevant_count, 0);
    palate_figure figure = figure_of(evaluation, "model", "ndcg@10");
    assert_string_equal(figure.undefined, "no user has a relevant item to be found");
    assert_null(figure_of(evaluation, "model", "coverage@10").undefined);
    palate_evaluation_free(evaluation);
    /* What was trained on cannot be recommended, so nothing of it is to be found. */
    options.relevant = NULL;
    evaluation = evaluate(model, train, &options);
    check_sound(evaluation);
    assert_non_null(figure_of(evaluation, "model", "ndcg@10").undefined);
    palate_evaluation_free(evaluation);
}

static void test_no_candidates(void **state)
{
    (void)state;
    static const uint32_t none = 0;
    palate_evaluate_options options = options_at("10");
    options.candidates = &none;
    options.groups = 3;
    palate_evaluation *evaluation = evaluate(model, test, &options);
    check_sound(evaluation);
    assert_non_null(figure_of(evaluation, "model", "coverage@10").undefined);
    assert_non_null(figure_of(evaluation, "model", "novelty@10").undefined);
    palate_evaluation_free(evaluation);
}

/* Gains that would overflow: 2^1000000000. */
static float huge(int i, int j)
{
    return liked(i, j) > 4 ? 1e9F : 5e8F;
}

static void test_huge_and_negative_grades(void **state)
{
    (void)state;
    palate_ratings *ratings = ratings_of(every_cell, huge, false);
    palate_model *right = model_of_groups(true);
    palate_evaluate_options options = options_at("10");
    options.relevant = "any";
    palate_evaluation *evaluation = evaluate(right, ratings, &options);
    check_sound(evaluation);
    check_close(value_at(evaluation, "ndcg-exponential", 10), 1);
    palate_evaluation_free(evaluation);
    palate_model_free(right);
    palate_ratings_free(ratings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_the_formulas),
        cmocka_unit_test(test_given_candidates),
        cmocka_unit_test(test_lists_longer_than_the_catalogue),
        cmocka_unit_test(test_best_and_worst_lists),
        cmocka_unit_test(test_gini_at_its_ends),
        cmocka_unit_test(test_popularity_by_hand),
        cmocka_unit_test(test_what_baselines_cannot),
        cmocka_unit_test(test_nothing_is_relevant),
        cmocka_unit_test(test_no_candidates),
        cmocka_unit_test(test_huge_and_negative_grades),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
