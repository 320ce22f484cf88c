/* SPDX-License-Identifier: Apache-2.0 */
/* Folds in files: found by their names, read one at a time; and written. */
#define _GNU_SOURCE
#include "base/file.h"
#include "base/text.h"
#include "evaluate/split.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Names ---- */

/* How a file to learn from is told, and what its fellow has instead. */
static const char TEST_MARK[] = ".test";
static const char *const MARKS[] = {".train", ".base", TEST_MARK};

enum { MARK_COUNT = sizeof MARKS / sizeof MARKS[0] };

/* The last mark in the name of a file, which an extension may follow; NULL where there is none, or
 * it is that of a test. `*bytes`: its length. */
static const char *find_mark(const char *path, size_t *bytes)
{
    const char *slash = strrchr(path, '/');
    const char *found = NULL;
    bool is_test = false;
    for (size_t m = 0; m < MARK_COUNT; m++) {
        const size_t length = strlen(MARKS[m]);
        const char *at = slash == NULL ? path : slash;
        for (; (at = strstr(at, MARKS[m])) != NULL; at++) {
            bool whole = at[length] == '\0' || at[length] == '.';
            if (!whole || (found != NULL && at < found))
                continue;
            found = at;
            *bytes = length;
            is_test = MARKS[m] == TEST_MARK;
        }
    }
    return is_test ? NULL : found;
}

/* ---- Finding ---- */

/* Paths of files to learn from. */
typedef struct paths {
    palate_context *context;
    char **list;
    size_t count, capacity;
} paths;

static void free_paths(paths *of)
{
    for (size_t p = 0; p < of->count; p++)
        palate__release(of->context, of->list[p]);
    palate__release(of->context, of->list);
}

static palate_status add_path(paths *to, const char *folder, const char *name, palate_error *err)
{
    if (to->count == to->capacity) {
        size_t wanted = to->capacity == 0 ? 16 : 2 * to->capacity;
        char **larger = palate__resize_array(to->context, to->list, to->count, wanted,
                                             sizeof *larger);
        if (larger == NULL)
            return palate__fail_memory(err, "listing folds");
        to->list = larger;
        to->capacity = wanted;
    }
    size_t bytes = strlen(folder) + strlen(name) + 2;
    char *path = palate__allocate(to->context, bytes);
    if (path == NULL)
        return palate__fail_memory(err, "listing folds");
    snprintf(path, bytes, "%s%s%s", folder, folder[0] == '\0' ? "" : "/", name);
    to->list[to->count++] = path;
    return PALATE_OK;
}

static palate_status list_folder(const char *folder, paths *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    DIR *entries = opendir(folder);
    const struct dirent *entry = NULL;
    size_t bytes = 0;
    if (entries == NULL)
        return palate__fail_io(err, folder, "open", errno);
    while (status == PALATE_OK && (entry = readdir(entries)) != NULL)
        if (find_mark(entry->d_name, &bytes) != NULL)
            status = add_path(out, folder, entry->d_name, err);
    closedir(entries);
    return status;
}

static palate_status list_pattern(const char *pattern, paths *out, palate_error *err)
{
    glob_t found = {0};
    palate_status status = PALATE_OK;
    int result = glob(pattern, GLOB_ERR, NULL, &found);
    if (result != 0 && result != GLOB_NOMATCH)
        status = result == GLOB_NOSPACE ? palate__fail_memory(err, "listing folds")
                                        : palate__fail_io(err, pattern, "look for", EACCES);
    for (size_t p = 0; status == PALATE_OK && p < found.gl_pathc; p++)
        status = add_path(out, "", found.gl_pathv[p], err);
    globfree(&found);
    return status;
}

/* Numbers by value: fold-2 is before fold-10. */
static int compare_paths(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b);
}

static char *copy_part(palate_context *context, const char *begin, const char *end)
{
    return palate__copy_text(context, begin, (size_t)(end - begin));
}

