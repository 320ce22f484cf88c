/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a file of ratings. The checksums would keep every mutation out, so they are put right first. What is
 * loaded must be sound, and can be saved again.
 */
#define _GNU_SOURCE
#include "memory_file.h"
#include "target.h"

#include "palate/palate.h"
#include "ratings/saved.h"

#include <math.h>

static void require(int holds)
{
    if (!holds)
        abort();
}

/* So that times are read. */
static int64_t touched;

static void check_row(palate_rated rated, uint32_t column_count)
{
    for (int64_t e = 0; e < rated.count; e++) {
        require(isfinite(rated.ratings[e]));
        require(rated.rows[e] < column_count);
        require(e == 0 || rated.rows[e - 1] < rated.rows[e]);
        touched ^= rated.times == NULL ? 0 : rated.times[e];
    }
}

static void use(const palate_ratings *ratings)
{
    const uint32_t users = palate_ratings_user_count(ratings);
    const uint32_t items = palate_ratings_item_count(ratings);
    for (uint32_t i = 0; i < users; i++) {
        const char *id = palate_ratings_user_id(ratings, palate_ratings_user_at(ratings, i));
        require(palate_ratings_find_user(ratings, id, PALATE_TEXT) ==
                palate_ratings_user_at(ratings, i));
        check_row(palate_ratings_of_user(ratings, i), items);
    }
    for (uint32_t j = 0; j < items; j++) {
        const char *id = palate_ratings_item_id(ratings, palate_ratings_item_at(ratings, j));
        require(palate_ratings_find_item(ratings, id, PALATE_TEXT) ==
                palate_ratings_item_at(ratings, j));
        check_row(palate_ratings_of_item(ratings, j), users);
    }
    require(palate_ratings_save(ratings, "/dev/null", NULL) == PALATE_OK);
}

static bool take_pair(const palate_pair *pair, void *user)
{
    require(pair->user_bytes > 0 && pair->item_bytes > 0 && isfinite(pair->rating));
    ++*(int64_t *)user;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    saved_file file = {malloc(bytes + 1), bytes};
    require(file.data != NULL);
    memcpy(file.data, data, bytes);
    saved_put_right(file);
    const memory_file held = open_bytes(file.data, file.bytes);
    palate_read_options options;
    palate_read_options_init(&options);
    options.format = "palate";
    options.threads = 2;
    palate_ratings *ratings = NULL;
    palate_error err = {0};
    int64_t pairs = 0;
    const palate_status status = palate_ratings_read(NULL, held.path, &options, &ratings, &err);
    require((status == PALATE_OK) == (ratings != NULL));
    require(status == PALATE_OK || err.message[0] != '\0');
    if (ratings != NULL) {
        use(ratings);
        require(palate_pairs_read(NULL, held.path, &options, take_pair, &pairs, NULL, NULL) ==
                PALATE_OK);
        require(pairs == palate_ratings_count(ratings));
    }
    palate_ratings_free(ratings);
    close_bytes(held);
    free(file.data);
    return 0;
}
