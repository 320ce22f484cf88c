/* SPDX-License-Identifier: Apache-2.0 */
/* What the model recommends, and why, for a few users: those asked for, or one who has rated much, one
 * in the middle and one who has rated little. */
#include "examples.h"

#include "../describe.h"
#include "../lists.h"
#include "../waterfall.h"
#include "html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pictures only of the first: they take space, and the others' are alike. */
enum { DRAWN = 2 };

/* Users that are shown where none are asked for, at most. */
enum { USUAL = 4 };

/* ---- Whom ---- */

static void add_user(report *of, const char *kind, uint32_t user)
{
    for (size_t e = 0; e < of->examples->count; e++)
        if (of->examples->list[e].user == user)
            return;
    of->examples->list[of->examples->count++] = (example_user){.kind = kind, .user = user};
}

static bool is_asked_for(const given_option *given)
{
    return strcmp(given->option->name, "user") == 0;
}

static int add_asked_for(report *of)
{
    for (size_t g = 0; g < of->arguments->given_count; g++) {
        uint32_t user = 0;
        if (!is_asked_for(&of->arguments->given[g]))
            continue;
        if (!row_find(of->model, &SIDE_USERS, of->arguments->given[g].text, &user))
            return EXIT_FAILED;
        add_user(of, "chosen", user);
    }
    return EXIT_DONE;
}

/* Of all users by their ratings: a tenth of the way down, half, and the last with any. The most
 * active of all is like nobody else, and explaining costs the square of what a user has rated. */
static int add_usual(report *of)
{
    const uint32_t count = of->summary.user_count;
    uint32_t rated = 0;
    double *counts = malloc(((size_t)count + 1) * sizeof *counts);
    uint32_t *order = malloc(((size_t)count + 1) * sizeof *order);
    const bool has_room = counts != NULL && order != NULL;
    for (uint32_t user = 0; has_room && user < count; user++) {
        int64_t seen = 0;
        palate_model_seen(of->model, user, &seen);
        counts[user] = (double)seen;
        rated += seen > 0;
    }
    if (has_room) {
        const uint32_t last = (rated > 0 ? rated : count) - 1;
        rank_falling(counts, count, order);
        add_user(of, "active", order[last / 10]);
        add_user(of, "typical", order[last / 2]);
        add_user(of, "new", order[last]);
        add_user(of, "unknown", PALATE_NO_ROW);
    }
    free(counts);
    free(order);
    return has_room ? EXIT_DONE : message_error("out of memory while choosing users");
}

/* ---- What they like ---- */

static bool is_before(const liked_item *one, const liked_item *other)
{
    return one->rating > other->rating || (one->rating == other->rating && one->item < other->item);
}

/* The highest ratings; of equal ones those of items that more have rated. */
static void find_liked(const report *of, example_user *to)
{
    const palate_rated rated = palate_model_rated(of->model, to->user);
    to->rating_count = rated.count;
    for (int64_t e = 0; rated.ratings != NULL && e < rated.count; e++) {
        const liked_item one = {rated.rows[e], rated.ratings[e]};
        size_t place = to->liked_count;
        while (place > 0 && is_before(&one, &to->liked[place - 1]))
            place--;
        if (place == LIKED_MAX)
            continue;
        to->liked_count += to->liked_count < LIKED_MAX;
        memmove(to->liked + place + 1, to->liked + place,
                (to->liked_count - place - 1) * sizeof *to->liked);
        to->liked[place] = one;
    }
}

static bool recommend(const report *of, example_user *to)
{
    palate_error err;
    palate_recommend_options options;
    uint32_t count = 0;
    const size_t most = (size_t)of->own->count;
    uint32_t *items = malloc(most * sizeof *items);
    float *scores = malloc(most * sizeof *scores);
    palate_recommend_options_init(&options);
    options.count = of->own->count;
    options.threads = of->own->threads;
    to->items = calloc(most, sizeof *to->items);
    bool done = items != NULL && scores != NULL && to->items != NULL;
    if (!done)
        message_error("out of memory while recommending");
    else if (palate_model_recommend(of->model, &to->user, 1, &options, items, scores, &count,
                                    &err) != PALATE_OK)
        done = message_failed(&err) == EXIT_DONE;
    for (uint32_t place = 0; done && place < count; place++) {
        to->items[place].item = items[place];
        done = recommended_fill(of, to->user, &to->items[place]);
    }
    to->count = count;
    free(items);
    free(scores);
    return done;
}

