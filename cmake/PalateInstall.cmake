# SPDX-License-Identifier: Apache-2.0
# `make install`: headers, libraries, the command, pkg-config and CMake package files, the man page, completions.
include(CMakePackageConfigHelpers)

install(DIRECTORY include/palate DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
install(TARGETS palate_shared palate_static EXPORT palate)

# For the Python package (python/pyproject.toml), which looks for the library beside its modules.
install(FILES $<TARGET_FILE:palate_shared> DESTINATION palate RENAME libpalate.so COMPONENT python EXCLUDE_FROM_ALL)

# The .pc file finds its prefix from where it lies, so that a tree may be moved after `make install`.
file(RELATIVE_PATH PALATE_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/palate.pc.in palate.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/palate.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/palate)
configure_package_config_file(cmake/PalateConfig.cmake.in palate-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(palate-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/palate-config.cmake ${PROJECT_BINARY_DIR}/palate-config-version.cmake
        DESTINATION ${package})
install(EXPORT palate NAMESPACE palate:: FILE palate-targets.cmake DESTINATION ${package})

if(NOT TARGET palate_command)
    return()
endif()
install(TARGETS palate_command)

# The command writes its own completions, from the option tables.
if(EXISTS ${PROJECT_SOURCE_DIR}/cli/completion.c AND NOT PALATE_SANITIZE)
    set(scripts "")
    foreach(shell IN ITEMS bash zsh fish)
        set(script ${PROJECT_BINARY_DIR}/completion/palate.${shell})
        add_custom_command(OUTPUT ${script} DEPENDS palate_command VERBATIM
            COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/completion
            COMMAND palate_command completion ${shell} > ${script})
        list(APPEND scripts ${script})
    endforeach()
    add_custom_target(palate_completion ALL DEPENDS ${scripts})
    set(generated ${PROJECT_BINARY_DIR}/completion/palate)
    set(share ${CMAKE_INSTALL_DATADIR})
    install(FILES ${generated}.bash DESTINATION ${share}/bash-completion/completions RENAME palate)
    install(FILES ${generated}.zsh DESTINATION ${share}/zsh/site-functions RENAME _palate)
    install(FILES ${generated}.fish DESTINATION ${share}/fish/vendor_completions.d)
endif()

file(GLOB pages CONFIGURE_DEPENDS docs/man/*.scd)
find_program(SCDOC scdoc)
if(pages AND SCDOC)
    set(made "")
    foreach(page IN LISTS pages)
        get_filename_component(name ${page} NAME_WLE)
        string(REGEX REPLACE ".*\\." "" section ${name})
        set(output ${PROJECT_BINARY_DIR}/man/${name})
        add_custom_command(OUTPUT ${output} DEPENDS ${page} cmake/man.cmake palate_command VERBATIM
            COMMAND ${CMAKE_COMMAND} -DPALATE=$<TARGET_FILE:palate_command> -DSCDOC=${SCDOC}
                -DPAGE=${PROJECT_SOURCE_DIR}/docs/man/${name}.scd -DOUTPUT=${output}
                -P ${PROJECT_SOURCE_DIR}/cmake/man.cmake)
        list(APPEND made ${output})
        install(FILES ${output} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
    endforeach()
    add_custom_target(palate_man ALL DEPENDS ${made})
endif()
