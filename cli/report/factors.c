/* SPDX-License-Identifier: Apache-2.0 */
/* What was learned: the factors, those that explain most first, and the items that stand for them. */
#include "../describe.h"
#include "../lists.h"
#include "groups.h"
#include "html.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_WHOLE = 12, TOP_ITEMS = 6, SUPPORT = 20 };

typedef struct learned_factor {
    uint32_t factor;
    palate_factor_facts facts;
    size_t count; /* Of the items that stand for it. */
    uint32_t items[TOP_ITEMS];
    double values[TOP_ITEMS];
    double median; /* Of the items' loadings. */
} learned_factor;

struct learned_factors {
    size_t count;
    learned_factor *list; /* The largest share first. */
};

/* ---- Finding out ---- */

static bool find_top(const report *of, learned_factor *to)
{
    palate_error err;
    palate_similar_options options;
    palate_similar_options_init(&options);
    options.side = PALATE_SIMILAR_ITEMS;
    options.count = TOP_ITEMS;
    options.support = SUPPORT;
    palate_status status = palate_model_factor_top(of->model, to->factor, &options, to->items,
                                                   to->values, &to->count, &err);
    if (status == PALATE_OK && to->count == 0) { /* Nothing has been rated that often. */
        options.support = 1;
        status = palate_model_factor_top(of->model, to->factor, &options, to->items, to->values,
                                         &to->count, &err);
    }
    if (status != PALATE_OK)
        message_failed(&err);
    return status == PALATE_OK;
}

static float loading(const report *of, uint32_t item, uint32_t factor)
{
    return palate_model_item_factors(of->model)[(size_t)item * of->summary.factor_count + factor];
}

static void find_median(const report *of, learned_factor *to, float *room)
{
    for (uint32_t item = 0; item < of->summary.item_count; item++)
        room[item] = loading(of, item, to->factor);
    sort_floats(room, of->summary.item_count);
    to->median = quantile(room, of->summary.item_count, 0.5);
}

/* The places by share, in `order`; `facts` are in the model's order. */
static bool fill_list(report *of, const palate_factor_facts *facts, const uint32_t *order,
                      float *room)
{
    bool done = true;
    for (size_t place = 0; place < of->factors->count && done; place++) {
        learned_factor *factor = &of->factors->list[place];
        factor->factor = order[place];
        factor->facts = facts[order[place]];
        done = find_top(of, factor);
        if (done)
            find_median(of, factor, room);
    }
    return done;
}

static int fill_factors(report *of)
{
    palate_error err;
    const uint32_t count = of->summary.factor_count;
    palate_factor_facts *facts = calloc((size_t)count + 1, sizeof *facts);
    double *shares = calloc((size_t)count + 1, sizeof *shares);
    uint32_t *order = calloc((size_t)count + 1, sizeof *order);
    float *room = malloc(((size_t)of->summary.item_count + 1) * sizeof *room);
    of->factors->list = calloc((size_t)count + 1, sizeof *of->factors->list);
    int exit_status = EXIT_DONE;
    if (facts == NULL || shares == NULL || order == NULL || room == NULL ||
        of->factors->list == NULL) {
        exit_status = message_error("out of memory while looking at factors");
    } else if (palate_model_factor_facts(of->model, facts, &err) != PALATE_OK) {
        exit_status = message_failed(&err);
    } else {
        for (uint32_t f = 0; f < count; f++)
            shares[f] = facts[f].share;
        rank_falling(shares, count, order);
        of->factors->count = count;
        exit_status = fill_list(of, facts, order, room) ? EXIT_DONE : EXIT_FAILED;
    }
    free(facts);
    free(shares);
    free(order);
    free(room);
    return exit_status;
}

static int fill(report *of)
{
    of->factors = calloc(1, sizeof *of->factors);
    if (of->factors == NULL)
        return message_error("out of memory while looking at factors");
    return report_is_of_samples(of) ? EXIT_DONE : fill_factors(of);
}

static void release(report *of)
{
    if (of->factors != NULL)
        free(of->factors->list);
    free(of->factors);
    of->factors = NULL;
}

/* ---- On the page ---- */

static double largest(const report *of, const learned_factor *factor)
{
    double most = factor->median;
    for (size_t place = 0; place < factor->count; place++)
        most = fmax(most, (double)loading(of, factor->items[place], factor->factor));
    return most;
}

