/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings that were saved are those that are loaded, and nothing but a whole and truthful file is:
 * every flipped bit, every length, every lie.
 */
#define _GNU_SOURCE
#include "ratings/saved.h"

#include "ratings/matrix.h"
#include "ratings/reading.h"

#include <fcntl.h>
#include <zstd.h>

static const char PATH[] = "saved.ratings";

/* ---- Ratings and files ---- */

static const char TEXT[] = "wh\"o\\,item,rating,time\n"
                           "ann,Alien,5,100\n"
                           "ann,Brazil,3,\n"
                           "bob,Alien,4,300\n"
                           "\"c\"\"d, e\",Brazil,2,-7\n"
                           "bob,Casablanca,1,500\n"
                           "ann,Ran,4.5,600\n"
                           "an id of more than seven bytes,Ran,0.5,700\n";

static palate_read_options ways(bool keep_order)
{
    palate_read_options options = options_for(NULL);
    options.user_column = "1";
    options.keep_order = keep_order;
    return options;
}

static palate_ratings *original(bool keep_order)
{
    const palate_read_options options = ways(keep_order);
    return read_text(TEXT, &options);
}

static void save(const palate_ratings *ratings, const char *path)
{
    palate_error err = {0};
    if (palate_ratings_save(ratings, path, &err) != PALATE_OK)
        fail_msg("%s", err.message);
}

static saved_file read_file(const char *path)
{
    saved_file out = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    out.bytes = (size_t)ftell(file);
    rewind(file);
    out.data = malloc(out.bytes + 1);
    assert_non_null(out.data);
    assert_int_equal(fread(out.data, 1, out.bytes, file), out.bytes);
    out.data[out.bytes] = '\0';
    fclose(file);
    return out;
}

