/* SPDX-License-Identifier: Apache-2.0 */
/* Lists under rules against going through all candidates: filters, discounts, quotas and diversity, alone and
 * together; the same rows, the same bits. */
#include "recommend/support.h"

#include "recommend/space.h"

static const char TABLE[] = "recommend_greedy.csv";

/* ---- A table of made-up items ---- */

static const char *const KINDS[] = {"", "a", "b", "a|b", "c", "b|c|b", "d", "a|d"};

static const char *kind_of(uint32_t item)
{
    return KINDS[draw(20, item, 0) % 8];
}

static uint32_t year_of(uint32_t item)
{
    return 1990 + draw(21, item, 0) % 20;
}

/* Of all items but every ninth. */
static palate_catalogue *make_table(const palate_model *model)
{
    palate_error err;
    palate_catalogue *table = NULL;
    FILE *file = fopen(TABLE, "w");
    assert_non_null(file);
    fputs("item,title,kind,year\n", file);
    for (uint32_t j = 0; j < model->items.ids.count; j++)
        if (j % 9 != 4)
            fprintf(file, "%s,t,%s,%u\n", palate__ids_text(&model->items.ids, j), kind_of(j),
                    year_of(j));
    assert_int_equal(fclose(file), 0);
    assert_int_equal(palate_catalogue_read_columns(NULL, TABLE, &table, &err), PALATE_OK);
    return table;
}

static bool has_kind(uint32_t item, char kind)
{
    return item % 9 != 4 && strchr(kind_of(item), kind) != NULL;
}

/* ---- Rules, and what they mean ---- */

typedef struct rules {
    const char *where, *without;
    int64_t support;
    int most; /* Of each kind; < 0: no quota. */
    double discount, diversity;
    bool include_seen;
} rules;

static palate_filter *make_filter(const palate_model *model, const rules *by)
{
    palate_error err;
    palate_filter *filter = NULL;
    char quota[20];
    palate_catalogue *table = make_table(model);
    snprintf(quota, sizeof quota, "kind=%d", by->most);
    assert_int_equal(palate_filter_create(model, &filter, &err), PALATE_OK);
    if (by->where != NULL)
        assert_int_equal(palate_filter_where(filter, table, by->where, PALATE_FILTER_WHERE, &err),
                         PALATE_OK);
    if (by->without != NULL)
        assert_int_equal(
            palate_filter_where(filter, table, by->without, PALATE_FILTER_WITHOUT, &err),
            PALATE_OK);
    if (by->support > 0)
        assert_int_equal(palate_filter_support(filter, by->support, &err), PALATE_OK);
    if (by->most >= 0)
        assert_int_equal(palate_filter_quota(filter, table, quota, &err), PALATE_OK);
    palate_catalogue_free(table);
    return filter;
}

/* The rules written out: "year>=2000" and "kind=a" are the only conditions used. */
static bool may_come(const palate_model *model, const rules *by, uint32_t item)
{
    if (by->where != NULL && (item % 9 == 4 || year_of(item) < 2000))
        return false;
    if (by->without != NULL && has_kind(item, 'a'))
        return false;
    return (int64_t)model->items.counts[item] >= by->support;
}

static float discounted(const palate_model *model, const rules *by, uint32_t user, uint32_t item)
{
    const uint32_t k = model->factor_count;
    const bool known = palate__model_knows(model, &model->users, user);
    const float *factors = known ? model->users.factors + (size_t)user * k : model->users.typical;
    const float offset = known ? model->users.offsets[user] : model->users.typical[k];
    const double off = by->discount * log10(1.0 + (double)model->items.counts[item]);
    return palate__score_start(model, offset,
                               by->discount == 0.0
                                   ? model->items.offsets[item]
                                   : (float)((double)model->items.offsets[item] - off)) +
           palate__kernels_get()->dot(factors, model->items.factors + (size_t)item * k, k);
}

/* The items' rows where distances mean something, of length 1 or 0. */
typedef struct directions {
    const palate_model *model;
    float *rows;
} directions;

static directions find_directions(const palate_model *model)
{
    const size_t k = model->factor_count;
    palate__space space;
    palate_error err;
    float *rows = allocate(model->items.ids.count * k, sizeof *rows);
    assert_int_equal(palate__space_begin(&space, model, true, &err), PALATE_OK);
    for (uint32_t j = 0; j < model->items.ids.count; j++) {
        const double length = palate__space_length(&space, j);
        for (size_t f = 0; length > 0.0 && f < k; f++)
            rows[j * k + f] = (float)(palate__space_away(&space, j, f) * sqrt(space.spread[f]) /
                                      length);
    }
    palate__space_end(&space);
    return (directions){model, rows};
}

