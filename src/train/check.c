/* SPDX-License-Identifier: Apache-2.0 */
/* Which options go together. */
#include "train/training.h"

static palate_status refuse(palate_error *err, const char *why)
{
    return palate__fail(err, PALATE_E_INVALID, "%s", why);
}

static palate_status check_mu(const palate_train_options *options, palate_error *err)
{
    if (options->mode == PALATE_MODE_STRICT ||
        (options->mode != PALATE_MODE_DEFAULT && options->biases))
        return refuse(
            err, "rule mu knows no mode strict and, with biases, no mode pure: leave mode out");
    if (options->init_low >= options->init_high)
        return palate__fail(err, PALATE_E_INVALID,
                            "init-low is %g and init-high %g: the first must be the lower",
                            options->init_low, options->init_high);
    if (options->user_features != NULL || options->item_features != NULL)
        return refuse(err, "rule mu has no prior that features of users and items could inform");
    return PALATE_OK;
}

/* Where what is missing is zero there is U V' and nothing else, and nothing that could be held out. */
static palate_status check_zero(const palate_train_options *options, palate_error *err)
{
    const struct {
        bool given;
        const char *what;
    } refused[] = {
        {options->rule != PALATE_RULE_MAP && options->rule != PALATE_RULE_AUTO, "rules but map"},
        {options->mode == PALATE_MODE_STRICT, "mode strict: there are no offsets"},
        {options->biases, "biases"},
        {options->user_features != NULL || options->item_features != NULL,
         "features of users and items"},
        {options->anchor != PALATE_AUTO && options->anchor > 0.0, "an anchor"},
        {options->validation > 0.0, "validation: what is held out would be zero"},
        {options->tune, "tune: nothing can be held out to choose by"},
    };
    for (size_t r = 0; r < sizeof refused / sizeof refused[0]; r++)
        if (refused[r].given)
            return palate__fail(err, PALATE_E_INVALID, "missing zero does not go with %s",
                                refused[r].what);
    return PALATE_OK;
}

static palate_status check_unknown(const palate_train_options *options, palate_error *err)
{
    if (options->init == PALATE_INIT_AUTO && options->l1_ratio == 0.0)
        return PALATE_OK;
    return palate__fail(err, PALATE_E_INVALID,
                        "%s is an option of training with missing zero: what is not stored is "
                        "unknown here",
                        options->l1_ratio != 0.0 ? "l1-ratio" : "init");
}

palate_status palate__training_check(const palate_train_options *options, palate_error *err)
{
    palate_status status = palate_options_check(palate_train_options_table(), options, err);
    if (status != PALATE_OK)
        return status;
    if (options->missing == PALATE_MISSING_ZERO)
        return check_zero(options, err);
    status = check_unknown(options, err);
    if (status != PALATE_OK)
        return status;
    if (options->rule == PALATE_RULE_MU)
        return check_mu(options, err);
    if (options->biases)
        return refuse(
            err,
            "biases is an option of rule mu; the other rules have offsets unless the mode is pure");
    if (options->item_regularization != PALATE_AUTO)
        return refuse(err, "item-regularization is an option of rule mu; the other rules have one "
                           "regularization for both sides");
    return PALATE_OK;
}

palate_status palate__training_check_folds(const palate_train_options *options, palate_error *err)
{
    palate_status status = palate_options_check(palate_train_options_table(), options, err);
    if (status == PALATE_OK && options->missing == PALATE_MISSING_ZERO)
        return palate__fail(
            err, PALATE_E_INVALID,
            "missing zero cannot be judged by folds: what a fold holds out would be "
            "learned as zero");
    return status;
}