static palate_status pair_up(palate_context *context, const char *train, palate__fold_files *out,
                             palate_error *err)
{
    size_t mark_bytes = 0;
    const char *mark = find_mark(train, &mark_bytes);
    if (mark == NULL)
        return palate__fail(err, PALATE_E_INVALID,
                            "%s: which file is its test? Names are NAME.train.EXT and "
                            "NAME.test.EXT, or NAME.base and NAME.test",
                            train);
    const char *slash = memrchr(train, '/', (size_t)(mark - train));
    size_t bytes = strlen(train) + sizeof TEST_MARK;
    out->name = copy_part(context, slash == NULL ? train : slash + 1, mark);
    out->train = palate__copy_text(context, train, strlen(train));
    out->test = palate__allocate(context, bytes);
    if (out->name == NULL || out->train == NULL || out->test == NULL)
        return palate__fail_memory(err, "listing folds");
    snprintf(out->test, bytes, "%.*s%s%s", (int)(mark - train), train, TEST_MARK,
             mark + mark_bytes);
    for (char *letter = out->name; *letter != '\0'; letter++)
        *letter = *letter == '-' ? ' ' : *letter;
    if (access(out->test, R_OK) != 0)
        return palate__fail_io(err, out->test, "read the test of a fold", errno);
    return PALATE_OK;
}

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static palate_status find_files(palate_split *split, const char *path, palate_error *err)
{
    palate_status status = PALATE_OK;
    paths found = {.context = split->context};
    PALATE_TRY(is_folder(path) ? list_folder(path, &found, err) : list_pattern(path, &found, err));
    if (found.count == 0)
        PALATE_TRY(palate__fail(err, PALATE_E_IO,
                                "%s: no folds there; they are pairs of files NAME.train.EXT and "
                                "NAME.test.EXT, or NAME.base and NAME.test",
                                path));
    if (found.count > PALATE__FOLDS_MAX)
        PALATE_TRY(palate__fail(err, PALATE_E_INVALID, "%s: %zu folds; no more than %d", path,
                                found.count, PALATE__FOLDS_MAX));
    qsort(found.list, found.count, sizeof *found.list, compare_paths);
    split->files = palate__allocate_zeroed(split->context, found.count, sizeof *split->files);
    if (split->files == NULL)
        PALATE_TRY(palate__fail_memory(err, "listing folds"));
    for (; split->fold_count < (int64_t)found.count; split->fold_count++)
        PALATE_TRY(pair_up(split->context, found.list[split->fold_count],
                           &split->files[split->fold_count], err));
done:
    /* One that was half paired up is released, too. */
    if (status != PALATE_OK && split->files != NULL)
        split->fold_count++;
    free_paths(&found);
    return status;
}

palate_status palate_split_open(palate_context *context, const char *path,
                                const palate_read_options *options, palate_split **out,
                                palate_error *err)
{
    palate_status status = PALATE_OK;
    if (out != NULL)
        *out = NULL;
    if (path == NULL || out == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_split_open: %s is NULL",
                            path == NULL ? "path" : "out");
    palate_split *split = palate__allocate_zeroed(context, 1, sizeof *split);
    if (split == NULL)
        return palate__fail_memory(err, "listing folds");
    split->context = context;
    palate_split_options_init(&split->options);
    palate_read_options_init(&split->read_options);
    if (options != NULL)
        split->read_options = *options;
    PALATE_TRY(palate_options_check(palate_read_options_table(), &split->read_options, err));
    PALATE_TRY(find_files(split, path, err));
    *out = split;
    split = NULL;
done:
    palate_split_free(split);
    return status;
}

void palate__split_free_files(palate_context *context, palate__fold_files *files, int64_t count)
{
    for (int64_t f = 0; files != NULL && f < count; f++) {
        palate__release(context, files[f].name);
        palate__release(context, files[f].train);
        palate__release(context, files[f].test);
    }
    palate__release(context, files);
}

/* ---- Reading ---- */

/* What is not declared is the range of both files: a rating that only the test has is on the scale,
 * too. */
static void share_scale(palate_ratings *train, palate_ratings *test)
{
    palate_scale *scale = &train->report.scale;
    if (train->report.scale_inferred) {
        scale->low = test->report.scale.low < scale->low ? test->report.scale.low : scale->low;
        scale->high = test->report.scale.high > scale->high ? test->report.scale.high : scale->high;
    }
    test->report.scale = *scale;
}

