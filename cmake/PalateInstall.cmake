# SPDX-License-Identifier: Apache-2.0
# `make install`: headers, libraries, the command, pkg-config and CMake package files, the man page, completions.
