/* SPDX-License-Identifier: Apache-2.0 */
/* One order of items for everybody, and lists from it. */
#define _GNU_SOURCE
#include "base/threads.h"
#include "evaluate/system.h"

#include <stdlib.h>
#include <string.h>

enum { USERS_A_TASK = 64 };

typedef struct key {
    const palate__ids *ids;
    const float *scores;
} key;

int palate__compare_ids(const palate__ids *ids, uint32_t left, uint32_t right)
{
    size_t left_bytes = palate__ids_bytes(ids, left);
    size_t right_bytes = palate__ids_bytes(ids, right);
    int order = memcmp(palate__ids_text(ids, left), palate__ids_text(ids, right),
                       left_bytes < right_bytes ? left_bytes : right_bytes);
    return order != 0 ? order : (left_bytes > right_bytes) - (left_bytes < right_bytes);
}

/* High scores first, as palate_model_recommend() orders them. */
static int compare_items(const void *a, const void *b, void *by)
{
    const key *order = by;
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    if (order->scores[left] != order->scores[right])
        return order->scores[left] > order->scores[right] ? -1 : 1;
    return palate__compare_ids(order->ids, left, right);
}

uint32_t *palate__order_items(const palate__test *test, const float *scores)
{
    const palate__ids *ids = &test->model->items.ids;
    key by = {ids, scores};
    uint32_t *order = palate__allocate_array(test->context, ids->count, sizeof *order);
    if (order == NULL)
        return NULL;
    for (uint32_t item = 0; item < ids->count; item++)
        order[item] = item;
    qsort_r(order, ids->count, sizeof *order, compare_items, &by);
    return order;
}

typedef struct listing {
    const palate__test *test;
    const uint32_t *order;
    const palate__lists *lists;
} listing;

static uint32_t fill_list(const listing *work, size_t user, uint32_t *list)
{
    const palate__test *test = work->test;
    size_t seen_count = 0;
    const uint32_t *seen = palate__test_seen(test, (uint32_t)user, &seen_count);
    uint32_t count = 0;
    for (size_t place = 0; place < test->items.item_count && count < work->lists->places; place++) {
        uint32_t item = work->order[place];
        bool barred = test->barred != NULL && test->barred[item];
        if (!barred && !palate__holds_row(seen, seen_count, item))
            list[count++] = item;
    }
    return count;
}

static void fill_lists(size_t task, int thread, void *argument)
{
    (void)thread;
    const listing *work = argument;
    const palate__lists *lists = work->lists;
    size_t first = task * USERS_A_TASK;
    size_t end = first + USERS_A_TASK < lists->count ? first + USERS_A_TASK : lists->count;
    for (size_t i = first; i < end; i++)
        lists->counts[i] = fill_list(work, lists->first + i, lists->items + i * lists->places);
}

void palate__recommend_in_order(const palate__test *test, const uint32_t *order,
                                const palate__lists *lists)
{
    listing work = {test, order, lists};
    size_t task_count = (lists->count + USERS_A_TASK - 1) / USERS_A_TASK;
    palate__parallel_for(test->plan->threads, task_count, fill_lists, &work);
}
