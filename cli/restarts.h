/* SPDX-License-Identifier: Apache-2.0 */
/* A model trained again with other seeds: which of its factors come back? */
#ifndef PALATE_CLI_RESTARTS_H
#define PALATE_CLI_RESTARTS_H

#include "command.h"

#include <palate/palate.h>

typedef struct restarts {
    int64_t seed_count;             /* That of the model is one of them. */
    double *cosines, *correlations; /* By factor of the model: the mean over the others. */
    double cosine, correlation;     /* The mean over all factors of all pairs of runs. */
} restarts;

/* Compares the factors of all pairs of models, two or more. Tells what is wrong and returns false; `out` is to be
 * released either way. */
bool restarts_compare(palate_model *const *models, int64_t count, restarts *out);

/* Trains on `path`, with all options that the model was trained with but the seed. Likewise. */
bool restarts_run(palate_context *context, palate_model *model, const char *path,
                  const palate_read_options *reading, int64_t seed_count, restarts *out);
void restarts_release(restarts *of);

#endif
