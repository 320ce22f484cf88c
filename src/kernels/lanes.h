/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen floats at once, whatever the machine: the compiler maps them to one, two or four
 * registers. */
#ifndef PALATE_KERNELS_LANES_H
#define PALATE_KERNELS_LANES_H

#include <string.h>

typedef float lanes16 __attribute__((vector_size(64)));
typedef float lanes8 __attribute__((vector_size(32)));
typedef float lanes4 __attribute__((vector_size(16)));
typedef double doubles16 __attribute__((vector_size(128)));

#define LANES_INLINE static inline __attribute__((always_inline))

/* From memory of any alignment. */
LANES_INLINE lanes16 load16(const float *from)
{
    lanes16 value;
    memcpy(&value, from, sizeof value);
    return value;
}

LANES_INLINE void store16(float *to, lanes16 value)
{
    memcpy(to, &value, sizeof value);
}

LANES_INLINE lanes16 spread16(float value)
{
    return value - (lanes16){0};
}

/* The first `count` elements, zeros after them; count <= 16. */
LANES_INLINE lanes16 load_part16(const float *from, size_t count)
{
    lanes16 value = {0};
    memcpy(&value, from, count * sizeof(float));
    return value;
}

/* Adds up four vectors at once: lane l with lane l + 8, then 4, 2, 1. Element i is the sum of the
 * i-th argument. */
LANES_INLINE lanes4 sum4(lanes16 a, lanes16 b, lanes16 c, lanes16 d)
{
#define HALVES(x, y, first)                                                                        \
    __builtin_shufflevector(x, y, (first), (first) + 1, (first) + 2, (first) + 3, (first) + 4,     \
                            (first) + 5, (first) + 6, (first) + 7, (first) + 16, (first) + 17,     \
                            (first) + 18, (first) + 19, (first) + 20, (first) + 21, (first) + 22,  \
                            (first) + 23)
    lanes16 ab = HALVES(a, b, 0) + HALVES(a, b, 8);
    lanes16 cd = HALVES(c, d, 0) + HALVES(c, d, 8);
#undef HALVES
    lanes16 low = __builtin_shufflevector(ab, cd, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25,
                                          26, 27);
    lanes16 high = __builtin_shufflevector(ab, cd, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28,
                                           29, 30, 31);
    lanes16 fours = low + high;
    lanes8 pairs = __builtin_shufflevector(fours, fours, 0, 1, 4, 5, 8, 9, 12, 13) +
                   __builtin_shufflevector(fours, fours, 2, 3, 6, 7, 10, 11, 14, 15);
    return __builtin_shufflevector(pairs, pairs, 0, 2, 4, 6) +
           __builtin_shufflevector(pairs, pairs, 1, 3, 5, 7);
}

LANES_INLINE float sum1(lanes16 a)
{
    return sum4(a, a, a, a)[0];
}

/* Turns 16 rows of 16 into 16 columns of 16, in place. */
LANES_INLINE void transpose16(lanes16 r[16])
{
    lanes16 t[16];
    for (int i = 0; i < 16; i += 2) {
        t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12,
                                       28, 13, 29);
        t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11,
                                           27, 14, 30, 15, 31);
    }
    for (int i = 0; i < 16; i += 4) {
        for (int h = 0; h < 2; h++) {
            r[i + 2 * h] = __builtin_shufflevector(t[i + h], t[i + h + 2], 0, 1, 16, 17, 4, 5, 20,
                                                   21, 8, 9, 24, 25, 12, 13, 28, 29);
            r[i + 2 * h + 1] = __builtin_shufflevector(t[i + h], t[i + h + 2], 2, 3, 18, 19, 6, 7,
                                                       22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
        }
    }
    /* r[4q + j] now holds columns j, j + 4, j + 8, j + 12 of rows 4q .. 4q + 3, four floats each.
     */
    for (int j = 0; j < 4; j++) {
        lanes16 a = __builtin_shufflevector(r[j], r[j + 4], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18,
                                            19, 24, 25, 26, 27);
        lanes16 b = __builtin_shufflevector(r[j], r[j + 4], 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22,
                                            23, 28, 29, 30, 31);
        lanes16 c = __builtin_shufflevector(r[j + 8], r[j + 12], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17,
                                            18, 19, 24, 25, 26, 27);
        lanes16 d = __builtin_shufflevector(r[j + 8], r[j + 12], 4, 5, 6, 7, 12, 13, 14, 15, 20, 21,
                                            22, 23, 28, 29, 30, 31);
        /* a: columns j, j + 8 of rows 0-3 and then 4-7; b: columns j + 4, j + 12; c, d: rows 8-15.
         */
        t[j] = __builtin_shufflevector(a, c, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26,
                                       27);
        t[j + 8] = __builtin_shufflevector(a, c, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29,
                                           30, 31);
        t[j + 4] = __builtin_shufflevector(b, d, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25,
                                           26, 27);
        t[j + 12] = __builtin_shufflevector(b, d, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28,
                                            29, 30, 31);
    }
    for (int i = 0; i < 16; i++)
        r[i] = t[i];
}

#endif
