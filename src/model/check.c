/* SPDX-License-Identifier: Apache-2.0 */
/* Is a model sound? What every other function relies on without looking is looked at here, once. */
#include "base/compiler.h"
#include "base/threads.h"
#include "kernels/kernels.h"
#include "model/layout.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

/* What is being checked, and how to say what is wrong with it. */
typedef struct inspection {
    const palate_model *model;
    const palate__sizes *sizes;
    const char *where;
    palate_status failure;
    palate_error *err;
} inspection;

/* One side of the model, with its words. */
typedef struct party {
    const palate__side *side;
    const char *name;
    uint64_t count, slot_count, byte_count;
    palate__dimension links, features, feature_bytes;
} party;

static palate_status wrong(const inspection *in, const char *format, ...) PALATE__PRINTF(2, 3);

static palate_status wrong(const inspection *in, const char *format, ...)
{
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return palate__fail(in->err, in->failure, "%s: %s", in->where, what);
}

/* ---- Sizes ---- */

static palate_status check_counts(const inspection *in, const party *p)
{
    if (p->count < 1 || p->count > PALATE__IDS_MAX)
        return wrong(in, "it has %llu %ss; 1 to %lu are possible", (unsigned long long)p->count,
                     p->name, (unsigned long)PALATE__IDS_MAX);
    if (p->slot_count <= p->count || p->slot_count > UINT32_MAX ||
        (p->slot_count & (p->slot_count - 1)) != 0)
        return wrong(in, "%s_id_slots has %llu entries; a power of two above %llu is needed",
                     p->name, (unsigned long long)p->slot_count, (unsigned long long)p->count);
    return PALATE_OK;
}

/* Optional tensors are there together and whole, or not at all. */
static palate_status check_optional_sizes(const inspection *in)
{
    const uint64_t *of = in->sizes->of;
    const palate_model *model = in->model;
    const struct {
        bool there;
        palate__dimension dimension;
        uint64_t length;
        const char *what;
    } rules[] = {
        {model->moment_begins != NULL, PALATE__MOMENT_USERS_AND_ONE, of[PALATE__USERS] + 1,
         "moment_begins"},
        {model->users.link != NULL, PALATE__USER_LINKS, of[PALATE__ITEMS], "user_link"},
        {model->items.link != NULL, PALATE__ITEM_LINKS, of[PALATE__USERS], "item_link"},
        {model->users.lambda != NULL, PALATE__LAMBDAS, of[PALATE__FACTORS] + 1, "user_lambda"},
        {model->users.variances != NULL, PALATE__UNSURE_USERS, of[PALATE__USERS], "user_variances"},
        {model->items.variances != NULL, PALATE__UNSURE_ITEMS, of[PALATE__ITEMS], "item_variances"},
        {model->users.sample_offsets != NULL, PALATE__SAMPLED_USERS, of[PALATE__USERS],
         "user_sample_offsets"},
        {model->items.sample_offsets != NULL, PALATE__SAMPLED_ITEMS, of[PALATE__ITEMS],
         "item_sample_offsets"},
    };
    for (size_t r = 0; r < sizeof rules / sizeof rules[0]; r++)
        if (of[rules[r].dimension] != (rules[r].there ? rules[r].length : 0))
            return wrong(in, "%s has the wrong length", rules[r].what);
    bool moments = model->moment_begins != NULL && model->moment_times != NULL &&
                   model->moment_values != NULL;
    bool no_moments = model->moment_begins == NULL && model->moment_times == NULL &&
                      model->moment_values == NULL;
    if (!moments && !no_moments)
        return wrong(in, "moment_begins, moment_times and moment_values belong together");
    if ((model->users.lambda == NULL) != (model->items.lambda == NULL))
        return wrong(in, "user_lambda and item_lambda belong together");
    if ((model->users.variances == NULL) != (model->items.variances == NULL))
        return wrong(in, "user_variances and item_variances belong together");
    if ((model->users.sample_offsets == NULL) != (model->items.sample_offsets == NULL))
        return wrong(in, "user_sample_offsets and item_sample_offsets belong together");
    if (of[PALATE__SAMPLES] > 0 ? of[PALATE__FACTORS] % of[PALATE__SAMPLES] != 0
                                : model->users.sample_offsets != NULL)
        return wrong(in, "%llu factors are not those of %llu samples",
                     (unsigned long long)of[PALATE__FACTORS],
                     (unsigned long long)of[PALATE__SAMPLES]);
    return PALATE_OK;
}

