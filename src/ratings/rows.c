/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/rows.h"

#include "base/threads.h"

#include <stdlib.h>
#include <string.h>

/* A part has about as many ratings, if there are not too many parts. */
enum { PART_RATINGS = 1 << 15, PARTS_MAX = 512 };

/* Waves in which parts are worked on: after each, the memory of the chunks that they used is given
 * back, so that by_user and the chunks are never there as a whole at once. */
enum { WAVES = 4 };

/* Rows this short are sorted by insertion, which has no counters to clear. */
enum { INSERTION_MOST = 24, DIGIT_BITS_MAX = 8 };

/* ---- The entries of a row before they are in order ---- */

typedef struct loose {
    uint32_t *items;
    float *values;
    int64_t *times, *sequence, *lines; /* NULL: not wanted. */
} loose;

/* What one thread works with. */
typedef struct scratch {
    char *records;  /* As large as the largest chunk. */
    loose entries;  /* Of the largest part. */
    size_t *places; /* Where the next entry of each row of a part goes. */
    uint64_t *keys; /* Twice as many as the longest row has entries. */
    palate__repeat *repeats;
    size_t repeat_count, repeat_capacity;
    int64_t duplicate_count;
    palate_status status;
} scratch;

/* A chunk, and where each part begins in it. */
typedef struct source {
    palate__chunk *chunk;
    uint32_t *begins; /* part_count + 1 */
} source;

typedef struct work {
    const palate__rows_plan *plan;
    palate__rows *out;
    size_t part_count;
    uint32_t *part_begins; /* Rows; part_count + 1. */
    uint16_t *part_of;     /* By row. */
    source *sources;
    size_t source_count;
    uint32_t *begins;  /* Of all sources. */
    size_t first_part; /* Of the wave. */
    size_t longest;    /* Entries of the longest row. */
    unsigned item_bits;
    scratch *scratch;
} work;

static palate_status fail_rows_memory(palate_error *err)
{
    return palate__fail_memory(err, "storing ratings");
}

/* ---- Order ---- */

static void sort_by_insertion(uint64_t *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const uint64_t moving = keys[i];
        size_t place = i;
        for (; place > 0 && keys[place - 1] > moving; place--)
            keys[place] = keys[place - 1];
        keys[place] = moving;
    }
}

/* Counts the digits at `shift`, then says where each begins. */
static void count_digits(const uint64_t *keys, size_t count, unsigned shift, size_t mask,
                         size_t *starts)
{
    memset(starts, 0, (mask + 1) * sizeof *starts);
    for (size_t i = 0; i < count; i++)
        starts[keys[i] >> shift & mask]++;
    size_t sum = 0;
    for (size_t digit = 0; digit <= mask; digit++) {
        const size_t here = starts[digit];
        starts[digit] = sum;
        sum += here;
    }
}

/* One stable pass by the digit at `shift`. */
static void sort_by_digit(const uint64_t *from, uint64_t *to, size_t count, unsigned shift,
                          unsigned digit_bits)
{
    size_t starts[1 << DIGIT_BITS_MAX];
    const size_t mask = ((size_t)1 << digit_bits) - 1;
    count_digits(from, count, shift, mask, starts);
    for (size_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & mask]++] = from[i];
}

/* Item and place of each entry as one number, in order: of an item's ratings the first comes first.
 * `keys` has room for two for each. */
static const uint64_t *order(const uint32_t *items, size_t count, unsigned item_bits,
                             uint64_t *keys)
{
    for (size_t e = 0; e < count; e++)
        keys[e] = (uint64_t)items[e] << 32 | e;
    if (count <= INSERTION_MOST) {
        sort_by_insertion(keys, count);
        return keys;
    }
    const unsigned passes = (item_bits + DIGIT_BITS_MAX - 1) / DIGIT_BITS_MAX;
    const unsigned digit_bits = passes == 0 ? 0 : (item_bits + passes - 1) / passes;
    uint64_t *spare = keys + count;
    for (unsigned pass = 0; pass < passes; pass++) {
        sort_by_digit(keys, spare, count, 32 + pass * digit_bits, digit_bits);
        uint64_t *swap = keys;
        keys = spare;
        spare = swap;
    }
    return keys;
}