static double cosine(const directions *of, uint32_t a, uint32_t b)
{
    const size_t k = of->model->factor_count;
    return (double)palate__kernels_get()->dot(of->rows + a * k, of->rows + b * k, k);
}

/* Of all that are left the one of the largest value; `count`: there is none. */
static size_t next_of(const directions *of, const rules *by, const scored *all, size_t count,
                      const bool *gone, const scored *list, size_t length)
{
    const palate_scale scale = of->model->summary.scale;
    const double width = scale.high > scale.low ? scale.high - scale.low : 1.0;
    double most = 0.0;
    size_t best = count;
    for (size_t c = 0; c < count; c++) {
        double penalty = 0.0;
        for (size_t l = 0; by->diversity > 0.0 && !gone[c] && l < length; l++)
            penalty = fmax(penalty, cosine(of, list[l].item, all[c].item));
        const double value = (1.0 - by->diversity) * (double)all[c].score -
                             by->diversity * width * penalty;
        if (gone[c] || (best < count && value <= most))
            continue;
        most = value;
        best = c;
    }
    return best;
}

static bool has_room(const int *room, uint32_t item)
{
    bool has = true;
    for (int kind = 0; kind < 4; kind++)
        has = has && (!has_kind(item, (char)('a' + kind)) || room[kind] > 0);
    return has;
}

/* Returns the length of the list, and how many were passed over. */
static size_t list_plainly(const directions *of, const rules *by, uint32_t user, size_t wanted,
                           scored *list, int64_t *passed)
{
    const palate_model *model = of->model;
    const uint32_t n = model->items.ids.count;
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.include_seen = by->include_seen;
    scored *all = allocate(n, sizeof *all);
    bool *gone = allocate(n, sizeof *gone);
    int room[4] = {by->most, by->most, by->most, by->most};
    size_t count = 0;
    size_t length = 0;
    for (uint32_t j = 0; j < n; j++)
        if (may_come(model, by, j) && is_candidate(model, &options, user, j))
            all[count++] = (scored){discounted(model, by, user, j), j,
                                    palate__ids_text(&model->items.ids, j)};
    qsort(all, count, sizeof *all, compare);
    *passed = 0;
    while (length < wanted) {
        const size_t next = next_of(of, by, all, count, gone, list, length);
        if (next == count)
            break;
        gone[next] = true;
        if (by->most >= 0 && !has_room(room, all[next].item)) {
            ++*passed;
            continue;
        }
        for (int kind = 0; kind < 4; kind++)
            room[kind] -= has_kind(all[next].item, (char)('a' + kind));
        list[length++] = all[next];
    }
    free(all);
    free(gone);
    return length;
}

/* ---- Comparison ---- */

static void check_list(const directions *of, const rules *by, uint32_t user,
                       const palate_recommend_options *options, const uint32_t *items,
                       const float *scores, uint32_t count, int64_t passed)
{
    const size_t wanted = (size_t)options->count;
    scored *list = allocate(wanted, sizeof *list);
    int64_t expected_passed = 0;
    const size_t expected = list_plainly(of, by, user, wanted, list, &expected_passed);
    assert_int_equal(count, expected);
    for (size_t r = 0; r < wanted; r++) {
        const float score = r < expected ? list[r].score : 0.0F;
        assert_int_equal(items[r], r < expected ? list[r].item : PALATE_NO_ROW);
        assert_memory_equal(&scores[r], &score, sizeof score);
    }
    assert_int_equal(passed, expected_passed);
    free(list);
}

