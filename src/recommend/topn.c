/* SPDX-License-Identifier: Apache-2.0 */
/* Exact top-N: what is asked for is checked here, and answered by one of the ways of request.h. */
#include "palate/recommend.h"

#include "base/context.h"
#include "base/threads.h"
#include "recommend/filter.h"
#include "recommend/greedy.h"
#include "recommend/request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The request ---- */

static void begin_newcomer(const palate__request *asked, size_t place, palate__shortlist *list)
{
    const palate__newcomers *all = asked->newcomers;
    list->factors = all->factors + place * asked->model->factor_count;
    list->offset = all->offsets[place];
    if (!asked->include_seen) {
        list->seen = all->rated + all->begins[place];
        list->seen_end = all->rated + all->begins[place + 1];
    }
}

static void begin_user(const palate__request *asked, size_t place, palate__shortlist *list)
{
    const palate_model *model = asked->model;
    const size_t k = model->factor_count;
    const uint32_t user = asked->users[place];
    list->factors = model->users.typical;
    list->offset = list->factors[k];
    if (palate__model_knows(model, &model->users, user)) {
        list->factors = model->users.factors + user * k;
        list->offset = model->users.offsets[user];
    }
    if (user != PALATE_NO_ROW && !asked->include_seen) {
        list->seen = model->seen_items + model->seen_begins[user];
        list->seen_end = model->seen_items + model->seen_begins[user + 1];
    }
}

palate__shortlist palate__request_list(const palate__request *asked, size_t place)
{
    size_t capacity = asked->wanted;
    palate__shortlist list = {
        .ids = &asked->model->items.ids,
        .floor = -INFINITY,
        .items = asked->items + place * asked->wanted,
        .scores = asked->scores + place * asked->wanted,
        .capacity = capacity < asked->candidate_count ? capacity : asked->candidate_count,
    };
    const size_t who = asked->places == NULL ? place : asked->places[place];
    (asked->newcomers != NULL ? begin_newcomer : begin_user)(asked, who, &list);
    return list;
}

void palate__request_finish(const palate__request *asked, size_t place, palate__shortlist *list)
{
    palate__shortlist_finish(list, asked->wanted);
    asked->counts[place] = (uint32_t)list->count;
}

size_t palate__request_users_a_task(const palate__request *asked, size_t most)
{
    const size_t threads = (size_t)asked->threads;
    const size_t share = (asked->user_count + threads - 1) / threads;
    return share < most ? share : most;
}

/* ---- Checks ---- */

