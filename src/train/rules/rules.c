/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules there are. */
#include "train/rule.h"

const palate__rule *const palate__rules[] = {
    [PALATE_RULE_VB] = &palate__rule_vb, [PALATE_RULE_MAP] = &palate__rule_map,
    [PALATE_RULE_MU] = &palate__rule_mu, [PALATE_RULE_BAYES] = &palate__rule_bayes,
    [PALATE_RULE_BAYES + 1] = NULL,
};
