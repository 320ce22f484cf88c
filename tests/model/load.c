/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing but a whole and truthful file is loaded: every flipped bit, every length, every lie. */
#define _GNU_SOURCE
#include "model/support.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <unistd.h>

static const char PATH[] = "model_load.palate";

static void assert_refused(const char *path, const char *because)
{
    palate_error err = {0};
    palate_model *model = NULL;
    palate_status status = palate_model_load(NULL, path, &model, &err);
    assert_null(model);
    assert_int_equal(status, PALATE_E_FORMAT);
    assert_non_null(strstr(err.message, path));
    if (strstr(err.message, because) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, because);
}

static void put(const char *path, size_t place, const char *byte)
{
    int descriptor = open(path, O_WRONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(pwrite(descriptor, byte, 1, (off_t)place), 1);
    close(descriptor);
}

static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    palate_model *model = trained_model();
    bytes file = saved(model, PATH);
    palate_model_free(model);
    for (size_t place = 0; place < file.count; place++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const char flipped = (char)((unsigned char)file.data[place] ^ (1U << bit));
            put(PATH, place, &flipped);
            assert_refused(PATH, "model");
        }
        put(PATH, place, &file.data[place]);
    }
    palate_model_free(loaded(PATH));
    free(file.data);
}

static void every_other_length_is_found(void **state)
{
    (void)state;
    palate_model *model = trained_model();
    bytes file = saved(model, PATH);
    palate_model_free(model);
    write_file(PATH, file.data, file.count + 1); /* One zero more. */
    assert_refused(PATH, "cut short or changed");
    for (size_t left = file.count; left-- > 0;) {
        assert_int_equal(truncate(PATH, (off_t)left), 0);
        assert_refused(PATH, left == 0 ? "the file is empty" : "model");
    }
    free(file.data);
}

/* ---- Lies: with a right checksum, so that the lie itself must be found ---- */

/* A file of this header and data, its checksum put right where there is one. */
static void write_lie(const char *header, const char *data, size_t data_bytes)
{
    const size_t header_bytes = (8 + strlen(header) + 63) / 64 * 64 - 8;
    bytes file = {calloc(1, 8 + header_bytes + data_bytes), 8 + header_bytes + data_bytes};
    assert_non_null(file.data);
    const uint64_t length = header_bytes;
    memcpy(file.data, &length, 8);
    memset(file.data + 8, ' ', header_bytes);
    memcpy(file.data + 8, header, strlen(header));
    if (data_bytes > 0)
        memcpy(file.data + 8 + header_bytes, data, data_bytes);
    put_right_checksum(file);
    write_file(PATH, file.data, file.count);
    free(file.data);
}

/* The file of a model, taken apart. */
typedef struct parts {
    bytes file;
    json_t *header;
    const char *data;
    size_t data_bytes;
} parts;

static parts take_apart(palate_model *model)
{
    uint64_t length = 0;
    parts out = {.file = saved(model, PATH)};
    palate_model_free(model);
    memcpy(&length, out.file.data, 8);
    out.header = json_loadb(out.file.data + 8, (size_t)length, 0, NULL);
    assert_non_null(out.header);
    out.data = out.file.data + 8 + length;
    out.data_bytes = out.file.count - 8 - (size_t)length;
    return out;
}

static void assert_parts_refused(parts *p, const char *because)
{
    char *header = json_dumps(p->header, JSON_COMPACT);
    write_lie(header, p->data, p->data_bytes);
    assert_refused(PATH, because);
    free(header);
    json_decref(p->header);
    free(p->file.data);
}

/* Where the data of a tensor begins. */
static size_t place_of(const parts *p, const char *tensor)
{
    json_t *offsets = json_object_get(json_object_get(p->header, tensor), "data_offsets");
    return (size_t)json_integer_value(json_array_get(offsets, 0));
}

