/* SPDX-License-Identifier: Apache-2.0 */
/* palate synth -o RATINGS */
#include "arguments.h"
#include "output.h"

#include <stddef.h>
#include <stdlib.h>

typedef struct own_options {
    const char *output, *items_output;
} own_options;

#define AT(field) offsetof(own_options, field)

static const palate_option rows[] = {
    {"output", "o", PALATE_OPTION_TEXT, AT(output), "-", 0, 0, NULL, "FILE", "The ratings, as CSV"},
    {"items-output", "", PALATE_OPTION_TEXT, AT(items_output), NULL, 0, 0, NULL, "FILE",
     "A table of the items and their tastes"},
};

static const palate_option_table own = {"Options", rows, sizeof rows / sizeof rows[0],
                                        sizeof(own_options)};

int run_synth(int argc, char **argv)
{
    own_options mine;
    palate_synth_options options;
    const char *operands[OPERANDS_MAX];
    const synopsis line = {
        .name = "synth",
        .operands = "-o RATINGS [options]",
        .about = "Makes up ratings of users with one or two planted tastes. The ids tell the "
                 "truth, so that one\n"
                 "can see whether a model finds it again.",
        .examples = "  palate synth -o demo.csv\n"
                    "  palate synth --users 1000 --items 500 --tastes 8 --items-output items.csv "
                    "-o demo.csv\n",
        .sets = {{&own, &mine}, {palate_synth_options_table(), &options}},
    };
    int done = parse_arguments(&line, argc, argv, operands);
    if (done >= 0)
        return done;
    palate_error err;
    if (palate_synth_write(NULL, &options, mine.output, mine.items_output, &err) != PALATE_OK)
        return fail_with(&err);
    return EXIT_SUCCESS;
}
