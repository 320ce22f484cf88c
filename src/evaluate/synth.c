/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings made up from planted tastes.
 *
 *     rating(i, j) = FLOOR + SPAN min(1, sum over shared tastes of share_i share_j) + noise
 *
 * rounded to a whole star from 1 to 5; share is 1 for somebody with one taste, TWO_TASTES_SHARE for
 * each of two. Everything is worked out for one user at a time from random numbers that belong to
 * the user or the item, so the memory needed is that of a line. Only arithmetic that IEEE 754
 * defines to the last bit is used (no logarithm, no sine): the bytes are the same everywhere.
 */
#include "base/file.h"
#include "base/random.h"
#include "palate/evaluate.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

static const char *const TASTES[] = {
    "western",   "romance",     "comedy", "horror", "fantasy", "mystery", "thriller",  "musical",
    "animation", "documentary", "war",    "crime",  "history", "sport",   "adventure", "family",
};

enum { TASTES_MOST = sizeof TASTES / sizeof TASTES[0], TEXT_BYTES = 80 };

static const double FLOOR = 1.5;
static const double SPAN = 3.2;
static const double TWO_TASTES_SHARE = 0.75;
static const double TWO_TASTES_CHANCE = 0.3;

/* How uneven users' activity and items' popularity are: so many times their means. */
static const double MOST = 1.5;
static const double LEAST = 0.5;

/* What random numbers are drawn for. Frozen, as the purposes of base/random.h. */
typedef enum stream {
    STREAM_USER = 1, /* A user's tastes and activity. */
    STREAM_ITEM = 2, /* An item's tastes. */
    STREAM_PICK = 3, /* Which items a user rates. */
    STREAM_NOISE = 4
} stream;

/* Which tastes a user or item has. */
typedef struct tastes {
    uint32_t first, second; /* Equal: only one. */
} tastes;

static const palate_option OPTIONS[] = {
    {.name = "users",
     .aliases = "",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_synth_options, users),
     .default_text = "200",
     .min = 1,
     .max = INT32_MAX,
     .placeholder = "M",
     .help = "How many users to make up"},
    {.name = "items",
     .aliases = "",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_synth_options, items),
     .default_text = "120",
     .min = 1,
     .max = INT32_MAX,
     .placeholder = "N",
     .help = "How many items to make up"},
    {.name = "tastes",
     .aliases = "",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_synth_options, tastes),
     .default_text = "4",
     .min = 1,
     .max = TASTES_MOST,
     .placeholder = "K",
     .help = "How many tastes to plant, each with a name such as western"},
    {.name = "density",
     .aliases = "",
     .type = PALATE_OPTION_REAL,
     .offset = offsetof(palate_synth_options, density),
     .default_text = "0.2",
     .min = 0,
     .max = 1,
     .placeholder = "SHARE",
     .help = "Share of all cells that are rated"},
    {.name = "noise",
     .aliases = "",
     .type = PALATE_OPTION_REAL,
     .offset = offsetof(palate_synth_options, noise),
     .default_text = "0.4",
     .min = 0,
     .max = 100,
     .placeholder = "STARS",
     .help = "Standard deviation of the noise added to each rating"},
    {.name = "seed",
     .aliases = "random-state",
     .type = PALATE_OPTION_SEED,
     .offset = offsetof(palate_synth_options, seed),
     .default_text = "1",
     .placeholder = "SEED",
     .help = "Number everything random is made from; the same seed gives the same file"},
};

static const palate_option_table TABLE = {
    .title = "Options of made-up ratings",
    .options = OPTIONS,
    .count = sizeof OPTIONS / sizeof OPTIONS[0],
    .struct_bytes = sizeof(palate_synth_options),
};

const palate_option_table *palate_synth_options_table(void)
{
    return &TABLE;
}

void palate_synth_options_init(palate_synth_options *options)
{
    palate_options_init(&TABLE, options);
}

static palate__random4 draw(const palate_synth_options *options, stream of, uint32_t row,
                            uint32_t index)
{
    return palate__random(options->seed, PALATE__RANDOM_SYNTH, (uint32_t)of, row, index);
}

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
                  draw(options, STREAM_USER, user, 0));
}

