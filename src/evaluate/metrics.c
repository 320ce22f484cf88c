/* SPDX-License-Identifier: Apache-2.0 */
/* Which metrics there are, in the order in which tables show them. */
#include "evaluate/metrics.h"

#include "base/text.h"

#include <math.h>

const palate__metric *const palate__metrics[] = {
    &palate__metric_rmse,
    &palate__metric_mae,
    &palate__metric_fcp,
    &palate__metric_fcp_surprise,
    &palate__metric_precision,
    &palate__metric_precision_capped,
    &palate__metric_recall,
    &palate__metric_recall_capped,
    &palate__metric_ndcg,
    &palate__metric_ndcg_linear,
    &palate__metric_ndcg_exponential,
    &palate__metric_map,
    &palate__metric_map_relevant,
    &palate__metric_mrr,
    &palate__metric_hit_rate,
    &palate__metric_auc,
    &palate__metric_auc_list,
    &palate__metric_coverage,
    &palate__metric_gini,
    &palate__metric_novelty,
    &palate__metric_diversity,
    NULL,
};

const char palate__nothing_relevant[] = "no user has a relevant item to be found";

const palate_metric_definition *palate_metric_at(size_t place)
{
    const size_t count = sizeof palate__metrics / sizeof palate__metrics[0] - 1;
    return place < count ? &palate__metrics[place]->about : NULL;
}

const palate_metric_definition *palate_metric_find(const char *name)
{
    for (size_t place = 0; name != NULL && palate__metrics[place] != NULL; place++)
        if (palate__text_alike(palate__text_span(name),
                               palate__text_span(palate__metrics[place]->about.name)))
            return &palate__metrics[place]->about;
    return NULL;
}

bool palate__metric_ratio(const double *sums, double *value)
{
    if (sums[1] <= 0.0)
        return false;
    *value = sums[0] / sums[1];
    return true;
}

bool palate__metric_root(const double *sums, double *value)
{
    if (!palate__metric_ratio(sums, value))
        return false;
    *value = sqrt(*value);
    return true;
}
