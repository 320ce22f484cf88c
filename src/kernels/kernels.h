/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels: the inner loops, and nothing else. They see arrays and lengths only, allocate nothing
 * and cannot fail.
 *
 * generic.c is the definition of correct. Other files override entries of the table for an
 * instruction set; which table is used is decided once, at run time, by what the processor can do,
 * or by the environment variable PALATE_ISA. Sums are taken in one order on one instruction set: in
 * PALATE__LANES partial sums, lane l taking elements l, l + LANES, ..., which are then added as a
 * binary tree. Sets differ in rounding where they fuse multiply and add.
 */
#ifndef PALATE_KERNELS_KERNELS_H
#define PALATE_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    PALATE__LANES = 16,
    PALATE__SCREEN_USERS = 32,                      /* Of a screen in floats. */
    PALATE__TILE_ITEMS = 16,                        /* Of a screen in bytes; */
    PALATE__TILE_USERS = 8,                         /* and users. */
    PALATE__GRAM_ROWS = 32,                         /* Of gram_descend. */
    PALATE__CHAINS = 192,                           /* Of multiply_adds. */
    PALATE__MARKED_BYTES = 4096,                    /* Most of a text that list_marks looks at; */
    PALATE__MARKS_ROOM = PALATE__MARKED_BYTES + 32, /* for what it lists. */
    PALATE__GROUP = 32,                             /* Ratings that are taken together. */
    PALATE__SHAPE_FIELDS = 64                       /* Most of a line. */
};
#define PALATE__CHAIN_STEP 0x1p-8F

/* A narrow number has 16 bits (IEEE 754 binary16): 11 of precision, sizes up to this. */
#define PALATE__NARROW_MOST 65504.0F

/* Numbers of a narrow row of `stride` coordinates: whole cache lines, zeros after the coordinates. */
static inline size_t palate__narrow_stride(size_t stride)
{
    return (stride + 31) / 32 * 32;
}

/* How a coordinate is drawn rather than minimized: numbers that are the caller's to make. */
typedef struct palate__row_noise {
    float deviation;      /* > 0: the standard deviation of a rating. */
    const float *normals; /* `stride` standard normal numbers; 0 in the padding, and at coordinate 0
                             where it is not fitted. */
    /* A standard normal number that is at least `low`, for coordinate f. */
    float (*above)(void *random, size_t f, float low);
    void *random;
} palate__row_noise;

/* One row to improve; see row_update below. Pointers to float are to 64-byte aligned memory unless
 * said otherwise. */
typedef struct palate__row_problem {
    const float
        *fixed; /* Rows of the fixed side, `stride` floats each: coordinate 0 is that row's bias. */
    const uint16_t *narrow; /* The same rows made narrow, taken in their place; aligned. Or NULL. */
    size_t stride; /* A multiple of PALATE__LANES: 1 + k coordinates and padding, which holds 0. */
    size_t coordinate_count; /* 1 + k */
    const uint32_t *columns; /* The rows of `fixed` that are rated: c of them. Any alignment. */
    const float *ratings;    /* c, on the original scale. Any alignment. */
    size_t count;            /* c >= 0 */
    float shift, gain;       /* Targets are (rating - shift) * gain. */
    const float *lambda;     /* `stride` floats > 0: the strength of each coordinate's prior. */
    const float *doubts;     /* Of each row of `fixed`, >= 0: their sum over what is rated adds to
                                lambda_1..k. Any alignment. NULL: none. */
    float bound;             /* Coordinates 1..k stay >= bound; coordinate 0 is free. */
    float
        relaxation; /* Steps are this times those to the minimum: above 0, below 2; 1 with noise. */
    int fit_bias;   /* 0: coordinate 0 stays as it is (and counts as 0). */
    const palate__row_noise *noise; /* NULL: minimize. */
} palate__row_problem;

/* What the ratings of a row come to. */
typedef struct palate__row_sums {
    double squared_error; /* Once it is improved. */
    double doubt;         /* 0 without doubts. */
    double squares;       /* Of coordinates 1..k of the rated rows. */
} palate__row_sums;

/* The ratings of one row, and what they rate. */
typedef struct palate__rated {
    const float *fixed;      /* As of palate__row_problem: */
    size_t stride;           /* the same, */
    const uint32_t *columns; /* the same, `count` of them; */
    const float *ratings;    /* the same. */
    size_t count;
    double shift;           /* Targets are rating - shift. */
    const float *estimates; /* Of each target; NULL: the row times the rated row. Any alignment. */
} palate__rated;