static tastes item_tastes(const palate_synth_options *options, uint32_t item)
{
    return choose(options, item, draw(options, STREAM_ITEM, item, 0));
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
    palate__random4 random = draw(options, STREAM_NOISE, user, item);
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
        snprintf(text, size, "%s", TASTES[of.first]);
    else
        snprintf(text, size, "%s%c%s", TASTES[of.first], between, TASTES[of.second]);
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
        draw(from->options, STREAM_PICK, from->user, taken / 4).word[taken % 4]);
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
    uint32_t word = draw(options, STREAM_USER, user, 0).word[2];
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

static palate_status check_written(const palate__output *output, palate_error *err)
{
    return ferror(output->stream) == 0 ? PALATE_OK
                                       : palate__fail_io(err, output->path, "write", errno);
}

static palate_status write_user(const palate_synth_options *options, uint32_t user,
                                palate__output *output, palate_error *err)
{
    char name[TEXT_BYTES];
    char item_name[TEXT_BYTES];
    tastes likes = user_tastes(options, user);
    name_row("user", likes, user, name, sizeof name);
    picks from = start_picks(options, user);
    for (int64_t j = next_item(&from); j < options->items; j = next_item(&from)) {
        uint32_t item = (uint32_t)j;
        tastes serves = item_tastes(options, item);
        name_row("item", serves, item, item_name, sizeof item_name);
        fprintf(output->stream, "%s,%s,%d\n", name, item_name,
                rate(options, user, likes, item, serves));
    }
    return check_written(output, err);
}

static palate_status write_ratings(const palate_synth_options *options, palate__output *output,
                                   palate_error *err)
{
    palate_status status = PALATE_OK;
    fputs("user,item,rating\n", output->stream);
    for (uint32_t user = 0; user < options->users; user++)
        PALATE_TRY(write_user(options, user, output, err));
done:
    return status;
}

/* "item-western-17,Western 17,western". */
static void write_item(const palate_synth_options *options, uint32_t item, FILE *to)
{
    char name[TEXT_BYTES];
    char taste[TEXT_BYTES];
    tastes serves = item_tastes(options, item);
    name_row("item", serves, item, name, sizeof name);
    name_tastes(serves, ' ', taste, sizeof taste);
    fprintf(to, "%s,%c%s %lu,%s\n", name, toupper((unsigned char)taste[0]), taste + 1,
            (unsigned long)item + 1, taste);
}

static palate_status write_items(const palate_synth_options *options, palate__output *output,
                                 palate_error *err)
{
    palate_status status = PALATE_OK;
    fputs("item,title,taste\n", output->stream);
    for (uint32_t item = 0; item < options->items; item++) {
        write_item(options, item, output->stream);
        PALATE_TRY(check_written(output, err));
    }
done:
    return status;
}

palate_status palate_synth_write(palate_context *context, const palate_synth_options *options,
                                 const char *path, const char *items_path, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__output ratings = {0};
    palate__output items = {0};
    palate_synth_options defaults;
    palate_synth_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    if (path == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_synth_write: path is NULL");
    if (items_path != NULL && strcmp(path, items_path) == 0)
        return palate__fail(err, PALATE_E_INVALID,
                            "%s: the ratings and the items cannot go to one file; name another",
                            path);
    PALATE_TRY(palate_options_check(&TABLE, options, err));
    PALATE_TRY(palate__output_open(context, path, &ratings, err));
    if (items_path != NULL) {
        PALATE_TRY(palate__output_open(context, items_path, &items, err));
        PALATE_TRY(write_items(options, &items, err));
    }
    PALATE_TRY(write_ratings(options, &ratings, err));
    PALATE_TRY(palate__output_commit(&ratings, err));
    if (items_path != NULL)
        PALATE_TRY(palate__output_commit(&items, err));
done:
    palate__output_abandon(&ratings);
    palate__output_abandon(&items);
    return status;
}
