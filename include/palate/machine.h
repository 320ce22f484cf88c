/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine can do at most: what the rates of real work are to be put beside. */
#ifndef PALATE_MACHINE_H
#define PALATE_MACHINE_H

#include "palate/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Peaks of some threads together, the best of several tries. */
typedef struct palate_machine_peaks {
    double multiply_adds; /**< x y + z of floats a second, in registers, by the instructions of
                             palate_kernels_name(). */
    double read_bytes;    /**< Bytes a second, read in order from memory: 256 MB, which few caches
                             hold. */
} palate_machine_peaks;

/** @return How many threads 0 stands for in every option `threads`: as many as the machine (and
 * its cgroup) gives this process. */
PALATE_API int palate_machine_threads(void);

/**
 * Measure for about `seconds` seconds.
 *
 * @param context  NULL, or where 256 MB of memory come from while it measures.
 * @param threads  1.., or 0: palate_machine_threads().
 * @param seconds  > 0. Less than .1 tells little.
 * @return PALATE_OK, PALATE_E_INVALID, PALATE_E_NOMEM.
 */
PALATE_API PALATE_MUST_CHECK palate_status palate_machine_measure(palate_context *context,
                                                                  int64_t threads, double seconds,
                                                                  palate_machine_peaks *out,
                                                                  palate_error *err);

#ifdef __cplusplus
}
#endif

#endif
