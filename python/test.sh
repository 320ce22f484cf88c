#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the wheel, installs it into a clean virtual environment, and tests it there: types, style, and every test.
# Then those that reach into the library once more with it built for the address sanitizer, where build/asan-ubsan has it.
#
#     python/test.sh [PYTHON]
#
# What it takes comes from PyPI; where that cannot be reached it says so and tests nothing.
set -euo pipefail
cd "$(dirname "$0")"
python=${1:-python3}
work=../build/python
rm -rf "$work/venv" "$work/wheel"
mkdir -p "$work"
"$python" -m venv "$work/venv"
bin=$work/venv/bin

# Quiet, but for what goes wrong; whether that is the way to PyPI shows in what pip says.
install() {
    "$bin/pip" install -q --disable-pip-version-check --prefer-binary --no-compile "$@" >"$work/pip.log" 2>&1 && return
    cat "$work/pip.log"
    grep -Eq 'connection broken|Temporary failure|Network is unreachable|No matching distribution found' "$work/pip.log" || exit 1
    echo "PyPI cannot be reached from here: the Python package was NOT tested"
    exit 0
}

echo "-- the wheel"
install scikit-build-core
"$bin/pip" wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w "$work/wheel" .
wheel=$(ls "$work"/wheel/palate-*-py3-none-*.whl)
echo "$(basename "$wheel"), $(du -k "$wheel" | cut -f1) kB"
install "${wheel}[test,lint]"

echo "-- types and style"
"$bin/ruff" check -q .
"$bin/ruff" format -q --check .
(cd src && "../$bin/mypy" --config-file ../pyproject.toml palate)

echo "-- every test, with the wheel as installed"
"$bin/python" -m pytest -q -p no:cacheprovider tests

sanitized=../build/asan-ubsan/libpalate.so
if [ -e "$sanitized" ] && command -v gcc >/dev/null; then
    echo "-- what reaches into the library once more, under the address sanitizer"
    PALATE_LIBRARY=$(realpath "$sanitized") ASAN_OPTIONS=detect_leaks=0 \
        LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
        "$bin/python" -m pytest -q -p no:cacheprovider -k 'not tuning' tests/test_{ratings,model,fold_in,training,options}.py
fi
