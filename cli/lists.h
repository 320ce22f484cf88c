/* SPDX-License-Identifier: Apache-2.0 */
/* Models with titles, and lists of their rows. */
#ifndef PALATE_CLI_LISTS_H
#define PALATE_CLI_LISTS_H

#include "command.h"

#include <palate/palate.h>

/* Loads the model that the first operand names and, where `titles` names one, a table of its items; else
 * that is NULL. Tells what is wrong and returns false; what was loaded is to be freed either way. */
bool model_load(const cli_arguments *arguments, const char *titles, palate_model **model,
                palate_catalogue **catalogue);

/* The title of an item, or its id where there is none. */
const char *item_name(const palate_model *model, const palate_catalogue *catalogue, uint32_t item);

/* Places of values, the largest first, equal ones as they come. */
void rank_falling(const double *values, uint32_t count, uint32_t *places);

typedef struct row_list {
    uint32_t *rows;
    size_t count, capacity;
} row_list;

/* All that may fail tell what is wrong and return false. */
bool row_list_begin(row_list *out);
bool row_list_add(row_list *list, uint32_t row);

/* Users or items. */
typedef struct row_side {
    const char *singular, *plural;
    uint32_t (*find)(const palate_model *model, const char *id, size_t bytes);
    const char *(*id)(const palate_model *model, uint32_t row); /* NULL: no row. */
} row_side;

extern const row_side SIDE_USERS, SIDE_ITEMS;

/* The row of an id. Where the model does not know it, tells so, with the ids nearest to it, and returns
 * false. */
bool row_find(const palate_model *model, const row_side *side, const char *id, uint32_t *row);

/* Adds the rows of a file's ids, one a line; "-" is standard input. Ids that the model does not
 * know are counted and told. */
bool row_list_read(row_list *list, const palate_model *model, const row_side *side,
                   const char *path);

void row_list_release(row_list *list);

#endif