static void texts_that_are_no_header_are_refused(void **state)
{
    (void)state;
#define START PALATE__HEADER_START "1" PALATE__HEADER_CHECKSUM "0000000000000000\""
    static const struct {
        const char *header, *because;
    } lies[] = {
        {"", "not a palate model"},
        {"{}", "not a palate model"},
        {"[1,2]", "not a palate model"},
        {"{\"__metadata__\":{\"format\":\"pt\"}}", "not a palate model"},
        {PALATE__HEADER_START "3\"}}", "written by a newer palate (format 3"},
        {PALATE__HEADER_START "99999999999999999999\"}}", "format version"},
        {PALATE__HEADER_START "-1\"}}", "format version"},
        {PALATE__HEADER_START "0\"}}", "format version"},
        {PALATE__HEADER_START "\"}}", "format version"},
        {PALATE__HEADER_START "1\"}}", "checksum is missing"},
        {START, "not JSON"},
        {START "}", "not JSON"},
        {START "}}x", "not JSON"},
        {START "}}", "number of factors"},
        {START ",\"a\":\"1\",\"a\":\"1\"}}", "not JSON"},
        {START "},\"user_factors\":{\"shape\":[1,-1]}}", "number of factors"},
        {START "},\"user_factors\":{\"shape\":[1,65536]}}", "number of factors"},
        {START "},\"user_factors\":{\"shape\":[1,99999999999999999999]}}", "not JSON"},
        {START "},\"user_factors\":{\"shape\":[1,2]}}", "data_offsets"},
        {START "},\"user_factors\":7}", "number of factors"},
    };
#undef START
    for (size_t l = 0; l < sizeof lies / sizeof lies[0]; l++) {
        write_lie(lies[l].header, NULL, 0);
        assert_refused(PATH, lies[l].because);
    }
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    enum { DEPTH = 1000000 };
    char *header = malloc(DEPTH + 200);
    assert_non_null(header);
    int length = sprintf(header, "%s1%s0000000000000000\"},\"a\":", PALATE__HEADER_START,
                         PALATE__HEADER_CHECKSUM);
    memset(header + length, '[', DEPTH);
    header[length + DEPTH] = '\0';
    write_lie(header, NULL, 0);
    assert_refused(PATH, "not JSON");
    free(header);
}

static void lengths_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {0, 1, 7, UINT64_MAX, (uint64_t)INT64_MAX, 1U << 31};
    palate_model *model = blackboard_model();
    bytes file = saved(model, PATH);
    palate_model_free(model);
    for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
        memcpy(file.data, &lengths[l], 8);
        write_file(PATH, file.data, file.count);
        assert_refused(PATH, "damaged");
    }
    free(file.data);
}

/* Changes "user_offsets", or removes it. */
static parts with_offsets(json_t *entry)
{
    parts p = take_apart(trained_model());
    if (entry == NULL)
        json_object_del(p.header, "user_offsets");
    else
        json_object_update_new(json_object_get(p.header, "user_offsets"), entry);
    return p;
}

static void tensors_that_lie_are_refused(void **state)
{
    (void)state;
    const parts whole = take_apart(trained_model());
    const int at = (int)place_of(&whole, "user_offsets"); /* 3 users: 12 bytes. */
    const int end = (int)whole.data_bytes;
    json_decref(whole.header);
    free(whole.file.data);
    const struct {
        json_t *entry;
        const char *because;
    } lies[] = {
        {NULL, "leave a gap"},
        {json_pack("{s:[i,i]}", "data_offsets", at - 4, at + 8), "overlap"},
        {json_pack("{s:[i,i]}", "data_offsets", at + 4, at + 16), "leave a gap"},
        {json_pack("{s:[i,i]}", "data_offsets", at, at + 13), "overlap"},
        {json_pack("{s:[i,i]}", "data_offsets", at + 12, at), "data_offsets"},
        {json_pack("{s:[i,i]}", "data_offsets", -1, at + 12), "data_offsets"},
        {json_pack("{s:[i]}", "data_offsets", at), "data_offsets"},
        {json_pack("{s:[f,i]}", "data_offsets", (double)at, at + 12), "data_offsets"},
        {json_pack("{s:s}", "data_offsets", "x"), "data_offsets"},
        {json_pack("{s:[i,I]}", "data_offsets", end, (json_int_t)INT64_MAX), "leave a gap"},
        {json_pack("{s:s}", "dtype", "F64"), "dtype F64, not F32"},
        {json_pack("{s:n}", "dtype"), "dtype none, not F32"},
        {json_pack("{s:[i]}", "shape", 4), "length 4 where others have 3"},
        {json_pack("{s:[i,i]}", "shape", 3, 1), "no shape of 1 lengths"},
        {json_pack("{s:[]}", "shape"), "no shape of 1 lengths"},
        {json_pack("{s:[i]}", "shape", -3), "not a whole number"},
        {json_pack("{s:[f]}", "shape", 3.0), "not a whole number"},
    };
    for (size_t l = 0; l < sizeof lies / sizeof lies[0]; l++) {
        parts p = with_offsets(lies[l].entry);
        assert_parts_refused(&p, lies[l].because);
    }
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"user_factors", "user_offsets", "user_counts",
                                        "user_order"};
    const json_int_t huge = INT64_C(1) << 62; /* Times 2 factors times 4 bytes is 0 in 64 bits. */
    parts p = take_apart(trained_model());
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
        json_array_set_new(json_object_get(json_object_get(p.header, names[n]), "shape"), 0,
                           json_integer(huge));
    assert_parts_refused(&p, "has not the bytes that its shape says");
}