static palate_status check_sizes(const inspection *in)
{
    const uint64_t *of = in->sizes->of;
    if (of[PALATE__FACTORS] < 1 || of[PALATE__FACTORS] > PALATE__FACTORS_MAX)
        return wrong(in, "it has %llu factors; 1 to %lu are possible",
                     (unsigned long long)of[PALATE__FACTORS], (unsigned long)PALATE__FACTORS_MAX);
    if (of[PALATE__USERS_AND_ONE] != of[PALATE__USERS] + 1 ||
        of[PALATE__ITEMS_AND_ONE] != of[PALATE__ITEMS] + 1 ||
        of[PALATE__FACTORS_AND_ONE] != of[PALATE__FACTORS] + 1)
        return wrong(in, "the lengths of its tensors contradict each other");
    return check_optional_sizes(in);
}

/* ---- Ids ---- */

/* How many rows ahead memory is asked for what a row needs. */
enum { ROWS_AHEAD = 16 };

static size_t count_zeros(const char *bytes, size_t count)
{
    size_t zeros = 0;
    for (size_t b = 0; b < count; b++)
        zeros += bytes[b] == '\0';
    return zeros;
}

/* As many zeros as ids, and each id ends with one: none has another in it. */
static palate_status check_zeros(const inspection *in, const party *p)
{
    const palate__ids *ids = &p->side->ids;
    if (count_zeros(ids->bytes, (size_t)p->byte_count) == p->count)
        return PALATE_OK;
    for (uint64_t row = 0; row < p->count; row++) {
        const size_t bytes = palate__ids_bytes(ids, (uint32_t)row);
        if (memchr(palate__ids_text(ids, (uint32_t)row), '\0', bytes) != NULL)
            return wrong(in, "%s_ids: the id of row %llu does not end with its only zero", p->name,
                         (unsigned long long)row);
    }
    return PALATE_OK;
}

static palate_status check_ids(const inspection *in, const party *p)
{
    const palate__ids *ids = &p->side->ids;
    if (ids->ends[0] != 0 || ids->ends[p->count] != p->byte_count)
        return wrong(in, "%s_id_ends does not span %s_ids", p->name, p->name);
    for (uint64_t row = 0; row < p->count; row++) {
        uint64_t begin = ids->ends[row];
        uint64_t end = ids->ends[row + 1];
        if (end > p->byte_count || end < begin + 2)
            return wrong(in, "%s_id_ends: the id of row %llu is empty or out of place", p->name,
                         (unsigned long long)row);
        if (ids->bytes[end - 1] != '\0')
            return wrong(in, "%s_ids: the id of row %llu does not end with its only zero", p->name,
                         (unsigned long long)row);
    }
    return check_zeros(in, p);
}

/* Every row stands in the order of appearance once. */
static palate_status check_order(const inspection *in, const party *p)
{
    palate_status status = PALATE_OK;
    const uint32_t *order = p->side->ids.order;
    unsigned char *found = palate__allocate_zeroed(in->model->context, (size_t)p->count, 1);
    if (found == NULL)
        return palate__fail_memory(in->err, "checking a model");
    for (uint64_t place = 0; place < p->count; place++) {
        if (order[place] >= p->count || found[order[place]] != 0)
            PALATE_TRY(wrong(in, "%s_order names row %lu, which is not there or named twice",
                             p->name, (unsigned long)order[place]));
        found[order[place]] = 1;
    }
done:
    palate__release(in->model->context, found);
    return status;
}

