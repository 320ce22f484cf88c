/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "others.h"

#include <stdlib.h>
#include <string.h>

/* The part of "NAME=FILE" before the sign; else the file's name without folders and what follows its
 * first dot. NULL when memory runs out. */
static char *name_of(const char *text, const char **path)
{
    const char *sign = strchr(text, '=');
    if (sign != NULL && sign > text) {
        *path = sign + 1;
        return strndup(text, (size_t)(sign - text));
    }
    const char *slash = strrchr(text, '/');
    const char *name = slash == NULL ? text : slash + 1;
    *path = text;
    return strndup(name, strcspn(name, "."));
}

/* The system of a name, made where there is none yet. */
static palate_other_system *find_other(other_systems *all, char *name)
{
    for (size_t o = 0; o < all->count; o++)
        if (strcmp(all->list[o].name, name) == 0) {
            free(name);
            return &all->list[o];
        }
    palate_other_system *other = &all->list[all->count++];
    *other = (palate_other_system){.name = name};
    return other;
}

/* The column of predictions goes by a name of its own, or by one that ratings have. */
static palate_status read_answers(palate_context *context, const char *path,
                                  const palate_read_options *given, palate_ratings **out,
                                  palate_error *err)
{
    static const char *const names[] = {"prediction", "predicted", "estimate", "est", NULL};
    palate_read_options options = *given;
    palate_status status = PALATE_E_INVALID;
    options.duplicates = PALATE_DUPLICATES_ERROR;
    options.scale = (palate_scale){0, 0};
    options.time_column = "none";
    for (size_t n = 0; n < sizeof names / sizeof names[0] && status == PALATE_E_INVALID; n++) {
        options.rating_column = names[n];
        status = palate_ratings_read(context, path, &options, out, err);
    }
    return status;
}

static int read_other(other_systems *all, const cli_arguments *arguments,
                      const palate_read_options *options, const given_option *given)
{
    const bool lists = strcmp(given->option->name, "compare-lists") == 0;
    const char *path = NULL;
    palate_ratings *answers = NULL;
    palate_error err;
    char *name = name_of(given->text, &path);
    if (name == NULL)
        return message_error("out of memory while reading another system");
    palate_other_system *other = find_other(all, name);
    if ((lists ? other->lists : other->predictions) != NULL)
        return message_error("%s: %s of \"%s\" twice; name one otherwise: --%s NAME=FILE", path,
                             lists ? "lists" : "predictions", other->name, given->option->name);
    if (read_answers(arguments->context, path, options, &answers, &err) != PALATE_OK)
        return message_failed(&err);
    *(lists ? &other->lists : &other->predictions) = answers;
    return EXIT_DONE;
}

int others_read(other_systems *out, const cli_arguments *arguments,
                const palate_read_options *options)
{
    int exit_status = EXIT_DONE;
    *out = (other_systems){.list = calloc(arguments->given_count + 1, sizeof *out->list)};
    if (out->list == NULL)
        return message_error("out of memory while reading other systems");
    for (size_t g = 0; g < arguments->given_count && exit_status == EXIT_DONE; g++) {
        const char *name = arguments->given[g].option->name;
        if (strcmp(name, "compare") == 0 || strcmp(name, "compare-lists") == 0)
            exit_status = read_other(out, arguments, options, &arguments->given[g]);
    }
    return exit_status;
}

void others_release(other_systems *others)
{
    for (size_t o = 0; o < others->count; o++) {
        free((void *)(uintptr_t)others->list[o].name);
        palate_ratings_free((palate_ratings *)(uintptr_t)others->list[o].predictions);
        palate_ratings_free((palate_ratings *)(uintptr_t)others->list[o].lists);
    }
    free(others->list);
    *others = (other_systems){0};
}