palate_status palate__split_read_fold(const palate_split *split, int64_t fold,
                                      palate_ratings **train, palate_ratings **test,
                                      palate_error *err)
{
    palate_status status = PALATE_OK;
    const palate__fold_files *files = &split->files[fold];
    PALATE_TRY(palate_ratings_read(split->context, files->train, &split->read_options, train, err));
    PALATE_TRY(palate_ratings_read(split->context, files->test, &split->read_options, test, err));
    share_scale(*train, *test);
done:
    return status;
}

/* ---- Writing ---- */

/* A folder being written, under another name until it is complete. */
typedef struct folder {
    const palate_split *split;
    const char *path;
    char *temporary;
    char *file; /* Room for the path of a file in it. */
    size_t file_bytes;
    bool made;
} folder;

static const char SIDES[2][8] = {"train", "test"};

/* "fold-03.test.csv", with as many digits as the last fold has. */
static const char *file_path(const folder *to, int64_t fold, size_t side)
{
    int digits = snprintf(NULL, 0, "%lld", (long long)to->split->fold_count);
    snprintf(to->file, to->file_bytes, "%s/fold-%0*lld.%s.csv", to->temporary, digits,
             (long long)fold + 1, SIDES[side]);
    return to->file;
}

static const char *about_path(const folder *to)
{
    snprintf(to->file, to->file_bytes, "%s/split.json", to->temporary);
    return to->file;
}

/* Quoted where it has to be (RFC 4180). */
static void write_field(FILE *stream, const char *text)
{
    const size_t bytes = strlen(text);
    if (strpbrk(text, ",\"\r\n;\t|") == NULL && bytes > 0 && text[0] != ' ' &&
        text[bytes - 1] != ' ') {
        fputs(text, stream);
        return;
    }
    putc('"', stream);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            putc('"', stream);
        putc(*c, stream);
    }
    putc('"', stream);
}

static void write_rating(const palate_ratings *ratings, uint32_t user, int64_t entry, FILE *stream)
{
    char value[40];
    palate__format_float(ratings->by_user.values[entry], value, sizeof value);
    write_field(stream, palate__ids_text(&ratings->users, user));
    putc(',', stream);
    write_field(stream, palate__ids_text(&ratings->items, ratings->by_user.columns[entry]));
    fprintf(stream, ",%s", value);
    if (ratings->times != NULL) {
        putc(',', stream);
        if (ratings->times[entry] != PALATE_NO_TIME)
            fprintf(stream, "%lld", (long long)ratings->times[entry]);
    }
    putc('\n', stream);
}

static palate_status write_ratings(const palate_ratings *ratings, FILE *stream, palate_error *err)
{
    palate__entries all = {0};
    palate_status status = palate__entries_list(ratings, &all, err);
    fputs(ratings->times == NULL ? "user,item,rating\n" : "user,item,rating,timestamp\n", stream);
    for (int64_t turn = 0; status == PALATE_OK && turn < all.count && ferror(stream) == 0; turn++) {
        const int64_t entry = palate__entry_in_turn(&all, turn);
        write_rating(ratings, all.users[entry], entry, stream);
    }
    palate__entries_free(ratings->context, &all);
    return status;
}

static palate_status write_side(const folder *to, int64_t fold, size_t side,
                                const palate_ratings *ratings, palate_error *err)
{
    palate__output output = {0};
    palate_status status = palate__output_open(to->split->context, file_path(to, fold, side),
                                               &output, err);
    if (status != PALATE_OK)
        return status;
    status = write_ratings(ratings, output.stream, err);
    if (status == PALATE_OK)
        return palate__output_commit(&output, err);
    palate__output_abandon(&output);
    return status;
}

static palate_status write_fold(const folder *to, int64_t fold, palate_error *err)
{
    palate_ratings *sides[2] = {NULL, NULL};
    palate_status status = palate_split_take(to->split, fold, &sides[0], &sides[1], err);
    for (size_t side = 0; side < 2 && status == PALATE_OK; side++)
        status = write_side(to, fold, side, sides[side], err);
    palate_ratings_free(sides[0]);
    palate_ratings_free(sides[1]);
    return status;
}

