/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tune/study.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* In the head of the database: that it is a study ("palt"), and of which form. */
enum { APPLICATION = 0x70616C74, FORM = 1 };

/* Another process writes for milliseconds; who waits longer waits for something else. */
enum { PATIENCE_MILLISECONDS = 30000 };

struct palate__study {
    palate_context *context;
    const char *path; /* Borrowed. */
    sqlite3 *database;
    sqlite3_stmt *find, *keep;
    int locks; /* The file once more, for locks; -1: none, as in memory. */
};

/* ---- What is wrong ---- */

static palate_status fail_sql(const palate__study *study, palate_error *err)
{
    const int code = sqlite3_errcode(study->database) & 0xFF;
    const char *why = sqlite3_errmsg(study->database);
    if (code == SQLITE_NOMEM)
        return palate__fail_memory(err, "working on a study");
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR ||
        code == SQLITE_CONSTRAINT)
        return palate__fail(err, PALATE_E_FORMAT,
                            "%s: no study of palate, or a damaged one (%s); give the name of "
                            "another file",
                            study->path, why);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return palate__fail(err, PALATE_E_IO, "%s: another program holds the study (%s)",
                            study->path, why);
    return palate__fail(err, PALATE_E_IO, "%s: cannot work on the study: %s", study->path, why);
}

static palate_status fail_foreign(const palate__study *study, const char *what, palate_error *err)
{
    return palate__fail(err, PALATE_E_FORMAT, "%s: %s; give the name of another file", study->path,
                        what);
}

static palate_status fail_other(const palate__study *study, const char *what, palate_error *err)
{
    return palate__fail(err, PALATE_E_INVALID,
                        "%s: a study of other %s: its results say nothing about these; give the "
                        "name of another file",
                        study->path, what);
}

static palate_status run_sql(const palate__study *study, const char *sql, palate_error *err)
{
    return sqlite3_exec(study->database, sql, NULL, NULL, NULL) == SQLITE_OK ? PALATE_OK
                                                                             : fail_sql(study, err);
}

/* ---- Opening ---- */

static palate_status open_database(palate__study *study, palate_error *err)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
    const int code = sqlite3_open_v2(study->path, &study->database, flags, NULL);
    if (study->database == NULL)
        return palate__fail_memory(err, "opening a study");
    if (code == SQLITE_CANTOPEN && sqlite3_system_errno(study->database) != 0)
        return palate__fail_io(err, study->path, "open", sqlite3_system_errno(study->database));
    if (code != SQLITE_OK)
        return fail_sql(study, err);
    sqlite3_busy_timeout(study->database, PATIENCE_MILLISECONDS);
    return PALATE_OK;
}

