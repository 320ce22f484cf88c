/* SPDX-License-Identifier: Apache-2.0 */
/* What the index promises: every item is in it once, and no bound is on the wrong side. */
#include "recommend/index.h"

#include "recommend/support.h"

enum { ITEMS = PALATE__TILE_ITEMS };

static palate__index *index_items(const palate_model *model, int threads)
{
    palate__index *made = NULL;
    palate_error err;
    assert_int_equal(palate__index_create(model, threads, &made, &err), PALATE_OK);
    return made;
}

static double *transform(const palate_model *model, const palate__transform *map,
                         const palate__side *side)
{
    const uint32_t count = side->ids.count;
    const float **rows = allocate(count, sizeof *rows);
    double *out = allocate(count * map->width, sizeof *out);
    for (uint32_t r = 0; r < count; r++)
        rows[r] = side->factors + (size_t)r * model->factor_count;
    palate__kernels_get()->transform(map, rows, count, out);
    free(rows);
    return out;
}

static double product(const double *a, const double *b, size_t count)
{
    double sum = 0.0;
    for (size_t f = 0; f < count; f++)
        sum += a[f] * b[f];
    return sum;
}

static double length(const double *a, size_t count)
{
    return sqrt(product(a, a, count));
}

static double float_length(const float *a, size_t count)
{
    double sum = 0.0;
    for (size_t f = 0; f < count; f++)
        sum += (double)a[f] * (double)a[f];
    return sqrt(sum);
}

static void test_every_item_is_there_once(void **state)
{
    (void)state;
    for (uint32_t n = 1; n < 1200; n += n < 40 ? 1 : 97) {
        palate_model model = make_model((shape){4, n, 6, RANDOM, 0});
        palate__index *made = index_items(&model, 2);
        unsigned char *found = allocate(n, 1);
        assert_int_equal(made->tile_count, (n + ITEMS - 1) / ITEMS);
        for (size_t place = 0; place < made->tile_count * ITEMS; place++) {
            if ((made->empty[place / ITEMS] >> place % ITEMS & 1) != 0)
                continue;
            assert_in_range(made->rows[place], 0, n - 1);
            assert_int_equal(found[made->rows[place]]++, 0);
            assert_int_equal(made->places[made->rows[place]], place);
        }
        for (uint32_t j = 0; j < n; j++)
            assert_int_equal(found[j], 1);
        free(found);
        palate__index_free(NULL, made);
        free_model(&model);
    }
}

/* u.v = u.m + w.(v - m) + x.y, as far off as is promised. */
static void check_formula(const palate_model *model, const palate__index *made, const double *x,
                          const double *y)
{
    const palate__balance *balance = &made->balance;
    const size_t k = model->factor_count;
    for (uint32_t i = 0; i < model->users.ids.count; i++) {
        for (uint32_t j = 0; j < model->items.ids.count; j++) {
            const float *u = model->users.factors + i * k;
            const float *v = model->items.factors + j * k;
            double value = product(x + i * balance->width, y + j * balance->width, balance->width);
            double exact = 0.0, sizes = 0.0;
            for (size_t f = 0; f < k; f++) {
                value += (double)u[f] * balance->item_mean[f] +
                         balance->user_mean[f] * ((double)v[f] - balance->item_mean[f]);
                exact += (double)u[f] * (double)v[f];
            }
            sizes = (float_length(u, k) + balance->user_mean_length) *
                    (float_length(v, k) + balance->item_mean_length);
            assert_true(fabs(value - exact) <= balance->error * sizes);
        }
    }
}

static void check_tiles(const palate_model *model, const palate__index *made, const double *y)
{
    const size_t width = made->balance.width;
    const palate__tiles *tiles = &made->tiles;
    for (uint32_t j = 0; j < model->items.ids.count; j++) {
        const size_t t = made->places[j] / ITEMS, l = made->places[j] % ITEMS;
        const double *own = y + j * width;
        const double offset = (double)tiles->offsets[t * ITEMS + l];
        double shifted = (double)model->items.offsets[j], miss = 0.0;
        for (size_t f = 0; f < width; f++) {
            const uint8_t byte = tiles->bytes[(t * width / 4 + f / 4) * 4 * ITEMS + 4 * l + f % 4];
            const double off = own[f] - (double)tiles->scales[t] * ((double)byte - 128.0);
            miss += off * off;
            if (f < model->factor_count)
                shifted += made->balance.user_mean[f] *
                           ((double)model->items.factors[j * model->factor_count + f] -
                            made->balance.item_mean[f]);
        }
        assert_true((double)tiles->lengths[t] >= length(own, width) * (1.0 - 1e-14));
        assert_true((double)tiles->misses[t] >= sqrt(miss) * (1.0 - 1e-14));
        assert_true(tiles->tops[t] >= tiles->offsets[t * ITEMS + l]);
        assert_true(offset >= shifted - 1e-14 * made->shifted_most);
        assert_true(offset <= shifted + 1e-6 * (made->shifted_most + 1e-30));
        assert_true(fabs(shifted) <= made->shifted_most * (1.0 + 1e-14));
        assert_true(length(own, width) <= made->length_most * (1.0 + 1e-14));
    }
}

