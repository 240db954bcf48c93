/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe_core: what cgroup-v2.rst promises of groups and processes, whatever the controller: which
 * changes are refused and how (sections "Controlling Controllers", "Threads", "Delegation").
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "probe.h"

enum { NOBODY = 65534, THREADS = 13, MOVES = 1000, ROUNDS = 10, NOTICE_MSEC = 10000 };
enum { TOUCHED_BYTES = 16 << 20, PAGE_BYTES = 4096, STACK_BYTES = 64 << 10 };

/* A domain group that gives controllers to its children takes no process. */
static void internal_process(struct probe *p)
{
	pid_t pid;

	probe_tree(p, (const char *[]){"parent", "parent/child"}, 2);
	box_set(&p->box, "parent", "cgroup.subtree_control", "+memory");
	pid = box_spawn(&p->box, "parent/child", box_pause, NULL);
	p->error = box_enter(&p->box, "parent", pid);
	pid = box_clone(&p->box, "parent", box_pause, NULL);
	p->clone_error = pid < 0 ? -pid : 0;
}

/* What the parent does not have, it cannot give. */
static void top_down_enable(struct probe *p)
{
	probe_tree(p, (const char *[]){"parent", "parent/child"}, 2);
	p->error = box_write(&p->box, "parent/child", "cgroup.subtree_control", "+memory");
}

/* What a child gives on, it cannot lose. */
static void top_down_disable(struct probe *p)
{
	probe_tree(p, (const char *[]){"parent", "parent/child"}, 2);
	box_set(&p->box, "parent", "cgroup.subtree_control", "+memory");
	box_set(&p->box, "parent/child", "cgroup.subtree_control", "+memory");
	p->error = box_write(&p->box, "parent", "cgroup.subtree_control", "-memory");
}

static bool has_type(const struct probe *p, const char *group, const char *type)
{
	char text[BOX_TEXT_MAX];

	return strcmp(box_text(&p->box, group, "cgroup.type", text), type) == 0;
}

/* dom (domain threaded) - dom/parent (threaded, +cpu) - dom/parent/child (threaded) */
static void internal_process_threads(struct probe *p)
{
	pid_t pid;

	probe_tree(p, (const char *[]){"dom", "dom/parent", "dom/parent/child"}, 3);
	box_set(&p->box, "dom", "cgroup.subtree_control", "+cpu");
	box_set(&p->box, "dom/parent", "cgroup.type", "threaded");
	box_set(&p->box, "dom/parent/child", "cgroup.type", "threaded");
	box_set(&p->box, "dom/parent", "cgroup.subtree_control", "+cpu");
	pid = box_spawn(&p->box, "dom", box_pause, NULL);
	p->error = box_enter(&p->box, "dom/parent", pid);
	p->value = box_lines(&p->box, "dom/parent", "cgroup.threads");
}

static void parent_becomes_threaded(struct probe *p)
{
	probe_tree(p, (const char *[]){"parent", "parent/child"}, 2);
	box_set(&p->box, "parent/child", "cgroup.type", "threaded");
	p->value = has_type(p, "parent", "domain threaded");
}

/* grand (domain threaded) - grand/parent (threaded) - grand/parent/child (domain invalid) */
static void invalid_domain(struct probe *p)
{
	pid_t pid;

	probe_tree(p, (const char *[]){"grand", "grand/parent", "grand/parent/child"}, 3);
	box_set(&p->box, "grand/parent", "cgroup.type", "threaded");
	p->value = has_type(p, "grand/parent/child", "domain invalid");
	pid = box_spawn(&p->box, "grand", box_pause, NULL);
	p->error = box_enter(&p->box, "grand/parent/child", pid);
	pid = box_clone(&p->box, "grand/parent/child", box_pause, NULL);
	p->clone_error = pid < 0 ? -pid : 0;
}

/* a - a/b - a/b/c and a/b/d; a process in c. */
static const char *const abcd[] = {"a", "a/b", "a/b/c", "a/b/d"};

static void populated_digits(const struct probe *p, long *answer)
{
	for (size_t i = 0; i < array_len(abcd); i++)
		probe_digit(answer, box_number(&p->box, abcd[i], "cgroup.events", "populated"));
}

