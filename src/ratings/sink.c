/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/sink.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- What is wrong ---- */

static const char *role_of(const palate__columns *columns, int64_t column)
{
    return column == columns->rating ? " (rating)"
           : column == columns->user ? " (user)"
           : column == columns->item ? " (item)"
           : column == columns->time ? " (time)"
                                     : "";
}

static void write_place(const palate__sink *sink, int64_t line, int64_t column, char *text,
                        size_t size)
{
    if (line > 0 && column > 0)
        snprintf(text, size, "%s:%lld: field %lld%s: ", sink->path, (long long)line,
                 (long long)column, role_of(&sink->columns, column));
    else if (line > 0)
        snprintf(text, size, "%s:%lld: ", sink->path, (long long)line);
    else
        snprintf(text, size, "%s: ", sink->path);
}

palate_status palate__sink_problem(palate__sink *sink, int64_t line, int64_t column,
                                   const char *format, ...)
{
    char message[PALATE_MESSAGE_BYTES];
    write_place(sink, line, column, message, sizeof message / 2);
    size_t length = strlen(message);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message + length, sizeof message - length, format, arguments);
    va_end(arguments);
    palate__clean_message(message, sizeof message);
    if (!sink->lenient)
        return palate__fail_at(sink->err, PALATE_E_FORMAT, line, column, "%s", message);
    if (sink->report->skipped_count++ == 0)
        palate__text_for_message(palate__text_span(message), sink->first_problem,
                                 sizeof sink->first_problem);
    if (sink->on_problem != NULL) {
        palate_problem problem = {sink->path, line, column, message};
        sink->on_problem(&problem, sink->user);
    }
    return PALATE_OK;
}

static palate_status refuse_id(palate__sink *sink, palate__span id, int64_t line, int column)
{
    char shown[PALATE__SHOWN_BYTES];
    if (id.bytes == 0)
        return palate__sink_problem(sink, line, column,
                                    "it is empty; every rating needs a user and an item");
    palate__text_for_message(id, shown, sizeof shown);
    if (memchr(id.text, '\0', id.bytes) != NULL)
        return palate__sink_problem(sink, line, column,
                                    "\"%s\" holds a zero byte; is this file text?", shown);
    return palate__sink_problem(sink, line, column,
                                "\"%s\" is not UTF-8 at its byte %zu; convert the file, for "
                                "example with iconv -f latin1 -t utf-8",
                                shown, palate__utf8_valid(id) + 1);
}

static bool is_valid_id(palate__span id)
{
    return id.bytes > 0 && memchr(id.text, '\0', id.bytes) == NULL &&
           palate__utf8_valid(id) == id.bytes;
}

/* False for a NaN. */
static bool is_rating(const palate__sink *sink, double rating)
{
    const palate_scale scale = sink->options->scale;
    return fabs(rating) <= PALATE__RATING_MAX &&
           (scale.low >= scale.high || (rating >= scale.low && rating <= scale.high));
}

static palate_status refuse_value(palate__sink *sink, double rating, int64_t line, int column)
{
    const palate_scale scale = sink->options->scale;
    if (!isfinite(rating))
        return palate__sink_problem(sink, line, column,
                                    "the rating is %s; leave out lines whose rating is unknown",
                                    isnan(rating) ? "not a number (nan)" : "infinite");
    if (fabs(rating) > PALATE__RATING_MAX)
        return palate__sink_problem(sink, line, column,
                                    "%.15g is too large; ratings lie between -1e9 and 1e9", rating);
    return palate__sink_problem(sink, line, column,
                                "%.15g lies outside the scale %.15g:%.15g; correct it, or declare "
                                "another scale (option scale)",
                                rating, scale.low, scale.high);
}

/* ---- What is right ---- */

