/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller can ask of an evaluation. */
#include "evaluate/evaluation.h"

#include <string.h>

palate_status palate__evaluation_create(const palate__test *test, const palate__system *systems,
                                        size_t system_count, palate_evaluation **out,
                                        palate_error *err)
{
    palate_context *context = test->context;
    const palate__plan *plan = test->plan;
    size_t measures = plan->measure_count;
    *out = NULL;
    palate_evaluation *made = palate__allocate_zeroed(context, 1, sizeof *made);
    if (made == NULL)
        return palate__fail_memory(err, "evaluating");
    *made = (palate_evaluation){
        .context = context,
        .facts = test->facts,
        .measure_count = measures,
        .measures = palate__allocate_array(context, measures, sizeof *made->measures),
        .system_count = system_count,
        .systems = palate__allocate_zeroed(context, system_count, sizeof *made->systems),
        .figures = palate__allocate_zeroed(context, system_count * measures, sizeof *made->figures),
    };
    if (made->measures == NULL || made->systems == NULL || made->figures == NULL) {
        palate_evaluation_free(made);
        return palate__fail_memory(err, "evaluating");
    }
    for (size_t measure = 0; measure < measures; measure++)
        made->measures[measure] = plan->measures[measure].measure;
    for (size_t system = 0; system < system_count; system++) {
        palate__evaluated *to = &made->systems[system];
        memcpy(to->name, systems[system].name, sizeof to->name);
        memcpy(to->note, systems[system].note, sizeof to->note);
        to->figures = made->figures + system * measures;
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
    palate__release(context, evaluation->systems);
    palate__release(context, evaluation->figures);
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

palate_figure palate_evaluation_figure(const palate_evaluation *evaluation, size_t system,
                                       size_t measure)
{
    if (system >= evaluation->system_count || measure >= evaluation->measure_count)
        return (palate_figure){.undefined = "there is no such figure"};
    return evaluation->systems[system].figures[measure];
}
