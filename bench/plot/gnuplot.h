/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot: runs the program of that name on a script. */
#ifndef CGBENCH_GNUPLOT_H
#define CGBENCH_GNUPLOT_H

#include <stddef.h>

#include "cgbench/err.h"

/* -ENOSYS, with the package's name, when it is not installed. */
int gnuplot_check(struct err *e);

/* Appends "NAME = 'TEXT'; " to settings; -ENAMETOOLONG when it does not fit. */
int gnuplot_set(char *settings, size_t size, const char *name, const char *text, struct err *e);

/*
 * Runs a script (an absolute path) in the folder dirfd, after the settings, without the user's own
 * start-up files. -ENOSYS: not installed; -EIO: it failed, with the first line that it printed;
 * -ETIME: it took more than a minute.
 */
int gnuplot_run(int dirfd, const char *script, const char *settings, struct err *e);

/*
 * Runs one of the shipped scripts (the name of a file, "history.gp") in dirfd. It is told `name`,
 * what it reads and writes; `format`, first "png", then "svg"; and `folder`, where the shipped
 * scripts are. Errors: those of gnuplot_run and of data_path.
 */
int gnuplot_draw(int dirfd, const char *script, const char *name, struct err *e);

/* Opens a folder to draw into, made if need be, and no link. Returns a descriptor, or -errno. */
int gnuplot_folder(const char *path, struct err *e);

#endif
