/* SPDX-License-Identifier: Apache-2.0 */
/* From ratings in the order of lines to the matrix, in linear time:
 *
 *     shards' ids   --merged, ordered by number of ratings-->   rows
 *     chunks        --sorted by row and item, merged-->         by_user                       rows.c
 *                   --where there were duplicates: counted and numbered anew-->             renumber.c
 *     by_user       --transposed-->                             by_item
 *
 * Rows depend on counts and ids alone, and rows are sorted: nothing of the order of lines is left but
 * what asks for it (the policy for duplicates, sequence, order of first appearance).
 */
#include "base/threads.h"
#include "kernels/kernels.h"
#include "ratings/draft.h"

#include <math.h>
#include <string.h>

/* ---- Numbers ---- */

/* The sides are independent of each other. */
typedef struct numbering {
    palate__draft *work;
    palate_status status[2];
    palate_error errors[2];
} numbering;

static void number_side(size_t task, int thread, void *argument)
{
    (void)thread;
    numbering *of = argument;
    palate__draft *work = of->work;
    palate__numbers *numbers = task == PALATE__OF_USERS ? &work->users : &work->items;
    uint32_t **row_of = task == PALATE__OF_USERS ? &work->user_row : &work->item_row;
    palate_error *err = &of->errors[task];
    palate_status status = palate__numbers_make(&work->sink->store, (palate__of_side)task, numbers,
                                                err);
    if (status == PALATE_OK) {
        *row_of = palate__allocate_array(work->context, numbers->ids.count, sizeof **row_of);
        status = *row_of == NULL
                     ? palate__fail_memory(err, "numbering users and items")
                     : palate__id_builder_order(&numbers->ids, numbers->counts, *row_of, err);
    }
    of->status[task] = status;
}

static palate_status number_sides(palate__draft *work, palate_error *err)
{
    numbering of = {.work = work};
    palate__parallel_for(work->threads, 2, number_side, &of);
    for (int side = 0; side < 2; side++) {
        if (of.status[side] == PALATE_OK)
            continue;
        if (err != NULL)
            *err = of.errors[side];
        return of.status[side];
    }
    return PALATE_OK;
}

/* ---- Duplicates ---- */

static palate_status fail_numbering_memory(palate_error *err)
{
    return palate__fail_memory(err, "numbering users and items");
}

/* The number of each row. */
static palate_status turn_round(const palate__draft *work, const uint32_t *row_of, uint32_t count,
                                uint32_t **out, palate_error *err)
{
    *out = palate__allocate_array(work->context, count, sizeof **out);
    if (*out == NULL)
        return fail_numbering_memory(err);
    for (uint32_t number = 0; number < count; number++)
        (*out)[row_of[number]] = number;
    return PALATE_OK;
}

static palate_status report_repeat(const palate__draft *work, const palate__repeat *found,
                                   uint32_t user, uint32_t item)
{
    char user_shown[PALATE__SHOWN_BYTES];
    char item_shown[PALATE__SHOWN_BYTES];
    palate__text_for_message(palate__text_span(palate__id_builder_text(&work->users.ids, user)),
                             user_shown, sizeof user_shown);
    palate__text_for_message(palate__text_span(palate__id_builder_text(&work->items.ids, item)),
                             item_shown, sizeof item_shown);
    return palate__sink_problem(
        work->sink, found->line, 0,
        "user \"%s\" rates item \"%s\" again, first in line %lld; remove one, or choose what "
        "becomes of them (option duplicates: last or mean)",
        user_shown, item_shown, (long long)found->first_line);
}

static palate_status report_repeats(const palate__draft *work, palate_error *err)
{
    palate_status status = PALATE_OK;
    uint32_t *user_at = NULL;
    uint32_t *item_at = NULL;
    PALATE_TRY(turn_round(work, work->user_row, work->users.ids.count, &user_at, err));
    PALATE_TRY(turn_round(work, work->item_row, work->items.ids.count, &item_at, err));
    for (size_t i = 0; i < work->rows.repeat_count; i++) {
        const palate__repeat *found = &work->rows.repeats[i];
        PALATE_TRY(report_repeat(work, found, user_at[found->user], item_at[found->item]));
    }
done:
    palate__release(work->context, user_at);
    palate__release(work->context, item_at);
    return status;
}

