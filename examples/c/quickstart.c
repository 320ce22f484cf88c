/* SPDX-License-Identifier: Apache-2.0 */
/* From a file of ratings to a prediction, in ten lines.
 *
 *     cc quickstart.c $(pkg-config --cflags --libs palate) -o quickstart
 *     ./quickstart ../data/blackboard.csv
 */
#include <palate/palate.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    palate_ratings *ratings = NULL;
    palate_model *model = NULL;
    palate_error err;
    const char *path = argc > 1 ? argv[1] : "../data/blackboard.csv";
    bool failed = palate_ratings_read(NULL, path, NULL, &ratings, &err) != PALATE_OK ||
                  palate_model_train(ratings, NULL, &model, &err) != PALATE_OK;
    if (failed)
        fprintf(stderr, "%s\n", err.message);
    else
        printf("User 2 would give Movie 2 %.2f stars.\n",
               (double)palate_model_predict_one(model, "User 2", "Movie 2"));
    palate_model_free(model);
    palate_ratings_free(ratings);
    return failed;
}
