/* SPDX-License-Identifier: Apache-2.0 */
/* The data sets that palate knows. What a line says was taken from, in this order: the publisher's page
 * and README; the MD5 that GroupLens lays beside each archive (ml-100k.zip.md5 and so on); sizes and
 * SHA-256 from records of others that agree with each other and with that MD5 (decision 58). What could
 * not be had so is 0 or NULL.
 */
#include "base/error.h"
#include "palate/data.h"

#include <stdio.h>
#include <string.h>

#define MOVIELENS "https://files.grouplens.org/datasets/movielens/"
#define CITE_MOVIELENS                                                                             \
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. " \
    "ACM Transactions on Interactive Intelligent Systems 5, 4: 19:1-19:19."
#define TERMS_MOVIELENS(redistribution, readme)                                                    \
    "For research. Do not suggest that the University of Minnesota or GroupLens endorses you; "    \
    "cite the paper; " redistribution "; no commercial use without permission of GroupLens. In "   \
    "full: " MOVIELENS readme
#define NOT_PASSED_ON "do not pass the data on without permission"
#define PASSED_ON_ALIKE "pass the data on under these terms alone"

static const palate_data_set SETS[] = {
    {
        .name = "ml-100k",
        .title = "MovieLens 100K",
        .user_count = 943,
        .item_count = 1682,
        .rating_count = 100000,
        .scale = {1, 5},
        .url = MOVIELENS "ml-100k.zip",
        .bytes = 4924029,
        .sha256 = "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
        .md5 = "0e33842e24a9c977be4e0107933c0723",
        .ratings = "ml-100k/u.data",
        .items = "ml-100k/u.item",
        .users = "ml-100k/u.user",
        .terms = TERMS_MOVIELENS(NOT_PASSED_ON, "ml-100k-README.txt"),
        .citation = CITE_MOVIELENS,
    },
    {
        .name = "ml-1m",
        .title = "MovieLens 1M",
        .user_count = 6040,
        .item_count = 3706,
        .rating_count = 1000209,
        .scale = {1, 5},
        .url = MOVIELENS "ml-1m.zip",
        .bytes = 5917549,
        .sha256 = "a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
        .md5 = "c4d9eecfca2ab87c1945afe126590906",
        .ratings = "ml-1m/ratings.dat",
        .items = "ml-1m/movies.dat",
        .users = "ml-1m/users.dat",
        .terms = TERMS_MOVIELENS(NOT_PASSED_ON, "ml-1m-README.txt"),
        .citation = CITE_MOVIELENS,
    },
    {
        .name = "ml-latest-small",
        .title = "MovieLens Latest, small",
        .user_count = 610,
        .item_count = 9724,
        .rating_count = 100836,
        .scale = {0.5, 5},
        .url = MOVIELENS "ml-latest-small.zip",
        /* The version of September 2018; GroupLens may put another in its place. */
        .sha256 = "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436",
        .ratings = "ml-latest-small/ratings.csv",
        .items = "ml-latest-small/movies.csv",
        .terms = TERMS_MOVIELENS(PASSED_ON_ALIKE, "ml-latest-small-README.html"),
        .citation = CITE_MOVIELENS,
    },
    {
        .name = "ml-10m",
        .title = "MovieLens 10M",
        .user_count = 69878,
        .item_count = 10677,
        .rating_count = 10000054,
        .scale = {0.5, 5},
        .url = MOVIELENS "ml-10m.zip",
        .bytes = 65566137,
        .sha256 = "813c411ccb6122564edfe752e7f80c4dcc5aa25fa94c93622f6877a7ba252862",
        .md5 = "ce571fd55effeba0271552578f2648bd",
        .ratings = "ml-10M100K/ratings.dat",
        .items = "ml-10M100K/movies.dat",
        .terms = TERMS_MOVIELENS(NOT_PASSED_ON, "ml-10m-README.html"),
        .citation = CITE_MOVIELENS,
    },
    {
        .name = "ml-20m",
        .title = "MovieLens 20M",
        .user_count = 138493,
        .item_count = 26744,
        .rating_count = 20000263,
        .scale = {0.5, 5},
        .url = MOVIELENS "ml-20m.zip",
        .bytes = 198702078,
        .sha256 = "96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3",
        .md5 = "cd245b17a1ae2cc31bb14903e1204af3",
        .ratings = "ml-20m/ratings.csv",
        .items = "ml-20m/movies.csv",
        .terms = TERMS_MOVIELENS("do not pass the data on unless the README allows it",
                                 "ml-20m-README.html"),
        .citation = CITE_MOVIELENS,
    },
    {
        .name = "ml-25m",
        .title = "MovieLens 25M",
        .user_count = 162541,
        .item_count = 59047,
        .rating_count = 25000095,
        .scale = {0.5, 5},
        .url = MOVIELENS "ml-25m.zip",
        .bytes = 261978986,
        .sha256 = "8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa",
        .md5 = "6b51fb2759a8657d3bfcbfc42b592ada",
        .ratings = "ml-25m/ratings.csv",
        .items = "ml-25m/movies.csv",
        .terms = TERMS_MOVIELENS(NOT_PASSED_ON, "ml-25m-README.html"),
        .citation = CITE_MOVIELENS,
    },
    {
        .name = "ml-32m",
        .title = "MovieLens 32M",
        .user_count = 200948,
        .item_count = 84432,
        .rating_count = 32000204,
        .scale = {0.5, 5},
        .url = MOVIELENS "ml-32m.zip",
        .bytes = 238950008,
        .sha256 = "e4a68655d7386b8f95f2f2424b2ff975dfdd15ffd59e0d864a14dca43e99d6ee",
        .md5 = "d472be332d4daa821edc399621853b57",
        .ratings = "ml-32m/ratings.csv",
        .items = "ml-32m/movies.csv",
        .terms = TERMS_MOVIELENS(PASSED_ON_ALIKE, "ml-32m-README.html"),
        .citation = CITE_MOVIELENS,
    },
    {
        .name = "jester",
        .title = "Jester, data set 2",
        .user_count = 59132,
        .item_count = 140,
        .rating_count = 1761439,
        .scale = {-10, 10},
        .url = "https://eigentaste.berkeley.edu/dataset/archive/jester_dataset_2.zip",
        .ratings = "jester_ratings.dat",
        .terms = "For research, when the paper is cited. In full: "
                 "https://eigentaste.berkeley.edu/dataset/archive/",
        .citation =
            "Ken Goldberg, Theresa Roeder, Dhruv Gupta, and Chris Perkins. 2001. Eigentaste: "
            "A Constant Time Collaborative Filtering Algorithm. Information Retrieval 4, 2: "
            "133-151.",
    },
};

