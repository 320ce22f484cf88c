/* SPDX-License-Identifier: Apache-2.0 */
/* Names of factors: naming.c finds the words, name_text.c writes them down. */
#ifndef PALATE_RECOMMEND_NAMING_H
#define PALATE_RECOMMEND_NAMING_H

#include "model/model.h"
#include "palate/naming.h"
#include "ratings/words.h"

struct palate_naming {
    palate_context *context;
    uint32_t factor_count;
    char **names;            /* NULL: none. */
    palate_name_word *words; /* k x PALATE_NAME_WORDS */
    uint32_t *word_counts;
};

/* Writes the names, no two the same and none that the model has for another factor.
 *
 * @param firsts  By factor: the item, of the words, that stands for it most.
 */
palate_status palate__write_names(palate_naming *to, const palate_model *model,
                                  const palate_words *words, const uint32_t *firsts,
                                  palate_error *err);

#endif
