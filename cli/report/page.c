/* SPDX-License-Identifier: Apache-2.0 */
/* The page: one file, nothing outside it, no script. A browser that holds to its policy would run none
 * even if a title got one in. */
#include "../describe.h"
#include "html.h"
#include "report.h"
#include "style.h"

#include <string.h>

/* ---- Head ---- */

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

static void write_head(const report *of, output *out)
{
    output_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<title>");
    markup_text(out, base_of(of->arguments->operands[0]));
    output_text(out, ": what it learned, how good it is</title>\n<style>\n");
    for (size_t piece = 0; REPORT_STYLE[piece] != NULL; piece++)
        output_text(out, REPORT_STYLE[piece]);
    output_text(out, "</style>\n</head>\n");
}

/* Stripes, for columns that colour alone would not tell apart. */
static void write_patterns(output *out)
{
    output_text(
        out, "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" style=\"position:absolute\"><defs>"
             "<pattern id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
             "patternTransform=\"rotate(45)\"><line class=\"hatch\" x1=\"0\" x2=\"0\" y1=\"0\" "
             "y2=\"5\"/></pattern></defs></svg>\n");
}

static void write_header(const report *of, output *out)
{
    const palate_model_summary *summary = &of->summary;
    output_text(out, "<header>\n<p class=\"kicker\">A recommender model, by palate</p>\n<h1>");
    html_name(out, base_of(of->arguments->operands[0]));
    output_text(out, "</h1>\n<p>It predicts how ");
    markup_put(out, "%s would rate %s", describe_things(summary->user_count, "user"),
               describe_things(summary->item_count, "item"));
    if (summary->rating_count > 0)
        markup_put(out, ", from %s", describe_things(summary->rating_count, "rating"));
    if (summary->scale.low != summary->scale.high)
        markup_put(out, " on a scale of %g to %g", summary->scale.low, summary->scale.high);
    output_text(out, ".</p>\n");
    quality_write_summary(of, out);
    output_text(out, "</header>\n");
}

static void write_contents(output *out)
{
    output_text(out, "<nav aria-label=\"On this page\"><ul>\n");
    for (size_t s = 0; REPORT_SECTIONS[s] != NULL; s++)
        markup_put(out, "<li><a href=\"#%s\">%s</a></li>\n", REPORT_SECTIONS[s]->id,
                   REPORT_SECTIONS[s]->title);
    output_text(out, "<li><a href=\"#words\">Words</a></li>\n</ul></nav>\n");
}

/* ---- Foot ---- */

static const char WORDS[] =
    "<section id=\"words\"><h2>Words</h2><dl>\n"
    "<dt>RMSE</dt><dd>Root mean square error: how far predictions are off, large errors counting "
    "more. In the unit of the ratings.</dd>\n"
    "<dt>MAE</dt><dd>Mean absolute error: how far predictions are off on average.</dd>\n"
    "<dt>FCP</dt><dd>Share of pairs of one user's ratings that predictions put in the right "
    "order.</dd>\n"
    "<dt>precision, recall, NDCG @10</dt><dd>Of lists of ten items that the user has not rated in "
    "training: how many of the ten the user turned out to like; how many of those liked are among "
    "the "
    "ten; the same, with places at the top counting more. Liked: rated in the upper quarter of the "
    "scale.</dd>\n"
    "<dt>coverage, novelty @10</dt><dd>Share of all items that are on anybody's list; how rarely "
    "the "
    "items on lists have been rated.</dd>\n"
    "<dt>mean, bias-only, popularity</dt><dd>Simple systems that a model should beat: the same "
    "number "
    "for everybody; an offset for each user and each item, nothing about tastes; what most have "
    "rated.</dd>\n"
    "<dt>interval</dt><dd>Where a figure would lie in 95 of 100 samples of users like these.</dd>\n"
    "<dt>factor</dt><dd>A taste, found from ratings alone: users and items have more or less of "
    "it, "
    "never less than none. Its numbers by themselves have no unit.</dd>\n"
    "<dt>share</dt><dd>How much of what factors explain is this one's: they add up to 100&nbsp;%. "
    "Below 0 for one that mostly takes back what others add.</dd>\n"
    "<dt>sparsity</dt><dd>0: all items have as much of the factor; 1: only one has any.</dd>\n"
    "<dt>loading</dt><dd>How much of a factor an item has.</dd>\n"
    "<dt>typical</dt><dd>What the typical user would give the typical item: the means of all. "
    "<i>This user</i>, <i>this item</i>: how much more, or less, it is for them.</dd>\n"
    "<dt>calibration</dt><dd>Whether ratings are, on average, what is predicted.</dd>\n"
    "</dl></section>\n";

/* In single quotes where a shell would take it for more than a word. */
static void write_word(output *out, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=+@%";
    const bool quoted = word[0] == '\0' || word[strspn(word, plain)] != '\0';
    output_text(out, quoted ? "'" : "");
    for (const char *quote = NULL; (quote = strchr(word, '\'')) != NULL; word = quote + 1) {
        markup_piece(out, word, (size_t)(quote - word));
        output_text(out, "'\\''");
    }
    markup_text(out, word);
    output_text(out, quoted ? "'" : "");
}

/* What makes the same page: where it goes and how many threads make it play no part. */
static bool matters(const palate_option *option)
{
    static const char *const others[] = {"output", "threads", "quiet", "verbose", "json"};
    for (size_t o = 0; o < sizeof others / sizeof others[0]; o++)
        if (strcmp(option->name, others[o]) == 0)
            return false;
    return true;
}

static void write_command(const report *of, output *out)
{
    const cli_arguments *arguments = of->arguments;
    output_text(out, "<pre><code>palate report ");
    write_word(out, arguments->operands[0]);
    for (size_t g = 0; g < arguments->given_count; g++) {
        const given_option *given = &arguments->given[g];
        if (!matters(given->option))
            continue;
        markup_put(out, " --%s", given->option->name);
        if (given->text != NULL) {
            output_text(out, given->option->type == PALATE_OPTION_BOOL ? "=" : " ");
            write_word(out, given->text);
        }
    }
    output_text(out, " -o report.html</code></pre>\n");
}

static void write_footer(const report *of, output *out)
{
    output_text(out, "<footer><p>This page was made by</p>");
    write_command(of, out);
    markup_put(out,
               "<p>with palate %s. The same model and ratings make the same page.</p></footer>\n",
               palate_version());
}

/* ---- All of it ---- */

void page_write(const report *of, output *out)
{
    write_head(of, out);
    output_text(out, "<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
    write_patterns(out);
    write_header(of, out);
    write_contents(out);
    output_text(out, "<main id=\"main\">\n");
    for (size_t s = 0; REPORT_SECTIONS[s] != NULL; s++) {
        const report_section *section = REPORT_SECTIONS[s];
        markup_put(out, "<section id=\"%s\"><h2>%s</h2>\n", section->id, section->title);
        section->write(of, out);
        output_text(out, "</section>\n");
    }
    output_text(out, WORDS);
    output_text(out, "</main>\n");
    write_footer(of, out);
    output_text(out, "</body>\n</html>\n");
}
