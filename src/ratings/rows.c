/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/rows.h"

#include "base/stream.h"
#include "base/threads.h"
#include "ratings/block.h"

#include <stdlib.h>
#include <string.h>

/* A part has about as many ratings, if there are not too many parts. */
enum { PART_RATINGS = 1 << 15, PARTS_MAX = 512 };

/* Waves in which parts are worked on, where they are much of all: after each, the memory of the chunks that they used is
 * given back, so that by_user and chunks of up to 12 bytes a rating are never there as a whole at once. */
enum { WAVES = 4, MUCH = 4 };

/* What one thread works with. */
typedef struct scratch {
    palate__block block;
    char *records;  /* As large as what is left of the largest chunk; */
    uint32_t *runs; /* the same. */
    palate__repeat *repeats;
    size_t repeat_count, repeat_capacity;
    int64_t duplicate_count;
    palate_status status;
} scratch;

/* A chunk, and where each part begins among its ratings and runs. */
typedef struct source {
    palate__chunk *chunk;
    uint32_t *begins, *run_begins; /* part_count + 1 */
} source;

typedef struct work {
    const palate__rows_plan *plan;
    palate__rows *out;
    unsigned item_bits;
    source *sources;
    size_t source_count;
    int64_t left; /* Ratings of rows that are in pieces. */
    size_t part_count;
    uint32_t *part_begins; /* Rows; part_count + 1. */
    uint16_t *part_of;     /* By row. */
    uint32_t *begins;      /* Of all sources, for both. */
    size_t first_part;     /* Of the wave. */
    scratch *scratch;
} work;

static palate_status fail_rows_memory(palate_error *err)
{
    return palate__fail_memory(err, "storing ratings");
}

static int64_t length_of(const palate__rows *rows, uint32_t row)
{
    return rows->by_user.begins[row + 1] - rows->by_user.begins[row];
}

/* ---- Rows of the matrix ---- */

