/* SPDX-License-Identifier: Apache-2.0 */
/* Baseline: mean + user offset + item offset, fitted to the training ratings. It orders items by
 * their offsets, alike for everybody. */
#include "evaluate/bias.h"
#include "evaluate/system.h"

#include <stdio.h>
#include <string.h>

/* Ratings a thread must have in a half-sweep to be worth waking: some milliseconds' work. On a busy
 * machine each end of a half-sweep otherwise waits for a thread that does not run, two hundred times. */
static const double RATINGS_OF_THREAD = 2e6;

typedef struct bias_only {
    palate__bias fitted; /* By row of the training ratings. */
    float *scores;       /* By item of the model: its offset. */
    uint32_t *order;
} bias_only;

static double offset_of(const double *offsets, uint32_t row)
{
    return row == PALATE_NO_ROW ? 0.0 : offsets[row];
}

static palate_status predict(const palate__system *system, uint32_t user, int64_t begin,
                             size_t count, float *predictions)
{
    const palate__test *test = system->test;
    const bias_only *own = system->own;
    const palate__bias *fitted = &own->fitted;
    const palate_scale *scale = &test->model->summary.scale;
    const uint32_t *columns = test->ratings->by_user.columns + begin;
    double start = fitted->mean + offset_of(fitted->users, test->train_users[user]);
    for (size_t e = 0; e < count; e++) {
        double rating = start + offset_of(fitted->items, test->train_items[columns[e]]);
        if (scale->low < scale->high)
            rating = rating < scale->low ? scale->low : rating > scale->high ? scale->high : rating;
        predictions[e] = (float)rating;
    }
    return PALATE_OK;
}

static palate_status recommend(const palate__system *system, const palate__lists *lists,
                               palate_error *err)
{
    (void)err;
    const bias_only *own = system->own;
    palate__recommend_in_order(system->test, own->order, lists);
    return PALATE_OK;
}

static void score(const palate__system *system, uint32_t user, float *scores, float *scratch)
{
    (void)user;
    (void)scratch;
    const bias_only *own = system->own;
    memcpy(scores, own->scores, system->test->items.item_count * sizeof *scores);
}

static void release(palate__system *system)
{
    palate_context *context = system->test->context;
    bias_only *own = system->own;
    palate__bias_end(context, &own->fitted);
    palate__release(context, own->scores);
    palate__release(context, own->order);
    palate__release(context, own);
}

/* An item of the model that the ratings given do not hold has no offset. */
static palate_status order_items(const palate__test *test, bias_only *own, palate_error *err)
{
    const palate__ids *ids = &test->model->items.ids;
    own->scores = palate__allocate_array(test->context, ids->count, sizeof *own->scores);
    for (uint32_t item = 0; own->scores != NULL && item < ids->count; item++) {
        uint32_t row = palate__ids_find(&test->train->items, palate__ids_text(ids, item),
                                        palate__ids_bytes(ids, item));
        own->scores[item] = (float)offset_of(own->fitted.items, row);
    }
    own->order = own->scores == NULL ? NULL : palate__order_items(test, own->scores);
    return own->order != NULL ? PALATE_OK : palate__fail_memory(err, "ordering items");
}

static int choose_threads(const palate__test *test)
{
    const double count = (double)palate__matrix_count(&test->train->by_user);
    const double worth = 1.0 + count / RATINGS_OF_THREAD;
    const int threads = test->plan->threads;
    return test->plan->options.threads > 0 || worth >= threads ? threads : (int)worth;
}

palate_status palate__system_bias_only(const palate__test *test, palate__system *out,
                                       palate_error *err)
{
    static const char NO_TRAIN[] = "it needs the ratings trained on (--train FILE)";
    palate_status status = PALATE_OK;
    *out = (palate__system){.test = test,
                            .name = "bias-only",
                            .predict = predict,
                            .recommend = recommend,
                            .score = score};
    if (test->train == NULL) {
        out->no_predictions = out->no_lists = out->no_order = NO_TRAIN;
        return PALATE_OK;
    }
    bias_only *own = palate__allocate_zeroed(test->context, 1, sizeof *own);
    if (own == NULL)
        return palate__fail_memory(err, "fitting offsets");
    out->own = own;
    out->release = release;
    PALATE_TRY(
        palate__bias_fit(test->context, test->train, choose_threads(test), &own->fitted, err));
    PALATE_TRY(order_items(test, own, err));
    snprintf(out->note, sizeof out->note, "regularization of users %g, of items %g",
             own->fitted.user_lambda, own->fitted.item_lambda);
done:
    return status;
}
