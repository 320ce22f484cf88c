/* SPDX-License-Identifier: Apache-2.0 */
/* The link prior and the drift: what holds for the parts of the objective beside the factors. */
#include "train/training.h"

#include "train/support.h"

#include "ratings/matrix.h"

typedef struct run {
    palate_ratings *ratings;
    palate__training training;
} run;

static void begin(run *out, const triples *made, const palate_train_options *options)
{
    palate_error err = {0};
    out->ratings = ratings_of(made, false);
    if (palate__training_begin(&out->training, out->ratings, options, NULL, &err) != PALATE_OK)
        fail_msg("%s", err.message);
    palate__training_start(&out->training);
    if (palate__training_run(&out->training, &err) != PALATE_OK)
        fail_msg("%s", err.message);
}

static void end(run *done)
{
    palate__training_end(&done->training);
    palate_ratings_free(done->ratings);
}

static palate_train_options some_options(int64_t epochs)
{
    palate_train_options options;
    palate_train_options_init(&options);
    options.rule = PALATE_RULE_MAP;
    options.factors = 6;
    options.epochs = epochs;
    options.tolerance = 0.0;
    options.regularization = 3.0;
    return options;
}

/* f of a row and factor, from the definition. */
static double prior_mean(const palate__training *training, const palate__train_side *side,
                         uint32_t row, size_t f)
{
    const palate__matrix *matrix = &side->matrix;
    const float *coefficients = side->prior.links[0].coefficients;
    int64_t count = matrix->begins[row + 1] - matrix->begins[row];
    double sum = 0.0;
    for (int64_t e = matrix->begins[row]; e < matrix->begins[row + 1]; e++)
        sum += (double)coefficients[matrix->columns[e] * training->stride + f];
    return count > 0 ? sum / sqrt((double)count) : 0.0;
}

static void check_away(const palate__training *training, const palate__train_side *side)
{
    for (uint32_t row = 0; row < side->matrix.row_count; row++)
        for (size_t f = 1; f <= training->factor_count; f++) {
            double expected = (double)side->rows[row * training->stride + f] -
                              prior_mean(training, side, row, f);
            double kept = (double)palate__away_of(&side->prior, f / 16, row)[f % 16];
            assert_true(fabs(kept - expected) < 1e-4);
        }
}

/* What is kept is x - f, however many passes have moved it along. */
static void test_away_is_the_distance_to_the_links_mean(void **unused)
{
    (void)unused;
    triples *made = stars(150, 80, 0.2);
    palate_train_options options = some_options(60);
    run done;
    begin(&done, made, &options);
    check_away(&done.training, &done.training.users);
    check_away(&done.training, &done.training.items);
    end(&done);
    free(made);
}

/* After a pass with rows held fixed no coefficient can improve alone: the gradient is 0 (KKT). */
static void test_passes_end_at_the_minimum_of_the_coefficients(void **unused)
{
    (void)unused;
    triples *made = stars(100, 60, 0.25);
    palate_train_options options = some_options(5);
    run done;
    begin(&done, made, &options);
    palate__training *training = &done.training;
    palate__train_side *side = &training->users;
    for (int pass = 0; pass < 400; pass++)
        palate__prior_update(training, side, NULL);
    const palate__link *link = &side->prior.links[0];
    for (uint32_t j = 0; j < link->rows_of->row_count; j++)
        for (size_t f = 1; f <= training->factor_count; f++) {
            double slope = (double)link->lambda[f] *
                           (double)link->coefficients[j * training->stride + f];
            for (int64_t e = link->rows_of->begins[j]; e < link->rows_of->begins[j + 1]; e++) {
                uint32_t row = link->rows_of->columns[e];
                slope -= (double)side->prior.lambda[f] * (double)link->weights[row] *
                         (double)palate__away_of(&side->prior, f / 16, row)[f % 16];
            }
            assert_true(fabs(slope) < 2e-3);
        }
    end(&done);
    free(made);
}

/* lambda d' K^-1 d of one user. */
static double drift_penalty(const palate__training *training, uint32_t user)
{
    const palate__drift *drift = &training->drift;
    const size_t count = (size_t)(drift->begins[user + 1] - drift->begins[user]);
    const float *values = drift->values + drift->begins[user];
    int64_t *times = calloc(count + 1, sizeof *times);
    double sum = 0.0;
    assert_non_null(times);
    palate__drift_times(training, user, times);
    for (size_t t = 0; t < count; t++) {
        assert_true(t == 0 || times[t] > times[t - 1]);
        const double phi = t == 0 ? 0.0 : exp(-(double)(times[t] - times[t - 1]) / drift->scale);
        const double before = t == 0 ? 0.0 : (double)values[t - 1];
        const double step = (double)values[t] - phi * before;
        sum += drift->lambda * step * step / (1.0 - phi * phi);
    }
    free(times);
    return sum;
}

