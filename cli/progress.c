/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "progress.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <time.h>

/* A run shorter than this shows nothing; then five times a second. */
static const double FIRST_SECONDS = 1.0;
static const double STEP_SECONDS = 0.2;

static volatile sig_atomic_t stopping;

static void on_signal(int signal_number)
{
    stopping = signal_number;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_begin(progress_display *out, bool log, bool quiet, double time_limit)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    *out = (progress_display){.log = log && !quiet,
                              .display = !log && !quiet && message_is_terminal(stderr),
                              .next = FIRST_SECONDS,
                              .time_limit = time_limit,
                              .began = seconds_now()};
    stopping = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int progress_end(progress_display *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
    progress->shown = false;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    return stopping;
}

/* "1:05:09", "5:09". */
static void write_duration(double seconds)
{
    long long whole = llrint(fmin(fmax(seconds, 0.0), 1e9));
    if (whole >= 3600)
        fprintf(stderr, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        fprintf(stderr, "%lld:%02lld", whole / 60, whole % 60);
}

static void write_bar(double fraction)
{
    enum { CELLS = 16 };
    int full = (int)lrint(fmin(fmax(fraction, 0.0), 1.0) * CELLS);
    fputc('[', stderr);
    for (int cell = 0; cell < CELLS; cell++)
        fputc(cell < full ? '#' : '.', stderr);
    fputc(']', stderr);
}

static double seconds_left(const palate_progress *reached, double time_limit)
{
    double left = reached->seconds * (1.0 - reached->fraction) / reached->fraction;
    return time_limit > 0 ? fmin(left, time_limit - reached->seconds) : left;
}

static void write_line(const palate_progress *reached, double time_limit)
{
    fprintf(stderr, "\r\033[K");
    write_bar(reached->fraction);
    fprintf(stderr, " epoch %lld/%lld", (long long)reached->epoch, (long long)reached->epochs);
    if (isfinite(reached->objective))
        fprintf(stderr, "  objective %.5g", reached->objective);
    if (isfinite(reached->validation_rmse))
        fprintf(stderr, "  validation %.4f", reached->validation_rmse);
    else if (isfinite(reached->train_rmse))
        fprintf(stderr, "  RMSE %.4f", reached->train_rmse);
    if (reached->fraction > 0) {
        fprintf(stderr, "  left ");
        write_duration(seconds_left(reached, time_limit));
    }
    fflush(stderr);
}

static void write_epoch(const palate_progress *reached)
{
    fprintf(stderr, "epoch %lld  objective %.8g  RMSE %.6f", (long long)reached->epoch,
            reached->objective, reached->train_rmse);
    if (isfinite(reached->validation_rmse))
        fprintf(stderr, "  validation %.6f", reached->validation_rmse);
    fprintf(stderr, "  %.2f s\n", reached->seconds);
}

/* A bar, words, and the time that is left at this pace. */
static void show_share(progress_display *progress, double share, double seconds, const char *words)
{
    if (!progress->display || seconds < progress->next || share <= 0)
        return;
    fprintf(stderr, "\r\033[K");
    write_bar(share);
    fprintf(stderr, "%s  left ", words);
    write_duration(seconds * (1.0 - share) / share);
    fflush(stderr);
    progress->shown = true;
    progress->next = seconds + STEP_SECONDS;
}

bool progress_goes_on(void)
{
    return stopping == 0;
}

bool progress_show_share(double share, void *user)
{
    progress_display *progress = user;
    show_share(progress, share, seconds_now() - progress->began, "");
    return stopping == 0;
}

bool progress_show_fold(const palate_fold_progress *reached, void *user)
{
    char words[80];
    snprintf(words, sizeof words, " %s (%lld/%lld)", reached->fold_name,
             (long long)reached->fold + 1, (long long)reached->fold_count);
    show_share(user, reached->share, reached->seconds, words);
    return stopping == 0;
}

bool progress_show_search(const palate_tune_progress *reached, void *user)
{
    char words[80];
    snprintf(words, sizeof words, " %lld of %lld trainings", (long long)reached->done,
             (long long)reached->count);
    show_share(user, reached->share, reached->seconds, words);
    return stopping == 0;
}

static void write_bytes(const palate_data_progress *reached)
{
    fprintf(stderr, "\r\033[K");
    if (reached->total > 0)
        write_bar((double)reached->bytes / (double)reached->total);
    fprintf(stderr, " %.1f", (double)reached->bytes / 1e6);
    if (reached->total > 0)
        fprintf(stderr, " of %.1f", (double)reached->total / 1e6);
    fprintf(stderr, " MB");
    if (reached->rate > 0)
        fprintf(stderr, "  %.1f MB/s", reached->rate / 1e6);
    if (reached->rate > 0 && reached->total > 0) {
        fprintf(stderr, "  left ");
        write_duration((double)(reached->total - reached->bytes) / reached->rate);
    }
    fflush(stderr);
}

bool progress_show_bytes(const palate_data_progress *reached, void *user)
{
    progress_display *progress = user;
    if (progress->display && reached->seconds >= progress->next) {
        write_bytes(reached);
        progress->shown = true;
        progress->next = reached->seconds + STEP_SECONDS;
    }
    return stopping == 0;
}

bool progress_show(const palate_progress *reached, void *user)
{
    progress_display *progress = user;
    if (progress->log && reached->epoch_ended)
        write_epoch(reached);
    if (progress->display && reached->seconds >= progress->next) {
        write_line(reached, progress->time_limit);
        progress->shown = true;
        progress->next = reached->seconds + STEP_SECONDS;
    }
    return stopping == 0;
}
