/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed files, standard input, files that are none. */
#include "ratings/reading.h"

#include <fcntl.h>
#include <zlib.h>
#include <zstd.h>

enum { LINES = 20000, TEXT_BYTES = 32 * LINES };

/* Large enough for several rounds of growing. */
static char *make_text(size_t *bytes)
{
    char *text = malloc(TEXT_BYTES);
    assert_non_null(text);
    *bytes = (size_t)snprintf(text, TEXT_BYTES, "user,item,rating\n");
    for (int i = 0; i < LINES; i++)
        *bytes += (size_t)snprintf(text + *bytes, TEXT_BYTES - *bytes, "u%d,i%d,%d\n", i % 977,
                                   i % 1009, 1 + i % 5);
    return text;
}

/* One member of gzip. */
static size_t zip_member(const char *text, size_t bytes, char *out, size_t size)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)text;
    stream.avail_in = (uInt)bytes;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)size;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t written = size - stream.avail_out;
    deflateEnd(&stream);
    return written;
}

static void assert_same_as_text(const char *path, const char *compression)
{
    size_t bytes = 0;
    char *text = make_text(&bytes);
    palate_ratings *packed = read_path(path, NULL);
    assert_string_equal(palate_ratings_report(packed)->compression, compression);
    assert_int_equal(palate_ratings_report(packed)->bytes, bytes);
    assert_int_equal(palate_ratings_report(packed)->line_count, LINES + 1);
    palate_ratings *plain = read_path(write_bytes(text, bytes), NULL);
    assert_string_equal(palate_ratings_report(plain)->compression, "none");
    assert_int_equal(palate_ratings_count(plain), palate_ratings_count(packed));
    assert_true(palate_ratings_report(plain)->mean == palate_ratings_report(packed)->mean);
    palate_ratings_free(packed);
    palate_ratings_free(plain);
    free(text);
}

static void gzip_of_one_and_of_several_members(void **state)
{
    (void)state;
    size_t bytes = 0;
    char *text = make_text(&bytes);
    char *out = malloc(TEXT_BYTES);
    size_t written = zip_member(text, bytes, out, TEXT_BYTES);
    assert_same_as_text(write_bytes(out, written), "gzip");
    written = zip_member(text, 1000, out, TEXT_BYTES);
    written += zip_member(text + 1000, bytes - 1000, out + written, TEXT_BYTES - written);
    assert_same_as_text(write_bytes(out, written), "gzip");
    memset(out + written, 0, 512);
    assert_same_as_text(write_bytes(out, written + 512), "gzip");
    free(text);
    free(out);
}

static void zstd_of_one_and_of_several_frames(void **state)
{
    (void)state;
    size_t bytes = 0;
    char *text = make_text(&bytes);
    char *out = malloc(TEXT_BYTES);
    size_t written = ZSTD_compress(out, TEXT_BYTES, text, bytes, 3);
    assert_same_as_text(write_bytes(out, written), "zstd");
    written = ZSTD_compress(out, TEXT_BYTES, text, 1000, 3);
    written += ZSTD_compress(out + written, TEXT_BYTES - written, text + 1000, bytes - 1000, 3);
    assert_same_as_text(write_bytes(out, written), "zstd");
    free(text);
    free(out);
}

/* Wherever a file is cut, and wherever a byte of it is changed, reading it fails or the ratings are
 * those of a changed text; never a crash. */
static void damaged_files(const char *packed, size_t bytes)
{
    char *copy = malloc(bytes);
    assert_non_null(copy);
    for (size_t i = 5; i < bytes; i += 97) {
        refuse_path(write_bytes(packed, i), NULL, PALATE_E_FORMAT, 0, 0, "damaged or cut short");
        memcpy(copy, packed, bytes);
        copy[i] = (char)(copy[i] ^ 0x10);
        palate_ratings *ratings = NULL;
        palate_error err = {0};
        if (palate_ratings_read(NULL, write_bytes(copy, bytes), NULL, &ratings, &err) != PALATE_OK)
            assert_true(err.message[0] != '\0');
        palate_ratings_free(ratings);
    }
    free(copy);
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    size_t bytes = 0;
    char *text = make_text(&bytes);
    char *out = malloc(TEXT_BYTES);
    damaged_files(out, zip_member(text, bytes / 10, out, TEXT_BYTES));
    damaged_files(out, ZSTD_compress(out, TEXT_BYTES, text, bytes / 10, 3));
    const size_t written = zip_member(text, bytes / 10, out, TEXT_BYTES);
    memcpy(out + written, "trailing", 8);
    refuse_path(write_bytes(out, written + 8), NULL, PALATE_E_FORMAT, 0, 0, "gzip");
    free(text);
    free(out);
}

static void a_compressed_byte_order_mark(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbfuser,item,rating\na,x,4\n";
    char out[200];
    const size_t written = zip_member(text, sizeof text - 1, out, sizeof out);
    palate_ratings *ratings = read_path(write_bytes(out, written), NULL);
    assert_rating(ratings, "a", "x", 4);
    palate_ratings_free(ratings);
}

static void compressed_nothing(void **state)
{
    (void)state;
    char out[200];
    size_t written = zip_member("", 0, out, sizeof out);
    refuse_path(write_bytes(out, written), NULL, PALATE_E_FORMAT, 0, 0, "empty");
    written = ZSTD_compress(out, sizeof out, "", 0, 3);
    refuse_path(write_bytes(out, written), NULL, PALATE_E_FORMAT, 0, 0, "empty");
}

static void standard_input(void **state)
{
    (void)state;
    write_text("user,item,rating\na,x,4\nb,x,5\n");
    const int before = dup(STDIN_FILENO);
    const int file = open(scratch_path(), O_RDONLY);
    assert_true(file >= 0 && dup2(file, STDIN_FILENO) >= 0);
    palate_ratings *ratings = read_path("-", NULL);
    assert_rating(ratings, "b", "x", 5);
    palate_ratings_free(ratings);
    refuse_path("-", NULL, PALATE_E_FORMAT, 0, 0, "standard input: ");
    close(file);
    assert_true(dup2(before, STDIN_FILENO) >= 0);
    close(before);
}

static void files_that_are_none(void **state)
{
    (void)state;
    refuse_path("no/such/file.csv", NULL, PALATE_E_IO, 0, 0, "no/such/file.csv: cannot open");
    refuse_path(".", NULL, PALATE_E_IO, 0, 0, "directory");
    palate_ratings *ratings = NULL;
    assert_int_equal(palate_ratings_read(NULL, NULL, NULL, &ratings, NULL), PALATE_E_INVALID);
    assert_int_equal(palate_ratings_read(NULL, "x", NULL, NULL, NULL), PALATE_E_INVALID);
}

static void files_of_other_kinds_are_named(void **state)
{
    (void)state;
    refuse("PK\x03\x04 and so on", NULL, 0, 0, "zip archive");
    refuse("BZh91AY", NULL, 0, 0, "bzip2");
    refuse("\xfd"
           "7zXZ",
           NULL, 0, 0, "xz");
    refuse("\xff\xfeu\x01", NULL, 0, 0, "UTF-16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_of_one_and_of_several_members),
        cmocka_unit_test(zstd_of_one_and_of_several_frames),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(a_compressed_byte_order_mark),
        cmocka_unit_test(compressed_nothing),
        cmocka_unit_test(standard_input),
        cmocka_unit_test(files_that_are_none),
        cmocka_unit_test(files_of_other_kinds_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