enum { SET_COUNT = sizeof SETS / sizeof SETS[0] };

size_t palate_data_count(void)
{
    return SET_COUNT;
}

const palate_data_set *palate_data_at(size_t place)
{
    return place < SET_COUNT ? &SETS[place] : NULL;
}

static void list_names(char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t s = 0; s < SET_COUNT && length < size; s++) {
        const int written = snprintf(text + length, size - length, "%s%s", s == 0 ? "" : ", ",
                                     SETS[s].name);
        length += written > 0 ? (size_t)written : 0;
    }
}

static const palate_data_set *nearest(const char *name)
{
    const palate_data_set *found = NULL;
    size_t least = SIZE_MAX;
    for (size_t s = 0; s < SET_COUNT; s++) {
        const size_t distance = palate_text_distance(name, SETS[s].name);
        if (distance < least) {
            least = distance;
            found = &SETS[s];
        }
    }
    return found;
}

const palate_data_set *palate_data_find(const char *name, palate_error *err)
{
    for (size_t s = 0; s < SET_COUNT; s++)
        if (strcmp(SETS[s].name, name) == 0)
            return &SETS[s];
    char names[200];
    list_names(names, sizeof names);
    const palate_data_set *meant = nearest(name);
    palate__fail(err, PALATE_E_INVALID, "there is no data set \"%.40s\"%s%s%s; there are %s", name,
                 meant == NULL ? "" : "; did you mean ", meant == NULL ? "" : meant->name,
                 meant == NULL ? "" : "?", names);
    return NULL;
}
