/* SPDX-License-Identifier: Apache-2.0 */
/* A report on a model: sections, each a file that finds its facts out, writes them as a part of the
 * page, and as JSON. */
#ifndef PALATE_CLI_REPORT_REPORT_H
#define PALATE_CLI_REPORT_REPORT_H

#include "../arguments.h"
#include "../output.h"

#include <jansson.h>

typedef struct report_options {
    const char *test;
    const char *train;
    double hold_out;
    const char *items;
    const char *user; /* The last one given; all are in arguments->given. */
    bool examples;
    int64_t count;
    const char *output;
    bool json;
    int64_t threads;
} report_options;

typedef struct judgement judgement;
typedef struct learned_factors learned_factors;
typedef struct example_users example_users;
typedef struct data_facts data_facts;

/* All that is known. What sections have found out is theirs, NULL until then. */
typedef struct report {
    const cli_arguments *arguments;
    const report_options *own;
    palate_model *model;
    palate_catalogue *catalogue; /* NULL: no titles. */
    palate_model_summary summary;
    palate_ratings *train; /* What the model learned from; NULL: not known. */
    palate_ratings *test;  /* NULL: none. */
    /* With a part held out: the others, and a model of them that is tested in place of `model`. */
    palate_ratings *rest;
    palate_model *rest_model;
    judgement *quality;
    learned_factors *factors;
    example_users *examples;
    data_facts *data;
} report;

typedef struct report_section {
    const char *id;
    const char *title;
    int (*fill)(
        report *of); /* Returns the exit status, having told what is wrong; NULL: nothing to do. */
    void (*write)(const report *of, output *out);
    json_t *(*json)(const report *of);
    void (*release)(report *of); /* NULL: nothing to do. */
} report_section;

/* In the order of the page. */
extern const report_section SECTION_QUALITY, SECTION_FACTORS, SECTION_EXAMPLES, SECTION_TRAINING,
    SECTION_DATA;
extern const report_section *const REPORT_SECTIONS[]; /* NULL ends the list. */

/* ---- Ratings: ratings.c ---- */

/* Reads what options name, and takes from the model what it keeps. Returns the exit status. */
int report_read(report *of);

/* The model whose quality is shown, and what it learned from. */
const palate_model *report_judged(const report *of);
const palate_ratings *report_judged_train(const report *of);

/* {"item": ..., "title": ...}, the title where there is one. */
json_t *report_item_json(const report *of, uint32_t item);

/* Whether the factors are those of samples, drawn one by one: a single one stands for nothing. */
bool report_is_of_samples(const report *of);

/* ---- The page: page.c ---- */

void page_write(const report *of, output *out);

/* A sentence or two in plain words: quality.c. */
void quality_write_summary(const report *of, output *out);

#endif
