/* SPDX-License-Identifier: Apache-2.0 */
/* From ratings in the order of lines to the matrix, in linear time:
 *
 *     lines   --counting sort by user-->    loose: rows by number, in the order of lines
 *             --duplicates, row by row-->   what is kept; now ratings can be counted, rows numbered
 *             --renumbered transpose-->     by_item
 *             --transpose-->                by_user
 *
 * Rows depend on counts and ids alone, and the transpose sorts: nothing of the order of lines is left
 * but what asks for it (the policy for duplicates, sequence, order of first appearance).
 */
#include "ratings/matrix.h"
#include "ratings/sink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* A second rating of an item by a user, where that is an error. */
typedef struct repeat {
    int64_t line, first_line;
    uint32_t user, item;
} repeat;

/* The work in hand. Rows and columns of `loose` are numbers of first appearance; the arrays after it
 * are aligned with its entries, or NULL where not wanted. */
typedef struct draft {
    palate__sink *sink;
    palate_context *context;
    palate__matrix loose;
    int64_t *times;
    int64_t *sequence;
    int64_t *lines;
    int64_t *place;  /* Of each item in the row at hand, where it is in it. */
    double *sums;    /* Of each item's ratings in the row at hand: for their mean. */
    uint32_t *votes; /* How many there are. */
    repeat *repeats;
    size_t repeat_count, repeat_capacity;
    uint32_t *user_row, *item_row;      /* By number. */
    uint32_t *user_at;                  /* The number of each row. */
    int64_t *user_counts, *item_counts; /* Ratings kept: of each row, of each number. */
} draft;

static void free_draft(draft *work)
{
    palate_context *context = work->context;
    palate__matrix_free(context, &work->loose);
    palate__release(context, work->times);
    palate__release(context, work->sequence);
    palate__release(context, work->lines);
    palate__release(context, work->place);
    palate__release(context, work->sums);
    palate__release(context, work->votes);
    palate__release(context, work->repeats);
    palate__release(context, work->user_row);
    palate__release(context, work->item_row);
    palate__release(context, work->user_at);
    palate__release(context, work->user_counts);
    palate__release(context, work->item_counts);
    *work = (draft){.context = context};
}

/* True where the array is not wanted, or there. */
static bool allocate_if(draft *work, bool wanted, int64_t **array, int64_t count)
{
    *array = wanted ? palate__allocate_array(work->context, (size_t)count, sizeof **array) : NULL;
    return !wanted || *array != NULL;
}

/* ---- Lines to rows ---- */

static palate_status allocate_loose(draft *work, palate_error *err)
{
    const palate__store *store = &work->sink->store;
    palate_status status = palate__matrix_allocate(
        work->context, store->users.count, store->items.count, store->count, &work->loose, err);
    if (status == PALATE_OK &&
        !(allocate_if(work, work->sink->report->has_times, &work->times, store->count) &&
          allocate_if(work, work->sink->options->keep_order, &work->sequence, store->count) &&
          allocate_if(work, store->keep_lines, &work->lines, store->count)))
        status = palate__fail_memory(err, "storing ratings");
    return status;
}

static void scatter_chunk(draft *work, const palate__chunk *chunk, int64_t sequence)
{
    palate__matrix *loose = &work->loose;
    for (size_t e = 0; e < chunk->count; e++) {
        const int64_t to = loose->begins[chunk->users[e]]++;
        loose->columns[to] = chunk->items[e];
        loose->values[to] = chunk->values[e];
        if (work->times != NULL)
            work->times[to] = chunk->times == NULL ? PALATE_NO_TIME : chunk->times[e];
        if (work->sequence != NULL)
            work->sequence[to] = sequence + (int64_t)e;
        if (work->lines != NULL)
            work->lines[to] = chunk->lines[e];
    }
}

/* Uses up the chunks, one by one. */
static palate_status sort_by_user(draft *work, palate_error *err)
{
    palate__store *store = &work->sink->store;
    palate_status status = allocate_loose(work, err);
    if (status != PALATE_OK)
        return status;
    for (const palate__chunk *chunk = store->first; chunk != NULL; chunk = chunk->next)
        for (size_t e = 0; e < chunk->count; e++)
            work->loose.begins[chunk->users[e]]++;
    palate__matrix_place_rows(&work->loose);
    int64_t sequence = 0;
    while (store->first != NULL) {
        palate__chunk *chunk = store->first;
        scatter_chunk(work, chunk, sequence);
        sequence += (int64_t)chunk->count;
        store->first = chunk->next;
        palate__chunk_free(work->context, chunk);
    }
    store->last = NULL;
    palate__matrix_rewind_rows(&work->loose);
    return PALATE_OK;
}