static unsigned bits_of(uint32_t greatest)
{
    unsigned bits = 0;
    while (bits < 32 && greatest >> bits != 0)
        bits++;
    return bits;
}

/* ---- Rows of the matrix ---- */

/* An item's ratings by one user, while they are merged. */
typedef struct merged {
    double sum;
    uint32_t votes;
    size_t first; /* The first of them, among the loose entries. */
} merged;

static palate_status add_repeat(palate_context *context, scratch *room, palate__repeat found)
{
    enum { FIRST_REPEATS = 16 };
    if (room->repeat_count == room->repeat_capacity) {
        const size_t wanted = room->repeat_capacity == 0 ? FIRST_REPEATS : room->repeat_count * 2;
        palate__repeat *larger = palate__resize_array(context, room->repeats, room->repeat_count,
                                                      wanted, sizeof *larger);
        if (larger == NULL)
            return PALATE_E_NOMEM;
        room->repeats = larger;
        room->repeat_capacity = wanted;
    }
    room->repeats[room->repeat_count++] = found;
    return PALATE_OK;
}

static void set_entry(palate__rows *out, int64_t to, const loose *from, size_t e)
{
    out->by_user.values[to] = from->values[e];
    if (from->times != NULL)
        out->times[to] = from->times[e];
    if (from->sequence != NULL)
        out->sequence[to] = from->sequence[e];
}

/* Later lines win, unless both have a time and theirs is the earlier. */
static bool is_later(const palate__rows *out, int64_t kept, const loose *from, size_t e)
{
    return from->times == NULL || from->times[e] == PALATE_NO_TIME ||
           from->times[e] >= out->times[kept];
}

/* Entry `e` rates the item of `kept` once more. */
static palate_status merge(const work *of, scratch *room, uint32_t row, int64_t kept,
                           const loose *from, size_t e, merged *so_far)
{
    palate__rows *out = of->out;
    room->duplicate_count++;
    /* Lines are there where duplicates are errors. */
    if (from->lines != NULL)
        return add_repeat(out->context, room,
                          (palate__repeat){from->lines[e], from->lines[so_far->first], row,
                                           out->by_user.columns[kept]});
    if (is_later(out, kept, from, e))
        set_entry(out, kept, from, e);
    if (of->plan->duplicates == PALATE_DUPLICATES_MEAN) {
        so_far->sum += (double)from->values[e];
        so_far->votes++;
        out->by_user.values[kept] = (float)(so_far->sum / so_far->votes);
    }
    return PALATE_OK;
}

static bool has_duplicates(const uint64_t *keys, size_t count)
{
    bool found = false;
    for (size_t k = 1; k < count; k++)
        found |= keys[k] >> 32 == keys[k - 1] >> 32;
    return found;
}

/* Writes a row in order that has an item only once. */
static void write_row(const work *of, uint32_t row, const loose *from, const uint64_t *keys,
                      size_t count)
{
    const int64_t begin = of->out->by_user.begins[row];
    uint32_t *columns = of->out->by_user.columns + begin;
    float *values = of->out->by_user.values + begin;
    for (size_t k = 0; k < count; k++) {
        columns[k] = (uint32_t)(keys[k] >> 32);
        values[k] = from->values[(uint32_t)keys[k]];
    }
    for (size_t k = 0; from->times != NULL && k < count; k++)
        of->out->times[begin + (int64_t)k] = from->times[(uint32_t)keys[k]];
    for (size_t k = 0; from->sequence != NULL && k < count; k++)
        of->out->sequence[begin + (int64_t)k] = from->sequence[(uint32_t)keys[k]];
    of->out->kept[row] = (int64_t)count;
}

