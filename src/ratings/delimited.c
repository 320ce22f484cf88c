/* SPDX-License-Identifier: Apache-2.0 */
#include "ratings/delimited.h"

#include "ratings/pieces.h"

#include <math.h>
#include <string.h>

/* ---- Separators and headers ---- */

palate_status palate__given_separator(const char *given, palate__sink *sink, palate__separator *out)
{
    *out = (palate__separator){.quotes = true, .character = given[0]};
    if (strcmp(given, "\\t") == 0 || strcmp(given, "tab") == 0)
        out->character = '\t';
    else if (strcmp(given, "::") == 0)
        *out = (palate__separator){.character = ':', .doubled = true};
    else if (strcmp(given, "space") == 0 || strcmp(given, " ") == 0)
        *out = (palate__separator){.spaces = true};
    else if (strlen(given) != 1 || strchr("\"\n\r", given[0]) != NULL)
        return palate__fail(palate__sink_error(sink), PALATE_E_INVALID,
                            "option separator: \"%s\" is not allowed; give one character, \\t, :: "
                            "or space",
                            given);
    return PALATE_OK;
}

bool palate__strip_types(palate__fields *header)
{
    static const char *const types[] = {"token", "float", "token_seq", "float_seq"};
    for (size_t c = 0; c < palate__fields_kept(header); c++) {
        palate__span *name = &header->fields[c];
        const char *colon = memchr(name->text, ':', name->bytes);
        if (colon == NULL)
            return false;
        palate__span type = {colon + 1, (size_t)(name->text + name->bytes - colon - 1)};
        bool known = false;
        for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
            known = known || palate__same_word(type, types[t]);
        if (!known)
            return false;
        name->bytes = (size_t)(colon - name->text);
    }
    return true;
}

/* ---- One line ---- */

static palate_status refuse_rating(palate__span text, int64_t line, int column, palate__sink *sink)
{
    char shown[PALATE__SHOWN_BYTES];
    if (text.bytes == 0)
        return palate__sink_problem(sink, line, column,
                                    "it is empty; give a number, or leave out lines whose rating "
                                    "is unknown");
    palate__text_for_message(text, shown, sizeof shown);
    return palate__sink_problem(sink, line, column,
                                "\"%s\" is not a number; correct it, or choose another column "
                                "(option rating-column)",
                                shown);
}

static palate_status parse_rating(palate__span text, int64_t line, int column, palate__sink *sink,
                                  double *rating, bool *valid)
{
    *valid = palate__parse_real(text, rating);
    if (PALATE__LIKELY(*valid))
        return PALATE_OK;
    text = palate__trim(text);
    *valid = palate__parse_real(text, rating);
    if (*valid)
        return PALATE_OK;
    if (text.bytes > 0 || palate__sink_needs_ratings(sink))
        return refuse_rating(text, line, column, sink);
    *rating = NAN;
    *valid = true;
    return PALATE_OK;
}

/* Whole seconds; a fraction is cut off. An empty field is no time. */
static palate_status parse_time(palate__span text, int64_t line, int column, palate__sink *sink,
                                int64_t *time, bool *valid)
{
    enum { TIME_MAX_BITS = 62 };
    char shown[PALATE__SHOWN_BYTES];
    double real = 0.0;
    *valid = true;
    if (PALATE__LIKELY(palate__parse_integer(text, time)))
        return PALATE_OK;
    *time = PALATE_NO_TIME;
    text = palate__trim(text);
    if (text.bytes == 0 || palate__parse_integer(text, time))
        return PALATE_OK;
    if (palate__parse_real(text, &real) && fabs(real) < ldexp(1.0, TIME_MAX_BITS)) {
        *time = (int64_t)real;
        return PALATE_OK;
    }
    *valid = false;
    palate__text_for_message(text, shown, sizeof shown);
    return palate__sink_problem(sink, line, column,
                                "\"%s\" is not a number of seconds; leave times out with option "
                                "time-column none",
                                shown);
}

static palate_status read_rating(const palate__fields *fields, int64_t line,
                                 const palate__columns *columns, palate__sink *sink)
{
    bool valid = true;
    palate_status status = PALATE_OK;
    palate__record record = {
        .user = fields->fields[columns->user - 1],
        .item = fields->fields[columns->item - 1],
        .rating = NAN,
        .time = PALATE_NO_TIME,
        .line = line,
    };
    if (columns->rating > 0)
        status = parse_rating(fields->fields[columns->rating - 1], line, columns->rating, sink,
                              &record.rating, &valid);
    if (status == PALATE_OK && valid && columns->time > 0)
        status = parse_time(fields->fields[columns->time - 1], line, columns->time, sink,
                            &record.time, &valid);
    if (status != PALATE_OK || !valid)
        return status;
    return palate__sink_rating(sink, &record, columns);
}

