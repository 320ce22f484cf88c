/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up ratings: options, presets, and the writing of files. */
#include "base/file.h"
#include "base/text.h"
#include "base/threads.h"
#include "evaluate/made_up.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

const char *const palate__taste_names[PALATE__TASTES_MOST] = {
    "western",   "romance",     "comedy", "horror", "fantasy", "mystery", "thriller",  "musical",
    "animation", "documentary", "war",    "crime",  "history", "sport",   "adventure", "family",
};

/* ---- Options ---- */

static const palate_option OPTIONS[] = {
    {.name = "kind",
     .aliases = "",
     .type = PALATE_OPTION_CHOICE,
     .offset = offsetof(palate_synth_options, kind),
     .default_text = "tastes",
     .choices = "tastes|movielens",
     .placeholder = "KIND",
     .help = "tastes: few, named, in whole stars; movielens: half stars, few users and items with "
             "most of the ratings, times"},
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
     .max = PALATE__TASTES_MOST,
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
    {.name = "threads",
     .aliases = "num-threads nthreads n-jobs jobs",
     .type = PALATE_OPTION_COUNT,
     .offset = offsetof(palate_synth_options, threads),
     .default_text = "0",
     .max = 1024,
     .placeholder = "T",
     .help = "0: as many as the machine gives; the file is the same for any"},
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

/* Users, items and ratings of MovieLens 100K, 1M, 10M, 20M, and of the Netflix Prize. */
static const struct preset {
    const char *name;
    int64_t users, items, ratings;
} PRESETS[] = {
    {"100k", 943, 1682, 100000},        {"1m", 6040, 3706, 1000209},
    {"10m", 69878, 10677, 10000054},    {"20m", 138493, 26744, 20000263},
    {"100m", 480189, 17770, 100480507},
};

palate_status palate_synth_preset(palate_synth_options *options, const char *name,
                                  palate_error *err)
{
    if (options == NULL || name == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_synth_preset: %s is NULL",
                            options == NULL ? "options" : "name");
    palate_synth_options_init(options);
    for (size_t p = 0; p < sizeof PRESETS / sizeof PRESETS[0]; p++) {
        const struct preset *found = &PRESETS[p];
        if (!palate__text_alike(palate__text_span(name), palate__text_span(found->name)))
            continue;
        options->kind = PALATE_SYNTH_MOVIELENS;
        options->users = found->users;
        options->items = found->items;
        options->density = (double)found->ratings / ((double)found->users * (double)found->items);
        options->tastes = 8;
        options->noise = 0.8;
        return PALATE_OK;
    }
    return palate__fail(err, PALATE_E_INVALID,
                        "there is no preset \"%s\"; there are 100k, 1m, 10m, 20m and 100m", name);
}

/* ---- Text ---- */

void palate__write_bytes(palate__writing *to, const char *bytes, size_t count)
{
    enum { FIRST_BYTES = 1 << 12 };
    if (to->capacity - to->bytes < count && !to->failed) {
        size_t wanted = to->capacity == 0 ? FIRST_BYTES : to->capacity * 2;
        wanted = wanted < to->bytes + count ? to->bytes + count : wanted;
        char *larger = palate__resize_array(to->context, to->text, to->bytes, wanted, 1);
        to->failed = larger == NULL;
        if (larger != NULL) {
            to->text = larger;
            to->capacity = wanted;
        }
    }
    if (to->failed)
        return;
    memcpy(to->text + to->bytes, bytes, count);
    to->bytes += count;
}

void palate__write_text(palate__writing *to, const char *text)
{
    palate__write_bytes(to, text, strlen(text));
}

void palate__write_character(palate__writing *to, char character)
{
    palate__write_bytes(to, &character, 1);
}

void palate__write_number(palate__writing *to, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    palate__write_bytes(to, digits + first, sizeof digits - first);
}

void palate__write_title_word(palate__writing *to, const char *word)
{
    palate__write_character(to, (char)toupper((unsigned char)word[0]));
    palate__write_text(to, word + 1);
}

/* ---- Files ---- */

/* Rows are written in blocks, each by one thread; those of a wave go to the file in order. */
enum { BLOCKS_PER_THREAD = 8, BLOCK_RATINGS = 20000 };

typedef void (*row_writer)(const palate_synth_options *options, const void *state, uint32_t row,
                           palate__writing *to);

typedef struct wave {
    const palate_synth_options *options;
    const void *state;
    row_writer write;
    uint32_t rows, rows_per_block;
    uint32_t first; /* Row of the wave. */
    palate__writing *blocks;
} wave;

static void write_block(size_t task, int thread, void *argument)
{
    (void)thread;
    const wave *of = argument;
    palate__writing *to = &of->blocks[task];
    const uint64_t begin = of->first + (uint64_t)task * of->rows_per_block;
    to->bytes = 0;
    for (uint64_t row = begin; row < begin + of->rows_per_block && row < of->rows; row++)
        of->write(of->options, of->state, (uint32_t)row, to);
}

static palate_status flush_blocks(const wave *of, size_t count, palate__output *output,
                                  palate_error *err)
{
    for (size_t b = 0; b < count; b++) {
        const palate__writing *from = &of->blocks[b];
        if (from->failed)
            return palate__fail_memory(err, "making ratings up");
        if (from->bytes > 0)
            fwrite(from->text, 1, from->bytes, output->stream);
    }
    return ferror(output->stream) == 0 ? PALATE_OK
                                       : palate__fail_io(err, output->path, "write", errno);
}

/* All rows of a side, about `ratings` lines to each. */
static palate_status write_rows(palate_context *context, wave *of, double lines,
                                palate__output *output, palate_error *err)
{
    palate_status status = PALATE_OK;
    const int threads = palate__thread_count(of->options->threads);
    const size_t blocks = (size_t)threads * BLOCKS_PER_THREAD;
    of->rows_per_block = lines < BLOCK_RATINGS ? (uint32_t)(BLOCK_RATINGS / (lines + 1)) + 1 : 1;
    of->blocks = palate__allocate_zeroed(context, blocks, sizeof *of->blocks);
    if (of->blocks == NULL)
        return palate__fail_memory(err, "making ratings up");
    for (size_t b = 0; b < blocks; b++)
        of->blocks[b].context = context;
    for (uint64_t first = 0; first < of->rows; first += (uint64_t)blocks * of->rows_per_block) {
        of->first = (uint32_t)first;
        palate__parallel_for(threads, blocks, write_block, of);
        PALATE_TRY(flush_blocks(of, blocks, output, err));
    }
done:
    for (size_t b = 0; b < blocks; b++)
        palate__release(context, of->blocks[b].text);
    palate__release(context, of->blocks);
    return status;
}

static const palate__made_up *kind_of(const palate_synth_options *options)
{
    return options->kind == PALATE_SYNTH_MOVIELENS ? &palate__made_up_movielens
                                                   : &palate__made_up_tastes;
}

static palate_status write_ratings(palate_context *context, const palate_synth_options *options,
                                   const void *state, palate__output *output, palate_error *err)
{
    const palate__made_up *kind = kind_of(options);
    wave of = {options, state, kind->write_user, (uint32_t)options->users, 0, 0, NULL};
    fputs(kind->ratings_header, output->stream);
    return write_rows(context, &of, options->density * (double)options->items, output, err);
}

static palate_status write_items(palate_context *context, const palate_synth_options *options,
                                 const void *state, palate__output *output, palate_error *err)
{
    const palate__made_up *kind = kind_of(options);
    wave of = {options, state, kind->write_item, (uint32_t)options->items, 0, 0, NULL};
    fputs(kind->items_header, output->stream);
    return write_rows(context, &of, 1, output, err);
}

palate_status palate_synth_write(palate_context *context, const palate_synth_options *options,
                                 const char *path, const char *items_path, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__output ratings = {0};
    palate__output items = {0};
    void *state = NULL;
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
    if (kind_of(options)->begin != NULL) {
        state = kind_of(options)->begin(context, options);
        if (state == NULL)
            PALATE_TRY(palate__fail_memory(err, "making ratings up"));
    }
    PALATE_TRY(palate__output_open(context, path, &ratings, err));
    if (items_path != NULL) {
        PALATE_TRY(palate__output_open(context, items_path, &items, err));
        PALATE_TRY(write_items(context, options, state, &items, err));
    }
    PALATE_TRY(write_ratings(context, options, state, &ratings, err));
    PALATE_TRY(palate__output_commit(&ratings, err));
    if (items_path != NULL)
        PALATE_TRY(palate__output_commit(&items, err));
done:
    palate__release(context, state);
    palate__output_abandon(&ratings);
    palate__output_abandon(&items);
    return status;
}