static void write_file(const char *path, const char *data, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

/* A file of the ratings above. */
static saved_file saved(bool keep_order)
{
    palate_ratings *ratings = original(keep_order);
    save(ratings, PATH);
    palate_ratings_free(ratings);
    return read_file(PATH);
}

static void assert_same(const palate_ratings *a, const palate_ratings *b)
{
    const palate__lengths lengths = palate__saved_lengths(a);
    const palate__lengths others = palate__saved_lengths(b);
    assert_memory_equal(&lengths, &others, sizeof lengths);
    for (size_t s = 0; s < PALATE__SECTION_COUNT; s++) {
        const palate__span left = palate__section_span(a, &palate__sections[s], &lengths);
        const palate__span right = palate__section_span(b, &palate__sections[s], &lengths);
        assert_int_equal(left.text == NULL, right.text == NULL);
        if (left.bytes > 0)
            assert_memory_equal(left.text, right.text, left.bytes);
    }
    assert_true(a->fingerprint == b->fingerprint);
    assert_string_equal(a->report.columns, b->report.columns);
    assert_int_equal(a->report.line_count, b->report.line_count);
    assert_int_equal(a->report.rating_count, b->report.rating_count);
    assert_int_equal(a->report.duplicate_count, b->report.duplicate_count);
    assert_int_equal(a->report.skipped_count, b->report.skipped_count);
    assert_int_equal(a->report.user_count, b->report.user_count);
    assert_int_equal(a->report.item_count, b->report.item_count);
    assert_true(a->report.min == b->report.min && a->report.max == b->report.max &&
                a->report.mean == b->report.mean);
    assert_true(a->report.scale.low == b->report.scale.low &&
                a->report.scale.high == b->report.scale.high);
    assert_int_equal(a->report.scale_inferred, b->report.scale_inferred);
    assert_int_equal(a->report.has_times, b->report.has_times);
}

/* ---- There and back ---- */

static void what_is_saved_is_loaded(void **state)
{
    (void)state;
    for (int ordered = 0; ordered < 2; ordered++) {
        palate_ratings *before = original(ordered == 1);
        save(before, PATH);
        palate_ratings *after = read_path(PATH, NULL);
        assert_format(after, "palate");
        assert_same(before, after);
        assert_rating(after, "c\"d, e", "Brazil", 2);
        assert_string_equal(palate_ratings_user_id(after, palate_ratings_user_at(after, 0)), "ann");
        /* And once more: equal ratings, equal bytes, but for what they were read from. */
        snprintf(after->report.format, sizeof after->report.format, "csv");
        saved_file first = read_file(PATH);
        save(after, PATH);
        saved_file second = read_file(PATH);
        assert_int_equal(first.bytes, second.bytes);
        assert_memory_equal(first.data, second.data, first.bytes);
        palate_ratings_free(before);
        palate_ratings_free(after);
        free(first.data);
        free(second.data);
    }
}

/* Many, so that parts of rows differ; made in a way that depends on everything. */
static void many_ratings_for_any_number_of_threads(void **state)
{
    (void)state;
    enum { LINES = 20000, ROOM = LINES * 24 };
    char *text = malloc(ROOM);
    size_t bytes = 0;
    uint32_t random = 5;
    assert_non_null(text);
    for (int l = 0; l < LINES; l++) {
        random = random * 1664525U + 1013904223U;
        bytes += (size_t)snprintf(text + bytes, ROOM - bytes, "u%u i%u %u\n",
                                  (random >> 8) % (1 + (uint32_t)l / 5), (random >> 20) % 300,
                                  1 + (random >> 4) % 5);
    }
    palate_ratings *before = read_path(write_bytes(text, bytes), NULL);
    save(before, PATH);
    palate_read_options options = options_for("palate");
    for (options.threads = 1; options.threads <= 5; options.threads += 2) {
        palate_ratings *after = read_path(PATH, &options);
        assert_same(before, after);
        palate_ratings_free(after);
    }
    palate_ratings_free(before);
    free(text);
}

static void names_without_ratings_are_kept(void **state)
{
    (void)state;
    palate_ratings *before = read_text(",A,B,C\nx,5,0,0\ny,0,0,0\n", NULL);
    assert_format(before, "dense");
    save(before, PATH);
    palate_ratings *after = read_path(PATH, NULL);
    assert_same(before, after);
    assert_sizes(after, 2, 3, 1);
    palate_ratings_free(before);
    palate_ratings_free(after);
}

static void it_may_be_compressed(void **state)
{
    (void)state;
    saved_file file = saved(false);
    char packed[8192];
    const size_t bytes = ZSTD_compress(packed, sizeof packed, file.data, file.bytes, 3);
    assert_false(ZSTD_isError(bytes));
    write_file(PATH, packed, bytes);
    palate_ratings *before = original(false);
    palate_ratings *after = read_path(PATH, NULL);
    assert_string_equal(palate_ratings_report(after)->compression, "zstd");
    assert_same(before, after);
    palate_ratings_free(before);
    palate_ratings_free(after);
    free(file.data);
}

static void options_hold(void **state)
{
    (void)state;
    free(saved(false).data);
    palate_read_options options = options_for(NULL);
    options.scale = (palate_scale){0, 10};
    options.time_column = "None";
    palate_ratings *ratings = read_path(PATH, &options);
    assert_true(ratings->report.scale.low == 0.0 && ratings->report.scale.high == 10.0);
    assert_false(ratings->report.scale_inferred);
    assert_false(ratings->report.has_times);
    assert_null(ratings->times);
    palate_ratings_free(ratings);
    options.scale = (palate_scale){1, 5};
    refuse_path(
        PATH, &options, PALATE_E_FORMAT, 0, 0,
        "user \"an id of more than seven bytes\" rates item \"Ran\" 0.5, which lies outside "
        "the scale 1:5");
    options = ways(true);
    refuse_path(PATH, &options, PALATE_E_INVALID, 0, 0, "the order of lines was not kept");
    free(saved(true).data);
    palate_ratings_free(read_path(PATH, &options));
}

static bool count_pair(const palate_pair *pair, void *user)
{
    assert_int_equal(pair->line, ++*(int *)user);
    assert_true(pair->rating >= 0.5 && pair->rating <= 5);
    return true;
}

static void pairs_come_by_user(void **state)
{
    (void)state;
    free(saved(false).data);
    int count = 0;
    palate_read_report report;
    assert_int_equal(palate_pairs_read(NULL, PATH, NULL, count_pair, &count, &report, NULL),
                     PALATE_OK);
    assert_int_equal(count, 7);
    assert_int_equal(report.rating_count, 7);
    assert_string_equal(report.format, "palate");
    assert_int_equal(palate_ratings_check(NULL, PATH, NULL, NULL, NULL, &report, NULL), PALATE_OK);
    assert_int_equal(report.rating_count, 7);
    assert_int_equal(report.user_count, 4);
}

static void an_old_file_survives(void **state)
{
    (void)state;
    palate_ratings *ratings = original(false);
    palate_error err;
    assert_int_equal(palate_ratings_save(ratings, "no/such/folder/x.ratings", &err), PALATE_E_IO);
    assert_int_equal(palate_ratings_save(NULL, PATH, &err), PALATE_E_INVALID);
    assert_int_equal(palate_ratings_save(ratings, NULL, &err), PALATE_E_INVALID);
    palate_ratings_free(ratings);
}

/* ---- Damage ---- */

static void assert_refused(const char *because)
{
    palate_read_options options = options_for("palate");
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    options.threads = 1;
    const palate_status status = palate_ratings_read(NULL, PATH, &options, &ratings, &err);
    assert_null(ratings);
    assert_true(status == PALATE_E_FORMAT || status == PALATE_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, PATH));
    if (strstr(err.message, because) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, because);
}

