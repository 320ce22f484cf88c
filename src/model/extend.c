/* SPDX-License-Identifier: Apache-2.0 */
#include "model/extend.h"

#include "model/copy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char DOING[] = "taking in new ratings";

/* What is only needed while the model is made. */
typedef struct work {
    palate__extended *of;
    const palate_ratings *ratings;
    palate_context *context;
    uint32_t *copied;   /* Row of the new model -> row of the old one, or PALATE_NO_ROW. */
    uint32_t *place_of; /* Row of the new model -> user row of the new ratings, or PALATE_NO_ROW. */
    uint32_t user_count, item_count; /* Of the new model. */
    int64_t longest;                 /* Ratings that a user has at most, old and new. */
} work;

static palate_status fail_memory(palate_error *err)
{
    return palate__fail_memory(err, DOING);
}

/* ---- Rows ---- */

/* Those that the model does not know come after its own, in the order in which the ratings have them, which
 * does not depend on that of the lines. Returns how many rows there are then; 0 when memory runs out. */
static uint32_t map_rows(palate_context *context, const palate__ids *known, const palate__ids *ids,
                         uint32_t **out)
{
    uint32_t count = known->count;
    uint32_t *rows = palate__allocate_array(context, ids->count, sizeof *rows);
    *out = rows;
    if (rows == NULL)
        return 0;
    for (uint32_t row = 0; row < ids->count; row++) {
        rows[row] = palate__ids_find(known, palate__ids_text(ids, row),
                                     palate__ids_bytes(ids, row));
        if (rows[row] == PALATE_NO_ROW)
            rows[row] = count++;
    }
    return count;
}

static palate_status find_rows(work *w, palate_error *err)
{
    const palate_model *from = w->of->from;
    w->user_count = map_rows(w->context, &from->users.ids, &w->ratings->users, &w->of->user_rows);
    w->item_count = map_rows(w->context, &from->items.ids, &w->ratings->items, &w->of->item_rows);
    w->copied = palate__allocate_array(w->context, w->user_count, sizeof *w->copied);
    w->place_of = palate__allocate_array(w->context, w->user_count, sizeof *w->place_of);
    if (w->user_count == 0 || w->item_count == 0 || w->copied == NULL || w->place_of == NULL)
        return fail_memory(err);
    for (uint32_t row = 0; row < w->user_count; row++) {
        w->copied[row] = row < from->users.ids.count ? row : PALATE_NO_ROW;
        w->place_of[row] = PALATE_NO_ROW;
    }
    for (uint32_t place = 0; place < w->ratings->users.count; place++)
        w->place_of[w->of->user_rows[place]] = place;
    return PALATE_OK;
}

/* ---- The new ratings, with rows of the model ---- */

typedef struct new_rating {
    uint32_t item;
    float rating;
    int64_t time;
} new_rating;

static int compare_items(const void *a, const void *b)
{
    const uint32_t left = ((const new_rating *)a)->item;
    const uint32_t right = ((const new_rating *)b)->item;
    return (left > right) - (left < right);
}

static int64_t longest_row(const int64_t *begins, uint32_t count)
{
    int64_t longest = 0;
    for (uint32_t row = 0; row < count; row++)
        longest = begins[row + 1] - begins[row] > longest ? begins[row + 1] - begins[row] : longest;
    return longest;
}

static void sort_row(const work *w, uint32_t place, new_rating *room)
{
    const palate__matrix *matrix = &w->ratings->by_user;
    const int64_t begin = matrix->begins[place];
    const size_t count = (size_t)(matrix->begins[place + 1] - begin);
    uint32_t *items = palate__writable(w->of->added.items);
    float *values = palate__writable(w->of->added.ratings);
    int64_t *times = palate__writable(w->of->added.times);
    for (size_t e = 0; e < count; e++) {
        const int64_t at = begin + (int64_t)e;
        room[e] = (new_rating){w->of->item_rows[matrix->columns[at]], matrix->values[at],
                               w->ratings->times == NULL ? PALATE_NO_TIME : w->ratings->times[at]};
    }
    qsort(room, count, sizeof *room, compare_items);
    for (size_t e = 0; e < count; e++) {
        items[(size_t)begin + e] = room[e].item;
        values[(size_t)begin + e] = room[e].rating;
        if (times != NULL)
            times[(size_t)begin + e] = room[e].time;
    }
}

