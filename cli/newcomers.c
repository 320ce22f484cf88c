/* SPDX-License-Identifier: Apache-2.0 */
#include "newcomers.h"

#include "describe.h"

#include <stdlib.h>
#include <string.h>

const char *newcomers_id(const newcomers *all, size_t place)
{
    return palate_ratings_user_id(all->ratings,
                                  palate_ratings_user_at(all->ratings, (uint32_t)place));
}

/* The model's row of each item of the file; NULL when memory runs out. */
static uint32_t *map_items(const newcomers *all, const palate_model *model)
{
    const uint32_t count = palate_ratings_item_count(all->ratings);
    uint32_t *map = malloc(((size_t)count + 1) * sizeof *map);
    for (uint32_t item = 0; map != NULL && item < count; item++)
        map[item] = palate_model_find_item(model, palate_ratings_item_id(all->ratings, item),
                                           PALATE_TEXT);
    return map;
}

static void fill(newcomers *all, const uint32_t *map)
{
    int64_t end = 0;
    for (size_t place = 0; place < all->rows.count; place++) {
        const palate_rated rated = palate_ratings_of_user(
            all->ratings, palate_ratings_user_at(all->ratings, (uint32_t)place));
        all->begins[place] = end;
        for (int64_t e = 0; e < rated.count; e++, end++) {
            all->columns[end] = map[rated.rows[e]];
            all->values[end] = rated.ratings[e];
            all->times[end] = rated.times == NULL ? PALATE_NO_TIME : rated.times[e];
            all->unknown_count += all->columns[end] == PALATE_NO_ROW;
        }
    }
    all->begins[all->rows.count] = end;
}

static int lay_out(newcomers *all, const palate_model *model)
{
    const size_t users = palate_ratings_user_count(all->ratings);
    const size_t count = (size_t)palate_ratings_count(all->ratings);
    uint32_t *map = map_items(all, model);
    all->begins = malloc((users + 1) * sizeof *all->begins);
    all->columns = malloc((count + 1) * sizeof *all->columns);
    all->values = malloc((count + 1) * sizeof *all->values);
    all->times = malloc((count + 1) * sizeof *all->times);
    const bool done = map != NULL && all->begins != NULL && all->columns != NULL &&
                      all->values != NULL && all->times != NULL;
    all->rows = (palate_new_rows){users, all->begins, all->columns, all->values, all->times};
    if (done)
        fill(all, map);
    free(map);
    return done ? EXIT_DONE : message_error("out of memory while taking in new users");
}

static void tell_unknown(const newcomers *all, const palate_model *model, const char *path)
{
    int64_t known = 0;
    for (size_t place = 0; place < all->rows.count; place++)
        known += palate_model_find_user(model, newcomers_id(all, place), PALATE_TEXT) !=
                 PALATE_NO_ROW;
    if (known > 0)
        message_note("%s: the model knows %s of the users; here only what this file says counts",
                     path, describe_count(known));
    if (all->unknown_count > 0)
        message_note("%s: the model does not know the items of %s; they are left out", path,
                     describe_things(all->unknown_count, "rating"));
}

int newcomers_read(newcomers *out, palate_context *context, const palate_model *model,
                   const palate_read_options *options, const char *path)
{
    palate_error err;
    palate_model_summary summary;
    palate_read_options reading = *options;
    palate_model_info(model, &summary);
    reading.scale = summary.scale;
    *out = (newcomers){0};
    if (palate_ratings_read(context, path, &reading, &out->ratings, &err) != PALATE_OK)
        return message_failed(&err);
    int exit_status = lay_out(out, model);
    if (exit_status == EXIT_DONE)
        tell_unknown(out, model, path);
    return exit_status;
}

void newcomers_release(newcomers *all)
{
    free(all->begins);
    free(all->columns);
    free(all->values);
    free(all->times);
    palate_ratings_free(all->ratings);
    *all = (newcomers){0};
}