/* From 6.19 a process leaves its group after its last switch, and wait(2) may return before. */
static void populated(struct probe *p)
{
	pid_t pid;

	probe_tree(p, abcd, array_len(abcd));
	pid = box_spawn(&p->box, "a/b/c", box_pause, NULL);
	populated_digits(p, &p->value);
	kill(pid, SIGKILL);
	box_wait(pid);
	box_await(&p->box, "a", "cgroup.events", "populated", 0);
	populated_digits(p, &p->after);
}

/* By a clone into d; what is done with d when it is gone is refused. */
static void populated_clone(struct probe *p)
{
	scope_fd int fd = -1;
	pid_t pid;

	probe_tree(p, abcd, array_len(abcd));
	pid = box_spawn(&p->box, "a/b/d", box_pause, NULL);
	populated_digits(p, &p->value);
	kill(pid, SIGKILL);
	box_wait(pid);
	fd = open(box_path(&p->box, "a/b/d", NULL), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	p->error = box_rmdir(&p->box, "a/b/d");
	pid = box_clone_at(fd, box_pause, NULL);
	p->clone_error = pid < 0 ? -pid : 0;
}

/* How many of the four files wake whoever polls them when the last process has gone. */
static void populated_notified(struct probe *p)
{
	struct pollfd fds[array_len(abcd)];
	char text[256];
	pid_t pid;

	probe_tree(p, abcd, array_len(abcd));
	pid = box_spawn(&p->box, "a/b/c", box_pause, NULL);
	for (size_t i = 0; i < array_len(abcd); i++) {
		fds[i] = (struct pollfd){.fd = open(box_path(&p->box, abcd[i], "cgroup.events"),
						    O_RDONLY | O_CLOEXEC),
					 .events = POLLPRI};
		if (read(fds[i].fd, text, sizeof(text)) < 0)
			work_fail(p->box.work, "cannot read cgroup.events of %s", abcd[i]);
	}
	kill(pid, SIGKILL);
	box_wait(pid);
	poll(fds, array_len(fds), NOTICE_MSEC);
	for (size_t i = 0; i < array_len(abcd); i++)
		probe_digit(&p->value, (fds[i].revents & POLLPRI) != 0);
}

static void *sleep_for_ever(void *unused)
{
	box_pause(unused);
	return NULL;
}

static int many_threads(void *unused)
{
	pthread_t id;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&id, NULL, sleep_for_ever, NULL))
			return EAGAIN;
	return box_pause(unused);
}

/* cgroup.procs moves a process with all its threads. */
static void proc_migration(struct probe *p)
{
	pid_t pid;

	probe_tree(p, (const char *[]){"src", "dst"}, 2);
	pid = box_fork(&p->box, "src", many_threads, NULL);
	if (!box_await_lines(&p->box, "src", "cgroup.threads", THREADS + 1))
		work_fail(p->box.work, "the threads did not start");
	p->error = box_enter(&p->box, "dst", pid);
	p->value = box_lines(&p->box, "dst", "cgroup.threads");
	p->after = box_lines(&p->box, "src", "cgroup.threads");
}

/* Whether the calling thread is in that group, by its own file. */
static bool is_in(const char *group)
{
	scope_file FILE *f = fopen("/proc/thread-self/cgroup", "re");
	char line[PATH_MAX];
	size_t n = strlen(group), length;

	if (!f || !fgets(line, sizeof(line), f))
		return false;
	length = strcspn(line, "\n");
	/* cppcheck-suppress resourceLeak ; scope_file closes it */
	return length > n && strncmp(line + length - n, group, n) == 0;
}

static void *migrate_for_a_while(void *arg)
{
	static const char *const groups[] = {"dom/src", "dom/dst"};
	struct probe *p = arg;

	for (int i = 0; i < MOVES; i++) {
		p->error = box_write(&p->box, groups[i % 2], "cgroup.threads", "0");
		p->value += !p->error && is_in(groups[i % 2]);
	}
	return NULL;
}

static int migrate_one_thread(void *arg)
{
	pthread_t id;

	if (pthread_create(&id, NULL, migrate_for_a_while, arg) || pthread_join(id, NULL))
		return EAGAIN;
	((struct probe *)arg)->after = is_in("dom/src");
	return 0;
}