/* Numbers a side by the ratings that are left of each row. `row_of` receives the new rows, `moved_to`
 * where each old row goes. */
static palate_status number_anew(palate__numbers *numbers, const int64_t *left, uint32_t *row_of,
                                 uint32_t **moved_to, palate_error *err)
{
    const uint32_t count = numbers->ids.count;
    uint32_t *old = palate__allocate_array(numbers->context, count, sizeof *old);
    *moved_to = palate__allocate_array(numbers->context, count, sizeof **moved_to);
    palate_status status = PALATE_OK;
    if (old == NULL || *moved_to == NULL)
        PALATE_TRY(fail_numbering_memory(err));
    memcpy(old, row_of, count * sizeof *old);
    for (uint32_t number = 0; number < count; number++)
        numbers->counts[number] = left[old[number]];
    PALATE_TRY(palate__id_builder_order(&numbers->ids, numbers->counts, row_of, err));
    for (uint32_t number = 0; number < count; number++)
        (*moved_to)[old[number]] = row_of[number];
done:
    palate__release(numbers->context, old);
    return status;
}

static palate_status count_columns(const palate__draft *work, int64_t **out, palate_error *err)
{
    const palate__matrix *by_user = &work->rows.by_user;
    *out = palate__allocate_zeroed(work->context, by_user->column_count, sizeof **out);
    if (*out == NULL)
        return fail_numbering_memory(err);
    for (uint32_t row = 0; row < by_user->row_count; row++)
        for (int64_t e = 0; e < work->rows.kept[row]; e++)
            (*out)[by_user->columns[by_user->begins[row] + e]]++;
    return PALATE_OK;
}

/* Duplicates have been counted, but are gone. */
static palate_status renumber(palate__draft *work, palate_error *err)
{
    palate_status status = PALATE_OK;
    uint32_t *users_to = NULL;
    uint32_t *items_to = NULL;
    int64_t *columns = NULL;
    PALATE_TRY(count_columns(work, &columns, err));
    PALATE_TRY(number_anew(&work->users, work->rows.kept, work->user_row, &users_to, err));
    PALATE_TRY(number_anew(&work->items, columns, work->item_row, &items_to, err));
    PALATE_TRY(palate__rows_renumber(&work->rows, users_to, items_to, work->threads, err));
done:
    palate__release(work->context, users_to);
    palate__release(work->context, items_to);
    palate__release(work->context, columns);
    return status;
}

/* ---- The matrices ---- */

static palate_status make_rows(palate__draft *work, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__sink *sink = work->sink;
    const palate__rows_plan plan = {
        .store = &sink->store,
        .users = &work->users,
        .items = &work->items,
        .user_row = work->user_row,
        .item_row = work->item_row,
        .duplicates = sink->options->duplicates,
        .threads = work->threads,
    };
    PALATE_TRY(palate__rows_make(&plan, &work->rows, err));
    if (work->rows.duplicate_count == 0)
        work->reserve = palate__store_take_reserve(&sink->store, &work->reserve_bytes);
    palate__store_free(&sink->store);
    sink->report->duplicate_count += work->rows.duplicate_count;
    if (work->rows.repeat_count > 0)
        PALATE_TRY(report_repeats(work, err));
    if (work->rows.duplicate_count > 0)
        PALATE_TRY(renumber(work, err));
done:
    return status;
}

static palate_status allocate_items(palate__draft *work, palate_error *err)
{
    const palate__matrix *by_user = &work->rows.by_user;
    void *reserve = work->reserve;
    work->reserve = NULL;
    return palate__matrix_allocate_in(work->context, reserve, work->reserve_bytes,
                                      by_user->column_count, by_user->row_count,
                                      palate__matrix_count(by_user), &work->by_item, err);
}

static palate_status make_items(palate__draft *work, const int64_t *counts, palate_error *err)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(allocate_items(work, err));
    PALATE_TRY(palate__matrix_transpose_into(work->context, &work->rows.by_user, counts,
                                             work->threads, &work->by_item, err));
done:
    return status;
}