/* ---- Duplicates ---- */

static palate_status allocate_duplicates(draft *work, palate_error *err)
{
    const size_t items = work->loose.column_count;
    const bool mean = work->sink->options->duplicates == PALATE_DUPLICATES_MEAN;
    work->place = palate__allocate_array(work->context, items, sizeof *work->place);
    if (mean) {
        work->sums = palate__allocate_array(work->context, items, sizeof *work->sums);
        work->votes = palate__allocate_array(work->context, items, sizeof *work->votes);
    }
    if (work->place == NULL || (mean && (work->sums == NULL || work->votes == NULL)))
        return palate__fail_memory(err, "looking for duplicates");
    memset(work->place, 0xFF, items * sizeof *work->place);
    return PALATE_OK;
}

static palate_status add_repeat(draft *work, repeat found, palate_error *err)
{
    enum { FIRST_REPEATS = 16 };
    if (work->repeat_count == work->repeat_capacity) {
        const size_t wanted = work->repeat_capacity == 0 ? FIRST_REPEATS : work->repeat_count * 2;
        repeat *larger = palate__resize_array(work->context, work->repeats, work->repeat_count,
                                              wanted, sizeof *larger);
        if (larger == NULL)
            return palate__fail_memory(err, "listing duplicates");
        work->repeats = larger;
        work->repeat_capacity = wanted;
    }
    work->repeats[work->repeat_count++] = found;
    return PALATE_OK;
}

static void set_entry(draft *work, int64_t to, int64_t from)
{
    work->loose.columns[to] = work->loose.columns[from];
    work->loose.values[to] = work->loose.values[from];
    if (work->times != NULL)
        work->times[to] = work->times[from];
    if (work->sequence != NULL)
        work->sequence[to] = work->sequence[from];
    if (work->lines != NULL)
        work->lines[to] = work->lines[from];
}

/* Later lines win, unless both have a time and theirs is the earlier. */
static bool is_later(const draft *work, int64_t entry, int64_t than)
{
    return work->times == NULL || work->times[entry] == PALATE_NO_TIME ||
           work->times[entry] >= work->times[than];
}

/* Entry `again` rates the item of `kept` once more. */
static palate_status merge(draft *work, uint32_t user, int64_t kept, int64_t again,
                           palate_error *err)
{
    const uint32_t item = work->loose.columns[again];
    const float value = work->loose.values[again];
    const int policy = work->sink->options->duplicates;
    work->sink->report->duplicate_count++;
    if (policy == PALATE_DUPLICATES_ERROR)
        return add_repeat(work, (repeat){work->lines[again], work->lines[kept], user, item}, err);
    if (is_later(work, again, kept))
        set_entry(work, kept, again);
    if (policy == PALATE_DUPLICATES_MEAN) {
        work->sums[item] += (double)value;
        work->votes[item]++;
        work->loose.values[kept] = (float)(work->sums[item] / work->votes[item]);
    }
    return PALATE_OK;
}

/* One row, begin .. end - 1, its kept entries moved to *to and on. */
static palate_status merge_row(draft *work, uint32_t user, int64_t begin, int64_t end, int64_t *to,
                               palate_error *err)
{
    const int64_t first = *to;
    for (int64_t e = begin; e < end; e++) {
        const uint32_t item = work->loose.columns[e];
        const int64_t place = work->place[item];
        if (place >= first) {
            palate_status status = merge(work, user, place, e, err);
            if (status != PALATE_OK)
                return status;
            continue;
        }
        if (work->sums != NULL) {
            work->sums[item] = (double)work->loose.values[e];
            work->votes[item] = 1;
        }
        if (*to != e)
            set_entry(work, *to, e);
        work->place[item] = (*to)++;
    }
    return PALATE_OK;
}

static int compare_lines(const void *a, const void *b)
{
    const int64_t left = ((const repeat *)a)->line, right = ((const repeat *)b)->line;
    return (left > right) - (left < right);
}

