/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "idlist.h"

#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool add_row(id_list *to, size_t *capacity, uint32_t row)
{
    if (to->count == *capacity) {
        size_t larger = *capacity == 0 ? 64 : 2 * *capacity;
        uint32_t *rows = realloc(to->rows, larger * sizeof *rows);
        if (rows == NULL)
            return false;
        to->rows = rows;
        *capacity = larger;
    }
    to->rows[to->count++] = row;
    return true;
}

static bool read_lines(const palate_model *model, bool users, FILE *from, const char *path,
                       id_list *out)
{
    size_t capacity = 0, size = 0, unknown = 0;
    ssize_t length = 0;
    bool good = true;
    while (good && (length = getline(&out->text, &size, from)) >= 0) {
        while (length > 0 && (out->text[length - 1] == '\n' || out->text[length - 1] == '\r'))
            length--;
        if (length == 0)
            continue;
        uint32_t row = users ? palate_model_find_user(model, out->text, (size_t)length)
                             : palate_model_find_item(model, out->text, (size_t)length);
        if (row == PALATE_NO_ROW)
            unknown++;
        else
            good = add_row(out, &capacity, row);
    }
    if (!good)
        tell_error("%s: out of memory", path);
    if (unknown > 0)
        tell("%s: the model does not know %s of the %s; they are left out", path,
             with_commas((int64_t)unknown), users ? "users" : "items");
    return good;
}

bool read_ids(const palate_model *model, bool users, const char *path, id_list *out)
{
    *out = (id_list){0};
    bool standard = strcmp(path, "-") == 0;
    FILE *from = standard ? stdin : fopen(path, "r");
    if (from == NULL) {
        tell_error("%s: cannot open: %s", path, strerror(errno));
        return false;
    }
    bool good = read_lines(model, users, from, path, out);
    if (!standard)
        fclose(from);
    return good;
}

void free_ids(id_list *list)
{
    free(list->rows);
    free(list->text);
}
