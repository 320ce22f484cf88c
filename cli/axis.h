/* SPDX-License-Identifier: Apache-2.0 */
/* Where the lines of an axis go. */
#ifndef PALATE_CLI_AXIS_H
#define PALATE_CLI_AXIS_H

/* A step of 1, 2 or 5 times a power of ten that makes about so many of a range above 0. */
double axis_step(double range, int steps);

/* Decimals that tell multiples of a step apart. */
int axis_decimals(double step);

#endif
