/* SPDX-License-Identifier: Apache-2.0 */
/* Writing past the processor's cache: whole lines of it that nobody reads soon go to memory as they are, which they
 * else are fetched from first, and leave the cache to others.
 *
 * Other threads see what was written after palate__stream_end().
 */
#ifndef PALATE_BASE_STREAM_H
#define PALATE_BASE_STREAM_H

#include <stddef.h>
#include <stdint.h>

/* Numbers of 32 bits in a line. */
enum { PALATE__LINE_WORDS = 16 };

/* Two numbers that belong together, while they wait for more. */
typedef struct palate__pair {
    uint32_t number;
    float value;
} palate__pair;

#if defined(__SSE2__)
#include <emmintrin.h>

/* A line of pairs as a line of numbers and one of values. All three begin where a line does. */
static inline void palate__stream_pairs(const palate__pair *pairs, uint32_t *numbers, float *values)
{
    enum { TOGETHER = 4 };
    for (size_t e = 0; e < PALATE__LINE_WORDS; e += TOGETHER) {
        const __m128 some = _mm_load_ps((const float *)(const void *)(pairs + e));
        const __m128 more = _mm_load_ps((const float *)(const void *)(pairs + e + TOGETHER / 2));
        _mm_stream_ps((float *)(void *)(numbers + e), _mm_shuffle_ps(some, more, 0x88));
    }
    for (size_t e = 0; e < PALATE__LINE_WORDS; e += TOGETHER) {
        const __m128 some = _mm_load_ps((const float *)(const void *)(pairs + e));
        const __m128 more = _mm_load_ps((const float *)(const void *)(pairs + e + TOGETHER / 2));
        _mm_stream_ps(values + e, _mm_shuffle_ps(some, more, 0xDD));
    }
}

static inline void palate__stream_end(void)
{
    _mm_sfence();
}
#else
static inline void palate__stream_pairs(const palate__pair *pairs, uint32_t *numbers, float *values)
{
    for (size_t e = 0; e < PALATE__LINE_WORDS; e++) {
        numbers[e] = pairs[e].number;
        values[e] = pairs[e].value;
    }
}

static inline void palate__stream_end(void)
{
}
#endif

#endif
