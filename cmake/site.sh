#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the documentation as a site, in build/site; a link that leads nowhere, or a page out of its place, fails it.
#
# What it takes comes from PyPI; where that cannot be reached it says so and builds nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
work=build/python/site
mkdir -p build/python
[ -e $work/bin/python ] || python3 -m venv $work
if ! $work/bin/pip install -q --disable-pip-version-check --prefer-binary \
    mkdocs mkdocs-material 'mkdocstrings[python]' mkdocs-jupyter numpy scikit-learn >$work/pip.log 2>&1; then
    cat $work/pip.log
    grep -Eq 'connection broken|Temporary failure|Network is unreachable|No matching distribution found' $work/pip.log || exit 1
    echo "PyPI cannot be reached from here: the site was NOT built"
    exit 0
fi
# The reference has the options that the library's own tables say.
export PALATE_LIBRARY=$PWD/build/libpalate.so PYTHONPATH=$PWD/python/src NO_MKDOCS_2_WARNING=1
$work/bin/mkdocs build -q --strict
echo "the site is in build/site/index.html"
