/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * draft: files that are made by a program of somebody else's, in a folder of their own, and moved
 * to where they belong when all are done. A link that waits there is replaced and never followed.
 */
#ifndef CGBENCH_DRAFT_H
#define CGBENCH_DRAFT_H

#include "cgbench/err.h"

struct draft {
	int into; /* the folder that the files are for; borrowed */
	int fd;   /* where they are made */
	char name[64];
};

/* Makes the folder, which only its owner can enter, below `into`. Errors: those of mkdir(2). */
int draft_begin(int into, struct draft *d, struct err *e);

/* Moves every file out, over its predecessor. Errors: those of rename(2). */
int draft_commit(const struct draft *d, struct err *e);

/* Removes the folder and what is left in it. A draft that never began is {.fd = -1}. */
void draft_end(struct draft *d);

#endif