static int add_users(report *of)
{
    if (of->own->user != NULL)
        return add_asked_for(of);
    if (of->own->examples)
        return add_usual(of);
    add_user(of, "unknown", PALATE_NO_ROW);
    return EXIT_DONE;
}

static bool fill_user(const report *of, example_user *to)
{
    if (to->user != PALATE_NO_ROW) {
        find_liked(of, to);
        if (!report_is_of_samples(of))
            tastes_fill(of, to);
    }
    return recommend(of, to);
}

static int fill(report *of)
{
    of->examples = calloc(1, sizeof *of->examples);
    if (of->examples != NULL)
        of->examples->list = calloc(of->arguments->given_count + USUAL, sizeof *of->examples->list);
    if (of->examples == NULL || of->examples->list == NULL)
        return message_error("out of memory while choosing users");
    if (!report_is_of_samples(of) && !tastes_begin(of))
        return EXIT_FAILED;
    int exit_status = add_users(of);
    for (size_t e = 0; e < of->examples->count && exit_status == EXIT_DONE; e++)
        if (!fill_user(of, &of->examples->list[e]))
            exit_status = EXIT_FAILED;
    return exit_status;
}

static void release(report *of)
{
    if (of->examples == NULL)
        return;
    for (size_t e = 0; e < of->examples->count; e++)
        free(of->examples->list[e].items);
    tastes_release(of);
    free(of->examples->list);
    free(of->examples);
    of->examples = NULL;
}

/* ---- On the page ---- */

static void write_item(const report *of, uint32_t item, output *out)
{
    html_name(out, item_name(of->model, of->catalogue, item));
}

static void write_liked(const report *of, const example_user *user, output *out)
{
    if (user->liked_count == 0)
        return;
    output_text(out, "<h4>Rated highest</h4><ul class=\"liked\">\n");
    for (size_t place = 0; place < user->liked_count; place++) {
        markup_put(out, "<li><b>%g</b> ", (double)user->liked[place].rating);
        write_item(of, user->liked[place].item, out);
        output_text(out, "</li>\n");
    }
    output_text(out, "</ul>\n");
}

/* "because of X (5, adds 0.21); Y ...". */
static void write_because(const report *of, const recommended_item *item, output *out)
{
    for (size_t r = 0; r < item->reason_count; r++) {
        const palate_reason *reason = &item->reasons[r];
        output_text(out, r == 0 ? "" : "; ");
        write_item(of, reason->item, out);
        markup_put(out, "&nbsp;<small>(%g, %+.2g)</small>", (double)reason->rating, reason->effect);
    }
}

static void write_list(const report *of, const example_user *user, output *out)
{
    static const char *const heads[] = {"item", "prediction", "because of", NULL};
    const bool with_reasons = user->count > 0 && user->items[0].reason_count > 0;
    const char *const plain[] = {heads[0], heads[1], NULL};
    output_text(out, "<h4>Recommended</h4>\n");
    html_table_begin(out, NULL, with_reasons ? heads : plain);
    for (size_t place = 0; place < user->count; place++) {
        const recommended_item *item = &user->items[place];
        html_row_name(out, item_name(of->model, of->catalogue, item->item));
        if (isfinite(item->deviation))
            html_cell(out, "%.2f&nbsp;<small>± %.2f</small>", item->prediction, item->deviation);
        else
            html_cell(out, "%.2f", item->prediction);
        if (with_reasons) {
            output_text(out, "<td class=\"names\">");
            write_because(of, item, out);
            output_text(out, "</td>");
        }
        output_text(out, "</tr>\n");
    }
    html_table_end(out);
}