static palate_status check_rows(const char *what, const uint32_t *rows, size_t count,
                                uint32_t row_count, bool nobody, palate_error *err)
{
    if (rows == NULL && count > 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_recommend: %s is NULL but counts %zu rows", what, count);
    for (size_t r = 0; r < count; r++)
        if (rows[r] >= row_count && !(nobody && rows[r] == PALATE_NO_ROW))
            return palate__fail(err, PALATE_E_INVALID,
                                "palate_model_recommend: %s[%zu] is row %u, but the model has %u",
                                what, r, rows[r], row_count);
    return PALATE_OK;
}

static palate_status check(const palate__request *asked, const palate_recommend_options *options,
                           palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_model *model = asked->model;
    if (model == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_recommend: model is NULL");
    bool nowhere = asked->items == NULL || asked->scores == NULL || asked->counts == NULL;
    if (nowhere && asked->user_count > 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "palate_model_recommend: items, scores or counts is NULL");
    PALATE_TRY(palate_options_check(palate_recommend_options_table(), options, err));
    PALATE_TRY(check_rows("allow", options->allow, options->allow_count, model->items.ids.count,
                          false, err));
    PALATE_TRY(
        check_rows("deny", options->deny, options->deny_count, model->items.ids.count, false, err));
    if (options->filter != NULL && options->filter->model != model)
        PALATE_TRY(palate__fail(err, PALATE_E_INVALID,
                                "palate_model_recommend: the filter was made for another model"));
done:
    return status;
}

static void mark(unsigned char *marks, const uint32_t *rows, size_t count, unsigned char value)
{
    for (size_t r = 0; r < count; r++)
        marks[rows[r]] = value;
}

/* The rows allowed, not denied, and that pass the filter, in increasing order. */
static palate_status list_candidates(const palate_model *model,
                                     const palate_recommend_options *options, uint32_t **out,
                                     size_t *out_count, palate_error *err)
{
    palate_context *context = model->context;
    size_t n = model->items.ids.count;
    size_t count = 0;
    unsigned char *marks = palate__allocate_zeroed(context, n, 1);
    uint32_t *rows = palate__allocate_array(context, n, sizeof *rows);
    if (marks == NULL || rows == NULL) {
        palate__release(context, marks);
        palate__release(context, rows);
        return palate__fail_memory(err, "listing the items that may be recommended");
    }
    if (options->allow == NULL)
        memset(marks, 1, n);
    mark(marks, options->allow, options->allow_count, 1);
    mark(marks, options->deny, options->deny_count, 0);
    for (size_t j = 0; j < n; j++)
        if (marks[j] != 0 && (options->filter == NULL || options->filter->passes[j] != 0))
            rows[count++] = (uint32_t)j;
    palate__release(context, marks);
    *out = rows;
    *out_count = count;
    return PALATE_OK;
}

/* ---- Which way ---- */

/*
 * What things cost, in nanoseconds, of one core with AVX-512. Only which way is taken depends on it,
 * so it has to be right by a factor of two, on this machine or another.
 */

/* 64 factors, 27,000 items: 340 us for a user alone, 29 us for one of many. */
static double scan_cost(const palate__request *asked)
{
    const double numbers = (double)asked->candidate_count * asked->model->factor_count;
    const double one = asked->user_count < PALATE__USERS_TO_SCREEN ? numbers / 5.0
                                                                   : numbers / 60.0 + 4000.0;
    return one * (double)asked->user_count;
}

/* 64 factors: 9 ms, and 1.1 us an item. */
static double index_cost(const palate_model *model)
{
    const double k = model->factor_count;
    return k * k * (1000.0 + 18.0 * k) + (double)model->items.ids.count * (k * k / 9.0 + 8.0 * k);
}

/* An index is of the model's own scores, and saves nothing where there are few items, and where most are wanted or few may be. */
static bool is_searchable(const palate__request *asked)
{
    const size_t n = asked->model->items.ids.count;
    return !asked->discounted && n >= 1024 &&
           asked->model->factor_count <= PALATE__INDEX_FACTORS_MOST && asked->wanted <= n / 16 &&
           asked->candidate_count >= n / 4;
}

/*
 * The index, made when scans without it have cost as much as making it: then nobody waits more than
 * twice as long as with the best choice made beforehand. NULL: do without.
 */
static palate_status find_index(const palate__request *asked, const palate__index **out,
                                palate_error *err)
{
    palate__derived *derived = palate__model_item_index(asked->model);
    palate__index *made = palate__derived_get(derived);
    *out = made;
    if (made != NULL)
        return PALATE_OK;
    const double spent = (double)palate__derived_spend(derived,
                                                       (unsigned long long)scan_cost(asked));
    if (spent < index_cost(asked->model) || !palate__derived_begin(derived))
        return PALATE_OK;
    palate_status status = palate__index_create(asked->model, asked->threads, &made, err);
    if (status == PALATE_OK)
        palate__derived_set(derived, made, palate__index_free);
    else
        palate__derived_give_up(derived);
    *out = made;
    return status;
}

palate_status palate__recommend_answer(const palate__request *asked, palate_error *err)
{
    const palate__index *index = NULL;
    palate_status status = PALATE_OK;
    if (is_searchable(asked))
        status = find_index(asked, &index, err);
    if (status != PALATE_OK)
        return status;
    return index != NULL && index->sound ? palate__recommend_search(asked, index, err)
                                         : palate__recommend_scan(asked, err);
}

/* ---- What is the same whoever the users are ---- */

/* d log10(1 + ratings) off each item's offset. */
static palate_status discount(palate__request *asked, double amount, float **out, palate_error *err)
{
    const palate__side *items = &asked->model->items;
    asked->offsets = items->offsets;
    if (amount == 0.0)
        return PALATE_OK;
    float *offsets = palate__allocate_array(asked->model->context, items->ids.count,
                                            sizeof *offsets);
    *out = offsets;
    if (offsets == NULL)
        return palate__fail_memory(err, "recommending");
    for (uint32_t j = 0; j < items->ids.count; j++)
        offsets[j] = (float)((double)items->offsets[j] -
                             amount * log10(1.0 + (double)items->counts[j]));
    asked->offsets = offsets;
    asked->discounted = true;
    return PALATE_OK;
}

static palate_status answer(const palate__request *asked, const palate_recommend_options *options,
                            palate_error *err)
{
    const palate_filter *filter = options->filter;
    const palate__greedy greedy = {
        .diversity = options->diversity,
        .quotas = filter == NULL ? NULL : filter->quotas,
        .quota_count = filter == NULL ? 0 : filter->quota_count,
        .passed = options->passed,
    };
    return greedy.diversity > 0.0 || greedy.quota_count > 0
               ? palate__recommend_greedy(asked, &greedy, err)
               : palate__recommend_answer(asked, err);
}

/* How many candidates each user has seen. */
static palate_status count_passed(const palate__request *asked, palate_passed_over *passed,
                                  palate_error *err)
{
    palate_context *context = asked->model->context;
    const size_t n = asked->model->items.ids.count;
    unsigned char *marks = palate__allocate_zeroed(context, n, 1);
    if (marks == NULL)
        return palate__fail_memory(err, "recommending");
    if (asked->candidates == NULL)
        memset(marks, 1, n);
    mark(marks, asked->candidates, asked->candidates == NULL ? 0 : asked->candidate_count, 1);
    for (size_t place = 0; place < asked->user_count; place++) {
        const palate__shortlist list = palate__request_list(asked, place);
        passed[place] = (palate_passed_over){0};
        for (const uint32_t *item = list.seen; item < list.seen_end; item++)
            passed[place].seen += marks[*item];
    }
    palate__release(context, marks);
    return PALATE_OK;
}

static palate_status complete(palate__request *asked, const palate_recommend_options *options,
                              palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_model *model = asked->model;
    uint32_t *candidates = NULL;
    float *offsets = NULL;
    asked->kernels = palate__kernels_get();
    asked->threads = palate__thread_count(options->threads);
    asked->include_seen = options->include_seen;
    asked->wanted = (size_t)options->count;
    asked->candidate_count = model->items.ids.count;
    PALATE_TRY(discount(asked, options->popularity_discount, &offsets, err));
    if (options->allow != NULL || options->deny_count > 0 || options->filter != NULL) {
        PALATE_TRY(list_candidates(model, options, &candidates, &asked->candidate_count, err));
        asked->candidates = candidates;
    }
    if (options->passed != NULL)
        PALATE_TRY(count_passed(asked, options->passed, err));
    PALATE_TRY(answer(asked, options, err));
done:
    palate__release(model->context, candidates);
    palate__release(model->context, offsets);
    return status;
}

palate_status palate_model_recommend(const palate_model *model, const uint32_t *users,
                                     size_t user_count, const palate_recommend_options *options,
                                     uint32_t *items, float *scores, uint32_t *counts,
                                     palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_recommend_options defaults;
    palate_recommend_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    palate__request asked = {.model = model,
                             .users = users,
                             .user_count = user_count,
                             .items = items,
                             .scores = scores,
                             .counts = counts};
    PALATE_TRY(check(&asked, options, err));
    PALATE_TRY(check_rows("users", users, user_count, model->users.ids.count, true, err));
    if (user_count > 0)
        PALATE_TRY(complete(&asked, options, err));
done:
    return status;
}

/* ---- Somebody new ---- */

static int compare_rows(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Of rows in order, each once. Returns how many that are. */
static size_t without_repeats(uint32_t *rows, size_t count)
{
    size_t kept = 0;
    for (size_t r = 0; r < count; r++)
        if (kept == 0 || rows[r] != rows[kept - 1])
            rows[kept++] = rows[r];
    return kept;
}

/* What each has rated, in order, without what the model does not know. */
static void list_rated(const palate_new_rows *users, size_t *begins, uint32_t *rated)
{
    size_t count = 0;
    for (size_t user = 0; user < users->count; user++) {
        begins[user] = count;
        for (int64_t e = users->begins[user]; e < users->begins[user + 1]; e++)
            if (users->columns[e] != PALATE_NO_ROW)
                rated[count++] = users->columns[e];
        qsort(rated + begins[user], count - begins[user], sizeof *rated, compare_rows);
        count = begins[user] + without_repeats(rated + begins[user], count - begins[user]);
    }
    begins[users->count] = count;
}

palate_status palate_model_recommend_new(const palate_model *model, const palate_new_rows *users,
                                         const palate_recommend_options *options, uint32_t *items,
                                         float *scores, uint32_t *counts, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_recommend_options defaults;
    palate_fold_in_options fold;
    float *factors = NULL;
    size_t *begins = NULL;
    uint32_t *rated = NULL;
    palate_recommend_options_init(&defaults);
    palate_fold_in_options_init(&fold);
    if (users == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_model_recommend_new: users is NULL");
    if (options == NULL)
        options = &defaults;
    palate__request asked = {.model = model,
                             .user_count = users->count,
                             .items = items,
                             .scores = scores,
                             .counts = counts};
    PALATE_TRY(check(&asked, options, err));
    if (users->count == 0)
        return PALATE_OK;
    fold.threads = options->threads;
    const size_t k = model->factor_count;
    const size_t count = asked.user_count;
    factors = palate__allocate_array(model->context, count * (k + 1), sizeof *factors);
    if (factors == NULL)
        PALATE_TRY(palate__fail_memory(err, "recommending to new users"));
    /* Checks the rows, too. */
    PALATE_TRY(palate_model_fold_in(model, users, &fold, factors, factors + count * k, err));
    begins = palate__allocate_array(model->context, count + 1, sizeof *begins);
    rated = palate__allocate_array(model->context, (size_t)users->begins[count], sizeof *rated);
    if (begins == NULL || rated == NULL)
        PALATE_TRY(palate__fail_memory(err, "recommending to new users"));
    list_rated(users, begins, rated);
    const palate__newcomers newcomers = {factors, factors + count * k, begins, rated};
    asked.newcomers = &newcomers;
    PALATE_TRY(complete(&asked, options, err));
done:
    if (model != NULL) {
        palate__release(model->context, factors);
        palate__release(model->context, begins);
        palate__release(model->context, rated);
    }
    return status;
}
