/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hosts: whether two runs can be compared. What differs between them should be what is being
 * compared; a fact of the host that differs beside it is named, and has to be allowed by whoever
 * asks, in words that every output then repeats.
 */
#ifndef CGBENCH_HOSTS_H
#define CGBENCH_HOSTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cgbench/err.h"

/* A fact that two hosts do not share. */
struct host_difference {
	char *fact;        /* its key in host.json */
	char *base, *head; /* its values as text; "not known" where the host did not tell */
	bool allowed;
};

struct host_differences {
	struct host_difference *v;
	size_t n;
};

/* Reads a run directory's host.json. -ENOENT: it is no run's; -EINVAL names file and place. */
int host_load(const char *dir, json_t **out, struct err *e);

/* Writes it into an open directory, so that equal facts are equal bytes. Errors: -ENOMEM, writing.
 */
int host_write(const json_t *host, int dirfd, struct err *e);

/*
 * Adds the facts in which two hosts differ, of those that host/facts.h calls comparable and the
 * suite's digest; a fact that is there already is left as it is. -ENOMEM.
 */
int hosts_differ(const json_t *base, const json_t *head, struct host_differences *out,
		 struct err *e);

/*
 * Whether two runs had the same inputs, kernel apart: by their digests, each of which both have to
 * know, and by what hosts_differ() found. Digests that differ are added, as allowed. -ENOMEM.
 */
int hosts_same_inputs(const json_t *base, const json_t *head, struct host_differences *found,
		      bool *same, struct err *e);

/*
 * Makes `all` what two runs that are merged have in common. Inputs are joined: a merged run has
 * those of all its parts, in an order that does not depend on that of merging. -ENOMEM.
 */
int hosts_join(json_t *all, const json_t *host, struct err *e);

/* Adds what a fact, or a part of it, is in two hosts, under a name for people. -ENOMEM. */
int host_differences_add(struct host_differences *out, const char *name, const json_t *base,
			 const json_t *head, const char *key, bool allowed, struct err *e);

/* Whether two facts are the same; one that is null is not known, as one that is not there. */
bool facts_equal(const json_t *a, const json_t *b);

/* Marks the facts of a NULL-terminated list as allowed; "all" is all of them. -EINVAL: no such
 * fact. */
int hosts_allow(struct host_differences *u, const char *const *allowed, struct err *e);

/* -EPERM when a fact differs that is not allowed, with a message that names each, both values, and
 * the option that allows it. */
int hosts_check(const struct host_differences *u, struct err *e);

/* -EINVAL, naming the facts, when two directories that are taken as one run are of unlike hosts. */
int hosts_require_alike(const json_t *a, const json_t *b, struct err *e);

void host_differences_free(struct host_differences *u);

/* "kernel: 6.1.0-50 | 6.18.2, hz: 250 | 1000": the label of an allowed comparison, to be freed; ""
 * when the hosts are alike. NULL: no memory. */
char *host_differences_label(const struct host_differences *u);

/* "kernel, hz": only which facts they are. NULL: no memory. */
char *host_differences_names(const struct host_differences *u);

/* Whether the run is of the exact lab, in which there is no noise. */
bool host_is_exact(const json_t *host);

/* A fact as text, to be freed: "not known" when the host did not tell. NULL: no memory. */
char *host_fact(const json_t *host, const char *key);

/* Whether host.json can have such a fact. */
bool host_has_fact(const char *key);

#endif