/* Asks for the slot where the search for a row's id begins. */
static void ask_for_slot(const palate__ids *ids, uint32_t row)
{
    const uint64_t hash = palate__id_hash(palate__ids_text(ids, row), palate__ids_bytes(ids, row));
    PALATE__PREFETCH(&ids->slots[(uint32_t)hash & (ids->slot_count - 1)]);
}

/* Every slot is empty or names a row, and as many do as there are rows. */
static palate_status check_slot_rows(const inspection *in, const party *p)
{
    const uint32_t *slots = p->side->ids.slots;
    const uint32_t count = (uint32_t)p->count;
    uint32_t used = 0, empty = 0; /* Without a way out, so that the compiler takes many at once. */
    for (uint64_t slot = 0; slot < p->slot_count; slot++) {
        used += slots[slot] < count;
        empty += slots[slot] == PALATE__NO_ID;
    }
    for (uint64_t slot = 0; slot < p->slot_count && used + empty != p->slot_count; slot++)
        if (slots[slot] != PALATE__NO_ID && slots[slot] >= count)
            return wrong(in, "%s_id_slots names row %lu of %llu", p->name,
                         (unsigned long)slots[slot], (unsigned long long)p->count);
    if (used != count)
        return wrong(in, "%s_id_slots names %llu of %llu rows", p->name, (unsigned long long)used,
                     (unsigned long long)p->count);
    return PALATE_OK;
}

/* Every row is found by its id, so no two have the same. Empty slots end every search. */
static palate_status check_slots(const inspection *in, const party *p)
{
    const palate__ids *ids = &p->side->ids;
    const palate_status status = check_slot_rows(in, p);
    if (status != PALATE_OK)
        return status;
    for (uint32_t row = 0; row < p->count; row++) {
        if (row + ROWS_AHEAD < p->count)
            ask_for_slot(ids, row + ROWS_AHEAD);
        if (palate__ids_find(ids, palate__ids_text(ids, row), palate__ids_bytes(ids, row)) != row)
            return wrong(in, "%s_id_slots does not lead to row %lu", p->name, (unsigned long)row);
    }
    return PALATE_OK;
}

/* ---- Numbers ---- */

static palate_status check_factors(const inspection *in, const party *p, const char *what,
                                   const float *factors, size_t rows)
{
    const size_t k = (size_t)in->sizes->of[PALATE__FACTORS];
    size_t e = palate__kernels_get()->first_outside(factors, rows * k, 0.0F, FLT_MAX);
    if (e == rows * k)
        return PALATE_OK;
    return wrong(in, "%s_%s: row %zu, factor %zu is %g; factors are finite and not negative",
                 p->name, what, e / k, e % k + 1, (double)factors[e]);
}

static palate_status check_offsets(const inspection *in, const party *p, const char *what,
                                   const float *offsets, size_t rows)
{
    size_t row = palate__kernels_get()->first_outside(offsets, rows, -FLT_MAX, FLT_MAX);
    if (row == rows)
        return PALATE_OK;
    return wrong(in, "%s_%s: the offset of row %zu is %g; it must be finite", p->name, what, row,
                 (double)offsets[row]);
}

/* Of optional tensors: numbers that are finite, and for strengths above 0. */
static palate_status check_optional(const inspection *in, const party *p, const char *what,
                                    const float *values, size_t count, float low)
{
    size_t e = values == NULL ? count
                              : palate__kernels_get()->first_outside(values, count, low, FLT_MAX);
    if (e == count)
        return PALATE_OK;
    return wrong(in, "%s_%s: entry %zu is %g, which cannot be", p->name, what, e,
                 (double)values[e]);
}