/* One thread goes to and fro; the other stays where it was. */
static void thread_migration(struct probe *p)
{
	probe_tree(p, (const char *[]){"dom", "dom/src", "dom/dst"}, 3);
	box_set(&p->box, "dom/src", "cgroup.type", "threaded");
	box_set(&p->box, "dom/dst", "cgroup.type", "threaded");
	box_try(&p->box, "dom/src", migrate_one_thread, p);
}

static int leave_domain(void *arg)
{
	const struct probe *p = arg;

	return box_write(&p->box, "other", "cgroup.threads", "0");
}

/* A thread stays in its process's domain. */
static void thread_out_of_domain(struct probe *p)
{
	probe_tree(p, (const char *[]){"dom", "other"}, 2);
	p->error = box_try(&p->box, "dom", leave_domain, p);
}

static int touch_and_pause(void *unused)
{
	volatile char *m = mmap(NULL, TOUCHED_BYTES, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; m != MAP_FAILED && i < TOUCHED_BYTES; i += PAGE_BYTES)
		m[i] = 1;
	return box_pause(unused);
}

/* A group whose cgroup.procs is empty can be removed, though its process is still dying. */
static void destroy(struct probe *p)
{
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid;
		box_make(&p->box, "a");
		pid = box_spawn(&p->box, "a", touch_and_pause, NULL);
		kill(pid, SIGKILL);
		if (!box_await_lines(&p->box, "a", "cgroup.procs", 0))
			work_fail(p->box.work, "a killed process did not leave its group");
		p->error = box_rmdir(&p->box, "a");
		box_wait(pid);
		if (p->error)
			box_rmdir(&p->box, "a");
		p->value += p->error == 0;
	}
}

static void give_to_nobody(const struct probe *p, const char *group, const char *file)
{
	if (chown(box_path(&p->box, group, file), NOBODY, (gid_t)-1) < 0)
		work_skip(p->box.work, "cannot give %s away: %s (not root?)", group,
			  strerror(errno));
}

/* Nobody opens, root writes: the opener's right counts. */
static int write_what_nobody_opened(void *arg)
{
	const struct probe *p = arg;
	scope_fd int fd = -1;

	if (seteuid(NOBODY) < 0)
		return errno;
	fd = open(box_path(&p->box, "b", "cgroup.procs"), O_RDWR | O_CLOEXEC);
	if (fd < 0 || seteuid(0) < 0)
		return ENOTRECOVERABLE;
	return write(fd, "0", 1) < 0 ? errno : 0;
}

static void lesser_euid_open(struct probe *p)
{
	probe_tree(p, (const char *[]){"a", "b"}, 2);
	give_to_nobody(p, "a", "cgroup.procs");
	give_to_nobody(p, "b", "cgroup.procs");
	p->error = box_try(&p->box, "a", write_what_nobody_opened, p);
}

static int open_in_namespace(void *path)
{
	return open(path, O_RDWR); /* its table of descriptors is ours */
}

/* Opened in a namespace whose root is b, written from outside: the opener's view counts. */
static int write_what_namespace_opened(void *arg)
{
	static char stack[STACK_BYTES];
	const struct probe *p = arg;
	char path[PATH_MAX];
	int fd, r;
	pid_t pid;

	snprintf(path, sizeof(path), "%s", box_path(&p->box, "b", "cgroup.procs"));
	pid = clone(open_in_namespace, stack + sizeof(stack),
		    CLONE_NEWCGROUP | CLONE_FILES | CLONE_VM | SIGCHLD, path);
	fd = pid < 0 ? -1 : box_wait(pid);
	r = box_write(&p->box, "a", "cgroup.procs", "0");
	if (fd < 0 || r)
		return ENOTRECOVERABLE;
	return write(fd, "0", 1) < 0 ? errno : 0;
}

static void lesser_ns_open(struct probe *p)
{
	if (!box_has_option(&p->box, "nsdelegate"))
		work_skip(p->box.work, "cgroup2 is mounted without nsdelegate");
	probe_tree(p, (const char *[]){"a", "b"}, 2);
	p->error = box_try(&p->box, "b", write_what_namespace_opened, p);
}

