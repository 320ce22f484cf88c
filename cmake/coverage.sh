#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Lines of the library and the command that the tests reached: a table, and pages in BUILD/html.
set -euo pipefail
build=$1
root=$(cd "$(dirname "$0")/.." && pwd)
lcov --quiet --capture --directory "$build" --output-file "$build/all.info" >/dev/null
lcov --quiet --extract "$build/all.info" "$root/src/*" "$root/cli/*" --output-file "$build/palate.info"
genhtml --quiet --prefix "$root" "$build/palate.info" --output-directory "$build/html"
lcov --list "$build/palate.info"
echo "pages: $build/html/index.html"