/* Names with a zero each; and a row of the link for each after the first, or none at all. */
static palate_status check_features(const inspection *in, const party *p)
{
    const palate__side *side = p->side;
    const uint64_t *of = in->sizes->of;
    const size_t bytes = (size_t)of[p->feature_bytes];
    const size_t count = count_zeros(side->feature_names, bytes);
    if (bytes > 0 && side->feature_names[bytes - 1] != '\0')
        return wrong(in, "%s_feature_names: the last does not end with a zero", p->name);
    if (palate__utf8_valid((palate__span){side->feature_names, bytes}) != bytes)
        return wrong(in, "%s_feature_names is not UTF-8", p->name);
    if (count > PALATE__IDS_MAX)
        return wrong(in, "%s_feature_names has too many of them", p->name);
    if (of[p->features] != (side->feature_link != NULL ? count + 1 : 0))
        return wrong(in, "%s_feature_link has %llu rows for %zu features", p->name,
                     (unsigned long long)of[p->features], count);
    return check_optional(in, p, "feature_link", side->feature_link,
                          (size_t)(of[p->features] * of[PALATE__FACTORS_AND_ONE]), -FLT_MAX);
}

static palate_status check_prior(const inspection *in, const party *p)
{
    palate_status status = PALATE_OK;
    const uint64_t *of = in->sizes->of;
    const palate__side *side = p->side;
    const size_t links = (size_t)(of[p->links] * of[PALATE__FACTORS]);
    PALATE_TRY(check_features(in, p));
    PALATE_TRY(check_optional(in, p, "link", side->link, links, -FLT_MAX));
    PALATE_TRY(check_optional(in, p, "lambda", side->lambda, (size_t)of[PALATE__LAMBDAS], 0.0F));
    PALATE_TRY(check_optional(in, p, "variances", side->variances,
                              side->variances != NULL ? (size_t)p->count : 0, 0.0F));
    PALATE_TRY(check_optional(in, p, "sample_offsets", side->sample_offsets,
                              (size_t)(p->count * of[PALATE__SAMPLES]), -FLT_MAX));
done:
    return status;
}

static palate_status check_side(const inspection *in, const party *p)
{
    palate_status status = PALATE_OK;
    const size_t k = (size_t)in->sizes->of[PALATE__FACTORS];
    const palate__side *side = p->side;
    PALATE_TRY(check_factors(in, p, "factors", side->factors, (size_t)p->count));
    PALATE_TRY(check_offsets(in, p, "offsets", side->offsets, (size_t)p->count));
    PALATE_TRY(check_factors(in, p, "typical", side->typical, 1));
    PALATE_TRY(check_offsets(in, p, "typical", side->typical + k, 1));
    PALATE_TRY(check_ids(in, p));
    PALATE_TRY(check_order(in, p));
    PALATE_TRY(check_slots(in, p));
done:
    return status;
}

/* The check of one side, beside that of the other. */
typedef struct side_check {
    inspection in;
    const party *p;
    palate_error err;
    palate_status status;
} side_check;

static void run_side_check(void *argument)
{
    side_check *check = argument;
    check->in.err = &check->err;
    check->status = check_side(&check->in, check->p);
}

/* Both sides, at once where there is much of them. Of two errors the users' comes out. */
static palate_status check_sides(const inspection *in, const party *users, const party *items)
{
    enum { MANY_ROWS = 10000 };
    palate__aside aside;
    side_check check = {.in = *in, .p = items};
    if (users->count + items->count < MANY_ROWS) {
        const palate_status status = check_side(in, users);
        return status != PALATE_OK ? status : check_side(in, items);
    }
    palate__aside_begin(&aside, run_side_check, &check);
    const palate_status status = check_side(in, users);
    palate__aside_end(&aside);
    if (status == PALATE_OK && check.status != PALATE_OK && in->err != NULL)
        *in->err = check.err;
    return status != PALATE_OK ? status : check.status;
}

static bool is_float(double value)
{
    return fabs(value) <= (double)FLT_MAX;
}

