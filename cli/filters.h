/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on what is recommended: which items may come, how many of a kind; and what they took away. */
#ifndef PALATE_CLI_FILTERS_H
#define PALATE_CLI_FILTERS_H

#include "command.h"
#include "output.h"

typedef struct filter_options {
    const char *where, *without, *quota; /* The last of each; all are in arguments->given. */
    const char *allow, *deny;
    int64_t min_support;
} filter_options;

const palate_option_table *filter_options_table(void);

/* Whether some rule is about columns of a table. */
bool filters_need_table(const filter_options *options);

/* The rules asked for, or NULL: there are none. Returns an exit status. */
int filters_make(const cli_arguments *arguments, const filter_options *options,
                 const palate_model *model, const palate_catalogue *table, palate_filter **out);

/* What the lists of so many users went past, in all. */
typedef struct filter_sums {
    int64_t users, seen, quota;
} filter_sums;

/* Notes what each rule took away. */
void filters_tell(const palate_filter *filter, const palate_model *model, const filter_sums *sums);

/* The same for one user, as a member of a JSON object. */
void filters_write_json(const palate_filter *filter, const palate_passed_over *passed, output *out);

#endif