/* squared error + every penalty, from the definition and in double, is what training says it is. */
static double objective_of(const palate__training *training)
{
    const palate__drift *drift = &training->drift;
    const palate__matrix *matrix = &training->users.matrix;
    double sum = palate__prior_penalty(training, &training->users.prior) +
                 palate__prior_penalty(training, &training->items.prior);
    for (uint32_t i = 0; i < matrix->row_count; i++) {
        const float *x = training->users.rows + i * training->stride;
        for (int64_t e = matrix->begins[i]; e < matrix->begins[i + 1]; e++) {
            const float *y = training->items.rows + matrix->columns[e] * training->stride;
            double score = (double)x[0] + (double)y[0];
            for (size_t f = 1; f <= training->factor_count; f++)
                score += (double)x[f] * (double)y[f];
            if (drift->on)
                score += (double)palate__drift_value(drift, i, drift->user_moments[e]);
            double error = ((double)matrix->values[e] - training->shift) * training->gain - score;
            sum += error * error;
        }
        if (drift->on)
            sum += drift_penalty(training, i);
    }
    return sum;
}

static void test_objective_is_that_of_the_model(void **unused)
{
    (void)unused;
    for (int timed = 0; timed <= 1; timed++) {
        triples *made = stars(120, 70, 0.3);
        if (timed)
            add_moods(made, 0.8);
        palate_train_options options = some_options(7);
        run done;
        begin(&done, made, &options);
        assert_true(done.training.drift.on == (timed == 1));
        double expected = objective_of(&done.training);
        assert_true(fabs(done.training.objective - expected) < 1e-4 * expected);
        end(&done);
        free(made);
    }
}

static void test_objective_never_rises(void **unused)
{
    (void)unused;
    for (int mode = PALATE_MODE_DEFAULT; mode <= PALATE_MODE_PURE; mode++) {
        triples *made = stars(120, 70, 0.3);
        add_moods(made, 0.5);
        palate_train_options options = some_options(120);
        options.mode = mode;
        run done;
        begin(&done, made, &options);
        assert_int_equal(done.training.log_count, 120);
        for (size_t e = 1; e < done.training.log_count; e++)
            assert_true(done.training.log[e].objective <=
                        done.training.log[e - 1].objective * (1.0 + 1e-6));
        end(&done);
        free(made);
    }
}

/* ---- Drift ---- */

/* Moods of sittings are found: their scale, and that predictions for the time are better. */
static void test_moods_are_found(void **unused)
{
    (void)unused;
    triples *made = stars(120, 70, 0.4);
    add_moods(made, 0.8);
    palate_train_options options = some_options(30);
    run done;
    begin(&done, made, &options);
    const palate__drift *drift = &done.training.drift;
    assert_true(drift->on);
    /* Sittings last 1,000 and are 100,000 apart. */
    assert_true(drift->scale > 300.0 && drift->scale < 100000.0);
    double with = done.training.train_rmse;
    end(&done);
    options.time = PALATE_TIME_OFF;
    begin(&done, made, &options);
    assert_false(done.training.drift.on);
    assert_true(with < 0.8 * done.training.train_rmse);
    end(&done);
    free(made);
}

/* Times that say nothing move nothing. */
static void test_times_without_moods_move_nothing(void **unused)
{
    (void)unused;
    triples *made = stars(120, 70, 0.4);
    add_moods(made, 0.0);
    palate_train_options options = some_options(3);
    run done;
    begin(&done, made, &options);
    assert_false(done.training.drift.on);
    assert_int_equal(done.training.options.time, PALATE_TIME_OFF);
    end(&done);
    free(made);
}

static void test_ratings_without_a_time_have_no_moment(void **unused)
{
    (void)unused;
    triples *made = stars(60, 40, 0.5);
    add_moods(made, 0.8);
    size_t without = 0;
    for (size_t e = 0; e < made->count; e += 3, without++)
        made->times[e] = PALATE_NO_TIME;
    palate_train_options options = some_options(10);
    options.time_scale = 3000.0;
    options.time_regularization = 4.0;
    run done;
    begin(&done, made, &options);
    size_t found = 0;
    for (int64_t e = 0; e < palate_ratings_count(done.ratings); e++)
        found += done.training.drift.user_moments[e] == PALATE__NO_MOMENT;
    assert_int_equal(found, without);
    assert_true(isfinite(done.training.objective));
    double expected = objective_of(&done.training);
    assert_true(fabs(done.training.objective - expected) < 1e-4 * expected);
    end(&done);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_away_is_the_distance_to_the_links_mean),
        cmocka_unit_test(test_passes_end_at_the_minimum_of_the_coefficients),
        cmocka_unit_test(test_objective_is_that_of_the_model),
        cmocka_unit_test(test_objective_never_rises),
        cmocka_unit_test(test_moods_are_found),
        cmocka_unit_test(test_times_without_moods_move_nothing),
        cmocka_unit_test(test_ratings_without_a_time_have_no_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
