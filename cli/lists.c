/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "lists.h"

#include "describe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool model_load(const cli_arguments *arguments, const char *titles, palate_model **model,
                palate_catalogue **catalogue)
{
    palate_error err;
    bool loaded = palate_model_load(arguments->context, arguments->operands[0], model, &err) ==
                  PALATE_OK;
    if (loaded && titles != NULL)
        loaded = palate_catalogue_read(arguments->context, titles, catalogue, &err) == PALATE_OK;
    if (!loaded)
        message_failed(&err);
    return loaded;
}

const char *item_name(const palate_model *model, const palate_catalogue *catalogue, uint32_t item)
{
    const char *id = palate_model_item_id(model, item);
    const char *title = catalogue == NULL ? NULL : palate_catalogue_title(catalogue, id);
    return title == NULL ? id : title;
}

/* ---- Ranks ---- */

/* For qsort(), which hands on nothing. */
static const double *ranked;

static int compare_places(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;
    if (ranked[left] != ranked[right])
        return ranked[left] < ranked[right] ? 1 : -1;
    return (left > right) - (left < right);
}

void rank_falling(const double *values, uint32_t count, uint32_t *places)
{
    for (uint32_t place = 0; place < count; place++)
        places[place] = place;
    ranked = values;
    qsort(places, count, sizeof *places, compare_places);
}

/* ---- Lists ---- */

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

const row_side SIDE_USERS = {"user", "users", palate_model_find_user, palate_model_user_id};
const row_side SIDE_ITEMS = {"item", "items", palate_model_find_item, palate_model_item_id};

/* ---- Did you mean ...? ---- */

enum { NEAREST = 3 };

typedef struct near_id {
    const char *id;
    size_t distance;
} near_id;

/* The nearest ids, the nearest first; of equally near ones those with more ratings. Returns how many. */
static size_t find_nearest(const palate_model *model, const row_side *side, const char *id,
                           near_id nearest[NEAREST])
{
    const char *candidate = NULL;
    size_t count = 0;
    for (uint32_t row = 0; (candidate = side->id(model, row)) != NULL; row++) {
        const size_t distance = palate_text_distance(id, candidate);
        size_t place = count;
        while (place > 0 && distance < nearest[place - 1].distance)
            place--;
        if (distance == SIZE_MAX || place == NEAREST)
            continue;
        count += count < NEAREST;
        memmove(nearest + place + 1, nearest + place, (count - place - 1) * sizeof *nearest);
        nearest[place] = (near_id){candidate, distance};
    }
    return count;
}

bool row_find(const palate_model *model, const row_side *side, const char *id, uint32_t *row)
{
    near_id nearest[NEAREST];
    *row = side->find(model, id, PALATE_TEXT);
    if (*row != PALATE_NO_ROW)
        return true;
    switch (find_nearest(model, side, id, nearest)) {
    case 0:
        message_error("the model does not know %s %s", side->singular, id);
        break;
    case 1:
        message_error("the model does not know %s %s; did you mean %s?", side->singular, id,
                      nearest[0].id);
        break;
    case 2:
        message_error("the model does not know %s %s; did you mean %s or %s?", side->singular, id,
                      nearest[0].id, nearest[1].id);
        break;
    default:
        message_error("the model does not know %s %s; did you mean %s, %s or %s?", side->singular,
                      id, nearest[0].id, nearest[1].id, nearest[2].id);
    }
    return false;
}

/* ---- Files ---- */

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
