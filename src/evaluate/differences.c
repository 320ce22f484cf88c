/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluate/differences.h"

#include "base/holm.h"
#include "evaluate/permutation.h"

#include <math.h>
#include <string.h>

/* Whether the model is compared with a system: with the others, or where there are none with the
 * baselines. */
static bool is_compared(const palate__test *test, size_t system)
{
    const size_t others = test->plan->options.other_count;
    return system > 0 && (others == 0 || system <= others);
}

static void set_difference(const palate__test *test, const palate__bootstrap *bootstrap,
                           const palate_evaluation *out, size_t system, size_t measure,
                           double *values)
{
    const size_t slices = out->slice_count;
    const size_t place = (system * slices) * out->measure_count + measure;
    const palate_figure *one = palate__figure_at(out, 0, 0, measure);
    const palate_figure *other = palate__figure_at(out, system, 0, measure);
    palate_difference *to = &out->systems[system].differences[measure];
    palate_figure spread = {0};
    *to = (palate_difference){.undefined = one->undefined != NULL ? one->undefined
                                                                  : other->undefined};
    if (to->undefined != NULL)
        return;
    to->value = one->value - other->value;
    if (!one->has_interval || !other->has_interval)
        return;
    for (size_t r = 0; r < bootstrap->resample_count; r++) {
        const double *samples = bootstrap->samples + r * bootstrap->figure_count;
        values[r] = samples[measure] - samples[place];
    }
    palate__interval(values, bootstrap->resample_count, test->plan->options.confidence, &spread);
    to->has_interval = spread.has_interval;
    to->low = spread.low;
    to->high = spread.high;
}

/* `p`: one value for each system and measure, corrected. */
static palate_status test_all(const palate__test *test, const palate__tally *tallies,
                              const palate_evaluation *out, double *p, double *corrected,
                              palate_error *err)
{
    palate_status status = PALATE_OK;
    const size_t measures = out->measure_count;
    for (size_t place = 0; place < out->system_count * measures; place++)
        p[place] = NAN;
    for (size_t system = 1; system < out->system_count; system++) {
        palate__progress_part part = {&test->plan->options, PALATE__RESAMPLED, 1.0};
        if (is_compared(test, system))
            PALATE_TRY(palate__permute(test, &tallies[0], &tallies[system], &part,
                                       p + system * measures, err));
    }
    for (size_t place = 0; place < out->system_count * measures; place++)
        if (out->differences[place].undefined != NULL)
            p[place] = NAN;
    memcpy(corrected, p, out->system_count * measures * sizeof *p);
    PALATE_TRY(palate__holm(out->context, corrected, out->system_count * measures, err));
done:
    return status;
}

static void keep_tests(palate_evaluation *out, const double *p, const double *corrected)
{
    for (size_t place = 0; place < out->system_count * out->measure_count; place++) {
        palate_difference *to = &out->differences[place];
        to->has_test = !isnan(p[place]);
        out->test_count += to->has_test;
        if (to->has_test) {
            to->p = p[place];
            to->p_holm = corrected[place];
        }
    }
}

palate_status palate__set_differences(const palate__test *test, const palate__tally *tallies,
                                      const palate__bootstrap *bootstrap, palate_evaluation *out,
                                      palate_error *err)
{
    palate_status status = PALATE_OK;
    palate_context *context = out->context;
    const size_t count = out->system_count * out->measure_count;
    if (!test->plan->options.differences)
        return PALATE_OK;
    double *values = palate__allocate_array(context, bootstrap->resample_count, sizeof *values);
    double *p = palate__allocate_array(context, 2 * count, sizeof *p);
    if (values == NULL || p == NULL) {
        status = palate__fail_memory(err, "testing differences");
        goto done;
    }
    for (size_t system = 1; system < out->system_count; system++)
        for (size_t measure = 0; measure < out->measure_count && is_compared(test, system);
             measure++)
            set_difference(test, bootstrap, out, system, measure, values);
    PALATE_TRY(test_all(test, tallies, out, p, p + count, err));
    keep_tests(out, p, p + count);
done:
    palate__release(context, values);
    palate__release(context, p);
    return status;
}
