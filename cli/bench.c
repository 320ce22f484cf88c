/* SPDX-License-Identifier: Apache-2.0 */
/* palate bench: how fast palate works on this machine, and how near its limits. */
#define _GNU_SOURCE
#include "arguments.h"
#include "describe.h"
#include "rates.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct own_options {
    double seconds;
    const char *preset;
    int64_t factors;
    int64_t threads;
    bool json;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option OPTIONS[] = {
    {"seconds", "", PALATE_OPTION_REAL, AT(seconds), "12", 0.1, 86400, NULL, "SECONDS",
     "How long to measure, without making the ratings up; every measurement is made three times at "
     "least"},
    {"preset", "", PALATE_OPTION_TEXT, AT(preset), "1m", 0, 0, NULL, "SIZE",
     "How many ratings to make up, as synth --preset does: 100k, 1m, 10m, 20m or 100m"},
    {"factors", "k n-factors rank", PALATE_OPTION_COUNT, AT(factors), "63", 1, 1000, NULL, "K",
     "Factors of the model"},
    {"threads", "", PALATE_OPTION_COUNT, AT(threads), "0", 0, 4096, NULL, "T",
     "The most threads to measure with; 0: as many as the machine gives"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL, "Write JSON"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(own_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

enum { WORKS_MAX = 16 };

/* All that is found out. */
typedef struct findings {
    int threads[RATES_THREADS_MAX]; /* Numbers of threads measured with. */
    size_t thread_count;
    palate_machine_peaks peaks[RATES_THREADS_MAX];
    rate rates[WORKS_MAX][RATES_THREADS_MAX];
    size_t rate_count[WORKS_MAX];
} findings;

/* ---- Measuring ---- */

/* 1, 2, 4, ... and all. */
static void choose_threads(findings *out, int64_t most)
{
    const int all = most > 0 ? (int)most : palate_machine_threads();
    out->thread_count = 0;
    for (int threads = 1; threads < all && out->thread_count + 1 < RATES_THREADS_MAX; threads *= 2)
        out->threads[out->thread_count++] = threads;
    out->threads[out->thread_count++] = all;
}

/* Measurements to come: the time there is, is shared out evenly. */
static size_t measurement_count(const findings *found)
{
    size_t work_count = 0;
    const rates_work *works = rates_works(&work_count);
    size_t count = found->thread_count;
    for (size_t w = 0; w < work_count; w++)
        count += works[w].by_threads ? found->thread_count : 1;
    return count;
}

static int measure_work(findings *found, size_t w, const rates_data *data, double slice)
{
    size_t work_count = 0;
    const rates_work *work = &rates_works(&work_count)[w];
    const size_t count = work->by_threads ? found->thread_count : 1;
    palate_error err;
    for (size_t t = 0; t < count; t++) {
        const palate_status status = rates_measure(work, data, found->threads[t], &found->peaks[t],
                                                   slice, &found->rates[w][t], &err);
        if (status != PALATE_OK)
            return status == PALATE_E_STOPPED ? EXIT_INTERRUPTED : message_failed(&err);
        found->rate_count[w]++;
    }
    return EXIT_DONE;
}

/* Peaks are the best of many tries that take a millisecond or some: a second shows them, however long the rest. */
static int measure_peaks(findings *found, palate_context *context, double slice)
{
    const double seconds = slice < 1.0 ? slice : 1.0;
    palate_error err;
    for (size_t t = 0; t < found->thread_count; t++) {
        if (palate_machine_measure(context, found->threads[t], seconds, &found->peaks[t], &err) !=
            PALATE_OK)
            return message_failed(&err);
    }
    return EXIT_DONE;
}

static int measure(findings *found, const rates_data *data, const own_options *own,
                   progress_display *progress)
{
    size_t work_count = 0;
    const double slice = own->seconds / (double)measurement_count(found);
    (void)rates_works(&work_count);
    int exit_status = measure_peaks(found, data->context, slice);
    for (size_t w = 0; w < work_count && exit_status == EXIT_DONE; w++) {
        (void)progress_show_share((double)(w + 1) / (double)(work_count + 1), progress);
        exit_status = measure_work(found, w, data, slice);
    }
    return exit_status;
}

/* ---- For a person ---- */

enum { NAME_WIDTH = 34, RATE_WIDTH = 13 };

/* Three digits, and no fewer than there are before the point. */
static void print_rate(double value)
{
    if (value >= 1000.0)
        printf("%*s", RATE_WIDTH, describe_count(llrint(value)));
    else
        printf("%*.*f", RATE_WIDTH, value >= 100.0 ? 0 : value >= 10.0 ? 1 : 2, value);
}

static void print_heading(const findings *found, const char *title)
{
    printf("\n%-*s%*s", NAME_WIDTH, title, RATE_WIDTH, "");
    for (size_t t = 0; t < found->thread_count; t++) {
        char text[32];
        snprintf(text, sizeof text, "%d thread%s", found->threads[t],
                 found->threads[t] == 1 ? "" : "s");
        printf("%*s", RATE_WIDTH, text);
    }
    printf("%s\n", found->thread_count > 1 ? "    times" : "");
}

static void print_times(const findings *found, double first, double last)
{
    if (found->thread_count > 1)
        printf("%9.2f", last / first);
}

static void print_peaks(const findings *found)
{
    const size_t last = found->thread_count - 1;
    print_heading(found, "the machine");
    printf("%-*s%-*s", NAME_WIDTH, "multiply-adds of floats", RATE_WIDTH, "G/s");
    for (size_t t = 0; t <= last; t++)
        print_rate(found->peaks[t].multiply_adds / 1e9);
    print_times(found, found->peaks[0].multiply_adds, found->peaks[last].multiply_adds);
    printf("\n%-*s%-*s", NAME_WIDTH, "memory, read in order", RATE_WIDTH, "GB/s");
    for (size_t t = 0; t <= last; t++)
        print_rate(found->peaks[t].read_bytes / 1e9);
    print_times(found, found->peaks[0].read_bytes, found->peaks[last].read_bytes);
    putchar('\n');
}

static void print_work(const findings *found, size_t w)
{
    size_t work_count = 0;
    const rates_work *work = &rates_works(&work_count)[w];
    const rate *rates = found->rates[w];
    const size_t count = found->rate_count[w];
    printf("%-*s%-*s", NAME_WIDTH, work->name, RATE_WIDTH, work->unit);
    for (size_t t = 0; t < count; t++)
        print_rate(rates[t].per_second / (work->single ? 1.0 : 1e6));
    if (count == found->thread_count)
        print_times(found, rates[0].per_second, rates[count - 1].per_second);
    if (isfinite(rates[count - 1].share))
        printf("%*s%.0f %% of %s",
               count == found->thread_count ? 3
                                            : (int)(found->thread_count - count) * RATE_WIDTH + 12,
               "", 100.0 * rates[count - 1].share,
               work->bound == RATES_BOUND_READING ? "memory" : "multiply-adds");
    putchar('\n');
}

static int print_text(const findings *found, const rates_data *data)
{
    size_t work_count = 0;
    (void)rates_works(&work_count);
    printf("palate %s, kernels %s; medians\n", palate_version(), palate_kernels_name());
    printf("%s by %s of %s, made up; %s\n",
           describe_things(palate_ratings_count(data->ratings), "rating"),
           describe_things(palate_ratings_user_count(data->ratings), "user"),
           describe_things(palate_ratings_item_count(data->ratings), "item"),
           describe_things(data->factors, "factor"));
    print_peaks(found);
    print_heading(found, "the work");
    for (size_t w = 0; w < work_count; w++)
        print_work(found, w);
    return EXIT_DONE;
}

/* ---- For a program ---- */

static json_t *peaks_json(const findings *found)
{
    json_t *list = json_array();
    for (size_t t = 0; t < found->thread_count; t++)
        json_array_append_new(list, json_pack("{s:i, s:o, s:o}", "threads", found->threads[t],
                                              "multiply_adds_per_second",
                                              describe_real_json(found->peaks[t].multiply_adds),
                                              "read_bytes_per_second",
                                              describe_real_json(found->peaks[t].read_bytes)));
    return list;
}

static json_t *rates_json(const rate *rates, size_t count)
{
    json_t *list = json_array();
    for (size_t t = 0; t < count; t++)
        json_array_append_new(list, json_pack("{s:i, s:o, s:o, s:o, s:o, s:I}", "threads",
                                              rates[t].threads, "per_second",
                                              describe_real_json(rates[t].per_second), "low",
                                              describe_real_json(rates[t].low), "high",
                                              describe_real_json(rates[t].high), "share_of_peak",
                                              describe_real_json(rates[t].share), "repeats",
                                              (json_int_t)rates[t].repeats));
    return list;
}

static int print_json(const findings *found, const rates_data *data)
{
    size_t work_count = 0;
    const rates_work *works = rates_works(&work_count);
    json_t *work = json_object();
    for (size_t w = 0; w < work_count; w++)
        json_object_set_new(work, works[w].key, rates_json(found->rates[w], found->rate_count[w]));
    return describe_print_json(json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "version", palate_version(), "kernels",
        palate_kernels_name(), "ratings", (json_int_t)palate_ratings_count(data->ratings), "users",
        (json_int_t)palate_ratings_user_count(data->ratings), "items",
        (json_int_t)palate_ratings_item_count(data->ratings), "factors", (json_int_t)data->factors,
        "machine", peaks_json(found), "work", work));
}

/* ---- The command ---- */

/* A folder of its own for what is read and loaded. */
static bool make_folder(char *path, size_t size)
{
    const char *where = getenv("TMPDIR");
    if (where == NULL || where[0] == '\0')
        where = "/tmp";
    if (snprintf(path, size, "%s/palate-bench-XXXXXX", where) >= (int)size)
        errno = ENAMETOOLONG;
    else if (mkdtemp(path) != NULL)
        return true;
    message_error("%s: cannot make a folder: %s; set TMPDIR to one that can be written to", where,
                  strerror(errno));
    return false;
}

static int measure_in(const char *folder, const cli_arguments *arguments)
{
    const own_options *own = arguments->values[0];
    progress_display progress;
    rates_data data;
    findings found = {0};
    choose_threads(&found, own->threads);
    progress_begin(&progress, false, arguments_common(arguments)->quiet, 0.0);
    int exit_status = rates_prepare(&data, arguments->context, folder, own->preset, own->factors);
    if (exit_status == EXIT_DONE)
        exit_status = measure(&found, &data, own, &progress);
    if (progress_end(&progress) != 0)
        exit_status = EXIT_INTERRUPTED;
    if (exit_status == EXIT_DONE)
        exit_status = own->json ? print_json(&found, &data) : print_text(&found, &data);
    rates_release(&data);
    return exit_status;
}

static int run(const cli_arguments *arguments)
{
    char folder[4096];
    if (!make_folder(folder, sizeof folder))
        return EXIT_FAILED;
    const int exit_status = measure_in(folder, arguments);
    (void)rmdir(folder);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate bench", "some fifteen seconds, then a table"},
    {"palate bench --seconds 60 --preset 10m --json",
     "longer, with more ratings than caches hold, for a program"},
    {"PALATE_ISA=avx2 palate bench", "as if the machine had no more than AVX2"},
    {NULL, NULL},
};

const cli_command COMMAND_BENCH = {
    .name = "bench",
    .operands = "[options]",
    .summary = "measure how fast palate works on this machine",
    .description =
        "Measure how fast palate works on this machine, on ratings that are made up in a folder of "
        "$TMPDIR and removed again: reading, training, predicting, recommending and loading, with "
        "1, "
        "2, 4, ... threads and all there are; what the machine can do at most, and the share of it "
        "that is reached. Rates are medians; --json has their quartiles, too. Nothing else should "
        "run meanwhile.",
    .groups = {{own_table, NULL}},
    .examples = EXAMPLES,
    .run = run,
};
