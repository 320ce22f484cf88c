/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that depend on what they are for, not on who draws them or when.
 *
 * Philox4x32-10 (Salmon et al. 2011, SC'11), from Random123: a function of a key and a counter.
 *
 *     key     = seed
 *     counter = (purpose, stream, row, index)      e.g. (initialization, users, row 17, block 3)
 */
#ifndef PALATE_BASE_RANDOM_H
#define PALATE_BASE_RANDOM_H

#include <stdint.h>

/* What a random number is for. Frozen: a new purpose is added at the end, or seeds would mean
 * something else. */
typedef enum palate__purpose {
    PALATE__RANDOM_INIT_USERS = 1,
    PALATE__RANDOM_INIT_ITEMS = 2,
    PALATE__RANDOM_VALIDATION = 3,
    PALATE__RANDOM_SYNTH = 4,
    PALATE__RANDOM_ROW_USERS = 5,
    PALATE__RANDOM_ROW_ITEMS = 6,
    PALATE__RANDOM_TAIL_USERS = 7,
    PALATE__RANDOM_TAIL_ITEMS = 8,
    PALATE__RANDOM_LINK_USERS = 9,
    PALATE__RANDOM_LINK_ITEMS = 10,
    PALATE__RANDOM_DRIFT = 11,
    PALATE__RANDOM_STRENGTHS = 12,
    PALATE__RANDOM_SUBSPACE = 13,
    /* Of evaluation. */
    PALATE__RANDOM_BASELINE = 16,
    PALATE__RANDOM_BOOTSTRAP = 17,
    PALATE__RANDOM_PERMUTATION = 18,
    PALATE__RANDOM_SPLIT = 19,
    PALATE__RANDOM_SEARCH = 20
} palate__purpose;

typedef struct palate__random4 {
    uint32_t word[4];
} palate__random4;

palate__random4 palate__random(uint64_t seed, palate__purpose purpose, uint32_t stream,
                               uint32_t row, uint32_t index);

/* In [0, 1): 24 bits of the word. */
static inline float palate__uniform(uint32_t word)
{
    return (float)(word >> 8) * 0x1.0p-24F;
}

/* In [0, 1): all 32 bits of the word. */
static inline double palate__uniform_double(uint32_t word)
{
    return (double)word * 0x1.0p-32;
}

/* Four standard normal numbers, one of each word. */
void palate__normal4(palate__random4 random, float out[4]);

#endif
