/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_assets: the style sheet and the script of the page, from report/, inside the program. */
#ifndef CGBENCH_REPORT_ASSETS_H
#define CGBENCH_REPORT_ASSETS_H

extern const char report_page_css[]; /* terminated */
extern const char report_page_js[];

#endif