/* An item's ratings by one user, while they are merged. */
typedef struct merged {
    double sum;
    uint32_t votes;
    size_t first; /* The first of them, among the ordered. */
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

static void set_entry(palate__rows *out, int64_t to, const palate__ordered *from, size_t e)
{
    out->by_user.values[to] = from->values[e];
    if (from->extras.times != NULL)
        out->times[to] = from->extras.times[e];
    if (from->extras.sequence != NULL)
        out->sequence[to] = from->extras.sequence[e];
}

/* Later lines win, unless both have a time and theirs is the earlier. */
static bool is_later(const palate__rows *out, int64_t kept, const palate__ordered *from, size_t e)
{
    return from->extras.times == NULL || from->extras.times[e] == PALATE_NO_TIME ||
           from->extras.times[e] >= out->times[kept];
}

/* Entry `e` rates the item of `kept` once more. */
static palate_status merge(const work *of, scratch *room, uint32_t row, int64_t kept,
                           const palate__ordered *from, size_t e, merged *so_far)
{
    palate__rows *out = of->out;
    room->duplicate_count++;
    /* Lines are there where duplicates are errors. */
    if (from->extras.lines != NULL)
        return add_repeat(out->context, room,
                          (palate__repeat){from->extras.lines[e], from->extras.lines[so_far->first],
                                           row, out->by_user.columns[kept]});
    if (is_later(out, kept, from, e))
        set_entry(out, kept, from, e);
    if (of->plan->duplicates == PALATE_DUPLICATES_MEAN) {
        so_far->sum += (double)from->values[e];
        so_far->votes++;
        out->by_user.values[kept] = (float)(so_far->sum / so_far->votes);
    }
    return PALATE_OK;
}

/* Of neighbours in order. */
static bool has_duplicates(const uint32_t *items, size_t count)
{
    bool found = false;
    for (size_t k = 1; k < count; k++)
        found |= items[k] == items[k - 1];
    return found;
}

/* Writes a row that has an item only once. */
static void write_row(palate__rows *out, uint32_t row, const palate__ordered *from, size_t first,
                      size_t count)
{
    const int64_t begin = out->by_user.begins[row];
    palate__stream_words(from->items + first, out->by_user.columns + begin, count);
    palate__stream_words(from->values + first, out->by_user.values + begin, count);
    if (from->extras.times != NULL)
        palate__stream_words(from->extras.times + first, out->times + begin, 2 * count);
    if (from->extras.sequence != NULL)
        palate__stream_words(from->extras.sequence + first, out->sequence + begin, 2 * count);
    out->kept[row] = (int64_t)count;
}

/* The same where duplicates are merged. */
static void write_merged(const work *of, scratch *room, uint32_t row, size_t first, size_t count)
{
    palate__rows *out = of->out;
    const palate__ordered *from = &room->block.ordered;
    const int64_t begin = out->by_user.begins[row];
    merged so_far = {0};
    int64_t to = begin;
    for (size_t e = first; e < first + count && room->status == PALATE_OK; e++) {
        const uint32_t item = from->items[e];
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

/* Rows of a block whose ratings have all been added. */
static void write_block(const work *of, scratch *room)
{
    palate__block *block = &room->block;
    palate__block_order(block);
    for (uint32_t here = 0; here < block->row_count && room->status == PALATE_OK; here++) {
        const size_t first = block->begins[here];
        const size_t count = block->begins[here + 1] - first;
        if (count == 0)
            continue;
        if (has_duplicates(block->ordered.items + first, count))
            write_merged(of, room, block->rows[here], first, count);
        else
            write_row(of->out, block->rows[here], &block->ordered, first, count);
    }
    palate__stream_end();
}

/* ---- Ratings of chunks ---- */

static const palate__entry *entry_in(const char *record)
{
    return (const palate__entry *)(const void *)record;
}

/* What else a rating has. */
static void take_extras(const palate__chunk *chunk, const char *record, const palate__extras *to,
                        uint32_t at)
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

/* Of a block that is a copy: what is written to its arrays cannot change it, and it may lie in registers. */
PALATE__ALWAYS_INLINE void add_rating(palate__block *copy, const palate__extras *extras,
                                      const palate__chunk *chunk, const char *record, uint32_t row,
                                      uint32_t item)
{
    const uint32_t at = palate__block_add(copy, row, item, entry_in(record)->value);
    if (copy->places != NULL)
        take_extras(chunk, record, extras, at);
}

/* ---- Whole rows ---- */

/* Where lines are sorted by user, nearly all rows lie as a whole in one chunk, and are made at once. */

/* Do ratings of a user mostly follow each other? */
static bool is_by_user(const palate__chunk *chunk)
{
    return chunk->run_words < chunk->count / 4 * 3;
}

static bool is_whole(const work *of, palate__run run, uint32_t row)
{
    return run.count == length_of(of->out, row);
}

/* Rows of the block, and their items. */
static void find_whole_rows(const work *of, palate__block *block, const palate__chunk *chunk)
{
    const uint32_t *user_row = of->plan->users->of[chunk->shard];
    const uint32_t *item_row = of->plan->items->of[chunk->shard];
    const uint32_t *end = chunk->runs + chunk->run_words;
    const size_t bytes = chunk->shape.bytes;
    const char *record = chunk->records;
    palate__block_clear(block);
    const palate__block copy = *block;
    for (const uint32_t *at = chunk->runs; at < end;) {
        const palate__run run = palate__next_run(&at);
        const uint32_t row = user_row[run.user];
        const char *next = record + run.count * bytes;
        if (is_whole(of, run, row)) {
            palate__block_row(block, row, run.count);
            for (; record < next; record += bytes)
                palate__block_count(&copy, item_row[entry_in(record)->item]);
        }
        record = next;
    }
    palate__block_counted(block);
}

/* Shards' numbers become rows: of a run that is moved to the front of the chunk, to `left`. */
static char *number_run(const work *of, const palate__chunk *chunk, const char *records,
                        uint32_t count, char *left)
{
    const uint32_t *item_row = of->plan->items->of[chunk->shard];
    const size_t bytes = chunk->shape.bytes;
    if (left != records)
        memmove(left, records, count * bytes);
    for (const char *end = left + count * bytes; left < end; left += bytes) {
        palate__entry *entry = palate__entry_of(left);
        entry->item = item_row[entry->item];
    }
    return left;
}

static void leave(palate__chunk *chunk, const char *left, const uint32_t *words)
{
    chunk->count = (uint32_t)((size_t)(left - chunk->records) / chunk->shape.bytes);
    chunk->run_words = (uint32_t)(words - chunk->runs);
}

/* What is left moves to the front of the chunk. */
static void take_whole_rows(const work *of, scratch *room, palate__chunk *chunk)
{
    find_whole_rows(of, &room->block, chunk);
    palate__block block = room->block;
    const uint32_t *user_row = of->plan->users->of[chunk->shard];
    const uint32_t *item_row = of->plan->items->of[chunk->shard];
    const uint32_t *end = chunk->runs + chunk->run_words;
    const size_t bytes = chunk->shape.bytes;
    const char *record = chunk->records;
    char *left = chunk->records;
    uint32_t *words = chunk->runs;
    uint32_t here = 0;
    for (const uint32_t *at = chunk->runs; at < end;) {
        const palate__run run = palate__next_run(&at);
        const uint32_t row = user_row[run.user];
        const char *next = record + run.count * bytes;
        if (is_whole(of, run, row)) {
            for (; record < next; record += bytes)
                add_rating(&block, &room->block.extras, chunk, record, here,
                           item_row[entry_in(record)->item]);
            here++;
        } else {
            left = number_run(of, chunk, record, run.count, left);
            words = palate__put_run(words, (palate__run){row, run.count});
        }
        record = next;
    }
    room->block.count = block.count;
    leave(chunk, left, words);
    write_block(of, room);
}

static void number_chunk(const work *of, palate__chunk *chunk)
{
    const uint32_t *user_row = of->plan->users->of[chunk->shard];
    const uint32_t *end = chunk->runs + chunk->run_words;
    uint32_t *words = chunk->runs;
    number_run(of, chunk, chunk->records, chunk->count, chunk->records);
    for (const uint32_t *at = words; at < end;) {
        const palate__run run = palate__next_run(&at);
        words = palate__put_run(words, (palate__run){user_row[run.user], run.count});
    }
}

/* ---- Chunks by part ---- */

static void count_parts(const work *of, const source *from)
{
    const palate__chunk *chunk = from->chunk;
    const uint32_t *end = chunk->runs + chunk->run_words;
    memset(from->begins, 0, (of->part_count + 1) * sizeof *from->begins);
    memset(from->run_begins, 0, (of->part_count + 1) * sizeof *from->run_begins);
    for (const uint32_t *at = chunk->runs; at < end;) {
        const uint32_t *words = at;
        const palate__run run = palate__next_run(&at);
        const size_t part = of->part_of[run.user];
        from->begins[part + 1] += run.count;
        from->run_begins[part + 1] += (uint32_t)(at - words);
    }
    for (size_t part = 0; part < of->part_count; part++) {
        from->begins[part + 1] += from->begins[part];
        from->run_begins[part + 1] += from->run_begins[part];
    }
}

/* Records are 8 bytes in many files: a copy of a length that is known. */
static void copy_records(const palate__chunk *chunk, const char *from, uint32_t count, char *to)
{
    const size_t bytes = chunk->shape.bytes;
    if (count == 1 && bytes == sizeof(palate__entry))
        memcpy(to, from, sizeof(palate__entry));
    else
        memcpy(to, from, count * bytes);
}

/* A stable counting sort. */
static void sort_chunk(const work *of, const source *from, const scratch *room)
{
    const palate__chunk *chunk = from->chunk;
    const size_t bytes = chunk->shape.bytes;
    const uint32_t *end = room->runs + chunk->run_words;
    const char *record = room->records;
    uint32_t to[PARTS_MAX], run_to[PARTS_MAX];
    memcpy(to, from->begins, of->part_count * sizeof *to);
    memcpy(run_to, from->run_begins, of->part_count * sizeof *run_to);
    memcpy(room->records, chunk->records, chunk->count * bytes);
    memcpy(room->runs, chunk->runs, chunk->run_words * sizeof *chunk->runs);
    for (const uint32_t *at = room->runs; at < end;) {
        const palate__run run = palate__next_run(&at);
        const size_t part = of->part_of[run.user];
        copy_records(chunk, record, run.count, palate__record_at(chunk, to[part]));
        const uint32_t *words = palate__put_run(chunk->runs + run_to[part], run);
        to[part] += run.count;
        run_to[part] = (uint32_t)(words - chunk->runs);
        record += run.count * bytes;
    }
}

static void cut_chunk(size_t task, int thread, void *argument)
{
    const work *of = argument;
    count_parts(of, &of->sources[task]);
    sort_chunk(of, &of->sources[task], &of->scratch[thread]);
}

static void work_on_chunk(size_t task, int thread, void *argument)
{
    const work *of = argument;
    palate__chunk *chunk = of->sources[task].chunk;
    if (is_by_user(chunk))
        take_whole_rows(of, &of->scratch[thread], chunk);
    else
        number_chunk(of, chunk);
}

/* ---- Parts ---- */

/* Ratings of a chunk that belong to a part, and their runs. */
typedef struct stretch {
    const palate__chunk *chunk;
    const char *begin, *end;
    const uint32_t *runs, *runs_end;
} stretch;

static stretch stretch_of(const source *from, size_t part)
{
    const palate__chunk *chunk = from->chunk;
    return (stretch){chunk, palate__record_at(chunk, from->begins[part]),
                     palate__record_at(chunk, from->begins[part + 1]),
                     chunk->runs + from->run_begins[part],
                     chunk->runs + from->run_begins[part + 1]};
}

static void count_part(const work *of, palate__block *block, size_t part)
{
    for (size_t s = 0; s < of->source_count; s++) {
        const stretch of_part = stretch_of(&of->sources[s], part);
        for (const char *at = of_part.begin; at < of_part.end; at += of_part.chunk->shape.bytes)
            palate__block_count(block, entry_in(at)->item);
    }
    palate__block_counted(block);
}

static void add_part(const work *of, palate__block *to, size_t part)
{
    palate__block block = *to;
    const uint32_t first = of->part_begins[part];
    for (size_t s = 0; s < of->source_count; s++) {
        const stretch of_part = stretch_of(&of->sources[s], part);
        const char *record = of_part.begin;
        for (const uint32_t *at = of_part.runs; at < of_part.runs_end;) {
            palate__run run = palate__next_run(&at);
            for (; run.count > 0; run.count--, record += of_part.chunk->shape.bytes)
                add_rating(&block, &to->extras, of_part.chunk, record, run.user - first,
                           entry_in(record)->item);
        }
    }
    to->count = block.count;
}

static void work_on_part(size_t task, int thread, void *argument)
{
    const work *of = argument;
    const size_t part = of->first_part + task;
    scratch *room = &of->scratch[thread];
    palate__block_clear(&room->block);
    for (uint32_t row = of->part_begins[part]; row < of->part_begins[part + 1]; row++)
        palate__block_row(&room->block, row,
                          of->out->kept[row] > 0 ? 0 : (uint32_t)length_of(of->out, row));
    count_part(of, &room->block, part);
    add_part(of, &room->block, part);
    write_block(of, room);
}

/* What parts before `part` used of the chunks is no longer needed. */
static void give_back_chunks(const work *of, size_t part)
{
    for (size_t s = 0; s < of->source_count; s++) {
        const source *from = &of->sources[s];
        palate__chunk *chunk = from->chunk;
        palate__give_back(chunk->records, (size_t)from->begins[part] * chunk->shape.bytes);
        palate__give_back(chunk->runs, (size_t)from->run_begins[part] * sizeof *chunk->runs);
    }
}

/* ---- Preparation ---- */

static palate_status list_sources(work *of, palate_error *err)
{
    palate__chunk *first = of->plan->store->first;
    for (const palate__chunk *chunk = first; chunk != NULL; chunk = chunk->next)
        of->source_count++;
    of->sources = palate__allocate_array(of->out->context, of->source_count, sizeof *of->sources);
    if (of->sources == NULL)
        return fail_rows_memory(err);
    size_t s = 0;
    for (palate__chunk *chunk = first; chunk != NULL; chunk = chunk->next)
        of->sources[s++] = (source){.chunk = chunk};
    return PALATE_OK;
}

/* Ranges of rows with about as many ratings left to each. */
static void cut_rows(const work *of)
{
    const int64_t parts = (int64_t)of->part_count;
    const uint32_t row_count = of->out->by_user.row_count;
    int64_t before = 0;
    int64_t part = 0;
    of->part_begins[0] = 0;
    for (uint32_t row = 0; row < row_count; row++) {
        while (part + 1 < parts && before * parts >= of->left * (part + 1))
            of->part_begins[++part] = row;
        of->part_of[row] = (uint16_t)part;
        before += of->out->kept[row] > 0 ? 0 : length_of(of->out, row);
    }
    while (part < parts)
        of->part_begins[++part] = row_count;
}

static palate_status cut_parts(work *of, palate_error *err)
{
    palate_context *context = of->out->context;
    const size_t wanted = 1 + (size_t)(of->left / PART_RATINGS);
    of->part_count = wanted < PARTS_MAX ? wanted : PARTS_MAX;
    of->part_begins = palate__allocate_array(context, of->part_count + 1, sizeof *of->part_begins);
    of->part_of = palate__allocate_array(context, of->out->by_user.row_count, sizeof *of->part_of);
    of->begins = palate__allocate_array(context, 2 * of->source_count,
                                        (of->part_count + 1) * sizeof *of->begins);
    if (of->part_begins == NULL || of->part_of == NULL || of->begins == NULL)
        return fail_rows_memory(err);
    for (size_t s = 0; s < of->source_count; s++) {
        of->sources[s].begins = of->begins + 2 * s * (of->part_count + 1);
        of->sources[s].run_begins = of->sources[s].begins + of->part_count + 1;
    }
    cut_rows(of);
    return PALATE_OK;
}

/* What blocks are to hold, and how long a chunk is. */
typedef struct most {
    size_t rows, ratings, chunk_bytes, run_words;
} most;

static size_t more(size_t a, size_t b)
{
    return a > b ? a : b;
}

static most most_of_chunks(const work *of)
{
    most of_all = {0};
    for (size_t s = 0; s < of->source_count; s++) {
        const palate__chunk *chunk = of->sources[s].chunk;
        of_all.ratings = more(of_all.ratings, chunk->count);
        of_all.chunk_bytes = more(of_all.chunk_bytes, (size_t)chunk->count * chunk->shape.bytes);
        of_all.run_words = more(of_all.run_words, chunk->run_words);
    }
    of_all.rows = of_all.ratings;
    return of_all;
}

static most most_of_parts(const work *of)
{
    most of_all = most_of_chunks(of);
    of_all.rows = of_all.ratings = 0;
    for (size_t part = 0; part < of->part_count; part++) {
        const uint32_t end = of->part_begins[part + 1];
        size_t ratings = 0;
        for (uint32_t row = of->part_begins[part]; row < end; row++)
            ratings += of->out->kept[row] > 0 ? 0 : (size_t)length_of(of->out, row);
        of_all.ratings = more(of_all.ratings, ratings);
        of_all.rows = more(of_all.rows, end - of->part_begins[part]);
    }
    return of_all;
}

static palate_status allocate_scratch(const work *of, most of_all, scratch *room, palate_error *err)
{
    palate_context *context = of->out->context;
    const palate__store *store = of->plan->store;
    const palate__wanted_extras wanted = {store->has_times, store->keep_places, store->keep_lines};
    palate__block_free(&room->block);
    palate__release(context, room->records);
    palate__release(context, room->runs);
    room->records = palate__allocate(context, of_all.chunk_bytes);
    room->runs = palate__allocate_array(context, of_all.run_words, sizeof *room->runs);
    if (room->records == NULL || room->runs == NULL)
        return fail_rows_memory(err);
    return palate__block_allocate(context, of_all.rows, of_all.ratings, of->item_bits, wanted,
                                  &room->block, err);
}

/* Room for each thread, in place of what there was. */
static palate_status make_room(work *of, most of_all, palate_error *err)
{
    palate_status status = PALATE_OK;
    if (of_all.ratings > UINT32_MAX)
        return palate__fail(err, PALATE_E_UNSUPPORTED, "more than %u ratings by one user",
                            UINT32_MAX);
    for (int thread = 0; thread < of->plan->threads; thread++)
        PALATE_TRY(allocate_scratch(of, of_all, &of->scratch[thread], err));
done:
    return status;
}

static palate_status prepare(work *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__rows_plan *plan = of->plan;
    palate__numbers_map(plan->users, plan->user_row);
    palate__numbers_map(plan->items, plan->item_row);
    of->item_bits = palate__bits_of(plan->items->ids.count - 1);
    of->scratch = palate__allocate_zeroed(of->out->context, (size_t)plan->threads,
                                          sizeof *of->scratch);
    if (of->scratch == NULL)
        return fail_rows_memory(err);
    for (int thread = 0; thread < plan->threads; thread++)
        of->scratch[thread].block.context = of->out->context;
    PALATE_TRY(list_sources(of, err));
    PALATE_TRY(make_room(of, most_of_chunks(of), err));
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

palate_status palate__rows_allocate(palate__rows *out, const int64_t *lengths,
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
    out->kept = palate__allocate_zeroed(context, users, sizeof *out->kept);
    if (out->kept == NULL)
        PALATE_TRY(fail_rows_memory(err));
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
        palate__block_free(&of->scratch[thread].block);
        palate__release(context, of->scratch[thread].records);
        palate__release(context, of->scratch[thread].runs);
        palate__release(context, of->scratch[thread].repeats);
    }
    palate__release(context, of->scratch);
    palate__release(context, of->part_begins);
    palate__release(context, of->part_of);
    palate__release(context, of->sources);
    palate__release(context, of->begins);
}

/* ---- All of it ---- */

static void make_whole_rows(work *of)
{
    palate__parallel_for(of->plan->threads, of->source_count, work_on_chunk, of);
    for (size_t s = 0; s < of->source_count; s++)
        of->left += of->sources[s].chunk->count;
}

static palate_status make_rows_in_pieces(work *of, palate_error *err)
{
    palate_status status = PALATE_OK;
    PALATE_TRY(cut_parts(of, err));
    PALATE_TRY(make_room(of, most_of_parts(of), err));
    palate__parallel_for(of->plan->threads, of->source_count, cut_chunk, of);
    const size_t waves = of->left > of->plan->store->count / MUCH ? WAVES : 1;
    for (size_t wave = 1; wave <= waves; wave++) {
        const size_t end = of->part_count * wave / waves;
        palate__parallel_for(of->plan->threads, end - of->first_part, work_on_part, of);
        if (wave < waves)
            give_back_chunks(of, end);
        of->first_part = end;
    }
done:
    return status;
}

palate_status palate__rows_make(const palate__rows_plan *plan, palate__rows *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__store *store = plan->store;
    *out = (palate__rows){.context = store->context};
    work of = {.plan = plan, .out = out};
    PALATE_TRY(palate__rows_allocate(out, plan->users->counts, plan->user_row,
                                     plan->users->ids.count, plan->items->ids.count,
                                     store->has_times, store->keep_places, err));
    PALATE_TRY(prepare(&of, err));
    make_whole_rows(&of);
    if (of.left > 0)
        PALATE_TRY(make_rows_in_pieces(&of, err));
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
