/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of floats, as wide as the registers of the instruction set: the file that includes this
 * defines WIDTH as 8 (AVX2; NEON, two registers each) or 16 (AVX-512). Written once with the compiler's vector types.
 */
#ifndef PALATE_KERNELS_LANES_H
#define PALATE_KERNELS_LANES_H

#if defined(__aarch64__)
#include <arm_neon.h>
#else
#include <immintrin.h>
#endif
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float lanes __attribute__((vector_size(WIDTH * sizeof(float))));
typedef double wide_lanes __attribute__((vector_size(WIDTH * sizeof(double))));
typedef float half_lanes __attribute__((vector_size(WIDTH / 2 * sizeof(float))));
typedef float lanes8 __attribute__((vector_size(32)));
typedef float lanes4 __attribute__((vector_size(16)));

#define LANES_INLINE static inline __attribute__((always_inline))
#define SHUFFLE __builtin_shufflevector

/* From memory of any alignment. */
LANES_INLINE lanes load(const float *from)
{
    lanes value;
    memcpy(&value, from, sizeof value);
    return value;
}

LANES_INLINE void store(float *to, lanes value)
{
    memcpy(to, &value, sizeof value);
}

/* Doubles, as many as fit a register. */
enum { DOUBLES = WIDTH / 2 };
typedef double doubles __attribute__((vector_size(DOUBLES * sizeof(double))));

LANES_INLINE doubles load_doubles(const double *from)
{
    doubles value;
    memcpy(&value, from, sizeof value);
    return value;
}

LANES_INLINE void store_doubles(double *to, doubles value)
{
    memcpy(to, &value, sizeof value);
}

LANES_INLINE doubles load_widened(const float *from)
{
    half_lanes value;
    memcpy(&value, from, sizeof value);
#if WIDTH == 16 /* gcc 12 converts quarters and puts them together. */
    return (doubles)_mm512_cvtps_pd((__m256)value);
#else
    return __builtin_convertvector(value, doubles);
#endif
}

/* A number in every lane. */
LANES_INLINE lanes spread(float value)
{
    return value - (lanes){0};
}

/* The first `count` elements, zeros after them; count <= WIDTH. Nothing else is read. */
LANES_INLINE lanes load_part(const float *from, size_t count)
{
#if WIDTH == 16
    return (lanes)_mm512_maskz_loadu_ps((__mmask16)((1U << count) - 1), from);
#elif defined(__aarch64__)
    lanes value = {0};
    for (size_t l = 0; l < count; l++)
        value[l] = from[l];
    return value;
#else
    static const int chosen[2 * WIDTH] = {-1, -1, -1, -1, -1, -1, -1, -1};
    const __m256i mask = _mm256_loadu_si256((const void *)(chosen + WIDTH - count));
    return (lanes)_mm256_maskload_ps(from, mask);
#endif
}

/* 1 in the first `count` lanes, 0 in the others. */
LANES_INLINE lanes first_ones(size_t count)
{
    static const float ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    _Static_assert(sizeof ones >= sizeof(lanes), "one for each lane");
    return load_part(ones, count);
}

typedef int lane_ints __attribute__((vector_size(WIDTH * sizeof(int))));

#if defined(__aarch64__)
/* A bit for each lane that is all ones. */
LANES_INLINE unsigned bits_of(lane_ints chosen)
{
    const lane_ints bits = chosen & (lane_ints){1, 2, 4, 8, 16, 32, 64, 128};
    int32x4_t halves[2];
    memcpy(halves, &bits, sizeof halves);
    return (unsigned)vaddvq_s32(vorrq_s32(halves[0], halves[1]));
}
#endif

/* The larger of each pair; b where one of them is not a number. */
LANES_INLINE lanes larger(lanes a, lanes b)
{
#if WIDTH == 16
    return (lanes)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__aarch64__)
    const lane_ints first = a > b;
    return (lanes)(((lane_ints)a & first) | ((lane_ints)b & ~first));
#else
    return (lanes)_mm256_max_ps((__m256)a, (__m256)b);
#endif
}

/* 1 where a[l] > b[l], 0 elsewhere. */
LANES_INLINE lanes ones_above(lanes a, lanes b)
{
    return (lanes)((lane_ints)(a > b) & (lane_ints)spread(1.0F));
}

/* Bit l is set unless a[l] < b[l]; so also where one of them is not a number. */
LANES_INLINE unsigned not_below(lanes a, lanes b)
{
#if WIDTH == 16
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_NLT_UQ);
#elif defined(__aarch64__)
    return bits_of(~(a < b));
