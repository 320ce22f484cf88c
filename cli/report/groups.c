/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings of one user resemble each other, so what varies independently is users: the variance of a
 * mean is that of users' sums around it (Liang & Zeger 1986; the interval that a bootstrap over
 * users has where there are many),
 *
 *     var(mean) = U / (U - 1) sum over users (S_u - mean n_u)^2 / n^2
 */
#include "groups.h"

#include "../message.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Predictions ---- */

static bool make_room(predicted *out, const palate_ratings *ratings, bool sure)
{
    const size_t count = (size_t)palate_ratings_count(ratings);
    out->ratings = malloc((count + 1) * sizeof *out->ratings);
    out->predictions = malloc((count + 1) * sizeof *out->predictions);
    out->deviations = sure ? malloc((count + 1) * sizeof *out->deviations) : NULL;
    out->user_ends = malloc((palate_ratings_user_count(ratings) + (size_t)1) *
                            sizeof *out->user_ends);
    return out->ratings != NULL && out->predictions != NULL && out->user_ends != NULL &&
           (out->deviations != NULL || !sure);
}

static palate_status predict_user(predicted *out, const palate_model *model,
                                  const palate_ratings *ratings, uint32_t user, uint32_t *room,
                                  palate_error *err)
{
    const palate_rated rated = palate_ratings_of_user(ratings, user);
    const size_t count = (size_t)rated.count;
    uint32_t *users = room;
    uint32_t *items = room + count;
    const uint32_t row = palate_model_find_user(model, palate_ratings_user_id(ratings, user),
                                                PALATE_TEXT);
    for (size_t e = 0; e < count; e++) {
        users[e] = row;
        items[e] = palate_model_find_item(model, palate_ratings_item_id(ratings, rated.rows[e]),
                                          PALATE_TEXT);
        out->ratings[out->count + e] = rated.ratings[e];
    }
    const palate_cells cells = {count, users, items, rated.times};
    const palate_status status = palate_model_predict(
        model, &cells, out->predictions + out->count,
        out->deviations == NULL ? NULL : out->deviations + out->count, NULL, err);
    out->count += count;
    out->user_ends[out->user_count++] = out->count;
    return status;
}

static size_t longest_row(const palate_ratings *ratings)
{
    int64_t longest = 0;
    for (uint32_t user = 0; user < palate_ratings_user_count(ratings); user++) {
        const palate_rated rated = palate_ratings_of_user(ratings, user);
        longest = rated.count > longest ? rated.count : longest;
    }
    return (size_t)longest;
}

bool predicted_fill(predicted *out, const palate_model *model, const palate_ratings *ratings)
{
    palate_error err;
    palate_model_summary summary;
    palate_status status = PALATE_OK;
    palate_model_info(model, &summary);
    *out = (predicted){0};
    uint32_t *room = malloc((2 * longest_row(ratings) + 1) * sizeof *room);
    const bool has_room = make_room(out, ratings, summary.sample_count > 0) && room != NULL;
    for (uint32_t user = 0;
         has_room && status == PALATE_OK && user < palate_ratings_user_count(ratings); user++)
        status = predict_user(out, model, ratings, user, room, &err);
    free(room);
    if (!has_room)
        message_error("out of memory while predicting");
    else if (status != PALATE_OK)
        message_failed(&err);
    return has_room && status == PALATE_OK;
}

void predicted_release(predicted *of)
{
    free(of->ratings);
    free(of->predictions);
    free(of->deviations);
    free(of->user_ends);
    *of = (predicted){0};
}

/* ---- Means with intervals ---- */

/* Sums over users of their counts n and sums s. */
typedef struct user_sums {
    double n, s, nn, ns, ss;
    double own_n, own_s; /* Of the user at hand. */
    int64_t users;
} user_sums;

static void add(user_sums *to, double value)
{
    to->own_n += 1.0;
    to->own_s += value;
}

static void end_user(user_sums *to)
{
    to->n += to->own_n;
    to->s += to->own_s;
    to->nn += to->own_n * to->own_n;
    to->ns += to->own_n * to->own_s;
    to->ss += to->own_s * to->own_s;
    to->users += to->own_n > 0.0;
    to->own_n = to->own_s = 0.0;
}

static estimate mean_of(const user_sums *of)
{
    static const double normal = 1.959963984540054; /* Of 97.5 %. */
    if (of->n == 0.0)
        return (estimate){NAN, NAN, NAN};
    const double mean = of->s / of->n;
    if (of->users < 2)
        return (estimate){mean, NAN, NAN};
    const double squares = fmax(of->ss - 2.0 * mean * of->ns + mean * mean * of->nn, 0.0);
    const double users = (double)of->users;
    const double half = normal * sqrt(squares * users / (users - 1.0)) / of->n;
    return (estimate){mean, mean - half, mean + half};
}

