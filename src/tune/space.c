/* SPDX-License-Identifier: Apache-2.0 */
/* Texts such as "factors=8,16,32" and "regularization=1..100:log:7". What a value may be is in the table of
 * training options, and nowhere else. */
#include "tune/space.h"

#include "base/random.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char HOW[] = "write NAME=VALUE,VALUE,... or NAME=LOW..HIGH, NAME=LOW..HIGH:log, "
                          "NAME=LOW..HIGH:log:POINTS";

/* They change no prediction, make it depend on the machine, or ask another question of the ratings. */
static const char *const NEVER_TRIED[] = {"threads", "time-limit", "keep-ratings", "missing"};

/* ---- Values ---- */

/* Checks a value by the table; `out` is how the table writes it. */
static palate_status take_value(const palate_option *option, palate__span text, palate__value out,
                                palate_error *err)
{
    palate_train_options options;
    char copy[PALATE_MESSAGE_BYTES];
    palate_train_options_init(&options);
    snprintf(copy, sizeof copy, "%.*s", (int)text.bytes, text.text);
    palate_status status = palate_options_set(palate_train_options_table(), &options, option->name,
                                              copy, err);
    if (status == PALATE_OK)
        palate_options_format(option, &options, out, PALATE__VALUE_BYTES);
    return status;
}

static bool is_whole(const palate_option *option)
{
    return option->type == PALATE_OPTION_COUNT || option->type == PALATE_OPTION_COUNT_AUTO;
}

static bool is_number(const palate_option *option)
{
    return is_whole(option) || option->type == PALATE_OPTION_REAL ||
           option->type == PALATE_OPTION_REAL_AUTO;
}

/* A number as text that a person would write: 4 digits say enough. */
static void write_number(const palate__axis *axis, double number, palate__value out)
{
    char digits[PALATE__VALUE_BYTES];
    double rounded = number;
    if (is_whole(axis->option)) {
        snprintf(out, PALATE__VALUE_BYTES, "%.0f", fmin(fmax(rint(number), axis->low), axis->high));
        return;
    }
    snprintf(digits, sizeof digits, "%.4g", number);
    (void)palate__parse_real(palate__text_span(digits), &rounded);
    palate__format_real(fmin(fmax(rounded, axis->low), axis->high), out, PALATE__VALUE_BYTES);
}

/* The number at a share 0..1 of the range. */
static double number_at(const palate__axis *axis, double share)
{
    if (axis->logarithmic)
        return exp(log(axis->low) + share * (log(axis->high) - log(axis->low)));
    return axis->low + share * (axis->high - axis->low);
}

/* The same of a number in [0, 1): each whole number of a plain range is as likely as another. */
static double number_by_chance(const palate__axis *axis, double share)
{
    if (is_whole(axis->option) && !axis->logarithmic)
        return floor(axis->low + share * (axis->high - axis->low + 1.0));
    return number_at(axis, share);
}

static bool has_value(const palate__axis *axis, const char *value)
{
    for (size_t v = 0; v < axis->count; v++)
        if (strcmp(axis->values[v], value) == 0)
            return true;
    return false;
}

static palate_status make_room(palate_context *context, palate__axis *axis, size_t count,
                               palate_error *err)
{
    axis->values = palate__allocate_zeroed(context, count, sizeof *axis->values);
    return axis->values != NULL ? PALATE_OK : palate__fail_memory(err, "reading what to try");
}

/* Whole numbers of a narrow range may be fewer than the points asked for. */
static palate_status place_points(palate_context *context, palate__axis *axis, size_t points,
                                  palate_error *err)
{
    palate_status status = make_room(context, axis, points, err);
    for (size_t p = 0; status == PALATE_OK && p < points; p++) {
        palate__value value;
        write_number(axis, number_at(axis, (double)p / (double)(points - 1)), value);
        if (!has_value(axis, value))
            memcpy(axis->values[axis->count++], value, sizeof value);
    }
    return status;
}

/* ---- Texts ---- */

