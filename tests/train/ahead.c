/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are moved ahead, and taken back. */
#include "train/ahead.h"

#include "train/support.h"

enum { STRIDE = 16, USERS = 300, ITEMS = 5 };

typedef struct fixture {
    palate__training training;
    palate__ahead ahead;
} fixture;

static void fill(palate__train_side *side, float (*value)(size_t))
{
    for (size_t c = 0; c < (size_t)side->matrix.row_count * STRIDE; c++)
        side->rows[c] = value(c);
}

static float one(size_t c)
{
    return 1.0F + (float)(c % 7);
}

/* Some up, some down, some far down. */
static float two(size_t c)
{
    static const float moves[] = {0.5F, -0.5F, -0.9F};
    const float before = one(c);
    return before + moves[c % 3] * before;
}

static void set_up(fixture *f, int threads)
{
    palate_error err = {0};
    *f = (fixture){.training = {.threads = threads, .stride = STRIDE}};
    f->training.users.matrix.row_count = USERS;
    f->training.items.matrix.row_count = ITEMS;
    f->training.users.rows = palate__allocate_zeroed(NULL, USERS, STRIDE * sizeof(float));
    f->training.items.rows = palate__allocate_zeroed(NULL, ITEMS, STRIDE * sizeof(float));
    assert_int_equal(palate__ahead_begin(&f->training, &f->ahead, &err), PALATE_OK);
    fill(&f->training.users, one);
    fill(&f->training.items, one);
    palate__ahead_stay(&f->training, &f->ahead);
    fill(&f->training.users, two);
    fill(&f->training.items, two);
    palate__ahead_keep(&f->ahead);
}

static void tear_down(fixture *f)
{
    palate__ahead_end(&f->training, &f->ahead);
    palate__release(NULL, f->training.users.rows);
    palate__release(NULL, f->training.items.rows);
}

static void test_rows_go_on_as_they_went_but_not_below_zero(void **unused)
{
    (void)unused;
    for (int threads = 1; threads <= 3; threads += 2) {
        fixture f;
        set_up(&f, threads);
        const float step = f.ahead.step;
        assert_true(step > 0.0F && step <= 1.0F);
        palate__ahead_go(&f.training, &f.ahead);
        for (size_t c = 0; c < (size_t)USERS * STRIDE; c++) {
            const float moved = two(c) + step * (two(c) - one(c));
            assert_true(f.training.users.rows[c] == (moved > 0.0F ? moved : 0.0F));
        }
        assert_true(f.training.items.rows[2] == 0.0F);
        tear_down(&f);
    }
}

static void test_what_was_moved_is_taken_back_to_the_last_bit(void **unused)
{
    (void)unused;
    fixture f;
    set_up(&f, 2);
    const float step = f.ahead.step;
    assert_false(palate__ahead_back(&f.training, &f.ahead));
    assert_true(f.ahead.step == step);
    palate__ahead_go(&f.training, &f.ahead);
    assert_true(palate__ahead_back(&f.training, &f.ahead));
    for (size_t c = 0; c < (size_t)USERS * STRIDE; c++)
        assert_true(f.training.users.rows[c] == two(c));
    for (size_t c = 0; c < (size_t)ITEMS * STRIDE; c++)
        assert_true(f.training.items.rows[c] == two(c));
    assert_true(f.ahead.step < step);
    assert_false(palate__ahead_back(&f.training, &f.ahead));
    /* The epoch that follows starts there: rows that it does not move stay. */
    palate__ahead_keep(&f.ahead);
    palate__ahead_go(&f.training, &f.ahead);
    for (size_t c = 0; c < (size_t)USERS * STRIDE; c++)
        assert_true(f.training.users.rows[c] == two(c));
    tear_down(&f);
}

static void test_steps_grow_where_they_help_and_never_beyond_one(void **unused)
{
    (void)unused;
    fixture f;
    set_up(&f, 1);
    for (int epoch = 0; epoch < 200; epoch++) {
        const float step = f.ahead.step;
        palate__ahead_go(&f.training, &f.ahead);
        palate__ahead_keep(&f.ahead);
        assert_true(f.ahead.step > step || step == 1.0F);
        assert_true(f.ahead.step <= 1.0F);
    }
    assert_true(f.ahead.step == 1.0F);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_go_on_as_they_went_but_not_below_zero),
        cmocka_unit_test(test_what_was_moved_is_taken_back_to_the_last_bit),
        cmocka_unit_test(test_steps_grow_where_they_help_and_never_beyond_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
