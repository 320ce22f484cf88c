/* SPDX-License-Identifier: Apache-2.0 */
/* What a table says of users or items: which rows have which features. Values play no part: a row has
 * a feature or not. */
#ifndef PALATE_RATINGS_FEATURES_H
#define PALATE_RATINGS_FEATURES_H

#include "palate/ratings.h"
#include "ratings/matrix.h"

struct palate_features {
    palate_context *context;
    palate__matrix features_of; /* Row i: the features of row i of the ratings. */
    palate__matrix rows_of;     /* The transpose. */
    char **names;               /* Of each feature, such as "genres: Drama". */
};

#endif