static palate_status fail_text(const char *text, const char *why, palate_error *err)
{
    char shown[PALATE__SHOWN_BYTES];
    palate__text_for_message(palate__text_span(text), shown, sizeof shown);
    return palate__fail(err, PALATE_E_INVALID, "to try \"%s\": %s", shown, why);
}

/* Takes the first of the words from `*rest`, which is NULL after the last. Spaces around it do not count. */
static palate__span next_word(const char **rest, char separator)
{
    const char *end = strchr(*rest, separator);
    palate__span word = {*rest, end == NULL ? strlen(*rest) : (size_t)(end - *rest)};
    *rest = end == NULL ? NULL : end + 1;
    while (word.bytes > 0 && word.text[0] == ' ')
        word = (palate__span){word.text + 1, word.bytes - 1};
    while (word.bytes > 0 && word.text[word.bytes - 1] == ' ')
        word.bytes--;
    return word;
}

static palate_status read_list(palate_context *context, const char *text, const char *values,
                               palate__axis *axis, palate_error *err)
{
    palate_status status = PALATE_OK;
    size_t count = 1;
    for (const char *letter = values; *letter != '\0'; letter++)
        count += *letter == ',';
    if (count > PALATE__VALUES_MAX)
        return fail_text(text, "more than 1000 values; give fewer", err);
    PALATE_TRY(make_room(context, axis, count, err));
    for (const char *rest = values; rest != NULL;) {
        palate__value value;
        PALATE_TRY(take_value(axis->option, next_word(&rest, ','), value, err));
        if (has_value(axis, value))
            PALATE_TRY(fail_text(text, "a value is there twice; leave one out", err));
        memcpy(axis->values[axis->count++], value, sizeof value);
    }
done:
    return status;
}

/* One end of a range; "auto" is none. */
static palate_status read_end(const char *text, palate__span end, const palate_option *option,
                              double *out, palate_error *err)
{
    palate__value value;
    palate_status status = take_value(option, end, value, err);
    if (status == PALATE_OK && !palate__parse_real(palate__text_span(value), out))
        return fail_text(text, "the ends of a range are numbers", err);
    return status;
}

/* What follows the range: "log", a number of points, or both. */
static palate_status read_spacing(const char *text, const char *words, palate__axis *axis,
                                  int64_t *points, palate_error *err)
{
    *points = 0;
    while (words != NULL) {
        palate__span word = next_word(&words, ':');
        if (!axis->logarithmic && palate__text_alike(word, palate__text_span("log")))
            axis->logarithmic = true;
        else if (*points != 0 || !palate__parse_integer(word, points) || *points < 2 ||
                 *points > PALATE__VALUES_MAX)
            return fail_text(text,
                             "after the range only :log and a number of points from 2 to 1000 may "
                             "follow, each once",
                             err);
    }
    return PALATE_OK;
}

static palate_status read_range(palate_context *context, const char *text, const char *values,
                                const char *dots, palate__axis *axis, palate_error *err)
{
    palate_status status = PALATE_OK;
    int64_t points = 0;
    const char *after = dots + 2;
    palate__span low = {values, (size_t)(dots - values)};
    palate__span high = {after, strcspn(after, ":")};
    const char *words = after[high.bytes] == ':' ? after + high.bytes + 1 : NULL;
    if (!is_number(axis->option))
        return fail_text(
            text, "it takes no numbers of which there could be a range; list its values", err);
    PALATE_TRY(read_spacing(text, words, axis, &points, err));
    PALATE_TRY(read_end(text, low, axis->option, &axis->low, err));
    PALATE_TRY(read_end(text, high, axis->option, &axis->high, err));
    if (!(axis->low < axis->high))
        PALATE_TRY(fail_text(text, "the range must go from low to high", err));
    if (axis->logarithmic && !(axis->low > 0.0))
        PALATE_TRY(
            fail_text(text, "there is no logarithm of 0; let the range begin above it", err));
    axis->open = points == 0;
    PALATE_TRY(place_points(context, axis, axis->open ? PALATE__GRID_POINTS : (size_t)points, err));
done:
    return status;
}