/* The same where duplicates are merged. */
static void write_merged(const work *of, scratch *room, uint32_t row, const loose *from,
                         const uint64_t *keys, size_t count)
{
    palate__rows *out = of->out;
    const int64_t begin = out->by_user.begins[row];
    merged so_far = {0};
    int64_t to = begin;
    for (size_t k = 0; k < count && room->status == PALATE_OK; k++) {
        const uint32_t item = (uint32_t)(keys[k] >> 32);
        const size_t e = (size_t)(uint32_t)keys[k];
        if (to > begin && out->by_user.columns[to - 1] == item) {
            room->status = merge(of, room, row, to - 1, from, e, &so_far);
            continue;
        }
        so_far = (merged){.sum = (double)from->values[e], .votes = 1, .first = e};
        out->by_user.columns[to] = item;
        set_entry(out, to++, from, e);
    }
    out->kept[row] = to - begin;
}

/* ---- Chunks by part ---- */

/* Shards' numbers become rows; ratings of each part are counted. */
static void number_chunk(const work *of, const source *from)
{
    const palate__chunk *chunk = from->chunk;
    const uint32_t *user_row = of->plan->users->of[chunk->shard];
    const uint32_t *item_row = of->plan->items->of[chunk->shard];
    memset(from->begins, 0, (of->part_count + 1) * sizeof *from->begins);
    for (uint32_t e = 0; e < chunk->count; e++) {
        palate__entry *entry = palate__entry_of(palate__record_at(chunk, e));
        entry->user = user_row[entry->user];
        entry->item = item_row[entry->item];
        from->begins[of->part_of[entry->user] + 1]++;
    }
    for (size_t part = 0; part < of->part_count; part++)
        from->begins[part + 1] += from->begins[part];
}

/* A stable counting sort. Records are 12 bytes in nearly all files: a copy of a length that is known. */
static void sort_chunk(const work *of, const source *from, char *room)
{
    const palate__chunk *chunk = from->chunk;
    const size_t bytes = chunk->shape.bytes;
    uint32_t to[PARTS_MAX];
    memcpy(to, from->begins, of->part_count * sizeof *to);
    memcpy(room, chunk->records, chunk->count * bytes);
    for (uint32_t e = 0; e < chunk->count; e++) {
        char *record = room + e * bytes;
        const palate__entry *entry = palate__entry_of(record);
        char *target = palate__record_at(chunk, to[of->part_of[entry->user]]++);
        memcpy(target, entry, sizeof *entry);
        if (bytes > sizeof *entry)
            memcpy(target + sizeof *entry, record + sizeof *entry, bytes - sizeof *entry);
    }
}

static void work_on_chunk(size_t task, int thread, void *argument)
{
    const work *of = argument;
    number_chunk(of, &of->sources[task]);
    sort_chunk(of, &of->sources[task], of->scratch[thread].records);
}

/* ---- Parts ---- */

/* What else a rating has. */
static void place_extras(const palate__chunk *chunk, const char *record, const loose *to, size_t at)
{
    const palate__record_shape shape = chunk->shape;
    if (to->times != NULL && shape.time > 0)
        memcpy(&to->times[at], record + shape.time, sizeof *to->times);
    else if (to->times != NULL)
        to->times[at] = PALATE_NO_TIME;
    if (to->sequence != NULL) {
        uint32_t place = 0;
        memcpy(&place, record + shape.place, sizeof place);
        to->sequence[at] = chunk->first + place;
    }
    if (to->lines != NULL) {
        memcpy(&to->lines[at], record + shape.line, sizeof *to->lines);
        to->lines[at] += chunk->first_line;
    }
}

/* Puts the ratings of a chunk that belong to a part with those of their rows. */
static void place_ratings(const work *of, const scratch *room, size_t part, const source *from)
{
    const palate__chunk *chunk = from->chunk;
    const size_t bytes = chunk->shape.bytes;
    const loose to = room->entries;
    const bool extras = to.times != NULL || to.sequence != NULL || to.lines != NULL;
    const uint32_t first = of->part_begins[part];
    size_t *places = room->places;
    char *record = palate__record_at(chunk, from->begins[part]);
    const char *end = palate__record_at(chunk, from->begins[part + 1]);
    for (; record < end; record += bytes) {
        const palate__entry *entry = palate__entry_of(record);
        const size_t at = places[entry->user - first]++;
        to.items[at] = entry->item;
        to.values[at] = entry->value;
        if (extras)
            place_extras(chunk, record, &to, at);
    }
}

