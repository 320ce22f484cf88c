/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings made up from planted tastes.
 *
 *     rating(i, j) = FLOOR + SPAN min(1, sum over shared tastes of share_i share_j) + noise
 *
 * rounded to a whole star from 1 to 5; share is 1 for somebody with one taste, TWO_TASTES_SHARE for
 * each of two. Everything is worked out from random numbers that belong to the user or the item. Only arithmetic that IEEE 754
 * defines to the last bit is used (no logarithm, no sine): the bytes are the same everywhere.
 */
#include "evaluate/made_up.h"

#include <math.h>
#include <stdio.h>

enum { TEXT_BYTES = 80 };

static const double FLOOR = 1.5;
static const double SPAN = 3.2;
static const double TWO_TASTES_SHARE = 0.75;
static const double TWO_TASTES_CHANCE = 0.3;

/* How uneven users' activity and items' popularity are: so many times their means. */
static const double MOST = 1.5;
static const double LEAST = 0.5;

/* Which tastes a user or item has. */
typedef struct tastes {
    uint32_t first, second; /* Equal: only one. */
} tastes;

/* The first taste goes round, so that all are there; the second is drawn by chance. */
static tastes choose(const palate_synth_options *options, uint32_t first, palate__random4 random)
{
    uint32_t count = (uint32_t)options->tastes;
    tastes chosen = {first % count, first % count};
    if (count > 1 && palate__uniform_double(random.word[0]) < TWO_TASTES_CHANCE)
        chosen.second = (chosen.first + 1 + random.word[1] % (count - 1)) % count;
    return chosen;
}

/* Users go round one further each time, so that who must rate whom (see picks) is no matter of
 * taste. */
static tastes user_tastes(const palate_synth_options *options, uint32_t user)
{
    return choose(options, user + user / (uint32_t)options->tastes,
                  palate__draw(options, PALATE__STREAM_USER, user, 0));
}

static tastes item_tastes(const palate_synth_options *options, uint32_t item)
{
    return choose(options, item, palate__draw(options, PALATE__STREAM_ITEM, item, 0));
}

static double share(tastes of, uint32_t taste)
{
    if (of.first == of.second)
        return of.first == taste ? 1 : 0;
    return of.first == taste || of.second == taste ? TWO_TASTES_SHARE : 0;
}

/* Near enough to a normal number of deviation 1: the sum of four uniform ones, at most 3.5. */
static double draw_noise(const palate_synth_options *options, uint32_t user, uint32_t item)
{
    palate__random4 random = palate__draw(options, PALATE__STREAM_NOISE, user, item);
    double sum = 0;
    for (int w = 0; w < 4; w++)
        sum += palate__uniform_double(random.word[w]);
    return (sum - 2) * sqrt(3);
}

static int rate(const palate_synth_options *options, uint32_t user, tastes likes, uint32_t item,
                tastes serves)
{
    double match = share(likes, serves.first) * share(serves, serves.first);
    if (serves.second != serves.first)
        match += share(likes, serves.second) * share(serves, serves.second);
    double rating = FLOOR + SPAN * (match < 1 ? match : 1) +
                    options->noise * draw_noise(options, user, item);
    double stars = floor(rating + 0.5);
    return stars < 1 ? 1 : stars > 5 ? 5 : (int)stars;
}

/* "western", or both tastes with `between`. */
static void name_tastes(tastes of, char between, char *text, size_t size)
{
    if (of.first == of.second)
        snprintf(text, size, "%s", palate__taste_names[of.first]);
    else
        snprintf(text, size, "%s%c%s", palate__taste_names[of.first], between,
                 palate__taste_names[of.second]);
}

static void name_row(const char *what, tastes of, uint32_t row, char *text, size_t size)
{
    char named[TEXT_BYTES / 2];
    name_tastes(of, '-', named, sizeof named);
    snprintf(text, size, "%s-%s-%lu", what, named, (unsigned long)row + 1);
}

/* The item at a place 0..1 of the line on which each item takes as much room as it is popular:
 * popularity falls from MOST to LEAST, so room up to x is MOST x - (MOST - LEAST) x^2 / 2. */
static int64_t item_at(double place, int64_t item_count)
{
    double slope = MOST - LEAST;
    double x = (MOST - sqrt(MOST * MOST - 2 * slope * place)) / slope;
    return (int64_t)(x * (double)item_count);
}

/* The items one user rates, in increasing order: some that he must, so that every item is rated
 * where there are as many ratings as that (item j by user j modulo m), the others by chance. */