static palate_status report_repeats(const draft *work)
{
    const palate__store *store = &work->sink->store;
    if (work->repeat_count > 1)
        qsort(work->repeats, work->repeat_count, sizeof *work->repeats, compare_lines);
    for (size_t i = 0; i < work->repeat_count; i++) {
        const repeat *found = &work->repeats[i];
        char user[PALATE__SHOWN_BYTES], item[PALATE__SHOWN_BYTES];
        palate__text_for_message(
            palate__text_span(palate__id_builder_text(&store->users, found->user)), user,
            sizeof user);
        palate__text_for_message(
            palate__text_span(palate__id_builder_text(&store->items, found->item)), item,
            sizeof item);
        palate_status status = palate__sink_problem(
            work->sink, found->line, 0,
            "user \"%s\" rates item \"%s\" again, first in line %lld; remove one, or choose what "
            "becomes of them (option duplicates: last or mean)",
            user, item, (long long)found->first_line);
        if (status != PALATE_OK)
            return status;
    }
    return PALATE_OK;
}

static palate_status merge_duplicates(draft *work, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__matrix *loose = &work->loose;
    int64_t begin = 0;
    int64_t to = 0;
    PALATE_TRY(allocate_duplicates(work, err));
    for (uint32_t user = 0; user < loose->row_count; user++) {
        const int64_t end = loose->begins[user + 1];
        loose->begins[user] = to;
        PALATE_TRY(merge_row(work, user, begin, end, &to, err));
        begin = end;
    }
    loose->begins[loose->row_count] = to;
    PALATE_TRY(report_repeats(work));
    palate__release(work->context, work->lines);
    palate__release(work->context, work->place);
    work->lines = work->place = NULL;
done:
    return status;
}

/* ---- Numbering ---- */

static palate_status number_side(palate_context *context, palate__id_builder *builder,
                                 const int64_t *counts, uint32_t **row_of, palate__ids *ids,
                                 palate_error *err)
{
    *row_of = palate__allocate_array(context, builder->count, sizeof **row_of);
    if (*row_of == NULL)
        return palate__fail_memory(err, "numbering users and items");
    return palate__id_builder_freeze(builder, counts, false, *row_of, ids, err);
}

static palate_status number_rows(draft *work, palate_ratings *ratings, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = work->context;
    palate__store *store = &work->sink->store;
    const palate__matrix *loose = &work->loose;
    const uint32_t users = loose->row_count;
    int64_t *counts = palate__allocate_array(context, users, sizeof *counts);
    work->user_counts = palate__allocate_array(context, users, sizeof *work->user_counts);
    work->user_at = palate__allocate_array(context, users, sizeof *work->user_at);
    work->item_counts = palate__allocate_zeroed(context, loose->column_count,
                                                sizeof *work->item_counts);
    if (counts == NULL || work->user_counts == NULL || work->user_at == NULL ||
        work->item_counts == NULL)
        PALATE_TRY(palate__fail_memory(err, "numbering users and items"));
    for (uint32_t user = 0; user < users; user++)
        counts[user] = loose->begins[user + 1] - loose->begins[user];
    for (int64_t e = 0; e < palate__matrix_count(loose); e++)
        work->item_counts[loose->columns[e]]++;
    PALATE_TRY(number_side(context, &store->users, counts, &work->user_row, &ratings->users, err));
    PALATE_TRY(number_side(context, &store->items, work->item_counts, &work->item_row,
                           &ratings->items, err));
    for (uint32_t user = 0; user < users; user++) {
        work->user_at[work->user_row[user]] = user;
        work->user_counts[work->user_row[user]] = counts[user];
    }
done:
    palate__release(context, counts);
    return status;
}

/* ---- Both matrices ---- */

/* Brings an array aligned with the loose entries into the order of by_user, and releases it. */
static palate_status align(const draft *work, const palate__matrix *by_user, int64_t **loose,
                           int64_t **out, palate_error *err)
{
    if (*loose == NULL)
        return PALATE_OK;
    palate_context *context = work->context;
    const palate__matrix *from = &work->loose;
    int64_t *of_item = palate__allocate_array(context, by_user->column_count, sizeof *of_item);
    *out = palate__allocate_array(context, (size_t)palate__matrix_count(by_user), sizeof **out);
    if (of_item == NULL || *out == NULL) {
        palate__release(context, of_item);
        return palate__fail_memory(err, "storing ratings");
    }
    for (uint32_t user = 0; user < from->row_count; user++) {
        const uint32_t row = work->user_row[user];
        for (int64_t e = from->begins[user]; e < from->begins[user + 1]; e++)
            of_item[work->item_row[from->columns[e]]] = (*loose)[e];
        for (int64_t e = by_user->begins[row]; e < by_user->begins[row + 1]; e++)
            (*out)[e] = of_item[by_user->columns[e]];
    }
    palate__release(context, of_item);
    palate__release(context, *loose);
    *loose = NULL;
    return PALATE_OK;
}

