#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the wheel (wheel.sh), installs it into a virtual environment, and tests it there: types, style, and every test.
# Then what reaches into the library once more with it built for the sanitizers (asan.sh), where build/asan-ubsan has it.
#
#     python/test.sh [PYTHON]
#
# What it takes comes from PyPI; where that cannot be reached it says so and tests nothing.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=python/pypi.sh
. ./pypi.sh
python=${1:-python3}
work=../build/python
./wheel.sh "$python"
wheel=$(ls "$work"/dist/palate-*.whl 2>/dev/null) || exit 0
make_venv "$python" "$work/venv"
bin=$work/venv/bin
install "$work/venv" "${wheel}[test,lint]"

echo "-- types and style"
"$bin/ruff" check -q .
"$bin/ruff" format -q --check .
(cd src && "../$bin/mypy" --config-file ../pyproject.toml palate)

echo "-- every test, with the wheel as installed"
"$bin/python" -m pytest -q -p no:cacheprovider tests

if [ -e ../build/asan-ubsan/libpalate.so ] && command -v gcc >/dev/null; then
    ./asan.sh
fi
