/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * escape: what the attempts of workloads/escape.c share. An attempt is a function in a process of
 * its own, made by the workload in its group; it tries one thing, undoes what would outlive the
 * trial, and returns the errno. Afterwards it is measured what that process can use:
 *
 *	t1                  the trial's group
 *	 +- outer           a limit above its own
 *	 |   +- subject     escape: pids.max, memory.max, cpu.max
 *	 +- other           another group's workload, with wider limits
 *
 * In a cgroup namespace of its own only `subject` is to be seen, as the mount's root.
 */
#ifndef CGWORK_ESCAPE_H
#define CGWORK_ESCAPE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Not an errno: there is no such thing here that could be tried. */
enum { ESCAPE_NOT_HERE = -1 };

/* What is measured after the attempt; REACH: that it worked is the escape. */
enum escape_use { ESCAPE_TASKS, ESCAPE_CPU, ESCAPE_MEMORY, ESCAPE_REACH };

enum { ESCAPE_PATH_MAX = 2 * PATH_MAX };

struct escape {
	char mount[PATH_MAX];      /* of cgroup2, as this process sees it */
	char own[ESCAPE_PATH_MAX]; /* its group */
	char outer[ESCAPE_PATH_MAX], trial[ESCAPE_PATH_MAX], other[ESCAPE_PATH_MAX];
	char run[ESCAPE_PATH_MAX]; /* the topmost one with limits; "" as the four above: unseen */
	pid_t harness;             /* 0: it is in a PID namespace that cannot be seen */
	struct escape_undo {
		char path[ESCAPE_PATH_MAX], text[64];
	} undo[2]; /* to be written in the end, in this order; path "": nothing */
};

typedef int escape_fn(struct escape *x);

/* Finds the groups; false: no cgroup2 is mounted here. */
bool escape_find(struct escape *x, pid_t harness);

/* Writes DIR/FILE with one write(2): 0 or the errno; DIR "": ESCAPE_NOT_HERE. */
int escape_write(const char *dir, const char *file, const char *text);
/*
 * Writes "max" to a limit, and remembers what was there: the harness reads every limit again when
 * the window ends, and takes a trial whose limits are not what they were for unenforced.
 */
int escape_lift(struct escape *x, const char *dir, const char *file);
/* The first line of DIR/FILE; false: it cannot be read. */
bool escape_read(const char *dir, const char *file, char *line, int size);
/* Remembers a file and what to write to it in the end. */
void escape_undo(struct escape *x, const char *dir, const char *file, const char *text);
/* A number of DIR/FILE; -1: none, or "max". */
long escape_number(const char *dir, const char *file);

/* The first process of another group as this one sees it; 0: none. */
pid_t escape_victim(const struct escape *x);

/* Runs fn in a child: its errno. */
int escape_in_child(escape_fn *fn, struct escape *x);

/* What a process uses, in percent of the limit that its group had before. Shared with children. */
struct escape_measure {
	long pids_max, memory_max, tasks_before;
	double cpus_max;
	_Atomic uint64_t touched;
};
void escape_measure_begin(const struct escape *x, struct escape_measure *m);
unsigned escape_measure_use(enum escape_use use, struct escape_measure *m);

/* From which percentage on it is more than the limit: charging is in batches, CPU time in ticks. */
unsigned escape_over_pct(enum escape_use use);

#define ESCAPES_LIMITS(A)                                      \
	A(write_own_pids, "write-own-pids", ESCAPE_TASKS)      \
	A(write_own_memory, "write-own-memory", ESCAPE_MEMORY) \
	A(write_own_cpu, "write-own-cpu", ESCAPE_CPU)          \
	A(write_parent, "write-parent", ESCAPE_TASKS)          \
	A(write_run, "write-root", ESCAPE_TASKS)               \
	A(child_above, "child-above-parent", ESCAPE_TASKS)     \
	A(max_descendants, "mkdir-past-max", ESCAPE_TASKS)     \
	A(own_controllers, "drop-controller", ESCAPE_TASKS)    \
	A(pressure, "pressure-trigger", ESCAPE_TASKS)          \
	A(v1_release_agent, "release-agent", ESCAPE_REACH)     \
	A(v1_devices_allow, "devices-allow", ESCAPE_REACH)
#define ESCAPES_MOVES(A)                                \
	A(move_parent, "move-parent", ESCAPE_TASKS)     \
	A(move_sibling, "move-sibling", ESCAPE_TASKS)   \
	A(move_root, "move-root", ESCAPE_TASKS)         \
	A(move_new, "move-new-group", ESCAPE_TASKS)     \
	A(thread_out, "thread-out", ESCAPE_TASKS)       \
	A(clone_sibling, "clone-sibling", ESCAPE_REACH) \
	A(clone_root, "clone-root", ESCAPE_REACH)       \
	A(fd_lesser, "fd-of-nobody", ESCAPE_TASKS)      \
	A(fd_greater, "fd-of-root", ESCAPE_TASKS)       \
	A(fd_namespaced, "fd-of-namespace", ESCAPE_TASKS)
#define ESCAPES_SPACE(A)                                  \
	A(mount_new, "mount", ESCAPE_TASKS)               \
	A(remount, "remount", ESCAPE_TASKS)               \
	A(unmount, "umount-view", ESCAPE_TASKS)           \
	A(unshare_cgroup, "unshare-cgroup", ESCAPE_TASKS) \
	A(unshare_user, "unshare-user", ESCAPE_TASKS)     \
	A(setns_first, "setns-pid-1", ESCAPE_TASKS)
#define ESCAPES_REACH(A)                                  \
	A(fifo, "sched-fifo", ESCAPE_CPU)                 \
	A(niceness, "nice-20", ESCAPE_CPU)                \
	A(affinity, "affinity", ESCAPE_REACH)             \
	A(rlimit, "rlimit-raise", ESCAPE_TASKS)           \
	A(oom_score, "oom-score", ESCAPE_TASKS)           \
	A(trace_other, "ptrace-other", ESCAPE_REACH)      \
	A(signal_other, "signal-other", ESCAPE_REACH)     \
	A(kill_other, "kill-file-other", ESCAPE_REACH)    \
	A(signal_harness, "signal-harness", ESCAPE_REACH) \
	A(core_pattern, "core-pattern", ESCAPE_REACH)     \
	A(io_uring, "io-uring-poller", ESCAPE_TASKS)

/* Every attempt: function, name in suites, what is measured. */
#define ESCAPES(A) ESCAPES_LIMITS(A) ESCAPES_MOVES(A) ESCAPES_SPACE(A) ESCAPES_REACH(A)

#define ESCAPE_DECLARE(fn, name, use) escape_fn escape_##fn;
ESCAPES(ESCAPE_DECLARE)

#endif
