# SPDX-License-Identifier: Apache-2.0
# The front door. CMake does the work; see CMakePresets.json.
.PHONY: all
all:
	@cmake --preset release >/dev/null
	@cmake --build --preset release