static int64_t *from_place(int64_t *array, size_t place)
{
    return array == NULL ? NULL : array + place;
}

static void work_on_part(size_t task, int thread, void *argument)
{
    const work *of = argument;
    scratch *room = &of->scratch[thread];
    const loose *all = &room->entries;
    const int64_t *begins = of->out->by_user.begins;
    const size_t part = of->first_part + task;
    const uint32_t first = of->part_begins[part];
    const uint32_t end = of->part_begins[part + 1];
    for (uint32_t row = first; row < end; row++)
        room->places[row - first] = (size_t)(begins[row] - begins[first]);
    for (size_t s = 0; s < of->source_count; s++)
        place_ratings(of, room, part, &of->sources[s]);
    for (uint32_t row = first; row < end && room->status == PALATE_OK; row++) {
        const size_t place = (size_t)(begins[row] - begins[first]);
        const loose entries = {all->items + place, all->values + place,
                               from_place(all->times, place), from_place(all->sequence, place),
                               from_place(all->lines, place)};
        const size_t count = (size_t)(begins[row + 1] - begins[row]);
        const uint64_t *keys = order(entries.items, count, of->item_bits, room->keys);
        if (has_duplicates(keys, count))
            write_merged(of, room, row, &entries, keys, count);
        else
            write_row(of, row, &entries, keys, count);
    }
}

/* What parts before `part` used of the chunks is no longer needed. */
static void give_back_chunks(const work *of, size_t part)
{
    for (size_t s = 0; s < of->source_count; s++) {
        const source *from = &of->sources[s];
        palate__give_back(from->chunk->records,
                          (size_t)from->begins[part] * from->chunk->shape.bytes);
    }
}

/* ---- Preparation ---- */

static palate_status cut_parts(work *of, palate_error *err)
{
    palate_context *context = of->out->context;
    const palate__matrix *matrix = &of->out->by_user;
    const size_t wanted = 1 + (size_t)(palate__matrix_count(matrix) / PART_RATINGS);
    of->part_count = wanted < PARTS_MAX ? wanted : PARTS_MAX;
    of->part_begins = palate__allocate_array(context, of->part_count + 1, sizeof *of->part_begins);
    of->part_of = palate__allocate_array(context, matrix->row_count, sizeof *of->part_of);
    if (of->part_begins == NULL || of->part_of == NULL)
        return fail_rows_memory(err);
    for (size_t part = 0; part <= of->part_count; part++)
        of->part_begins[part] = palate__matrix_cut(matrix, part, of->part_count);
    for (size_t part = 0; part < of->part_count; part++)
        for (uint32_t row = of->part_begins[part]; row < of->part_begins[part + 1]; row++)
            of->part_of[row] = (uint16_t)part;
    return PALATE_OK;
}

static palate_status list_sources(work *of, palate_error *err)
{
    palate_context *context = of->out->context;
    palate__chunk *first = of->plan->store->first;
    for (const palate__chunk *chunk = first; chunk != NULL; chunk = chunk->next)
        of->source_count++;
    of->sources = palate__allocate_array(context, of->source_count, sizeof *of->sources);
    of->begins = palate__allocate_array(context, of->source_count,
                                        (of->part_count + 1) * sizeof *of->begins);
    if (of->sources == NULL || of->begins == NULL)
        return fail_rows_memory(err);
    size_t s = 0;
    for (palate__chunk *chunk = first; chunk != NULL; chunk = chunk->next, s++)
        of->sources[s] = (source){chunk, of->begins + s * (of->part_count + 1)};
    return PALATE_OK;
}

