/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "command_line.h"

#include "message.h"

#include <stdlib.h>
#include <string.h>

/* Puts a text at the end. */
static void append(command_line *to, const char *text)
{
    const size_t used = to->text == NULL ? 0 : strlen(to->text);
    char *larger = to->failed ? NULL : realloc(to->text, used + strlen(text) + 1);
    to->failed = larger == NULL;
    if (larger == NULL)
        return;
    to->text = larger;
    memcpy(larger + used, text, strlen(text) + 1);
}

/* What every shell takes as it is. */
static bool is_plain(const char *word)
{
    static const char PLAIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-_./:,=+@%";
    return word[0] != '\0' && word[strspn(word, PLAIN)] == '\0';
}

void command_line_add(command_line *to, const char *word)
{
    if (to->text != NULL)
        append(to, " ");
    if (is_plain(word)) {
        append(to, word);
        return;
    }
    append(to, "'");
    for (const char *at = word; *at != '\0'; at++) {
        const char letter[2] = {*at, '\0'};
        append(to, *at == '\'' ? "'\\''" : letter);
    }
    append(to, "'");
}

void command_line_add_option(command_line *to, const palate_option *option, const char *text)
{
    char *word = NULL;
    const bool truth = option->type == PALATE_OPTION_BOOL;
    const char *sign = truth && text != NULL ? "=" : "";
    if (asprintf(&word, "--%s%s%s", option->name, sign, truth && text != NULL ? text : "") < 0) {
        to->failed = true;
        return;
    }
    command_line_add(to, word);
    free(word);
    if (!truth && text != NULL)
        command_line_add(to, text);
}

char *command_line_take(command_line *of)
{
    if (of->failed) {
        free(of->text);
        message_error("out of memory while writing a command line");
        return NULL;
    }
    return of->text;
}
