/* SPDX-License-Identifier: Apache-2.0 */
/* Something that a later layer makes of a model when it first pays, and that lives as long as the
 * model. The model knows only how to release it.
 *
 * Any number of threads may ask. One of them makes it; those who come meanwhile are not kept waiting
 * and do without.
 */
#ifndef PALATE_MODEL_DERIVED_H
#define PALATE_MODEL_DERIVED_H

#include "base/context.h"

#include <stdatomic.h>

/* All zero: nothing was made yet. */
typedef struct palate__derived {
    atomic_int state;
    atomic_ullong spent; /* By those who did without; the unit is theirs. */
    void *object;
    void (*release)(palate_context *context, void *object);
} palate__derived;

/* What was made, or NULL. */
void *palate__derived_get(palate__derived *derived);

/* Adds to what was spent without it; the new sum. */
unsigned long long palate__derived_spend(palate__derived *derived, unsigned long long amount);

/* true: it is for the caller to make it, and then to call one of the following. */
bool palate__derived_begin(palate__derived *derived);
void palate__derived_set(palate__derived *derived, void *object,
                         void (*release)(palate_context *context, void *object));
void palate__derived_give_up(palate__derived *derived);

void palate__derived_free(palate_context *context, palate__derived *derived);

#endif
