/* SPDX-License-Identifier: Apache-2.0 */
/* Baseline: recommends to everybody what most users have rated in training. */
#include "evaluate/system.h"

#include <string.h>

typedef struct popularity {
    float *scores; /* By item of the model: its training ratings. */
    uint32_t *order;
} popularity;

static palate_status recommend(const palate__system *system, const palate__lists *lists,
                               palate_error *err)
{
    (void)err;
    const popularity *own = system->own;
    palate__recommend_in_order(system->test, own->order, lists);
    return PALATE_OK;
}

static void score(const palate__system *system, uint32_t user, float *scores, float *scratch)
{
    (void)user;
    (void)scratch;
    const popularity *own = system->own;
    memcpy(scores, own->scores, system->test->items.item_count * sizeof *scores);
}

static void release(palate__system *system)
{
    palate_context *context = system->test->context;
    popularity *own = system->own;
    palate__release(context, own->scores);
    palate__release(context, own->order);
    palate__release(context, own);
}

palate_status palate__system_popularity(const palate__test *test, palate__system *out,
                                        palate_error *err)
{
    const size_t n = test->items.item_count;
    *out = (palate__system){.test = test,
                            .name = "popularity",
                            .no_predictions = "it predicts no ratings",
                            .no_lists = test->no_counts,
                            .no_order = test->no_counts,
                            .recommend = recommend,
                            .score = score};
    popularity *own = palate__allocate_zeroed(test->context, 1, sizeof *own);
    if (own == NULL)
        return palate__fail_memory(err, "ordering items");
    out->own = own;
    out->release = release;
    own->scores = palate__allocate_array(test->context, n, sizeof *own->scores);
    for (size_t item = 0; own->scores != NULL && item < n; item++)
        own->scores[item] = (float)test->model->items.counts[item];
    own->order = own->scores == NULL ? NULL : palate__order_items(test, own->scores);
    return own->order != NULL ? PALATE_OK : palate__fail_memory(err, "ordering items");
}
