/* SPDX-License-Identifier: Apache-2.0 */
/* What the model learned from: how many ratings, which, and how unevenly spread. */
#include "../describe.h"
#include "html.h"
#include "quality.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BINS_MAX = 21, NAME_BYTES = 32 };

/* How ratings are spread over users, or items. */
typedef struct spread_of {
    double median, most; /* Ratings of a row. */
    double top_share;    /* Of all ratings, those of the tenth of rows with most. */
} spread_of;

struct data_facts {
    size_t count; /* Bins. */
    double least[BINS_MAX], most[BINS_MAX];
    double ratings[BINS_MAX];     /* Share of the training ratings, */
    double predictions[BINS_MAX]; /* and of the predictions that were tested. */
    bool has_predictions;
    double mean;
    spread_of users, items;
};

/* ---- Finding out ---- */

static size_t copy_ratings(const palate_ratings *ratings, float *values)
{
    size_t count = 0;
    for (uint32_t user = 0; user < palate_ratings_user_count(ratings); user++) {
        const palate_rated rated = palate_ratings_of_user(ratings, user);
        for (int64_t e = 0; e < rated.count; e++)
            values[count++] = rated.ratings[e];
    }
    return count;
}

static size_t find_different(const float *sorted, size_t count, double *values, size_t most)
{
    size_t different = 0;
    for (size_t v = 0; v < count; v++) {
        if (v > 0 && sorted[v] == sorted[v - 1])
            continue;
        if (different == most)
            return most + 1;
        values[different++] = (double)sorted[v];
    }
    return different;
}

/* Each value one, where there are few; else ranges of equal width. */
static void make_bins(data_facts *to, const float *sorted, size_t count)
{
    double values[BINS_MAX];
    const size_t different = find_different(sorted, count, values, BINS_MAX);
    to->count = different;
    for (size_t b = 0; different <= BINS_MAX && b < different; b++)
        to->least[b] = to->most[b] = values[b];
    if (different <= BINS_MAX)
        return;
    const double low = (double)sorted[0];
    const double width = ((double)sorted[count - 1] - low) / (BINS_MAX - 1);
    to->count = BINS_MAX - 1;
    for (size_t b = 0; b < to->count; b++) {
        to->least[b] = low + width * (double)b;
        to->most[b] = low + width * (double)(b + 1);
    }
}

/* The bin a value is nearest to. */
static size_t bin_of(const data_facts *of, double value)
{
    size_t bin = 0;
    while (bin + 1 < of->count &&
           value >= (of->least[bin] + of->most[bin] + of->least[bin + 1] + of->most[bin + 1]) / 4.0)
        bin++;
    return bin;
}

static void count_values(const data_facts *of, const float *values, size_t count, double *shares)
{
    for (size_t v = 0; v < count; v++)
        shares[bin_of(of, (double)values[v])] += 1.0;
    for (size_t b = 0; b < of->count && count > 0; b++)
        shares[b] /= (double)count;
}

/* Rows are numbered by their ratings, most first. */
static spread_of find_spread(const palate_ratings *ratings, uint32_t rows,
                             palate_rated (*of)(const palate_ratings *, uint32_t))
{
    spread_of spread = {0};
    double all = 0.0;
    double top = 0.0;
    for (uint32_t row = 0; row < rows; row++) {
        const double count = (double)of(ratings, row).count;
        spread.most = fmax(spread.most, count);
        all += count;
        top += row < (rows + 9) / 10 ? count : 0.0;
    }
    const uint32_t middle = rows / 2;
    spread.median = rows > 0 ? (double)of(ratings, middle).count : NAN;
    spread.top_share = all > 0.0 ? top / all : NAN;
    return spread;
}

static void fill_data(report *of, float *values)
{
    data_facts *to = of->data;
    const palate_ratings *ratings = of->train;
    const predicted *tested = &of->quality->cells;
    const size_t count = copy_ratings(ratings, values);
    sort_floats(values, count);
    make_bins(to, values, count);
    count_values(to, values, count, to->ratings);
    to->has_predictions = tested->count > 0;
    count_values(to, tested->predictions, tested->count, to->predictions);
    to->mean = palate_ratings_report(ratings)->mean;
    to->users = find_spread(ratings, palate_ratings_user_count(ratings), palate_ratings_of_user);
    to->items = find_spread(ratings, palate_ratings_item_count(ratings), palate_ratings_of_item);
}

static int fill(report *of)
{
    if (of->train == NULL)
        return EXIT_DONE;
    of->data = calloc(1, sizeof *of->data);
    float *values = malloc(((size_t)palate_ratings_count(of->train) + 1) * sizeof *values);
    const bool has_room = of->data != NULL && values != NULL;
    if (has_room)
        fill_data(of, values);
    free(values);
    return has_room ? EXIT_DONE : message_error("out of memory while counting ratings");
}

static void release(report *of)
{
    free(of->data);
    of->data = NULL;
}

/* ---- On the page ---- */

