/* SPDX-License-Identifier: Apache-2.0 */
/* palate report: a page that shows what a model has learned, how good it is, and what it recommends to
 * whom and why. */
#include "report.h"

#include "../describe.h"
#include "../lists.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(report_options, field)

static const palate_option OPTIONS[] = {
    {"test", "", PALATE_OPTION_TEXT, AT(test), NULL, 0, 0, NULL, "FILE",
     "Ratings the model has not learned from: how good it is on them"},
    {"hold-out", "", PALATE_OPTION_REAL, AT(hold_out), "0", 0, 0.9, NULL, "SHARE",
     "Without --test: learn anew without this share of the model's ratings, and test on it; takes "
     "as "
     "long as training"},
    {"train", "", PALATE_OPTION_TEXT, AT(train), NULL, 0, 0, NULL, "FILE",
     "The ratings the model was trained on; by default those it keeps"},
    {"items", "titles", PALATE_OPTION_TEXT, AT(items), NULL, 0, 0, NULL, "FILE",
     "Table of items, such as movies.csv: shows their titles"},
    {"user", "", PALATE_OPTION_TEXT, AT(user), NULL, 0, 0, NULL, "ID",
     "Show what this user is recommended; may be repeated; by default an active, a typical and a "
     "new "
     "user"},
    {"examples", "", PALATE_OPTION_BOOL, AT(examples), "true", 0, 0, NULL, NULL,
     "Show users and what they have rated; no: a page that tells of no single user"},
    {"count", "", PALATE_OPTION_COUNT, AT(count), "10", 1, 100, NULL, "N",
     "Items to recommend to each of them"},
    {"output", "", PALATE_OPTION_TEXT, AT(output), NULL, 0, 0, NULL, "FILE",
     "Where to write the page; by default standard output"},
    {"json", "", PALATE_OPTION_BOOL, AT(json), "false", 0, 0, NULL, NULL,
     "Write the numbers of the page as JSON, not the page"},
    {"threads", "num-threads nthreads n-jobs", PALATE_OPTION_COUNT, AT(threads), "0", 0, 1024, NULL,
     "T", "Threads to use, 0 for as many as the machine gives; the result is the same"},
};

static const palate_option_table TABLE = {"Options", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0],
                                          sizeof(report_options)};

static const palate_option_table *own_table(void)
{
    return &TABLE;
}

const report_section *const REPORT_SECTIONS[] = {
    &SECTION_QUALITY, &SECTION_FACTORS, &SECTION_EXAMPLES, &SECTION_TRAINING, &SECTION_DATA, NULL,
};

/* ---- For a program ---- */

json_t *report_item_json(const report *of, uint32_t item)
{
    const char *id = palate_model_item_id(of->model, item);
    const char *title = of->catalogue == NULL ? NULL : palate_catalogue_title(of->catalogue, id);
    json_t *one = json_pack("{s:s}", "item", id);
    if (title != NULL)
        json_object_set_new(one, "title", json_string(title));
    return one;
}

bool report_is_of_samples(const report *of)
{
    return of->summary.sample_count > 1;
}

static json_t *report_json(const report *of)
{
    const palate_model_summary *summary = &of->summary;
    json_t *json = json_pack(
        "{s:s, s:{s:s, s:I, s:I, s:I, s:I, s:o}}", "version", palate_version(), "model", "file",
        of->arguments->operands[0], "users", (json_int_t)summary->user_count, "items",
        (json_int_t)summary->item_count, "factors", (json_int_t)summary->factor_count, "ratings",
        (json_int_t)summary->rating_count, "scale", describe_scale_json(summary->scale));
    for (size_t s = 0; REPORT_SECTIONS[s] != NULL; s++)
        json_object_set_new(json, REPORT_SECTIONS[s]->id, REPORT_SECTIONS[s]->json(of));
    return json;
}

static bool write_json(const report *of, output *out)
{
    json_t *json = report_json(of);
    char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(2));
    json_decref(json);
    if (text == NULL) {
        message_error("out of memory while writing JSON");
        return false;
    }
    output_text(out, text);
    output_character(out, '\n');
    free(text);
    return true;
}

/* ---- The command ---- */

static int write(const report *of)
{
    output out;
    if (!output_open(&out, of->own->output))
        return EXIT_FAILED;
    if (!of->own->json) {
        page_write(of, &out);
    } else if (!write_json(of, &out)) {
        output_abandon(&out);
        return EXIT_FAILED;
    }
    return output_commit(&out) ? EXIT_DONE : EXIT_FAILED;
}

static int check(const cli_arguments *arguments)
{
    const report_options *own = arguments->values[0];
    if (own->test != NULL && own->hold_out > 0.0)
        return arguments_usage_error(arguments->command,
                                     "--test and --hold-out: one of them, not both");
    if (own->user != NULL && !own->examples)
        return arguments_usage_error(arguments->command,
                                     "--user and --examples=no: one of them, not both");
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    report work = {.arguments = arguments, .own = arguments->values[0]};
    int exit_status = check(arguments);
    if (exit_status == EXIT_DONE)
        exit_status = report_read(&work);
    for (size_t s = 0; REPORT_SECTIONS[s] != NULL && exit_status == EXIT_DONE; s++)
        if (REPORT_SECTIONS[s]->fill != NULL)
            exit_status = REPORT_SECTIONS[s]->fill(&work);
    if (exit_status == EXIT_DONE)
        exit_status = write(&work);
    for (size_t s = 0; REPORT_SECTIONS[s] != NULL; s++)
        if (REPORT_SECTIONS[s]->release != NULL)
            REPORT_SECTIONS[s]->release(&work);
    palate_model_free(work.rest_model);
    palate_ratings_free(work.rest);
    palate_ratings_free(work.test);
    palate_ratings_free(work.train);
    palate_catalogue_free(work.catalogue);
    palate_model_free(work.model);
    return exit_status;
}

static const example EXAMPLES[] = {
    {"palate report movies.palate --test test.csv --items movies.csv -o report.html",
     "a page about the model, to be opened in a browser"},
    {"palate report movies.palate --hold-out 0.1 --examples=no -o report.html",
     "no test ratings at hand, and none of any user to be shown"},
    {"palate report movies.palate --test test.csv --json", "the numbers of it, for a program"},
    {NULL, NULL},
};

const cli_command COMMAND_REPORT = {
    .name = "report",
    .operands = "MODEL [options]",
    .summary = "write a page that shows what a model learned, how good it is, and why",
    .description =
        "Write one HTML page that needs nothing else: how good the model is on ratings it has not "
        "seen, beside simple systems, and where it errs; what its factors are about; what a few "
        "users "
        "are recommended, and why; how it was trained, and on what. Without --test or --hold-out "
        "its "
        "errors are those on the ratings learned from, and the page says so.",
    .operands_least = 1,
    .operands_most = 1,
    .groups = {{own_table, NULL}, {palate_read_options_table, "keep-order threads"}},
    .examples = EXAMPLES,
    .run = run,
};
