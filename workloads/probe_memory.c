/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe_memory: what cgroup-v2.rst promises of the memory controller, where it takes more than a
 * workload and its limits to ask: a file's descriptor that is kept, a write that is refused,
 * several processes of which some are to die (sections "Memory Interface Files", "Memory
 * Ownership").
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "probe.h"
#include "scratch.h"

#define MIB (1L << 20)

enum { PAGE_BYTES = 4096, COPY_BYTES = 64 << 10 };

/* What a process of another group is to take, and the pipe on which it says that it has it. */
struct taker {
	long bytes;
	int file; /* its page cache; -1: anonymous memory */
	int ready;
};

static bool take_anon(long bytes)
{
	char *p = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	if (p == MAP_FAILED)
		return false;
	madvise(p, (size_t)bytes, MADV_NOHUGEPAGE);
	for (long i = 0; i < bytes; i += PAGE_BYTES)
		*(volatile char *)(p + i) = 1;
	return true;
}

/* Of a file without data, which is clean page cache as soon as it was read. */
static bool take_cache(int fd, long bytes)
{
	static char buf[COPY_BYTES];

	for (long i = 0; i < bytes; i += COPY_BYTES)
		if (pread(fd, buf, COPY_BYTES, i) != COPY_BYTES)
			return false;
	return true;
}

static int take(void *arg)
{
	const struct taker *t = arg;

	return !(t->file < 0 ? take_anon(t->bytes) : take_cache(t->file, t->bytes));
}

static int take_and_stay(void *arg)
{
	const struct taker *t = arg;

	if (take(arg) != 0 || write(t->ready, "", 1) != 1)
		return 1;
	return box_pause(NULL);
}

static int hole(const struct probe *p, long bytes)
{
	struct err e = {""};
	int fd = -1;

	if (scratch_open("probe-memory", "", 0, &fd, &e) < 0)
		work_fail(p->box.work, "%s", e.text);
	if (ftruncate(fd, bytes) < 0)
		work_fail(p->box.work, "cannot make a file of %ld bytes", bytes);
	return fd;
}

/* A process in the group that has taken all of it, and lives; its pid. */
static pid_t spawn_taker(const struct probe *p, const char *group, long bytes, int file)
{
	int ends[2];
	struct taker t = {.bytes = bytes, .file = file};
	char byte;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		work_fail(p->box.work, "cannot make a pipe");
	t.ready = ends[1];
	pid = box_spawn(&p->box, group, take_and_stay, &t);
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		work_fail(p->box.work, "a process in %s could not take %ld bytes", group, bytes);
	close(ends[0]);
	return pid;
}

static bool wait_gone(const struct probe *p, const char *group)
{
	return box_await(&p->box, group, "cgroup.events", "populated", 0);
}

/* The files follow subtree_control: how many of two there are with it, and after it. */
static void subtree_control(struct probe *p)
{
	box_make(&p->box, "parent");
	box_make(&p->box, "parent/child");
	if (box_has(&p->box, "parent/child", "memory.current"))
		work_fail(p->box.work, "a group that nobody gave the controller has its files");
	box_set(&p->box, "parent", "cgroup.subtree_control", "+memory");
	p->value = box_has(&p->box, "parent/child", "memory.current") +
		   box_has(&p->box, "parent/child", "memory.max");
	box_set(&p->box, "parent", "cgroup.subtree_control", "-memory");
	p->after = box_has(&p->box, "parent/child", "memory.current") +
		   box_has(&p->box, "parent/child", "memory.max");
}

/* The numbers of a group in which nothing ever was. */
static void fresh(struct probe *p)
{
	box_make(&p->box, "a");
	p->value = box_number(&p->box, "a", "memory.current", NULL);
	if (box_has(&p->box, "a", "memory.peak"))
		p->after = box_number(&p->box, "a", "memory.peak", NULL);
}

static long read_peak(const struct probe *p, int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		work_fail(p->box.work, "cannot read memory.peak through its descriptor");
	return strtol(text, NULL, 10);
}

/* A descriptor of memory.peak that was written to; the group has had 50 MiB, and has them no more.
 */
static int reset_peak(struct probe *p, const char *group)
{
	const char *path = box_path(&p->box, group, "memory.peak");
	struct stat st;
	int fd;

	box_make(&p->box, group);
	if (stat(path, &st) < 0 || !(st.st_mode & S_IWUSR))
		work_skip(p->box.work, "memory.peak cannot be written to (6.12)");
	if (box_wait(box_spawn(&p->box, group, take,
			       &(struct taker){.bytes = 50 * MIB, .file = -1})) != 0)
		work_fail(p->box.work, "could not take 50 MiB");
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || write(fd, "reset\n", 6) < 0)
		work_fail(p->box.work, "cannot write to memory.peak");
	return fd;
}

