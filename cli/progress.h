/* SPDX-License-Identifier: Apache-2.0 */
/* How work goes on: a line that is rewritten on a terminal, a line an epoch with --log; and Ctrl-C,
 * which ends training with the best model so far, and other work with nothing. */
#ifndef PALATE_CLI_PROGRESS_H
#define PALATE_CLI_PROGRESS_H

#include "message.h"

typedef struct progress_display {
    bool log;          /* One line an epoch. */
    bool display;      /* The rewritten line. */
    bool shown;        /* It is on the screen. */
    double next;       /* Seconds of work at which it is written again. */
    double time_limit; /* Seconds of training, or 0. */
    double began;      /* Of work that does not say for how long it has been going on. */
} progress_display;

/* From here on SIGINT and SIGTERM only ask training to stop; a second one ends the program. */
void progress_begin(progress_display *out, bool log, bool quiet, double time_limit);

/* For palate_train_options: `user` is a progress. */
bool progress_show(const palate_progress *reached, void *user);

/* For palate_evaluate_options: the same with a bar alone. */
bool progress_show_share(double share, void *user);

/* For palate_cross_validate(). */
bool progress_show_fold(const palate_fold_progress *reached, void *user);

/* For palate_tune(). */
bool progress_show_search(const palate_tune_progress *reached, void *user);

/* For palate_data_get(). */
bool progress_show_bytes(const palate_data_progress *reached, void *user);

/* False when somebody asked to stop. */
bool progress_goes_on(void);

/* Clears the line and gives the signals back. Returns the signal that asked to stop, or 0. */
int progress_end(progress_display *progress);

#endif