typedef struct picks {
    const palate_synth_options *options;
    uint32_t user;
    int64_t required, required_taken;
    int64_t chance, chance_taken;
    int64_t last; /* Chosen by chance last, counted among the items not required; or -1. */
    int64_t next_required, next_chance; /* What comes next of each; the number of items: none. */
} picks;

/* The place-th of the items that the user need not rate. */
static int64_t skip_required(const picks *from, int64_t place)
{
    int64_t user = from->user;
    int64_t m = from->options->users;
    if (from->required == 0 || place < user)
        return place;
    return place + 1 + (place - user) / (m - 1);
}

static void step_required(picks *from)
{
    bool left = from->required_taken < from->required;
    from->next_required = left ? from->user + from->required_taken * from->options->users
                               : from->options->items;
    from->required_taken++;
}

/* One item from each of `chance` equal pieces of the line of item_at(), none twice. */
static void step_chance(picks *from)
{
    int64_t free_count = from->options->items - from->required;
    int64_t still = from->chance - from->chance_taken;
    if (still <= 0) {
        from->next_chance = from->options->items;
        return;
    }
    uint32_t taken = (uint32_t)from->chance_taken++;
    double jitter = palate__uniform_double(
        palate__draw(from->options, PALATE__STREAM_PICK, from->user, taken / 4).word[taken % 4]);
    int64_t place = item_at((taken + jitter) / (double)from->chance, free_count);
    if (place <= from->last)
        place = from->last + 1;
    if (place > free_count - still)
        place = free_count - still;
    from->last = place;
    from->next_chance = skip_required(from, place);
}

static int64_t count_required(const palate_synth_options *options, uint32_t user)
{
    bool enough = options->density * (double)options->users >= 1;
    return enough && user < options->items ? (options->items - user - 1) / options->users + 1 : 0;
}

static picks start_picks(const palate_synth_options *options, uint32_t user)
{
    uint32_t word = palate__draw(options, PALATE__STREAM_USER, user, 0).word[2];
    double activity = LEAST + (MOST - LEAST) * palate__uniform_double(word);
    /* Nobody rates more than everything, and what is cut off there all others would lack. */
    if (MOST * options->density > 1)
        activity = 1;
    double wanted = options->density * (double)options->items * activity;
    int64_t count = (int64_t)floor(wanted + 0.5);
    picks from = {
        .options = options, .user = user, .required = count_required(options, user), .last = -1};
    from.chance = (count < 1 ? 1 : count) - from.required;
    step_required(&from);
    step_chance(&from);
    return from;
}

/* The number of items when there is no more. */
static int64_t next_item(picks *from)
{
    int64_t required = from->next_required;
    int64_t chance = from->next_chance;
    if (required < chance)
        step_required(from);
    else
        step_chance(from);
    return required < chance ? required : chance;
}

static void write_user(const palate_synth_options *options, const void *state, uint32_t user,
                       palate__writing *to)
{
    (void)state;
    char name[TEXT_BYTES];
    char item_name[TEXT_BYTES];
    tastes likes = user_tastes(options, user);
    name_row("user", likes, user, name, sizeof name);
    picks from = start_picks(options, user);
    for (int64_t j = next_item(&from); j < options->items; j = next_item(&from)) {
        uint32_t item = (uint32_t)j;
        tastes serves = item_tastes(options, item);
        name_row("item", serves, item, item_name, sizeof item_name);
        palate__write_text(to, name);
        palate__write_character(to, ',');
        palate__write_text(to, item_name);
        palate__write_character(to, ',');
        palate__write_number(to, (uint64_t)rate(options, user, likes, item, serves));
        palate__write_character(to, '\n');
    }
}

/* "item-western-17,Western 17,western". */
static void write_item(const palate_synth_options *options, const void *state, uint32_t item,
                       palate__writing *to)
{
    (void)state;
    char name[TEXT_BYTES];
    char taste[TEXT_BYTES];
    tastes serves = item_tastes(options, item);
    name_row("item", serves, item, name, sizeof name);
    name_tastes(serves, ' ', taste, sizeof taste);
    palate__write_text(to, name);
    palate__write_character(to, ',');
    palate__write_title_word(to, taste);
    palate__write_character(to, ' ');
    palate__write_number(to, (uint64_t)item + 1);
    palate__write_character(to, ',');
    palate__write_text(to, taste);
    palate__write_character(to, '\n');
}

const palate__made_up palate__made_up_tastes = {
    .ratings_header = "user,item,rating\n",
    .items_header = "item,title,taste\n",
    .write_user = write_user,
    .write_item = write_item,
};