static palate_status refuse_count(const palate__fields *fields, size_t wanted, int64_t line,
                                  palate__sink *sink)
{
    return palate__sink_problem(sink, line, 0,
                                "%zu field%s, but the first line has %zu; complete the line, or "
                                "quote fields that hold the separator",
                                fields->count, fields->count == 1 ? "" : "s", wanted);
}

/* ---- The first line ---- */

/* What is known of a text once its first line has been seen. */
typedef struct table {
    palate__separator separator;
    palate__columns columns;
    size_t field_count;
    palate__plain plain;
    bool is_plain;  /* Its lines may be. */
    const char *at; /* The first rating, after so many lines: */
    int64_t lines;
} table;

/* Where fields are in plain lines. False where there are none: a column has two roles, or there are more than can be
 * looked at. */
static bool shape_lines(palate__plain *plain, const palate__columns *columns)
{
    palate__line_shape *shape = &plain->shape;
    shape->rated = columns->rating > 0;
    shape->timed = columns->time > 0;
    if (plain->width < 2 || plain->width > PALATE__FIELDS_MAX)
        return false;
    for (size_t f = 0; f < plain->width; f++) {
        const int column = (int)f + 1;
        palate__place *place = column == columns->user     ? &shape->user
                               : column == columns->item   ? &shape->item
                               : column == columns->rating ? &shape->rating
                               : column == columns->time   ? &shape->time
                                                           : &shape->others[shape->other_count];
        const bool is_read = place != &shape->others[shape->other_count];
        *place = palate__plain_place(plain, f, is_read);
        shape->other_count += !is_read;
    }
    return shape->other_count + 2U + (size_t)shape->rated + (size_t)shape->timed == plain->width;
}

static palate_status begin(const palate__input *input, const palate_read_options *options,
                           palate__dialect dialect, palate__sink *sink, table *out)
{
    palate__fields first;
    palate__cursor cursor;
    palate__cursor_set(&cursor, (palate__span){input->data, input->bytes});
    *out = (table){.separator = dialect.separator, .at = cursor.at};
    if (options->separator != NULL) {
        palate_status status = palate__given_separator(options->separator, sink, &out->separator);
        if (status != PALATE_OK)
            return status;
    }
    if (!palate__next_fields(&cursor, out->separator, &first)) {
        out->at = cursor.at;
        out->lines = cursor.passed;
        return PALATE_OK;
    }
    if (first.problem != NULL)
        return palate__fail_at(palate__sink_error(sink), PALATE_E_FORMAT, cursor.line,
                               (int64_t)first.count + 1, "%s:%lld: field %zu: %s", input->path,
                               (long long)cursor.line, first.count + 1, first.problem);
    if (dialect.typed && !palate__strip_types(&first))
        return palate__fail_at(palate__sink_error(sink), PALATE_E_FORMAT, cursor.line, 0,
                               "%s:%lld: every column of a RecBole file is named like "
                               "user_id:token; read other files with option format csv",
                               input->path, (long long)cursor.line);
    const bool undecided = options->header == PALATE_HEADER_AUTO;
    const bool header = dialect.typed ||
                        (!(dialect.headless && undecided) && palate__is_header(options, &first));
    out->field_count = first.count;
    out->plain = palate__plain_of(out->separator, &first, cursor.at);
    if (header) {
        out->at = cursor.at;
        out->lines = cursor.passed;
    }
    palate_status status = palate__choose_columns(options, header ? &first : NULL, first.count,
                                                  sink, &out->columns);
    out->is_plain = shape_lines(&out->plain, &out->columns);
    return status;
}

/* One line that has been cut into fields. */
static palate_status take_line(const table *of, int64_t line, palate__fields *fields,
                               palate__scratch *scratch, palate__sink *sink)
{
    if (PALATE__UNLIKELY(fields->problem != NULL))
        return palate__sink_problem(sink, line, (int64_t)fields->count + 1, "%s", fields->problem);
    if (PALATE__UNLIKELY(fields->count != of->field_count))
        return refuse_count(fields, of->field_count, line, sink);
    if (PALATE__UNLIKELY(fields->doubled != 0)) {
        palate_status status = palate__unescape(scratch, fields, palate__sink_error(sink));
        if (status != PALATE_OK)
            return status;
    }
    return read_rating(fields, line, &of->columns, sink);
}

