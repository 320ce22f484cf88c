/* SPDX-License-Identifier: Apache-2.0 */
/* Words of items, out of the tags that users gave.
 *
 *     userId,movieId,tag,timestamp           15::4973::excellent!::1215184630
 *     2,60756,funny,1445714994
 */
#include "ratings/columns.h"
#include "ratings/input.h"
#include "ratings/table.h"
#include "ratings/words.h"

#include <string.h>

enum { NONE = -1, FIELDS_MOST = 32 };

/* A file of tags while it is read. */
typedef struct tags {
    palate_words *to;
    palate__source source;
    palate__span text;
    char *converted; /* NULL: the text is as it lies in the file. */
    palate__separator separator;
    bool has_header;
    size_t field_count;
    int user, item, tag; /* Fields; NONE: nobody says who. */
    palate__id_builder users, names;
    char *unescaped;      /* Room for a cell. */
    uint32_t *first_user; /* By tag. */
    bool *several;        /* By tag: more than one user gave it. */
    palate_error *err;
} tags;

/* ---- Which field is what ---- */

static bool is_tag_word(palate__span text)
{
    return palate__same_word(text, "tag") || palate__same_word(text, "tags") ||
           palate__same_word(text, "word") || palate__same_word(text, "tagvalue");
}

static void take_header(tags *at, palate__span row)
{
    palate__cells cells = palate__cells_of(row, at->separator);
    palate__cell cell;
    for (int field = 0; palate__next_cell(&cells, &cell) && field < FIELDS_MOST; field++) {
        if (at->user == NONE && palate__names_role(cell.text, PALATE__ROLE_USER))
            at->user = field;
        else if (at->item == NONE && palate__names_role(cell.text, PALATE__ROLE_ITEM))
            at->item = field;
        else if (at->tag == NONE && is_tag_word(cell.text))
            at->tag = field;
    }
    at->has_header = at->item != NONE && at->tag != NONE;
}

static palate_status choose_fields(tags *at, palate__span row)
{
    at->user = at->item = at->tag = NONE;
    at->separator = palate__table_separator(row);
    at->field_count = palate__cell_count(row, at->separator);
    take_header(at, row);
    if (at->has_header)
        return PALATE_OK;
    at->user = at->field_count == 4 ? 0 : NONE;
    at->item = at->field_count == 4 ? 1 : 0;
    at->tag = at->item + 1;
    if (at->field_count == 2 || at->field_count == 4)
        return PALATE_OK;
    return palate__fail_at(at->err, PALATE_E_FORMAT, 1, 0,
                           "%s:1: \"%.*s\" names no columns of items and tags; give the file a "
                           "header as userId,movieId,tag",
                           at->source.input.path, palate__shown_bytes(row), row.text);
}

/* ---- Rows ---- */

typedef struct tagging {
    palate__cell user, item, tag;
} tagging;

static palate_status split_row(const tags *at, const palate__rows *rows, palate__span row,
                               tagging *out)
{
    palate__cells cells = palate__cells_of(row, at->separator);
    palate__cell cell;
    size_t count = 0;
    *out = (tagging){0};
    for (; palate__next_cell(&cells, &cell); count++) {
        if ((int)count == at->user)
            out->user = cell;
        if ((int)count == at->item)
            out->item = cell;
        if ((int)count == at->tag)
            out->tag = cell;
    }
    const char *why = count != at->field_count    ? "it has not as many fields as the first row"
                      : out->item.text.bytes == 0 ? "the id of the item is empty"
                                                  : NULL;
    if (why == NULL)
        return PALATE_OK;
    return palate__fail_at(at->err, PALATE_E_FORMAT, rows->line, 0, "%s:%lld: %s: \"%.*s\"",
                           at->source.input.path, (long long)rows->line, why,
                           palate__shown_bytes(row), row.text);
}

typedef palate_status take_row(tags *at, const tagging *row);

static palate_status each_row(tags *at, take_row *take)
{
    palate_status status = PALATE_OK;
    palate__rows rows = palate__rows_of(at->text, at->separator);
    palate__span row;
    tagging split;
    if (at->has_header)
        (void)palate__next_row(&rows, &row);
    while (palate__next_row(&rows, &row)) {
        PALATE_TRY(split_row(at, &rows, row, &split));
        PALATE_TRY(take(at, &split));
    }
done:
    return status;
}

