/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "lists.h"

#include "describe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

bool row_list_begin(row_list *out)
{
    *out = (row_list){malloc(FIRST_CAPACITY * sizeof *out->rows), 0, FIRST_CAPACITY};
    if (out->rows == NULL)
        message_error("out of memory while making a list");
    return out->rows != NULL;
}

bool row_list_add(row_list *list, uint32_t row)
{
    if (list->count == list->capacity) {
        uint32_t *larger = realloc(list->rows, 2 * list->capacity * sizeof *larger);
        if (larger == NULL) {
            message_error("out of memory while making a list");
            return false;
        }
        list->rows = larger;
        list->capacity *= 2;
    }
    list->rows[list->count++] = row;
    return true;
}

void row_list_release(row_list *list)
{
    free(list->rows);
    *list = (row_list){0};
}

const row_side SIDE_USERS = {"users", palate_model_find_user};
const row_side SIDE_ITEMS = {"items", palate_model_find_item};

/* What is left of a line without its end and a byte order mark. */
static char *trim(char *line, bool first)
{
    line[strcspn(line, "\r\n")] = '\0';
    return first && strncmp(line, "\xEF\xBB\xBF", 3) == 0 ? line + 3 : line;
}

static bool read_lines(row_list *list, const palate_model *model, const row_side *side,
                       FILE *stream, size_t *unknown)
{
    char *line = NULL;
    size_t capacity = 0;
    bool done = true;
    for (bool first = true; done && getline(&line, &capacity, stream) >= 0; first = false) {
        const char *id = trim(line, first);
        uint32_t row = side->find(model, id, PALATE_TEXT);
        if (row != PALATE_NO_ROW)
            done = row_list_add(list, row);
        else
            *unknown += id[0] != '\0';
    }
    free(line);
    return done;
}

bool row_list_read(row_list *list, const palate_model *model, const row_side *side,
                   const char *path)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    size_t unknown = 0;
    bool done = stream != NULL && read_lines(list, model, side, stream, &unknown);
    if (stream == NULL || ferror(stream) != 0) {
        message_error("%s: cannot read: %s", path, strerror(errno));
        done = false;
    }
    if (stream != NULL && stream != stdin)
        fclose(stream);
    if (done && unknown > 0)
        message_note("%s: the model does not know %s of the %s; they are left out", path,
                     describe_count((int64_t)unknown), side->plural);
    return done;
}
