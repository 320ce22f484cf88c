/* SPDX-License-Identifier: Apache-2.0 */
/* What a user's first program does, built against an installed palate. */
#include <palate/palate.h>
#include <stdio.h>

int main(void)
{
    const char *users[] = {"ann", "ann", "bob"}, *items[] = {"tea", "rum", "tea"};
    const float values[] = {5, 3, 4};
    palate_rating_arrays arrays = {.count = 3, .users = users, .items = items, .ratings = values};
    palate_ratings *ratings = NULL;
    palate_model *model = NULL;
    palate_error err;
    bool failed = palate_ratings_from_arrays(NULL, &arrays, NULL, &ratings, &err) != PALATE_OK ||
                  palate_model_train(ratings, NULL, &model, &err) != PALATE_OK;
    if (failed)
        fprintf(stderr, "%s\n", err.message);
    else
        printf("palate %s: %.1f\n", palate_version(),
               palate_model_predict_one(model, "bob", "rum"));
    palate_model_free(model);
    palate_ratings_free(ratings);
    return failed;
}