static palate__span unescape(const tags *at, const palate__cell *cell)
{
    return palate__trim((palate__span){at->unescaped, palate__cell_copy(cell, at->unescaped)});
}

/* ---- Who gave them ---- */

static palate_status count_row(tags *at, const tagging *row)
{
    palate_status status = PALATE_OK;
    uint32_t user = 0;
    uint32_t tag = 0;
    const uint32_t known = at->names.count;
    const palate__span name = palate__words_fold(at->unescaped, unescape(at, &row->tag));
    if (name.bytes == 0)
        return PALATE_OK;
    PALATE_TRY(palate__id_builder_add(&at->names, name.text, name.bytes, &tag, at->err));
    PALATE_TRY(palate__id_builder_add(&at->users, row->user.text.text, row->user.text.bytes, &user,
                                      at->err));
    if (tag == known)
        at->first_user[tag] = user;
    at->several[tag] = at->several[tag] || at->first_user[tag] != user;
done:
    return status;
}

static palate_status count_users(tags *at)
{
    size_t lines = 1;
    for (size_t i = 0; i < at->text.bytes; i++)
        lines += at->text.text[i] == '\n';
    palate_context *context = at->to->context;
    at->first_user = palate__allocate_array(context, lines, sizeof *at->first_user);
    at->several = palate__allocate_zeroed(context, lines, sizeof *at->several);
    if (at->first_user == NULL || at->several == NULL)
        return palate__fail_memory(at->err, "reading tags");
    return each_row(at, count_row);
}

static palate_status use_row(tags *at, const tagging *row)
{
    palate_status status = PALATE_OK;
    uint32_t item = 0;
    palate__span id = unescape(at, &row->item);
    PALATE_TRY(palate__words_item(at->to, id, &item, at->err));
    const palate__span name = palate__words_fold(at->unescaped, unescape(at, &row->tag));
    if (at->user != NONE && name.bytes > 0 &&
        !at->several[palate__id_builder_find(&at->names, name.text, name.bytes)])
        return PALATE_OK;
    PALATE_TRY(palate__words_use(at->to, item, unescape(at, &row->tag), at->err));
done:
    return status;
}

/* ---- The public call ---- */

static palate_status read_tags(tags *at)
{
    palate_status status = PALATE_OK;
    palate__span row = {"", 0};
    palate__rows rows = palate__rows_of(at->text, (palate__separator){.character = '|'});
    if (!palate__next_row(&rows, &row))
        return palate__fail(at->err, PALATE_E_FORMAT,
                            "%s: the file is empty; it needs rows of user, item, tag",
                            at->source.input.path);
    PALATE_TRY(choose_fields(at, row));
    at->unescaped = palate__allocate(at->to->context, at->text.bytes);
    if (at->unescaped == NULL)
        PALATE_TRY(palate__fail_memory(at->err, "reading tags"));
    if (at->user != NONE)
        PALATE_TRY(count_users(at));
    PALATE_TRY(each_row(at, use_row));
done:
    return status;
}

palate_status palate_words_add_tags(palate_words *words, const char *path, palate_error *err)
{
    palate_status status = PALATE_OK;
    if (words == NULL || path == NULL)
        return palate__fail(err, PALATE_E_INVALID, "palate_words_add_tags: %s is NULL",
                            words == NULL ? "words" : "path");
    palate_context *context = words->context;
    tags at = {.to = words, .users.context = context, .names.context = context, .err = err};
    PALATE_TRY(palate__source_open(context, path, &at.source, err));
    PALATE_TRY(palate__table_text(&at.source.input, &at.text, &at.converted, err));
    PALATE_TRY(palate__words_from(words, at.source.input.path, err));
    PALATE_TRY(read_tags(&at));
done:
    palate__id_builder_free(&at.users);
    palate__id_builder_free(&at.names);
    palate__release(context, at.first_user);
    palate__release(context, at.several);
    palate__release(context, at.unescaped);
    palate__release(context, at.converted);
    palate__source_close(&at.source);
    return status;
}
