/* SPDX-License-Identifier: Apache-2.0 */
#include "model/chain.h"

#include <math.h>

void palate__chain_link(double distance, float *phi, float *rest)
{
    *phi = (float)exp(-distance);
    *rest = (float)-expm1(-2.0 * distance);
}

/* Mean and variance of each moment given the ratings until then. */
static void go_forth(const palate__chain *chain, palate__drift_moment *moments)
{
    const double stationary = chain->noise / chain->lambda;
    double mean = 0.0;
    double variance = 0.0;
    for (size_t t = 0; t < chain->count; t++) {
        palate__drift_moment *now = &moments[t];
        double phi = (double)chain->phis[t];
        mean *= phi;
        variance = stationary * (double)chain->rests[t] + phi * phi * variance;
        double gain = variance / (variance + chain->noise / now->count);
        mean += gain * (now->sum / now->count - mean);
        variance *= 1.0 - gain;
        now->mean = mean;
        now->variance = variance;
    }
}

/* Sets every moment, the last one first, given the one after it. */
static double go_back(const palate__chain *chain, const palate__drift_moment *moments)
{
    const double stationary = chain->noise / chain->lambda;
    float *values = chain->values;
    double energy = 0.0;
    for (size_t t = chain->count; t-- > 0;) {
        double mean = moments[t].mean;
        double variance = moments[t].variance;
        double phi = 0.0;
        double rest = 1.0;
        double next = 0.0;
        if (t + 1 < chain->count) {
            phi = (double)chain->phis[t + 1];
            rest = (double)chain->rests[t + 1];
            next = (double)values[t + 1];
            double predicted = stationary * rest + phi * phi * variance;
            double back = variance * phi / predicted;
            mean += back * (next - phi * mean);
            variance = fmax(variance - back * back * predicted, 0.0);
        }
        if (moments[t].normal != 0.0F)
            mean += sqrt(variance) * (double)moments[t].normal;
        values[t] = (float)mean;
        if (t + 1 < chain->count) /* The innovation from here to the next one. */
            energy += (next - phi * mean) * (next - phi * mean) / rest;
    }
    return chain->count > 0 ? energy + (double)values[0] * (double)values[0] : 0.0;
}

double palate__chain_solve(const palate__chain *chain, palate__drift_moment *moments)
{
    go_forth(chain, moments);
    return go_back(chain, moments);
}

double palate__chain_settle(const palate__chain *chain, double away, double strength)
{
    double of_values = 0.0; /* 1' K^-1 d */
    double of_ones = 0.0;   /* 1' K^-1 1 */
    double before = 0.0;
    for (size_t t = 0; t < chain->count; t++) {
        const double phi = (double)chain->phis[t];
        const double step = 1.0 / (1.0 + phi); /* (1 - phi) / (1 - phi^2) */
        of_values += step * ((double)chain->values[t] - phi * before);
        of_ones += step * (1.0 - phi);
        before = (double)chain->values[t];
    }
    const double shift = (chain->lambda * of_values - strength * away) /
                         (chain->lambda * of_ones + strength);
    for (size_t t = 0; t < chain->count; t++)
        chain->values[t] = (float)((double)chain->values[t] - shift);
    return shift;
}
