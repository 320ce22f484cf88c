/* SPDX-License-Identifier: Apache-2.0 */
/* The hash, of every set of kernels this machine can run. */
#include "kernels/kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { BYTES = 5000 };

static void every_set_finds_the_same(void **state)
{
    (void)state;
    char text[BYTES + 1];
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof text; i++) {
        random = random * 1664525U + 1013904223U;
        text[i] = (char)(random >> 24);
    }
    const palate__kernels *plain = palate__kernels_all()[0];
    for (size_t set = 0; palate__kernels_all()[set] != NULL; set++) {
        const palate__kernels *kernels = palate__kernels_all()[set];
        if (!palate__kernels_usable(kernels))
            continue;
        /* What xxHash publishes for no byte. */
        assert_true(kernels->hash("", 0) == 0x2D06800538D394C2U);
        for (size_t count = 1; count <= BYTES; count += 1 + count / 100)
            assert_true(kernels->hash(text + 1, count) == plain->hash(text + 1, count));
        assert_true(kernels->hash(text, BYTES) != kernels->hash(text + 1, BYTES));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set_finds_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
