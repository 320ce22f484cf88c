/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/sink.h"

#include <assert.h>
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

/* Strict reading of what this is a part of has ended where it fails. */
static palate_status hold(const palate__sink *sink, int64_t line, int64_t column,
                          const char *message)
{
    palate__holding *held = sink->holding;
    if (held->count++ == 0 || sink->on_problem != NULL) {
        const size_t bytes = strlen(message) + 1;
        palate__held *problem = palate__allocate(held->context, sizeof *problem + bytes);
        if (problem == NULL)
            return palate__fail_memory(sink->err, "listing problems");
        *problem = (palate__held){.line = line, .column = column, .columns = sink->columns};
        memcpy(problem->message, message, bytes);
        if (held->last == NULL)
            held->first = problem;
        else
            held->last->next = problem;
        held->last = problem;
    }
    return sink->lenient ? PALATE_OK : PALATE_E_FORMAT;
}

static palate_status tell(palate__sink *sink, int64_t line, int64_t column, char *message)
{
    palate__clean_message(message, PALATE_MESSAGE_BYTES);
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

palate_status palate__sink_problem(palate__sink *sink, int64_t line, int64_t column,
                                   const char *format, ...)
{
    char message[PALATE_MESSAGE_BYTES] = "";
    if (sink->holding == NULL)
        write_place(sink, line, column, message, sizeof message / 2);
    size_t length = strlen(message);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message + length, sizeof message - length, format, arguments);
    va_end(arguments);
    return sink->holding != NULL ? hold(sink, line, column, message)
                                 : tell(sink, line, column, message);
}

palate_status palate__sink_tell(palate__sink *sink, const palate__holding *problems, int64_t lines)
{
    int64_t told = 0;
    for (const palate__held *held = problems->first; held != NULL; held = held->next, told++) {
        sink->columns = held->columns;
        palate_status status = palate__sink_problem(sink, lines + held->line, held->column, "%s",
                                                    held->message);
        if (status != PALATE_OK)
            return status;
    }
    sink->report->skipped_count += problems->count - told;
    return PALATE_OK;
}