static void put(size_t place, const char *byte)
{
    int descriptor = open(PATH, O_WRONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(pwrite(descriptor, byte, 1, (off_t)place), 1);
    close(descriptor);
}

static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    saved_file file = saved(true);
    for (size_t place = 0; place < file.bytes; place++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const char flipped = (char)((unsigned char)file.data[place] ^ (1U << bit));
            put(place, &flipped);
            assert_refused("");
        }
        put(place, &file.data[place]);
    }
    palate_ratings_free(read_path(PATH, NULL));
    free(file.data);
}

static void every_other_length_is_found(void **state)
{
    (void)state;
    saved_file file = saved(false);
    write_file(PATH, file.data, file.bytes + 1); /* One zero more. */
    assert_refused("added to");
    for (size_t left = file.bytes; left-- > 1;) {
        assert_int_equal(truncate(PATH, (off_t)left), 0);
        assert_refused("");
    }
    free(file.data);
}

static void what_is_no_file_of_ratings_is_refused(void **state)
{
    (void)state;
    saved_file file = saved(false);
    char *marked = malloc(file.bytes + 3);
    assert_non_null(marked);
    memcpy(marked, "\xef\xbb\xbf", 3);
    memcpy(marked + 3, file.data, file.bytes);
    write_file(PATH, marked, file.bytes + 3);
    assert_refused("this is no file of ratings");
    write_file(PATH, "user,item,rating\na,x,1\n", 23);
    assert_refused("this is no file of ratings");
    free(marked);
    free(file.data);
}

/* ---- Lies: with right checksums, so that the lie itself must be found ---- */

static void assert_lie(saved_file file, const char *because)
{
    saved_put_right(file);
    write_file(PATH, file.data, file.bytes);
    assert_refused(because);
    free(file.data);
}

static char *data_of(saved_file file, const char *name)
{
    const size_t end = saved_header_end(file);
    json_t *root = json_loadb(file.data + 8, end - 8, 0, NULL);
    json_t *offsets = json_object_get(json_object_get(root, name), "data_offsets");
    assert_non_null(offsets);
    char *data = file.data + end + json_integer_value(json_array_get(offsets, 0));
    json_decref(root);
    return data;
}

static void lie32(const char *array, size_t place, uint32_t value, const char *because)
{
    saved_file file = saved(false);
    memcpy(data_of(file, array) + place * sizeof value, &value, sizeof value);
    assert_lie(file, because);
}

static void lie64(const char *array, size_t place, int64_t value, const char *because)
{
    saved_file file = saved(false);
    memcpy(data_of(file, array) + place * sizeof value, &value, sizeof value);
    assert_lie(file, because);
}

