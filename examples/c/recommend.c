/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings with planted tastes, a model that finds the tastes again, and recommendations from it.
 *
 *     ./recommend planted.csv
 *
 * Ids tell the truth: whoever is called user-western-1 likes westerns, but the model is not told.
 */
#include <palate/palate.h>
#include <stdio.h>
#include <string.h>

enum { TASTES = 4, SHOWN = 5 };

/* Each call that fails has filled `err`; the first failure ends the chain. */
static palate_status learn(const char *path, palate_model **model, palate_error *err)
{
    palate_ratings *ratings = NULL;
    palate_synth_options made_up;
    palate_train_options training;
    palate_synth_options_init(&made_up);
    made_up.tastes = TASTES;
    palate_train_options_init(&training);
    training.factors = TASTES;
    training.mode = PALATE_MODE_PURE;
    palate_status status = palate_synth_write(NULL, &made_up, path, NULL, err);
    if (status == PALATE_OK)
        status = palate_ratings_read(NULL, path, NULL, &ratings, err);
    if (status == PALATE_OK)
        status = palate_model_train(ratings, &training, model, err);
    palate_ratings_free(ratings);
    return status;
}

static bool is_listed(const uint32_t *items, int count, uint32_t item)
{
    for (int r = 0; r < count; r++)
        if (items[r] == item)
            return true;
    return false;
}

/* The item a factor is largest in, apart from those listed already. */
static uint32_t find_largest(const palate_model *model, uint32_t factor, const uint32_t *listed,
                             int count)
{
    palate_model_summary about;
    palate_model_info(model, &about);
    const float *factors = palate_model_item_factors(model);
    uint32_t best = PALATE_NO_ROW;
    float largest = -1.0F;
    for (uint32_t item = 0; item < about.item_count; item++) {
        float value = factors[(size_t)item * about.factor_count + factor];
        if (value > largest && !is_listed(listed, count, item)) {
            largest = value;
            best = item;
        }
    }
    return best;
}

static void print_factors(const palate_model *model)
{
    uint32_t top[SHOWN];
    printf("What each factor is about, by the items it is largest in:\n\n");
    for (uint32_t f = 0; f < TASTES; f++) {
        printf("%s:", palate_model_factor_name(model, f));
        for (int r = 0; r < SHOWN; r++) {
            top[r] = find_largest(model, f, top, r);
            printf(" %s", palate_model_item_id(model, top[r]));
        }
        printf("\n");
    }
}

/* Prints the best unseen items of a user; true if most of them are to the user's taste. */
static bool recommend(const palate_model *model, uint32_t user, const char *taste)
{
    palate_recommend_options options;
    palate_error err;
    uint32_t items[SHOWN];
    float scores[SHOWN];
    uint32_t count = 0;
    uint32_t matches = 0;
    palate_recommend_options_init(&options);
    options.count = SHOWN;
    if (palate_model_recommend(model, &user, 1, &options, items, scores, &count, &err) !=
        PALATE_OK) {
        fprintf(stderr, "%s\n", err.message);
        return false;
    }
    printf("\nFor %s, among what is not rated yet:\n\n", palate_model_user_id(model, user));
    for (uint32_t r = 0; r < count; r++) {
        const char *item = palate_model_item_id(model, items[r]);
        printf("%u. %-28s %.2f\n", r + 1, item, (double)scores[r]);
        matches += strstr(item, taste) != NULL;
    }
    return count == SHOWN && matches > SHOWN / 2;
}

/* The first user, in order of appearance, with just this taste. */
static uint32_t find_fan(const palate_model *model, const char *taste)
{
    char beginning[64];
    int length = snprintf(beginning, sizeof beginning, "user-%s-", taste);
    for (uint32_t place = 0;; place++) {
        uint32_t user = palate_model_user_at(model, place);
        const char *id = palate_model_user_id(model, user);
        if (id == NULL || (strncmp(id, beginning, (size_t)length) == 0 &&
                           strspn(id + length, "0123456789") == strlen(id + length)))
            return user;
    }
}

int main(int argc, char **argv)
{
    palate_model *model = NULL;
    palate_error err;
    if (learn(argc > 1 ? argv[1] : "planted.csv", &model, &err) != PALATE_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    print_factors(model);
    bool good = recommend(model, find_fan(model, "western"), "western");
    palate_model_free(model);
    return good ? 0 : 1;
}
