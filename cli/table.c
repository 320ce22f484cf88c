/* SPDX-License-Identifier: Apache-2.0 */
#include "message.h"

#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CELLS = 64, GAP = 2 };

/* Ends a text that fills its cell in an ellipsis, after a whole letter. */
static void shorten(char cell[CELL_BYTES])
{
    static const char ellipsis[] = "…";
    size_t end = CELL_BYTES - sizeof ellipsis;
    while (end > 0 && ((unsigned char)cell[end] & 0xC0U) == 0x80U)
        end--;
    memcpy(cell + end, ellipsis, sizeof ellipsis);
}

bool table_add(table *to, const char *format, ...)
{
    if (to->count == to->capacity) {
        size_t wanted = to->capacity == 0 ? FIRST_CELLS : 2 * to->capacity;
        char(*larger)[CELL_BYTES] = realloc(to->cells, wanted * sizeof *larger);
        if (larger == NULL) {
            message_error("out of memory while making a table");
            return false;
        }
        to->cells = larger;
        to->capacity = wanted;
    }
    va_list arguments;
    va_start(arguments, format);
    const int bytes = vsnprintf(to->cells[to->count], CELL_BYTES, format, arguments);
    va_end(arguments);
    if (bytes >= CELL_BYTES)
        shorten(to->cells[to->count]);
    to->count++;
    return true;
}

int table_width(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0U) != 0x80U;
    return width;
}

static int column_width(const table *of, size_t column)
{
    int widest = 0;
    for (size_t cell = column; cell < of->count; cell += of->columns) {
        int width = table_width(of->cells[cell]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* Nothing at the end of a line. */
static void print_row(const table *of, size_t row)
{
    int waiting = 0;
    for (size_t column = 0; column < of->columns; column++) {
        const char *text = of->cells[row * of->columns + column];
        int widest = column_width(of, column);
        int width = table_width(text);
        if (widest == 0)
            continue;
        if (column > 0)
            waiting += GAP + widest - width;
        if (width > 0) {
            printf("%*s%s", waiting, "", text);
            waiting = 0;
        }
        if (column == 0)
            waiting += widest - width;
    }
}

void table_print(table *of)
{
    bool bold = message_has_colour(stdout);
    for (size_t row = 0; row < of->count / of->columns; row++) {
        fputs(bold && row == 0 ? "\033[1m" : "", stdout);
        print_row(of, row);
        fputs(bold && row == 0 ? "\033[0m\n" : "\n", stdout);
    }
    free(of->cells);
    *of = (table){0};
}
