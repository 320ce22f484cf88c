/* SPDX-License-Identifier: Apache-2.0 */
/* Loading ratings: the file is checked whole, and used where it is mapped. It is believed in nothing:
 * first that its bytes are those that were written (checksums), then that the header describes them, then
 * that what they hold are ratings.
 */
#include "ratings/saved/load.h"

#include "base/threads.h"
#include "ratings/extents.h"
#include "ratings/saved/layout.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file being loaded. */
typedef struct loading {
    palate_ratings *ratings;
    palate_context *context;
    const char *path;
    palate__span file;
    size_t header_bytes;
    json_t *root;
    palate__lengths lengths;
    uint64_t hashes[PALATE__SECTION_COUNT];
    int threads;
    palate_error *err;
} loading;

static palate_status damaged(const loading *l, const char *format, ...) PALATE__PRINTF(2, 3);

static palate_status damaged(const loading *l, const char *format, ...)
{
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return palate__fail(l->err, PALATE_E_FORMAT, "%s: the file of ratings is damaged: %s", l->path,
                        what);
}

static palate_status fail_loading_memory(const loading *l)
{
    return palate__fail_memory(l->err, "loading ratings");
}

/* ---- The header ---- */

bool palate__saved_begins(palate__span head)
{
    const size_t bytes = strlen(PALATE__SAVED_START);
    return head.bytes >= PALATE__SAVED_LENGTH_BYTES + bytes &&
           memcmp(head.text + PALATE__SAVED_LENGTH_BYTES, PALATE__SAVED_START, bytes) == 0;
}

/* Finds the place of the checksum's digits, in a file of this format version. */
static palate_status check_start(const loading *l, size_t *digits)
{
    int64_t version = 0;
    /* A byte order mark before it is passed over, and would put everything out of place. */
    const bool aligned = (uintptr_t)l->file.text % PALATE__SAVED_LENGTH_BYTES == 0;
    if (!aligned || !palate__saved_begins(l->file))
        return palate__fail(l->err, PALATE_E_FORMAT,
                            "%s: this is no file of ratings as `palate convert` writes them",
                            l->path);
    const size_t begin = PALATE__SAVED_LENGTH_BYTES + strlen(PALATE__SAVED_START);
    size_t end = begin;
    while (end < l->file.bytes && l->file.text[end] >= '0' && l->file.text[end] <= '9')
        end++;
    if (!palate__parse_integer((palate__span){l->file.text + begin, end - begin}, &version) ||
        version < 1)
        return damaged(l, "its format version is none");
    if (version > PALATE__SAVED_VERSION)
        return palate__fail(l->err, PALATE_E_UNSUPPORTED,
                            "%s: written by a newer palate (format %" PRId64
                            ", this one reads up to %d): update palate, or convert the ratings "
                            "again",
                            l->path, version, PALATE__SAVED_VERSION);
    *digits = end + strlen(PALATE__SAVED_CHECKSUM);
    if (l->file.bytes < *digits + PALATE__SAVED_DIGITS ||
        memcmp(l->file.text + end, PALATE__SAVED_CHECKSUM, strlen(PALATE__SAVED_CHECKSUM)) != 0)
        return damaged(l, "its checksum is missing");
    return PALATE_OK;
}

static palate_status check_header(loading *l, size_t digits)
{
    uint64_t length = 0;
    char expected[PALATE__SAVED_DIGITS + 1];
    memcpy(&length, l->file.text, PALATE__SAVED_LENGTH_BYTES);
    const uint64_t room = l->file.bytes - PALATE__SAVED_LENGTH_BYTES;
    if (length > room || length > PALATE__SAVED_HEADER_MAX)
        return damaged(l, "its header would take %" PRIu64 " bytes, but only %" PRIu64 " %s",
                       length, length > room ? room : PALATE__SAVED_HEADER_MAX,
                       length > room ? "follow" : "are possible");
    const size_t bytes = PALATE__SAVED_LENGTH_BYTES + (size_t)length;
    if (bytes % PALATE__SAVED_ALIGNMENT != 0 || bytes < digits + PALATE__SAVED_DIGITS)
        return damaged(l, "its header cannot have %" PRIu64 " bytes", length);
    palate__saved_digits(palate__saved_header_hash((palate__span){l->file.text, bytes}, digits),
                         expected);
    if (memcmp(l->file.text + digits, expected, PALATE__SAVED_DIGITS) != 0)
        return damaged(l,
                       "the checksum of its header is %.*s, but it gives %s: it was cut short or "
                       "changed after it was written",
                       (int)PALATE__SAVED_DIGITS, l->file.text + digits, expected);
    l->header_bytes = bytes;
    return PALATE_OK;
}

