/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/sink.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- What is wrong ---- */

static void write_place(const palate__sink *sink, int64_t line, int64_t column, char *text,
                        size_t size)
{
    if (line > 0 && column > 0)
        snprintf(text, size, "%s:%lld: field %lld: ", sink->path, (long long)line,
                 (long long)column);
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
    if (!sink->lenient)
        return palate__fail_at(sink->err, PALATE_E_FORMAT, line, column, "%s", message);
    sink->report->skipped_count++;
    if (sink->on_problem != NULL) {
        palate_problem problem = {sink->path, line, column, message};
        sink->on_problem(&problem, sink->user);
    }
    return PALATE_OK;
}

/* Ids and values in messages are cut here: enough to recognise them. */
enum { SHOWN_BYTES = 60 };

static int shown(palate__span text)
{
    return text.bytes < SHOWN_BYTES ? (int)text.bytes : SHOWN_BYTES;
}

static palate_status check_id(palate__sink *sink, palate__span id, int64_t line, int column,
                              const char *what, bool *valid)
{
    *valid = false;
    if (id.bytes == 0)
        return palate__sink_problem(sink, line, column, "the %s is empty; every rating needs one",
                                    what);
    if (memchr(id.text, '\0', id.bytes) != NULL)
        return palate__sink_problem(sink, line, column,
                                    "the %s has a zero byte; is this file text?", what);
    size_t good = palate__utf8_valid(id);
    if (good < id.bytes)
        return palate__sink_problem(
            sink, line, column,
            "the %s \"%.*s\" is not UTF-8 at its byte %zu; convert the file, for example with "
            "iconv -f latin1 -t utf-8",
            what, shown((palate__span){id.text, good}), id.text, good + 1);
    *valid = true;
    return PALATE_OK;
}

static palate_status check_value(palate__sink *sink, const palate__record *record, int column,
                                 bool *valid)
{
    palate_scale scale = sink->options->scale;
    double rating = record->rating;
    *valid = false;
    if (sink->on_pair == NULL && !isfinite(rating))
        return palate__sink_problem(sink, record->line, column,
                                    "the rating is %s; leave the line out if the rating is unknown",
                                    isnan(rating) ? "not a number (nan)" : "infinite");
    if (sink->on_pair == NULL && fabs(rating) > 1e9)
        return palate__sink_problem(sink, record->line, column,
                                    "the rating %g is too large: ratings may be up to 1e9", rating);
    if (sink->on_pair == NULL && scale.low < scale.high &&
        (rating < scale.low || rating > scale.high))
        return palate__sink_problem(
            sink, record->line, column,
            "the rating %g lies outside the scale %g:%g; mend it, or declare another scale", rating,
            scale.low, scale.high);
    *valid = true;
    return PALATE_OK;
}

/* ---- What is right ---- */

static palate_status number_of(palate__sink *sink, palate__id_builder *builder, palate__span id,
                               int64_t line, int column, const char *what, uint32_t *number)
{
    *number = palate__id_builder_find(builder, id.text, id.bytes);
    if (*number != PALATE__NO_ID)
        return PALATE_OK;
    bool valid = false;
    palate_status status = check_id(sink, id, line, column, what, &valid);
    if (status != PALATE_OK || !valid)
        return status;
    return palate__id_builder_add(builder, id.text, id.bytes, number, sink->err);
}

static palate_status add_chunk(palate__sink *sink)
{
    palate__chunk *chunk = palate__allocate(sink->context, sizeof *chunk);
    if (chunk == NULL)
        return palate__fail_memory(sink->err, "reading ratings");
    chunk->next = NULL;
    chunk->times = NULL;
    chunk->count = 0;
    if (sink->store.last != NULL)
        sink->store.last->next = chunk;
    else
        sink->store.first = chunk;
    sink->store.last = chunk;
    return PALATE_OK;
}