/* The reset peak through the descriptor, and the group's own beside it. */
static void peak_reset(struct probe *p)
{
	scope_fd int fd = reset_peak(p, "a");

	p->value = read_peak(p, fd);
	p->after = box_number(&p->box, "a", "memory.peak", NULL);
}

/* The reset peak counts on: what was taken after it. */
static void peak_counts_on(struct probe *p)
{
	scope_fd int fd = reset_peak(p, "a");

	box_wait(box_spawn(&p->box, "a", take, &(struct taker){.bytes = 20 * MIB, .file = -1}));
	p->value = read_peak(p, fd);
	p->after = box_number(&p->box, "a", "memory.peak", NULL);
}

/* 200 MiB in one system call, in the probe's own group: whoever throttles at its end is too late.
 */
static void lock_200(struct probe *p, int advice)
{
	void *m = mmap(NULL, 200 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p->error = m == MAP_FAILED || madvise(m, 200 * MIB, advice) < 0 || mlock(m, 200 * MIB) < 0;
}

static void locked(struct probe *p)
{
	lock_200(p, MADV_NORMAL);
}

static void locked_small(struct probe *p)
{
	lock_200(p, MADV_NOHUGEPAGE);
}

/* Lowers a group of 50 MiB of page cache to 30 MiB by memory.reclaim. */
static void reclaim(struct probe *p)
{
	scope_fd int file = hole(p, 50 * MIB);
	char text[32];

	box_make(&p->box, "a");
	if (!box_has(&p->box, "a", "memory.reclaim"))
		work_skip(p->box.work, "there is no memory.reclaim (5.19)");
	spawn_taker(p, "a", 50 * MIB, file);
	snprintf(text, sizeof(text), "%ld",
		 box_number(&p->box, "a", "memory.current", NULL) - 30 * MIB);
	p->error = box_write(&p->box, "a", "memory.reclaim", text);
	p->value = box_number(&p->box, "a", "memory.current", NULL);
}

/* The same from a group that is protected to 50 MiB: its own protection is not against its owner.
 */
static void reclaim_protected(struct probe *p)
{
	scope_fd int file = hole(p, 50 * MIB);
	char text[32];

	box_make(&p->box, "a");
	if (!box_has(&p->box, "a", "memory.reclaim"))
		work_skip(p->box.work, "there is no memory.reclaim (5.19)");
	box_set(&p->box, "a", "memory.min", "50M");
	spawn_taker(p, "a", 50 * MIB, file);
	snprintf(text, sizeof(text), "%ld",
		 box_number(&p->box, "a", "memory.current", NULL) - 10 * MIB);
	p->error = box_write(&p->box, "a", "memory.reclaim", text);
	p->value = box_number(&p->box, "a", "memory.current", NULL);
}

/* More than there is: EAGAIN, after all that could be had. */
static void reclaim_too_much(struct probe *p)
{
	scope_fd int file = hole(p, 50 * MIB);

	box_make(&p->box, "a");
	if (!box_has(&p->box, "a", "memory.reclaim"))
		work_skip(p->box.work, "there is no memory.reclaim (5.19)");
	spawn_taker(p, "a", 50 * MIB, file);
	p->error = box_write(&p->box, "a", "memory.reclaim", "100M");
	p->value = box_number(&p->box, "a", "memory.current", NULL);
}

/* Kills what is over the limit in `limited`, by a process in `eater`. */
static void provoke(const struct probe *p, const char *limited, const char *eater)
{
	static struct taker much = {.bytes = 100 * MIB, .file = -1};

	box_set(&p->box, limited, "memory.max", "50M");
	box_set(&p->box, limited, "memory.swap.max", "0");
	box_set(&p->box, limited, "memory.oom.group", "1");
	if (box_wait(box_spawn(&p->box, eater, take, &much)) != 128 + SIGKILL)
		work_fail(p->box.work, "100 MiB under a limit of 50 MiB were not killed");
}

/* memory.oom.group of a leaf: who is left in it, and in its sibling; the parent counts the kills.
 */
static void oom_group_leaf(struct probe *p)
{
	box_make(&p->box, "parent");
	box_set(&p->box, "parent", "cgroup.subtree_control", "+memory");
	box_make(&p->box, "parent/leaf");
	box_make(&p->box, "parent/other");
	spawn_taker(p, "parent/leaf", MIB, -1);
	spawn_taker(p, "parent/leaf", MIB, -1);
	spawn_taker(p, "parent/other", 60 * MIB, -1);
	provoke(p, "parent/leaf", "parent/leaf");
	wait_gone(p, "parent/leaf");
	p->error = box_lines(&p->box, "parent/other", "cgroup.procs") == 1 ? 0 : ESRCH;
	p->value = box_lines(&p->box, "parent/leaf", "cgroup.procs");
	p->after = box_number(&p->box, "parent", "memory.events", "oom_kill");
}

/* memory.oom.group of a parent takes every process below it. */
static void oom_group_parent(struct probe *p)
{
	box_make(&p->box, "parent");
	box_set(&p->box, "parent", "cgroup.subtree_control", "+memory");
	box_make(&p->box, "parent/leaf");
	box_make(&p->box, "parent/other");
	spawn_taker(p, "parent/leaf", MIB, -1);
	spawn_taker(p, "parent/other", MIB, -1);
	provoke(p, "parent", "parent/leaf");
	wait_gone(p, "parent");
	p->value = box_lines(&p->box, "parent/leaf", "cgroup.procs") +
		   box_lines(&p->box, "parent/other", "cgroup.procs");
	p->after = box_number(&p->box, "parent", "memory.events", "oom_kill");
}

static void spare(const struct probe *p, pid_t pid)
{
	char path[64];
	scope_fd int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "-1000", 5) != 5)
		work_skip(p->box.work, "may not set oom_score_adj to -1000 (CAP_SYS_RESOURCE)");
}