/* Takes plain lines that come next, up to the first that needs the long way. */
static palate_status take_plain_lines(const table *of, palate__cursor *cursor, palate__sink *sink,
                                      size_t *taken)
{
    palate__group group;
    *taken = 0;
    if (!of->is_plain)
        return PALATE_OK;
    const size_t count = palate__cut_plain_lines(cursor, &of->plain, &group);
    if (count == 0)
        return PALATE_OK;
    palate_status status = palate__sink_group(sink, &group, count, cursor->passed + 1, taken);
    palate__pass_plain_lines(cursor, &of->plain, *taken);
    return status;
}

/* ---- All lines ---- */

static palate_status read_lines(palate__cursor *cursor, palate__sink *sink, const void *argument)
{
    palate_status status = PALATE_OK;
    const table *of = argument;
    palate__scratch scratch = {.context = sink->context};
    palate__fields fields;
    size_t taken = 0;
    for (;;) {
        PALATE_TRY(take_plain_lines(of, cursor, sink, &taken));
        if (taken > 0)
            continue;
        if (!palate__next_fields(cursor, of->separator, &fields))
            break;
        PALATE_TRY(take_line(of, cursor->line, &fields, &scratch, sink));
    }
done:
    palate__release(scratch.context, scratch.text);
    return status;
}

/* Pairs are handed on in the order of lines, one by one. */
static palate_status read_pairs(const palate__input *input, const table *of, palate__sink *sink)
{
    enum { STEP_BYTES = 1 << 22 };
    palate_status status = PALATE_OK;
    palate__cursor cursor;
    const char *released = input->data;
    palate__cursor_set(&cursor,
                       (palate__span){of->at, (size_t)(input->data + input->bytes - of->at)});
    cursor.passed = of->lines;
    while (cursor.at < cursor.end) {
        cursor.stop = cursor.end - cursor.at > STEP_BYTES ? cursor.at + STEP_BYTES : cursor.end;
        PALATE_TRY(read_lines(&cursor, sink, of));
        palate__input_used(input, &released, cursor.at);
    }
    palate__sink_count_lines(sink, cursor.passed);
done:
    return status;
}

palate_status palate__read_delimited(const palate__input *input, const palate_read_options *options,
                                     palate__dialect dialect, palate__sink *sink)
{
    table of;
    palate_status status = begin(input, options, dialect, sink, &of);
    if (status != PALATE_OK)
        return status;
    if (sink->on_pair != NULL)
        return read_pairs(input, &of, sink);
    return palate__read_pieces(input, of.at, of.lines, of.separator, read_lines, &of, sink);
}

/* ---- Looking ---- */

static bool is_whole(palate__span text)
{
    int64_t number = 0;
    return palate__parse_integer(palate__trim(text), &number);
}

static void look_at_line(const palate__fields *fields, palate__look *look)
{
    double number = 0.0;
    const size_t kept = palate__fields_kept(fields);
    look->lines++;
    look->even = look->even && fields->problem == NULL && fields->count == look->first.count;
    look->rated = look->rated && kept > 2 && palate__trim(fields->fields[0]).bytes > 0 &&
                  palate__trim(fields->fields[1]).bytes > 0 &&
                  palate__parse_real(palate__trim(fields->fields[2]), &number);
    for (size_t f = 0; f < kept; f++)
        look->whole = look->whole && (f == 2 || is_whole(fields->fields[f]));
}

palate__look palate__look_at(palate__span head, bool is_all, palate__separator separator)
{
    enum { LINES = 20 };
    palate__look look = {.even = true, .rated = true, .whole = true};
    palate__cursor cursor;
    palate__cursor_set(&cursor, head);
    palate__fields fields;
    while (look.lines < LINES && palate__next_fields(&cursor, separator, &fields)) {
        if (!is_all && cursor.at == cursor.end && look.lines > 0)
            break;
        if (look.lines == 0)
            look.first = fields;
        look_at_line(&fields, &look);
    }
    look.rated = look.rated && look.lines > 0;
    look.whole = look.whole && look.rated;
    return look;
}