/*
 * Items for a screen in bytes, in tiles of PALATE__TILE_ITEMS. Item l of tile t is a vector y_tl,
 * known as bytes: coordinate 4 q + i is about
 *
 *     scales[t] (b - 128),   b = bytes[((t quads + q) PALATE__TILE_ITEMS + l) 4 + i]
 */
typedef struct palate__tiles {
    size_t quads;         /* Coordinates / 4; a multiple of 4. */
    const uint8_t *bytes; /* Aligned. */
    const float *offsets; /* PALATE__TILE_ITEMS a tile. */
    const float *scales;  /* One a tile, as the following. */
    const float *misses;  /* How far any y of the tile is from what its bytes stand for. */
    const float *lengths; /* Of the longest y. */
    const float *tops;    /* The largest offset. */
} palate__tiles;

/* Users for a screen in bytes. User r is a vector x_r, known as bytes: coordinate 4 q + i is about
 * scales[r] b, b = bytes[(q PALATE__TILE_USERS + r) 4 + i], of size byte_limit at most. Places
 * without a user hold zeros, and INFINITY as threshold. */
typedef struct palate__tile_users {
    size_t count;        /* 1..PALATE__TILE_USERS */
    const int8_t *bytes; /* Aligned. */
    float scales[PALATE__TILE_USERS];
    float shifts[PALATE__TILE_USERS];  /* 128 times the sum of the bytes, times the scale. */
    float reaches[PALATE__TILE_USERS]; /* Length of what the bytes stand for. */
    float misses[PALATE__TILE_USERS];  /* How far x is from that. */
    float lengths[PALATE__TILE_USERS]; /* Of x. */
    float thresholds[PALATE__TILE_USERS];
} palate__tile_users;

/* Bit l of lanes[r]: user r, item l. */
typedef struct palate__tile_hits {
    uint32_t tile;
    uint16_t lanes[PALATE__TILE_USERS];
} palate__tile_hits;

/* out = begin + matrix' row: `width` numbers from `length`. */
typedef struct palate__transform {
    const double *matrix; /* length x width */
    const double *begin;  /* width */
    size_t length;
    size_t width; /* A multiple of 16. */
} palate__transform;

/* Minima of x'Gx - 2 b'x over x >= 0, one G for many b. */
typedef struct palate__gram_problem {
    const float *gram;    /* G: count x count, symmetric, its diagonal >= 0. Any alignment. */
    const float *inverse; /* 1 / diagonal; 0: the coordinate stays as it is. */
    size_t count;
    size_t passes; /* At most. */
    float still;   /* A row's last is one that lowers it by this share of what its first did. */
} palate__gram_problem;

/* Ids of up to SHORT_BYTES bytes, which most are, are their own key: their bytes, the first lowest, then
 * their length in the top byte. Longer ones have a hash there, under 255. */
enum { PALATE__SHORT_BYTES = 7, PALATE__TOP_BYTE = 56 };

/* Where the search for a key begins: all of the key counts. One multiplication (Fibonacci hashing) would do for
 * most ids, but not for numbers padded with zeros: 8 looks at slots for one id. These three are of 32 bits, which vectors have. */
#define PALATE__MIX_LOW 0x9E3779B9U
#define PALATE__MIX_HIGH 0x85EBCA77U
#define PALATE__MIX_BOTH 0xC2B2AE3DU
static inline uint32_t palate__mix(uint64_t key)
{
    uint64_t sum = (key & UINT32_MAX) * PALATE__MIX_LOW + (key >> 32) * PALATE__MIX_HIGH;
    sum ^= sum >> 32;
    return (uint32_t)((sum & UINT32_MAX) * PALATE__MIX_BOTH >> 32);
}

/* A slot of a table of keys. */
typedef struct palate__key_slot {
    uint64_t key; /* 0: empty. */
    uint32_t number;
} palate__key_slot;

/* The ids of one side of a group. */
typedef struct palate__group_ids {
    _Alignas(64) const char *texts[PALATE__GROUP];
    size_t bytes[PALATE__GROUP];
    uint64_t keys[PALATE__GROUP];
    uint32_t mixed[PALATE__GROUP]; /* palate__mix(key) */
    uint32_t longer;               /* Bit r: id r is no short one. */
} palate__group_ids;

