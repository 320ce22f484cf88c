#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The kernels of 64-bit ARM, by a cross compiler and an emulator: the same tests as here. Status 77 where one of them is
# missing (cmake/deps.sh cross installs them).
#
#     tests/cross/run.sh FOLDER      where to build
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
compiler=aarch64-linux-gnu-gcc emulator=qemu-aarch64
for program in $compiler $emulator; do
    command -v "$program" >/dev/null || { echo "$program is not installed"; exit 77; }
done
mkdir -p "$1/headers"
cd "$1"
for header in cmocka xxhash; do
    cp "$(echo "#include <$header.h>" | gcc -E - | sed -n "s/.*\"\(.*$header\.h\)\".*/\1/p" | head -n 1)" headers/
done

flags="-std=c17 -O2 -Wall -Wextra -Werror -Wno-psabi -ffp-contract=off -I$root/include -I$root/src -Iheaders"
objects=
for source in "$root"/src/kernels/*.c "$root/src/base/text.c" "$root/tests/cross/cmocka.c"; do
    object=$(basename "$source" .c).o
    extra=
    [ "$object" != neon.o ] || extra=-ffp-contract=fast
    # shellcheck disable=SC2086 # lists of words
    $compiler $flags $extra -c "$source" -o "$object"
    objects="$objects $object"
done
for test in "$root"/tests/kernels/*.c; do
    name=$(basename "$test" .c)
    # shellcheck disable=SC2086
    $compiler $flags -static "$test" $objects -lm -lpthread -o "$name"
    echo "== $name, emulated"
    $emulator "./$name"
done