static palate_status add_chunk(palate__sink *sink)
{
    enum { RATING_BYTES = sizeof(float) + 2 * sizeof(uint32_t) };
    palate__chunk *before = sink->store.last;
    const size_t capacity = before == NULL                             ? PALATE__CHUNK_FIRST
                            : before->capacity < PALATE__CHUNK_LARGEST ? before->capacity * 2
                                                                       : before->capacity;
    palate__chunk *chunk = palate__allocate(sink->context, sizeof *chunk + capacity * RATING_BYTES);
    if (chunk == NULL)
        return palate__fail_memory(sink->err, "reading ratings");
    *chunk = (palate__chunk){.capacity = capacity};
    chunk->values = (float *)(chunk + 1);
    chunk->users = (uint32_t *)(chunk->values + capacity);
    chunk->items = chunk->users + capacity;
    if (before != NULL)
        before->next = chunk;
    else
        sink->store.first = chunk;
    sink->store.last = chunk;
    return PALATE_OK;
}

/* Sets the number of the chunk's next rating in an array that is there only once it is needed. */
static palate_status store_extra(palate__sink *sink, const palate__chunk *chunk, int64_t **numbers,
                                 int64_t number)
{
    if (*numbers == NULL) {
        *numbers = palate__allocate_array(sink->context, chunk->capacity, sizeof **numbers);
        if (*numbers == NULL)
            return palate__fail_memory(sink->err, "reading ratings");
        for (size_t e = 0; e < chunk->count; e++)
            (*numbers)[e] = PALATE_NO_TIME;
    }
    (*numbers)[chunk->count] = number;
    return PALATE_OK;
}

static palate_status store_rating(palate__sink *sink, uint32_t user, uint32_t item,
                                  const palate__record *record)
{
    palate_status status = PALATE_OK;
    palate__store *store = &sink->store;
    if (store->last == NULL || store->last->count == store->last->capacity)
        PALATE_TRY(add_chunk(sink));
    palate__chunk *chunk = store->last;
    if (record->time != PALATE_NO_TIME || chunk->times != NULL) {
        PALATE_TRY(store_extra(sink, chunk, &chunk->times, record->time));
        sink->report->has_times = true;
    }
    if (store->keep_lines)
        PALATE_TRY(store_extra(sink, chunk, &chunk->lines, record->line));
    chunk->users[chunk->count] = user;
    chunk->items[chunk->count] = item;
    chunk->values[chunk->count] = (float)record->rating;
    chunk->count++;
    store->count++;
done:
    return status;
}

static palate_status hand_on_pair(palate__sink *sink, const palate__record *record)
{
    const palate_pair pair = {record->user.text,  record->item.text, record->user.bytes,
                              record->item.bytes, record->rating,    record->time,
                              record->line};
    sink->report->rating_count++;
    if (sink->on_pair(&pair, sink->user))
        return PALATE_OK;
    return palate__fail(sink->err, PALATE_E_STOPPED, "%s: reading was stopped by the caller",
                        sink->path);
}

/* An id that has a number has been checked. */
static uint32_t find(const palate__sink *sink, const palate__id_builder *builder, palate__span id)
{
    return sink->on_pair != NULL ? PALATE__NO_ID
                                 : palate__id_builder_find(builder, id.text, id.bytes);
}

/* A number for an id that has been found valid, but not among those there are. */
static palate_status add_if_new(palate__id_builder *builder, palate__span id, uint32_t *number,
                                palate_error *err)
{
    if (PALATE__LIKELY(*number != PALATE__NO_ID))
        return PALATE_OK;
    return palate__id_builder_add(builder, id.text, id.bytes, number, err);
}

palate_status palate__sink_rating(palate__sink *sink, const palate__record *record,
                                  const palate__columns *columns)
{
    palate_status status = PALATE_OK;
    const bool stored = sink->on_pair == NULL;
    palate__store *store = &sink->store;
    uint32_t user = find(sink, &store->users, record->user);
    uint32_t item = find(sink, &store->items, record->item);
    if (user == PALATE__NO_ID && !is_valid_id(record->user)) {
        sink->columns = *columns;
        return refuse_id(sink, record->user, record->line, columns->user);
    }
    if (item == PALATE__NO_ID && !is_valid_id(record->item)) {
        sink->columns = *columns;
        return refuse_id(sink, record->item, record->line, columns->item);
    }
    if (stored ? !is_rating(sink, record->rating) : isinf(record->rating)) {
        sink->columns = *columns;
        return refuse_value(sink, record->rating, record->line, columns->rating);
    }
    if (!stored)
        return hand_on_pair(sink, record);
    PALATE_TRY(add_if_new(&store->users, record->user, &user, sink->err));
    PALATE_TRY(add_if_new(&store->items, record->item, &item, sink->err));
    return store_rating(sink, user, item, record);
done:
    return status;
}

