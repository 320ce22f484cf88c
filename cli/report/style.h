/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PALATE_CLI_REPORT_STYLE_H
#define PALATE_CLI_REPORT_STYLE_H

/* How the page looks, in pieces, NULL after the last: on a screen, light and dark, wide and narrow, and
 * on paper. Nothing is told by colour alone. */
extern const char *const REPORT_STYLE[];

#endif
