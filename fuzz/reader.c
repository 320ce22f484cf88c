/* SPDX-License-Identifier: Apache-2.0 */
/* Every reader of text, compressed or not. The first byte picks the format (or none), the second and
 * third the options; the rest is the file. Ratings that are read must be a sound matrix.
 */
#define _GNU_SOURCE
#include "memory_file.h"
#include "target.h"

#include "palate/palate.h"

#include <math.h>

enum { HEAD_BYTES = 3 };

static void require(int holds)
{
    if (!holds)
        abort();
}

static palate_read_options choose_options(const uint8_t *head)
{
    static const char *const formats[] = {NULL,      "csv",   "movielens",   "triples",
                                          "recbole", "dense", "matrixmarket"};
    static const char *const separators[] = {NULL, NULL, ",", "\\t", "::", "space", ";", "x"};
    palate_read_options options;
    palate_read_options_init(&options);
    options.format = formats[head[0] % 7];
    options.separator = separators[head[1] % 8];
    options.header = head[1] / 8 % 3;
    options.lenient = head[1] / 32 % 2 == 1;
    options.keep_order = head[1] / 64 % 2 == 1;
    options.duplicates = head[2] % 3;
    if (head[2] / 4 % 2 == 1)
        options.scale = (palate_scale){1, 5};
    if (head[2] / 8 % 4 == 1)
        options.user_column = "2";
    if (head[2] / 8 % 4 == 2)
        options.time_column = "none";
    return options;
}

static void check_row(palate_rated rated, uint32_t column_count)
{
    for (int64_t e = 0; e < rated.count; e++) {
        require(isfinite(rated.ratings[e]));
        require(rated.rows[e] < column_count);
        require(e == 0 || rated.rows[e - 1] < rated.rows[e]);
    }
}

static void check_ratings(const palate_ratings *ratings)
{
    const uint32_t users = palate_ratings_user_count(ratings);
    const uint32_t items = palate_ratings_item_count(ratings);
    int64_t by_user = 0, by_item = 0;
    require(palate_ratings_count(ratings) > 0);
    for (uint32_t i = 0; i < users; i++) {
        const char *id = palate_ratings_user_id(ratings, i);
        require(id[0] != '\0' && palate_ratings_find_user(ratings, id, PALATE_TEXT) == i);
        check_row(palate_ratings_of_user(ratings, i), items);
        by_user += palate_ratings_of_user(ratings, i).count;
    }
    for (uint32_t j = 0; j < items; j++) {
        const char *id = palate_ratings_item_id(ratings, j);
        require(id[0] != '\0' && palate_ratings_find_item(ratings, id, PALATE_TEXT) == j);
        check_row(palate_ratings_of_item(ratings, j), users);
        by_item += palate_ratings_of_item(ratings, j).count;
    }
    require(by_user == palate_ratings_count(ratings) && by_item == by_user);
    require(isfinite(palate_ratings_report(ratings)->mean));
}

static bool take_pair(const palate_pair *pair, void *user)
{
    require(pair->user_bytes > 0 && pair->item_bytes > 0 && !isinf(pair->rating));
    ++*(int *)user;
    return true;
}

static void take_problem(const palate_problem *problem, void *user)
{
    require(problem->message[0] != '\0' && problem->line >= 0);
    ++*(int *)user;
}

static void read_all_ways(const char *path, const palate_read_options *options)
{
    palate_ratings *ratings = NULL;
    palate_read_report report;
    palate_error err = {0};
    int count = 0;
    palate_status status = palate_ratings_read(NULL, path, options, &ratings, &err);
    require((status == PALATE_OK) == (ratings != NULL));
    require(status == PALATE_OK || (err.status == status && err.message[0] != '\0'));
    if (ratings != NULL)
        check_ratings(ratings);
    palate_ratings_free(ratings);
    if (palate_ratings_check(NULL, path, options, take_problem, &count, &report, &err) == PALATE_OK)
        require(count == report.skipped_count);
    if (palate_pairs_read(NULL, path, options, take_pair, &count, &report, &err) != PALATE_OK)
        require(err.message[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < HEAD_BYTES)
        return 0;
    const palate_read_options options = choose_options(data);
    const memory_file file = open_bytes(data + HEAD_BYTES, bytes - HEAD_BYTES);
    read_all_ways(file.path, &options);
    close_bytes(file);
    return 0;
}
