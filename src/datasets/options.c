/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options of getting a data set. */
#include "palate/data.h"

#include <stddef.h>

#define AT(field) offsetof(palate_data_options, field)

static const palate_option OPTIONS[] = {
    {"folder", "to", PALATE_OPTION_TEXT, AT(folder), NULL, 0, 0, NULL, "DIR",
     "Where data sets are kept, each in a folder of its own"},
    {"accept-terms", "", PALATE_OPTION_BOOL, AT(accept_terms), "false", 0, 0, NULL, NULL,
     "You have read what the publisher allows, and accept it"},
    {"url", "mirror", PALATE_OPTION_TEXT, AT(url), NULL, 0, 0, NULL, "URL",
     "Fetch from a mirror, below whose address the archive lies under its own name"},
    {"archive", "", PALATE_OPTION_TEXT, AT(archive), NULL, 0, 0, NULL, "FILE",
     "The archive, where it is here already; nothing is fetched"},
    {"checksum", "sha256", PALATE_OPTION_TEXT, AT(checksum), NULL, 0, 0, NULL, "SHA256",
     "The SHA-256 that the archive must have instead of the known one; none: whichever"},
    {"timeout", "", PALATE_OPTION_REAL, AT(timeout), "30", 1, 3600, NULL, "SECONDS",
     "How long to wait for an answer, and for a next byte"},
};

static const palate_option_table TABLE = {
    "Getting data", OPTIONS, sizeof OPTIONS / sizeof OPTIONS[0], sizeof(palate_data_options)};

const palate_option_table *palate_data_options_table(void)
{
    return &TABLE;
}

void palate_data_options_init(palate_data_options *options)
{
    palate_options_init(&TABLE, options);
}