static bool allocate_if(palate_context *context, bool wanted, size_t count, int64_t **out)
{
    *out = wanted ? palate__allocate_array(context, count, sizeof **out) : NULL;
    return !wanted || *out != NULL;
}

static palate_status allocate_scratch(const work *of, scratch *room, size_t chunk_bytes,
                                      size_t most, uint32_t most_rows, palate_error *err)
{
    palate_context *context = of->out->context;
    const palate__store *store = of->plan->store;
    loose *to = &room->entries;
    room->records = palate__allocate(context, chunk_bytes);
    room->places = palate__allocate_array(context, most_rows, sizeof *room->places);
    room->keys = palate__allocate_array(context, of->longest, 2 * sizeof *room->keys);
    to->items = palate__allocate_array(context, most, sizeof *to->items);
    to->values = palate__allocate_array(context, most, sizeof *to->values);
    const bool there = room->records != NULL && room->places != NULL && room->keys != NULL &&
                       to->items != NULL && to->values != NULL &&
                       allocate_if(context, store->has_times, most, &to->times) &&
                       allocate_if(context, store->keep_places, most, &to->sequence) &&
                       allocate_if(context, store->keep_lines, most, &to->lines);
    return there ? PALATE_OK : fail_rows_memory(err);
}

/* For the largest chunk and the largest part. */
static palate_status allocate_all_scratch(work *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    const int64_t *begins = of->out->by_user.begins;
    size_t chunk_bytes = 0;
    size_t most = 0;
    uint32_t most_rows = 0;
    for (size_t s = 0; s < of->source_count; s++) {
        const palate__chunk *chunk = of->sources[s].chunk;
        const size_t bytes = (size_t)chunk->count * chunk->shape.bytes;
        chunk_bytes = bytes > chunk_bytes ? bytes : chunk_bytes;
    }
    for (size_t part = 0; part < of->part_count; part++) {
        const uint32_t *rows = &of->part_begins[part];
        const size_t entries = (size_t)(begins[rows[1]] - begins[rows[0]]);
        most = entries > most ? entries : most;
        most_rows = rows[1] - rows[0] > most_rows ? rows[1] - rows[0] : most_rows;
    }
    of->scratch = palate__allocate_zeroed(of->out->context, (size_t)of->plan->threads,
                                          sizeof *of->scratch);
    if (of->scratch == NULL)
        return fail_rows_memory(err);
    for (int thread = 0; thread < of->plan->threads; thread++)
        PALATE_TRY(allocate_scratch(of, &of->scratch[thread], chunk_bytes, most, most_rows, err));
done:
    return status;
}

static size_t longest_of(const palate__matrix *matrix)
{
    int64_t longest = 0;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        const int64_t length = matrix->begins[row + 1] - matrix->begins[row];
        longest = length > longest ? length : longest;
    }
    return (size_t)longest;
}

static palate_status prepare(work *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__rows_plan *plan = of->plan;
    palate__numbers_map(plan->users, plan->user_row);
    palate__numbers_map(plan->items, plan->item_row);
    of->item_bits = bits_of(plan->items->ids.count - 1);
    of->longest = longest_of(&of->out->by_user);
    PALATE_TRY(cut_parts(of, err));
    PALATE_TRY(list_sources(of, err));
    PALATE_TRY(allocate_all_scratch(of, err));
done:
    return status;
}

/* An array aligned with by_user, where it is wanted. */
static palate_status allocate_extra(palate_context *context, bool wanted, int64_t entry_count,
                                    int64_t **out, palate_error *err)
{
    if (!wanted)
        return PALATE_OK;
    *out = palate__allocate_array(context, (size_t)entry_count, sizeof **out);
    if (*out == NULL)
        return fail_rows_memory(err);
    palate__use_huge_pages(*out, (size_t)entry_count * sizeof **out);
    return PALATE_OK;
}

