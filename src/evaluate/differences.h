/* SPDX-License-Identifier: Apache-2.0 */
/* The model minus other systems: with intervals, tests, and their correction. */
#ifndef PALATE_EVALUATE_DIFFERENCES_H
#define PALATE_EVALUATE_DIFFERENCES_H

#include "evaluate/bootstrap.h"
#include "evaluate/evaluation.h"

/* Of all work, what is done when users are resampled: taken to be so, for progress. */
#define PALATE__RESAMPLED 0.7

/* Sets the differences of an evaluation whose figures are set, where they were asked for. */
palate_status palate__set_differences(const palate__test *test, const palate__tally *tallies,
                                      const palate__bootstrap *bootstrap, palate_evaluation *out,
                                      palate_error *err);

#endif