static palate_status make_matrices(palate__draft *work, palate_ratings *ratings, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__numbers *items = &work->items;
    int64_t *counts = palate__allocate_array(work->context, items->ids.count, sizeof *counts);
    if (counts == NULL)
        return palate__fail_memory(err, "storing ratings");
    for (uint32_t number = 0; number < items->ids.count; number++)
        counts[work->item_row[number]] = items->counts[number];
    PALATE_TRY(
        palate__id_builder_freeze_as(&work->users.ids, work->user_row, &ratings->users, err));
    PALATE_TRY(
        palate__id_builder_freeze_as(&work->items.ids, work->item_row, &ratings->items, err));
    if (work->by_item.begins == NULL)
        PALATE_TRY(make_items(work, counts, err));
    ratings->by_item = work->by_item;
    ratings->by_user = work->rows.by_user;
    ratings->times = work->rows.times;
    ratings->sequence = work->rows.sequence;
    work->rows.by_user = work->by_item = (palate__matrix){0};
    work->rows.times = work->rows.sequence = NULL;
done:
    palate__release(work->context, counts);
    return status;
}

/* ---- The report ---- */

/* What the ratings of a piece of by_user come to. Sums are taken in LANES, and piece by piece, in order: they
 * are the same for any number of threads, and do not wait for each other. */
enum { PIECE_RATINGS = 1 << 16, LANES = 8 };

typedef struct piece {
    double sums[LANES];
    float least, most;
} piece;

typedef struct pieces {
    const palate__matrix *matrix;
    piece *of;
} pieces;

/* In registers: sums of pieces side by side share lines of the cache, which threads would take from each other. */
static void add_up(const float *values, int64_t count, double sums[LANES])
{
    double so_far[LANES] = {0};
    int64_t e = 0;
    for (; e + LANES <= count; e += LANES)
        for (int lane = 0; lane < LANES; lane++)
            so_far[lane] += (double)values[e + lane];
    for (int lane = 0; e < count; e++, lane++)
        so_far[lane] += (double)values[e];
    memcpy(sums, so_far, sizeof so_far);
}

/* What lies outside of all before it is soon rare. */
static void find_range(const float *values, int64_t count, float *least, float *most)
{
    const palate__kernels *kernels = palate__kernels_get();
    int64_t e = 0;
    *least = *most = values[0];
    while ((e += (int64_t)kernels->first_outside(values + e, (size_t)(count - e), *least, *most)) <
           count) {
        *least = values[e] < *least ? values[e] : *least;
        *most = values[e] > *most ? values[e] : *most;
    }
}

static void describe_piece(size_t task, int thread, void *argument)
{
    (void)thread;
    const pieces *all = argument;
    const int64_t count = palate__matrix_count(all->matrix);
    const int64_t begin = (int64_t)task * PIECE_RATINGS;
    const int64_t length = count - begin < PIECE_RATINGS ? count - begin : PIECE_RATINGS;
    const float *values = all->matrix->values + begin;
    piece *found = &all->of[task];
    add_up(values, length, found->sums);
    find_range(values, length, &found->least, &found->most);
}

static palate_status describe_values(palate_ratings *ratings, int threads, palate_error *err)
{
    palate_read_report *report = &ratings->report;
    const int64_t count = palate__matrix_count(&ratings->by_user);
    const size_t piece_count = (size_t)((count + PIECE_RATINGS - 1) / PIECE_RATINGS);
    pieces all = {&ratings->by_user,
                  palate__allocate_array(ratings->context, piece_count, sizeof *all.of)};
    double sum = 0.0;
    float least = INFINITY;
    float most = -INFINITY;
    if (all.of == NULL)
        return palate__fail_memory(err, "describing ratings");
    palate__parallel_for(threads, piece_count, describe_piece, &all);
    for (size_t p = 0; p < piece_count; p++) {
        const piece *from = &all.of[p];
        for (int lane = 0; lane < LANES; lane++)
            sum += from->sums[lane];
        least = from->least < least ? from->least : least;
        most = from->most > most ? from->most : most;
    }
    palate__release(ratings->context, all.of);
    report->rating_count = count;
    report->user_count = ratings->users.count;
    report->item_count = ratings->items.count;
    report->min = (double)least;
    report->max = (double)most;
    report->mean = sum / (double)count;
    return PALATE_OK;
}

