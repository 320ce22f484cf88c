# SPDX-License-Identifier: Apache-2.0
# A manual page: the prose of a .scd file, with what the command tells of itself in place of @commands@.
#
#     cmake -DPALATE=build/palate -DSCDOC=scdoc -DPAGE=docs/man/palate.1.scd -DOUTPUT=build/man/palate.1 -P cmake/man.cmake
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PALATE} help --scdoc OUTPUT_VARIABLE commands COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} page)
string(REPLACE "@commands@" "${commands}" page "${page}")
file(WRITE ${OUTPUT}.scd "${page}")
# The date of the page is that of the release, not of the build: the same source gives the same bytes.
execute_process(COMMAND ${CMAKE_COMMAND} -E env SOURCE_DATE_EPOCH=0 ${SCDOC}
                INPUT_FILE ${OUTPUT}.scd OUTPUT_FILE ${OUTPUT} COMMAND_ERROR_IS_FATAL ANY)
