/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a file of ratings is read, over the public interface alone; run by bench/run.py reading.
 *
 *     read FILE THREADS REPEATS
 *
 * Writes JSON: seconds are medians of wall time in a process that runs already. "ratings" is all that training
 * waits for: ids numbered, both orders there. "pairs" is the text alone: lines, fields, numbers, checks, by one thread.
 */
#define _GNU_SOURCE
#include "timing.h"

#include <stdbool.h>
#include <stdint.h>

enum { REPEATS_MAX = 99 };

/* Seconds to read once. */
static double read_ratings(const char *path, const palate_read_options *options, int64_t *count,
                           uint64_t *bytes)
{
    palate_ratings *ratings = NULL;
    palate_error err;
    const double began = now();
    demand(palate_ratings_read(NULL, path, options, &ratings, &err), &err);
    const double seconds = now() - began;
    *count = palate_ratings_count(ratings);
    *bytes = palate_ratings_report(ratings)->bytes;
    palate_ratings_free(ratings);
    return seconds;
}

static bool count_pair(const palate_pair *pair, void *user)
{
    (void)pair;
    ++*(int64_t *)user;
    return true;
}

static double read_pairs(const char *path, const palate_read_options *options)
{
    int64_t count = 0;
    palate_error err;
    const double began = now();
    demand(palate_pairs_read(NULL, path, options, count_pair, &count, NULL, &err), &err);
    return now() - began;
}

int main(int argc, char **argv)
{
    double ratings[REPEATS_MAX], pairs[REPEATS_MAX];
    int64_t count = 0;
    uint64_t bytes = 0;
    palate_read_options options;
    palate_read_options_init(&options);
    const int repeats = argc == 4 ? atoi(argv[3]) : 0;
    if (repeats < 1 || repeats > REPEATS_MAX) {
        fputs("usage: read FILE THREADS REPEATS\n", stderr);
        return 2;
    }
    options.threads = atoi(argv[2]);
    for (int repeat = 0; repeat < repeats; repeat++) {
        ratings[repeat] = read_ratings(argv[1], &options, &count, &bytes);
        pairs[repeat] = read_pairs(argv[1], &options);
    }
    printf("{\"ratings\": %lld, \"bytes\": %llu, \"seconds\": %.4f, \"pairs_seconds\": %.4f}\n",
           (long long)count, (unsigned long long)bytes, median(ratings, repeats),
           median(pairs, repeats));
    return 0;
}