static void set_scale(palate_ratings *ratings, palate_scale declared)
{
    palate_read_report *report = &ratings->report;
    report->scale_inferred = declared.low >= declared.high;
    report->scale = report->scale_inferred ? (palate_scale){report->min, report->max} : declared;
}

/* ---- The fingerprint ---- */

typedef struct prints {
    palate__span of[PALATE__FINGERPRINT_PARTS];
    uint64_t hashes[PALATE__FINGERPRINT_PARTS];
} prints;

uint64_t palate__fingerprint(const uint64_t parts[PALATE__FINGERPRINT_PARTS])
{
    return palate__kernels_get()->hash(parts, PALATE__FINGERPRINT_PARTS * sizeof *parts);
}

static void hash_print(size_t task, int thread, void *argument)
{
    (void)thread;
    prints *all = argument;
    all->hashes[task] = palate__kernels_get()->hash(all->of[task].text, all->of[task].bytes);
}

static palate__span bytes_of(const void *array, size_t count, size_t size)
{
    return (palate__span){array, count * size};
}

static uint64_t fingerprint_of(const palate_ratings *ratings, int threads)
{
    const palate__matrix *matrix = &ratings->by_user;
    const size_t count = (size_t)palate__matrix_count(matrix);
    const palate__ids *users = &ratings->users;
    const palate__ids *items = &ratings->items;
    prints all = {.of = {
                      bytes_of(users->bytes, (size_t)users->ends[users->count], 1),
                      bytes_of(items->bytes, (size_t)items->ends[items->count], 1),
                      bytes_of(matrix->begins, (size_t)matrix->row_count + 1, sizeof(int64_t)),
                      bytes_of(matrix->columns, count, sizeof(uint32_t)),
                      bytes_of(matrix->values, count, sizeof(float)),
                  }};
    palate__parallel_for(threads, PALATE__FINGERPRINT_PARTS, hash_print, &all);
    return palate__fingerprint(all.hashes);
}

/* ---- All of it ---- */

/* Below about so many ratings another thread is not worth waking. */
enum { RATINGS_OF_THREAD = 100000 };

palate__draft palate__draft_begin(palate__sink *sink, int64_t count)
{
    palate_context *context = sink->context;
    const int threads = palate__thread_count(sink->options->threads);
    const int64_t worth = 1 + count / RATINGS_OF_THREAD;
    return (palate__draft){
        .sink = sink,
        .context = context,
        .threads = sink->options->threads > 0 || worth > threads ? threads : (int)worth,
        .users = {.context = context},
        .items = {.context = context},
        .rows = {.context = context},
    };
}

palate_status palate__draft_finish(palate__draft *work, palate_ratings **out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_ratings *ratings = palate__allocate_zeroed(work->context, 1, sizeof *ratings);
    if (ratings == NULL)
        return palate__fail_memory(err, "storing ratings");
    ratings->context = work->context;
    PALATE_TRY(make_matrices(work, ratings, err));
    ratings->report = *work->sink->report;
    PALATE_TRY(describe_values(ratings, work->threads, err));
    set_scale(ratings, work->sink->options->scale);
    ratings->fingerprint = fingerprint_of(ratings, work->threads);
    *out = ratings;
    ratings = NULL;
done:
    palate_ratings_free(ratings);
    return status;
}

void palate__draft_end(palate__draft *work)
{
    palate__numbers_free(&work->users);
    palate__numbers_free(&work->items);
    palate__rows_free(&work->rows);
    palate__matrix_free(work->context, &work->by_item);
    palate__release(work->context, work->reserve);
    palate__release(work->context, work->user_row);
    palate__release(work->context, work->item_row);
}

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
    palate__draft work = {.sink = NULL};
    *out = NULL;
    PALATE_TRY(palate__sink_end(sink));
    if (sink->store.count == 0)
        PALATE_TRY(refuse_empty(sink, err));
    work = palate__draft_begin(sink, sink->store.count);
    sink->report->has_times = sink->store.has_times;
    PALATE_TRY(number_sides(&work, err));
    PALATE_TRY(make_rows(&work, err));
    PALATE_TRY(palate__draft_finish(&work, out, err));
done:
    palate__draft_end(&work);
    return status;
}