static void tensors_beyond_the_known_are_passed_over(void **state)
{
    (void)state;
    parts p = take_apart(trained_model());
    json_object_set_new(p.header, "later",
                        json_pack("{s:s, s:[i], s:[i,i]}", "dtype", "U8", "shape", 8,
                                  "data_offsets", (int)p.data_bytes, (int)p.data_bytes + 8));
    char *header = json_dumps(p.header, JSON_COMPACT);
    bytes data = {calloc(1, p.data_bytes + 8), p.data_bytes + 8};
    assert_non_null(data.data);
    memcpy(data.data, p.data, p.data_bytes);
    write_lie(header, data.data, data.count);
    palate_model_free(loaded(PATH));
    free(data.data);
    free(header);
    json_decref(p.header);
    free(p.file.data);
}

static void missing_tensors_are_refused(void **state)
{
    (void)state;
    for (size_t t = 0; t < PALATE__TENSOR_COUNT; t++) {
        const char *name = palate__tensors[t].name;
        if (palate__tensors[t].optional)
            continue;
        parts p = take_apart(trained_model());
        json_object_set(p.header, "another", json_object_get(p.header, name));
        json_object_del(p.header, name);
        char because[80];
        snprintf(because, sizeof because, "'%s' is missing", name);
        assert_parts_refused(&p, strcmp(name, "user_factors") == 0 ? "factors" : because);
    }
}

static void metadata_that_lies_is_refused(void **state)
{
    (void)state;
    static const char *const lies[][2] = {{"rating_count", "-1"},
                                          {"rating_count", "7"},
                                          {"rating_count", "six"},
                                          {"scale_low", "nan"},
                                          {"scale_low", ""},
                                          {"scale_low", "9"},
                                          {"scale_high", "inf"},
                                          {"mean", "1e39"},
                                          {"base", ""},
                                          {"scale_inferred", "maybe"},
                                          {"seed", "-1"},
                                          {"seed", "18446744073709551616"},
                                          {"epochs", "1.5"},
                                          {"fingerprint", "xyz"},
                                          {"fingerprint", "000000000000000G"},
                                          {"options", "[]"},
                                          {"options", "{"},
                                          {"factor_names", "[]"},
                                          {"factor_names", "[1,2]"},
                                          {"factor_names", "{}"},
                                          {"factor_names", "[\"a\"]"},
                                          {"log", "{}"},
                                          {"log", "[[1]]"},
                                          {"log", "[[-1,1,1,1]]"},
                                          {"log", "[7]"},
                                          {"log", "[[1.5,1,1,1]]"},
                                          {"gain", "0"},
                                          {"gain", "-1"},
                                          {"gain", ""},
                                          {"anchor", "1e39"},
                                          {"updated_count", "-1"},
                                          {"updated_count", ""},
                                          {"user_bias_mean", "inf"},
                                          {"blend", "1"},
                                          {"blend", "-0.1"},
                                          {"noise", "x"},
                                          {"tuning", "{}"},
                                          {"tuning", "["}};
    for (size_t l = 0; l < sizeof lies / sizeof lies[0]; l++) {
        parts p = take_apart(trained_model());
        json_object_set_new(json_object_get(p.header, "__metadata__"), lies[l][0],
                            json_string(lies[l][1]));
        assert_parts_refused(&p, "damaged");
    }
    for (size_t f = 0; f < PALATE__FACT_COUNT; f++) {
        if (palate__facts[f].kind == PALATE__FACT_LATER ||
            palate__facts[f].kind == PALATE__FACT_LATER_TEXT)
            continue;
        parts p = take_apart(trained_model());
        json_object_del(json_object_get(p.header, "__metadata__"), palate__facts[f].name);
        assert_parts_refused(&p, palate__facts[f].name);
    }
}