/* The bits of a float. */
static uint32_t bits_of(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void arrays_that_lie_are_refused(void **state)
{
    (void)state;
    lie64("user_id_ends", 0, 1, "user_id_ends does not span user_ids");
    lie64("user_id_ends", 1, 0, "user_id_ends: the id of row 0 is empty");
    lie64("item_id_ends", 1, 1000, "item_id_ends: the id of row 0");
    lie64("item_id_ends", 4, 9, "item_id_ends does not span item_ids");
    lie64("item_begins", 0, 1, "item_begins does not span");
    lie64("item_begins", 4, 8, "item_begins does not span");
    lie64("item_begins", 1, -1, "item_begins falls after row 0");
    lie64("item_begins", 2, 100, "item_begins falls after row 2");
    lie32("item_users", 0, 4, "item_users: those of row 0 are no rising list");
    lie32("item_users", 1, UINT32_MAX, "item_users: those of row 0 are no rising list");
    lie32("item_users", 1, 0, "item_users: those of row 0 are no rising list");
    lie32("item_ratings", 3, bits_of(NAN), "item_ratings: one of row 1 is nan");
    lie32("item_ratings", 3, bits_of(2e9F), "item_ratings: one of row 1 is 2e+09");
    lie32("item_ratings", 3, bits_of(4.0F), "by user and by item are not the same");
    lie32("user_id_slots", 0, 77, "user_id_slots");
    lie32("item_order", 0, 77, "item_order names row 77");
    lie32("item_order", 0, 1, "item_order names row 1, which is not there or named twice");
}

/* Where the fingerprint has to be made right, too. */
static void put_right_fingerprint(saved_file file)
{
    static const char *const names[] = {"user_ids", "item_ids", "user_begins", "user_items",
                                        "user_ratings"};
    uint64_t parts[PALATE__FINGERPRINT_PARTS];
    char digits[PALATE__SAVED_DIGITS + 1];
    const size_t end = saved_header_end(file);
    json_t *root = json_loadb(file.data + 8, end - 8, 0, NULL);
    for (size_t p = 0; p < PALATE__FINGERPRINT_PARTS; p++) {
        json_t *offsets = json_object_get(json_object_get(root, names[p]), "data_offsets");
        const json_int_t from = json_integer_value(json_array_get(offsets, 0));
        const json_int_t to = json_integer_value(json_array_get(offsets, 1));
        const palate__span span = {file.data + end + from, (size_t)(to - from)};
        palate__saved_hash(&span, 1, 1, &parts[p]);
    }
    json_decref(root);
    palate__saved_digits(palate__fingerprint(parts), digits);
    char *at = strstr(file.data + 8, "\"fingerprint\":\"");
    assert_non_null(at);
    memcpy(at + strlen("\"fingerprint\":\""), digits, PALATE__SAVED_DIGITS);
}

static void forge32(const char *array, size_t place, uint32_t value, const char *because)
{
    saved_file file = saved(false);
    memcpy(data_of(file, array) + place * sizeof value, &value, sizeof value);
    put_right_fingerprint(file);
    assert_lie(file, because);
}

static void forge_byte(const char *array, size_t place, char value, const char *because)
{
    saved_file file = saved(false);
    data_of(file, array)[place] = value;
    put_right_fingerprint(file);
    assert_lie(file, because);
}

static void forgeries_are_refused(void **state)
{
    (void)state;
    forge32("user_items", 0, 9, "user_items: those of row 0 are no rising list");
    forge32("user_ratings", 0, bits_of(-INFINITY), "user_ratings: one of row 0 is -inf");
    forge32("user_ratings", 0, bits_of(1.5F), "by user and by item are not the same");
    forge_byte("user_ids", 0, '\0', "user_ids: the id of row 0 is not UTF-8");
    forge_byte("user_ids", 0, '\xff', "user_ids: the id of row 0 is not UTF-8");
    forge_byte("user_ids", 0, 'z', "user_id_slots does not lead to row 0");
}

/* Replaces text in the header by another of the same length. */
static void forge_header(const char *from, const char *to, const char *because)
{
    saved_file file = saved(false);
    char *at = memmem(file.data, saved_header_end(file), from, strlen(from));
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
    assert_lie(file, because);
}

static void headers_that_lie_are_refused(void **state)
{
    (void)state;
    forge_header("\"format_version\":\"1", "\"format_version\":\"2", "written by a newer palate");
    forge_header("\"format_version\":\"1", "\"format_version\":\"0", "its format version is none");
    forge_header("\"checksum\":\"", "\"checksun\":\"", "its checksum is missing");
    forge_header("\"rating_count\":\"7\"", "\"rating_count\":\"8\"", "8 ratings, but has 7");
    forge_header("\"rating_count\"", "\"rating_c0unt\"", "'rating_count' is missing");
    forge_header("\"rating_count\":\"7\"", "\"rating_count\":\"x\"", "'rating_count' is 'x'");
    forge_header("\"min\":\"0.5\"", "\"min\":\"0.4\"", "it says ratings from 0.4");
    forge_header("\"max\":\"5\"", "\"max\":\"6\"", "it says ratings from 0.5 to 6");
    forge_header("\"scale_high\":\"5\"", "\"scale_high\":\"4\"", "are not on its scale 0.5:4");
    forge_header("\"scale_inferred\":\"true\"", "\"scale_inferred\":\"tree\"", "which cannot be");
    forge_header("\"user_items\":{\"dtype\":\"U32\"", "\"user_items\":{\"dtype\":\"I32\"",
                 "has dtype I32, not U32");
    forge_header("\"item_order\":{", "\"item_odder\":{", "the checksum of 'item_odder' is missing");
    forge_header("\"shape\":[7]", "\"shape\":[6]", "has not the bytes that its shape says");
    forge_header("\"shape\":[4]", "\"shape\":[5]", "");
    forge_header("\"data_offsets\":[0,", "\"data_offsets\":[1,", "leave a gap at byte 1");
    forge_header("\"dtype\":\"F32\"", "\"dtype\" \"F32\"", "is not JSON");
    forge_header("\"fingerprint\":\"", "\"fingerprimt\":\"", "'fingerprint' is missing");
}

static int clean_up(void **state)
{
    remove(PATH);
    return remove_scratch(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_is_loaded),
        cmocka_unit_test(many_ratings_for_any_number_of_threads),
        cmocka_unit_test(names_without_ratings_are_kept),
        cmocka_unit_test(it_may_be_compressed),
        cmocka_unit_test(options_hold),
        cmocka_unit_test(pairs_come_by_user),
        cmocka_unit_test(an_old_file_survives),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(every_other_length_is_found),
        cmocka_unit_test(what_is_no_file_of_ratings_is_refused),
        cmocka_unit_test(arrays_that_lie_are_refused),
        cmocka_unit_test(forgeries_are_refused),
        cmocka_unit_test(headers_that_lie_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
