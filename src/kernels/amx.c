/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for AVX-512 with products of bytes by matrices (AMX); compiled with flags of its own, see flags.cmake. */
#define _GNU_SOURCE
#include "kernels/tables.h"

#ifdef PALATE__AMX
#define WIDTH 16
#define VNNI
#define AMX
#include "kernels/vectors.inc"

#include <sys/syscall.h>
#include <unistd.h>

/* The registers are so large that Linux gives them only to processes that ask (5.16 and later). */
int palate__amx_permitted(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

PALATE__KERNEL_TABLE(amx);
#else
typedef int palate__no_amx;
#endif
