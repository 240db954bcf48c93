/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * facts: what a run's numbers depend on besides the suite: the content of host.json. One table
 * says where each fact is found and whether runs that differ in it are alike. A fact that this
 * host does not tell is null, never a guess; nothing here changes from boot to boot (no uptime, no
 * boot id) or names the machine or its user.
 */
#ifndef CGBENCH_FACTS_H
#define CGBENCH_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "cgbench/err.h"
#include "host/root.h"

struct fact {
	const char *key;    /* in host.json; stable */
	const char *source; /* a file, or in words where else it comes from */
	const char *arg;    /* which part of it; the reader's own */
	bool input;         /* what the exact lab's bytes depend on besides the kernel */
	bool kernel;        /* of the kernel itself */
	bool compare;       /* hosts that differ in it are unlike: `cgbench compare` says so */
	/* A new reference; null when the host does not tell; NULL when memory is out. */
	json_t *(*read)(const struct root *r, const struct fact *f);
};

/* In the order of host.json; ends with a row without a key. */
extern const struct fact facts[];

/* The fact of that key, or NULL. */
const struct fact *fact_find(const char *key);

/* An object with every fact of the table. -ENOMEM. The caller drops the reference. */
int facts_gather(const struct root *r, json_t **out, struct err *e);

/* Digest of this program's command line, which also is an input of an exact run; null: unknown. */
json_t *facts_command_digest(void);

/* The length of this kernel's timer tick (1/HZ); 0 when it does not tell. */
uint64_t facts_tick_usec(void);

#endif
