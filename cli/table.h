/* SPDX-License-Identifier: Apache-2.0 */
/* A table of text on standard output: the first column to the left, the others to the right. */
#ifndef PALATE_CLI_TABLE_H
#define PALATE_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { CELL_BYTES = 64 };

typedef struct table {
    size_t columns;
    size_t count, capacity; /* Of cells, row by row. */
    char (*cells)[CELL_BYTES];
} table;

/* Adds a cell, the rows filled from the left. Returns false when memory runs out, and says so. */
bool table_add(table *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes the table, its first row in bold where a person looks on, and releases it. Columns that
 * are empty from top to bottom are left out. */
void table_print(table *of);

/* Letters on the screen: bytes of UTF-8 that begin one. */
int table_width(const char *text);

#endif