/* Rows of these lengths, with the arrays wanted. `out` is all zero but the context. */
static palate_status allocate_rows(palate__rows *out, const int64_t *lengths,
                                   const uint32_t *row_of, uint32_t users, uint32_t items,
                                   bool timed, bool ordered, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = out->context;
    int64_t count = 0;
    for (uint32_t user = 0; user < users; user++)
        count += lengths[user];
    PALATE_TRY(palate__matrix_allocate(context, users, items, count, &out->by_user, err));
    PALATE_TRY(allocate_extra(context, timed, count, &out->times, err));
    PALATE_TRY(allocate_extra(context, ordered, count, &out->sequence, err));
    PALATE_TRY(allocate_extra(context, true, users, &out->kept, err));
    for (uint32_t user = 0; user < users; user++)
        out->by_user.begins[row_of[user]] = lengths[user];
    palate__matrix_place_rows(&out->by_user);
done:
    return status;
}

/* ---- Afterwards ---- */

static int compare_lines(const void *a, const void *b)
{
    const int64_t left = ((const palate__repeat *)a)->line;
    const int64_t right = ((const palate__repeat *)b)->line;
    return (left > right) - (left < right);
}

/* What the threads found, together. */
static palate_status collect(const work *of, palate_error *err)
{
    palate__rows *out = of->out;
    size_t count = 0;
    for (int thread = 0; thread < of->plan->threads; thread++) {
        if (of->scratch[thread].status != PALATE_OK)
            return palate__fail_memory(err, "listing duplicates");
        out->duplicate_count += of->scratch[thread].duplicate_count;
        count += of->scratch[thread].repeat_count;
    }
    if (count == 0)
        return PALATE_OK;
    out->repeats = palate__allocate_array(out->context, count, sizeof *out->repeats);
    if (out->repeats == NULL)
        return palate__fail_memory(err, "listing duplicates");
    for (int thread = 0; thread < of->plan->threads; thread++) {
        const scratch *room = &of->scratch[thread];
        if (room->repeat_count > 0)
            memcpy(out->repeats + out->repeat_count, room->repeats,
                   room->repeat_count * sizeof *room->repeats);
        out->repeat_count += room->repeat_count;
    }
    qsort(out->repeats, count, sizeof *out->repeats, compare_lines);
    return PALATE_OK;
}

static void free_work(const work *of)
{
    palate_context *context = of->out->context;
    for (int thread = 0; of->scratch != NULL && thread < of->plan->threads; thread++) {
        const scratch *room = &of->scratch[thread];
        palate__release(context, room->records);
        palate__release(context, room->entries.items);
        palate__release(context, room->entries.values);
        palate__release(context, room->entries.times);
        palate__release(context, room->entries.sequence);
        palate__release(context, room->entries.lines);
        palate__release(context, room->places);
        palate__release(context, room->keys);
        palate__release(context, room->repeats);
    }
    palate__release(context, of->scratch);
    palate__release(context, of->part_begins);
    palate__release(context, of->part_of);
    palate__release(context, of->sources);
    palate__release(context, of->begins);
}

palate_status palate__rows_make(const palate__rows_plan *plan, palate__rows *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__store *store = plan->store;
    *out = (palate__rows){.context = store->context};
    work of = {.plan = plan, .out = out};
    PALATE_TRY(allocate_rows(out, plan->users->counts, plan->user_row, plan->users->ids.count,
                             plan->items->ids.count, store->has_times, store->keep_places, err));
    PALATE_TRY(prepare(&of, err));
    palate__parallel_for(plan->threads, of.source_count, work_on_chunk, &of);
    for (size_t wave = 1; wave <= WAVES; wave++) {
        const size_t end = of.part_count * wave / WAVES;
        palate__parallel_for(plan->threads, end - of.first_part, work_on_part, &of);
        give_back_chunks(&of, end);
        of.first_part = end;
    }
    PALATE_TRY(collect(&of, err));
done:
    free_work(&of);
    return status;
}

void palate__rows_free(palate__rows *rows)
{
    palate_context *context = rows->context;
    palate__matrix_free(context, &rows->by_user);
    palate__release(context, rows->kept);
    palate__release(context, rows->times);
    palate__release(context, rows->sequence);
    palate__release(context, rows->repeats);
    *rows = (palate__rows){.context = context};
}

