/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to make ratings up, one file each. Users are written independently of each other, by several
 * threads, into memory.
 */
#ifndef PALATE_EVALUATE_MADE_UP_H
#define PALATE_EVALUATE_MADE_UP_H

#include "base/context.h"
#include "base/random.h"
#include "palate/evaluate.h"

/* Text that grows. Once memory has run out nothing more is added. */
typedef struct palate__writing {
    palate_context *context;
    char *text;
    size_t bytes, capacity;
    bool failed;
} palate__writing;

void palate__write_bytes(palate__writing *to, const char *bytes, size_t count);
void palate__write_text(palate__writing *to, const char *text);
void palate__write_character(palate__writing *to, char character);
void palate__write_number(palate__writing *to, uint64_t number);

/* What random numbers are drawn for. Frozen, as the purposes of base/random.h. */
typedef enum palate__stream {
    PALATE__STREAM_USER = 1, /* A user's tastes and activity. */
    PALATE__STREAM_ITEM = 2, /* An item's tastes. */
    PALATE__STREAM_PICK = 3, /* Which items a user rates. */
    PALATE__STREAM_NOISE = 4
} palate__stream;

static inline palate__random4 palate__draw(const palate_synth_options *options, palate__stream of,
                                           uint32_t row, uint32_t index)
{
    return palate__random(options->seed, PALATE__RANDOM_SYNTH, (uint32_t)of, row, index);
}

enum { PALATE__TASTES_MOST = 16 };
extern const char *const palate__taste_names[PALATE__TASTES_MOST];

/* "western" with a capital letter. */
void palate__write_title_word(palate__writing *to, const char *word);

typedef struct palate__made_up {
    const char *ratings_header, *items_header; /* With their line ends. */
    /* NULL, or makes what users are written from; released with palate__release(). NULL when memory
     * runs out. */
    void *(*begin)(palate_context *context, const palate_synth_options *options);
    void (*write_user)(const palate_synth_options *options, const void *state, uint32_t user,
                       palate__writing *to);
    void (*write_item)(const palate_synth_options *options, const void *state, uint32_t item,
                       palate__writing *to);
} palate__made_up;

extern const palate__made_up palate__made_up_tastes;
extern const palate__made_up palate__made_up_movielens;

#endif
