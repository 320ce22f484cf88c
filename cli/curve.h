/* SPDX-License-Identifier: Apache-2.0 */
/* A search over one option as a picture: what each value comes to, with its standard error. */
#ifndef PALATE_CLI_CURVE_H
#define PALATE_CLI_CURVE_H

#include "stability.h"

/* `places`: of the trials, in the order of values. Below the curve, where it was measured, how alike factors of
 * different seeds are. Returns false after telling what is wrong; an old
 * file stays then. */
bool curve_write(const palate_tuning *tuning, const stability *stable, const size_t *places,
                 size_t count, const char *path);

#endif