#else
    return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_NLT_UQ));
#endif
}

/* Bit l is set where a[l] >= b[l]; not where one of them is not a number. */
LANES_INLINE unsigned at_least(lanes a, lanes b)
{
#if WIDTH == 16
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GE_OQ);
#elif defined(__aarch64__)
    return bits_of(a >= b);
#else
    return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_GE_OQ));
#endif
}

/* ---- Adding up four vectors at once: element i is the sum of the i-th argument. ---- */

/* [a's first half + second half | b's ...] */
LANES_INLINE lanes8 add_halves8(lanes8 a, lanes8 b)
{
    return SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11) + SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

LANES_INLINE lanes4 sum4_of_8(lanes8 a, lanes8 b, lanes8 c, lanes8 d)
{
    lanes8 ab = add_halves8(a, b);
    lanes8 cd = add_halves8(c, d);
    /* Four sums left in each quarter; the quarters are a, b, c, d. */
    lanes8 pairs = SHUFFLE(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) +
                   SHUFFLE(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
    lanes8 swapped = SHUFFLE(pairs, pairs, 1, 0, 3, 2, 5, 4, 7, 6);
    lanes8 sums = pairs + swapped;
    return SHUFFLE(sums, sums, 0, 4, 2, 6);
}

#if WIDTH == 16
LANES_INLINE lanes8 fold(lanes a)
{
    return SHUFFLE(a, a, 0, 1, 2, 3, 4, 5, 6, 7) + SHUFFLE(a, a, 8, 9, 10, 11, 12, 13, 14, 15);
}

LANES_INLINE lanes4 sum4(lanes a, lanes b, lanes c, lanes d)
{
    return sum4_of_8(fold(a), fold(b), fold(c), fold(d));
}
#else
LANES_INLINE lanes4 sum4(lanes a, lanes b, lanes c, lanes d)
{
    return sum4_of_8(a, b, c, d);
}
#endif

LANES_INLINE float sum1_of_8(lanes8 a)
{
    return sum4_of_8(a, a, a, a)[0];
}

/* ---- Turning WIDTH rows of WIDTH into columns, in place ---- */

#if WIDTH == 8
/* Of rows 4q .. 4q + 3, r[4q + j] is to hold columns j and j + 4. */
LANES_INLINE void transpose_fours(lanes r[WIDTH])
{
    lanes t[WIDTH];
    for (int i = 0; i < WIDTH; i += 2) {
        t[i] = SHUFFLE(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        t[i + 1] = SHUFFLE(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < WIDTH; i += 4) {
        r[i] = SHUFFLE(t[i], t[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        r[i + 1] = SHUFFLE(t[i], t[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        r[i + 2] = SHUFFLE(t[i + 1], t[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
        r[i + 3] = SHUFFLE(t[i + 1], t[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
}

LANES_INLINE void transpose(lanes r[WIDTH])
{
    transpose_fours(r);
    for (int j = 0; j < 4; j++) {
        lanes low = SHUFFLE(r[j], r[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        lanes high = SHUFFLE(r[j], r[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
        r[j] = low;
        r[j + 4] = high;
    }
}
#else
/* Two vectors by quarters of four floats: the even and the odd quarters of both. */
#define EVEN_QUARTERS(a, b) SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD_QUARTERS(a, b) SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)

/* Of rows 4q .. 4q + 3, r[4q + j] is to hold columns j, j + 4, j + 8, j + 12, a quarter each. */
LANES_INLINE void transpose_fours(lanes r[WIDTH])
{
    lanes t[WIDTH];
    for (int i = 0; i < WIDTH; i += 2) {
        t[i] = SHUFFLE(r[i], r[i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
        t[i + 1] = SHUFFLE(r[i], r[i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15,
                           31);
    }
    for (int i = 0; i < WIDTH; i += 4) {
        for (int h = 0; h < 2; h++) {
            r[i + 2 * h] = SHUFFLE(t[i + h], t[i + h + 2], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25,
                                   12, 13, 28, 29);
            r[i + 2 * h + 1] = SHUFFLE(t[i + h], t[i + h + 2], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11,
                                       26, 27, 14, 15, 30, 31);
        }
    }
}

LANES_INLINE void transpose(lanes r[WIDTH])
{
    lanes t[WIDTH];
    transpose_fours(r);
    for (int j = 0; j < 4; j++) {
        lanes even_low = EVEN_QUARTERS(r[j], r[j + 4]);
        lanes odd_low = ODD_QUARTERS(r[j], r[j + 4]);
        lanes even_high = EVEN_QUARTERS(r[j + 8], r[j + 12]);
        lanes odd_high = ODD_QUARTERS(r[j + 8], r[j + 12]);
        t[j] = EVEN_QUARTERS(even_low, even_high);
        t[j + 8] = ODD_QUARTERS(even_low, even_high);
        t[j + 4] = EVEN_QUARTERS(odd_low, odd_high);
        t[j + 12] = ODD_QUARTERS(odd_low, odd_high);
    }
    for (int i = 0; i < WIDTH; i++)
        r[i] = t[i];
}
#endif

/* ---- Narrow numbers: 16 bits each (IEEE 754 binary16) ---- */

enum { NARROW = 2 * WIDTH }; /* To a vector. */
typedef uint16_t narrow_lanes __attribute__((vector_size(NARROW * sizeof(uint16_t))));

/* Half `part` of a vector of narrow numbers as floats. */
LANES_INLINE lanes widen_part(const lanes *of, size_t part)
{
    uint16_t narrow[WIDTH];
    memcpy(narrow, (const char *)of + part * sizeof narrow, sizeof narrow);
#if WIDTH == 16
    return (lanes)_mm512_cvtph_ps(_mm256_loadu_si256((const void *)narrow));
#elif defined(__aarch64__)
    const float32x4_t both[2] = {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(narrow))),
                                 vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(narrow + 4)))};
    lanes value;
    memcpy(&value, both, sizeof value);
    return value;
#else
    return (lanes)_mm256_cvtph_ps(_mm_loadu_si128((const void *)narrow));
#endif
}

/* To the nearest, of those as near the even one. */
LANES_INLINE void store_narrow(void *to, lanes value)
{
#if WIDTH == 16
    _mm256_storeu_si256(to, _mm512_cvtps_ph((__m512)value, _MM_FROUND_TO_NEAREST_INT));
#elif defined(__aarch64__)
    float32x4_t both[2];
    memcpy(both, &value, sizeof both);
    const float16x4_t narrow[2] = {vcvt_f16_f32(both[0]), vcvt_f16_f32(both[1])};
    memcpy(to, narrow, sizeof narrow);
#else
    _mm_storeu_si128(to, _mm256_cvtps_ph((__m256)value, _MM_FROUND_TO_NEAREST_INT));
#endif
}

/* From quarters of 16 bytes of a and of b, one number of each by turns: four from `first` on. */
#define BY_TURNS(first)                                                                            \
    (first), (first) + NARROW, (first) + 1, (first) + NARROW + 1, (first) + 2,                     \
        (first) + NARROW + 2, (first) + 3, (first) + NARROW + 3
#if WIDTH == 8
#define LOW_BY_TURNS(a, b) SHUFFLE(a, b, BY_TURNS(0), BY_TURNS(8))
#define HIGH_BY_TURNS(a, b) SHUFFLE(a, b, BY_TURNS(4), BY_TURNS(12))
#else
#define LOW_BY_TURNS(a, b) SHUFFLE(a, b, BY_TURNS(0), BY_TURNS(8), BY_TURNS(16), BY_TURNS(24))
#define HIGH_BY_TURNS(a, b) SHUFFLE(a, b, BY_TURNS(4), BY_TURNS(12), BY_TURNS(20), BY_TURNS(28))
#endif

/* WIDTH rows of 2 WIDTH narrow numbers: r[j] is to hold columns j and j + WIDTH. */
LANES_INLINE void transpose_narrow(lanes r[WIDTH])
{
    lanes t[WIDTH];
    for (int i = 0; i < WIDTH / 2; i++) {
        const narrow_lanes even = (narrow_lanes)r[2 * i];
        const narrow_lanes odd = (narrow_lanes)r[2 * i + 1];
        t[i] = (lanes)LOW_BY_TURNS(even, odd);
        t[WIDTH / 2 + i] = (lanes)HIGH_BY_TURNS(even, odd);
    }
    transpose_fours(t);
#if WIDTH == 8
    for (int j = 0; j < WIDTH; j++)
        r[j] = t[j];
#else
    /* A quarter is a column of 8 rows: of the first in t[8h + i], of the last in t[8h + 4 + i]. */
    for (int j = 0; j < WIDTH / 2; j++) {
        const lanes first = t[j / 4 * 8 + j % 4];
        const lanes last = t[j / 4 * 8 + 4 + j % 4];
        r[j] = SHUFFLE(first, last, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
        r[8 + j] = SHUFFLE(first, last, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
#endif
}

#endif
