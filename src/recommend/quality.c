/* SPDX-License-Identifier: Apache-2.0 */
/* How clean a factor is, by the items that stand for it: do they stand for anything else, do they have
 * users in common? */
#include "recommend/quality.h"

#include "base/context.h"
#include "recommend/space.h"

#include <string.h>

enum { TOP = PALATE_FACTOR_TOP };

/* An item that stands for a factor. */
typedef struct member {
    uint32_t factor, place, next; /* The next that is the same item; counted from 1, 0: none. */
} member;

typedef struct work {
    const palate_model *model;
    palate__space space;
    uint32_t *counts; /* k: of items that stand for each. */
    uint32_t *first;  /* By item: its first member, counted from 1. */
    member *members;  /* k x TOP */
    uint32_t member_count;
    uint32_t *raters;  /* k x TOP x TOP: users who rated both; on the diagonal, one. */
    uint32_t *seen;    /* k: of the user at hand, the members of each, as bits; all 0 in between. */
    uint32_t *touched; /* k: factors whose bits are not 0. */
    palate_error *err;
} work;

static palate_status allocate(work *at)
{
    palate_context *context = at->model->context;
    const size_t k = at->model->factor_count;
    at->counts = palate__allocate_zeroed(context, 3 * k, sizeof *at->counts);
    at->first = palate__allocate_zeroed(context, at->model->items.ids.count, sizeof *at->first);
    at->members = palate__allocate_array(context, k * TOP, sizeof *at->members);
    at->raters = palate__allocate_zeroed(context, k * TOP * TOP, sizeof *at->raters);
    if (at->counts == NULL || at->first == NULL || at->members == NULL || at->raters == NULL)
        return palate__fail_memory(at->err, "finding how clean factors are");
    at->seen = at->counts + k;
    at->touched = at->seen + k;
    return PALATE_OK;
}

static void release(work *at)
{
    palate_context *context = at->model->context;
    palate__space_end(&at->space);
    palate__release(context, at->counts);
    palate__release(context, at->first);
    palate__release(context, at->members);
    palate__release(context, at->raters);
}

/* ---- Who stands for what ---- */

static palate_status list_members(work *at, uint32_t factor, double *exclusivity)
{
    uint32_t rows[TOP];
    double values[TOP];
    size_t count = 0;
    palate_similar_options options;
    palate_similar_options_init(&options);
    options.count = TOP;
    options.support = PALATE_FACTOR_SUPPORT;
    palate_status status = palate_model_factor_top(at->model, factor, &options, rows, values,
                                                   &count, at->err);
    if (status != PALATE_OK)
        return status;
    *exclusivity = 0.0;
    for (size_t place = 0; place < count; place++) {
        const uint32_t row = rows[place];
        at->members[at->member_count++] = (member){factor, (uint32_t)place, at->first[row]};
        at->first[row] = at->member_count;
        *exclusivity += values[place] / palate__space_length(&at->space, row) / (double)count;
    }
    *exclusivity = fmin(*exclusivity, 1.0);
    at->counts[factor] = (uint32_t)count;
    return PALATE_OK;
}

/* ---- Who rated both ---- */

static uint32_t *pair_at(const work *at, size_t factor, size_t one, size_t other)
{
    return &at->raters[(factor * TOP + one) * TOP + other];
}

static void count_bits(const work *at, uint32_t factor)
{
    const uint32_t bits = at->seen[factor];
    for (uint32_t one = 0; one < TOP; one++)
        for (uint32_t other = one; (bits >> one & 1U) != 0 && other < TOP; other++)
            *pair_at(at, factor, one, other) += bits >> other & 1U;
    at->seen[factor] = 0;
}

static void count_user(const work *at, uint32_t user)
{
    int64_t count = 0;
    uint32_t touched = 0;
    const uint32_t *items = palate_model_seen(at->model, user, &count);
    for (int64_t e = 0; e < count; e++)
        for (uint32_t m = at->first[items[e]]; m > 0; m = at->members[m - 1].next) {
            const member *of = &at->members[m - 1];
            if (at->seen[of->factor] == 0)
                at->touched[touched++] = of->factor;
            at->seen[of->factor] |= 1U << of->place;
        }
    for (uint32_t t = 0; t < touched; t++)
        count_bits(at, at->touched[t]);
}

/* Normalized pointwise mutual information of rating one and rating the other. */
static double npmi(double both, double one, double other, double users)
{
    if (both == 0.0)
        return one > 0.0 && other > 0.0 ? -1.0 : 0.0;
    if (both == users)
        return 0.0; /* All rated both: that says nothing. */
    return log(both * users / (one * other)) / -log(both / users);
}

static double coherence_of(const work *at, size_t factor)
{
    const double users = at->model->users.ids.count;
    const uint32_t count = at->counts[factor];
    double sum = 0.0;
    for (uint32_t one = 0; one < count; one++)
        for (uint32_t other = one + 1; other < count; other++)
            sum += npmi(*pair_at(at, factor, one, other), *pair_at(at, factor, one, one),
                        *pair_at(at, factor, other, other), users);
    return count < 2 ? 0.0 : sum / ((double)count * ((double)count - 1.0) / 2.0);
}

palate_status palate__fill_quality(const palate_model *model, palate_factor_facts *facts,
                                   palate_error *err)
{
    palate_status status = PALATE_OK;
    work at = {.model = model, .err = err};
    PALATE_TRY(palate__space_begin(&at.space, model, true, err));
    PALATE_TRY(allocate(&at));
    for (uint32_t f = 0; f < model->factor_count; f++)
        PALATE_TRY(list_members(&at, f, &facts[f].exclusivity));
    for (uint32_t user = 0; user < model->users.ids.count; user++)
        count_user(&at, user);
    for (uint32_t f = 0; f < model->factor_count; f++)
        facts[f].coherence = coherence_of(&at, f);
done:
    release(&at);
    return status;
}
