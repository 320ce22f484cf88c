/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Matching ---- */

uint32_t *palate__match_rows(palate_context *context, const palate__ids *from,
                             const palate__ids *to)
{
    uint32_t *rows = palate__allocate_array(context, from->count, sizeof *rows);
    for (uint32_t r = 0; rows != NULL && r < from->count; r++)
        rows[r] = palate__ids_find(to, palate__ids_text(from, r), palate__ids_bytes(from, r));
    return rows;
}

static palate_status match(palate__test *test, palate_error *err)
{
    palate_context *context = test->context;
    const palate_ratings *ratings = test->ratings;
    const palate_ratings *train = test->train;
    test->user_rows = palate__match_rows(context, &ratings->users, &test->model->users.ids);
    test->item_rows = palate__match_rows(context, &ratings->items, &test->model->items.ids);
    bool complete = test->user_rows != NULL && test->item_rows != NULL;
    for (uint32_t item = 0; complete && item < ratings->items.count; item++)
        if (test->item_rows[item] == PALATE_NO_ROW)
            test->item_rows[item] = test->model->items.ids.count + item;
    if (train != NULL) {
        test->train_users = palate__match_rows(context, &ratings->users, &train->users);
        test->train_items = palate__match_rows(context, &ratings->items, &train->items);
        complete = complete && test->train_users != NULL && test->train_items != NULL;
    }
    return complete ? PALATE_OK : palate__fail_memory(err, "evaluating");
}

/* ---- Candidates ---- */

static palate_status bar_others(palate__test *test, palate_error *err)
{
    const palate_evaluate_options *options = &test->plan->options;
    const size_t n = test->model->items.ids.count;
    size_t count = 0;
    test->facts.catalogue_count = (int64_t)n;
    if (options->candidates == NULL)
        return PALATE_OK;
    for (size_t c = 0; c < options->candidate_count; c++)
        if (options->candidates[c] >= n)
            return palate__fail(err, PALATE_E_INVALID,
                                "palate_evaluation_run: candidates[%zu] is row %u, but the model "
                                "has %zu",
                                c, options->candidates[c], n);
    test->barred = palate__allocate_array(test->context, n, sizeof *test->barred);
    test->allowed = palate__allocate_array(test->context, n, sizeof *test->allowed);
    if (test->barred == NULL || test->allowed == NULL)
        return palate__fail_memory(err, "evaluating");
    memset(test->barred, true, n * sizeof *test->barred);
    for (size_t c = 0; c < options->candidate_count; c++)
        test->barred[options->candidates[c]] = false;
    for (uint32_t item = 0; item < n; item++)
        if (!test->barred[item])
            test->allowed[count++] = item;
    test->facts.catalogue_count = (int64_t)count;
    return PALATE_OK;
}

