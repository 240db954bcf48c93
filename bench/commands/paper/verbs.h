/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verbs: what `cgbench paper` can be told to do, one file a verb. */
#ifndef CGBENCH_PAPER_VERBS_H
#define CGBENCH_PAPER_VERBS_H

#include <limits.h>

#include "cgbench/exit.h"
#include "paper/outcome.h"

struct paper_verb {
	const char *name, *summary;
	int (*run)(int argc, char **argv); /* as struct command */
};

extern const struct paper_verb paper_list, paper_show, paper_run, paper_report, paper_pack;

/* What a verdict ends a command with. */
enum exit_code paper_code(enum paper_verdict v);

/* What suite_load() takes for a paper: papers/NAME for a word, a path as it is. */
const char *paper_suite(const char *name, char buf[static PATH_MAX]);

#endif
