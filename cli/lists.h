/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of rows of a model. */
#ifndef PALATE_CLI_LISTS_H
#define PALATE_CLI_LISTS_H

#include <palate/palate.h>

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
