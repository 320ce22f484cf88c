/* SPDX-License-Identifier: Apache-2.0 */
/* palate version. */
#include "command.h"

static int run(const cli_arguments *arguments)
{
    (void)arguments;
    printf("palate %s\n", palate_version());
    return EXIT_DONE;
}

const cli_command COMMAND_VERSION = {
    .name = "version",
    .operands = "",
    .summary = "which version this is",
    .description = "Tell which version of palate this is; palate info --build tells more.",
    .run = run,
};
