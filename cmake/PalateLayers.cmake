# SPDX-License-Identifier: Apache-2.0
# A folder is a dependency rule, kept by the compiler: each folder of src/ is a layer whose include path is a folder of
# links to the layers it may use, and nothing else. `#include "train/x.h"` in src/kernels/ does not compile.

set(PALATE_LAYERS "")
set(PALATE_LAYER_LIBRARIES "")

# palate_layer(name USES other... LIBRARIES target...)
function(palate_layer name)
    cmake_parse_arguments(LAYER "" "" "USES;LIBRARIES" ${ARGN})
    set(tree ${PROJECT_BINARY_DIR}/layers/${name})
    file(REMOVE_RECURSE ${tree})
    file(MAKE_DIRECTORY ${tree})
    foreach(folder IN LISTS LAYER_USES ITEMS ${name})
        file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${folder} ${tree}/${folder} SYMBOLIC)
    endforeach()

    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
    if(NOT sources)
        return()
    endif()
    add_library(palate_${name} OBJECT ${sources})
    target_include_directories(palate_${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${tree})
    target_include_directories(palate_${name} SYSTEM PRIVATE ${RANDOM123_INCLUDE})
    target_link_libraries(palate_${name} PRIVATE ${LAYER_LIBRARIES})
    include(${PROJECT_SOURCE_DIR}/src/${name}/flags.cmake OPTIONAL)

    set(PALATE_LAYERS ${PALATE_LAYERS} ${name} PARENT_SCOPE)
    set(PALATE_LAYER_LIBRARIES ${PALATE_LAYER_LIBRARIES} ${LAYER_LIBRARIES} PARENT_SCOPE)
endfunction()

# libpalate.so and libpalate.a from all layers. Tests link palate_static, which shows internal names too.
function(palate_library)
    set(objects "")
    foreach(layer IN LISTS PALATE_LAYERS)
        list(APPEND objects $<TARGET_OBJECTS:palate_${layer}>)
    endforeach()
    list(REMOVE_DUPLICATES PALATE_LAYER_LIBRARIES)
    add_library(palate_shared SHARED ${objects})
    add_library(palate_static STATIC ${objects})
    foreach(kind IN ITEMS shared static)
        set_target_properties(palate_${kind} PROPERTIES OUTPUT_NAME palate EXPORT_NAME ${kind}
                              ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
                              LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
        target_include_directories(palate_${kind} INTERFACE
            $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
        target_link_libraries(palate_${kind} PRIVATE ${PALATE_LAYER_LIBRARIES} m)
        add_library(palate::${kind} ALIAS palate_${kind})
    endforeach()
    set_target_properties(palate_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
endfunction()