static palate_status read_header(loading *l)
{
    palate_status status = PALATE_OK;
    json_error_t error;
    size_t digits = 0;
    PALATE_TRY(check_start(l, &digits));
    PALATE_TRY(check_header(l, digits));
    l->root = json_loadb(l->file.text + PALATE__SAVED_LENGTH_BYTES,
                         l->header_bytes - PALATE__SAVED_LENGTH_BYTES, JSON_REJECT_DUPLICATES,
                         &error);
    if (l->root == NULL && json_error_code(&error) == json_error_out_of_memory)
        PALATE_TRY(fail_loading_memory(l));
    if (l->root == NULL)
        PALATE_TRY(damaged(l, "its header is not JSON as it should be: %s", error.text));
done:
    return status;
}

static const char *metadata(const loading *l, const char *key)
{
    return json_string_value(json_object_get(json_object_get(l->root, "__metadata__"), key));
}

/* ---- Arrays ---- */

static palate__span data_of(const loading *l)
{
    return (palate__span){l->file.text + l->header_bytes, l->file.bytes - l->header_bytes};
}

/* Arrays fill the data without gap or overlap. */
static palate_status check_extents(const loading *l, const palate__extent *extents, size_t count)
{
    uint64_t reached = 0;
    const char *wrong = palate__extents_follow(extents, count, &reached);
    if (wrong != NULL)
        return damaged(l, "its arrays %s at byte %" PRIu64 " of the data", wrong, reached);
    return reached == data_of(l).bytes
               ? PALATE_OK
               : damaged(l,
                         "its arrays take %" PRIu64 " bytes, but it has %zu: it was cut short or "
                         "added to after it was written",
                         reached, data_of(l).bytes);
}

static void keep_hash(loading *l, const char *name, uint64_t hash)
{
    for (size_t s = 0; s < PALATE__SECTION_COUNT; s++)
        if (strcmp(palate__sections[s].name, name) == 0)
            l->hashes[s] = hash;
}

static palate_status compare_hash(loading *l, const palate__extent *array, uint64_t hash)
{
    char key[120];
    char found[PALATE__SAVED_DIGITS + 1];
    snprintf(key, sizeof key, "%.80s_checksum", array->name);
    const char *expected = metadata(l, key);
    palate__saved_digits(hash, found);
    if (expected == NULL)
        return damaged(l, "the checksum of '%.80s' is missing", array->name);
    if (strcmp(expected, found) != 0)
        return damaged(l,
                       "the checksum of '%.80s' is %.16s, but it gives %s: it was changed after "
                       "it was written",
                       array->name, expected, found);
    keep_hash(l, array->name, hash);
    return PALATE_OK;
}

static palate_status check_hashes(loading *l, const palate__extent *extents, size_t count)
{
    palate_status status = PALATE_OK;
    palate__span *spans = palate__allocate_array(l->context, count, sizeof *spans);
    uint64_t *hashes = palate__allocate_array(l->context, count, sizeof *hashes);
    if (spans == NULL || hashes == NULL)
        PALATE_TRY(fail_loading_memory(l));
    for (size_t a = 0; a < count; a++)
        spans[a] = (palate__span){data_of(l).text + extents[a].begin,
                                  (size_t)(extents[a].end - extents[a].begin)};
    palate__saved_hash(spans, count, l->threads, hashes);
    for (size_t a = 0; a < count; a++)
        PALATE_TRY(compare_hash(l, &extents[a], hashes[a]));
done:
    palate__release(l->context, spans);
    palate__release(l->context, hashes);
    return status;
}

static palate_status check_data(loading *l)
{
    palate_status status = PALATE_OK;
    size_t count = 0;
    palate__extent *extents = palate__allocate_array(l->context, json_object_size(l->root),
                                                     sizeof *extents);
    if (extents == NULL)
        return fail_loading_memory(l);
    const char *wrong = palate__extents_list(l->root, extents, &count);
    if (wrong != NULL)
        PALATE_TRY(damaged(l, "the data_offsets of '%.80s' are none", wrong));
    PALATE_TRY(check_extents(l, extents, count));
    PALATE_TRY(check_hashes(l, extents, count));
done:
    palate__release(l->context, extents);
    return status;
}

/* Takes a length, or compares it with that taken before. */
static bool bind(palate__lengths *lengths, palate__length which, uint64_t length)
{
    if (lengths->of[which] == UINT64_MAX)
        lengths->of[which] = length;
    return lengths->of[which] == length;
}

