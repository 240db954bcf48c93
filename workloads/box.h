/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * box: groups that a probe makes beside its own, in the trial's group, which has every controller
 * of the trial and no process of its own:
 *
 *	t1                 the box: cgroup.subtree_control has cpu, memory, pids, ...
 *	 +- probe          the group that the suite names; the probe stays in it
 *	 +- a, a/b ...     what it makes; the trial kills and removes whatever is left
 *
 * A group is named by its path below the box; "" is the box. What has to work and does not ends the
 * probe with its reason; what is asked about is returned, as an errno.
 */
#ifndef CGWORK_BOX_H
#define CGWORK_BOX_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "cgbench/workload.h"

enum { BOX_TEXT_MAX = 4096, BOX_ABSENT = -1 };

struct box {
	struct work *work;
	char mount[PATH_MAX];   /* of cgroup2 */
	char path[PATH_MAX];    /* the box itself, mount included */
	char own[NAME_MAX + 1]; /* the name of the group that the probe is in */
	char options[256];      /* of the mount: "rw,nsdelegate" */
};

/* Finds the box. Elsewhere than in a trial of cgbench the process ends, as unsupported. */
void box_open(struct work *w, struct box *b);

bool box_has_option(const struct box *b, const char *option);

/* The file of a group, or with file NULL the group itself. Valid until the next but three. */
const char *box_path(const struct box *b, const char *group, const char *file);

/* Makes a group; it must work. box_mkdir returns the errno instead. */
void box_make(const struct box *b, const char *group);
int box_mkdir(const struct box *b, const char *group);
int box_rmdir(const struct box *b, const char *group);

/* Writes with one write(2): 0 or the errno; box_set must work. */
int box_write(const struct box *b, const char *group, const char *file, const char *text);
void box_set(const struct box *b, const char *group, const char *file, const char *text);

/* Whether the group has the file. */
bool box_has(const struct box *b, const char *group, const char *file);

/* The file's text without its last line break; "" for an empty one. It must be there. */
const char *box_text(const struct box *b, const char *group, const char *file,
		     char buf[static BOX_TEXT_MAX]);

/* A number of a file, by its key, or with key NULL the file's one; BOX_ABSENT: there is none. */
long box_number(const struct box *b, const char *group, const char *file, const char *key);

/* How many lines the file has. */
long box_lines(const struct box *b, const char *group, const char *file);

/* Waits until a number is as given, for ten seconds at the most; whether it came to be. */
bool box_await(const struct box *b, const char *group, const char *file, const char *key,
	       long value);
bool box_await_text(const struct box *b, const char *group, const char *file, const char *text);
bool box_await_lines(const struct box *b, const char *group, const char *file, long lines);

/* Moves a process; 0: the caller. Returns 0 or the errno. */
int box_enter(const struct box *b, const char *group, pid_t pid);

/*
 * A child made in the group by clone3(CLONE_INTO_CGROUP) that calls fn and ends with what it
 * returns; its pid, or a negative errno. box_spawn must work.
 */
pid_t box_clone(const struct box *b, const char *group, int (*fn)(void *arg), void *arg);
pid_t box_spawn(const struct box *b, const char *group, int (*fn)(void *arg), void *arg);

/* For box_clone: sleeps until it is killed. */
int box_pause(void *unused);

/* The same into a group that is held open, be it removed. */
pid_t box_clone_at(int group_fd, int (*fn)(void *arg), void *arg);

/* A fork that moves itself to the group before it calls fn: for what makes threads. */
pid_t box_fork(const struct box *b, const char *group, int (*fn)(void *arg), void *arg);

/* What a child ended with; 128+N for signal N. */
int box_wait(pid_t pid);

/* The same at once: forks into the group, calls fn and returns what it returned, as 0 to 255. */
int box_try(const struct box *b, const char *group, int (*fn)(void *arg), void *arg);

#endif