static void check_rules(const palate_model *model, const rules *by, int64_t wanted)
{
    const size_t users = model->users.ids.count + 1;
    palate_recommend_options options;
    palate_error err;
    uint32_t *rows = list_users(model->users.ids.count);
    palate_passed_over *passed = allocate(users, sizeof *passed);
    answer got = make_answer(users, (size_t)wanted);
    answer again = make_answer(users, (size_t)wanted);
    palate_filter *filter = make_filter(model, by);
    palate_recommend_options_init(&options);
    options.count = wanted;
    options.popularity_discount = by->discount;
    options.diversity = by->diversity;
    options.include_seen = by->include_seen;
    options.filter = filter;
    options.passed = passed;
    options.threads = 1;
    const directions of = find_directions(model);
    assert_int_equal(palate_model_recommend(model, rows, users, &options, got.items, got.scores,
                                            got.counts, &err),
                     PALATE_OK);
    for (size_t u = 0; u < users; u++)
        check_list(&of, by, rows[u], &options, got.items + u * (size_t)wanted,
                   got.scores + u * (size_t)wanted, got.counts[u], passed[u].quota);
    options.threads = 3;
    assert_int_equal(palate_model_recommend(model, rows, users, &options, again.items, again.scores,
                                            again.counts, &err),
                     PALATE_OK);
    assert_memory_equal(got.items, again.items, users * (size_t)wanted * sizeof *got.items);
    assert_memory_equal(got.scores, again.scores, users * (size_t)wanted * sizeof *got.scores);
    free(of.rows);
    palate_filter_free(filter);
    free_answer(&got);
    free_answer(&again);
    free(passed);
    free(rows);
}

/* ---- Tests ---- */

static const rules EACH[] = {
    {.most = -1},
    {.where = "year>=2000", .most = -1},
    {.without = "kind=a", .most = -1},
    {.support = 1, .most = -1},
    {.discount = 0.7, .most = -1},
    {.most = 2},
    {.most = 0},
    {.diversity = 0.3, .most = -1},
    {.diversity = 1.0, .most = -1},
    {.where = "year>=2000",
     .without = "kind=a",
     .support = 1,
     .discount = 0.2,
     .diversity = 0.4,
     .most = 3,
     .include_seen = true},
};
enum { EACH_COUNT = sizeof EACH / sizeof EACH[0] };

static void with_scale(palate_model *model, double width)
{
    model->summary.scale = (palate_scale){1.0, 1.0 + width};
}

/* Some items are rated often. */
static void count_unevenly(const palate_model *model)
{
    uint32_t *counts = palate__writable(model->items.counts);
    for (uint32_t j = 0; j < model->items.ids.count; j++)
        counts[j] *= 1 + draw(22, j, 0) % 500;
}

static void lists_are_those_of_going_through_all(void **state)
{
    (void)state;
    static const look looks[] = {RANDOM, COARSE, FLAT, SPARSE, WILD};
    for (size_t l = 0; l < sizeof looks / sizeof looks[0]; l++) {
        palate_model model = make_model((shape){9, 80, 5, looks[l], 4});
        with_scale(&model, 4.0);
        count_unevenly(&model);
        for (size_t r = 0; r < EACH_COUNT; r++) {
            check_rules(&model, &EACH[r], 7);
            check_rules(&model, &EACH[r], 90);
        }
        free_model(&model);
    }
}

/* So many that the first candidates do not suffice, and that an index is made and used. */
static void many_items(void **state)
{
    (void)state;
    palate_model model = make_model((shape){30, 2500, 6, RANDOM, 3});
    static const rules rest[] = {{.most = 1},
                                 {.diversity = 0.6, .most = -1},
                                 {.diversity = 0.2, .most = 2},
                                 {.discount = 0.5, .most = -1},
                                 {.discount = 0.5, .most = 2}};
    count_unevenly(&model);
    for (int round = 0; round < 2; round++)
        for (size_t r = 0; r < sizeof rest / sizeof rest[0]; r++)
            check_rules(&model, &rest[r], 9);
    free_model(&model);
}

static palate_status refused(palate_filter *filter, const palate_catalogue *table,
                             const char *quota, const char *says)
{
    palate_error err;
    const palate_status status = palate_filter_quota(filter, table, quota, &err);
    if (strstr(err.message, says) == NULL)
        fail_msg("%s: does not say '%s': %s", quota, says, err.message);
    return status;
}

