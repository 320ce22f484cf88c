/* SPDX-License-Identifier: Apache-2.0 */
/* The validation split: each rating is held out with the same probability, by a number that depends
 * on the seed and on where the rating stands in the matrix; so the split is the same whatever the
 * order of lines. */
#include "train/training.h"

#include "base/random.h"

static bool is_held_out(const palate__training *training, uint32_t user, uint32_t item)
{
    palate__random4 drawn = palate__random(training->options.seed, PALATE__RANDOM_VALIDATION, 0,
                                           user, item);
    return palate__uniform_double(drawn.word[0]) < training->options.validation;
}

static size_t count_held_out(const palate__training *training)
{
    const palate__matrix *by_user = &training->ratings->by_user;
    size_t count = 0;
    for (uint32_t i = 0; i < by_user->row_count; i++)
        for (int64_t e = by_user->begins[i]; e < by_user->begins[i + 1]; e++)
            count += is_held_out(training, i, by_user->columns[e]);
    return count;
}

static palate_status allocate(palate__training *training, palate__matrix *kept, palate_error *err)
{
    palate_context *context = training->context;
    palate__held_out *held = &training->held_out;
    size_t rest = (size_t)palate__matrix_count(&training->ratings->by_user) - held->count;
    kept->begins = palate__allocate_array(context, (size_t)kept->row_count + 1, sizeof(int64_t));
    kept->columns = palate__allocate_array(context, rest, sizeof(uint32_t));
    kept->values = palate__allocate_array(context, rest, sizeof(float));
    held->users = palate__allocate_array(context, held->count, sizeof(uint32_t));
    held->items = palate__allocate_array(context, held->count, sizeof(uint32_t));
    held->ratings = palate__allocate_array(context, held->count, sizeof(float));
    if (training->times != NULL) {
        held->times = palate__allocate_array(context, held->count, sizeof(int64_t));
        training->split_times = palate__allocate_array(context, rest, sizeof(int64_t));
    }
    if (training->options.rule == PALATE_RULE_BAYES)
        held->sums = palate__allocate_zeroed(context, held->count, sizeof(double));
    bool times = training->times == NULL || (held->times != NULL && training->split_times != NULL);
    bool sums = training->options.rule != PALATE_RULE_BAYES || held->sums != NULL;
    bool complete = times && sums && kept->begins != NULL && kept->columns != NULL &&
                    kept->values != NULL && held->users != NULL && held->items != NULL &&
                    held->ratings != NULL;
    return complete ? PALATE_OK : palate__fail_memory(err, "holding out ratings for validation");
}

static void share_out(palate__training *training, palate__matrix *kept)
{
    const palate__matrix *by_user = &training->ratings->by_user;
    palate__held_out *held = &training->held_out;
    int64_t to = 0;
    size_t out = 0;
    for (uint32_t i = 0; i < by_user->row_count; i++) {
        kept->begins[i] = to;
        for (int64_t e = by_user->begins[i]; e < by_user->begins[i + 1]; e++) {
            if (is_held_out(training, i, by_user->columns[e])) {
                held->users[out] = i;
                held->items[out] = by_user->columns[e];
                if (training->times != NULL)
                    held->times[out] = training->times[e];
                held->ratings[out++] = by_user->values[e];
            } else {
                kept->columns[to] = by_user->columns[e];
                if (training->times != NULL)
                    training->split_times[to] = training->times[e];
                kept->values[to++] = by_user->values[e];
            }
        }
    }
    kept->begins[by_user->row_count] = to;
}

static void *share(void *array)
{
    return array == NULL ? NULL : palate__share(array);
}

static palate__matrix share_matrix(const palate__matrix *of)
{
    palate__matrix shared = *of;
    shared.begins = share(of->begins);
    shared.columns = share(of->columns);
    shared.values = share(of->values);
    return shared;
}

/* Would it be the same split? */
static bool splits_alike(const palate__training *training, const palate__training *like)
{
    return like != NULL && like->split && like->ratings == training->ratings &&
           like->held_out.sums == NULL && like->options.seed == training->options.seed &&
           like->options.validation == training->options.validation;
}

/* That of another training: nobody changes it. */
static void share_split(palate__training *training, const palate__training *like)
{
    const palate__held_out *held = &like->held_out;
    training->users.matrix = share_matrix(&like->users.matrix);
    training->items.matrix = share_matrix(&like->items.matrix);
    training->held_out = (palate__held_out){
        .count = held->count,
        .users = share(held->users),
        .items = share(held->items),
        .ratings = share(held->ratings),
        .times = share(held->times),
    };
    training->times = training->split_times = share(like->split_times);
    training->split = true;
}

palate_status palate__training_split(palate__training *training, palate_error *err)
{
    if (splits_alike(training, training->choice.like))
        share_split(training, training->choice.like);
    training->choice.like = NULL; /* It may end first. */
    if (training->split || training->options.validation == 0.0)
        return PALATE_OK;
    palate_status status = PALATE_OK;
    const palate__matrix *by_user = &training->ratings->by_user;
    palate__matrix kept = {.row_count = by_user->row_count, .column_count = by_user->column_count};
    palate__matrix turned = {0};
    training->held_out.count = count_held_out(training);
    if (training->held_out.count == 0 ||
        (int64_t)training->held_out.count == palate__matrix_count(by_user))
        return palate__fail(
            err, PALATE_E_INVALID,
            "validation %g of %lld ratings leaves none to %s: take another share, or 0",
            training->options.validation, (long long)palate__matrix_count(by_user),
            training->held_out.count == 0 ? "measure with" : "train on");
    PALATE_TRY(allocate(training, &kept, err));
    share_out(training, &kept);
    PALATE_TRY(palate__matrix_transpose(training->context, &kept, &turned, err));
    training->users.matrix = kept;
    training->items.matrix = turned;
    training->times = training->split_times;
    training->split = true;
    return PALATE_OK;
done:
    palate__matrix_free(training->context, &kept);
    return status;
}
