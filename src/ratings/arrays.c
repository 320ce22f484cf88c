/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/arrays.h"

#include "ratings/sink.h"

#include <math.h>
#include <string.h>

/* Bytes of a number, pointer or view; 0: there is no such type. */
static size_t width_of(int type)
{
    static const size_t widths[] = {
        [PALATE_COLUMN_INT8] = 1,    [PALATE_COLUMN_INT16] = 2,     [PALATE_COLUMN_INT32] = 4,
        [PALATE_COLUMN_INT64] = 8,   [PALATE_COLUMN_UINT8] = 1,     [PALATE_COLUMN_UINT16] = 2,
        [PALATE_COLUMN_UINT32] = 4,  [PALATE_COLUMN_UINT64] = 8,    [PALATE_COLUMN_FLOAT32] = 4,
        [PALATE_COLUMN_FLOAT64] = 8, [PALATE_COLUMN_TEXT] = 8,      [PALATE_COLUMN_TEXT32] = 4,
        [PALATE_COLUMN_TEXT64] = 8,  [PALATE_COLUMN_TEXT_VIEW] = 16};
    const size_t types = sizeof widths / sizeof widths[0];
    return type >= 0 && (size_t)type < types ? widths[type] : 0;
}

static bool is_whole(int type)
{
    return type >= PALATE_COLUMN_INT8 && type <= PALATE_COLUMN_UINT64;
}

static bool is_number(int type)
{
    return type >= PALATE_COLUMN_INT8 && type <= PALATE_COLUMN_FLOAT64;
}

static bool is_text(int type)
{
    return type >= PALATE_COLUMN_TEXT && type <= PALATE_COLUMN_TEXT_VIEW;
}

static bool is_missing(const palate_column *column, size_t e)
{
    const size_t bit = column->valid_first + e;
    return column->valid != NULL && (column->valid[bit / 8] >> bit % 8 & 1) == 0;
}

/* ---- Numbers ---- */

static const char *place_of(const palate_column *column, size_t e)
{
    const int64_t stride = column->stride != 0 ? column->stride : (int64_t)width_of(column->type);
    return (const char *)column->values + (int64_t)e * stride;
}

/* Each in the way of its type: any alignment is allowed. */
#define LOAD(type, at)                                                                             \
    do {                                                                                           \
        type value;                                                                                \
        memcpy(&value, (at), sizeof value);                                                        \
        return value;                                                                              \
    } while (0)

/* Of a type other than UINT64. */
static int64_t whole_at(int type, const char *at)
{
    switch (type) {
    case PALATE_COLUMN_INT8:
        LOAD(int8_t, at);
    case PALATE_COLUMN_INT16:
        LOAD(int16_t, at);
    case PALATE_COLUMN_INT32:
        LOAD(int32_t, at);
    case PALATE_COLUMN_UINT8:
        LOAD(uint8_t, at);
    case PALATE_COLUMN_UINT16:
        LOAD(uint16_t, at);
    case PALATE_COLUMN_UINT32:
        LOAD(uint32_t, at);
    default:
        LOAD(int64_t, at);
    }
}

static uint64_t unsigned_at(const char *at)
{
    LOAD(uint64_t, at);
}

static double float_at(const char *at)
{
    LOAD(float, at);
}

static double double_at(const char *at)
{
    LOAD(double, at);
}

#undef LOAD

double palate__real_entry(const palate_column *column, size_t e)
{
    const char *at = place_of(column, e);
    if (is_missing(column, e))
        return NAN;
    if (column->type == PALATE_COLUMN_FLOAT64)
        return double_at(at);
    if (column->type == PALATE_COLUMN_FLOAT32)
        return float_at(at);
    return column->type == PALATE_COLUMN_UINT64 ? (double)unsigned_at(at)
                                                : (double)whole_at(column->type, at);
}

static int64_t time_entry(const palate_column *column, size_t e)
{
    if (column->type == PALATE_COLUMN_NONE || is_missing(column, e))
        return PALATE_NO_TIME;
    return whole_at(column->type, place_of(column, e));
}

/* From the back of the first half of the room. */
palate__span palate__write_whole(uint64_t magnitude, bool negative, char *room)
{
    enum { END = PALATE__WHOLE_BYTES - 8 };
    size_t at = END;
    do {
        room[--at] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0);
    if (negative)
        room[--at] = '-';
    return (palate__span){room + at, END - at};
}

int64_t palate__integer_entry(const palate_column *column, size_t e)
{
    const char *at = place_of(column, e);
    if (column->type != PALATE_COLUMN_UINT64)
        return whole_at(column->type, at);
    const uint64_t value = unsigned_at(at);
    return value <= INT64_MAX ? (int64_t)value : INT64_MAX;
}

