/* SPDX-License-Identifier: Apache-2.0 */
/* Are ratings sound? What every other function relies on without looking is looked at here, once, by
 * several threads.
 */
#include "base/threads.h"
#include "ratings/saved/layout.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Rows of each side are checked in so many parts, ids in one each. */
enum { PARTS = 64, TASKS = 2 * PARTS + 2 };

/* Of ratings: as PALATE__RATING_MAX. */
static const float GREATEST = 1e9F;

/* One side, with its words. */
typedef struct party {
    const char *name;  /* "user" */
    const char *other; /* "item" */
    const palate__ids *ids;
    const palate__matrix *matrix;
    uint64_t count, slot_count, byte_count;
} party;

/* What the entries of a part come to. */
typedef struct part {
    uint64_t sum;
    float least, most;
} part;

typedef struct inspection {
    palate_context *context;
    const char *where;
    party parties[2];
    part found[TASKS];
    palate_status status[TASKS];
    palate_error *errors; /* TASKS */
} inspection;

static palate_status wrong(const char *where, palate_error *err, const char *format, ...)
    PALATE__PRINTF(3, 4);

static palate_status wrong(const char *where, palate_error *err, const char *format, ...)
{
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return palate__fail(err, PALATE_E_FORMAT, "%s: %s", where, what);
}

/* ---- Lengths, and where rows begin ---- */

static palate_status check_lengths(const char *where, const party *p, uint64_t and_one,
                                   palate_error *err)
{
    if (p->count < 1 || p->count > PALATE__IDS_MAX)
        return wrong(where, err, "it has %llu %ss; 1 to %lu are possible",
                     (unsigned long long)p->count, p->name, (unsigned long)PALATE__IDS_MAX);
    if (and_one != p->count + 1)
        return wrong(where, err, "the lengths of its arrays of %ss contradict each other", p->name);
    if (p->slot_count <= p->count || p->slot_count > UINT32_MAX ||
        (p->slot_count & (p->slot_count - 1)) != 0)
        return wrong(where, err,
                     "%s_id_slots has %llu entries; a power of two above %llu is needed", p->name,
                     (unsigned long long)p->slot_count, (unsigned long long)p->count);
    return PALATE_OK;
}

static palate_status check_begins(const char *where, const party *p, uint64_t ratings,
                                  palate_error *err)
{
    const int64_t *begins = p->matrix->begins;
    if (begins[0] != 0 || (uint64_t)begins[p->count] != ratings)
        return wrong(where, err, "%s_begins does not span the ratings", p->name);
    for (uint64_t row = 0; row < p->count; row++)
        if (begins[row + 1] < begins[row])
            return wrong(where, err, "%s_begins falls after row %llu", p->name,
                         (unsigned long long)row);
    return PALATE_OK;
}

/* ---- Ids ---- */

static palate_status check_ends(const char *where, const party *p, palate_error *err)
{
    const palate__ids *ids = p->ids;
    if (ids->ends[0] != 0 || ids->ends[p->count] != p->byte_count)
        return wrong(where, err, "%s_id_ends does not span %s_ids", p->name, p->name);
    for (uint64_t row = 0; row < p->count; row++) {
        const uint64_t begin = ids->ends[row];
        const uint64_t end = ids->ends[row + 1];
        if (end > p->byte_count || end < begin + 2)
            return wrong(where, err, "%s_id_ends: the id of row %llu is empty or out of place",
                         p->name, (unsigned long long)row);
        const palate__span id = {ids->bytes + begin, (size_t)(end - begin - 1)};
        if (memchr(id.text, '\0', id.bytes + 1) != id.text + id.bytes ||
            palate__utf8_valid(id) != id.bytes)
            return wrong(where, err,
                         "%s_ids: the id of row %llu is not UTF-8 that ends with its only "
                         "zero",
                         p->name, (unsigned long long)row);
    }
    return PALATE_OK;
}

/* Every row stands in the order of appearance once. */
static palate_status check_order(const inspection *in, const party *p, palate_error *err)
{
    palate_status status = PALATE_OK;
    const uint32_t *order = p->ids->order;
    unsigned char *found = palate__allocate_zeroed(in->context, (size_t)p->count, 1);
    if (found == NULL)
        return palate__fail_memory(err, "loading ratings");
    for (uint64_t place = 0; place < p->count; place++) {
        if (order[place] >= p->count || found[order[place]] != 0)
            PALATE_TRY(wrong(in->where, err,
                             "%s_order names row %lu, which is not there or named twice", p->name,
                             (unsigned long)order[place]));
        found[order[place]] = 1;
    }
done:
    palate__release(in->context, found);
    return status;
}

