/* SPDX-License-Identifier: Apache-2.0 */
/* Models of given factors, made up. Who includes it has M users, N items and K factors. */
#ifndef TESTS_RECOMMEND_GIVEN_H
#define TESTS_RECOMMEND_GIVEN_H

#include "../train/support.h"

typedef struct given {
    float users[M * K], items[N * K];
    char texts[M + N][8];
    const char *ids[M + N];
} given;

static inline void fill(given *made)
{
    for (uint32_t row = 0; row < M + N; row++) {
        snprintf(made->texts[row], sizeof made->texts[row], "r%02u", row);
        made->ids[row] = made->texts[row];
    }
    for (uint32_t e = 0; e < M * K; e++)
        made->users[e] = (float)made_up(e, 1);
    for (uint32_t e = 0; e < N * K; e++)
        made->items[e] = (float)made_up(e, 2);
}

static inline palate_model *model_of(const given *from)
{
    const palate_factors factors = {.user_count = M,
                                    .item_count = N,
                                    .factor_count = K,
                                    .user_factors = from->users,
                                    .item_factors = from->items,
                                    .user_ids = from->ids,
                                    .item_ids = from->ids + M};
    palate_model *model = NULL;
    palate_error err;
    assert_int_equal(palate_model_from_factors(NULL, &factors, &model, &err), PALATE_OK);
    return model;
}

#endif
