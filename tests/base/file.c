/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder of its own for each test. */
static char folder[] = "file-test-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **state)
{
    (void)state;
    (void)chmod(".", 0700);
    DIR *directory = opendir(".");
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        (void)chmod(entry->d_name, 0700);
        if (entry->d_name[0] != '.' && remove(entry->d_name) != 0)
            return 1;
    }
    closedir(directory);
    return chdir("..") != 0 || rmdir(folder) != 0;
}

static int count_files(void)
{
    int count = 0;
    DIR *directory = opendir(".");
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *path, const char *expected)
{
    palate__mapping mapping;
    palate_error err = {0};
    if (palate__map_file(NULL, path, &mapping, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    assert_int_equal(mapping.bytes, strlen(expected));
    if (mapping.bytes > 0)
        assert_memory_equal(mapping.data, expected, mapping.bytes);
    palate__unmap(NULL, &mapping);
    assert_null(mapping.data);
}

static void open_output(const char *path, palate__output *out)
{
    palate_error err = {0};
    if (palate__output_open(NULL, path, out, &err) != PALATE_OK)
        fail_msg("%s", err.message);
}

/* ---- Reading ---- */

static void test_maps_files(void **state)
{
    (void)state;
    write_file("some", "three\nlines\n.");
    assert_file("some", "three\nlines\n.");
    write_file("none", "");
    assert_file("none", "");
}

static void test_what_cannot_be_read(void **state)
{
    (void)state;
    palate__mapping mapping = {"x", 1, true};
    palate_error err = {0};
    assert_int_equal(palate__map_file(NULL, "missing", &mapping, &err), PALATE_E_IO);
    assert_string_equal(err.message, "missing: cannot open: No such file or directory");
    assert_null(mapping.data);
    assert_int_equal(palate__map_file(NULL, ".", &mapping, &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "directory"));
    palate__unmap(NULL, &mapping);
}

typedef struct stream {
    int descriptor;
    size_t bytes;
} stream;

static void *write_stream(void *argument)
{
    const stream *to = argument;
    for (size_t at = 0; at < to->bytes; at++) {
        char c = (char)('a' + at % 26);
        if (write(to->descriptor, &c, 1) != 1)
            break;
    }
    close(to->descriptor);
    return NULL;
}

/* Pipes are read to their end, in however small pieces they come and however much they hold. */
static void test_reads_pipes(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 1 << 16, (1 << 16) + 1, 200000};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        int ends[2];
        char path[40];
        pthread_t writer;
        palate__mapping mapping;
        assert_int_equal(pipe(ends), 0);
        stream to = {ends[1], sizes[s]};
        assert_int_equal(pthread_create(&writer, NULL, write_stream, &to), 0);
        snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        assert_int_equal(palate__map_file(NULL, path, &mapping, NULL), PALATE_OK);
        pthread_join(writer, NULL);
        close(ends[0]);
        assert_int_equal(mapping.bytes, sizes[s]);
        assert_false(mapping.mapped);
        for (size_t at = 0; at < mapping.bytes; at++)
            assert_int_equal(mapping.data[at], 'a' + at % 26);
        palate__unmap(NULL, &mapping);
    }
}

static void test_standard_input(void **state)
{
    (void)state;
    write_file("input", "from standard input");
    int saved = dup(STDIN_FILENO);
    int descriptor = open("input", O_RDONLY);
    assert_true(saved >= 0 && descriptor >= 0 && dup2(descriptor, STDIN_FILENO) >= 0);
    close(descriptor);
    assert_file("-", "from standard input");
    dup2(saved, STDIN_FILENO);
    close(saved);
}

/* ---- Writing ---- */

/* The old file stays whole until the new one is complete; then nothing else is left. */
static void test_commit_replaces_at_once(void **state)
{
    (void)state;
    palate__output output;
    write_file("target", "old");
    open_output("target", &output);
    fputs("new and longer", output.stream);
    fflush(output.stream);
    assert_file("target", "old");
    assert_int_equal(count_files(), 2);
    assert_int_equal(palate__output_commit(&output, NULL), PALATE_OK);
    assert_file("target", "new and longer");
    assert_int_equal(count_files(), 1);
    palate__output_abandon(&output);
    assert_file("target", "new and longer");
}

static void test_abandoned_output_leaves_the_old_file(void **state)
{
    (void)state;
    palate__output output;
    write_file("target", "old");
    open_output("target", &output);
    fputs("half", output.stream);
    palate__output_abandon(&output);
    assert_file("target", "old");
    assert_int_equal(count_files(), 1);
    palate__output_abandon(&output);
    output = (palate__output){0};
    palate__output_abandon(&output);
    open_output("fresh", &output);
    palate__output_abandon(&output);
    assert_int_equal(count_files(), 1);
}

/* Two writers of one file do not disturb each other; the last to commit wins. */
static void test_two_writers(void **state)
{
    (void)state;
    palate__output first, second;
    open_output("target", &first);
    open_output("target", &second);
    fputs("first", first.stream);
    fputs("second", second.stream);
    assert_int_equal(palate__output_commit(&second, NULL), PALATE_OK);
    assert_file("target", "second");
    assert_int_equal(palate__output_commit(&first, NULL), PALATE_OK);
    assert_file("target", "first");
    assert_int_equal(count_files(), 1);
}

