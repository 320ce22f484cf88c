#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the recipes of every page against an installed palate; see run.py.
#
#     tests/docs/run.sh BUILD-FOLDER [--write] [PAGE...]
set -euo pipefail
build=$1
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
write=()
if [ "${1:-}" = --write ]; then
    write=(--write)
    shift
fi
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$build" --prefix "$prefix" >/dev/null
if [ $# -eq 0 ]; then
    mapfile -t pages < <(find "$root"/*.md "$root/docs" -name '*.md' | sort)
    set -- "${pages[@]}"
fi
python3 "$root/tests/docs/run.py" "$prefix" "${write[@]}" "$@"
