/* SPDX-License-Identifier: Apache-2.0 */
/* A model as a folder of tables: users.csv and items.csv, which palate_model_import() reads, and
 * model.json, which says what the tables do not.
 *
 * The offsets of the users contain the model's base, so that the two tables alone give its scores,
 * to the bit: a score begins with base + offset of the user (see palate__score_start()).
 */
#define _GNU_SOURCE
#include "model/export.h"
#include "model/json.h"
#include "model/layout.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Tables ---- */

/* Quoted where it has to be: a separator, a quote or an end of line in it, spaces around it. */
static void write_text(FILE *stream, const char *text)
{
    const size_t bytes = strlen(text);
    const bool plain = strpbrk(text, ",\"\r\n;\t|") == NULL && bytes > 0 && text[0] != ' ' &&
                       text[bytes - 1] != ' ';
    if (plain) {
        fputs(text, stream);
        return;
    }
    putc('"', stream);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            putc('"', stream);
        putc(*c, stream);
    }
    putc('"', stream);
}

static void write_number(FILE *stream, float value)
{
    char text[40];
    palate__format_float(value, text, sizeof text);
    putc(',', stream);
    fputs(text, stream);
}

static bool has_offsets(const palate__side *side, float base)
{
    bool found = false;
    for (uint32_t row = 0; row < side->ids.count; row++)
        found |= base + side->offsets[row] != 0.0F;
    return found;
}

static void write_side(const palate_model *model, const palate__side *side, const char *what,
                       float base, FILE *stream)
{
    const size_t k = model->factor_count;
    const bool with_offsets = has_offsets(side, base);
    fputs(what, stream);
    for (size_t f = 0; f < k; f++) {
        putc(',', stream);
        write_text(stream, model->factor_names[f]);
    }
    fputs(with_offsets ? ",offset\n" : "\n", stream);
    for (uint32_t place = 0; place < side->ids.count && ferror(stream) == 0; place++) {
        const uint32_t row = side->ids.order[place];
        write_text(stream, palate__ids_text(&side->ids, row));
        for (size_t f = 0; f < k; f++)
            write_number(stream, side->factors[row * k + f]);
        if (with_offsets)
            write_number(stream, base + side->offsets[row]);
        putc('\n', stream);
    }
}

static palate_status write_users(const palate_model *model, FILE *stream, palate_error *err)
{
    (void)err;
    write_side(model, &model->users, "user", (float)model->summary.base, stream);
    return PALATE_OK;
}

static palate_status write_items(const palate_model *model, FILE *stream, palate_error *err)
{
    (void)err;
    write_side(model, &model->items, "item", 0.0F, stream);
    return PALATE_OK;
}

/* ---- model.json ---- */

static json_t *fact_json(const palate_model *model, const palate__fact *fact)
{
    const void *at = (const char *)model + fact->offset;
    char buffer[PALATE__FACT_BYTES];
    switch (fact->kind) {
    case PALATE__FACT_INTEGER:
        return json_integer(*(const int64_t *)at);
    case PALATE__FACT_REAL:
    case PALATE__FACT_LATER:
        return isfinite(*(const double *)at) ? json_real(*(const double *)at) : json_null();
    case PALATE__FACT_BOOL:
        return json_boolean(*(const bool *)at);
    case PALATE__FACT_TEXT:
    case PALATE__FACT_LATER_TEXT:
    case PALATE__FACT_FINGERPRINT:
    case PALATE__FACT_SEED: /* May be more than JSON's readers keep exactly. */
        break;
    }
    return json_string(palate__fact_format(model, fact, buffer));
}

static json_t *about_json(const palate_model *model)
{
    json_t *about = json_pack("{s:s, s:I, s:I, s:I}", "format", "palate-export", "user_count",
                              (json_int_t)model->users.ids.count, "item_count",
                              (json_int_t)model->items.ids.count, "factor_count",
                              (json_int_t)model->factor_count);
    json_t *names = json_array();
    bool whole = about != NULL && names != NULL;
    for (uint32_t f = 0; whole && f < model->factor_count; f++)
        whole = json_array_append_new(names, json_string(model->factor_names[f])) == 0;
    whole = whole && json_object_set(about, "factor_names", names) == 0;
    for (size_t f = 0; whole && f < PALATE__FACT_COUNT; f++)
        whole = json_object_set_new(about, palate__facts[f].name,
                                    fact_json(model, &palate__facts[f])) == 0;
    json_decref(names);
    if (whole)
        return about;
    json_decref(about);
    return NULL;
}

static palate_status write_about(const palate_model *model, FILE *stream, palate_error *err)
{
    json_t *about = about_json(model);
    char *text = palate__json_text(model->context, about, NULL);
    json_decref(about);
    if (text == NULL)
        return palate__fail_memory(err, "exporting a model");
    fputs(text, stream);
    putc('\n', stream);
    palate__release(model->context, text);
    return PALATE_OK;
}

/* ---- The folder ---- */

enum { FILE_COUNT = 3 };

static const struct {
    const char *name;
    palate_status (*write)(const palate_model *model, FILE *stream, palate_error *err);
} FILES[FILE_COUNT] = {
    {"users.csv", write_users},
    {"items.csv", write_items},
    {"model.json", write_about},
};

typedef struct folder {
    const palate_model *model;
    const char *path;
    bool made; /* By us: taken away again on failure. */
    char *file;
    size_t file_bytes;
    palate__output outputs[FILE_COUNT];
} folder;

static const char *file_path(folder *to, size_t f)
{
    snprintf(to->file, to->file_bytes, "%s/%s", to->path, FILES[f].name);
    return to->file;
}

static palate_status open_folder(folder *to, palate_error *err)
{
    enum { NAME_BYTES = 16 };
    to->file_bytes = strlen(to->path) + NAME_BYTES;
    to->file = palate__allocate(to->model->context, to->file_bytes);
    if (to->file == NULL)
        return palate__fail_memory(err, "exporting a model");
    to->made = mkdir(to->path, 0777) == 0;
    if (!to->made && errno != EEXIST)
        return palate__fail_io(err, to->path, "make the folder", errno);
    return PALATE_OK;
}

/* All files are written before the first takes its name. */
static palate_status write_files(folder *to, palate_error *err)
{
    palate_status status = PALATE_OK;
    for (size_t f = 0; f < FILE_COUNT; f++) {
        PALATE_TRY(palate__output_open(to->model->context, file_path(to, f), &to->outputs[f], err));
        PALATE_TRY(FILES[f].write(to->model, to->outputs[f].stream, err));
    }
    for (size_t f = 0; f < FILE_COUNT; f++)
        PALATE_TRY(palate__output_commit(&to->outputs[f], err));
done:
    return status;
}

static void take_away(folder *to)
{
    for (size_t f = 0; f < FILE_COUNT; f++)
        palate__output_abandon(&to->outputs[f]);
    if (!to->made)
        return;
    for (size_t f = 0; f < FILE_COUNT; f++)
        unlink(file_path(to, f));
    rmdir(to->path);
}

palate_status palate__export_csv(const palate_model *model, const char *path, palate_error *err)
{
    palate_status status = PALATE_OK;
    folder to = {.model = model, .path = path};
    PALATE_TRY(open_folder(&to, err));
    PALATE_TRY(write_files(&to, err));
done:
    if (status != PALATE_OK)
        take_away(&to);
    palate__release(model->context, to.file);
    return status;
}
