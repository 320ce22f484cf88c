/* SPDX-License-Identifier: Apache-2.0 */
#include "train/subset.h"

#include <string.h>

/* Rows are ordered by count: an even step takes as many of the busy as of the quiet. */
static bool is_chosen(uint32_t user, uint32_t step)
{
    return user % step == step / 2;
}

static int64_t count_of(const palate__matrix *matrix, uint32_t row)
{
    return matrix->begins[row + 1] - matrix->begins[row];
}

static void copy_rows(const palate_ratings *from, uint32_t step, palate_ratings *to)
{
    const palate__matrix *all = &from->by_user;
    palate__matrix *some = &to->by_user;
    int64_t place = 0;
    for (uint32_t user = 0; user < all->row_count; user++) {
        int64_t begin = all->begins[user];
        size_t count = is_chosen(user, step) ? (size_t)count_of(all, user) : 0;
        some->begins[user] = place;
        memcpy(some->columns + place, all->columns + begin, count * sizeof *all->columns);
        memcpy(some->values + place, all->values + begin, count * sizeof *all->values);
        place += (int64_t)count;
    }
    some->begins[all->row_count] = place;
}

palate_status palate__subset_make(const palate_ratings *ratings, uint32_t step, palate_ratings *out,
                                  palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__matrix *all = &ratings->by_user;
    int64_t count = 0;
    *out = *ratings;
    out->by_user = out->by_item = (palate__matrix){0};
    out->times = NULL;
    out->sequence = NULL;
    for (uint32_t user = 0; user < all->row_count; user++)
        count += is_chosen(user, step) ? count_of(all, user) : 0;
    PALATE_TRY(palate__matrix_allocate(ratings->context, all->row_count, all->column_count, count,
                                       &out->by_user, err));
    copy_rows(ratings, step, out);
    PALATE_TRY(palate__matrix_transpose(ratings->context, &out->by_user, &out->by_item, err));
    return PALATE_OK;
done:
    palate__subset_free(out);
    return status;
}

void palate__subset_free(palate_ratings *subset)
{
    palate__matrix_free(subset->context, &subset->by_user);
    palate__matrix_free(subset->context, &subset->by_item);
    *subset = (palate_ratings){0};
}
