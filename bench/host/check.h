/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check: what `cgbench doctor` looks at, one row a check: what of cgbench needs it, how this host
 * answers, and what helps where it does not. Every check only reads.
 */
#ifndef CGBENCH_CHECK_H
#define CGBENCH_CHECK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "cgbench/err.h"
#include "host/hierarchy.h"
#include "host/root.h"

enum { EVIDENCE_MAX = 512 };

enum check_status {
	CHECK_OK,
	CHECK_WARN,    /* works, and has a bearing on the numbers */
	CHECK_MISSING, /* what needs it cannot be measured here */
	CHECK_UNKNOWN, /* this host, or this captured tree, does not tell */
};

struct finding {
	enum check_status status;
	char evidence[EVIDENCE_MAX];
	char remedy[EVIDENCE_MAX]; /* "" when there is nothing to do */
};

/* What the checks look at, gathered once. */
struct patient {
	const struct root *root;
	struct hierarchy hierarchy;
	char below[PATH_MAX]; /* where groups would be made, below the mount */
	struct err no_base;   /* why they cannot be; "" when they can */
	json_t *facts;
};

struct check {
	const char *name;
	const char *needs;   /* what needs it */
	bool required;       /* without it nothing can be measured here */
	const char *arg;     /* the probe's own */
	const char *witness; /* with a file: a group that has this would have the file */
	/* Fills status and evidence; the remedy too where it depends on what was found. */
	void (*probe)(const struct patient *p, const struct check *c, struct finding *f);
	const char *remedy; /* for warn and missing, unless the probe gave one */
};

/* Ends with a row without a name. */
extern const struct check checks[];

/* Errors: -ENOMEM, or the errno of a host whose mounts cannot be read. Free with patient_free. */
int patient_read(const struct root *r, struct patient *out, struct err *e);
void patient_free(struct patient *p);

/* Where time is counted in instructions: nothing there is noise. */
bool patient_in_exact_lab(const struct patient *p);

void check_run(const struct check *c, const struct patient *p, struct finding *f);

/* "ok", "warn", "missing", "unknown". */
const char *check_status_name(enum check_status s);

#endif