static int compare_rows(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

bool palate__holds_row(const uint32_t *rows, size_t count, uint32_t row)
{
    return count > 0 && bsearch(&row, rows, count, sizeof row, compare_rows) != NULL;
}

const uint32_t *palate__test_seen(const palate__test *test, uint32_t user, size_t *count)
{
    const palate_model *model = test->model;
    const uint32_t row = test->user_rows[user];
    *count = 0;
    if (row == PALATE_NO_ROW)
        return NULL;
    *count = (size_t)(model->seen_begins[row + 1] - model->seen_begins[row]);
    return model->seen_items + model->seen_begins[row];
}

bool palate__test_relevant(const palate__test *test, float rating, uint32_t item,
                           const uint32_t *seen, size_t seen_count)
{
    if (!test->facts.any_relevant && (double)rating < test->facts.relevant_from)
        return false;
    if (item >= test->items.item_count)
        return test->barred == NULL;
    return (test->barred == NULL || !test->barred[item]) &&
           !palate__holds_row(seen, seen_count, item);
}

size_t palate__test_candidate_count(const palate__test *test, const uint32_t *seen,
                                    size_t seen_count)
{
    size_t count = (size_t)test->facts.catalogue_count - seen_count;
    for (size_t s = 0; test->barred != NULL && s < seen_count; s++)
        count += test->barred[seen[s]];
    return count;
}

/* ---- What lists are measured with ---- */

static void set_relevance(palate__test *test)
{
    const palate__plan *plan = test->plan;
    const palate_scale model_scale = test->model->summary.scale;
    const palate_scale scale = model_scale.low < model_scale.high ? model_scale
                                                                  : test->ratings->report.scale;
    test->facts.any_relevant = plan->relevance == PALATE__RELEVANT_ANY;
    test->facts.relevant_from = plan->relevance == PALATE__RELEVANT_FROM
                                    ? plan->relevant_from
                                    : scale.low + 0.75 * (scale.high - scale.low);
    test->grade_base = scale.low < 0.0 ? scale.low : 0.0;
}

static double inverse_norm(const float *factors, size_t k)
{
    double squares = 0.0;
    for (size_t f = 0; f < k; f++)
        squares += (double)factors[f] * (double)factors[f];
    return squares > 0.0 ? 1.0 / sqrt(squares) : 0.0;
}

static bool is_imported(const palate_model *model)
{
    return model->fingerprint[0] == '\0';
}

static palate_status prepare_items(palate__test *test, palate_error *err)
{
    const palate_model *model = test->model;
    const size_t n = model->items.ids.count;
    const size_t k = model->factor_count;
    const double m = (double)model->users.ids.count;
    const size_t places = test->plan->longest;
    test->inverse_norms = palate__allocate_array(test->context, n, sizeof(double));
    test->information = palate__allocate_array(test->context, n, sizeof(double));
    test->discounts = palate__allocate_array(test->context, places, sizeof(double));
    if (test->inverse_norms == NULL || test->information == NULL || test->discounts == NULL)
        return palate__fail_memory(err, "evaluating");
    for (size_t item = 0; item < n; item++) {
        double count = (double)model->items.counts[item];
        test->inverse_norms[item] = inverse_norm(model->items.factors + item * k, k);
        test->information[item] = log2(m / (count < 1.0 ? 1.0 : count));
    }
    for (size_t place = 0; place < places; place++)
        test->discounts[place] = 1.0 / log2((double)(place + 2));
    test->items = (palate__items){
        n, k, model->items.factors, test->inverse_norms, test->information, test->discounts};
    if (is_imported(model))
        test->no_counts = "the model was made from given factors: nobody knows how often items "
                          "were rated";
    return PALATE_OK;
}

/* ---- Groups ---- */

static int64_t count_of(const palate__side *side, uint32_t row)
{
    return row < side->ids.count ? side->counts[row] : 0;
}

static int compare_counts(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The smallest counts of groups 1, 2, ... by cutting sorted counts; returns how many groups there
 * are. Equal counts are not cut apart. */
static size_t cut_counts(const int64_t *sorted, size_t count, size_t wanted, int64_t *cuts)
{
    size_t groups = 1;
    for (size_t g = 1; g < wanted; g++) {
        int64_t cut = sorted[g * count / wanted];
        if (cut > (groups == 1 ? sorted[0] : cuts[groups - 2]))
            cuts[groups++ - 1] = cut;
    }
    return groups;
}

static void fill_groups(const palate__matrix *matrix, const palate__side *side,
                        const uint32_t *rows, const int64_t *cuts, palate__groups *to)
{
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        int64_t count = count_of(side, rows[row]);
        uint32_t group = 0;
        while (group + 1 < to->count && count >= cuts[group])
            group++;
        palate_slice *slice = &to->slices[group];
        slice->least = slice->row_count == 0 || count < slice->least ? count : slice->least;
        slice->most = count > slice->most ? count : slice->most;
        slice->row_count++;
        slice->rating_count += matrix->begins[row + 1] - matrix->begins[row];
        to->of[row] = group;
    }
}

static palate_status make_groups(const palate__test *test, const palate__matrix *matrix,
                                 const palate__side *side, const uint32_t *rows,
                                 palate_slice_kind kind, palate__groups *out, palate_error *err)
{
    enum { GROUPS_MOST = 100 };
    palate_context *context = test->context;
    int64_t cuts[GROUPS_MOST];
    const size_t wanted = (size_t)test->plan->options.groups;
    int64_t *sorted = palate__allocate_array(context, matrix->row_count, sizeof *sorted);
    out->of = palate__allocate_array(context, matrix->row_count, sizeof *out->of);
    out->slices = palate__allocate_zeroed(context, wanted, sizeof *out->slices);
    if (sorted == NULL || out->of == NULL || out->slices == NULL) {
        palate__release(context, sorted);
        return palate__fail_memory(err, "grouping users and items");
    }
    for (uint32_t row = 0; row < matrix->row_count; row++)
        sorted[row] = count_of(side, rows[row]);
    qsort(sorted, matrix->row_count, sizeof *sorted, compare_counts);
    out->count = cut_counts(sorted, matrix->row_count, wanted, cuts);
    for (size_t g = 0; g < out->count; g++)
        out->slices[g].kind = kind;
    fill_groups(matrix, side, rows, cuts, out);
    palate__release(context, sorted);
    return PALATE_OK;
}

static palate_status group_rows(palate__test *test, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_ratings *ratings = test->ratings;
    if (test->plan->options.groups == 0)
        return PALATE_OK;
    if (is_imported(test->model))
        return palate__fail(err, PALATE_E_INVALID,
                            "option groups: the model was made from given factors, and nobody "
                            "knows how often its users and items were rated; leave groups out");
    PALATE_TRY(make_groups(test, &ratings->by_user, &test->model->users, test->user_rows,
                           PALATE_SLICE_USERS, &test->users_by, err));
    PALATE_TRY(make_groups(test, &ratings->by_item, &test->model->items, test->item_rows,
                           PALATE_SLICE_ITEMS, &test->items_by, err));
done:
    return status;
}

/* ---- Facts ---- */

static void count_user(palate__test *test, uint32_t user)
{
    const palate_model *model = test->model;
    const palate__matrix *matrix = &test->ratings->by_user;
    palate_test_facts *facts = &test->facts;
    size_t seen_count = 0;
    const uint32_t *seen = palate__test_seen(test, user, &seen_count);
    bool stranger = !palate__model_knows(model, &model->users, test->user_rows[user]);
    int64_t relevant = 0;
    for (int64_t e = matrix->begins[user]; e < matrix->begins[user + 1]; e++) {
        uint32_t item = test->item_rows[matrix->columns[e]];
        bool strange = !palate__model_knows(model, &model->items, item);
        facts->unknown.users += stranger;
        facts->unknown.items += strange;
        facts->unknown.both += stranger && strange;
        facts->seen_count += palate__holds_row(seen, seen_count, item);
        relevant += palate__test_relevant(test, matrix->values[e], item, seen, seen_count);
    }
    facts->unknown_user_count += stranger;
    facts->relevant_count += relevant;
    facts->relevant_user_count += relevant > 0;
}

static bool differs(const palate_model *model, const palate_ratings *train)
{
    char fingerprint[17];
    snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)train->fingerprint);
    return !is_imported(model) && strcmp(model->fingerprint, fingerprint) != 0;
}