/* A new file gets what the umask leaves, a replaced one keeps its mode. */
static void test_modes(void **state)
{
    (void)state;
    palate__output output;
    struct stat about;
    mode_t old = umask(027);
    open_output("fresh", &output);
    assert_int_equal(palate__output_commit(&output, NULL), PALATE_OK);
    assert_int_equal(stat("fresh", &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_int_equal(chmod("fresh", 0600), 0);
    open_output("fresh", &output);
    assert_int_equal(palate__output_commit(&output, NULL), PALATE_OK);
    assert_int_equal(stat("fresh", &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    umask(old);
}

/* A symbolic link stays one: what it points to is replaced. */
static void test_symbolic_links(void **state)
{
    (void)state;
    palate__output output;
    struct stat about;
    write_file("target", "old");
    assert_int_equal(symlink("target", "link"), 0);
    open_output("link", &output);
    fputs("new", output.stream);
    assert_int_equal(palate__output_commit(&output, NULL), PALATE_OK);
    assert_int_equal(lstat("link", &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_file("target", "new");
    assert_int_equal(count_files(), 2);
}

static void test_what_cannot_be_written(void **state)
{
    (void)state;
    palate__output output;
    palate_error err = {0};
    assert_int_equal(palate__output_open(NULL, "missing/file", &output, &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "missing/file: cannot"));
    assert_null(output.stream);
    assert_int_equal(palate__output_open(NULL, ".", &output, &err), PALATE_E_IO);
    assert_int_equal(palate__output_open(NULL, "", &output, &err), PALATE_E_IO);
    if (geteuid() == 0) {
        print_message("root may write anywhere: a folder without permission is not tested\n");
        return;
    }
    write_file("target", "old");
    assert_int_equal(chmod(".", 0500), 0);
    assert_int_equal(palate__output_open(NULL, "target", &output, &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "Permission denied"));
    assert_file("target", "old");
}

/* What is no regular file is written directly, and stays what it is. */
static void test_pipes_are_written_directly(void **state)
{
    (void)state;
    palate__output output;
    struct stat about;
    char text[10] = "";
    assert_int_equal(mkfifo("pipe", 0600), 0);
    int reader = open("pipe", O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    open_output("pipe", &output);
    assert_null(output.temporary);
    fputs("through", output.stream);
    assert_int_equal(palate__output_commit(&output, NULL), PALATE_OK);
    assert_int_equal(read(reader, text, sizeof text), 7);
    assert_string_equal(text, "through");
    close(reader);
    assert_int_equal(stat("pipe", &about), 0);
    assert_true(S_ISFIFO(about.st_mode));
    assert_int_equal(count_files(), 1);
}

/* A full disk is an error when committing, with the old file as it was. */
static void test_full_device(void **state)
{
    (void)state;
    palate__output output;
    palate_error err = {0};
    if (access("/dev/full", W_OK) != 0) {
        print_message("/dev/full is not there: not tested\n");
        return;
    }
    open_output("/dev/full", &output);
    fputs("too much", output.stream);
    assert_int_equal(palate__output_commit(&output, &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "/dev/full"));
    assert_int_equal(access("/dev/full", W_OK), 0);
}

/* Where the target became a folder meanwhile, the rename fails and no temporary file stays. */
static void test_failed_rename(void **state)
{
    (void)state;
    palate__output output;
    palate_error err = {0};
    open_output("target", &output);
    assert_int_equal(mkdir("target", 0700), 0);
    assert_int_equal(palate__output_commit(&output, &err), PALATE_E_IO);
    assert_non_null(strstr(err.message, "target"));
    assert_int_equal(count_files(), 1);
}

static void test_standard_output(void **state)
{
    (void)state;
    palate__output output;
    int saved = dup(STDOUT_FILENO);
    fflush(stdout);
    int descriptor = open("captured", O_WRONLY | O_CREAT, 0600);
    assert_true(saved >= 0 && descriptor >= 0 && dup2(descriptor, STDOUT_FILENO) >= 0);
    close(descriptor);
    open_output("-", &output);
    fputs("to standard output", output.stream);
    palate_status status = palate__output_commit(&output, NULL);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    assert_int_equal(status, PALATE_OK);
    assert_file("captured", "to standard output");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_maps_files),
        IN_FOLDER(test_what_cannot_be_read),
        IN_FOLDER(test_reads_pipes),
        IN_FOLDER(test_standard_input),
        IN_FOLDER(test_commit_replaces_at_once),
        IN_FOLDER(test_abandoned_output_leaves_the_old_file),
        IN_FOLDER(test_two_writers),
        IN_FOLDER(test_modes),
        IN_FOLDER(test_symbolic_links),
        IN_FOLDER(test_what_cannot_be_written),
        IN_FOLDER(test_pipes_are_written_directly),
        IN_FOLDER(test_full_device),
        IN_FOLDER(test_failed_rename),
        IN_FOLDER(test_standard_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