static palate__span whole_entry(const palate_column *column, size_t e, char *room)
{
    const char *at = place_of(column, e);
    if (column->type == PALATE_COLUMN_UINT64)
        return palate__write_whole(unsigned_at(at), false, room);
    const int64_t value = whole_at(column->type, at);
    return palate__write_whole(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0, room);
}

/* ---- Texts ---- */

static palate__span between(const palate_column *column, int64_t begin, int64_t end, bool *within)
{
    if (begin < 0 || end < begin || (uint64_t)end > column->bytes)
        return (palate__span){"", 0};
    *within = (size_t)begin + 8 <= column->bytes;
    return (palate__span){(const char *)column->values + begin, (size_t)(end - begin)};
}

static palate__span offset_entry(const palate_column *column, size_t e, bool *within)
{
    const char *at = (const char *)column->offsets + e * width_of(column->type);
    const int type = column->type == PALATE_COLUMN_TEXT32 ? PALATE_COLUMN_INT32
                                                          : PALATE_COLUMN_INT64;
    return between(column, whole_at(type, at), whole_at(type, at + width_of(type)), within);
}

/* Arrow's view: the length, then the text itself, or four bytes of it, the number of its buffer, and where
 * it begins there. */
static palate__span view_entry(const palate_column *column, size_t e, bool *within)
{
    enum { INLINE_BYTES = 12 };
    int32_t parts[4];
    const char *view = place_of(column, e);
    memcpy(parts, view, sizeof parts);
    if (parts[0] < 0)
        return (palate__span){"", 0};
    *within = true;
    if (parts[0] <= INLINE_BYTES)
        return (palate__span){view + sizeof parts[0], (size_t)parts[0]};
    if (parts[2] < 0 || (size_t)parts[2] >= column->buffer_count || parts[3] < 0)
        return (palate__span){"", 0};
    return (palate__span){(const char *)column->buffers[parts[2]] + parts[3], (size_t)parts[0]};
}

static palate__span pointer_entry(const palate_column *column, size_t e)
{
    const char *text = NULL;
    memcpy(&text, place_of(column, e), sizeof text);
    return palate__text_span(text != NULL ? text : "");
}

/* ---- Ids ---- */

static palate__span plain_id(const palate_column *column, size_t e, char *room, bool *within)
{
    *within = false;
    if (is_missing(column, e))
        return (palate__span){"", 0};
    switch (column->type) {
    case PALATE_COLUMN_TEXT:
        return pointer_entry(column, e);
    case PALATE_COLUMN_TEXT32:
    case PALATE_COLUMN_TEXT64:
        return offset_entry(column, e, within);
    case PALATE_COLUMN_TEXT_VIEW:
        return view_entry(column, e, within);
    default:
        *within = true;
        return whole_entry(column, e, room);
    }
}

palate__span palate__id_entry(const palate_column *column, size_t e, char *room, bool *within)
{
    const palate_column *words = column->words;
    if (words == NULL)
        return plain_id(column, e, room, within);
    *within = false;
    if (is_missing(column, e))
        return (palate__span){"", 0};
    const uint64_t place = column->type == PALATE_COLUMN_UINT64
                               ? unsigned_at(place_of(column, e))
                               : (uint64_t)whole_at(column->type, place_of(column, e));
    return place < words->count ? plain_id(words, (size_t)place, room, within)
                                : (palate__span){"", 0};
}

/* ---- Checks ---- */

static palate_status check_storage(const palate_column *column, const char *role, palate_error *err)
{
    const bool between_offsets = column->type == PALATE_COLUMN_TEXT32 ||
                                 column->type == PALATE_COLUMN_TEXT64;
    if (column->count > 0 && (between_offsets ? column->offsets == NULL : column->values == NULL))
        return palate__fail(err, PALATE_E_INVALID, "the column of %s has no %s", role,
                            between_offsets ? "offsets" : "values");
    return PALATE_OK;
}

palate_status palate__check_ids(const palate_column *column, const char *role, palate_error *err)
{
    const palate_column *texts = column->words != NULL ? column->words : column;
    if ((!is_whole(texts->type) && !is_text(texts->type)) || texts->words != NULL)
        return palate__fail(err, PALATE_E_INVALID,
                            "the column of %s must hold whole numbers or texts, which are ids",
                            role);
    if (column->words != NULL && !is_whole(column->type))
        return palate__fail(err, PALATE_E_INVALID,
                            "the column of %s must hold whole numbers: places in its words", role);
    palate_status status = check_storage(column, role, err);
    return status != PALATE_OK ? status : check_storage(texts, role, err);
}

