/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PALATE_BASE_CLOCK_H
#define PALATE_BASE_CLOCK_H

/* Seconds of a clock that only goes forward, from no time in particular. */
double palate__seconds_now(void);

#endif