/* Who has oom_score_adj -1000 lives on; how many are left a second later. */
static void oom_group_score(struct probe *p)
{
	pid_t spared;

	box_make(&p->box, "a");
	spared = spawn_taker(p, "a", MIB, -1);
	spare(p, spared);
	spawn_taker(p, "a", MIB, -1);
	provoke(p, "a", "a");
	sleep(1);
	p->error = box_number(&p->box, "a", "cgroup.procs", NULL) == spared ? 0 : ESRCH;
	p->value = box_lines(&p->box, "a", "cgroup.procs");
	p->after = box_number(&p->box, "a", "memory.events", "oom_kill");
}

/* The masks of the two events that the end of what is watched is to bring; 0: none within 2 s. */
static void await_deletion(struct probe *p, const char *path, const char *group)
{
	scope_fd int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct inotify_event events[2] = {{0}};
	uint64_t until = now_nsec() + 2 * NSEC_PER_SEC;
	size_t got = 0;

	if (fd < 0 || inotify_add_watch(fd, path, IN_DELETE_SELF) < 0)
		work_fail(p->box.work, "cannot watch %s", path);
	p->error = box_rmdir(&p->box, group);
	while (got < sizeof(events) && now_nsec() < until) {
		ssize_t n = read(fd, (char *)events + got, sizeof(events) - got);
		got += n > 0 ? (size_t)n : 0;
		usleep(1000);
	}
	p->value = events[0].mask;
	p->after = events[1].mask;
}

static void inotify_file(struct probe *p)
{
	box_make(&p->box, "a");
	await_deletion(p, box_path(&p->box, "a", "memory.events"), "a");
}

static void inotify_dir(struct probe *p)
{
	box_make(&p->box, "a");
	await_deletion(p, box_path(&p->box, "a", NULL), "a");
}

#define PROBES(P)                                 \
	P(subtree_control, "subtree-control")     \
	P(fresh, "fresh")                         \
	P(peak_reset, "peak-reset")               \
	P(peak_counts_on, "peak-counts-on")       \
	P(locked, "locked")                       \
	P(locked_small, "locked-small")           \
	P(reclaim, "reclaim")                     \
	P(reclaim_protected, "reclaim-protected") \
	P(reclaim_too_much, "reclaim-too-much")   \
	P(oom_group_leaf, "oom-group-leaf")       \
	P(oom_group_parent, "oom-group-parent")   \
	P(oom_group_score, "oom-group-score")     \
	P(inotify_file, "inotify-delete-file")    \
	P(inotify_dir, "inotify-delete-dir")

PROBE_WORKLOAD(probe_memory, "probe-memory", "asks what memory.* files say, refuse and kill",
	       PROBES, "fresh");
