/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for NEON, the vectors every 64-bit ARM has; compiled with flags of its own, see flags.cmake. */
#if defined(__aarch64__)
#define WIDTH 8
#include "kernels/tables.h"
#include "kernels/vectors.inc"

PALATE__KERNEL_TABLE(neon);
#else
typedef int palate__no_neon;
#endif
