#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `make install` leaves is usable: by pkg-config, by find_package, moved elsewhere, from C11, C17 and C++17; and the
# shared library shows public names only.
#
#     tests/install/run.sh BUILD-FOLDER VERSION
set -euo pipefail
build=$1
version=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

fail() {
    echo "install: $*" >&2
    exit 1
}

expect_program_runs() {
    local said
    said=$("$1") || fail "$1 does not run"
    [[ $said =~ ^palate\ $version:\ [0-9.]+$ ]] || fail "$1 said: $said"
}

cmake --install "$build" --prefix "$root/first" >/dev/null
mv "$root/first" "$root/moved" # Nothing installed may remember where it was.
prefix=$root/moved
pkgconfig=$(dirname "$(find "$prefix" -name palate.pc)")
libraries=$(dirname "$pkgconfig")
export PKG_CONFIG_PATH=$pkgconfig LD_LIBRARY_PATH=$libraries

echo "pkg-config, shared and static"
read -ra flags <<<"$(pkg-config --cflags --libs palate)"
gcc -std=c17 -Wall -Wextra -Werror "$here/program.c" -o "$root/shared" "${flags[@]}"
expect_program_runs "$root/shared"
read -ra flags <<<"$(pkg-config --static --cflags --libs palate)"
gcc -std=c17 "$here/program.c" -o "$root/static" "${flags[@]/-lpalate/-l:libpalate.a}"
expect_program_runs "$root/static"
[ "$(pkg-config --modversion palate)" = "$version" ] || fail "palate.pc has another version"

echo "find_package, shared and static"
cmake -S "$here/package" -B "$root/package" -DCMAKE_PREFIX_PATH="$prefix" -DPALATE_VERSION="$version" >/dev/null
cmake --build "$root/package" >/dev/null
expect_program_runs "$root/package/with_shared"
expect_program_runs "$root/package/with_static"

echo "every header on its own: C11, C17, C++17"
for header in "$prefix"/include/palate/*.h; do
    for standard in c11 c17; do
        gcc -std=$standard -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c -I "$prefix/include" "$header"
    done
    g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ -I "$prefix/include" "$header"
done

echo "names of the shared library"
names=$(nm -D --defined-only "$libraries/libpalate.so" | awk '$2 != "A" {print $3}')
stray=$(grep -Ev '^palate_[a-z]' <<<"$names" || true)
[ -z "$stray" ] || fail "not public, but exported: $stray"
declared=$(grep -rhoE '\bpalate_[a-z_0-9]+\(' "$prefix/include" | tr -d '(' | sort -u)
for name in $names; do
    grep -qx "$name" <<<"$declared" || fail "exported, but in no header: $name"
done
for name in $declared; do
    grep -qx "$name" <<<"$names" || fail "in a header, but not exported: $name"
done

if [ -x "$build/palate" ]; then
    echo "the command, its manual and completions"
    [[ $("$prefix/bin/palate" --version) == *"$version"* ]] || fail "palate --version"
    for file in share/man/man1/palate.1 share/bash-completion/completions/palate share/fish/vendor_completions.d/palate.fish; do
        [ -s "$prefix/$file" ] || fail "missing: $file"
    done
fi
echo "install: all well"