/* Every row is found by its id, so no two have the same. Empty slots end every search. */
static palate_status check_slots(const char *where, const party *p, palate_error *err)
{
    const palate__ids *ids = p->ids;
    uint64_t used = 0;
    for (uint64_t slot = 0; slot < p->slot_count; slot++) {
        if (ids->slots[slot] != PALATE__NO_ID && ids->slots[slot] >= p->count)
            return wrong(where, err, "%s_id_slots names row %lu of %llu", p->name,
                         (unsigned long)ids->slots[slot], (unsigned long long)p->count);
        used += ids->slots[slot] != PALATE__NO_ID;
    }
    if (used != p->count)
        return wrong(where, err, "%s_id_slots names %llu of %llu rows", p->name,
                     (unsigned long long)used, (unsigned long long)p->count);
    for (uint32_t row = 0; row < p->count; row++)
        if (palate__ids_find(ids, palate__ids_text(ids, row), palate__ids_bytes(ids, row)) != row)
            return wrong(where, err, "%s_id_slots does not lead to row %lu", p->name,
                         (unsigned long)row);
    return PALATE_OK;
}

/* Rows are in the order of docs/decisions/0011: else the same ratings would give another model. */
static palate_status check_rank(const char *where, const party *p, palate_error *err)
{
    const int64_t *begins = p->matrix->begins;
    uint64_t before = 0;
    for (uint32_t row = 0; row < p->count; row++) {
        const int64_t count = begins[row + 1] - begins[row];
        const uint64_t hash = palate__id_hash(palate__ids_text(p->ids, row),
                                              palate__ids_bytes(p->ids, row));
        const int64_t above = row == 0 ? INT64_MAX : begins[row] - begins[row - 1];
        if (count > above || (count == above && hash < before))
            return wrong(where, err, "%s row %lu is out of order", p->name, (unsigned long)row);
        before = hash;
    }
    return PALATE_OK;
}

static palate_status check_ids(const inspection *in, const party *p, palate_error *err)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(check_ends(in->where, p, err));
    PALATE_TRY(check_order(in, p, err));
    PALATE_TRY(check_slots(in->where, p, err));
    PALATE_TRY(check_rank(in->where, p, err));
done:
    return status;
}

/* ---- Entries ---- */

/* A number for a rating. Added up over all, it is the same for two matrices that hold the same ratings,
 * and hardly ever for others. */
static uint64_t number_of(uint32_t user, uint32_t item, float value)
{
    const uint64_t odd = 0x9E3779B97F4A7C15U;
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    uint64_t mixed = ((uint64_t)user << 32 | item) * odd;
    mixed = (mixed ^ mixed >> 32 ^ bits) * odd;
    return mixed ^ mixed >> 29;
}

static palate_status check_row(const char *where, const party *p, uint32_t row, bool turned,
                               part *found, palate_error *err)
{
    const palate__matrix *matrix = p->matrix;
    for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
        const uint32_t column = matrix->columns[e];
        const float value = matrix->values[e];
        if (column >= matrix->column_count ||
            (e > matrix->begins[row] && column <= matrix->columns[e - 1]))
            return wrong(where, err, "%s_%ss: those of row %lu are no rising list of rows", p->name,
                         p->other, (unsigned long)row);
        if (!(fabsf(value) <= GREATEST))
            return wrong(where, err, "%s_ratings: one of row %lu is %g", p->name,
                         (unsigned long)row, (double)value);
        found->sum += turned ? number_of(column, row, value) : number_of(row, column, value);
        found->least = value < found->least ? value : found->least;
        found->most = value > found->most ? value : found->most;
    }
    return PALATE_OK;
}

static palate_status check_rows(const inspection *in, const party *p, size_t place, bool turned,
                                part *found, palate_error *err)
{
    palate_status status = PALATE_OK;
    const uint32_t end = palate__matrix_cut(p->matrix, place + 1, PARTS);
    for (uint32_t row = palate__matrix_cut(p->matrix, place, PARTS); row < end; row++)
        PALATE_TRY(check_row(in->where, p, row, turned, found, err));
done:
    return status;
}

