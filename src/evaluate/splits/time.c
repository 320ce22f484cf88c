/* SPDX-License-Identifier: Apache-2.0 */
/* Splits by time: learn from what was, test on what came after; for all ratings together, or for
 * each user. */
#include "evaluate/split.h"

#include <stdlib.h>
#include <string.h>

/* ---- One moment for all ---- */

/* Times as keys of the same order. A rating without a time is before all others. */
static uint64_t key_of(int64_t time)
{
    return (uint64_t)time ^ (uint64_t)1 << 63;
}

static uint64_t *keys_of_times(const palate_split *split)
{
    const int64_t count = palate__matrix_count(&split->ratings->by_user);
    uint64_t *keys = palate__allocate_array(split->context, (size_t)count, sizeof *keys);
    for (int64_t e = 0; keys != NULL && e < count; e++)
        keys[e] = key_of(split->ratings->times[e]);
    return keys;
}

/* The test begins with the moment at a place of the order of times, and ends before that of
 * another; what is later is not known yet. */
static void mark_moments(const uint64_t *keys, int64_t count, size_t begin, size_t end,
                         unsigned char *uses)
{
    const uint64_t from = palate__key_at(keys, (size_t)count, begin);
    const uint64_t to = palate__key_at(keys, (size_t)count, end);
    const bool is_last = end >= (size_t)count;
    for (int64_t e = 0; e < count; e++)
        uses[e] = keys[e] < from || keys[e] == key_of(PALATE_NO_TIME) ? PALATE__USE_TRAIN
                  : keys[e] < to || is_last                           ? PALATE__USE_TEST
                                                                      : PALATE__USE_NONE;
}

static palate_status mark_latest(const palate_split *split, int64_t fold, unsigned char *uses,
                                 palate_error *err)
{
    const int64_t count = palate__matrix_count(&split->ratings->by_user);
    const int64_t after = split->fold_count - 1 - fold;
    const int64_t tested = (int64_t)((double)count * split->options.test_share + 0.5);
    const int64_t begin = count - (after + 1) * tested;
    if (begin <= 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "%lld folds with a test share of %g leave nothing to learn from in the "
                            "first; take fewer folds or a smaller share",
                            (long long)split->fold_count, split->options.test_share);
    uint64_t *keys = keys_of_times(split);
    if (keys == NULL)
        return palate__fail_memory(err, "splitting ratings");
    mark_moments(keys, count, (size_t)begin, (size_t)(begin + tested), uses);
    palate__release(split->context, keys);
    return PALATE_OK;
}

const palate__splitter palate__splitter_time = {
    .name = "time", .folds = 1, .needs_times = true, .mark = mark_latest};

/* ---- Each user's own ---- */

typedef struct dated {
    int64_t time;
    uint64_t key; /* Chance, where times are equal. */
    int64_t entry;
} dated;

static int latest_first(const void *a, const void *b)
{
    const dated *left = a;
    const dated *right = b;
    if (left->time != right->time)
        return left->time > right->time ? -1 : 1;
    return (left->key > right->key) - (left->key < right->key);
}

static int64_t tested_of(const palate_split *split, int64_t count)
{
    const palate_split_options *options = &split->options;
    int64_t wanted = options->test_count > 0 ? options->test_count
                                             : (int64_t)((double)count * options->test_share + 0.5);
    wanted = wanted < 1 ? 1 : wanted;
    return wanted < count ? wanted : count - 1;
}

static void mark_user(const palate_split *split, int64_t fold, uint32_t user, dated *order,
                      unsigned char *uses)
{
    const palate__matrix *matrix = &split->ratings->by_user;
    const int64_t begin = matrix->begins[user];
    const int64_t count = matrix->begins[user + 1] - begin;
    if (count < 2)
        return;
    for (int64_t e = 0; e < count; e++)
        order[e] = (dated){
            split->ratings->times[begin + e],
            palate__split_key(split, (uint32_t)fold, user, matrix->columns[begin + e]), begin + e};
    qsort(order, (size_t)count, sizeof *order, latest_first);
    for (int64_t e = 0; e < tested_of(split, count); e++)
        if (order[e].time != PALATE_NO_TIME)
            uses[order[e].entry] = PALATE__USE_TEST;
}

static palate_status mark_latest_of_each(const palate_split *split, int64_t fold,
                                         unsigned char *uses, palate_error *err)
{
    const palate__matrix *matrix = &split->ratings->by_user;
    int64_t longest = 0;
    for (uint32_t user = 0; user < matrix->row_count; user++)
        longest = matrix->begins[user + 1] - matrix->begins[user] > longest
                      ? matrix->begins[user + 1] - matrix->begins[user]
                      : longest;
    dated *order = palate__allocate_array(split->context, (size_t)longest, sizeof *order);
    if (order == NULL)
        return palate__fail_memory(err, "splitting ratings");
    memset(uses, PALATE__USE_TRAIN, (size_t)palate__matrix_count(matrix));
    for (uint32_t user = 0; user < matrix->row_count; user++)
        mark_user(split, fold, user, order, uses);
    palate__release(split->context, order);
    return PALATE_OK;
}

const palate__splitter palate__splitter_user_time = {
    .name = "user-time", .folds = 1, .needs_times = true, .mark = mark_latest_of_each};
