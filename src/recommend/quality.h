/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PALATE_RECOMMEND_QUALITY_H
#define PALATE_RECOMMEND_QUALITY_H

#include "model/model.h"
#include "palate/factors.h"

/* Fills exclusivity and coherence of each factor, as factors.h says. */
palate_status palate__fill_quality(const palate_model *model, palate_factor_facts *facts,
                                   palate_error *err);

#endif