void palate__holding_free(palate__holding *problems)
{
    while (problems->first != NULL) {
        palate__held *next = problems->first->next;
        palate__release(problems->context, problems->first);
        problems->first = next;
    }
    problems->last = NULL;
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
static bool is_within(palate_scale bounds, double rating)
{
    return rating >= bounds.low && rating <= bounds.high;
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

/* A number for an id that has been found valid, but not among those there are. */
static palate_status add_if_new(palate__id_builder *builder, palate__span id, uint32_t *number,
                                palate_error *err)
{
    if (PALATE__LIKELY(*number != PALATE__NO_ID))
        return PALATE_OK;
    return palate__id_builder_add(builder, id.text, id.bytes, number, err);
}

static palate_status take_pair(palate__sink *sink, const palate__record *record,
                               const palate__columns *columns)
{
    sink->columns = *columns;
    if (!is_valid_id(record->user))
        return refuse_id(sink, record->user, record->line, columns->user);
    if (!is_valid_id(record->item))
        return refuse_id(sink, record->item, record->line, columns->item);
    if (isinf(record->rating))
        return refuse_value(sink, record->rating, record->line, columns->rating);
    return hand_on_pair(sink, record);
}

palate_status palate__sink_rating(palate__sink *sink, const palate__record *record,
                                  const palate__columns *columns)
{
    palate_status status = PALATE_OK;
    palate__shard *shard = sink->shard;
    if (shard == NULL)
        return take_pair(sink, record, columns);
    const palate__wanted user_wanted = palate__want(record->user.text, record->user.bytes);
    const palate__wanted item_wanted = palate__want(record->item.text, record->item.bytes);
    /* An id that has a number has been checked. */
    uint32_t user = palate__id_builder_search(&shard->users, &user_wanted);
    uint32_t item = palate__id_builder_search(&shard->items, &item_wanted);
    sink->columns = *columns;
    if (user == PALATE__NO_ID && !is_valid_id(record->user))
        return refuse_id(sink, record->user, record->line, columns->user);
    if (item == PALATE__NO_ID && !is_valid_id(record->item))
        return refuse_id(sink, record->item, record->line, columns->item);
    if (!is_within(palate__sink_bounds(sink), record->rating))
        return refuse_value(sink, record->rating, record->line, columns->rating);
    PALATE_TRY(palate__shard_reserve(shard, 1, record->time != PALATE_NO_TIME, sink->err));
    PALATE_TRY(add_if_new(&shard->users, record->user, &user, sink->err));
    PALATE_TRY(add_if_new(&shard->items, record->item, &item, sink->err));
    palate__shard_add(shard, user, item, (float)record->rating, record->time, record->line);
done:
    return status;
}

/* ---- Groups ---- */

static palate__span id_of(const palate__group_ids *ids, size_t r)
{
    return (palate__span){ids->texts[r], ids->bytes[r]};
}

/* The same as is_valid_id() of one of a group: up to 8 bytes without a top bit, none of them 0, are told at once. */
static bool is_valid_within(palate__span id)
{
    const uint64_t ones = 0x0101010101010101U;
    if (id.bytes == 0 || id.bytes > sizeof ones)
        return is_valid_id(id);
    const uint64_t there = UINT64_MAX >> (64 - 8 * id.bytes);
    const uint64_t text = (palate__load_word(id.text) & there) | (ones & ~there);
    return ((text | (text - ones)) & 0x80 * ones) == 0 || is_valid_id(id);
}

static palate_status hand_on_group(palate__sink *sink, const palate__group *group, size_t count,
                                   int64_t line, size_t *taken)
{
    palate_status status = PALATE_OK;
    for (size_t r = 0; r < count && status == PALATE_OK; r++) {
        const palate__record record = {id_of(&group->users, r), id_of(&group->items, r),
                                       group->ratings[r], group->times[r], line + (int64_t)r};
        if (!is_valid_within(record.user) || !is_valid_within(record.item) || isinf(record.rating))
            break;
        status = hand_on_pair(sink, &record);
        ++*taken;
    }
    return status;
}

static bool has_times(const palate__group *group, size_t count)
{
    int64_t found = 0;
    for (size_t r = 0; r < count; r++)
        found |= group->times[r] ^ PALATE_NO_TIME;
    return found != 0;
}

/* Numbers of a group's ids, as far as they have one: bit r of `have`. */
typedef struct numbering {
    palate__id_builder *builder;
    const palate__group_ids *ids;
    uint32_t have;
    _Alignas(64) uint32_t numbers[PALATE__GROUP];
} numbering;

static void look_up(palate__id_builder *builder, const palate__group_ids *ids, size_t count,
                    numbering *out)
{
    out->builder = builder;
    out->ids = ids;
    out->have = palate__id_builder_find_group(builder, ids, count, out->numbers);
}

static bool has_valid_id(const numbering *of, size_t r)
{
    return (of->have >> r & 1) != 0 || is_valid_id(id_of(of->ids, r));
}

/* A number for id r, which has been found valid; those before it have theirs. */
static palate_status number_id(numbering *of, size_t r, palate_error *err)
{
    const palate__group_ids *ids = of->ids;
    if ((of->have >> r & 1) != 0)
        return PALATE_OK;
    if (r > 0 && ids->keys[r] == ids->keys[r - 1] && (ids->longer >> r & 1) == 0) {
        of->numbers[r] = of->numbers[r - 1];
        return PALATE_OK;
    }
    return palate__id_builder_add(of->builder, ids->texts[r], ids->bytes[r], &of->numbers[r], err);
}

/* One by one, up to the first that cannot be taken. */
static palate_status add_one_by_one(palate__sink *sink, const palate__group *group, size_t count,
                                    int64_t line, numbering *users, numbering *items, size_t *taken)
{
    palate_status status = PALATE_OK;
    const palate_scale bounds = palate__sink_bounds(sink);
    const uint32_t have = users->have & items->have;
    for (size_t r = 0; r < count && is_within(bounds, group->ratings[r]); r++) {
        if (PALATE__UNLIKELY((have >> r & 1) == 0)) {
            if (!has_valid_id(users, r) || !has_valid_id(items, r))
                break;
            PALATE_TRY(number_id(users, r, sink->err));
            PALATE_TRY(number_id(items, r, sink->err));
        }
        palate__shard_add(sink->shard, users->numbers[r], items->numbers[r],
                          (float)group->ratings[r], group->times[r], line + (int64_t)r);
        ++*taken;
    }
done:
    return status;
}

/* All at once, where nothing is new, nothing wrong, and nothing more to each. */
static bool add_at_once(palate__sink *sink, const palate__group *group, size_t count,
                        const numbering *users, const numbering *items)
{
    palate__shard *shard = sink->shard;
    const palate_scale bounds = palate__sink_bounds(sink);
    const uint32_t all = UINT32_MAX >> (PALATE__GROUP - count);
    if ((users->have & items->have) != all || shard->open->shape.bytes > sizeof(palate__entry) ||
        !palate__kernels_get()->join_ratings(items->numbers, group->ratings, count, bounds.low,
                                             bounds.high, &palate__entry_of(shard->next)->item))
        return false;
    memcpy(shard->user_of + shard->open->count, users->numbers, count * sizeof *users->numbers);
    shard->next += count * sizeof(palate__entry);
    shard->open->count += (uint32_t)count;
    return true;
}

static palate_status store_group(palate__sink *sink, palate__group *group, size_t count,
                                 int64_t line, size_t *taken)
{
    palate_status status = PALATE_OK;
    palate__shard *shard = sink->shard;
    numbering users;
    numbering items;
    palate__id_builder_prepare(&shard->users, &group->users, count);
    palate__id_builder_prepare(&shard->items, &group->items, count);
    PALATE_TRY(palate__shard_reserve(shard, (uint32_t)count, has_times(group, count), sink->err));
    look_up(&shard->users, &group->users, count, &users);
    look_up(&shard->items, &group->items, count, &items);
    if (add_at_once(sink, group, count, &users, &items))
        *taken = count;
    else
        PALATE_TRY(add_one_by_one(sink, group, count, line, &users, &items, taken));
done:
    return status;
}

palate_status palate__sink_group(palate__sink *sink, palate__group *group, size_t count,
                                 int64_t line, size_t *taken)
{
    assert(count > 0 && count <= PALATE__GROUP);
    *taken = 0;
    return sink->shard == NULL ? hand_on_group(sink, group, count, line, taken)
                               : store_group(sink, group, count, line, taken);
}

static palate_status name_id(palate__sink *sink, palate__id_builder *builder, palate__span id)
{
    uint32_t number = 0;
    if (!is_valid_id(id))
        return refuse_id(sink, id, 0, 0);
    return palate__id_builder_add(builder, id.text, id.bytes, &number, sink->err);
}

palate_status palate__sink_user(palate__sink *sink, palate__span id)
{
    return sink->shard == NULL ? PALATE_OK : name_id(sink, &sink->shard->users, id);
}

palate_status palate__sink_item(palate__sink *sink, palate__span id)
{
    return sink->shard == NULL ? PALATE_OK : name_id(sink, &sink->shard->items, id);
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

/* ---- Beginning and end ---- */

palate__sink palate__sink_make(palate_context *context, const char *path,
                               const palate_read_options *options, palate_read_report *report,
                               palate_error *err)
{
    *report = (palate_read_report){0};
    return (palate__sink){
        .context = context,
        .path = path,
        .options = options,
        .lenient = options->lenient,
        .err = err,
        .report = report,
        .piece_bytes = PALATE__PIECE_BYTES,
        .store =
            {
                .context = context,
                .keep_places = options->keep_order,
                .keep_lines = options->duplicates == PALATE_DUPLICATES_ERROR,
            },
    };
}

palate_status palate__sink_begin(palate__sink *sink)
{
    if (sink->on_pair != NULL)
        return PALATE_OK;
    palate_status status = palate__store_shards(&sink->store, 1, sink->err);
    if (status == PALATE_OK)
        sink->shard = &sink->store.shards[0];
    return status;
}

palate_status palate__sink_end(palate__sink *sink)
{
    palate_status status = palate__shard_close(sink->shard, sink->err);
    if (status == PALATE_OK)
        palate__store_take(&sink->store, palate__shard_hand_over(sink->shard), 0, 0);
    return status;
}
