/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings as MovieLens has them: a few users and items have most of them, half stars, times.
 *
 *     weight of a user at place v in 0..1        1 / (v + .01)          mean 4.6, median 2
 *     weight of an item at place v               1 / (v + .03)^2        mean 32, median 3.6
 *     rating = 3.5 + o_i + s_j + SPREAD (sum over f of p_if q_jf - its mean) + noise
 *
 * Both are laws of power with a head that is cut: the counts of MovieLens 10M have mean 143 and median 69 for
 * users, 937 and 135 for items. Only arithmetic that IEEE 754 defines to the last bit is used (no
 * logarithm, no sine): the bytes are the same everywhere.
 */
#include "evaluate/made_up.h"

#include <math.h>

static const double USER_SHIFT = 0.01;
static const double USER_MEAN = 4.61512051684126; /* log(1.01 / 0.01) */
static const double ITEM_SHIFT = 0.03;

static const double CENTRE = 3.5;
static const double USER_DEVIATION = 0.45;
static const double ITEM_DEVIATION = 0.5;
static const double SPREAD = 2.7;

/* Times: MovieLens began to be in 1995, and goes on for 20 years. */
static const uint32_t FIRST_TIME = 789652009;
static const uint32_t LAST_TIME = 1427784002;
enum { PAUSE_SECONDS = 120 };

enum { FACTORS_MOST = PALATE__TASTES_MOST };

/* What a user or item is like. */
typedef struct traits {
    double offset;
    double factors[FACTORS_MOST]; /* Not negative; their squares add up to 1. */
} traits;

/* Near enough to a normal number of deviation 1: the sum of four uniform ones, at most 3.5. */
static double normal(palate__random4 random)
{
    double sum = 0;
    for (int w = 0; w < 4; w++)
        sum += palate__uniform_double(random.word[w]);
    return (sum - 2) * sqrt(3);
}

static traits traits_of(const palate_synth_options *options, palate__stream side, uint32_t row,
                        double deviation)
{
    traits out = {.offset = deviation * normal(palate__draw(options, side, row, 0))};
    double squares = 0;
    for (uint32_t f = 0; f < (uint32_t)options->tastes; f++) {
        const uint32_t word = palate__draw(options, side, row, 1 + f / 4).word[f % 4];
        const double uniform = palate__uniform_double(word);
        /* Most tastes are weak, few are strong. */
        out.factors[f] = uniform * uniform * uniform + 0.01;
        squares += out.factors[f] * out.factors[f];
    }
    for (uint32_t f = 0; f < (uint32_t)options->tastes; f++)
        out.factors[f] /= sqrt(squares);
    return out;
}

static void *begin(palate_context *context, const palate_synth_options *options)
{
    traits *items = palate__allocate_array(context, (size_t)options->items, sizeof *items);
    for (uint32_t item = 0; items != NULL && item < options->items; item++)
        items[item] = traits_of(options, PALATE__STREAM_ITEM, item, ITEM_DEVIATION);
    return items;
}

/* ---- Who rates what ---- */

/* The item at a place 0..1 of the line on which each item takes as much room as it is popular. The weights up to
 * v add up to 1 / s - 1 / (v + s). */
static int64_t item_at(double place, int64_t item_count)
{
    const double head = 1 / ITEM_SHIFT;
    const double all = head - 1 / (1 + ITEM_SHIFT);
    const double v = 1 / (head - place * all) - ITEM_SHIFT;
    return (int64_t)(v * (double)item_count);
}

/* Users' places are spread evenly by the golden section, so that their counts add up. */
static int64_t count_of(const palate_synth_options *options, uint32_t user)
{
    const uint32_t start = palate__draw(options, PALATE__STREAM_USER, UINT32_MAX, 0).word[0];
    const double place = palate__uniform_double(start + user * 2654435769U);
    const double mean = options->density * (double)options->items;
    const double wanted = mean / (USER_MEAN * (place + USER_SHIFT));
    const int64_t count = (int64_t)floor(wanted + 0.5);
    return count < 1 ? 1 : count > options->items ? options->items : count;
}

/* Popular items are scattered over the numbers that ids are. */
static uint64_t id_of(uint32_t item, int64_t item_count)
{
    const uint64_t n = (uint64_t)item_count;
    /* A prime larger than any n, so that no two items meet. */
    return (uint64_t)item * 4294967291U % n + 1;
}

/* ---- Lines ---- */

static double dot(const double *a, const double *b, int64_t count)
{
    double sum = 0;
    for (int64_t f = 0; f < count; f++)
        sum += a[f] * b[f];
    return sum;
}

static void write_half_stars(palate__writing *to, double rating)
{
    const double halves = floor(2 * rating + 0.5);
    const unsigned kept = halves < 1 ? 1 : halves > 10 ? 10 : (unsigned)halves;
    const char text[3] = {(char)('0' + kept / 2), '.', kept % 2 == 0 ? '0' : '5'};
    palate__write_bytes(to, text, sizeof text);
}

static void write_user(const palate_synth_options *options, const void *state, uint32_t user,
                       palate__writing *to)
{
    const traits *items = state;
    const traits self = traits_of(options, PALATE__STREAM_USER, user, USER_DEVIATION);
    const int64_t count = count_of(options, user);
    const uint32_t span = LAST_TIME - FIRST_TIME;
    const palate__random4 random = palate__draw(options, PALATE__STREAM_USER, user,
                                                1 + FACTORS_MOST / 4);
    uint64_t time = FIRST_TIME + random.word[0] % span;
    int64_t last = -1;
    for (int64_t taken = 0; taken < count; taken++) {
        const palate__random4 drawn = palate__draw(options, PALATE__STREAM_PICK, user,
                                                   (uint32_t)taken);
        const double jitter = palate__uniform_double(drawn.word[0]);
        int64_t item = item_at(((double)taken + jitter) / (double)count, options->items);
        if (item <= last)
            item = last + 1;
        if (item > options->items - (count - taken))
            item = options->items - (count - taken);
        last = item;
        time += drawn.word[1] % PAUSE_SECONDS;
        const double noise = normal(
            palate__draw(options, PALATE__STREAM_NOISE, user, (uint32_t)taken));
        const traits *other = &items[item];
        const double match = dot(self.factors, other->factors, options->tastes);
        palate__write_number(to, (uint64_t)user + 1);
        palate__write_character(to, ',');
        palate__write_number(to, id_of((uint32_t)item, options->items));
        palate__write_character(to, ',');
        write_half_stars(to, CENTRE + self.offset + other->offset + SPREAD * (match - 0.5) +
                                 options->noise * noise);
        palate__write_character(to, ',');
        palate__write_number(to, time);
        palate__write_character(to, '\n');
    }
}

/* "2571,Film 2571,thriller": its strongest taste. */
static void write_item(const palate_synth_options *options, const void *state, uint32_t item,
                       palate__writing *to)
{
    const traits *items = state;
    const uint64_t id = id_of(item, options->items);
    int64_t strongest = 0;
    for (int64_t f = 1; f < options->tastes; f++)
        if (items[item].factors[f] > items[item].factors[strongest])
            strongest = f;
    palate__write_number(to, id);
    palate__write_text(to, ",Film ");
    palate__write_number(to, id);
    palate__write_character(to, ',');
    palate__write_text(to, palate__taste_names[strongest]);
    palate__write_character(to, '\n');
}

const palate__made_up palate__made_up_movielens = {
    .ratings_header = "userId,movieId,rating,timestamp\n",
    .items_header = "movieId,title,taste\n",
    .begin = begin,
    .write_user = write_user,
    .write_item = write_item,
};
