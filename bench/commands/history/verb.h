/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verb: what `cgbench history` can be told to do, one file a verb. */
#ifndef CGBENCH_HISTORY_VERB_H
#define CGBENCH_HISTORY_VERB_H

#include "base/options.h"
#include "cgbench/exit.h"
#include "history/history.h"

/* Which verbs take an option. */
enum history_verb_bit {
	HISTORY_ADD = 1 << 0,
	HISTORY_LOG = 1 << 1,
	HISTORY_CHANGES = 1 << 2,
	HISTORY_MARK = 1 << 3,
	HISTORY_PLOT = 1 << 4,
};

struct history_options {
	const char *db;
	bool json;
	const char *date, *label; /* add; NULL: as the run says */
	struct words allow;       /* add */
	bool replace;             /* add */
	struct trend_filter filter;
	struct trend_options find; /* changes, plot */
	const char *since;         /* changes; NULL: from the start */
	size_t gate;               /* changes: runs; 0: no gate */
	int64_t unmark;            /* mark: to be removed; 0: none */
	const char *out;           /* plot; NULL: the default */
	bool all;                  /* plot */
	struct words args;
};

/* What a verb works with. */
struct history_context {
	const struct history_options *options;
	struct history *h;
	enum exit_code code; /* EXIT_PASS at the start */
};

struct history_verb {
	const char *name, *args, *summary, *more;
	enum history_verb_bit options;
	size_t args_min;
	bool creates; /* the history, when it is not there */
	int (*run)(struct history_context *c, struct err *e); /* 0 or -errno */
};

extern const struct history_verb history_verb_add, history_verb_log, history_verb_changes,
	history_verb_mark, history_verb_plot;

/* Tells an error, and gives the exit code for it. */
enum exit_code history_report(const char *verb, int r, const struct err *e);

/* Reads the history as the options say, and finds its changes since then. */
int history_read_changes(const struct history_context *c, struct trend **t,
			 struct trend_changes *changes, struct err *e);

#endif