static void name_bin(const data_facts *of, size_t bin, char name[NAME_BYTES])
{
    if (of->least[bin] == of->most[bin])
        snprintf(name, NAME_BYTES, "%.3g", of->least[bin]);
    else
        snprintf(name, NAME_BYTES, "%.3g to %.3g", of->least[bin], of->most[bin]);
}

static void write_table(const data_facts *of, output *out)
{
    const char *const heads[] = {"rating", "of ratings",
                                 of->has_predictions ? "of predictions" : NULL, NULL};
    html_table_begin(out, "Ratings", heads);
    for (size_t b = 0; b < of->count; b++) {
        char name[NAME_BYTES];
        name_bin(of, b, name);
        html_row(out, name);
        html_cell(out, "%.1f&nbsp;%%", 100.0 * of->ratings[b]);
        if (of->has_predictions)
            html_cell(out, "%.1f&nbsp;%%", 100.0 * of->predictions[b]);
        output_text(out, "</tr>\n");
    }
    html_table_end(out);
}

static void write_histogram(const data_facts *of, output *out)
{
    plot_point points[2][BINS_MAX];
    char texts[BINS_MAX][NAME_BYTES];
    const char *names[BINS_MAX];
    for (size_t b = 0; b < of->count; b++) {
        points[0][b] = (plot_point){(double)b, of->ratings[b], NAN, NAN};
        points[1][b] = (plot_point){(double)b, of->predictions[b], NAN, NAN};
        snprintf(texts[b], NAME_BYTES, "%.3g", (of->least[b] + of->most[b]) / 2.0);
        names[b] = texts[b];
    }
    const plot picture = {
        .title = "Ratings",
        .description = "Share of the ratings learned from, and of the predictions tested, at each "
                       "value.",
        .x_label = "rating",
        .y_label = "share",
        .names = names,
        .name_count = of->count,
        .series = {{"ratings", PLOT_COLUMNS, points[0], of->count},
                   {"predictions", PLOT_COLUMNS, points[1], of->count}},
        .series_count = of->has_predictions ? 2 : 1,
        .percent = true,
    };
    html_figure_begin(
        out, &picture,
        of->has_predictions
            ? "Predictions, put to the nearest value, keep to the middle where little is "
              "known."
            : "What was given how often.");
    write_table(of, out);
    html_figure_end(out);
}

static void write_spread(const spread_of *of, const char *rows, const char *most, const char *did,
                         output *out)
{
    markup_put(
        out,
        "<li>Half of the %s %s %s ratings or fewer; the most %s one %s %s. The most %s tenth "
        "%s <b>%.0f&nbsp;%%</b> of all.</li>\n",
        rows, did, describe_count((int64_t)of->median), most, did,
        describe_count((int64_t)of->most), most, did, 100.0 * of->top_share);
}

static void write(const report *of, output *out)
{
    const data_facts *data = of->data;
    if (data == NULL) {
        output_text(out, "<p>The model keeps no ratings (<code>--train</code> takes them).</p>\n");
        return;
    }
    const int64_t count = palate_ratings_count(of->train);
    const uint32_t users = palate_ratings_user_count(of->train);
    const uint32_t items = palate_ratings_item_count(of->train);
    output_text(out, "<div class=\"figures\">\n");
    write_histogram(data, out);
    output_text(out, "<ul>\n");
    markup_put(out, "<li><b>%s</b> by %s of %s, %.2g&nbsp;%% of all that there could be.</li>\n",
               describe_things(count, "rating"), describe_things(users, "user"),
               describe_things(items, "item"), describe_density(count, users, items));
    markup_put(out, "<li>Their mean is <b>%.2f</b>.</li>\n", data->mean);
    write_spread(&data->users, "users", "active", "gave", out);
    write_spread(&data->items, "items", "popular", "got", out);
    output_text(out, "</ul></div>\n");
}

/* ---- For a program ---- */

static json_t *spread_json(const spread_of *of)
{
    return json_pack("{s:o, s:o, s:o}", "median", describe_real_json(of->median), "most",
                     describe_real_json(of->most), "top_tenth_share",
                     describe_real_json(of->top_share));
}

static json_t *json(const report *of)
{
    const data_facts *data = of->data;
    if (data == NULL)
        return json_null();
    json_t *bins = json_array();
    for (size_t b = 0; b < data->count; b++) {
        json_t *one = json_pack("{s:f, s:f, s:f}", "least", data->least[b], "most", data->most[b],
                                "ratings", data->ratings[b]);
        if (data->has_predictions)
            json_object_set_new(one, "predictions", json_real(data->predictions[b]));
        json_array_append_new(bins, one);
    }
    return json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "ratings",
                     (json_int_t)palate_ratings_count(of->train), "users",
                     (json_int_t)palate_ratings_user_count(of->train), "items",
                     (json_int_t)palate_ratings_item_count(of->train), "mean",
                     describe_real_json(data->mean), "per_user", spread_json(&data->users),
                     "per_item", spread_json(&data->items), "histogram", bins);
}

const report_section SECTION_DATA = {"data", "What it learned from", fill, write, json, release};
