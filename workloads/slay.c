/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * slay: empties the groups beside its own, as a container runtime does, and says how long it took:
 *
 *	kill      one write to cgroup.kill (5.14)
 *	freeze    cgroup.freeze, SIGKILL to each, thaw: what runtimes do without cgroup.kill
 *	signals   SIGKILL to each that cgroup.procs lists, each millisecond until none is left
 *
 * Its group is to start late, when the others are what they are to be. A round of signals reads a
 * list that a fork bomb has outgrown by the time that it is worked off; so it may never end, and
 * gives up after `patience`. What is left then is the answer, and not a failure.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"

enum { PARAM_METHOD, PARAM_PATIENCE };
enum { METHOD_KILL, METHOD_FREEZE, METHOD_SIGNALS };
enum { COUNTER_TO_EMPTY, COUNTER_SIGNALS, COUNTER_ROUNDS, COUNTER_SURVIVORS };

static void count(struct work *w, unsigned counter, uint64_t n)
{
	atomic_fetch_add(&w->page->counters[counter].value, n);
}

/* The next group beside our own; false: there are no more. */
static bool next_victim(DIR *dir, const struct box *b, const char **name)
{
	for (const struct dirent *d; (d = readdir(dir));)
		if (d->d_type == DT_DIR && d->d_name[0] != '.' && strcmp(d->d_name, b->own) != 0) {
			*name = d->d_name;
			return true;
		}
	return false;
}

static void for_each_victim(const struct box *b, void (*act)(const struct box *b, const char *g))
{
	scope_dir DIR *dir = opendir(box_path(b, "", NULL));
	const char *name;

	if (!dir)
		work_fail(b->work, "cannot list the groups beside its own: %s", strerror(errno));
	while (next_victim(dir, b, &name))
		act(b, name);
}

static void signal_all(const struct box *b, const char *group)
{
	scope_file FILE *f = fopen(box_path(b, group, "cgroup.procs"), "re");
	int pid;

	while (f && fscanf(f, "%d", &pid) == 1) {
		count(b->work, COUNTER_SIGNALS, 1);
		kill(pid, SIGKILL);
	}
	count(b->work, COUNTER_ROUNDS, 1);
}

static void write_kill(const struct box *b, const char *group)
{
	int r = box_write(b, group, "cgroup.kill", "1");

	if (r == ENOENT)
		work_skip(b->work, "no cgroup.kill (Linux 5.14)");
	if (r)
		work_fail(b->work, "cannot write cgroup.kill of %s: %s", group, strerror(r));
	count(b->work, COUNTER_ROUNDS, 1);
}

/* Thawed whatever became of it: a group that was left frozen is worse than one that lives. */
static void freeze_and_kill(const struct box *b, const char *group)
{
	box_set(b, group, "cgroup.freeze", "1");
	box_await(b, group, "cgroup.events", "frozen", 1);
	signal_all(b, group);
	box_set(b, group, "cgroup.freeze", "0");
}

static void (*const methods[])(const struct box *b, const char *group) = {
	[METHOD_KILL] = write_kill,
	[METHOD_FREEZE] = freeze_and_kill,
	[METHOD_SIGNALS] = signal_all,
};

/*
 * Sleeps until the group says that it is empty, or until then: the kernel wakes who polls
 * cgroup.events, and to look again and again would take the time that the dying need.
 */
static bool await_empty(const struct box *b, const char *group, uint64_t until_nsec)
{
	scope_fd int fd = open(box_path(b, group, "cgroup.events"), O_RDONLY | O_CLOEXEC);
	struct pollfd p = {.fd = fd, .events = POLLPRI};
	uint64_t now;

	while (box_number(b, group, "cgroup.events", "populated") > 0) {
		char text[256];
		now = now_nsec();
		if (now >= until_nsec || pread(fd, text, sizeof(text), 0) < 0)
			return false;
		if (!strstr(text, "populated 1"))
			continue;
		struct timespec left = nsec_to_timespec(until_nsec - now);
		ppoll(&p, 1, &left, NULL);
	}
	return true;
}

static bool all_empty(const struct box *b, uint64_t until_nsec)
{
	scope_dir DIR *dir = opendir(box_path(b, "", NULL));
	const char *name;

	while (dir && next_victim(dir, b, &name))
		if (!await_empty(b, name, until_nsec))
			return false;
	return true;
}

static void count_survivors(const struct box *b, const char *group)
{
	count(b->work, COUNTER_SURVIVORS, (uint64_t)box_lines(b, group, "cgroup.procs"));
}

static uint64_t slay_step(struct work *w)
{
	uint64_t method = w->param[PARAM_METHOD], begin = now_nsec();
	uint64_t until = begin + w->param[PARAM_PATIENCE] * NSEC_PER_USEC;
	struct box b;
	bool empty;

	box_open(w, &b);
	for_each_victim(&b, methods[method]);
	/* What one write of the others did not do, another will not. */
	while (!(empty = all_empty(&b, method == METHOD_SIGNALS ? now_nsec() + NSEC_PER_MSEC
								: until))) {
		if (now_nsec() >= until)
			break;
		if (method == METHOD_SIGNALS)
			for_each_victim(&b, signal_all);
	}
	count(w, COUNTER_TO_EMPTY, (now_nsec() - begin) / NSEC_PER_USEC);
	if (!empty)
		for_each_victim(&b, count_survivors);
	_exit(EXIT_PASS); /* the trial is over */
}

static const struct param slay_params[] = {
	[PARAM_METHOD] = {.name = "method",
			  .summary = "how the groups beside its own are emptied",
			  .choices = (const char *const[]){[METHOD_KILL] = "kill",
							   [METHOD_FREEZE] = "freeze",
							   [METHOD_SIGNALS] = "signals",
							   NULL},
			  .fallback = "kill"},
	[PARAM_PATIENCE] = {.name = "patience",
			    .summary = "after this it gives up; what is left are survivors",
			    .kind = UNIT_USEC,
			    .fallback = "2s",
			    .min = 1000,
			    .max = 60 * USEC_PER_SEC},
	{0},
};

const struct workload workload_slay = {
	.name = "slay",
	.summary = "empties the groups beside its own, by cgroup.kill, the freezer or signals",
	.params = slay_params,
	.counters = {[COUNTER_TO_EMPTY] = "to_empty_usec",
		     [COUNTER_SIGNALS] = "signals",
		     [COUNTER_ROUNDS] = "rounds",
		     [COUNTER_SURVIVORS] = "survivors"},
	.slays = true,
	.ends = true,
	.step = slay_step,
};
