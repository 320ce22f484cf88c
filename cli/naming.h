/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a model's factors: those that somebody gives, and those that tables of items suggest. */
#ifndef PALATE_CLI_NAMING_H
#define PALATE_CLI_NAMING_H

#include "command.h"

#include <palate/palate.h>

/* Which factors are to be named: the words of option names, in this order. */
typedef enum naming_which { NAMING_MISSING, NAMING_ALL, NAMING_NONE } naming_which;

/* Where words of items are from. */
typedef struct naming_sources {
    const palate_catalogue *items; /* NULL: none. */
    const char *tags;              /* A file, or NULL. */
    int which;
    int64_t support;
} naming_sources;

/* What was suggested; both NULL where nothing was. */
typedef struct naming_outcome {
    palate_words *words;
    palate_naming *naming;
} naming_outcome;

/* Names a factor as "3=Film noir" says, its number or name before the sign. All tell what is wrong
 * and return false then. */
bool naming_label(palate_model *model, const char *label);

/* Names factors by what the sources say of items. `out` is to be released either way. */
bool naming_suggest(palate_context *context, palate_model *model, const naming_sources *sources,
                    naming_outcome *out);
void naming_release(naming_outcome *outcome);

#endif