static palate_status attach(loading *l, const palate__section *section)
{
    const json_t *entry = json_object_get(l->root, section->name);
    const json_t *shape = json_object_get(entry, "shape");
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    uint64_t length = 0;
    uint64_t bytes = 0;
    palate__extent at = {0};
    if (entry == NULL && section->optional)
        return PALATE_OK;
    if (entry == NULL)
        return damaged(l, "'%s' is missing", section->name);
    if (type == NULL || strcmp(type, section->type) != 0)
        return damaged(l, "'%s' has dtype %.20s, not %s", section->name,
                       type == NULL ? "none" : type, section->type);
    if (json_array_size(shape) != 1 || !palate__whole_number(json_array_get(shape, 0), &length))
        return damaged(l, "'%s' has no shape of one length", section->name);
    if (!bind(&l->lengths, section->length, length))
        return damaged(l, "'%s' has length %" PRIu64 " where others have %" PRIu64, section->name,
                       length, l->lengths.of[section->length]);
    if (__builtin_mul_overflow(length, section->size, &bytes) || !palate__extent_read(entry, &at) ||
        bytes != at.end - at.begin)
        return damaged(l, "'%s' has not the bytes that its shape says", section->name);
    if (at.begin % section->size != 0)
        return damaged(l, "'%s' is not aligned to its elements", section->name);
    const char *data = data_of(l).text + at.begin;
    memcpy((char *)l->ratings + section->offset, &data, sizeof data);
    return PALATE_OK;
}

/* Counts for the check to find them in; in a file that is not sound they may be cut. */
static void set_counts(palate_ratings *ratings, const palate__lengths *lengths)
{
    const uint32_t users = (uint32_t)lengths->of[PALATE__LENGTH_USERS];
    const uint32_t items = (uint32_t)lengths->of[PALATE__LENGTH_ITEMS];
    ratings->users.count = ratings->by_user.row_count = ratings->by_item.column_count = users;
    ratings->items.count = ratings->by_item.row_count = ratings->by_user.column_count = items;
    ratings->users.slot_count = (uint32_t)lengths->of[PALATE__LENGTH_USER_SLOTS];
    ratings->items.slot_count = (uint32_t)lengths->of[PALATE__LENGTH_ITEM_SLOTS];
    ratings->report.user_count = users;
    ratings->report.item_count = items;
    ratings->report.has_times = ratings->times != NULL;
}

static palate_status read_facts(const loading *l)
{
    for (size_t f = 0; f < PALATE__SAVED_FACTS; f++) {
        const palate__saved_fact *fact = &palate__saved_facts[f];
        const char *text = metadata(l, fact->name);
        if (text == NULL)
            return damaged(l, "'%s' is missing from its metadata", fact->name);
        if (!palate__saved_parse(l->ratings, fact, text))
            return damaged(l, "'%s' is '%.80s', which cannot be", fact->name, text);
    }
    return PALATE_OK;
}

/* What the fingerprint is made of has been hashed for the checksums. */
static palate_status check_fingerprint(const loading *l)
{
    static const char *const names[PALATE__FINGERPRINT_PARTS] = {
        "user_ids", "item_ids", "user_begins", "user_items", "user_ratings"};
    uint64_t parts[PALATE__FINGERPRINT_PARTS];
    for (size_t p = 0; p < PALATE__FINGERPRINT_PARTS; p++)
        for (size_t s = 0; s < PALATE__SECTION_COUNT; s++)
            if (strcmp(palate__sections[s].name, names[p]) == 0)
                parts[p] = l->hashes[s];
    return palate__fingerprint(parts) == l->ratings->fingerprint
               ? PALATE_OK
               : damaged(l, "its fingerprint is not that of its ratings");
}

static palate_status fill(loading *l)
{
    palate_status status = PALATE_OK;
    char where[PALATE_MESSAGE_BYTES];
    snprintf(where, sizeof where, "%.500s: the file of ratings is damaged", l->path);
    memset(&l->lengths, 0xFF, sizeof l->lengths);
    for (size_t s = 0; s < PALATE__SECTION_COUNT; s++)
        PALATE_TRY(attach(l, &palate__sections[s]));
    set_counts(l->ratings, &l->lengths);
    PALATE_TRY(read_facts(l));
    PALATE_TRY(check_fingerprint(l));
    PALATE_TRY(palate__saved_check(l->ratings, &l->lengths, l->threads, where, l->err));
done:
    return status;
}

palate_status palate__saved_load(const palate__input *input, int64_t threads, palate_ratings *out,
                                 palate_error *err)
{
    palate_status status = PALATE_OK;
    loading l = {.ratings = out,
                 .context = input->context,
                 .path = input->path,
                 .file = {input->data, input->bytes},
                 .threads = palate__thread_count(threads),
                 .err = err};
    PALATE_TRY(read_header(&l));
    PALATE_TRY(check_data(&l));
    PALATE_TRY(fill(&l));
done:
    json_decref(l.root);
    return status;
}