static palate_status translate(work *w, palate_error *err)
{
    const palate__matrix *matrix = &w->ratings->by_user;
    palate__rated_rows *to = &w->of->added;
    const size_t count = (size_t)palate__matrix_count(matrix);
    const int64_t longest = longest_row(matrix->begins, matrix->row_count);
    const bool moves = w->of->from->moment_begins != NULL;
    new_rating *room = palate__allocate_array(w->context, (size_t)longest, sizeof *room);
    to->user_count = matrix->row_count;
    to->users = w->of->user_rows;
    to->begins = matrix->begins;
    to->items = palate__allocate_array(w->context, count, sizeof *to->items);
    to->ratings = palate__allocate_array(w->context, count, sizeof *to->ratings);
    if (moves)
        to->times = palate__allocate_array(w->context, count, sizeof *to->times);
    const bool done = room != NULL && to->items != NULL && to->ratings != NULL &&
                      (!moves || to->times != NULL);
    for (uint32_t place = 0; done && place < matrix->row_count; place++)
        sort_row(w, place, room);
    palate__release(w->context, room);
    return done ? PALATE_OK : fail_memory(err);
}

/* Where what is missing is zero, that is the least there is. */
static palate_status check_signs(const work *w, palate_error *err)
{
    const palate__matrix *matrix = &w->ratings->by_user;
    const int64_t count = palate__model_is_zero(w->of->from) ? palate__matrix_count(matrix) : 0;
    for (int64_t e = 0; e < count; e++)
        if (!(matrix->values[e] >= 0.0F))
            return palate__fail(err, PALATE_E_INVALID,
                                "a rating is %g: where what is missing is zero, none may be "
                                "negative",
                                (double)matrix->values[e]);
    return PALATE_OK;
}

static palate_status check_scale(const work *w, palate_error *err)
{
    const palate_scale scale = w->of->from->summary.scale;
    const palate__matrix *matrix = &w->ratings->by_user;
    for (uint32_t user = 0; scale.low < scale.high && user < matrix->row_count; user++)
        for (int64_t e = matrix->begins[user]; e < matrix->begins[user + 1]; e++)
            if (!((double)matrix->values[e] >= scale.low &&
                  (double)matrix->values[e] <= scale.high))
                return palate__fail(
                    err, PALATE_E_INVALID,
                    "the rating %g of item %s by user %s is outside the model's scale, %g to %g; "
                    "train again for another scale",
                    (double)matrix->values[e],
                    palate__ids_text(&w->ratings->items, matrix->columns[e]),
                    palate__ids_text(&w->ratings->users, user), scale.low, scale.high);
    return PALATE_OK;
}

/* ---- Seen ---- */

/* A user's ratings on the way into one list. */
typedef struct merge {
    int64_t old, old_end; /* Of the old model; */
    int64_t added, added_end;
} merge;

static merge merge_of(const work *w, uint32_t user)
{
    const palate_model *from = w->of->from;
    const uint32_t place = w->place_of[user];
    merge m = {0};
    if (w->copied[user] != PALATE_NO_ROW) {
        m.old = from->seen_begins[user];
        m.old_end = from->seen_begins[user + 1];
    }
    if (place != PALATE_NO_ROW) {
        m.added = w->of->added.begins[place];
        m.added_end = w->of->added.begins[place + 1];
    }
    return m;
}

/* Takes the next rating: an old one (*old) or a new one (*added), or a new one that replaces an old one.
 * The other is -1. */