static void gather_facts(palate__test *test)
{
    const palate_ratings *ratings = test->ratings;
    palate_test_facts *facts = &test->facts;
    facts->rating_count = palate__matrix_count(&ratings->by_user);
    facts->common_count = facts->rating_count;
    facts->user_count = ratings->users.count;
    facts->item_count = ratings->items.count;
    facts->seen_unknown = is_imported(test->model);
    facts->train_differs = test->train != NULL && differs(test->model, test->train);
    for (uint32_t user = 0; user < ratings->users.count; user++)
        count_user(test, user);
    for (uint32_t item = 0; item < ratings->items.count; item++)
        facts->unknown_item_count += !palate__model_knows(test->model, &test->model->items,
                                                          test->item_rows[item]);
}

/* ---- All of it ---- */

palate_status palate__test_begin(const palate_model *model, const palate_ratings *ratings,
                                 const palate__plan *plan, palate__test *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    *out = (palate__test){.context = model->context,
                          .model = model,
                          .ratings = ratings,
                          .train = plan->options.train,
                          .plan = plan};
    PALATE_TRY(match(out, err));
    PALATE_TRY(bar_others(out, err));
    set_relevance(out);
    PALATE_TRY(prepare_items(out, err));
    PALATE_TRY(group_rows(out, err));
    gather_facts(out);
done:
    return status;
}

static void free_groups(palate_context *context, palate__groups *groups)
{
    palate__release(context, groups->of);
    palate__release(context, groups->slices);
}

void palate__test_end(palate__test *test)
{
    palate_context *context = test->context;
    palate__release(context, test->user_rows);
    palate__release(context, test->item_rows);
    palate__release(context, test->train_users);
    palate__release(context, test->train_items);
    palate__release(context, test->barred);
    palate__release(context, test->allowed);
    palate__release(context, test->inverse_norms);
    palate__release(context, test->information);
    palate__release(context, test->discounts);
    palate__release(context, test->left_out);
    free_groups(context, &test->users_by);
    free_groups(context, &test->items_by);
    *test = (palate__test){0};
}