static estimate root_of(estimate square)
{
    return (estimate){sqrt(square.value), sqrt(fmax(square.low, 0.0)), sqrt(square.high)};
}

/* ---- Groups ---- */

static int compare_floats(const void *a, const void *b)
{
    const float left = *(const float *)a;
    const float right = *(const float *)b;
    return (left > right) - (left < right);
}

void sort_floats(float *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_floats);
}

double quantile(const float *sorted, size_t count, double share)
{
    if (count == 0)
        return NAN;
    const size_t place = (size_t)(share * (double)count);
    return (double)sorted[place < count ? place : count - 1];
}

static size_t count_different(const float *sorted, size_t count)
{
    size_t different = count > 0;
    for (size_t v = 1; v < count; v++)
        different += sorted[v] != sorted[v - 1];
    return different;
}

/* Sets least and most of the groups. */
static void cut(rating_groups *out, const float *sorted, size_t count, size_t most)
{
    assert(most > 0);
    const bool each = count_different(sorted, count) <= most;
    size_t begin = 0;
    out->count = 0;
    while (begin < count && out->count < GROUPS_OF_RATINGS_MAX) {
        size_t end = each ? begin + 1 : count * (out->count + 1) / most;
        end = end > begin ? end : begin + 1;
        while (end < count && sorted[end] == sorted[end - 1])
            end++;
        out->groups[out->count++] = (rating_group){.least = (double)sorted[begin],
                                                   .most = (double)sorted[end - 1]};
        begin = end;
    }
}

static bool find_groups(rating_groups *out, const predicted *of, const float *values, size_t most)
{
    size_t count = 0;
    float *sorted = malloc((of->count + 1) * sizeof *sorted);
    if (sorted == NULL) {
        message_error("out of memory while sorting predictions");
        return false;
    }
    for (size_t e = 0; e < of->count; e++)
        if (isfinite(values[e]))
            sorted[count++] = values[e];
    sort_floats(sorted, count);
    cut(out, sorted, count, most);
    free(sorted);
    return true;
}

static size_t group_of(const rating_groups *groups, double value)
{
    size_t g = 0;
    while (g + 1 < groups->count && value > groups->groups[g].most)
        g++;
    return g;
}

typedef struct group_sums {
    user_sums squares, ratings, predictions;
    double deviations, deviation_count;
} group_sums;

static void add_rating(group_sums *to, const predicted *of, size_t e)
{
    const double rating = (double)of->ratings[e];
    const double prediction = (double)of->predictions[e];
    add(&to->squares, (rating - prediction) * (rating - prediction));
    add(&to->ratings, rating);
    add(&to->predictions, prediction);
    if (of->deviations != NULL && isfinite(of->deviations[e])) {
        to->deviations += (double)of->deviations[e];
        to->deviation_count += 1.0;
    }
}

static void add_user(group_sums *sums, const rating_groups *groups, const predicted *of,
                     const float *values, size_t begin, size_t end)
{
    for (size_t e = begin; e < end; e++)
        if (isfinite(values[e]))
            add_rating(&sums[group_of(groups, (double)values[e])], of, e);
    for (size_t g = 0; g < groups->count; g++) {
        end_user(&sums[g].squares);
        end_user(&sums[g].ratings);
        end_user(&sums[g].predictions);
    }
}

bool groups_fill(rating_groups *out, const predicted *of, const float *values, size_t most)
{
    group_sums sums[GROUPS_OF_RATINGS_MAX] = {0};
    if (!find_groups(out, of, values, most))
        return false;
    for (size_t user = 0; user < of->user_count && out->count > 0; user++)
        add_user(sums, out, of, values, user == 0 ? 0 : of->user_ends[user - 1],
                 of->user_ends[user]);
    for (size_t g = 0; g < out->count; g++) {
        rating_group *group = &out->groups[g];
        group->count = (int64_t)sums[g].squares.n;
        group->rmse = root_of(mean_of(&sums[g].squares));
        group->rating = mean_of(&sums[g].ratings);
        group->prediction = mean_of(&sums[g].predictions);
        group->deviation = sums[g].deviation_count > 0.0
                               ? sums[g].deviations / sums[g].deviation_count
                               : NAN;
    }
    return true;
}