static bool merge_next(const work *w, merge *m, int64_t *old, int64_t *added)
{
    const uint32_t *old_items = w->of->from->seen_items;
    const uint32_t *added_items = w->of->added.items;
    const bool has_old = m->old < m->old_end;
    const bool has_added = m->added < m->added_end;
    const bool takes_old = has_old && (!has_added || old_items[m->old] <= added_items[m->added]);
    const bool takes_added = has_added && (!has_old || added_items[m->added] <= old_items[m->old]);
    *old = takes_old ? m->old++ : -1;
    *added = takes_added ? m->added++ : -1;
    return takes_old || takes_added;
}

/* How many ratings each user has, in `begins` after its own place; how many were replaced. */
static void count_seen(work *w, int64_t *begins)
{
    int64_t old = 0;
    int64_t added = 0;
    begins[0] = 0;
    for (uint32_t user = 0; user < w->user_count; user++) {
        merge m = merge_of(w, user);
        int64_t count = 0;
        while (merge_next(w, &m, &old, &added)) {
            count++;
            w->of->replaced += old >= 0 && added >= 0;
        }
        begins[user + 1] = begins[user] + count;
        w->longest = count > w->longest ? count : w->longest;
    }
}

static void fill_seen(const work *w)
{
    const palate_model *from = w->of->from;
    const palate__rated_rows *added_rows = &w->of->added;
    uint32_t *items = palate__writable(w->of->model->seen_items);
    float *ratings = palate__writable(w->of->model->seen_ratings);
    int64_t *times = palate__writable(w->of->model->seen_times);
    uint32_t *counts = palate__writable(w->of->model->items.counts);
    int64_t old = 0;
    int64_t added = 0;
    size_t e = 0;
    for (uint32_t user = 0; user < w->user_count; user++) {
        merge m = merge_of(w, user);
        for (; merge_next(w, &m, &old, &added); e++) {
            items[e] = added >= 0 ? added_rows->items[added] : from->seen_items[old];
            if (ratings != NULL && from->seen_ratings != NULL)
                ratings[e] = added >= 0 ? added_rows->ratings[added] : from->seen_ratings[old];
            if (times != NULL && from->seen_times != NULL)
                times[e] = added >= 0 ? added_rows->times[added] : from->seen_times[old];
            counts[items[e]] += old < 0;
        }
    }
}

static palate_status merge_seen(work *w, palate_error *err)
{
    palate_model *model = w->of->model;
    int64_t *begins = palate__allocate_array(w->context, (size_t)w->user_count + 1, sizeof *begins);
    model->seen_begins = begins;
    if (begins == NULL)
        return fail_memory(err);
    count_seen(w, begins);
    const size_t count = (size_t)begins[w->user_count];
    model->seen_items = palate__allocate_array(w->context, count, sizeof(uint32_t));
    if (w->of->from->seen_ratings != NULL)
        model->seen_ratings = palate__allocate_array(w->context, count, sizeof(float));
    if (w->of->from->seen_times != NULL)
        model->seen_times = palate__allocate_array(w->context, count, sizeof(int64_t));
    if (model->seen_items == NULL ||
        (w->of->from->seen_ratings != NULL && model->seen_ratings == NULL) ||
        (w->of->from->seen_times != NULL && model->seen_times == NULL))
        return fail_memory(err);
    fill_seen(w);
    uint32_t *counts = palate__writable(model->users.counts);
    for (uint32_t user = 0; user < w->user_count; user++)
        counts[user] = (uint32_t)(begins[user + 1] - begins[user]);
    model->summary.rating_count = begins[w->user_count];
    return PALATE_OK;
}

/* ---- Moments ---- */