static palate_status check_numbers(const palate_column *column, bool right, const char *role,
                                   const char *what, palate_error *err)
{
    if (!right || column->words != NULL)
        return palate__fail(err, PALATE_E_INVALID, "the column of %s must hold %s", role, what);
    return column->type == PALATE_COLUMN_NONE ? PALATE_OK : check_storage(column, role, err);
}

palate_status palate__check_wholes(const palate_column *column, const char *role, palate_error *err)
{
    const bool right = is_whole(column->type) && column->valid == NULL;
    return check_numbers(column, right, role, "whole numbers, none of them missing", err);
}

palate_status palate__check_reals(const palate_column *column, const char *role, palate_error *err)
{
    return check_numbers(column, is_number(column->type), role, "numbers", err);
}

static palate_status check_part(const palate_rating_columns *part, palate_error *err)
{
    palate_status status = PALATE_OK;
    const int timed = part->times.type;
    const size_t count = part->users.count;
    PALATE_TRY(palate__check_ids(&part->users, "users", err));
    PALATE_TRY(palate__check_ids(&part->items, "items", err));
    PALATE_TRY(palate__check_reals(&part->ratings, "ratings", err));
    PALATE_TRY(check_numbers(&part->times,
                             timed == PALATE_COLUMN_NONE ||
                                 (is_whole(timed) && timed != PALATE_COLUMN_UINT64),
                             "times", "whole numbers with a sign", err));
    if (part->items.count != count || part->ratings.count != count ||
        (timed != PALATE_COLUMN_NONE && part->times.count != count))
        return palate__fail(
            err, PALATE_E_INVALID,
            "the columns must have equally many entries, but users has %zu, items %zu, "
            "ratings %zu, times %zu",
            count, part->items.count, part->ratings.count,
            timed == PALATE_COLUMN_NONE ? count : part->times.count);
done:
    return status;
}

/* ---- Ratings ---- */

static const palate__columns FIELDS = {1, 2, 3, 4};

/* The entry as a record; true where it can go with others. */
static bool fill(const palate_rating_columns *part, size_t e, char (*room)[PALATE__WHOLE_BYTES],
                 palate__record *out)
{
    bool user_within = false;
    bool item_within = false;
    out->user = palate__id_entry(&part->users, e, room[0], &user_within);
    out->item = palate__id_entry(&part->items, e, room[1], &item_within);
    out->rating = palate__real_entry(&part->ratings, e);
    out->time = time_entry(&part->times, e);
    return user_within && item_within;
}

static void add_to_group(const palate__record *record, palate__group *to, size_t at)
{
    palate__group_id(&to->users, at, record->user.text, record->user.bytes);
    palate__group_id(&to->items, at, record->item.text, record->item.bytes);
    to->ratings[at] = record->rating;
    to->times[at] = record->time;
}

/* As many of the next entries as go together, at least one. */
static palate_status take_some(const palate_rating_columns *part, size_t e, int64_t before,
                               palate__sink *sink, size_t *taken)
{
    char rooms[PALATE__GROUP][2][PALATE__WHOLE_BYTES];
    const size_t left = part->users.count - e;
    const size_t most = left < PALATE__GROUP ? left : PALATE__GROUP;
    const int64_t line = before + (int64_t)e + 1;
    size_t count = 0;
    palate__group group;
    palate__record record;
    palate_status status = PALATE_OK;
    group.users.longer = group.items.longer = 0;
    *taken = 0;
    for (; count < most && fill(part, e + count, rooms[count], &record); count++)
        add_to_group(&record, &group, count);
    if (count > 0)
        status = palate__sink_group(sink, &group, count, line, taken);
    if (status != PALATE_OK || *taken > 0)
        return status;
    if (count > 0)
        (void)fill(part, e, rooms[0], &record);
    record.line = line;
    *taken = 1;
    return palate__sink_rating(sink, &record, &FIELDS);
}

palate_column palate__column_part(const palate_column *column, size_t first, size_t count)
{
    palate_column part = *column;
    part.count = count;
    part.values = count > 0 ? place_of(column, first) : NULL;
    part.valid_first += first;
    return part;
}

palate_status palate__take_columns(const palate_rating_columns *parts, size_t part_count,
                                   palate__sink *sink, palate_error *err)
{
    palate_status status = PALATE_OK;
    int64_t before = 0;
    for (size_t p = 0; p < part_count; p++) {
        size_t taken = 0;
        PALATE_TRY(check_part(&parts[p], err));
        for (size_t e = 0; e < parts[p].users.count; e += taken)
            PALATE_TRY(take_some(&parts[p], e, before, sink, &taken));
        before += (int64_t)parts[p].users.count;
    }
    palate__sink_count_lines(sink, before);
done:
    return status;
}