/* ---- Under new numbers ---- */

typedef struct move {
    const palate__rows *from;
    palate__rows *to;
    const uint32_t *old_row; /* By new row. */
    const uint32_t *item_row;
    unsigned item_bits;
    size_t longest;
    uint32_t *items; /* `longest` for each thread. */
    uint64_t *keys;  /* Twice that. */
    size_t task_count;
} move;

static void move_row(const move *of, uint32_t row, uint32_t *items, uint64_t *keys)
{
    const palate__rows *from = of->from;
    palate__rows *to = of->to;
    const uint32_t old = of->old_row[row];
    const size_t count = (size_t)from->kept[old];
    const int64_t begin = from->by_user.begins[old];
    for (size_t e = 0; e < count; e++)
        items[e] = of->item_row[from->by_user.columns[(size_t)begin + e]];
    const uint64_t *sorted = order(items, count, of->item_bits, keys);
    for (size_t k = 0; k < count; k++) {
        const size_t at = (size_t)to->by_user.begins[row] + k;
        const size_t e = (size_t)begin + (uint32_t)sorted[k];
        to->by_user.columns[at] = (uint32_t)(sorted[k] >> 32);
        to->by_user.values[at] = from->by_user.values[e];
        if (from->times != NULL)
            to->times[at] = from->times[e];
        if (from->sequence != NULL)
            to->sequence[at] = from->sequence[e];
    }
    to->kept[row] = (int64_t)count;
}

static void move_rows(size_t task, int thread, void *argument)
{
    const move *of = argument;
    const palate__matrix *matrix = &of->to->by_user;
    const uint32_t end = palate__matrix_cut(matrix, task + 1, of->task_count);
    for (uint32_t row = palate__matrix_cut(matrix, task, of->task_count); row < end; row++)
        move_row(of, row, of->items + (size_t)thread * of->longest,
                 of->keys + 2 * (size_t)thread * of->longest);
}

static palate_status move_all(const palate__rows *from, const uint32_t *user_row,
                              const uint32_t *item_row, int threads, palate__rows *to,
                              palate_error *err)
{
    enum { TASKS_PER_THREAD = 16 };
    palate_status status = PALATE_OK;
    palate_context *context = from->context;
    const uint32_t users = from->by_user.row_count;
    const size_t longest = longest_of(&to->by_user);
    uint32_t *old_row = palate__allocate_array(context, users, sizeof *old_row);
    uint32_t *items = palate__allocate_array(context, longest * (size_t)threads, sizeof *items);
    uint64_t *keys = palate__allocate_array(context, longest * (size_t)threads, 2 * sizeof *keys);
    move of = {from,
               to,
               old_row,
               item_row,
               bits_of(from->by_user.column_count - 1),
               longest,
               items,
               keys,
               TASKS_PER_THREAD * (size_t)threads};
    if (old_row == NULL || items == NULL || keys == NULL)
        PALATE_TRY(fail_rows_memory(err));
    for (uint32_t old = 0; old < users; old++)
        old_row[user_row[old]] = old;
    palate__parallel_for(threads, of.task_count, move_rows, &of);
done:
    palate__release(context, old_row);
    palate__release(context, items);
    palate__release(context, keys);
    return status;
}

palate_status palate__rows_renumber(palate__rows *rows, const uint32_t *user_row,
                                    const uint32_t *item_row, int threads, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__rows moved = {.context = rows->context};
    PALATE_TRY(allocate_rows(&moved, rows->kept, user_row, rows->by_user.row_count,
                             rows->by_user.column_count, rows->times != NULL,
                             rows->sequence != NULL, err));
    PALATE_TRY(move_all(rows, user_row, item_row, threads, &moved, err));
    moved.duplicate_count = rows->duplicate_count;
    palate__rows_free(rows);
    *rows = moved;
    return PALATE_OK;
done:
    palate__rows_free(&moved);
    return status;
}
