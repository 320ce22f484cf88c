# SPDX-License-Identifier: Apache-2.0
# Each instruction set is one file with its own flags; multiply and add are fused where the set has the instruction.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/kernels/avx2.c PROPERTIES COMPILE_OPTIONS
        "-mavx2;-mfma;-mf16c;-ffp-contract=fast;-Wno-psabi")
    set(avx512 "-mavx512f;-mavx512vl;-mavx512dq;-mavx512bw;-mfma;-mprefer-vector-width=512;-ffp-contract=fast;-Wno-psabi")
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/kernels/avx512.c PROPERTIES COMPILE_OPTIONS "${avx512}")
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/kernels/avx512vnni.c PROPERTIES COMPILE_OPTIONS
        "${avx512};-mavx512vnni")
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/kernels/amx.c PROPERTIES COMPILE_OPTIONS
        "${avx512};-mavx512vnni;-mavx512vbmi2;-mamx-tile;-mamx-int8")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64|ARM64")
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/kernels/neon.c PROPERTIES COMPILE_OPTIONS "-ffp-contract=fast;-Wno-psabi")
endif()