/* One element of a tensor, and what it is changed to. */
typedef struct content_lie {
    const char *tensor;
    size_t element;
    uint64_t value;
    const char *because;
} content_lie;

static uint64_t float_bits(float value)
{
    uint32_t word = 0;
    memcpy(&word, &value, sizeof word);
    return word;
}

static void tell(const parts *p, const content_lie *lie)
{
    const palate__tensor *tensor = palate__tensors;
    while (strcmp(tensor->name, lie->tensor) != 0)
        tensor++;
    const size_t size = palate__element_types[tensor->element].bytes;
    char *data = (char *)palate__writable(p->data);
    memcpy(data + place_of(p, lie->tensor) + lie->element * size, &lie->value, size);
}

static void content_that_lies_is_refused(void **state)
{
    (void)state;
    const content_lie lies[] = {
        {"user_id_ends", 0, 1, "does not span"},
        {"user_id_ends", 1, UINT64_MAX, "empty or out of place"},
        {"user_id_ends", 1, 1, "empty or out of place"},
        {"user_id_ends", 3, 5, "does not span"},
        {"item_id_ends", 2, 0, "empty or out of place"},
        {"seen_begins", 0, 1, "does not span"},
        {"seen_begins", 3, 5, "does not span"},
        {"seen_begins", 1, UINT64_MAX, "falls"},
        {"seen_begins", 1, 7, "falls"},
        {"seen_begins", 1, 2, "not as many ratings"},
        {"user_factors", 3, float_bits(NAN), "row 1, factor 2"},
        {"user_factors", 0, float_bits(-0.5F), "row 0, factor 1 is -0.5"},
        {"item_factors", 7, float_bits(INFINITY), "row 3, factor 2"},
        {"user_offsets", 2, float_bits(NAN), "offset of row 2"},
        {"item_offsets", 0, float_bits(-INFINITY), "offset of row 0"},
        {"user_typical", 1, float_bits(-1.F), "user_typical"},
        {"item_typical", 2, float_bits(NAN), "item_typical"},
        {"user_counts", 0, 9, "not as many ratings"},
        {"item_counts", 0, 9, "add up"},
        {"user_id_slots", 0, 3, "user_id_slots"},
        {"item_id_slots", 1, UINT32_MAX - 1, "item_id_slots"},
        {"user_order", 0, 3, "user_order"},
        {"item_order", 1, UINT32_MAX, "item_order"},
        {"seen_items", 0, 4, "rising"},
        {"seen_items", 1, 0, "rising"},
        {"user_ids", 0, 0, "its only zero"},
    };
    for (size_t l = 0; l < sizeof lies / sizeof lies[0]; l++) {
        parts p = take_apart(trained_model());
        tell(&p, &lies[l]);
        assert_parts_refused(&p, lies[l].because);
    }
}

/* ---- What tables have said ---- */

/* With features "kind: a" and "kind: b" of items, one of which has no ratings. */
static palate_model *told_model(void)
{
    static const char path[] = "model_load.csv";
    static const char text[] = "id,kind\nAlien,a\nRan,b\nSolaris,a|b\n";
    palate_error err;
    palate_catalogue *table = NULL;
    palate_features *features = NULL;
    write_file(path, text, sizeof text - 1);
    assert_ok(palate_catalogue_read_columns(NULL, path, &table, &err), &err);
    assert_ok(palate_features_create(table, "kind", &features, &err), &err);
    palate_model *model = trained_with(features);
    palate_features_free(features);
    palate_catalogue_free(table);
    unlink(path);
    return model;
}

