/* SPDX-License-Identifier: Apache-2.0 */
/* Do the trials of a search find the same factors again? Each is trained anew on all ratings, with several seeds. */
#ifndef PALATE_CLI_STABILITY_H
#define PALATE_CLI_STABILITY_H

#include <palate/palate.h>

typedef struct stability {
    /* By place of a trial: the mean over all factors of all pairs of seeds, of factors matched by best
     * assignment; NAN: not measured. NULL: none is. */
    double *cosines, *correlations;
} stability;

/* Of all trials that may be chosen. Tells what is wrong and returns false; `out` is to be released either
 * way. */
bool stability_measure(const palate_tuning *tuning, const palate_ratings *ratings,
                       int64_t seed_count, bool quiet, stability *out);
void stability_release(stability *of);

#endif
