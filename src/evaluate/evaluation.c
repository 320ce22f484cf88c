/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller can ask of an evaluation. */
#include "evaluate/evaluation.h"

#include <string.h>

static void fill_slices(const palate__test *test, palate_slice *slices)
{
    slices[0] = (palate_slice){.kind = PALATE_SLICE_ALL,
                               .row_count = test->facts.user_count,
                               .rating_count = test->facts.rating_count};
    for (size_t g = 0; g < test->users_by.count; g++)
        slices[1 + g] = test->users_by.slices[g];
    for (size_t g = 0; g < test->items_by.count; g++)
        slices[1 + test->users_by.count + g] = test->items_by.slices[g];
}

palate_status palate__evaluation_create(const palate__test *test, const palate__system *systems,
                                        size_t system_count, palate_evaluation **out,
                                        palate_error *err)
{
    palate_context *context = test->context;
    const palate__plan *plan = test->plan;
    size_t measures = plan->measure_count;
    size_t slices = palate__slice_count(test);
    *out = NULL;
    palate_evaluation *made = palate__allocate_zeroed(context, 1, sizeof *made);
    if (made == NULL)
        return palate__fail_memory(err, "evaluating");
    *made = (palate_evaluation){
        .context = context,
        .facts = test->facts,
        .measure_count = measures,
        .measures = palate__allocate_array(context, measures, sizeof *made->measures),
        .slice_count = slices,
        .slices = palate__allocate_array(context, slices, sizeof *made->slices),
        .system_count = system_count,
        .systems = palate__allocate_zeroed(context, system_count, sizeof *made->systems),
        .figures = palate__allocate_zeroed(context, system_count * slices * measures,
                                           sizeof *made->figures),
        .differences = palate__allocate_zeroed(context, system_count * measures,
                                               sizeof *made->differences),
    };
    if (made->measures == NULL || made->slices == NULL || made->systems == NULL ||
        made->figures == NULL || made->differences == NULL) {
        palate_evaluation_free(made);
        return palate__fail_memory(err, "evaluating");
    }
    for (size_t measure = 0; measure < measures; measure++)
        made->measures[measure] = plan->measures[measure].measure;
    fill_slices(test, made->slices);
    for (size_t system = 0; system < system_count; system++) {
        palate__evaluated *to = &made->systems[system];
        memcpy(to->name, systems[system].name, sizeof to->name);
        memcpy(to->note, systems[system].note, sizeof to->note);
        to->figures = made->figures + system * slices * measures;
        to->differences = made->differences + system * measures;
        for (size_t measure = 0; measure < measures; measure++)
            to->differences[measure].undefined = "the two were not compared";
    }
    *out = made;
    return PALATE_OK;
}

void palate_evaluation_free(palate_evaluation *evaluation)
{
    if (evaluation == NULL)
        return;
    palate_context *context = evaluation->context;
    palate__release(context, evaluation->measures);
    palate__release(context, evaluation->slices);
    palate__release(context, evaluation->systems);
    palate__release(context, evaluation->figures);
    palate__release(context, evaluation->differences);
    palate__release(context, evaluation);
}

const palate_test_facts *palate_evaluation_facts(const palate_evaluation *evaluation)
{
    return &evaluation->facts;
}

size_t palate_evaluation_system_count(const palate_evaluation *evaluation)
{
    return evaluation->system_count;
}

const char *palate_evaluation_system(const palate_evaluation *evaluation, size_t system)
{
    return system < evaluation->system_count ? evaluation->systems[system].name : NULL;
}

const char *palate_evaluation_system_note(const palate_evaluation *evaluation, size_t system)
{
    return system < evaluation->system_count ? evaluation->systems[system].note : "";
}

size_t palate_evaluation_measure_count(const palate_evaluation *evaluation)
{
    return evaluation->measure_count;
}

const palate_measure *palate_evaluation_measure(const palate_evaluation *evaluation, size_t measure)
{
    return measure < evaluation->measure_count ? &evaluation->measures[measure] : NULL;
}

size_t palate_evaluation_slice_count(const palate_evaluation *evaluation)
{
    return evaluation->slice_count;
}

const palate_slice *palate_evaluation_slice(const palate_evaluation *evaluation, size_t slice)
{
    return slice < evaluation->slice_count ? &evaluation->slices[slice] : NULL;
}

palate_figure palate_evaluation_figure(const palate_evaluation *evaluation, size_t system,
                                       size_t measure, size_t slice)
{
    if (system >= evaluation->system_count || measure >= evaluation->measure_count ||
        slice >= evaluation->slice_count)
        return (palate_figure){.undefined = "there is no such figure"};
    return *palate__figure_at(evaluation, system, slice, measure);
}

palate_difference palate_evaluation_difference(const palate_evaluation *evaluation, size_t system,
                                               size_t measure)
{
    if (system >= evaluation->system_count || measure >= evaluation->measure_count)
        return (palate_difference){.undefined = "there is no such figure"};
    return evaluation->systems[system].differences[measure];
}

size_t palate_evaluation_test_count(const palate_evaluation *evaluation)
{
    return evaluation->test_count;
}
