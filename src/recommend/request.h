/* SPDX-License-Identifier: Apache-2.0 */
/* One call of palate_model_recommend(), checked, and the ways to answer it. */
#ifndef PALATE_RECOMMEND_REQUEST_H
#define PALATE_RECOMMEND_REQUEST_H

#include "kernels/kernels.h"
#include "recommend/index.h"
#include "recommend/shortlist.h"

/* Users that the model does not hold. */
typedef struct palate__newcomers {
    const float *factors;  /* Of each, k. */
    const float *offsets;  /* Of each. */
    const size_t *begins;  /* What each has rated: */
    const uint32_t *rated; /* item rows, increasing. */
} palate__newcomers;

typedef struct palate__request {
    const palate_model *model;
    const palate__kernels *kernels;
    const uint32_t *users;              /* Rows, or PALATE_NO_ROW; */
    const palate__newcomers *newcomers; /* or, in their place, these; else NULL. */
    const size_t *places;               /* Which of them; NULL: all, in order. */
    size_t user_count;                  /* > 0 */
    bool include_seen;
    size_t wanted;              /* N */
    const uint32_t *candidates; /* Rows that may be recommended, increasing; NULL: every row. */
    size_t candidate_count;
    const float *offsets; /* Of the items, a discount taken off. */
    bool discounted;      /* They are not the model's. */
    int threads;
    uint32_t *items; /* user_count x N, as the other outputs. */
    float *scores;
    uint32_t *counts;
} palate__request;

/* The list of the place-th user, empty. */
palate__shortlist palate__request_list(const palate__request *asked, size_t place);

/* Sorts the list of the place-th user and counts it. */
void palate__request_finish(const palate__request *asked, size_t place, palate__shortlist *list);

/* Users to a task: `most`, but fewer where threads would have nothing to do. At least 1. */
size_t palate__request_users_a_task(const palate__request *asked, size_t most);

/* Fewer users than this are scanned one by one. It breaks even at 5 users of 3,706 items, at 9 of
 * 200,000. */
enum { PALATE__USERS_TO_SCREEN = 6 };

/* By the way that pays. */
palate_status palate__recommend_answer(const palate__request *asked, palate_error *err);

/* Looks at every candidate. PALATE_OK or PALATE_E_NOMEM. */
palate_status palate__recommend_scan(const palate__request *asked, palate_error *err);

/* Looks where the index says that there may be something; the index is sound. */
palate_status palate__recommend_search(const palate__request *asked, const palate__index *index,
                                       palate_error *err);

#endif