static void draw(const report *of, const recommended_item *item, output *out)
{
    waterfall_bar bars[PARTS_MAX + 3] = {{"this user", item->sum.user},
                                         {"this item", item->sum.item}};
    size_t count = 2;
    for (size_t place = 0; place < item->part_count; place++)
        bars[count++] = (waterfall_bar){
            palate_model_factor_name(of->model, item->parts[place].factor),
            item->parts[place].adds};
    if (of->summary.factor_count > item->part_count)
        bars[count++] = (waterfall_bar){item->part_count > 0 ? "other factors" : "both together",
                                        item->rest};
    const char *name = item_name(of->model, of->catalogue, item->item);
    const waterfall picture = {name,  item->sum.common, "typical", bars, count,
                               "sum", item->sum.score};
    output_text(out, "<figure><figcaption>Why ");
    html_name(out, name);
    output_text(out, "</figcaption>\n");
    waterfall_draw(out, &picture);
    output_text(out, "</figure>\n");
}

static void write_factors(const report *of, const char *lead, const factor_part *parts,
                          size_t count, output *out)
{
    for (size_t place = 0; place < count; place++) {
        markup_put(out, "%s<a href=\"#factor-%u\">", place == 0 ? lead : ", ",
                   parts[place].factor + 1);
        html_name(out, palate_model_factor_name(of->model, parts[place].factor));
        markup_put(out, "</a>&nbsp;<small>(±%.2g)</small>", fabs(parts[place].adds));
    }
}

static void write_tastes(const report *of, const example_user *user, output *out)
{
    if (user->more_count + user->less_count == 0)
        return;
    output_text(out, "<h4>Tastes</h4><p>");
    write_factors(of, "More than others: ", user->more, user->more_count, out);
    output_text(out, user->more_count > 0 && user->less_count > 0 ? ". " : "");
    write_factors(of, "Less: ", user->less, user->less_count, out);
    output_text(out, ".</p>\n");
}

static void write_facts(const example_user *user, output *out)
{
    static const struct {
        const char *kind, *says;
    } kinds[] = {{"active", "an active user: nine in ten have rated no more"},
                 {"typical", "a typical user: half of all have rated no more"},
                 {"new", "a new user: nobody has rated less"}};
    markup_put(out, "<p class=\"facts\">%s", describe_things(user->rating_count, "rating"));
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        if (strcmp(kinds[k].kind, user->kind) == 0)
            markup_put(out, "; %s", kinds[k].says);
    output_text(out, "</p>\n");
}

static void write_who(const report *of, const example_user *user, output *out)
{
    if (user->user == PALATE_NO_ROW) {
        output_text(out, "<h3>Somebody unknown</h3>\n<p class=\"facts\">who has not rated anything "
                         "yet</p>\n");
        return;
    }
    output_text(out, "<h3>User ");
    html_name(out, palate_model_user_id(of->model, user->user));
    output_text(out, "</h3>\n");
    if (user->rating_count > 0)
        write_facts(user, out);
}

static void write_user(const report *of, const example_user *user, output *out)
{
    output_text(out, "<article class=\"user\">");
    write_who(of, user, out);
    write_liked(of, user, out);
    write_tastes(of, user, out);
    write_list(of, user, out);
    if (user->user != PALATE_NO_ROW) {
        output_text(out, "<div class=\"figures\">\n");
        for (size_t place = 0; place < user->count && place < DRAWN; place++)
            draw(of, &user->items[place], out);
        output_text(out, "</div>");
    }
    output_text(out, "</article>\n");
}