/* Puts an id there, from whose beginning 8 bytes can be read. The key of a longer one is the caller's to make. */
static inline void palate__group_id(palate__group_ids *ids, size_t r, const char *text,
                                    size_t bytes)
{
    uint64_t key;
    memcpy(&key, text, sizeof key);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    key = __builtin_bswap64(key);
#endif
    if (__builtin_expect(bytes > PALATE__SHORT_BYTES, 0))
        ids->longer |= UINT32_C(1) << r;
    key = (key & ~(UINT64_MAX << (8 * bytes & 63))) | (uint64_t)bytes << PALATE__TOP_BYTE;
    ids->texts[r] = text;
    ids->bytes[r] = bytes;
    ids->keys[r] = key;
    ids->mixed[r] = palate__mix(key);
}

/* Ratings that follow each other. */
typedef struct palate__group {
    palate__group_ids users, items;
    double ratings[PALATE__GROUP]; /* NaN: there is none. */
    int64_t times[PALATE__GROUP];
} palate__group;

/* A field of lines that all look alike. */
typedef struct palate__place {
    uint32_t mark; /* Of the line: that ends it. */
    uint32_t back; /* Bytes from the end of the field to that mark. */
    uint64_t after,
        bits; /* The bytes from its last one on, the lowest, are `after` in those bits. */
    int bare; /* Its last byte is no CR. */
} palate__place;

/* What lines look like. */
typedef struct palate__line_shape {
    size_t marks; /* Of a line; the last ends it. */
    palate__place user, item, rating, time;
    int rated, timed; /* Is there such a field? */
    int solid;        /* No field is empty or begins with CR. */
    size_t other_count;
    palate__place others[PALATE__SHAPE_FIELDS]; /* That are looked at, not read. */
} palate__line_shape;