/* The first column of the first row of a query, as text of at most `size` - 1 bytes; "" without a row. */
static palate_status ask(const palate__study *study, const char *sql, char *out, size_t size,
                         palate_error *err)
{
    sqlite3_stmt *statement = NULL;
    out[0] = '\0';
    int step = sqlite3_prepare_v2(study->database, sql, -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_step(statement);
    if (step == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(statement, 0);
        snprintf(out, size, "%s", text == NULL ? "" : (const char *)text);
    }
    sqlite3_finalize(statement);
    return step == SQLITE_ROW || step == SQLITE_DONE ? PALATE_OK : fail_sql(study, err);
}

/* Whether the file is sound, and whose. `*fresh`: there is nothing in it yet. */
static palate_status look(const palate__study *study, bool *fresh, palate_error *err)
{
    palate_status status = PALATE_OK;
    char text[200];
    int64_t number = 0;
    PALATE_TRY(ask(study, "SELECT count(*) FROM sqlite_master", text, sizeof text, err));
    *fresh = strcmp(text, "0") == 0;
    PALATE_TRY(ask(study, "PRAGMA application_id", text, sizeof text, err));
    (void)palate__parse_integer(palate__text_span(text), &number);
    if (*fresh && number == 0)
        return PALATE_OK;
    if (number != APPLICATION)
        return fail_foreign(study, "a database, but no study of palate", err);
    PALATE_TRY(ask(study, "PRAGMA user_version", text, sizeof text, err));
    (void)palate__parse_integer(palate__text_span(text), &number);
    if (number != FORM)
        return fail_foreign(study, "a study of another version of palate", err);
    PALATE_TRY(ask(study, "PRAGMA quick_check(1)", text, sizeof text, err));
    if (strcmp(text, "ok") != 0)
        return palate__fail(err, PALATE_E_FORMAT,
                            "%s: a damaged study (%s); give the name of another file", study->path,
                            text);
done:
    return status;
}

static const char MAKE[] =
    "PRAGMA application_id = 1885432948;" /* 0x70616C74 */
    "PRAGMA user_version = 1;"
    "CREATE TABLE study (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE result (options TEXT NOT NULL, fold INTEGER NOT NULL, value REAL, error REAL,"
    " failed TEXT, factors INTEGER NOT NULL, epochs INTEGER NOT NULL, seconds REAL NOT NULL,"
    " finished TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (options, fold)) WITHOUT "
    "ROWID;";

/* ---- What it is of ---- */

enum { FACT_COUNT = 5 };

typedef struct fact {
    const char *key;
    const char *what; /* Where it differs: "a study of other ...". */
    char value[160];
} fact;

static void write_facts(const palate__identity *identity, fact facts[FACT_COUNT])
{
    static const char *const KEYS[FACT_COUNT][2] = {{"palate", "versions of palate"},
                                                    {"ratings", "ratings or tables"},
                                                    {"split", "folds"},
                                                    {"folds", "folds"},
                                                    {"metric", "metrics"}};
    for (size_t f = 0; f < FACT_COUNT; f++)
        facts[f] = (fact){.key = KEYS[f][0], .what = KEYS[f][1]};
    snprintf(facts[0].value, sizeof facts[0].value, "%s", PALATE_VERSION);
    snprintf(facts[1].value, sizeof facts[1].value, "%016" PRIx64, identity->ratings);
    snprintf(facts[2].value, sizeof facts[2].value, "%016" PRIx64, identity->split);
    snprintf(facts[3].value, sizeof facts[3].value, "%" PRId64, identity->fold_count);
    snprintf(facts[4].value, sizeof facts[4].value, "%s", identity->metric);
}

static palate_status put_facts(const palate__study *study, const fact facts[FACT_COUNT],
                               palate_error *err)
{
    sqlite3_stmt *statement = NULL;
    int step = sqlite3_prepare_v2(study->database, "INSERT INTO study VALUES (?, ?)", -1,
                                  &statement, NULL);
    for (size_t f = 0; f < FACT_COUNT && (step == SQLITE_OK || step == SQLITE_DONE); f++) {
        sqlite3_reset(statement);
        sqlite3_bind_text(statement, 1, facts[f].key, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(statement, 2, facts[f].value, -1, SQLITE_TRANSIENT);
        step = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return step == SQLITE_DONE ? PALATE_OK : fail_sql(study, err);
}

static palate_status check_facts(const palate__study *study, const fact facts[FACT_COUNT],
                                 palate_error *err)
{
    palate_status status = PALATE_OK;
    for (size_t f = 0; f < FACT_COUNT; f++) {
        char sql[100];
        char found[160];
        snprintf(sql, sizeof sql, "SELECT value FROM study WHERE key = '%s'", facts[f].key);
        PALATE_TRY(ask(study, sql, found, sizeof found, err));
        if (found[0] == '\0')
            PALATE_TRY(fail_foreign(study, "a study that does not say what it is of", err));
        if (strcmp(found, facts[f].value) != 0)
            PALATE_TRY(fail_other(study, facts[f].what, err));
    }
done:
    return status;
}

/* Under a lock: of two processes that begin a study, one does. */
static palate_status settle(const palate__study *study, const palate__identity *identity,
                            palate_error *err)
{
    palate_status status = PALATE_OK;
    fact facts[FACT_COUNT];
    bool fresh = false;
    write_facts(identity, facts);
    PALATE_TRY(look(study, &fresh, err));
    if (fresh) {
        PALATE_TRY(run_sql(study, MAKE, err));
        PALATE_TRY(put_facts(study, facts, err));
    } else {
        PALATE_TRY(check_facts(study, facts, err));
    }
done:
    return status;
}

static palate_status prepare(const palate__study *study, const char *sql, sqlite3_stmt **out,
                             palate_error *err)
{
    return sqlite3_prepare_v2(study->database, sql, -1, out, NULL) == SQLITE_OK
               ? PALATE_OK
               : fail_sql(study, err);
}

palate_status palate__study_open(palate_context *context, const char *path,
                                 const palate__identity *identity, palate__study **out,
                                 palate_error *err)
{
    palate_status status = PALATE_OK;
    palate__study *study = palate__allocate_zeroed(context, 1, sizeof *study);
    *out = NULL;
    if (study == NULL)
        return palate__fail_memory(err, "opening a study");
    study->context = context;
    study->path = path;
    study->locks = -1;
    PALATE_TRY(open_database(study, err));
    PALATE_TRY(run_sql(study, "BEGIN IMMEDIATE", err));
    status = settle(study, identity, err);
    if (status != PALATE_OK)
        goto done; /* Closing takes it back. */
    PALATE_TRY(run_sql(study, "COMMIT", err));
    PALATE_TRY(prepare(study,
                       "SELECT value, error, failed, factors, epochs, seconds FROM result WHERE "
                       "options = ? AND fold = ?",
                       &study->find, err));
    PALATE_TRY(prepare(study,
                       "INSERT INTO result (options, fold, value, error, failed, factors, epochs, "
                       "seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                       &study->keep, err));
    study->locks = open(path, O_RDWR | O_CLOEXEC);
    *out = study;
    study = NULL;
done:
    palate__study_close(study);
    return status;
}

/* Closing a descriptor drops all locks of this process on the file, also those of another connection to it: so it is
 * done when there are none but ours. */
static void close_locks(palate__study *study)
{
    if (study->locks < 0)
        return;
    (void)sqlite3_exec(study->database, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
    (void)close(study->locks);
    (void)sqlite3_exec(study->database, "ROLLBACK", NULL, NULL, NULL);
}

void palate__study_close(palate__study *study)
{
    if (study == NULL)
        return;
    sqlite3_finalize(study->find);
    sqlite3_finalize(study->keep);
    close_locks(study);
    sqlite3_close(study->database);
    palate__release(study->context, study);
}

/* ---- Results ---- */

void palate__study_key(const palate_train_options *options, char key[PALATE__KEY_BYTES])
{
    static const char *const LEFT_OUT[] = {"threads", "time-limit", "keep-ratings"};
    const palate_option_table *table = palate_train_options_table();
    palate_train_options defaults;
    size_t used = 0;
    palate_train_options_init(&defaults);
    key[0] = '\0';
    for (size_t row = 0; row < table->count; row++) {
        const palate_option *option = &table->options[row];
        char value[100];
        char by_default[100];
        bool counts = true;
        for (size_t l = 0; l < sizeof LEFT_OUT / sizeof LEFT_OUT[0]; l++)
            counts = counts && strcmp(option->name, LEFT_OUT[l]) != 0;
        palate_options_format(option, options, value, sizeof value);
        palate_options_format(option, &defaults, by_default, sizeof by_default);
        if (counts && strcmp(value, by_default) != 0)
            used += (size_t)snprintf(key + used, PALATE__KEY_BYTES - used, "%s%s=%s",
                                     used > 0 ? " " : "", option->name, value);
    }
}

/* A row of the result; false: it cannot be one that was kept. */
static bool read_row(palate_context *context, sqlite3_stmt *row, palate__result *out,
                     bool *in_memory)
{
    const bool failed = sqlite3_column_type(row, 2) == SQLITE_TEXT;
    *in_memory = true;
    *out = (palate__result){.known = true,
                            .value = sqlite3_column_double(row, 0),
                            .has_error = sqlite3_column_type(row, 1) == SQLITE_FLOAT,
                            .error = sqlite3_column_double(row, 1),
                            .factors = sqlite3_column_int64(row, 3),
                            .epochs = sqlite3_column_int64(row, 4),
                            .seconds = sqlite3_column_double(row, 5)};
    if (failed) {
        out->failed = palate__copy_text(context, (const char *)sqlite3_column_text(row, 2),
                                        (size_t)sqlite3_column_bytes(row, 2));
        *in_memory = out->failed != NULL;
    }
    return (failed || sqlite3_column_type(row, 0) == SQLITE_FLOAT) && isfinite(out->value) &&
           isfinite(out->error) && out->error >= 0.0 && out->factors >= 0 && out->epochs >= 0 &&
           isfinite(out->seconds) && out->seconds >= 0.0;
}

palate_status palate__study_find(palate__study *study, const char *key, int64_t fold,
                                 palate__result *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    bool in_memory = true;
    *out = (palate__result){.known = false};
    sqlite3_bind_text(study->find, 1, key, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(study->find, 2, fold);
    const int step = sqlite3_step(study->find);
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        status = fail_sql(study, err);
    else if (step == SQLITE_ROW && !read_row(study->context, study->find, out, &in_memory))
        status = palate__fail(err, PALATE_E_FORMAT,
                              "%s: a damaged study: the result of \"%.200s\" in fold %" PRId64
                              " is no number; give the name of another file",
                              study->path, key, fold + 1);
    if (!in_memory)
        status = palate__fail_memory(err, "reading a study");
    if (status != PALATE_OK)
        palate__results_clear(study->context, out, 1);
    sqlite3_reset(study->find);
    return status;
}

/* ---- Who is at work ---- */

/* SQLite's own locks lie at 2^30; a database ends long before 2^50. */
static const off_t FIRST_LOCK = (off_t)1 << 50;
static const uint64_t LOCK_MASK = ((uint64_t)1 << 40) - 1;

/* Two results may share a byte: then one waits in vain for a while. False: somebody else has it. */
static bool set_lock(const palate__study *study, const char *key, int64_t fold, short type)
{
    const uint64_t hash = XXH3_64bits_withSeed(key, strlen(key), (uint64_t)fold);
    struct flock lock = {.l_type = type,
                         .l_whence = SEEK_SET,
                         .l_start = FIRST_LOCK + (off_t)(hash & LOCK_MASK),
                         .l_len = 1};
    if (study->locks < 0 || fcntl(study->locks, F_OFD_SETLK, &lock) == 0)
        return true;
    return errno != EAGAIN && errno != EACCES; /* Without locks work may be done twice. */
}

bool palate__study_claim(palate__study *study, const char *key, int64_t fold)
{
    return set_lock(study, key, fold, F_WRLCK);
}

void palate__study_unclaim(palate__study *study, const char *key, int64_t fold)
{
    (void)set_lock(study, key, fold, F_UNLCK);
}

palate_status palate__study_keep(palate__study *study, const char *key, int64_t fold,
                                 const palate__result *result, palate_error *err)
{
    sqlite3_stmt *to = study->keep;
    sqlite3_bind_text(to, 1, key, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(to, 2, fold);
    sqlite3_bind_double(to, 3, result->value);
    if (result->has_error)
        sqlite3_bind_double(to, 4, result->error);
    else
        sqlite3_bind_null(to, 4);
    sqlite3_bind_text(to, 5, result->failed, -1, SQLITE_TRANSIENT); /* NULL where there is none. */
    sqlite3_bind_int64(to, 6, result->factors);
    sqlite3_bind_int64(to, 7, result->epochs);
    sqlite3_bind_double(to, 8, result->seconds);
    const palate_status status = sqlite3_step(to) == SQLITE_DONE ? PALATE_OK : fail_sql(study, err);
    sqlite3_reset(to);
    return status;
}
