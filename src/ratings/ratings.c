/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller can ask of ratings. */
#include "ratings/input.h"

#include "palate/columns.h"

#include <string.h>

void palate_ratings_free(palate_ratings *ratings)
{
    if (ratings == NULL)
        return;
    palate_context *context = ratings->context;
    if (ratings->source != NULL) {
        palate__source_close(ratings->source);
        palate__release(context, ratings->source);
        palate__release(context, ratings);
        return;
    }
    palate__ids_free(context, &ratings->users);
    palate__ids_free(context, &ratings->items);
    palate__matrix_free(context, &ratings->by_user);
    palate__matrix_free(context, &ratings->by_item);
    palate__release(context, ratings->times);
    palate__release(context, ratings->sequence);
    palate__release(context, ratings);
}

const palate_read_report *palate_ratings_report(const palate_ratings *ratings)
{
    return &ratings->report;
}

uint32_t palate_ratings_user_count(const palate_ratings *ratings)
{
    return ratings->users.count;
}

uint32_t palate_ratings_item_count(const palate_ratings *ratings)
{
    return ratings->items.count;
}

int64_t palate_ratings_count(const palate_ratings *ratings)
{
    return palate__matrix_count(&ratings->by_user);
}

const char *palate_ratings_user_id(const palate_ratings *ratings, uint32_t row)
{
    return palate__ids_text(&ratings->users, row);
}

const char *palate_ratings_item_id(const palate_ratings *ratings, uint32_t row)
{
    return palate__ids_text(&ratings->items, row);
}

static uint32_t row_at(const palate__ids *ids, uint32_t place)
{
    return place < ids->count ? ids->order[place] : PALATE_NO_ROW;
}

uint32_t palate_ratings_user_at(const palate_ratings *ratings, uint32_t place)
{
    return row_at(&ratings->users, place);
}

uint32_t palate_ratings_item_at(const palate_ratings *ratings, uint32_t place)
{
    return row_at(&ratings->items, place);
}

static uint32_t find(const palate__ids *ids, const char *id, size_t bytes)
{
    if (id == NULL)
        return PALATE_NO_ROW;
    return palate__ids_find(ids, id, bytes == PALATE_TEXT ? strlen(id) : bytes);
}

uint32_t palate_ratings_find_user(const palate_ratings *ratings, const char *id, size_t bytes)
{
    return find(&ratings->users, id, bytes);
}

uint32_t palate_ratings_find_item(const palate_ratings *ratings, const char *id, size_t bytes)
{
    return find(&ratings->items, id, bytes);
}

static palate_rated rated(const palate__matrix *matrix, const int64_t *times, uint32_t row)
{
    if (row >= matrix->row_count)
        return (palate_rated){0};
    const int64_t begin = matrix->begins[row];
    return (palate_rated){
        .count = matrix->begins[row + 1] - begin,
        .rows = matrix->columns + begin,
        .ratings = matrix->values + begin,
        .times = times == NULL ? NULL : times + begin,
    };
}

palate_rated palate_ratings_of_user(const palate_ratings *ratings, uint32_t row)
{
    return rated(&ratings->by_user, ratings->times, row);
}

palate_rated palate_ratings_of_item(const palate_ratings *ratings, uint32_t row)
{
    return rated(&ratings->by_item, NULL, row);
}

/* ---- All at a time ---- */

static palate_id_list list(const palate__ids *ids)
{
    return (palate_id_list){ids->count, ids->bytes, ids->ends, ids->order};
}

palate_id_list palate_ratings_user_ids(const palate_ratings *ratings)
{
    return list(&ratings->users);
}

palate_id_list palate_ratings_item_ids(const palate_ratings *ratings)
{
    return list(&ratings->items);
}

static palate_sparse_rows sparse_rows(const palate__matrix *matrix, const int64_t *times)
{
    return (palate_sparse_rows){matrix->row_count, matrix->column_count, matrix->begins,
                                matrix->columns,   matrix->values,       times};
}

palate_sparse_rows palate_ratings_by_user(const palate_ratings *ratings)
{
    return sparse_rows(&ratings->by_user, ratings->times);
}

palate_sparse_rows palate_ratings_by_item(const palate_ratings *ratings)
{
    return sparse_rows(&ratings->by_item, NULL);
}
