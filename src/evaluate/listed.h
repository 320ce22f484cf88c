/* SPDX-License-Identifier: Apache-2.0 */
/* One user's list beside what would have been right: what metrics of lists see. */
#ifndef PALATE_EVALUATE_LISTED_H
#define PALATE_EVALUATE_LISTED_H

#include "evaluate/system.h"

/* An item that is relevant to the user. */
typedef struct palate__relevant {
    uint32_t item;
    uint32_t group; /* Of items, where they are grouped. */
    double grade;
    double above; /* The share of the other candidates it is ranked above. */
    bool is_candidate;
} palate__relevant;

/* Room of one thread. */
typedef struct palate__listed {
    const palate__test *test;
    palate__relevant *relevant; /* Of the user at hand, by item. */
    size_t relevant_count;
    size_t candidate_count; /* Items that may be recommended to the user. */
    size_t negative_count;  /* Of these, those that are not relevant. */
    bool has_order;
    /* What a palate__user_list points to. */
    bool *hits, *misses;
    double *grades, *ideal, *scratch;
    /* For the order of all candidates; NULL where it is not wanted. */
    float *scores, *starts;
    bool *excluded;
} palate__listed;

/* Bytes of room for a test; and how it is divided. */
size_t palate__listed_bytes(const palate__test *test, size_t places, bool with_order);
void palate__listed_begin(const palate__test *test, size_t places, bool with_order, void *room,
                          palate__listed *out);

/* Finds what is relevant to a user, and (with_order) where a system ranks it. */
void palate__listed_user(palate__listed *at, const palate__system *system, uint32_t user);

/* A group that stands for all items. */
#define PALATE__ALL_GROUPS UINT32_MAX

/* What metrics see of a list of `count` items, with the relevant items of one group, or of all; its
 * `at` is for the caller to set. Valid until the next call. */
palate__user_list palate__listed_view(palate__listed *at, const uint32_t *list, size_t count,
                                      uint32_t group);

#endif
