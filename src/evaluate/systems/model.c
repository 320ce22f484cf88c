/* SPDX-License-Identifier: Apache-2.0 */
/* The model under test. */
#include "evaluate/system.h"
#include "kernels/kernels.h"
#include "palate/recommend.h"

/* Pairs predicted at a time, on the stack. */
enum { BATCH = 256 };

static palate_status predict(const palate__system *system, uint32_t user, int64_t begin,
                             size_t count, float *predictions)
{
    const palate__test *test = system->test;
    const uint32_t *columns = test->ratings->by_user.columns + begin;
    const int64_t *times = test->ratings->times;
    uint32_t users[BATCH];
    uint32_t items[BATCH];
    palate_status status = PALATE_OK;
    for (size_t done = 0; done < count && status == PALATE_OK; done += BATCH) {
        size_t part = count - done < BATCH ? count - done : BATCH;
        for (size_t e = 0; e < part; e++) {
            uint32_t item = test->item_rows[columns[done + e]];
            users[e] = test->user_rows[user];
            items[e] = item < test->items.item_count ? item : PALATE_NO_ROW;
        }
        const palate_cells cells = {part, users, items,
                                    times == NULL ? NULL : times + begin + (int64_t)done};
        status = palate_model_predict(test->model, &cells, predictions + done, NULL, NULL, NULL);
    }
    return status;
}

static palate_status recommend(const palate__system *system, const palate__lists *lists,
                               palate_error *err)
{
    const palate__test *test = system->test;
    palate_recommend_options options;
    palate_recommend_options_init(&options);
    options.count = (int64_t)lists->places;
    options.threads = test->plan->threads;
    options.allow = test->allowed;
    options.allow_count = test->allowed == NULL ? 0 : (size_t)test->facts.catalogue_count;
    return palate_model_recommend(test->model, test->user_rows + lists->first, lists->count,
                                  &options, lists->items, lists->scores, lists->counts, err);
}

/* As palate_model_recommend() scores: the same bits. */
static void score(const palate__system *system, uint32_t user, float *scores, float *scratch)
{
    const palate_model *model = system->test->model;
    const palate__side *users = &model->users;
    const size_t k = model->factor_count;
    const uint32_t row = system->test->user_rows[user];
    const bool known = palate__model_knows(model, users, row);
    const float *factors = known ? users->factors + row * k : users->typical;
    const float offset = known ? users->offsets[row] : users->typical[k];
    for (size_t item = 0; item < model->items.ids.count; item++)
        scratch[item] = palate__score_start(model, offset, model->items.offsets[item]);
    palate__kernels_get()->scores(factors, model->items.factors, scratch, k, model->items.ids.count,
                                  scores);
}

palate_status palate__system_model(const palate__test *test, palate__system *out, palate_error *err)
{
    (void)err;
    *out = (palate__system){
        .test = test, .name = "model", .predict = predict, .recommend = recommend, .score = score};
    return PALATE_OK;
}