static void write_introduction(const report *of, output *out)
{
    bool reasons = false;
    bool tastes = false;
    for (size_t e = 0; e < of->examples->count; e++) {
        const example_user *user = &of->examples->list[e];
        reasons |= user->count > 0 && user->items[0].reason_count > 0;
        tastes |= user->more_count + user->less_count > 0;
    }
    output_text(out, "<p>The items with the highest predictions of all that a user has not rated.");
    if (reasons)
        output_text(out,
                    " <i>Because of</i>: the ratings that raise the prediction most, and by how "
                    "much; each is left out in turn and the user learned anew. A low rating can be "
                    "a reason, too: of something the item is unlike.");
    if (tastes)
        output_text(
            out, " <i>Tastes</i>: the factors in which a user is furthest from the mean user, and "
                 "how far that moves predictions.");
    if (of->own->examples)
        output_text(
            out, " The pictures take a prediction apart: full bars add, outlined ones take away.");
    output_text(out, "</p>\n");
}

static void write(const report *of, output *out)
{
    if (!of->own->examples)
        output_text(
            out, "<p>Users are left out (<code>--examples=no</code>): no ratings of anybody are on "
                 "this page.</p>\n");
    write_introduction(of, out);
    for (size_t e = 0; e < of->examples->count; e++)
        write_user(of, &of->examples->list[e], out);
}

/* ---- For a program ---- */

static json_t *liked_json(const report *of, const example_user *user)
{
    json_t *list = json_array();
    for (size_t place = 0; place < user->liked_count; place++) {
        json_t *one = report_item_json(of, user->liked[place].item);
        json_object_set_new(one, "rating", json_real((double)user->liked[place].rating));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *reasons_json(const report *of, const recommended_item *item)
{
    json_t *list = json_array();
    for (size_t r = 0; r < item->reason_count; r++) {
        json_t *one = report_item_json(of, item->reasons[r].item);
        json_object_set_new(one, "rating", json_real((double)item->reasons[r].rating));
        json_object_set_new(one, "adds", json_real(item->reasons[r].effect));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *parts_json(const report *of, const recommended_item *item)
{
    json_t *list = json_array();
    for (size_t place = 0; place < item->part_count; place++)
        json_array_append_new(
            list, json_pack("{s:I, s:s, s:f}", "factor", (json_int_t)item->parts[place].factor + 1,
                            "name", palate_model_factor_name(of->model, item->parts[place].factor),
                            "adds", item->parts[place].adds));
    return list;
}

static json_t *recommended_json(const report *of, const example_user *user)
{
    json_t *list = json_array();
    for (size_t place = 0; place < user->count; place++) {
        const recommended_item *item = &user->items[place];
        json_t *one = report_item_json(of, item->item);
        json_object_update_new(
            one, json_pack("{s:f, s:f, s:{s:f, s:f, s:f, s:f}, s:o, s:o}", "prediction",
                           item->prediction, "score", item->sum.score, "parts", "common",
                           item->sum.common, "user", item->sum.user, "item", item->sum.item,
                           "other_factors", item->rest, "factors", parts_json(of, item), "because",
                           reasons_json(of, item)));
        if (isfinite(item->deviation))
            json_object_set_new(one, "std", json_real(item->deviation));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *tastes_json(const report *of, const example_user *user)
{
    json_t *list = json_array();
    for (size_t place = 0; place < user->more_count + user->less_count; place++) {
        const bool more = place < user->more_count;
        const factor_part *part = more ? &user->more[place] : &user->less[place - user->more_count];
        json_array_append_new(list,
                              json_pack("{s:I, s:s, s:f}", "factor", (json_int_t)part->factor + 1,
                                        "name", palate_model_factor_name(of->model, part->factor),
                                        "moves", part->adds));
    }
    return list;
}

static json_t *json(const report *of)
{
    json_t *list = json_array();
    for (size_t e = 0; e < of->examples->count; e++) {
        const example_user *user = &of->examples->list[e];
        json_array_append_new(list, json_pack("{s:s?, s:s, s:I, s:o, s:o, s:o}", "user",
                                              palate_model_user_id(of->model, user->user), "kind",
                                              user->kind, "ratings", (json_int_t)user->rating_count,
                                              "liked", liked_json(of, user), "tastes",
                                              tastes_json(of, user), "recommended",
                                              recommended_json(of, user)));
    }
    return list;
}

const report_section SECTION_EXAMPLES = {"users", "What it recommends, and why", fill, write, json,
                                         release};
