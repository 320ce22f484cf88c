/* SPDX-License-Identifier: Apache-2.0 */
/* The model under test. */
#include "evaluate/system.h"

/* Pairs predicted at a time, on the stack. */
enum { BATCH = 256 };

static palate_status predict(const palate__system *system, uint32_t user, int64_t begin,
                             size_t count, float *predictions)
{
    const palate__test *test = system->test;
    const uint32_t *columns = test->ratings->by_user.columns + begin;
    uint32_t users[BATCH];
    uint32_t items[BATCH];
    palate_status status = PALATE_OK;
    for (size_t done = 0; done < count && status == PALATE_OK; done += BATCH) {
        size_t part = count - done < BATCH ? count - done : BATCH;
        for (size_t e = 0; e < part; e++) {
            users[e] = test->user_rows[user];
            items[e] = test->item_rows[columns[done + e]];
        }
        status = palate_model_predict(test->model, users, items, part, predictions + done, NULL,
                                      NULL);
    }
    return status;
}

palate_status palate__system_model(const palate__test *test, palate__system *out, palate_error *err)
{
    (void)err;
    *out = (palate__system){.test = test, .name = "model", .predict = predict};
    return PALATE_OK;
}
