/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings as palate itself keeps them, written by palate_ratings_save(): both orders, ids and times lie ready,
 * and are used where they are. Options that say how to read text play no part.
 */
#include "ratings/input.h"
#include "ratings/readers/readers.h"
#include "ratings/saved/load.h"

#include <string.h>
#include <strings.h>

static int sniff(palate__span head, bool whole)
{
    (void)whole;
    return palate__saved_begins(head) ? 100 : 0;
}

/* A scale that is declared holds for these ratings as for any others. */
static palate_status check_scale(const palate__input *input, palate_scale scale,
                                 const palate_ratings *ratings, palate_error *err)
{
    const palate__matrix *matrix = &ratings->by_user;
    if (scale.low >= scale.high ||
        (ratings->report.min >= scale.low && ratings->report.max <= scale.high))
        return PALATE_OK;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
            char user[PALATE__SHOWN_BYTES];
            char item[PALATE__SHOWN_BYTES];
            const double value = (double)matrix->values[e];
            if (value >= scale.low && value <= scale.high)
                continue;
            palate__text_for_message(palate__text_span(palate__ids_text(&ratings->users, row)),
                                     user, sizeof user);
            palate__text_for_message(
                palate__text_span(palate__ids_text(&ratings->items, matrix->columns[e])), item,
                sizeof item);
            return palate__fail(err, PALATE_E_FORMAT,
                                "%s: user \"%s\" rates item \"%s\" %.15g, which lies outside the "
                                "scale %.15g:%.15g; declare another scale (option scale)",
                                input->path, user, item, value, scale.low, scale.high);
        }
    }
    return PALATE_OK;
}

static palate_status open_ratings(const palate__input *input, const palate_read_options *options,
                                  palate_ratings *out, palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_read_report *report = &out->report;
    PALATE_TRY(palate__saved_load(input, options->threads, out, err));
    PALATE_TRY(check_scale(input, options->scale, out, err));
    if (options->scale.low < options->scale.high) {
        report->scale = options->scale;
        report->scale_inferred = false;
    }
    if (options->time_column != NULL && strcasecmp(options->time_column, "none") == 0) {
        out->times = NULL;
        report->has_times = false;
    }
    if (options->keep_order && out->sequence == NULL)
        PALATE_TRY(palate__fail(err, PALATE_E_INVALID,
                                "%s: the order of lines was not kept; convert the ratings again "
                                "with option keep-order",
                                input->path));
done:
    return status;
}

/* By user, in the order of rows. */
static palate_status hand_on(const palate_ratings *ratings, palate__sink *sink)
{
    static const palate__columns columns = {1, 2, 3, 4};
    const palate__matrix *matrix = &ratings->by_user;
    const palate__ids *users = &ratings->users;
    const palate__ids *items = &ratings->items;
    for (uint32_t row = 0; row < matrix->row_count; row++) {
        for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++) {
            const uint32_t column = matrix->columns[e];
            const palate__record record = {
                .user = {palate__ids_text(users, row), palate__ids_bytes(users, row)},
                .item = {palate__ids_text(items, column), palate__ids_bytes(items, column)},
                .rating = (double)matrix->values[e],
                .time = ratings->times == NULL ? PALATE_NO_TIME : ratings->times[e],
                .line = e + 1,
            };
            palate_status status = palate__sink_rating(sink, &record, &columns);
            if (status != PALATE_OK)
                return status;
        }
    }
    return PALATE_OK;
}

static palate_status read_pairs(const palate__input *input, const palate_read_options *options,
                                palate__sink *sink)
{
    palate_ratings ratings = {.context = input->context};
    palate_status status = palate__saved_load(input, options->threads, &ratings,
                                              palate__sink_error(sink));
    if (status != PALATE_OK)
        return status;
    palate__sink_describe(sink, "%s", ratings.report.columns);
    return hand_on(&ratings, sink);
}

const palate__reader palate__reader_palate = {
    .name = "palate",
    .help = "a file written by palate convert, which is read at once",
    .sniff = sniff,
    .read = read_pairs,
    .open = open_ratings,
};