static void write_card(const report *of, const learned_factor *factor, output *out)
{
    static const char *const heads[] = {"item", "", "loading", NULL};
    const double most = largest(of, factor);
    markup_put(out, "<article class=\"card\" id=\"factor-%u\"><h3>", factor->factor + 1);
    html_name(out, palate_model_factor_name(of->model, factor->factor));
    markup_put(out, "</h3><p class=\"facts\">share <b>%.1f&nbsp;%%</b>, sparsity %.2f</p>\n",
               100.0 * factor->facts.share, factor->facts.sparsity);
    html_table_begin(out, NULL, heads);
    for (size_t place = 0; place < factor->count; place++) {
        const double value = (double)loading(of, factor->items[place], factor->factor);
        html_row_name(out, item_name(of->model, of->catalogue, factor->items[place]));
        html_bar(out, most > 0.0 ? value / most : 0.0, most > 0.0 ? factor->median / most : NAN);
        html_cell(out, "%.2f", value);
        output_text(out, "</tr>\n");
    }
    html_table_end(out);
    output_text(out, "</article>\n");
}

/* The others, in a line each. */
static void write_rest(const report *of, output *out)
{
    static const char *const heads[] = {"factor", "share", "sparsity", "items", NULL};
    const learned_factors *all = of->factors;
    markup_put(out, "<details><summary>%s</summary>",
               describe_things((int64_t)(all->count - SHOWN_WHOLE), "other factor"));
    html_table_begin(out, "Factors of smaller share", heads);
    for (size_t place = SHOWN_WHOLE; place < all->count; place++) {
        const learned_factor *factor = &all->list[place];
        markup_put(out, "<tr id=\"factor-%u\"><th scope=\"row\" class=\"name\">",
                   factor->factor + 1);
        html_name(out, palate_model_factor_name(of->model, factor->factor));
        output_text(out, "</th>");
        html_cell(out, "%.1f&nbsp;%%", 100.0 * factor->facts.share);
        html_cell(out, "%.2f", factor->facts.sparsity);
        output_text(out, "<td class=\"names\">");
        for (size_t item = 0; item < factor->count; item++) {
            output_text(out, item == 0 ? "" : "; ");
            html_name(out, item_name(of->model, of->catalogue, factor->items[item]));
        }
        output_text(out, "</td></tr>\n");
    }
    html_table_end(out);
    output_text(out, "</details>\n");
}

static void write(const report *of, output *out)
{
    const learned_factors *all = of->factors;
    if (report_is_of_samples(of)) {
        markup_put(
            out,
            "<p>This model is an average of %s. The factors of a single one stand for nothing "
            "that another would have, too; a model of rule <code>vb</code> or <code>map</code> has "
            "factors to "
            "read.</p>\n",
            describe_things(of->summary.sample_count, "sample"));
        return;
    }
    markup_put(
        out,
        "<p>A prediction is a sum, and each factor a part of it: it adds where user and item "
        "both have more of it than is typical. %s, those that explain most first. Bars are "
        "how much of the factor an item has; the line across is what the median item has.</p>\n"
        "<div class=\"cards\">\n",
        describe_things((int64_t)all->count, "factor"));
    for (size_t place = 0; place < all->count && place < SHOWN_WHOLE; place++)
        write_card(of, &all->list[place], out);
    output_text(out, "</div>\n");
    if (all->count > SHOWN_WHOLE)
        write_rest(of, out);
}

/* ---- For a program ---- */

static json_t *items_json(const report *of, const learned_factor *factor)
{
    json_t *list = json_array();
    for (size_t place = 0; place < factor->count; place++) {
        json_t *one = report_item_json(of, factor->items[place]);
        json_object_set_new(one, "value", json_real(factor->values[place]));
        json_object_set_new(one, "loading",
                            json_real((double)loading(of, factor->items[place], factor->factor)));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *json(const report *of)
{
    json_t *list = json_array();
    for (size_t place = 0; place < of->factors->count; place++) {
        const learned_factor *factor = &of->factors->list[place];
        json_array_append_new(list, json_pack("{s:I, s:s, s:f, s:f, s:f, s:o}", "factor",
                                              (json_int_t)factor->factor + 1, "name",
                                              palate_model_factor_name(of->model, factor->factor),
                                              "share", factor->facts.share, "sparsity",
                                              factor->facts.sparsity, "median", factor->median,
                                              "items", items_json(of, factor)));
    }
    return list;
}

const report_section SECTION_FACTORS = {"factors", "What it learned", fill, write, json, release};
