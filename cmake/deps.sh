#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages palate needs, where they are missing; silent where all is there.
#
#     cmake/deps.sh build            to build the library and the command
#     cmake/deps.sh build test       ... and to run the tests
#
# Groups: build, test, python (documentation and benchmarks), lint, coverage, cross (kernels of ARM, emulated).
set -eu

packages_of() {
    case $1 in
    build) echo gcc libc6-dev make cmake ninja-build pkg-config librandom123-dev libxxhash-dev \
        libjansson-dev zlib1g-dev libzstd-dev libsqlite3-dev libzip-dev libssl-dev \
        libcurl4-openssl-dev scdoc ;;
    test) echo libcmocka-dev bats g++ python3 gzip zstd sqlite3 ;;
    python) echo python3 python3-venv ;;
    lint) echo clang-format clang-tidy clang shellcheck ;;
    coverage) echo lcov ;;
    cross) echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user ;;
    *) echo "deps.sh: no such group: $1" >&2; return 1 ;;
    esac
}

wanted=
for group in "$@"; do
    wanted="$wanted $(packages_of "$group")"
done
if ! command -v dpkg-query >/dev/null; then
    echo "deps.sh: this is not Debian, so nothing is installed; palate needs the like of:$wanted" >&2
    exit 0
fi
# shellcheck disable=SC2086 # a list of words
installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^ii *//p')

missing=
for package in $wanted; do
    echo "$installed" | grep -qx "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
echo "palate needs packages that are missing here. Installing them with:"
echo "    apt-get update && $install"
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null; then
    as_root=sudo
else
    echo "This takes root rights, and there is no sudo: run that command as root, then try again." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of words
$as_root $install