static void test_no_bound_is_on_the_wrong_side(void **state)
{
    (void)state;
    static const uint32_t factor_counts[] = {1, 2, 15, 16, 17, 40};
    for (size_t f = 0; f < sizeof factor_counts / sizeof factor_counts[0]; f++) {
        for (look as = RANDOM; as < LOOKS; as++) {
            palate_model model = make_model((shape){9, 333, factor_counts[f], as, 0});
            palate__index *made = index_items(&model, 1);
            double *x = transform(&model, &made->balance.to_x, &model.users);
            double *y = transform(&model, &made->balance.to_y, &model.items);
            check_formula(&model, made, x, y);
            check_tiles(&model, made, y);
            free(x);
            free(y);
            palate__index_free(NULL, made);
            free_model(&model);
        }
    }
}

/* Mean of x_f x_g over all rows. */
static double moment(const double *rows, size_t count, size_t width, size_t f, size_t g)
{
    double sum = 0.0;
    for (size_t r = 0; r < count; r++)
        sum += rows[r * width + f] * rows[r * width + g] / (double)count;
    return sum;
}

/* Both sides get the same covariance, a diagonal one that falls. */
static void test_both_sides_are_alike(void **state)
{
    (void)state;
    enum { M = 500, N = 700, K = 12 };
    palate_model model = make_model((shape){M, N, K, RANDOM, 0});
    float *users = palate__writable(model.users.factors);
    float *items = palate__writable(model.items.factors);
    /* Coordinates that differ in size, on either side in another order, and go together. */
    for (size_t e = 0; e < M * K; e++)
        users[e] = users[e] * (float)(1 + e % K) + (e % K > 0 ? users[e - 1] : 0.0F);
    for (size_t e = 0; e < N * K; e++)
        items[e] = items[e] * (float)(2 * K - e % K) + (e % K > 0 ? 0.5F * items[e - 1] : 0.0F);
    palate__index *made = index_items(&model, 1);
    const size_t width = made->balance.width;
    double *x = transform(&model, &made->balance.to_x, &model.users);
    double *y = transform(&model, &made->balance.to_y, &model.items);
    const double largest = moment(x, M, width, 0, 0);
    for (size_t f = 0; f < K; f++) {
        const double own = moment(x, M, width, f, f);
        assert_true(fabs(moment(y, N, width, f, f) - own) < 0.01 * largest);
        assert_true(f == 0 || own < moment(x, M, width, f - 1, f - 1) + 0.01 * largest);
        for (size_t g = 0; g < f; g++) {
            assert_true(fabs(moment(x, M, width, f, g)) < 0.01 * largest);
            assert_true(fabs(moment(y, N, width, f, g)) < 0.01 * largest);
        }
    }
    /* As it was not before. */
    assert_true(moment(x, M, width, K - 1, K - 1) < 0.5 * largest);
    free(x);
    free(y);
    palate__index_free(NULL, made);
    free_model(&model);
}

/* The same bits for any number of threads, and of the same model made twice. */
static void test_threads_change_nothing(void **state)
{
    (void)state;
    palate_model model = make_model((shape){50, 20000, 9, RANDOM, 0});
    palate__index *one = index_items(&model, 1);
    palate__index *four = index_items(&model, 4);
    const size_t n = one->tile_count * ITEMS;
    assert_memory_equal(one->tiles.bytes, four->tiles.bytes, n * one->balance.width);
    assert_memory_equal(one->tiles.offsets, four->tiles.offsets, n * sizeof(float));
    assert_memory_equal(one->tiles.lengths, four->tiles.lengths, one->tile_count * sizeof(float));
    assert_memory_equal(one->rows, four->rows, n * sizeof(uint32_t));
    assert_true(one->length_most == four->length_most);
    palate__index_free(NULL, one);
    palate__index_free(NULL, four);
    free_model(&model);
}

static void test_a_large_item_is_not_indexed(void **state)
{
    (void)state;
    static const float sizes[] = {1e16F, 3e38F};
    for (size_t s = 0; s < 2; s++) {
        palate_model model = make_model((shape){5, 100, 4, RANDOM, 0});
        ((float *)palate__writable(model.items.factors))[4 * 77 + 1] = sizes[s];
        palate__index *made = index_items(&model, 1);
        assert_false(made->sound);
        palate__index_free(NULL, made);
        free_model(&model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_item_is_there_once),
        cmocka_unit_test(test_no_bound_is_on_the_wrong_side),
        cmocka_unit_test(test_both_sides_are_alike),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_a_large_item_is_not_indexed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