static palate_status check_facts(const inspection *in)
{
    const palate_model_summary *facts = &in->model->summary;
    if (!is_float(facts->scale.low) || !is_float(facts->scale.high) ||
        facts->scale.low > facts->scale.high)
        return wrong(in, "the scale %g:%g is none", facts->scale.low, facts->scale.high);
    if (!is_float(facts->mean) || !is_float(facts->base))
        return wrong(in, "the mean %g or the base %g is not finite", facts->mean, facts->base);
    const palate_model *model = in->model;
    if (!(model->gain > 0.0) || !isfinite(model->gain) || !is_float(model->anchor) ||
        !is_float(model->user_bias_mean) || !is_float(model->item_bias_mean))
        return wrong(in, "the gain %g or the anchor %g cannot be", model->gain, model->anchor);
    if (strcmp(model->missing, "unknown") != 0 && !palate__model_is_zero(model))
        return wrong(in, "what is missing is '%.40s', not unknown or zero", model->missing);
    if (!(model->user_l1 >= 0.0) || !(model->item_l1 >= 0.0) || !is_float(model->user_l1) ||
        !is_float(model->item_l1))
        return wrong(in, "user_l1 %g or item_l1 %g cannot be", model->user_l1, model->item_l1);
    if (!(model->blend >= 0.0 && model->blend < 1.0))
        return wrong(in, "the blend %g is not within 0..1", model->blend);
    if (!(model->updated_count >= 0.0 && model->updated_count <= 0x1p53))
        return wrong(in, "the updated_count %g is none", model->updated_count);
    return PALATE_OK;
}

/* ---- Seen items ---- */

static palate_status check_seen_of(const inspection *in, size_t user, uint64_t item_count)
{
    const palate_model *model = in->model;
    const uint32_t *items = model->seen_items + model->seen_begins[user];
    const size_t count = (size_t)(model->seen_begins[user + 1] - model->seen_begins[user]);
    /* Without a way out within, so that several are compared at once. */
    uint32_t falls = 0;
    for (size_t e = 1; e < count; e++)
        falls |= items[e] <= items[e - 1];
    if (falls == 0 && (count == 0 || items[count - 1] < item_count))
        return PALATE_OK;
    return wrong(in, "seen_items: those of user row %zu are no rising list of item rows", user);
}

static uint64_t sum_counts(const uint32_t *counts, uint64_t rows)
{
    uint64_t sum = 0;
    for (uint64_t row = 0; row < rows; row++)
        sum += counts[row];
    return sum;
}

/* Counts are those of the ratings, which are the seen items; given factors have neither. */
static palate_status check_seen(const inspection *in)
{
    const palate_model *model = in->model;
    const uint64_t *of = in->sizes->of;
    const int64_t *begins = model->seen_begins;
    const bool trained = of[PALATE__SEEN] > 0;
    if ((uint64_t)model->summary.rating_count != of[PALATE__SEEN])
        return wrong(in, "it has %lld ratings but %llu seen items",
                     (long long)model->summary.rating_count, (unsigned long long)of[PALATE__SEEN]);
    if (begins[0] != 0 || begins[of[PALATE__USERS]] != (int64_t)of[PALATE__SEEN])
        return wrong(in, "seen_begins does not span seen_items");
    for (size_t user = 0; user < of[PALATE__USERS]; user++) {
        if (begins[user + 1] < begins[user] || begins[user + 1] > (int64_t)of[PALATE__SEEN])
            return wrong(in, "seen_begins falls after user row %zu", user);
        if (trained && begins[user + 1] - begins[user] != (int64_t)model->users.counts[user])
            return wrong(in, "user_counts: row %zu has not as many ratings as seen items", user);
        palate_status status = check_seen_of(in, user, of[PALATE__ITEMS]);
        if (status != PALATE_OK)
            return status;
    }
    if (trained && sum_counts(model->items.counts, of[PALATE__ITEMS]) != of[PALATE__SEEN])
        return wrong(in, "item_counts does not add up to the number of ratings");
    return PALATE_OK;
}