typedef struct palate__kernels {
    const char *name;

    /*
     * Improves one row x (`stride` floats) by one pass over its coordinates f = 0..k:
     *
     *     e = target - x_0 - (bias of the column) - sum_f x_f z_f    z_f: coordinate f of a rated row
     *     m = x_f + relaxation (sum e z_f - lambda_f away_f) / (lambda_f + sum z_f^2)
     *     x_f <- max(m, bound)                                        without noise
     *            N(m, deviation^2 / (lambda_f + sum z_f^2)) >= bound  with noise: drawn
     *
     * where `away` (`stride` floats, 0 in the padding) is how far x is from the mean of its prior, and
     * moves with x, and lambda_f holds the sum of doubts for f > 0. Without noise
     * sum e^2 + sum_f lambda_f away_f^2 never rises (up to rounding). `scratch` has
     * row_update_scratch(stride, count) floats; afterwards the first `count` of them hold e.
     */
    palate__row_sums (*row_update)(const palate__row_problem *problem, float *x, float *away,
                                   float *scratch);

    /* Floats of scratch for rows of at most `count` ratings. */
    size_t (*row_update_scratch)(size_t stride, size_t count);

    /* A row of `stride` floats in palate__narrow_stride(stride) narrow numbers: to the nearest, of two
     * as near the even one, none beyond PALATE__NARROW_MOST. Both are aligned. */
    void (*narrow_row)(const float *row, size_t stride, uint16_t *narrow);

    /*
     * What a multiplicative update of row x is made of: for each of `stride` coordinates f
     *
     *     above[f] = sum_e target_e z_ef       below[f] = sum_e estimate_e z_ef
     *
     * in doubles. Sums over ratings are taken in their order.
     */
    void (*multiply_sums)(const palate__rated *rated, const float *x, double *above, double *below);

    /*
     * A slice of PALATE__LANES columns of a matrix, and the rows that share something:
     *
     *     sums[l] = sum_e weights[rows[e]] * matrix[rows[e] * stride + l]            gather
     *     matrix[rows[e] * stride + l] -= weights[rows[e]] * change[l]                spread
     *
     * `matrix` points at the slice's first column, 64-byte aligned as are sums and change; rows are
     * `count` different ones.
     */
    void (*slice_gather)(const float *matrix, size_t stride, const uint32_t *rows,
                         const float *weights, size_t count, float *sums);
    void (*slice_spread)(float *matrix, size_t stride, const uint32_t *rows, const float *weights,
                         size_t count, const float *change);

    /* sums[f] = sum_e weights[e] * matrix[rows[e] * stride + f] for f < stride, a multiple of
     * PALATE__LANES; `matrix` and `sums` are aligned. */
    void (*weigh_rows)(const float *matrix, size_t stride, const uint32_t *rows,
                       const float *weights, size_t count, float *sums);

    /*
     * PALATE__LANES rows of the Gram matrix of `count` aligned rows of `stride` floats, those before `end` of them, from
     * about the diagonal on:
     *
     *     sums[i * stride + j] += sum_r rows[r][first + i] rows[r][j]
     *
     *     i < PALATE__LANES, first + i < end, first <= j < stride
     *
     * where `first` and stride are multiples of PALATE__LANES. Rows from `end` on may be summed as well.
     */
    void (*gram_add)(const float *rows, size_t stride, size_t count, size_t first, size_t end,
                     double *sums);

    /*
     * Improves PALATE__GRAM_ROWS rows x at once, coordinate f of row l at x[f * PALATE__GRAM_ROWS + l], as in
     * b, both aligned, by passes of coordinate descent:
     *
     *     x_f <- max(x_f + (b_f - sum_j G_fj x_j) inverse_f, 0)      f = 0 .. count - 1
     *
     * The objective of no row rises (up to rounding). A pass counts as lowering it by
     * sum (change of x_f)^2 G_ff; a row that is lowered by no more than `still` of what its first pass did stays
     * from then on. What becomes of a row does not depend on the others.
     */
    void (*gram_descend)(const palate__gram_problem *problem, const float *b, float *x);

    /* sum_f a[f] b[f] over `length` floats of any alignment. */
    float (*dot)(const float *a, const float *b, size_t length);

    /* scores[j] = start[j] + dot(user, items + j * k, k) for j < count; the same bits as dot(). Any
     * alignment. */
    void (*scores)(const float *user, const float *items, const float *start, size_t k,
                   size_t count, float *scores);

    /* The same for items that do not lie side by side: scores[j] = start[j] +
     * dot(user, items + rows[j] * k, k). */
    void (*scores_at)(const float *user, const float *items, const uint32_t *rows,
                      const float *start, size_t k, size_t count, float *scores);

    /* The first of `count` values that is not within low..high, as what is no number never is; or
     * `count`. Any alignment. */
    size_t (*first_outside)(const float *values, size_t count, float low, float high);

    /*
     * Which of `count` items may reach the thresholds of PALATE__SCREEN_USERS users. Bit r of
     * hits[j] is set unless, in floats,
     *
     *     offsets[j] + sum_f users[f * PALATE__SCREEN_USERS + r] items[j * k + f] < thresholds[r]
     *
     * with the sum taken in any order, each product rounded or not: it is off the true value by at
     * most (k + 1) 2^-23 times the sum of the sizes of its terms. Not a number on either side sets
     * the bit. Any alignment; nothing may overlap.
     */
    void (*screen)(const float *users, const float *thresholds, const float *items,
                   const float *offsets, size_t k, size_t count, uint32_t *hits);

    /*
     * Which items of tiles first..end-1 may reach the thresholds of users: what may be found where
     * x.y + offset is at least the threshold. A tile in which, for every user,
     *
     *     tops[t] + lengths[r] lengths[t] < thresholds[r]          (Cauchy and Schwarz)
     *
     * holds nothing. In the others, lane l of user r is set unless
     *
     *     sum (scales[r] scales[t]) + offsets[tl] <
     *         thresholds[r] + shifts[r] scales[t] - reaches[r] misses[t] - misses[r] lengths[t]
     *
     * where `sum` is the exact sum of products of bytes and the rest are floats, each operation
     * rounded or not. Not a number on either side sets the bit. Writes the tiles that have a bit
     * set, in increasing order, and returns how many; `hits` has room for all.
     */
    size_t (*screen_tiles)(const palate__tiles *tiles, const palate__tile_users *users,
                           size_t first, size_t end, palate__tile_hits *hits);

    /*
     * How good the items of tiles first..end-1 are at least: maxima[r * PALATE__TILE_ITEMS + l] is
     * the largest, over those of lane l that user r's bit l of hidden[r][t] does not hide, of
     *
     *     sum (scales[r] scales[t]) + offsets[tl] - shifts[r] scales[t] - reaches[r] misses[t] -
     *         misses[r] lengths[t]
     *
     * which x.y + offset is not below, in floats as in screen_tiles; -INFINITY where there is none.
     * Of `hidden` and `maxima` only the first users->count places are touched.
     */
    void (*tile_maxima)(const palate__tiles *tiles, const palate__tile_users *users, size_t first,
                        size_t end, const uint16_t *const *hidden, float *maxima);

    /*
     * Numbers in whole steps, for these two: steps[f] is values[f] / step, rounded to the nearest, of
     * size `limit` at most, which is within 1..127; what is no number is anything. Returns the sum
     * of (values[f] - step steps[f])^2. `count` is a multiple of 16, step > 0.
     */
    double (*to_steps)(const double *values, size_t count, double step, int limit, int8_t *steps);

    /* The largest size of a user's byte that these two can take. */
    int byte_limit;

    /* Transforms `count` rows into out, count x width, each sum taken in order of coordinates. */
    void (*transform)(const palate__transform *by, const float *const *rows, size_t count,
                      double *out);

    /*
     * Lists, in increasing order, where what follows an a, b or c begins among the first `bytes` (at most
     * PALATE__MARKED_BYTES) of `text`: its place + 1. Returns how many there are. What else is in `places` may be
     * overwritten. (Text is looked at by the page: a loop that looks for the end of each field guesses wrongly, at nearly
     * every field, how long it is.)
     */
    size_t (*list_marks)(const char *text, size_t bytes, char a, char b, char c,
                         uint16_t places[PALATE__MARKS_ROOM]);

    /* XXH3-64 of `count` bytes of any alignment. */
    uint64_t (*hash)(const void *bytes, size_t count);

    /*
     * Cuts lines l < count (at most PALATE__GROUP) of which mark m is marks[l * shape->marks + m], from `base`: a
     * field begins at the mark before its own, the first one of all at marks[-1]. Returns how many there are before the
     * first that is not plain: whose fields all end and begin as the shape has it, and of which no field that is read is
     * empty.
     *
     * Fills what the group has of plain lines, but not keys of longer ids, nor numbers of lines whose bit is set in
     * odd_ratings or odd_times: a set reads what numbers it likes, as palate__parse_real() and palate__parse_integer()
     * would. After each line 8 bytes can be read.
     */
    size_t (*cut_lines)(const char *base, const uint16_t *marks, size_t count,
                        const palate__line_shape *shape, palate__group *out, uint32_t *odd_ratings,
                        uint32_t *odd_times);

    /* Numbers of `count` keys, 1..PALATE__GROUP, none of them 0: numbers[i] is that of the first slot which has the
     * key, from mixed[i] on up to an empty one; anything where there is none. slot_count is a power of two above the
     * number of keys there. What is in keys and mixed beyond `count` is read, all of `numbers` written. Returns bit
     * i: key i was found. */
    uint32_t (*find_keys)(const palate__key_slot *slots, uint32_t slot_count,
                          const uint64_t keys[PALATE__GROUP], const uint32_t mixed[PALATE__GROUP],
                          size_t count, uint32_t numbers[PALATE__GROUP]);

    /* out[2 r], [2 r + 1] are items[r] and the bits of values[r] as a float, for r < count, 1..PALATE__GROUP. Are all values within low..high, as what is no number never is? */
    int (*join_ratings)(const uint32_t items[PALATE__GROUP], const double values[PALATE__GROUP],
                        size_t count, double low, double high, uint32_t *out);

    /* For measuring: x_l <- factor x_l + addend, `rounds` times for each of PALATE__CHAINS numbers, at
     * first x_l = l PALATE__CHAIN_STEP, as fast as registers alone allow. Returns the sum of x. */
    float (*multiply_adds)(size_t rounds, float factor, float addend);
} palate__kernels;

/* The table for this machine. Thread-safe, chosen at first use. */
const palate__kernels *palate__kernels_get(void);

/* Every table compiled in, best last, NULL-terminated; `usable` tells which this machine can run.
 * For tests. */
const palate__kernels *const *palate__kernels_all(void);
int palate__kernels_usable(const palate__kernels *kernels);

#endif
