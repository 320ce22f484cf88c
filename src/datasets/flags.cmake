# SPDX-License-Identifier: Apache-2.0
# libcurl's headers alone: the library itself is loaded by curl.c, at run time.
get_target_property(sources palate_datasets SOURCES)
if(PALATE_DOWNLOAD)
    list(FILTER sources EXCLUDE REGEX "/no_fetch\\.c$")
    target_include_directories(palate_datasets SYSTEM PRIVATE ${libcurl_INCLUDE_DIRS})
else()
    list(FILTER sources EXCLUDE REGEX "/(fetch|curl)\\.c$")
endif()
set_target_properties(palate_datasets PROPERTIES SOURCES "${sources}")
