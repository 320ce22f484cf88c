/* SPDX-License-Identifier: Apache-2.0 */
/* palate: non-negative matrix factorization for recommender systems.
 *
 *     #include <palate/palate.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         palate_ratings *ratings = NULL;
 *         palate_model *model = NULL;
 *         palate_error err;
 *         bool failed = palate_ratings_read(NULL, "ratings.csv", NULL, &ratings, &err) != PALATE_OK
 * || palate_model_train(ratings, NULL, &model, &err) != PALATE_OK; if (failed) fprintf(stderr,
 * "%s\n", err.message); else printf("%.2f\n", palate_model_predict_one(model, "alice", "Alien"));
 *         palate_model_free(model);
 *         palate_ratings_free(ratings);
 *         return failed;
 *     }
 *
 * Letters used everywhere: m users, n items, nnz ratings, k factors, T threads; R is m x n, U is m
 * x k, V is n x k, R ~ U V^T; loops run i over users, j over items, f over factors, e over entries.
 * Factors and ratings are float, sums double, rows uint32_t, counts of ratings int64_t, sizes in
 * bytes size_t.
 *
 * Threads: different objects may be used from different threads; one object may be read from many
 * (everything here only reads its `const` arguments).
 */
#ifndef PALATE_PALATE_H
#define PALATE_PALATE_H

#include "palate/columns.h"
#include "palate/context.h"
#include "palate/cross_validate.h"
#include "palate/data.h"
#include "palate/evaluate.h"
#include "palate/explain.h"
#include "palate/factors.h"
#include "palate/filter.h"
#include "palate/machine.h"
#include "palate/model.h"
#include "palate/naming.h"
#include "palate/options.h"
#include "palate/ratings.h"
#include "palate/recommend.h"
#include "palate/similar.h"
#include "palate/split.h"
#include "palate/status.h"
#include "palate/train.h"
#include "palate/tune.h"
#include "palate/update.h"

#endif