static void what_tables_have_said_is_checked(void **state)
{
    (void)state;
    const content_lie lies[] = {
        {"item_feature_link", 5, float_bits(NAN), "item_feature_link: entry 5 is nan"},
        {"item_feature_link", 0, float_bits(-INFINITY), "item_feature_link: entry 0"},
        {"item_feature_names", 15, 'x', "does not end with a zero"},
        {"item_feature_names", 7, 'x', "item_feature_link has 3 rows for 1 features"},
        {"item_feature_names", 2, 0, "item_feature_link has 3 rows for 3 features"},
        {"item_feature_names", 0, 0xFF, "item_feature_names is not UTF-8"},
        {"item_counts", 4, 1, "add up"},
    };
    for (size_t l = 0; l < sizeof lies / sizeof lies[0]; l++) {
        parts p = take_apart(told_model());
        tell(&p, &lies[l]);
        assert_parts_refused(&p, lies[l].because);
    }
    static const char *const names[] = {"item_feature_names", "item_feature_link"};
    for (size_t n = 0; n < 2; n++) { /* One without the other. */
        parts p = take_apart(told_model());
        json_object_set(p.header, "another", json_object_get(p.header, names[n]));
        json_object_del(p.header, names[n]);
        if (n == 0) {
            assert_parts_refused(&p, "item_feature_link has 3 rows for 0 features");
            continue;
        }
        char *header = json_dumps(p.header, JSON_COMPACT); /* Averages have names alone. */
        write_lie(header, p.data, p.data_bytes);
        palate_model *model = loaded(PATH);
        assert_int_equal(palate_model_feature_count(model, PALATE_ITEMS), 2);
        palate_model_free(model);
        free(header);
        json_decref(p.header);
        free(p.file.data);
    }
}

static void what_tables_have_said_is_kept(void **state)
{
    (void)state;
    palate_model *model = told_model();
    bytes file = saved(model, PATH);
    palate_model *again = loaded(PATH);
    assert_same_model(model, again);
    assert_int_equal(palate_model_feature_count(again, PALATE_USERS), 0);
    assert_int_equal(palate_model_feature_count(again, PALATE_ITEMS), 2);
    assert_string_equal(palate_model_feature_name(again, PALATE_ITEMS, 1), "kind: b");
    assert_true(palate_model_predict_one(model, "ann", "Solaris") ==
                palate_model_predict_one(again, "ann", "Solaris"));
    palate_model_free(model);
    palate_model_free(again);
    free(file.data);
}

/* Two users with one id, or an index that leads astray. */
static void an_index_that_leads_astray_is_refused(void **state)
{
    (void)state;
    parts p = take_apart(trained_model());
    char *ids = (char *)palate__writable(p.data) + place_of(&p, "user_ids");
    char *ann = memmem(ids, p.data_bytes - place_of(&p, "user_ids"), "ann", 4);
    assert_non_null(ann);
    memcpy(ann, "bob", 3);
    assert_parts_refused(&p, "does not lead to row");
}

/* ---- A file so large that it is checked by several threads ---- */

static palate_model *large_model(void)
{
    enum { ROWS = 12000, K = 12, ID_BYTES = 16 };
    float *factors = calloc((size_t)ROWS * K, sizeof *factors);
    char *texts = malloc((size_t)ROWS * ID_BYTES);
    const char **ids = malloc(ROWS * sizeof *ids);
    assert_true(factors != NULL && texts != NULL && ids != NULL);
    for (int row = 0; row < ROWS; row++) {
        ids[row] = texts + (ptrdiff_t)row * ID_BYTES;
        snprintf(texts + (ptrdiff_t)row * ID_BYTES, ID_BYTES, "%d", row);
    }
    const palate_factors given = {.user_count = ROWS,
                                  .item_count = ROWS,
                                  .factor_count = K,
                                  .user_factors = factors,
                                  .item_factors = factors,
                                  .user_ids = ids,
                                  .item_ids = ids};
    palate_model *model = from_factors(&given);
    free(factors);
    free(texts);
    free(ids);
    return model;
}