static void rules_count_what_they_take(void **state)
{
    (void)state;
    palate_model model = make_model((shape){4, 90, 3, RANDOM, 4});
    palate_catalogue *table = make_table(&model);
    palate_filter *filter = NULL;
    const uint32_t denied[] = {3, 5, 3};
    size_t count = 0;
    int64_t expected[3] = {0};
    assert_int_equal(palate_filter_create(&model, &filter, NULL), PALATE_OK);
    assert_int_equal(palate_filter_left(filter), 90);
    assert_int_equal(palate_filter_deny(filter, denied, 3, NULL), PALATE_OK);
    assert_int_equal(palate_filter_where(filter, table, "Year >= 2000", PALATE_FILTER_WHERE, NULL),
                     PALATE_OK);
    assert_int_equal(palate_filter_where(filter, table, "kind = A", PALATE_FILTER_WITHOUT, NULL),
                     PALATE_OK);
    assert_int_equal(palate_filter_quota(filter, table, "kind=2", NULL), PALATE_OK);
    for (uint32_t j = 0; j < 90; j++) {
        const bool where = j % 9 != 4 && year_of(j) >= 2000;
        expected[0] += j == 3 || j == 5;
        expected[1] += j != 3 && j != 5 && !where;
        expected[2] += j != 3 && j != 5 && where && has_kind(j, 'a');
    }
    const palate_filter_rule *told = palate_filter_rules(filter, &count);
    assert_int_equal(count, 4);
    assert_string_equal(told[0].text, "deny");
    assert_string_equal(told[1].text, "where Year >= 2000");
    assert_string_equal(told[2].text, "without kind = A");
    assert_string_equal(told[3].text, "quota kind=2");
    for (size_t r = 0; r < 3; r++)
        assert_int_equal(told[r].removed, expected[r]);
    assert_int_equal(told[3].removed, 0);
    assert_int_equal(palate_filter_left(filter), 90 - expected[0] - expected[1] - expected[2]);
    palate_filter_free(filter);
    palate_catalogue_free(table);
    free_model(&model);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    palate_model model = make_model((shape){4, 30, 3, RANDOM, 4});
    palate_model other = make_model((shape){4, 30, 3, RANDOM, 4});
    palate_catalogue *table = make_table(&model);
    palate_catalogue *titles = NULL;
    palate_filter *filter = NULL;
    const uint32_t rows[] = {0, 30};
    assert_int_equal(palate_catalogue_read(NULL, TABLE, &titles, NULL), PALATE_OK);
    assert_int_equal(palate_filter_create(NULL, &filter, NULL), PALATE_E_INVALID);
    assert_null(filter);
    assert_int_equal(palate_filter_create(&model, &filter, NULL), PALATE_OK);
    assert_int_equal(palate_filter_allow(filter, rows, 2, NULL), PALATE_E_INVALID);
    assert_int_equal(palate_filter_deny(filter, NULL, 2, NULL), PALATE_E_INVALID);
    assert_int_equal(palate_filter_deny(NULL, rows, 1, NULL), PALATE_E_INVALID);
    assert_int_equal(palate_filter_where(filter, NULL, "year>1", PALATE_FILTER_WHERE, NULL),
                     PALATE_E_INVALID);
    assert_int_equal(palate_filter_where(filter, titles, "year>1", PALATE_FILTER_WHERE, NULL),
                     PALATE_E_INVALID);
    assert_int_equal(refused(filter, table, "kind", "COLUMN=N"), PALATE_E_INVALID);
    assert_int_equal(refused(filter, table, "kind=-1", "COLUMN=N"), PALATE_E_INVALID);
    assert_int_equal(refused(filter, table, "kind=two", "COLUMN=N"), PALATE_E_INVALID);
    assert_int_equal(refused(filter, table, "=2", "COLUMN=N"), PALATE_E_INVALID);
    assert_int_equal(refused(filter, table, "kimd=2", "did you mean kind?"), PALATE_E_INVALID);
    size_t count = 9;
    palate_filter_rules(filter, &count);
    assert_int_equal(count, 0); /* Nothing of them is left. */
    assert_int_equal(palate_filter_left(filter), 30);
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.filter = filter;
    const uint32_t user = 0;
    answer got = make_answer(1, 10);
    assert_int_equal(
        palate_model_recommend(&other, &user, 1, &options, got.items, got.scores, got.counts, NULL),
        PALATE_E_INVALID);
    options.diversity = 1.5;
    assert_int_equal(
        palate_model_recommend(&model, &user, 1, &options, got.items, got.scores, got.counts, NULL),
        PALATE_E_INVALID);
    free_answer(&got);
    palate_filter_free(filter);
    palate_catalogue_free(titles);
    palate_catalogue_free(table);
    free_model(&other);
    free_model(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_those_of_going_through_all),
        cmocka_unit_test(many_items),
        cmocka_unit_test(rules_count_what_they_take),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
