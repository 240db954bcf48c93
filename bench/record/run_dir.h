/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run_dir: the directory that a run leaves. Its files are opened before the first measurement and
 * flushed as each trial ends; a trial's row in trials.csv is written last, and says that the rest
 * of it is there. A run that is resumed drops what an unfinished trial left, and goes on.
 */
#ifndef CGBENCH_RUN_DIR_H
#define CGBENCH_RUN_DIR_H

#include <jansson.h>
#include <stdbool.h>

#include "evaluate/evaluate.h"
#include "record/row.h"

struct run_dir;

/*
 * Makes DIR/ID below `results` (ID from the time and the suite's name), with the suite and
 * host.json in it. Errors name the path; nothing is left behind.
 */
int run_dir_create(const char *results, const struct plan *plan, json_t *host, struct run_dir **out,
		   struct err *e);

/*
 * Opens the directory of a run that was interrupted. -EINVAL when it is of another suite, seed or
 * matrix.
 */
int run_dir_resume(const char *path, const struct plan *plan, struct run_dir **out, struct err *e);

/* Whether a trial is in the directory already. */
bool run_dir_has(const struct run_dir *d, unsigned trial);

/* Writes all rows of a finished trial, whose values are v. */
int run_dir_add(struct run_dir *d, const struct trial_data *t, const struct evaluation *v,
		struct err *e);

const char *run_dir_path(const struct run_dir *d);

/* Descriptor of the directory, for what else goes there; it stays run_dir's. */
int run_dir_fd(const struct run_dir *d);

/* Checked; frees d in any case. */
int run_dir_close(struct run_dir *d, struct err *e);

#endif
