/* SPDX-License-Identifier: Apache-2.0 */
/* Words of items, out of tables. */
#include "ratings/words.h"

#include "ratings/catalogue.h"
#include "ratings/lines.h"

#include <string.h>

enum { WORD_BYTES = 40, TITLE_WORD_LETTERS = 4 };

/* ---- Keeping them ---- */

palate_status palate_words_create(palate_context *context, palate_words **out, palate_error *err)
{
    if (out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_words_create: out is NULL");
    *out = palate__allocate_zeroed(context, 1, sizeof **out);
    if (*out == NULL)
        return palate__fail_memory(err, "collecting words");
    **out = (palate_words){.context = context,
                           .items.context = context,
                           .words.context = context,
                           .spellings.context = context,
                           .titles.context = context};
    return PALATE_OK;
}

void palate_words_free(palate_words *words)
{
    if (words == NULL)
        return;
    palate_context *context = words->context;
    palate__id_builder_free(&words->items);
    palate__id_builder_free(&words->words);
    palate__id_builder_free(&words->spellings);
    palate__id_builder_free(&words->titles);
    palate__release(context, words->spelling_of);
    palate__release(context, words->spelling_counts);
    palate__release(context, words->title_of);
    palate__release(context, words->uses);
    palate__release(context, words->path);
    palate__release(context, words);
}

uint32_t palate_words_count(const palate_words *words)
{
    return words == NULL ? 0 : words->words.count;
}

const char *palate_words_text(const palate_words *words, uint32_t word)
{
    return word < palate_words_count(words)
               ? palate__id_builder_text(&words->spellings, words->spelling_of[word])
               : NULL;
}

palate_status palate__words_from(palate_words *words, const char *path, palate_error *err)
{
    char *copy = palate__copy_text(words->context, path, strlen(path));
    if (copy == NULL)
        return palate__fail_memory(err, "collecting words");
    palate__release(words->context, words->path);
    words->path = copy;
    return PALATE_OK;
}

/* An array of numbers that grows; what is not set is PALATE__NO_ID. */
static palate_status set_number(const palate_words *words, uint32_t **array, size_t *capacity,
                                uint32_t place, uint32_t number, palate_error *err)
{
    if (place >= *capacity) {
        const size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
        uint32_t *larger = palate__resize_array(words->context, *array, *capacity, wanted,
                                                sizeof *larger);
        if (larger == NULL)
            return palate__fail_memory(err, "collecting words");
        memset(larger + *capacity, 0xFF, (wanted - *capacity) * sizeof *larger);
        *array = larger;
        *capacity = wanted;
    }
    (*array)[place] = number;
    return PALATE_OK;
}

palate_status palate__words_item(palate_words *words, palate__span id, uint32_t *item,
                                 palate_error *err)
{
    const uint32_t known = words->items.count;
    palate_status status = palate__id_builder_add(&words->items, id.text, id.bytes, item, err);
    if (status != PALATE_OK || *item < known)
        return status;
    return set_number(words, &words->title_of, &words->title_capacity, *item, PALATE__NO_ID, err);
}

const char *palate__words_title(const palate_words *words, uint32_t item)
{
    return words->title_of[item] == PALATE__NO_ID
               ? palate__id_builder_text(&words->items, item)
               : palate__id_builder_text(&words->titles, words->title_of[item]);
}

static palate_status add_use(palate_words *words, palate__word_use use, palate_error *err)
{
    if (words->use_count == words->use_capacity) {
        const size_t wanted = words->use_capacity == 0 ? 256 : 2 * words->use_capacity;
        palate__word_use *larger = palate__resize_array(words->context, words->uses,
                                                        words->use_count, wanted, sizeof *larger);
        if (larger == NULL)
            return palate__fail_memory(err, "collecting words");
        words->uses = larger;
        words->use_capacity = wanted;
    }
    words->uses[words->use_count++] = use;
    return PALATE_OK;
}

palate__span palate__words_fold(char *to, palate__span word)
{
    for (size_t b = 0; b < word.bytes; b++) {
        const char c = word.text[b];
        to[b] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : (unsigned char)c < ' ' ? ' ' : c;
    }
    return palate__trim((palate__span){to, word.bytes});
}

/* Of all spellings of a word the commonest is shown, of several the first in the order of bytes. */
static palate_status count_spelling(palate_words *words, uint32_t word, palate__span spelling,
                                    palate_error *err)
{
    palate_status status = PALATE_OK;
    uint32_t number = 0;
    const uint32_t known = words->spellings.count;
    PALATE_TRY(
        palate__id_builder_add(&words->spellings, spelling.text, spelling.bytes, &number, err));
    if (number == known)
        PALATE_TRY(
            set_number(words, &words->spelling_counts, &words->spelling_capacity, number, 0, err));
    const uint32_t count = ++words->spelling_counts[number];
    const uint32_t shown = words->spelling_of[word];
    const uint32_t most = shown == PALATE__NO_ID ? 0 : words->spelling_counts[shown];
    if (count > most ||
        (count == most && strcmp(palate__id_builder_text(&words->spellings, number),
                                 palate__id_builder_text(&words->spellings, shown)) < 0))
        words->spelling_of[word] = number;
done:
    return status;
}

/* The number of a word, which is added. */
static palate_status find_word(palate_words *words, palate__span word, uint32_t *out,
                               palate_error *err)
{
    char room[WORD_BYTES];
    palate_status status = PALATE_OK;
    const uint32_t known = words->words.count;
    const palate__span folded = palate__words_fold(room, word);
    PALATE_TRY(palate__id_builder_add(&words->words, folded.text, folded.bytes, out, err));
    if (*out == known)
        PALATE_TRY(set_number(words, &words->spelling_of, &words->word_capacity, *out,
                              PALATE__NO_ID, err));
    PALATE_TRY(count_spelling(words, *out, word, err));
done:
    return status;
}

palate_status palate__words_use(palate_words *words, uint32_t item, palate__span word,
                                palate_error *err)
{
    palate__word_use use = {.item = item};
    word = palate__trim(word);
    if (word.bytes == 0 || word.bytes > WORD_BYTES)
        return PALATE_OK;
    palate_status status = find_word(words, word, &use.word, err);
    return status != PALATE_OK ? status : add_use(words, use, err);
}

/* ---- A table ---- */

typedef struct adding {
    palate_words *to;
    const palate_catalogue *table;
    palate_error *err;
} adding;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* The letters that a text begins with, with apostrophes between them; `*count` of UTF-8. */
static size_t letters_at(const char *text, size_t *count)
{
    size_t bytes = 0;
    *count = 0;
    while (is_letter(text[bytes]) || palate__is_digit(text[bytes]) ||
           (text[bytes] == '\'' && bytes > 0 && is_letter(text[bytes + 1])))
        *count += ((unsigned char)text[bytes++] & 0xC0U) != 0x80U;
    return bytes;
}

static palate_status use_title(const adding *at, uint32_t item, const char *title)
{
    palate_status status = PALATE_OK;
    if (title[0] != '\0')
        PALATE_TRY(palate__id_builder_add(&at->to->titles, title, strlen(title),
                                          &at->to->title_of[item], at->err));
    while (*title != '\0') {
        size_t count = 0;
        const size_t bytes = letters_at(title, &count);
        if (count >= TITLE_WORD_LETTERS && !palate__is_digit(title[0]))
            PALATE_TRY(palate__words_use(at->to, item, (palate__span){title, bytes}, at->err));
        title += bytes > 0 ? bytes : 1;
    }
done:
    return status;
}

static palate_status use_decade(const adding *at, uint32_t item, const char *year)
{
    const char decade[] = {year[0], year[1], year[2], '0', 's'};
    return palate__words_use(at->to, item, (palate__span){decade, sizeof decade}, at->err);
}

static palate_status use_list(const adding *at, uint32_t item, const char *cell)
{
    palate_status status = PALATE_OK;
    palate__span word;
    while (palate__cell_next_word(&cell, &word))
        if (!palate__is_digit(word.text[0]) && word.text[0] != '-')
            PALATE_TRY(palate__words_use(at->to, item, word, at->err));
done:
    return status;
}

static bool is_year(const char *text)
{
    return (text[0] == '1' || text[0] == '2') && strspn(text, "0123456789") == 4 && text[4] == '\0';
}

/* Whether all that stands in a column are years. */
static bool has_years(const palate_catalogue *table, size_t column)
{
    size_t count = 0;
    for (uint32_t row = 0; row < table->ids.count; row++) {
        const char *text = palate__catalogue_text(table, row, column);
        if (text[0] != '\0' && !is_year(text))
            return false;
        count += text[0] != '\0';
    }
    return count > 0;
}

static palate_status add_column(const adding *at, size_t column)
{
    palate_status status = PALATE_OK;
    const palate_catalogue *table = at->table;
    const bool years = has_years(table, column);
    for (uint32_t row = 0; row < table->ids.count; row++) {
        const char *cell = palate__catalogue_text(table, row, column);
        uint32_t item = 0;
        PALATE_TRY(palate__words_item(at->to,
                                      (palate__span){palate__id_builder_text(&table->ids, row),
                                                     palate__id_builder_bytes(&table->ids, row)},
                                      &item, at->err));
        if (column == table->title)
            PALATE_TRY(use_title(at, item, cell));
        else if (!years)
            PALATE_TRY(use_list(at, item, cell));
        else if (cell[0] != '\0')
            PALATE_TRY(use_decade(at, item, cell));
    }
done:
    return status;
}

/* The columns that are asked for, separated by commas. */
static palate_status add_named(const adding *at, const char *columns)
{
    palate_status status = PALATE_OK;
    char *name = NULL;
    while (*columns != '\0') {
        const size_t bytes = strcspn(columns, ",");
        const palate__span wanted = palate__trim((palate__span){columns, bytes});
        name = palate__copy_text(at->to->context, wanted.text, wanted.bytes);
        if (name == NULL)
            PALATE_TRY(palate__fail_memory(at->err, "collecting words"));
        const size_t column = palate_catalogue_find_column(at->table, name);
        if (column == PALATE_NO_COLUMN)
            PALATE_TRY(palate__catalogue_no_column(at->table, name, at->err));
        PALATE_TRY(add_column(at, column));
        palate__release(at->to->context, name);
        name = NULL;
        columns += bytes + (columns[bytes] == ',');
    }
done:
    palate__release(at->to->context, name);
    return status;
}

palate_status palate_words_add_table(palate_words *words, const palate_catalogue *table,
                                     const char *columns, palate_error *err)
{
    palate_status status = PALATE_OK;
    if (words == NULL || table == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_words_add_table: %s is NULL",
                            words == NULL ? "words" : "table");
    const adding at = {words, table, err};
    PALATE_TRY(palate__words_from(words, table->path, err));
    if (columns != NULL)
        return add_named(&at, columns);
    for (size_t column = 0; column < table->column_count; column++)
        PALATE_TRY(add_column(&at, column));
done:
    return status;
}