/* Wherever a byte is wrong, and whatever else it makes wrong, the checksum is what is named. */
static void every_part_of_a_large_file_is_checked(void **state)
{
    (void)state;
    palate_model *model = large_model();
    bytes file = saved(model, PATH);
    palate_model_free(model);
    assert_true(file.count > 1 << 20);
    for (size_t place = 200; place < file.count; place += file.count / 40) {
        const char flipped = (char)(file.data[place] ^ 0x41);
        put(PATH, place, &flipped);
        assert_refused(PATH, "its checksum is");
        put(PATH, place, &file.data[place]);
    }
    palate_model_free(loaded(PATH));
    free(file.data);
}

static void large_content_that_lies_is_refused(void **state)
{
    (void)state;
    const content_lie lies[] = {
        {"user_factors", 100000, float_bits(NAN), "user_factors: row 8333, factor 5"},
        {"item_factors", 143999, float_bits(-1.F), "item_factors: row 11999, factor 12"},
        {"item_ids", 6, 0, "its only zero"},
        {"item_order", 11000, 12000, "item_order names row 12000"},
        {"user_id_slots", 77, 12000, "user_id_slots names"},
    };
    for (size_t l = 0; l <= sizeof lies / sizeof lies[0]; l++) {
        parts p = take_apart(large_model());
        /* In the end all at once: of two sides the users' is named. */
        for (size_t e = 0; e < sizeof lies / sizeof lies[0]; e++)
            if (l == e || l == sizeof lies / sizeof lies[0])
                tell(&p, &lies[e]);
        assert_parts_refused(&p, l < sizeof lies / sizeof lies[0] ? lies[l].because : "user_");
    }
}

/* A file written once stays readable: this one must never be made anew. */
static void files_of_format_1_are_read_for_ever(void **state)
{
    (void)state;
    palate_model *model = loaded(PALATE_TEST_DATA "/model/format-1.palate");
    assert_true(fabs((double)palate_model_predict_one(model, "User 1", "A") - .76) < 1e-6);
    assert_string_equal(palate_model_factor_name(model, 1), "Romance");
    assert_string_equal(palate_model_item_id(model, palate_model_item_at(model, 2)), "C");
    palate_model_free(model);
}

static void what_is_not_a_model_says_so(void **state)
{
    (void)state;
    const char text[] = "user,item,rating\nann,Alien,5\n";
    palate_error err = {0};
    palate_model *model = NULL;
    write_file(PATH, text, sizeof text - 1);
    assert_refused(PATH, "not a palate model");
    write_file(PATH, text, 3);
    assert_refused(PATH, "not a palate model");
    assert_int_equal(palate_model_load(NULL, "no-such-file.palate", &model, &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "no-such-file.palate"));
    assert_int_equal(palate_model_load(NULL, ".", &model, &err), PALATE_E_IO);
    assert_int_equal(palate_model_load(NULL, NULL, &model, &err), PALATE_E_INVALID);
    assert_int_equal(palate_model_load(NULL, PATH, NULL, &err), PALATE_E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(every_other_length_is_found),
        cmocka_unit_test(texts_that_are_no_header_are_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(lengths_that_cannot_be_are_refused),
        cmocka_unit_test(tensors_that_lie_are_refused),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(tensors_beyond_the_known_are_passed_over),
        cmocka_unit_test(missing_tensors_are_refused),
        cmocka_unit_test(metadata_that_lies_is_refused),
        cmocka_unit_test(content_that_lies_is_refused),
        cmocka_unit_test(what_tables_have_said_is_checked),
        cmocka_unit_test(what_tables_have_said_is_kept),
        cmocka_unit_test(an_index_that_leads_astray_is_refused),
        cmocka_unit_test(every_part_of_a_large_file_is_checked),
        cmocka_unit_test(large_content_that_lies_is_refused),
        cmocka_unit_test(files_of_format_1_are_read_for_ever),
        cmocka_unit_test(what_is_not_a_model_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