/* How the split was made: the options that have a say in it. */
static void write_about(const palate_split *split, FILE *stream)
{
    const palate_option_table *table = palate_split_options_table();
    fprintf(stream, "{\n  \"format\": \"palate-split\",\n  \"palate\": \"%s\",\n  \"folds\": %lld",
            palate_version(), (long long)split->fold_count);
    if (split->ratings != NULL)
        fprintf(stream, ",\n  \"ratings\": %lld,\n  \"fingerprint\": \"%016llx\"",
                (long long)palate__matrix_count(&split->ratings->by_user),
                (unsigned long long)split->ratings->fingerprint);
    fputs(",\n  \"options\": {", stream);
    for (size_t o = 0; o < table->count && split->user_hashes != NULL; o++) {
        char text[64];
        palate_options_format(&table->options[o], &split->options, text, sizeof text);
        fprintf(stream, "%s\"%s\": \"%s\"", o == 0 ? "" : ", ", table->options[o].name, text);
    }
    fputs("}\n}\n", stream);
}

static palate_status write_about_file(const folder *to, palate_error *err)
{
    palate__output output = {0};
    palate_status status = palate__output_open(to->split->context, about_path(to), &output, err);
    if (status != PALATE_OK)
        return status;
    write_about(to->split, output.stream);
    return palate__output_commit(&output, err);
}

static palate_status begin_folder(folder *to, palate_error *err)
{
    enum { SUFFIX_BYTES = 48 };
    palate_context *context = to->split->context;
    const size_t bytes = strlen(to->path) + SUFFIX_BYTES;
    to->temporary = palate__allocate(context, bytes);
    to->file_bytes = bytes + SUFFIX_BYTES;
    to->file = palate__allocate(context, to->file_bytes);
    if (to->temporary == NULL || to->file == NULL)
        return palate__fail_memory(err, "saving a split");
    size_t length = strlen(to->path);
    while (length > 1 && to->path[length - 1] == '/')
        length--;
    snprintf(to->temporary, bytes, "%.*s.tmp-%ld", (int)length, to->path, (long)getpid());
    to->made = mkdir(to->temporary, 0777) == 0;
    return to->made ? PALATE_OK : palate__fail_io(err, to->path, "make the folder", errno);
}

static palate_status fail_exists(const char *path, palate_error *err)
{
    return palate__fail(err, PALATE_E_IO, "%s: it exists already; name a new folder", path);
}

static palate_status put_in_place(folder *to, palate_error *err)
{
    if (renameat2(AT_FDCWD, to->temporary, AT_FDCWD, to->path, RENAME_NOREPLACE) == 0) {
        to->made = false;
        return PALATE_OK;
    }
    return errno == EEXIST ? fail_exists(to->path, err)
                           : palate__fail_io(err, to->path, "make the folder", errno);
}

static void end_folder(folder *to)
{
    if (to->made) {
        for (int64_t fold = 0; fold < to->split->fold_count; fold++)
            for (size_t side = 0; side < 2; side++)
                unlink(file_path(to, fold, side));
        unlink(about_path(to));
        rmdir(to->temporary);
    }
    palate__release(to->split->context, to->temporary);
    palate__release(to->split->context, to->file);
}

palate_status palate_split_save(const palate_split *split, const char *path, palate_error *err)
{
    palate_status status = PALATE_OK;
    if (split == NULL || path == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_split_save: %s is NULL",
                            split == NULL ? "split" : "folder");
    folder to = {.split = split, .path = path};
    /* An hour of writing is not to end in "it exists already". */
    struct stat about;
    if (lstat(path, &about) == 0)
        return fail_exists(path, err);
    PALATE_TRY(begin_folder(&to, err));
    for (int64_t fold = 0; fold < split->fold_count; fold++)
        PALATE_TRY(write_fold(&to, fold, err));
    PALATE_TRY(write_about_file(&to, err));
    PALATE_TRY(put_in_place(&to, err));
done:
    end_folder(&to);
    return status;
}
