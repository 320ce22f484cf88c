/* SPDX-License-Identifier: Apache-2.0 */
/* What has been chosen for options that were left open, by a pilot or by tuning. */
#ifndef PALATE_TRAIN_CHOICE_H
#define PALATE_TRAIN_CHOICE_H

#include "palate/train.h"

typedef struct palate__training palate__training;

typedef struct palate__choice {
    double factor;     /* On the rule's lambda. */
    double link_ratio; /* The link's lambda over that of the factors; 0: the rule's. */
    double user_ratio; /* That of what tables say of users and items, alike. */
    double item_ratio;
    bool without_link;
    int64_t factors; /* k; 0: as the options say. */
    double began;    /* Choosing, by a steady clock; seconds it took. */
    double seconds;
    double work;   /* Its share of all work, for progress: 0..1. */
    bool is_trial; /* A run to choose by: it goes on where it left off. */
    const palate__training
        *like;            /* Another, whose ratings held out are to be its own; NULL: none. */
    palate_trial *trials; /* What was tried; NULL: not worth telling. */
    size_t trial_count;
} palate__choice;

#endif
