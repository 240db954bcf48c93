/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * suite_page: the page of a suite, NAME.md beside NAME.yaml: what it asks, how, what is drawn, how
 * to read it, what can mislead, what it needs.
 */
#ifndef CGBENCH_SUITE_PAGE_H
#define CGBENCH_SUITE_PAGE_H

#include "cgbench/err.h"

/*
 * Prints the page of a suite, by the name under which it ships or by its file; a suite of one's own
 * need not have one. Errors: what reading and writing give.
 */
int suite_page_print(const char *suite, struct err *e);

#endif
