/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for AVX-512 (F, VL, DQ, BW) with products of bytes (VNNI); compiled with flags of its own, see flags.cmake. */
#if defined(__x86_64__)
#define WIDTH 16
#define VNNI
#include "kernels/tables.h"
#include "kernels/vectors.inc"

PALATE__KERNEL_TABLE(avx512vnni);
#else
typedef int palate__no_avx512vnni;
#endif
