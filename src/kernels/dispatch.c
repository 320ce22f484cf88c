/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernels to use: decided once, by what the processor can do or by PALATE_ISA. */
#include "kernels/tables.h"

#include "palate/status.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const palate__kernels *const all[] = {
    &palate__kernels_generic,
#if defined(__x86_64__)
    &palate__kernels_avx2,
    &palate__kernels_avx512,
    &palate__kernels_avx512vnni,
#endif
#ifdef PALATE__AMX
    &palate__kernels_amx,
#endif
#if defined(__aarch64__)
    &palate__kernels_neon,
#endif
    NULL,
};

static const palate__kernels *chosen = &palate__kernels_generic;
static pthread_once_t once = PTHREAD_ONCE_INIT;

const palate__kernels *const *palate__kernels_all(void)
{
    return all;
}

#if defined(__x86_64__)
/* Every processor with AVX2 has conversions of 16 bits (F16C), which clang 14 cannot ask for. */
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("fma");
}
#endif

int palate__kernels_usable(const palate__kernels *kernels)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (kernels == &palate__kernels_avx2)
        return has_avx2();
    if (kernels == &palate__kernels_avx512)
        return has_avx512();
    if (kernels == &palate__kernels_avx512vnni)
        return has_avx512() && __builtin_cpu_supports("avx512vnni");
#endif
#ifdef PALATE__AMX
    if (kernels == &palate__kernels_amx)
        return has_avx512() && __builtin_cpu_supports("avx512vnni") &&
               __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("amx-tile") &&
               __builtin_cpu_supports("amx-int8") && palate__amx_permitted();
#endif
#if defined(__aarch64__)
    if (kernels == &palate__kernels_neon)
        return 1;
#endif
    return kernels == &palate__kernels_generic;
}

/* The best set, unless PALATE_ISA names another one that can be used. */
static void choose(void)
{
    const char *wanted = getenv("PALATE_ISA");
    for (size_t i = 0; all[i] != NULL; i++) {
        if (!palate__kernels_usable(all[i]))
            continue;
        chosen = all[i];
        if (wanted != NULL && strcmp(wanted, all[i]->name) == 0)
            return;
    }
}

const palate__kernels *palate__kernels_get(void)
{
    pthread_once(&once, choose);
    return chosen;
}

const char *palate_kernels_name(void)
{
    return palate__kernels_get()->name;
}
