# SPDX-License-Identifier: Apache-2.0
# Compiler flags for every target.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")

# Files that need more than ISO C (mmap, threads) say so themselves with _GNU_SOURCE; nothing may reorder sums.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
                    -Wvla -Wformat=2 -fno-strict-aliasing -ffp-contract=off)
if(PALATE_WERROR)
    add_compile_options(-Werror)
endif()
if(PALATE_SANITIZE)
    add_compile_options(-fsanitize=${PALATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${PALATE_SANITIZE})
endif()
if(PALATE_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
