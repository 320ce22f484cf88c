/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for AVX2 with fused multiply-add; compiled with flags of its own, see flags.cmake. */
#if defined(__x86_64__)
#define WIDTH 8
#include "kernels/tables.h"
#include "kernels/vectors.inc"

PALATE__KERNEL_TABLE(avx2);
#else
typedef int palate__no_avx2;
#endif