static palate_status store_time(palate__sink *sink, palate__chunk *chunk, int64_t time)
{
    if (time == PALATE_NO_TIME && chunk->times == NULL)
        return PALATE_OK;
    if (chunk->times == NULL) {
        chunk->times = palate__allocate_array(sink->context, PALATE__CHUNK_RATINGS,
                                              sizeof(int64_t));
        if (chunk->times == NULL)
            return palate__fail_memory(sink->err, "reading times");
        for (size_t e = 0; e < chunk->count; e++)
            chunk->times[e] = PALATE_NO_TIME;
        sink->report->has_times = true;
    }
    chunk->times[chunk->count] = time;
    return PALATE_OK;
}

static palate_status store_rating(palate__sink *sink, uint32_t user, uint32_t item,
                                  const palate__record *record)
{
    palate_status status = PALATE_OK;
    if (sink->store.last == NULL || sink->store.last->count == PALATE__CHUNK_RATINGS)
        PALATE_TRY(add_chunk(sink));
    palate__chunk *chunk = sink->store.last;
    PALATE_TRY(store_time(sink, chunk, record->time));
    chunk->users[chunk->count] = user;
    chunk->items[chunk->count] = item;
    chunk->values[chunk->count] = (float)record->rating;
    chunk->count++;
    sink->store.count++;
done:
    return status;
}

static palate_status hand_on_pair(palate__sink *sink, const palate__record *record,
                                  const palate__columns *columns)
{
    bool valid = false;
    palate_status status = check_id(sink, record->user, record->line, columns->user, "user",
                                    &valid);
    if (status != PALATE_OK || !valid)
        return status;
    status = check_id(sink, record->item, record->line, columns->item, "item", &valid);
    if (status != PALATE_OK || !valid)
        return status;
    palate_pair pair = {record->user.text,  record->item.text, record->user.bytes,
                        record->item.bytes, record->rating,    record->time,
                        record->line};
    sink->report->rating_count++;
    if (sink->on_pair(&pair, sink->user))
        return PALATE_OK;
    return palate__fail(sink->err, PALATE_E_STOPPED, "%s: reading was stopped by the caller",
                        sink->path);
}

palate_status palate__sink_rating(palate__sink *sink, const palate__record *record,
                                  const palate__columns *columns)
{
    bool valid = false;
    uint32_t user = PALATE__NO_ID;
    uint32_t item = PALATE__NO_ID;
    palate_status status = check_value(sink, record, columns->rating, &valid);
    if (status != PALATE_OK || !valid)
        return status;
    if (sink->on_pair != NULL)
        return hand_on_pair(sink, record, columns);
    bool item_valid = false;
    status = check_id(sink, record->item, record->line, columns->item, "item", &item_valid);
    if (status != PALATE_OK || !item_valid)
        return status;
    status = number_of(sink, &sink->store.users, record->user, record->line, columns->user, "user",
                       &user);
    if (status != PALATE_OK || user == PALATE__NO_ID)
        return status;
    status = number_of(sink, &sink->store.items, record->item, record->line, columns->item, "item",
                       &item);
    if (status != PALATE_OK || item == PALATE__NO_ID)
        return status;
    return store_rating(sink, user, item, record);
}

palate_status palate__sink_user(palate__sink *sink, palate__span id)
{
    uint32_t number = 0;
    if (sink->on_pair != NULL)
        return PALATE_OK;
    return number_of(sink, &sink->store.users, id, 0, 0, "user", &number);
}

palate_status palate__sink_item(palate__sink *sink, palate__span id)
{
    uint32_t number = 0;
    if (sink->on_pair != NULL)
        return PALATE_OK;
    return number_of(sink, &sink->store.items, id, 0, 0, "item", &number);
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
    sink->report->line_count = lines;
}

bool palate__sink_needs_ratings(const palate__sink *sink)
{
    return sink->on_pair == NULL;
}

palate_error *palate__sink_error(palate__sink *sink)
{
    return sink->err;
}

void palate__store_free(palate_context *context, palate__store *store)
{
    while (store->first != NULL) {
        palate__chunk *next = store->first->next;
        palate__release(context, store->first->times);
        palate__release(context, store->first);
        store->first = next;
    }
    store->last = NULL;
    palate__id_builder_free(&store->users);
    palate__id_builder_free(&store->items);
}
