#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What reaches into the library, bad input first, with it built for the sanitizers of addresses and undefined behaviour.
#
#     python/asan.sh        takes build/asan-ubsan/libpalate.so, and the virtual environment that python/test.sh made
set -euo pipefail
cd "$(dirname "$0")"
library=$(realpath ../build/asan-ubsan/libpalate.so)
echo "-- bad input, and what else reaches into the library, under the sanitizers"
PALATE_LIBRARY=$library ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
    ../build/python/venv/bin/python -m pytest -q -p no:cacheprovider -k 'not tuning' \
    tests/test_{bad_input,ratings,model,fold_in,training,options,update,rules,features,evaluation,cross_validation}.py
