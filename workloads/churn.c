/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * churn: groups that come and go. Below its own group it makes one, lets a child in it read a part
 * of a file, and removes it: the page cache stays, and with it the group, dying, until the memory
 *is reclaimed or somebody takes it over. Once all are made it gives the page cache back and waits
 *until none is dying any more.
 *
 *	group of the trial
 *	 +- self      this process: a group with controllers for its children holds none itself
 *	 +- c0, c1, ... one after the other, each for one child
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgbench/workload.h"
#include "owngroup.h"
#include "scratch.h"

enum { PARAM_GROUPS, PARAM_BYTES };
enum { COUNTER_MADE, COUNTER_DYING, COUNTER_LEFT, COUNTER_USEC };
enum { CHUNK_BYTES = 4096, STAT_BYTES = 512, REMOVE_TRIES = 1000 };

struct churn {
	int group, file;
	uint64_t made, bytes;
	uint64_t dropped_nsec; /* when the page cache was given back; 0: not yet */
};

static void churn_teardown(struct work *w)
{
	struct churn *c = w->state;

	if (c->group >= 0)
		close(c->group);
	if (c->file >= 0)
		close(c->file);
	free(c);
}

/* Leaves its group, so that groups below it can have the memory controller. */
static int move_aside(const struct churn *c, struct err *e)
{
	scope_fd int self = -1;
	int r;

	if (mkdirat(c->group, "self", 0755) < 0 && errno != EEXIST)
		return err_sys(e, "churn: cannot make a group below its own");
	self = openat(c->group, "self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = self < 0 ? -errno : owngroup_write(self, "cgroup.procs", "0");
	if (r == 0)
		r = owngroup_write(c->group, "cgroup.subtree_control", "+memory");
	return r < 0 ? err_set(e, r,
			       "churn: cannot give groups below its own the memory "
			       "controller: %s",
			       strerror(-r))
		     : 0;
}

static int begin(const struct work *w, struct churn *c, struct err *e)
{
	int r = w->threads > 1 ? err_set(e, -EINVAL, "churn has 1 thread")
			       : owngroup_open(&c->group, e);

	if (r == 0)
		r = scratch_open("churn", "", 0, &c->file, e);
	if (r == 0 && ftruncate(c->file, (off_t)(c->bytes * w->param[PARAM_GROUPS])) < 0)
		r = err_sys(e, "churn: cannot make its file");
	/* Read-ahead would charge a group for what is the next one's. */
	if (r == 0)
		posix_fadvise(c->file, 0, 0, POSIX_FADV_RANDOM);
	return r < 0 ? r : move_aside(c, e);
}

static int churn_setup(struct work *w, struct err *e)
{
	struct churn *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return err_set(e, -ENOMEM, "churn: out of memory");
	c->group = c->file = -1;
	c->bytes = w->param[PARAM_BYTES];
	w->state = c;
	r = begin(w, c, e);
	if (r < 0)
		churn_teardown(w);
	return r;
}

/* What the child of a group does: 0, or an errno as its exit code. */
static int live_in(const struct churn *c, int group)
{
	char chunk[CHUNK_BYTES];
	int r = owngroup_write(group, "cgroup.procs", "0");

	for (uint64_t at = 0; r == 0 && at < c->bytes; at += CHUNK_BYTES)
		if (pread(c->file, chunk, CHUNK_BYTES, (off_t)(c->made * c->bytes + at)) < 0)
			r = -errno;
	return -r;
}

static int run_child(const struct churn *c, const char *name)
{
	scope_fd int group = openat(c->group, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status;
	pid_t pid = group < 0 ? -1 : fork();

	if (pid == 0)
		_exit(live_in(c, group));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

/* A group stays busy for a moment after its last process has gone. */
static int remove_group(const struct churn *c, const char *name)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (unlinkat(c->group, name, AT_REMOVEDIR) == 0)
			return 0;
		if (errno != EBUSY)
			break;
		usleep(1000);
	}
	return -errno;
}

static void make_group(struct work *w, struct churn *c)
{
	char name[32];
	int r;

	snprintf(name, sizeof(name), "c%llu", (unsigned long long)c->made);
	r = mkdirat(c->group, name, 0755) < 0 ? -errno : run_child(c, name);
	if (r == 0)
		r = remove_group(c, name);
	if (r < 0)
		work_fail(w, "churn: group %s: %s", name, strerror(-r));
	c->made++;
	atomic_fetch_add(&w->page->counters[COUNTER_MADE].value, 1);
}

static uint64_t count_dying(struct work *w, const struct churn *c)
{
	static const char key[] = "nr_dying_descendants ";
	scope_fd int fd = openat(c->group, "cgroup.stat", O_RDONLY | O_CLOEXEC);
	char text[STAT_BYTES] = "";
	const char *at;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		work_fail(w, "churn: cannot read cgroup.stat: %s", strerror(errno));
	at = strstr(text, key);
	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* All were made: gives the page cache back, and sees how long the dead take to go. */
static uint64_t bury(struct work *w, struct churn *c)
{
	uint64_t dying = count_dying(w, c);

	if (!c->dropped_nsec) {
		atomic_store(&w->page->counters[COUNTER_DYING].value, dying);
		posix_fadvise(c->file, 0, 0, POSIX_FADV_DONTNEED);
		c->dropped_nsec = now_nsec();
	}
	atomic_store(&w->page->counters[COUNTER_LEFT].value, dying);
	atomic_store(&w->page->counters[COUNTER_USEC].value,
		     (now_nsec() - c->dropped_nsec) / NSEC_PER_USEC);
	if (dying == 0)
		return WORK_DONE;
	work_sleep_until(w, now_nsec() + 10 * NSEC_PER_MSEC);
	return 0;
}

static uint64_t churn_step(struct work *w)
{
	struct churn *c = w->state;

	if (c->made == w->param[PARAM_GROUPS])
		return bury(w, c);
	make_group(w, c);
	return 1;
}

static const struct param churn_params[] = {
	[PARAM_GROUPS] = {.name = "groups",
			  .summary = "how many come and go",
			  .kind = UNIT_COUNT,
			  .fallback = "1000",
			  .min = 1,
			  .max = 1000000},
	[PARAM_BYTES] = {.name = "bytes",
			 .summary = "page cache that each leaves behind",
			 .kind = UNIT_BYTES,
			 .fallback = "64K",
			 .max = UINT64_C(1) << 30},
	{0},
};

const struct workload workload_churn = {
	.name = "churn",
	.summary = "makes and removes groups that leave page cache behind, and counts the dying",
	.params = churn_params,
	.counters = {[COUNTER_MADE] = "groups_made",
		     [COUNTER_DYING] = "groups_dying",
		     [COUNTER_LEFT] = "groups_left",
		     [COUNTER_USEC] = "groups_gone_usec"},
	.setup = churn_setup,
	.step = churn_step,
	.teardown = churn_teardown,
};