static palate_status make_matrices(draft *work, palate_ratings *ratings, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = work->context;
    const palate__renumbering to_items = {work->user_at, work->item_row, work->item_counts};
    const palate__renumbering to_users = {.column_counts = work->user_counts};
    PALATE_TRY(
        palate__matrix_transpose_as(context, &work->loose, &to_items, &ratings->by_item, err));
    palate__release(context, work->loose.values);
    work->loose.values = NULL;
    if (work->times == NULL && work->sequence == NULL) {
        palate__release(context, work->loose.columns);
        work->loose.columns = NULL;
    }
    PALATE_TRY(
        palate__matrix_transpose_as(context, &ratings->by_item, &to_users, &ratings->by_user, err));
    PALATE_TRY(align(work, &ratings->by_user, &work->times, &ratings->times, err));
    PALATE_TRY(align(work, &ratings->by_user, &work->sequence, &ratings->sequence, err));
done:
    return status;
}

/* ---- The report ---- */

static void describe_values(palate_ratings *ratings)
{
    palate_read_report *report = &ratings->report;
    const palate__matrix *matrix = &ratings->by_user;
    const int64_t count = palate__matrix_count(matrix);
    double sum = 0.0;
    float min = INFINITY;
    float max = -INFINITY;
    for (int64_t e = 0; e < count; e++) {
        const float value = matrix->values[e];
        sum += (double)value;
        min = value < min ? value : min;
        max = value > max ? value : max;
    }
    report->rating_count = count;
    report->user_count = ratings->users.count;
    report->item_count = ratings->items.count;
    report->min = (double)min;
    report->max = (double)max;
    report->mean = sum / (double)count;
}

static void set_scale(palate_ratings *ratings, palate_scale declared)
{
    palate_read_report *report = &ratings->report;
    report->scale_inferred = declared.low >= declared.high;
    report->scale = report->scale_inferred ? (palate_scale){report->min, report->max} : declared;
}

static uint64_t fingerprint_of(const palate_ratings *ratings)
{
    const palate__matrix *matrix = &ratings->by_user;
    const size_t count = (size_t)palate__matrix_count(matrix);
    const palate__ids *users = &ratings->users;
    const palate__ids *items = &ratings->items;
    const uint64_t parts[] = {
        XXH3_64bits(users->bytes, (size_t)users->ends[users->count]),
        XXH3_64bits(items->bytes, (size_t)items->ends[items->count]),
        XXH3_64bits(matrix->begins, ((size_t)matrix->row_count + 1) * sizeof(int64_t)),
        XXH3_64bits(matrix->columns, count * sizeof(uint32_t)),
        XXH3_64bits(matrix->values, count * sizeof(float)),
    };
    return XXH3_64bits(parts, sizeof parts);
}

/* ---- All of it ---- */

static palate_status refuse_empty(const palate__sink *sink, palate_error *err)
{
    if (sink->first_problem[0] != '\0')
        return palate__fail(err, PALATE_E_FORMAT,
                            "%s: no ratings: none of the lines could be read; the first problem: "
                            "%s",
                            sink->path, sink->first_problem);
    return palate__fail(err, PALATE_E_FORMAT,
                        "%s: no ratings; give lines such as user,item,4.5 (formats: "
                        "docs/formats/ratings.md)",
                        sink->path);
}

palate_status palate__build(palate__sink *sink, palate_ratings **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = sink->context;
    draft work = {.sink = sink, .context = context};
    *out = NULL;
    if (sink->store.count == 0)
        return refuse_empty(sink, err);
    palate_ratings *ratings = palate__allocate_zeroed(context, 1, sizeof *ratings);
    if (ratings == NULL)
        return palate__fail_memory(err, "storing ratings");
    ratings->context = context;
    PALATE_TRY(sort_by_user(&work, err));
    PALATE_TRY(merge_duplicates(&work, err));
    PALATE_TRY(number_rows(&work, ratings, err));
    PALATE_TRY(make_matrices(&work, ratings, err));
    ratings->report = *sink->report;
    describe_values(ratings);
    set_scale(ratings, sink->options->scale);
    ratings->fingerprint = fingerprint_of(ratings);
    *out = ratings;
    ratings = NULL;
done:
    free_draft(&work);
    palate_ratings_free(ratings);
    return status;
}
