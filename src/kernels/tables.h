/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of kernels there are: one file, one table. */
#ifndef PALATE_KERNELS_TABLES_H
#define PALATE_KERNELS_TABLES_H

#include "kernels/kernels.h"

extern const palate__kernels palate__kernels_generic;
#if defined(__x86_64__)
extern const palate__kernels palate__kernels_avx2;
extern const palate__kernels palate__kernels_avx512;
extern const palate__kernels palate__kernels_avx512vnni;

/* clang 14 cannot ask whether a processor has it. */
#if defined(__linux__) && !defined(__clang__)
#define PALATE__AMX 1
extern const palate__kernels palate__kernels_amx;
int palate__amx_permitted(void);
#endif
#endif

#if defined(__aarch64__)
extern const palate__kernels palate__kernels_neon;
#endif

#endif
