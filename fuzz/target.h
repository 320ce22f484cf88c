/* SPDX-License-Identifier: Apache-2.0 */
/* What libFuzzer calls, and what it offers (https://llvm.org/docs/LibFuzzer.html). */
#ifndef PALATE_FUZZ_TARGET_H
#define PALATE_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t bytes, size_t bytes_max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t bytes, size_t bytes_max);

#endif
