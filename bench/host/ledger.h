/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ledger: what a run has taken from the host and owes it: settings to write back, swap to switch
 * off, disks and mounts to remove. A debt is on disk before the thing is taken, so that whoever
 * outlives the run can pay it: the harness at a trial's end, the guardian when the harness has
 * died, the next start or `cgbench clean` when both have.
 *
 *	/run/cgbench/                       of root, closed to all others
 *	    cgbench-PID-START.ledger        a debt a line; locked by harness and guardian
 *	    cgbench-PID-START.disk/         where the scratch disk is mounted
 *
 * Every debt can be paid twice, and before the thing was taken: a harness may die between the two.
 */
#ifndef CGBENCH_LEDGER_H
#define CGBENCH_LEDGER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "cgbench/err.h"

enum { LEDGER_NAME_MAX = 64 };

struct ledger {
	char name[LEDGER_NAME_MAX]; /* the run's, which is also its groups': cgbench-PID-START */
	int dir_fd, fd;             /* -1: nothing can be kept here, and nothing may be taken */
	char why[ERR_TEXT_MAX];     /* then: why not */
};

/* One row of a table says how each is paid. */
enum debt {
	DEBT_WRITE,    /* a file, what it said */
	DEBT_SWAPOFF,  /* a device */
	DEBT_ZRAM_NEW, /* the numbers that there were: of any other that is unused, " 0 1 " */
	DEBT_ZRAM,     /* a device's number */
	DEBT_NULL_BLK, /* a device's name */
	DEBT_LOOP,     /* a device's number, the file behind it */
	DEBT_UMOUNT,   /* a mount point */
	DEBT_RMDIR,    /* a folder */
	DEBT_REMOUNT,  /* the cgroup2 mount, its options */
};

/*
 * Makes the ledger of this run, empty and locked, before the guardian is forked. Where that cannot
 * be (no root, no /run) it has no descriptor and says why: no error, since most runs take nothing.
 */
void ledger_open(const char *name, struct ledger *out);

/* Notes a debt: before the thing is taken. b: "" for the kinds that have one field. -errno. */
int ledger_note(const struct ledger *l, enum debt kind, const char *a, const char *b,
		struct err *e);

/*
 * Pays all debts, the latest first, and goes on past one that cannot be paid: the first error. What
 * is paid is forgotten; what is not stays on disk. May be called again.
 */
int ledger_settle(const struct ledger *l, struct err *e);

/* Removes the ledger when nothing is owed; in any case closes it. Callable twice. */
void ledger_close(struct ledger *l);

/*
 * Pays the debts of dead runs: those whose process is gone (is_dead says so of a name) and whose
 * ledger nobody holds locked. *paid counts such runs. A file that another user could have written
 * is not believed.
 */
int ledger_sweep(bool (*is_dead)(const char *name, const char *proc), size_t *paid, struct err *e);

/* A path in the ledgers' folder that is this run's: "/run/cgbench/NAME.SUFFIX". */
void ledger_path(const struct ledger *l, const char *suffix, char path[static PATH_MAX]);

/*
 * Whether a file is one of those that may be changed: below /proc/sys or /sys, without a detour.
 */
bool ledger_may_write(const char *path);

/* What a setting's file says, in one line: of "always [madvise] never" the word in brackets. */
int ledger_read_setting(const char *path, char *buf, size_t size, struct err *e);

/* Writes it, in one checked write. */
int ledger_write_setting(const char *path, const char *text, struct err *e);

#endif