/* The option of a name; what there is none of is the table's to tell. */
static palate_status find_option(const char *text, palate__span name, const palate_option **out,
                                 palate_error *err)
{
    char copy[PALATE__SHOWN_BYTES];
    palate_train_options options;
    palate_train_options_init(&options);
    snprintf(copy, sizeof copy, "%.*s", (int)name.bytes, name.text);
    *out = palate_options_find(palate_train_options_table(), copy);
    if (*out == NULL)
        return palate_options_set(palate_train_options_table(), &options, copy, "", err);
    for (size_t n = 0; n < sizeof NEVER_TRIED / sizeof NEVER_TRIED[0]; n++)
        if (strcmp((*out)->name, NEVER_TRIED[n]) == 0)
            return fail_text(text, "it decides nothing about the model that could be measured",
                             err);
    return PALATE_OK;
}

static palate_status read_try(palate__space *space, const char *text, palate_error *err)
{
    palate__axis *axis = &space->axes[space->axis_count];
    const char *sign = text == NULL ? NULL : strchr(text, '=');
    if (sign == NULL || sign == text || sign[1] == '\0')
        return fail_text(text == NULL ? "" : text, HOW, err);
    *axis = (palate__axis){.option = NULL};
    palate_status status = find_option(text, (palate__span){text, (size_t)(sign - text)},
                                       &axis->option, err);
    if (status != PALATE_OK)
        return status;
    for (size_t a = 0; a < space->axis_count; a++)
        if (space->axes[a].option == axis->option)
            return fail_text(text, "that option is tried already; put all its values together",
                             err);
    space->axis_count++;
    const char *dots = strstr(sign + 1, "..");
    return dots != NULL ? read_range(space->context, text, sign + 1, dots, axis, err)
                        : read_list(space->context, text, sign + 1, axis, err);
}

palate_status palate__space_make(palate_context *context, const char *const *tries,
                                 size_t try_count, palate__space *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    *out = (palate__space){.context = context};
    if (tries == NULL || try_count == 0 || try_count > PALATE__AXES_MAX)
        return palate__fail(err, PALATE_E_INVALID,
                            "what is to be tried? give from 1 to %d options; %s", PALATE__AXES_MAX,
                            HOW);
    for (size_t t = 0; t < try_count; t++)
        PALATE_TRY(read_try(out, tries[t], err));
done:
    return status;
}

void palate__space_free(palate__space *space)
{
    for (size_t a = 0; a < space->axis_count; a++)
        palate__release(space->context, space->axes[a].values);
    space->axis_count = 0;
}

/* ---- Points ---- */

size_t palate__space_size(const palate__space *space)
{
    size_t size = 1;
    for (size_t a = 0; a < space->axis_count; a++)
        if (__builtin_mul_overflow(size, space->axes[a].count, &size))
            return SIZE_MAX;
    return size;
}

bool palate__space_open(const palate__space *space)
{
    for (size_t a = 0; a < space->axis_count; a++)
        if (space->axes[a].open)
            return true;
    return false;
}

void palate__space_point(const palate__space *space, size_t place, palate__value *values)
{
    for (size_t a = space->axis_count; a-- > 0;) {
        const palate__axis *axis = &space->axes[a];
        memcpy(values[a], axis->values[place % axis->count], sizeof values[a]);
        place /= axis->count;
    }
}

void palate__space_draw(const palate__space *space, uint64_t seed, uint32_t draw,
                        palate__value *values)
{
    for (size_t a = 0; a < space->axis_count; a++) {
        const palate__axis *axis = &space->axes[a];
        const double share = palate__uniform_double(
            palate__random(seed, PALATE__RANDOM_SEARCH, (uint32_t)a, draw, 0).word[0]);
        if (axis->open)
            write_number(axis, number_by_chance(axis, share), values[a]);
        else
            memcpy(values[a], axis->values[(size_t)(share * (double)axis->count)],
                   sizeof values[a]);
    }
}
