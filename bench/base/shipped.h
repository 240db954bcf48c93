/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * data: where the files that ship with cgbench are, whether it was installed or runs from the
 * tree it was built in. CGBENCH_DATA, when set, names a folder that is looked at first.
 */
#ifndef CGBENCH_DATA_H
#define CGBENCH_DATA_H

#include <stddef.h>

#include "cgbench/err.h"

enum data_kind {
	DATA_CGWORK,    /* the program beside this one */
	DATA_SUITES,    /* the folder of suite files */
	DATA_PLOTS,     /* the folder of gnuplot scripts */
	DATA_PUBLISHED, /* the folder of other people's figures */
	DATA_COMMIT,    /* the file that names the source; not in the program, whose bytes a
			   commit that changes no code must not change */
};

/* Writes the path into buf. -ENOENT names every place that was looked at. */
int data_path(enum data_kind kind, char *buf, size_t size, struct err *e);

#endif
