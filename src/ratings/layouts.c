/* SPDX-License-Identifier: Apache-2.0 */
/* MovieLens (Harper & Konstan 2015, ACM TiiS 5(4)); names and numbers are those of its README files. */
#include "ratings/layouts.h"

#include "ratings/columns.h"

#include <string.h>

static const palate__layout LAYOUTS[] = {
    /* 1|Toy Story (1995)|01-Jan-1995||http://...|0|0|0|1|1|1|0 ...          100K: u.item */
    {'|', "n****ggggggggggggggggggg", "title release_date video_release_date imdb_url genres"},
    /* 1|24|M|technician|85711                                               100K: u.user */
    {'|', "nns**", "age gender occupation zip_code"},
    /* 1::F::1::10::48067                                                    1M: users.dat */
    {':', "nsno*", "gender age occupation zip_code"},
    /* 1::Toy Story (1995)::Animation|Children's|Comedy                      1M, 10M: movies.dat */
    {':', "n**", "title genres"},
};

static const char *const GENRES[] = {
    "", /* "unknown" */
    "Action", "Adventure", "Animation", "Children's", "Comedy",  "Crime",   "Documentary",
    "Drama",  "Fantasy",   "Film-Noir", "Horror",     "Musical", "Mystery", "Romance",
    "Sci-Fi", "Thriller",  "War",       "Western",
};

static const char *const OCCUPATIONS[] = {
    "other",
    "academic/educator",
    "artist",
    "clerical/admin",
    "college/grad student",
    "customer service",
    "doctor/health care",
    "executive/managerial",
    "farmer",
    "homemaker",
    "K-12 student",
    "lawyer",
    "programmer",
    "retired",
    "sales/marketing",
    "scientist",
    "self-employed",
    "technician/engineer",
    "tradesman/craftsman",
    "unemployed",
    "writer",
};

static bool is_of_kind(palate__span text, palate__field_kind kind)
{
    int64_t number = 0;
    switch (kind) {
    case PALATE__FIELD_TEXT:
        return true;
    case PALATE__FIELD_NUMBER:
    case PALATE__FIELD_OCCUPATION:
        return palate__parse_integer(text, &number);
    case PALATE__FIELD_GENDER:
        return palate__same_word(text, "M") || palate__same_word(text, "F");
    case PALATE__FIELD_GENRE:
        return palate__same_word(text, "0") || palate__same_word(text, "1");
    }
    return false;
}

static bool fits(const palate__layout *layout, palate__span row, palate__separator separator)
{
    palate__cells cells = palate__cells_of(row, separator);
    palate__cell cell;
    size_t field = 0;
    if (layout->separator != separator.character || separator.doubled != (layout->separator == ':'))
        return false;
    for (; palate__next_cell(&cells, &cell); field++)
        if (layout->fields[field] == '\0' ||
            !is_of_kind(cell.text, palate__layout_kind(layout, field)))
            return false;
    return layout->fields[field] == '\0';
}

const palate__layout *palate__layout_of(palate__span row, palate__separator separator)
{
    for (size_t l = 0; l < sizeof LAYOUTS / sizeof LAYOUTS[0]; l++)
        if (fits(&LAYOUTS[l], row, separator))
            return &LAYOUTS[l];
    return NULL;
}

palate__span palate__occupation(palate__span number)
{
    int64_t place = 0;
    const int64_t count = (int64_t)(sizeof OCCUPATIONS / sizeof OCCUPATIONS[0]);
    if (!palate__parse_integer(number, &place) || place < 0 || place >= count)
        return number;
    return palate__text_span(OCCUPATIONS[place]);
}

const char *palate__genre(const palate__layout *layout, size_t field)
{
    const size_t first = strcspn(layout->fields, "g");
    const size_t place = field - first;
    return field >= first && place < sizeof GENRES / sizeof GENRES[0] ? GENRES[place] : "";
}