static palate_status check_kept(const inspection *in)
{
    const palate_model *model = in->model;
    const size_t count = (size_t)in->sizes->of[PALATE__SEEN];
    if (model->seen_times != NULL && model->seen_ratings == NULL)
        return wrong(in, "seen_times are of no use without seen_ratings");
    if (model->seen_ratings == NULL)
        return PALATE_OK;
    const size_t e = palate__kernels_get()->first_outside(model->seen_ratings, count, -FLT_MAX,
                                                          FLT_MAX);
    if (e == count)
        return PALATE_OK;
    return wrong(in, "seen_ratings: entry %zu is %g; it must be finite", e,
                 (double)model->seen_ratings[e]);
}

/* ---- Moments ---- */

static palate_status check_moments(const inspection *in)
{
    const palate_model *model = in->model;
    const uint64_t *of = in->sizes->of;
    const int64_t *begins = model->moment_begins;
    if (begins == NULL)
        return PALATE_OK;
    if (begins[0] != 0 || begins[of[PALATE__USERS]] != (int64_t)of[PALATE__MOMENTS])
        return wrong(in, "moment_begins does not span moment_times");
    if (!(model->drift_scale > 0.0) || !isfinite(model->drift_scale))
        return wrong(in, "the drift_scale %g is none", model->drift_scale);
    if (!(model->drift_lambda >= 0.0) || !isfinite(model->drift_lambda))
        return wrong(in, "the drift_lambda %g is none", model->drift_lambda);
    for (size_t user = 0; user < of[PALATE__USERS]; user++) {
        if (begins[user + 1] < begins[user] || begins[user + 1] > (int64_t)of[PALATE__MOMENTS])
            return wrong(in, "moment_begins falls after user row %zu", user);
        for (int64_t e = begins[user] + 1; e < begins[user + 1]; e++)
            if (model->moment_times[e] <= model->moment_times[e - 1])
                return wrong(in, "moment_times: those of user row %zu do not rise", user);
    }
    size_t e = palate__kernels_get()->first_outside(model->moment_values,
                                                    (size_t)of[PALATE__MOMENTS], -FLT_MAX, FLT_MAX);
    if (e < of[PALATE__MOMENTS])
        return wrong(in, "moment_values: entry %zu is %g; it must be finite", e,
                     (double)model->moment_values[e]);
    return PALATE_OK;
}

palate_status palate__model_check(const palate_model *model, const palate__sizes *sizes,
                                  const char *where, palate_status failure, palate_error *err)
{
    palate_status status = PALATE_OK;
    const inspection in = {model, sizes, where, failure, err};
    const uint64_t *of = sizes->of;
    const party users = {&model->users,
                         "user",
                         of[PALATE__USERS],
                         of[PALATE__USER_SLOTS],
                         of[PALATE__USER_ID_BYTES],
                         PALATE__USER_LINKS,
                         PALATE__USER_FEATURES,
                         PALATE__USER_FEATURE_BYTES};
    const party items = {&model->items,
                         "item",
                         of[PALATE__ITEMS],
                         of[PALATE__ITEM_SLOTS],
                         of[PALATE__ITEM_ID_BYTES],
                         PALATE__ITEM_LINKS,
                         PALATE__ITEM_FEATURES,
                         PALATE__ITEM_FEATURE_BYTES};
    PALATE_TRY(check_sizes(&in));
    PALATE_TRY(check_counts(&in, &users));
    PALATE_TRY(check_counts(&in, &items));
    PALATE_TRY(check_sides(&in, &users, &items));
    PALATE_TRY(check_prior(&in, &users));
    PALATE_TRY(check_prior(&in, &items));
    PALATE_TRY(check_moments(&in));
    PALATE_TRY(check_facts(&in)); /* After the factors, which the mean may come from. */
    PALATE_TRY(check_seen(&in));
    PALATE_TRY(check_kept(&in));
done:
    return status;
}