static int write_own_limit(void *arg)
{
	const struct probe *p = arg;

	return seteuid(NOBODY) < 0 ? ENOTRECOVERABLE : box_write(&p->box, "a", "pids.max", "max");
}

static void own_limit(struct probe *p)
{
	box_make(&p->box, "a");
	p->error = box_try(&p->box, "a", write_own_limit, p);
}

/* The errno of asking for a trigger, "some USEC WINDOW_USEC". */
static int ask_pressure(const struct probe *p, const char *trigger)
{
	return seteuid(NOBODY) < 0 ? ENOTRECOVERABLE
				   : box_write(&p->box, "a", "memory.pressure", trigger);
}

static int ask_each_second(void *p)
{
	return ask_pressure(p, "some 150000 1000000");
}

static int ask_each_other_second(void *p)
{
	return ask_pressure(p, "some 150000 2000000");
}

/* errno: a window that takes privilege; value: one that does not (psi.rst). */
static void pressure_trigger(struct probe *p)
{
	box_make(&p->box, "a");
	if (!box_has(&p->box, "a", "memory.pressure"))
		work_skip(p->box.work, "no memory.pressure");
	give_to_nobody(p, "a", "memory.pressure");
	p->error = box_try(&p->box, "a", ask_each_second, p);
	p->value = box_try(&p->box, "a", ask_each_other_second, p);
}

/* As a service manager delegates: the folder, cgroup.procs and cgroup.subtree_control. */
static void delegate(const struct probe *p, const char *group)
{
	char child[2][64];

	box_make(&p->box, group);
	for (int i = 0; i < 2; i++) {
		snprintf(child[i], sizeof(child[i]), "%s/%c", group, 'x' + i);
		box_make(&p->box, child[i]);
		give_to_nobody(p, child[i], NULL);
		give_to_nobody(p, child[i], "cgroup.procs");
	}
	give_to_nobody(p, group, NULL);
	give_to_nobody(p, group, "cgroup.procs");
}

static int move_to_sibling(void *arg)
{
	const struct probe *p = arg;

	return seteuid(NOBODY) < 0 ? ENOTRECOVERABLE
				   : box_write(&p->box, "one/y", "cgroup.procs", "0");
}

static int move_abroad(void *arg)
{
	const struct probe *p = arg;

	return seteuid(NOBODY) < 0 ? ENOTRECOVERABLE
				   : box_write(&p->box, "two/x", "cgroup.procs", "0");
}

static int clone_abroad(void *arg)
{
	const struct probe *p = arg;
	pid_t pid;

	if (seteuid(NOBODY) < 0)
		return ENOTRECOVERABLE;
	pid = box_clone(&p->box, "two/x", box_pause, NULL);
	return pid < 0 ? -pid : 0;
}

/* value: within the delegation; errno, clone_errno: to another one of the same user's. */
static void delegation(struct probe *p)
{
	delegate(p, "one");
	delegate(p, "two");
	p->value = box_try(&p->box, "one/x", move_to_sibling, p);
	p->error = box_try(&p->box, "one/x", move_abroad, p);
	p->clone_error = box_try(&p->box, "one/x", clone_abroad, p);
}

/* value: how many groups could be made below each other. */
static void max_depth(struct probe *p)
{
	static const char *const deep[] = {"a/b", "a/b/c", "a/b/c/d", "a/b/c/d/e"};

	box_make(&p->box, "a");
	box_set(&p->box, "a", "cgroup.max.depth", "3");
	for (size_t i = 0; i < array_len(deep) && !p->error; i++) {
		p->error = box_mkdir(&p->box, deep[i]);
		p->value += !p->error;
	}
}

static void max_descendants(struct probe *p)
{
	static const char *const many[] = {"a/b", "a/b/c", "a/d", "a/e", "a/f"};

	box_make(&p->box, "a");
	box_set(&p->box, "a", "cgroup.max.descendants", "3");
	for (size_t i = 0; i < array_len(many) && !p->error; i++) {
		p->error = box_mkdir(&p->box, many[i]);
		p->value += !p->error;
	}
	p->after = box_number(&p->box, "a", "cgroup.stat", "nr_descendants");
}

