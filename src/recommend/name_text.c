/* SPDX-License-Identifier: Apache-2.0 */
/* Names of factors, out of their words. */
#include "recommend/naming.h"

#include "base/context.h"

#include <stdio.h>
#include <string.h>

typedef struct writing {
    palate_naming *to;
    const palate_model *model;
    const palate_words *words;
    const uint32_t *firsts;
    palate_error *err;
} writing;

enum { NAME_BYTES = 200 };

static bool is_decade(const char *word)
{
    return strspn(word, "0123456789") == 4 && strcmp(word + 4, "s") == 0;
}

static void append(char *name, const char *text, size_t bytes)
{
    const size_t length = strlen(name);
    if (length + bytes + 1 < NAME_BYTES) {
        memcpy(name + length, text, bytes);
        name[length + bytes] = '\0';
    }
}

static void compose(const writing *at, size_t f, char *name)
{
    const palate_name_word *words = at->to->words + f * PALATE_NAME_WORDS;
    name[0] = '\0';
    for (int decades = 0; decades < 2; decades++)
        for (uint32_t w = 0; w < at->to->word_counts[f]; w++) {
            const char *text = palate_words_text(at->words, words[w].word);
            if (is_decade(text) != (decades == 1))
                continue;
            if (name[0] != '\0')
                append(name, ", ", 2);
            append(name, text, strlen(text));
        }
    if (name[0] >= 'a' && name[0] <= 'z')
        name[0] = (char)(name[0] - 'a' + 'A');
}

/* "Godfather, The (1972)" -> "Godfather", cut at a character. */
static size_t title_bytes(const char *title)
{
    static const char *const articles[] = {", The", ", A", ", An"};
    enum { TITLE_BYTES = 60 };
    size_t bytes = strlen(title);
    if (bytes > 7 && title[bytes - 1] == ')' && title[bytes - 6] == '(' && title[bytes - 7] == ' ')
        bytes -= 7;
    for (size_t a = 0; a < sizeof articles / sizeof articles[0]; a++) {
        const size_t length = strlen(articles[a]);
        if (bytes > length && memcmp(title + bytes - length, articles[a], length) == 0)
            bytes -= length;
    }
    while (bytes > TITLE_BYTES || (bytes > 0 && ((unsigned char)title[bytes] & 0xC0U) == 0x80U))
        bytes--;
    return bytes;
}

/* Whether another factor has the name: another suggestion, or what the model calls it. */
static bool is_taken(const writing *at, size_t f, const char *name, char *const *names)
{
    for (uint32_t g = 0; g < at->to->factor_count; g++)
        if (g != f && ((names[g] != NULL && strcmp(names[g], name) == 0) ||
                       strcmp(at->model->factor_names[g], name) == 0))
            return true;
    return false;
}

static palate_status set_name(const writing *at, size_t f, const char *name)
{
    palate__release(at->to->context, at->to->names[f]);
    at->to->names[f] = palate__copy_text(at->to->context, name, strlen(name));
    return at->to->names[f] != NULL ? PALATE_OK : palate__fail_memory(at->err, "naming factors");
}

/* Names that two factors have get the first item of each; `plain` are the names without. */
static palate_status distinguish(const writing *at, size_t f, char *const *plain)
{
    char name[NAME_BYTES] = "";
    char number[24];
    if (plain[f] == NULL)
        return PALATE_OK;
    append(name, plain[f], strlen(plain[f]));
    if (is_taken(at, f, name, plain)) {
        const char *title = palate__words_title(at->words, at->firsts[f]);
        append(name, ", as ", 5);
        append(name, title, title_bytes(title));
    }
    if (is_taken(at, f, name, at->to->names)) {
        const int bytes = snprintf(number, sizeof number, " (%zu)", f + 1);
        append(name, number, (size_t)bytes);
    }
    return set_name(at, f, name);
}

palate_status palate__write_names(palate_naming *to, const palate_model *model,
                                  const palate_words *words, const uint32_t *firsts,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    const writing all = {to, model, words, firsts, err};
    const writing *at = &all;
    const uint32_t k = at->to->factor_count;
    char **plain = palate__allocate_zeroed(at->to->context, k, sizeof *plain);
    if (plain == NULL)
        return palate__fail_memory(at->err, "naming factors");
    for (uint32_t f = 0; f < k; f++) {
        char name[NAME_BYTES];
        compose(at, f, name);
        plain[f] = name[0] == '\0' ? NULL : palate__copy_text(at->to->context, name, strlen(name));
        if (name[0] != '\0' && plain[f] == NULL)
            PALATE_TRY(palate__fail_memory(at->err, "naming factors"));
    }
    for (uint32_t f = 0; f < k; f++)
        PALATE_TRY(distinguish(at, f, plain));
done:
    for (uint32_t f = 0; f < k; f++)
        palate__release(at->to->context, plain[f]);
    palate__release(at->to->context, plain);
    return status;
}