static int compare_times(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The different times of some ratings, rising. */
static size_t list_times(const int64_t *times, size_t count, int64_t *to)
{
    size_t timed = 0;
    size_t kept = 0;
    for (size_t e = 0; e < count; e++)
        if (times[e] != PALATE_NO_TIME)
            to[timed++] = times[e];
    qsort(to, timed, sizeof *to, compare_times);
    for (size_t t = 0; t < timed; t++)
        if (kept == 0 || to[t] != to[kept - 1])
            to[kept++] = to[t];
    return kept;
}

/* Whether a user's moments will be found again, from all of its ratings. */
static bool is_to_move(const work *w, uint32_t user)
{
    return w->place_of[user] != PALATE_NO_ROW && w->of->from->drift_lambda > 0.0 &&
           palate__extended_ratings(w->of).times != NULL &&
           palate__extended_is_whole(w->of, PALATE_USERS, user);
}

/* The moments of a user in the new model. */
static size_t list_moments(const work *w, uint32_t user, int64_t *times)
{
    const palate_model *from = w->of->from;
    const palate_model *model = w->of->model;
    if (is_to_move(w, user) && model->seen_times != NULL) {
        const int64_t begin = model->seen_begins[user];
        return list_times(model->seen_times + begin, (size_t)(model->seen_begins[user + 1] - begin),
                          times);
    }
    if (is_to_move(w, user)) {
        const palate__rated_rows *added = &w->of->added;
        const int64_t begin = added->begins[w->place_of[user]];
        return list_times(added->times + begin,
                          (size_t)(added->begins[w->place_of[user] + 1] - begin), times);
    }
    const palate__moments moments = palate__model_moments(from, user);
    if (moments.count > 0)
        memcpy(times, moments.times, moments.count * sizeof *times);
    return moments.count;
}

/* Values of those that will not be found again. */
static void copy_values(const work *w, float *values)
{
    for (uint32_t user = 0; user < w->of->from->users.ids.count; user++) {
        const palate__moments moments = palate__model_moments(w->of->from, user);
        if (!is_to_move(w, user) && moments.count > 0)
            memcpy(values + w->of->model->moment_begins[user], moments.values,
                   moments.count * sizeof *values);
    }
}

/* Begins, and then times; `room` is enough for any user. */
static palate_status fill_moments(const work *w, int64_t *begins, int64_t *room, palate_error *err)
{
    palate_model *model = w->of->model;
    const size_t users = w->user_count;
    for (uint32_t user = 0; user < users; user++)
        begins[user + 1] = begins[user] + (int64_t)list_moments(w, user, room);
    int64_t *times = palate__allocate_array(w->context, (size_t)begins[users], sizeof *times);
    float *values = palate__allocate_zeroed(w->context, (size_t)begins[users], sizeof *values);
    model->moment_times = times;
    model->moment_values = values;
    if (times == NULL || values == NULL)
        return fail_memory(err);
    for (uint32_t user = 0; user < users; user++) {
        const size_t count = list_moments(w, user, room);
        memcpy(times + begins[user], room, count * sizeof *times);
    }
    copy_values(w, values);
    return PALATE_OK;
}

static palate_status lay_out_moments(work *w, palate_error *err)
{
    const palate_model *from = w->of->from;
    if (from->moment_begins == NULL)
        return PALATE_OK;
    const int64_t most = longest_row(from->moment_begins, from->users.ids.count);
    int64_t *begins = palate__allocate_zeroed(w->context, (size_t)w->user_count + 1,
                                              sizeof *begins);
    int64_t *room = palate__allocate_array(
        w->context, (size_t)(most > w->longest ? most : w->longest), sizeof *room);
    w->of->model->moment_begins = begins;
    palate_status status = begins == NULL || room == NULL ? fail_memory(err)
                                                          : fill_moments(w, begins, room, err);
    palate__release(w->context, room);
    return status;
}

/* ---- The model ---- */

/* New rows, until they are improved: nothing is as unsure as they are. Where what is missing is zero, so are
 * they. */
static void make_typical(const palate_model *model, const palate__side *side, uint32_t first)
{
    const size_t k = model->factor_count;
    const double noise = isnan(model->noise) ? 1.0 : model->noise * model->gain;
    float *factors = palate__writable(side->factors);
    float *offsets = palate__writable(side->offsets);
    float *variances = palate__writable(side->variances);
    for (size_t row = first; !palate__model_is_zero(model) && row < side->ids.count; row++) {
        memcpy(factors + row * k, side->typical, k * sizeof *factors);
        offsets[row] = side->typical[k];
        if (variances != NULL && side->lambda != NULL)
            variances[row] = (float)(noise * noise / fmax((double)side->lambda[1], 1e-6));
    }
}

static palate_status join_ids(const work *w, const palate__ids *known, const palate__ids *ids,
                              const uint32_t *rows, uint32_t count, palate__ids *out,
                              palate_error *err)
{
    palate_status status = PALATE_OK;
    uint32_t *own = palate__allocate_array(w->context, known->count, sizeof *own);
    uint32_t *new = palate__allocate_array(w->context, ids->count, sizeof *new);
    if (own == NULL || new == NULL)
        PALATE_TRY(fail_memory(err));
    for (uint32_t row = 0; row < known->count; row++)
        own[row] = row;
    for (uint32_t row = 0; row < ids->count; row++)
        new[row] = rows[row] < known->count ? PALATE_NO_ROW : rows[row];
    const palate__id_source sources[] = {{known, own}, {ids, new}};
    PALATE_TRY(palate__ids_join(w->context, sources, 2, count, out, err));
done:
    palate__release(w->context, own);
    palate__release(w->context, new);
    return status;
}

static palate_status make_model(work *w, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate_model *from = w->of->from;
    const palate_ratings *ratings = w->ratings;
    const palate__copy copy = {
        .from = from,
        .users = w->copied,
        .user_count = w->user_count,
        .items_added = w->item_count - from->items.ids.count,
        .without_seen = true,
        .doing = DOING,
    };
    PALATE_TRY(palate__model_copy(&copy, &w->of->model, err));
    palate_model *model = w->of->model;
    PALATE_TRY(join_ids(w, &from->users.ids, &ratings->users, w->of->user_rows, w->user_count,
                        &model->users.ids, err));
    PALATE_TRY(join_ids(w, &from->items.ids, &ratings->items, w->of->item_rows, w->item_count,
                        &model->items.ids, err));
    make_typical(model, &model->users, from->users.ids.count);
    make_typical(model, &model->items, from->items.ids.count);
    PALATE_TRY(merge_seen(w, err));
    PALATE_TRY(lay_out_moments(w, err));
done:
    return status;
}

palate_status palate__model_extend(const palate_model *model, const palate_ratings *ratings,
                                   palate__extended *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    work w = {.of = out, .ratings = ratings, .context = model->context};
    *out = (palate__extended){.from = model,
                              .user_count = ratings->users.count,
                              .item_count = ratings->items.count,
                              .is_kept = model->seen_ratings != NULL};
    PALATE_TRY(check_scale(&w, err));
    PALATE_TRY(check_signs(&w, err));
    PALATE_TRY(find_rows(&w, err));
    PALATE_TRY(translate(&w, err));
    PALATE_TRY(make_model(&w, err));
done:
    palate__release(w.context, w.copied);
    palate__release(w.context, w.place_of);
    return status;
}

void palate__extended_end(palate__extended *extended)
{
    palate_context *context = extended->from->context;
    palate__release(context, extended->user_rows);
    palate__release(context, extended->item_rows);
    palate__release(context, palate__writable(extended->added.items));
    palate__release(context, palate__writable(extended->added.ratings));
    palate__release(context, palate__writable(extended->added.times));
    palate_model_free(extended->model);
}

palate__rated_rows palate__extended_ratings(const palate__extended *extended)
{
    const palate_model *model = extended->model;
    if (!extended->is_kept)
        return extended->added;
    return (palate__rated_rows){model->users.ids.count, NULL,
                                model->seen_begins,     model->seen_items,
                                model->seen_ratings,    model->seen_times};
}

bool palate__extended_is_whole(const palate__extended *extended, palate_side side, uint32_t row)
{
    const palate__side *before = side == PALATE_USERS ? &extended->from->users
                                                      : &extended->from->items;
    return extended->is_kept || row >= before->ids.count || before->counts[row] == 0;
}