/* The files of a controller come and go with it: before, with, and after. */
static void controller_files(struct probe *p)
{
	probe_tree(p, (const char *[]){"a", "a/b"}, 2);
	probe_digit(&p->value, box_has(&p->box, "a/b", "pids.max"));
	box_set(&p->box, "a", "cgroup.subtree_control", "+pids");
	probe_digit(&p->value, box_has(&p->box, "a/b", "pids.max"));
	box_set(&p->box, "a", "cgroup.subtree_control", "-pids");
	probe_digit(&p->value, box_has(&p->box, "a/b", "pids.max"));
}

/* What a group says that nothing has ever been in: the sum of it all. */
static void fresh(struct probe *p)
{
	static const char *const files[][2] = {
		{"cpu.stat", "usage_usec"}, {"memory.current", NULL},
		{"memory.peak", NULL},      {"pids.current", NULL},
		{"pids.peak", NULL},        {"cgroup.events", "frozen"},
		{"memory.stat", "anon"},    {"cgroup.events", "populated"},
		{"pids.events", "max"},
	};

	box_make(&p->box, "a");
	for (size_t i = 0; i < array_len(files); i++) {
		long n = box_number(&p->box, "a", files[i][0], files[i][1]);
		p->value += n == BOX_ABSENT ? 0 : n;
		p->after += n != BOX_ABSENT;
	}
}

static void limit_above_parent(struct probe *p)
{
	probe_tree(p, (const char *[]){"a", "a/b"}, 2);
	box_set(&p->box, "a", "cgroup.subtree_control", "+pids");
	box_set(&p->box, "a", "pids.max", "2");
	p->error = box_write(&p->box, "a/b", "pids.max", "1000");
	p->value = box_number(&p->box, "a/b", "pids.max", NULL);
}

static void remove_populated(struct probe *p)
{
	probe_tree(p, (const char *[]){"a", "c", "c/d"}, 3);
	box_spawn(&p->box, "a", box_pause, NULL);
	p->error = box_rmdir(&p->box, "a");
	p->value = box_rmdir(&p->box, "c"); /* it has a child group */
}

/* Errnos of what makes no sense, in the order of the code. */
static void nonsense(struct probe *p)
{
	box_make(&p->box, "a");
	p->error = box_write(&p->box, "a", "cgroup.procs", "x");
	p->clone_error = box_write(&p->box, "a", "cgroup.procs", "4194304");
	p->value = box_write(&p->box, "a", "cgroup.subtree_control", "+nothing");
	p->after = box_write(&p->box, "a", "cgroup.type", "domain");
}

#define PROBES(P)                                                                \
	P(internal_process, "internal-process-constraint")                       \
	P(top_down_enable, "top-down-constraint-enable")                         \
	P(top_down_disable, "top-down-constraint-disable")                       \
	P(internal_process_threads, "no-internal-process-constraint-on-threads") \
	P(parent_becomes_threaded, "parent-becomes-threaded")                    \
	P(invalid_domain, "invalid-domain")                                      \
	P(populated, "populated")                                                \
	P(populated_clone, "populated-clone")                                    \
	P(populated_notified, "populated-notified")                              \
	P(proc_migration, "proc-migration")                                      \
	P(thread_migration, "thread-migration")                                  \
	P(thread_out_of_domain, "thread-out-of-domain")                          \
	P(destroy, "destroy")                                                    \
	P(lesser_euid_open, "lesser-euid-open")                                  \
	P(lesser_ns_open, "lesser-ns-open")                                      \
	P(own_limit, "own-limit")                                                \
	P(pressure_trigger, "pressure-trigger")                                  \
	P(delegation, "delegation")                                              \
	P(max_depth, "max-depth")                                                \
	P(max_descendants, "max-descendants")                                    \
	P(controller_files, "controller-files")                                  \
	P(fresh, "fresh")                                                        \
	P(limit_above_parent, "limit-above-parent")                              \
	P(remove_populated, "remove-populated")                                  \
	P(nonsense, "nonsense")

PROBE_WORKLOAD(probe_core, "probe-core", "asks what groups and their processes are allowed", PROBES,
	       "internal-process-constraint");
