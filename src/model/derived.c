/* SPDX-License-Identifier: Apache-2.0 */
#include "model/derived.h"

enum { ABSENT, BEING_MADE, PRESENT };

void *palate__derived_get(palate__derived *derived)
{
    return atomic_load_explicit(&derived->state, memory_order_acquire) == PRESENT ? derived->object
                                                                                  : NULL;
}

unsigned long long palate__derived_spend(palate__derived *derived, unsigned long long amount)
{
    return atomic_fetch_add_explicit(&derived->spent, amount, memory_order_relaxed) + amount;
}

bool palate__derived_begin(palate__derived *derived)
{
    int expected = ABSENT;
    return atomic_compare_exchange_strong_explicit(&derived->state, &expected, BEING_MADE,
                                                   memory_order_acquire, memory_order_relaxed);
}

void palate__derived_set(palate__derived *derived, void *object,
                         void (*release)(palate_context *context, void *object))
{
    derived->object = object;
    derived->release = release;
    atomic_store_explicit(&derived->state, PRESENT, memory_order_release);
}

void palate__derived_give_up(palate__derived *derived)
{
    atomic_store_explicit(&derived->state, ABSENT, memory_order_release);
}

void palate__derived_free(palate_context *context, palate__derived *derived)
{
    if (derived->object != NULL)
        derived->release(context, derived->object);
    derived->object = NULL;
    atomic_store_explicit(&derived->state, ABSENT, memory_order_relaxed);
}
