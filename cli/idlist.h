/* SPDX-License-Identifier: Apache-2.0 */
/* Ids given on the command line or in a file, one a line. */
#ifndef PALATE_CLI_IDLIST_H
#define PALATE_CLI_IDLIST_H

#include <palate/palate.h>

typedef struct id_list {
    uint32_t *rows;
    size_t count;
    char *text;
} id_list;

/* Rows of the ids in a file ("-": standard input), users' or items'. Ids that the model does not
 * know are told and left out. False: told why. */
bool read_ids(const palate_model *model, bool users, const char *path, id_list *out);
void free_ids(id_list *list);

#endif
