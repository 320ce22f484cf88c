/* SPDX-License-Identifier: Apache-2.0 */
/* Biases of rule mu, as Surprise's NMF has them: one step of stochastic gradient at each rating, in the order of the
 * input (palate_read_options.keep_order).
 *
 *     error = r - mean - b_u - c_i - x.z
 *     b_u <- b_u + rate (error - lambda b_u)            c_i <- c_i + item_rate (error - item_lambda c_i)
 *
 * That pass is serial. Products x.z do not change on the way and are made before, by all threads: what is left of a
 * rating are some numbers.
 */
#ifndef PALATE_TRAIN_BIASES_H
#define PALATE_TRAIN_BIASES_H

#include "train/training.h"

typedef struct palate__biases {
    double *users, *items;
    /* By user: products x.z before a pass, and after it what it took the ratings for. */
    float *estimates;
    uint32_t *visits; /* By user: the entries of its row, as they come in the input. */
    uint32_t *places; /* By item: which entry of its user's row a rating is. */
} palate__biases;

/* All biases 0. */
palate_status palate__biases_begin(const palate__training *training, palate__biases **out,
                                   palate_error *err);
void palate__biases_end(palate_context *context, palate__biases *biases);

/* A step at each rating; then the biases are those of the rows, too. */
void palate__biases_pass(palate__training *training, palate__biases *biases);

/* What a pass took the ratings of an item for. */
void palate__biases_of_item(const palate__training *training, const palate__biases *biases,
                            uint32_t item, float *out);

#endif