/* ---- Groups ---- */

static palate_status hand_on_group(palate__sink *sink, const palate__record *records, size_t count,
                                   size_t *taken)
{
    palate_status status = PALATE_OK;
    for (*taken = 0; *taken < count && status == PALATE_OK; ++*taken) {
        const palate__record *record = &records[*taken];
        if (!is_valid_id(record->user) || !is_valid_id(record->item) || isinf(record->rating))
            break;
        status = hand_on_pair(sink, record);
    }
    return status;
}

palate_status palate__sink_group(palate__sink *sink, const palate__record *records, size_t count,
                                 size_t *taken)
{
    palate_status status = PALATE_OK;
    palate__store *store = &sink->store;
    uint64_t users[PALATE__GROUP];
    uint64_t items[PALATE__GROUP];
    if (sink->on_pair != NULL)
        return hand_on_group(sink, records, count, taken);
    for (size_t r = 0; r < count; r++) {
        users[r] = palate__id_key_within(records[r].user.text, records[r].user.bytes);
        items[r] = palate__id_key_within(records[r].item.text, records[r].item.bytes);
        palate__id_builder_fetch(&store->users, users[r]);
        palate__id_builder_fetch(&store->items, items[r]);
    }
    for (*taken = 0; *taken < count; ++*taken) {
        const palate__record *record = &records[*taken];
        const palate__span user_id = record->user;
        const palate__span item_id = record->item;
        uint32_t user = palate__id_builder_find_key(&store->users, user_id.text, user_id.bytes,
                                                    users[*taken]);
        uint32_t item = palate__id_builder_find_key(&store->items, item_id.text, item_id.bytes,
                                                    items[*taken]);
        if (!is_rating(sink, record->rating) || (user == PALATE__NO_ID && !is_valid_id(user_id)) ||
            (item == PALATE__NO_ID && !is_valid_id(item_id)))
            break;
        PALATE_TRY(add_if_new(&store->users, user_id, &user, sink->err));
        PALATE_TRY(add_if_new(&store->items, item_id, &item, sink->err));
        PALATE_TRY(store_rating(sink, user, item, record));
    }
done:
    return status;
}

static palate_status name_id(palate__sink *sink, palate__id_builder *builder, palate__span id)
{
    uint32_t number = 0;
    if (sink->on_pair != NULL)
        return PALATE_OK;
    if (!is_valid_id(id))
        return refuse_id(sink, id, 0, 0);
    return palate__id_builder_add(builder, id.text, id.bytes, &number, sink->err);
}

palate_status palate__sink_user(palate__sink *sink, palate__span id)
{
    return name_id(sink, &sink->store.users, id);
}

palate_status palate__sink_item(palate__sink *sink, palate__span id)
{
    return name_id(sink, &sink->store.items, id);
}

/* ---- About the source ---- */

void palate__sink_columns(palate__sink *sink, const palate__columns *columns)
{
    sink->columns = *columns;
}

void palate__sink_describe(palate__sink *sink, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sink->report->columns, sizeof sink->report->columns, format, arguments);
    va_end(arguments);
}

void palate__sink_count_lines(palate__sink *sink, int64_t lines)
{
    sink->report->line_count += lines;
}

bool palate__sink_needs_ratings(const palate__sink *sink)
{
    return sink->on_pair == NULL;
}

const char *palate__sink_path(const palate__sink *sink)
{
    return sink->path;
}

palate_error *palate__sink_error(palate__sink *sink)
{
    return sink->err;
}

/* ---- Release ---- */

void palate__chunk_free(palate_context *context, palate__chunk *chunk)
{
    palate__release(context, chunk->times);
    palate__release(context, chunk->lines);
    palate__release(context, chunk);
}

void palate__store_free(palate_context *context, palate__store *store)
{
    while (store->first != NULL) {
        palate__chunk *next = store->first->next;
        palate__chunk_free(context, store->first);
        store->first = next;
    }
    store->last = NULL;
    palate__id_builder_free(&store->users);
    palate__id_builder_free(&store->items);
}