static void run_task(size_t task, int thread, void *argument)
{
    (void)thread;
    inspection *in = argument;
    const size_t side = task % 2;
    palate_error *err = &in->errors[task];
    in->found[task] = (part){.least = INFINITY, .most = -INFINITY};
    if (task < 2)
        in->status[task] = check_ids(in, &in->parties[side], err);
    else
        in->status[task] = check_rows(in, &in->parties[side], task / 2 - 1, side == 1,
                                      &in->found[task], err);
}

/* ---- All of it ---- */

static palate_status check_facts(const palate_ratings *ratings, const part *found,
                                 const char *where, palate_error *err)
{
    const palate_read_report *report = &ratings->report;
    const palate_scale scale = report->scale;
    const double low = (double)found->least;
    const double high = (double)found->most;
    /* What a sum of many may be off by. */
    const double slack = 1e-9 * (fabs(low) + fabs(high));
    if (report->rating_count != palate__matrix_count(&ratings->by_user))
        return wrong(where, err, "it says %lld ratings, but has %lld",
                     (long long)report->rating_count,
                     (long long)palate__matrix_count(&ratings->by_user));
    if (report->min != low || report->max != high || !(report->mean >= low - slack) ||
        !(report->mean <= high + slack))
        return wrong(where, err, "it says ratings from %g to %g, of mean %g, but has %g to %g",
                     report->min, report->max, report->mean, low, high);
    if (!(scale.low <= low && high <= scale.high))
        return wrong(where, err, "its ratings from %g to %g are not on its scale %g:%g", low, high,
                     scale.low, scale.high);
    return PALATE_OK;
}

/* The first that failed; else what all entries come to, which both sides must agree on. */
static palate_status run_tasks(inspection *in, int threads, part *all, palate_error *err)
{
    uint64_t sums[2] = {0, 0};
    *all = (part){.least = INFINITY, .most = -INFINITY};
    palate__parallel_for(threads, TASKS, run_task, in);
    for (size_t task = 0; task < TASKS; task++) {
        const part *found = &in->found[task];
        sums[task % 2] += found->sum;
        all->least = found->least < all->least ? found->least : all->least;
        all->most = found->most > all->most ? found->most : all->most;
        if (in->status[task] == PALATE_OK)
            continue;
        if (err != NULL)
            *err = in->errors[task];
        return in->status[task];
    }
    if (sums[0] != sums[1])
        return wrong(in->where, err, "its ratings by user and by item are not the same");
    return PALATE_OK;
}

static party party_of(const palate_ratings *ratings, const palate__lengths *lengths, bool users)
{
    const uint64_t *of = lengths->of;
    return (party){
        .name = users ? "user" : "item",
        .other = users ? "item" : "user",
        .ids = users ? &ratings->users : &ratings->items,
        .matrix = users ? &ratings->by_user : &ratings->by_item,
        .count = of[users ? PALATE__LENGTH_USERS : PALATE__LENGTH_ITEMS],
        .slot_count = of[users ? PALATE__LENGTH_USER_SLOTS : PALATE__LENGTH_ITEM_SLOTS],
        .byte_count = of[users ? PALATE__LENGTH_USER_ID_BYTES : PALATE__LENGTH_ITEM_ID_BYTES],
    };
}

palate_status palate__saved_check(const palate_ratings *ratings, const palate__lengths *lengths,
                                  int threads, const char *where, palate_error *err)
{
    palate_status status = PALATE_OK;
    inspection in = {.context = ratings->context, .where = where};
    part all;
    if (lengths->of[PALATE__LENGTH_RATINGS] < 1 ||
        lengths->of[PALATE__LENGTH_RATINGS] > INT64_MAX / sizeof(int64_t))
        return wrong(where, err, "it has %llu ratings",
                     (unsigned long long)lengths->of[PALATE__LENGTH_RATINGS]);
    for (int side = 0; side < 2; side++) {
        in.parties[side] = party_of(ratings, lengths, side == 0);
        PALATE_TRY(check_lengths(
            where, &in.parties[side],
            lengths->of[side == 0 ? PALATE__LENGTH_USERS_AND_ONE : PALATE__LENGTH_ITEMS_AND_ONE],
            err));
        PALATE_TRY(
            check_begins(where, &in.parties[side], lengths->of[PALATE__LENGTH_RATINGS], err));
    }
    in.errors = palate__allocate_array(in.context, TASKS, sizeof *in.errors);
    if (in.errors == NULL)
        PALATE_TRY(palate__fail_memory(err, "loading ratings"));
    PALATE_TRY(run_tasks(&in, threads, &all, err));
    PALATE_TRY(check_facts(ratings, &all, where, err));
done:
    palate__release(in.context, in.errors);
    return status;
}
