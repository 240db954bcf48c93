/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe_kmem: kernel memory of groups that come and go, or are many (cgroup-v2.rst, memory.stat:
 * kernel, slab, percpu; "Memory Ownership"; cgroup.stat: nr_dying_descendants).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "probe.h"
#include "scratch.h"

enum {
	NAMES = 100,
	NAME_MAX_CHARS = 255,
	GROUPS_USED = 100,
	GROUPS_DEAD = 30,
	GROUPS_MANY = 1000,
	THREADS_PER_CPU = 2,
	LOOKS = 80,
	LOOK_USEC = 100000,
	PAGE_BYTES = 4096,
};

/* Looks for files that are not there, by names that no other process takes. */
static void *look_up(void *first)
{
	char path[NAME_MAX_CHARS + 64];
	struct stat st;

	for (long i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), "%.60s/%0*ld-%d", scratch_dir(""), NAME_MAX_CHARS - 60,
			 (long)first + i, getpid());
		stat(path, &st);
	}
	return NULL;
}

static int use_kernel_memory(void *unused)
{
	(void)unused;
	look_up(NULL);
	return 0;
}

/* The same from two threads a CPU, so that each CPU has a stock of charges for the group. */
static int use_on_all_cpus(void *unused)
{
	long n = THREADS_PER_CPU * sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[512];

	(void)unused;
	n = n < 512 ? n : 512;
	for (long i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, look_up, (void *)(i * NAMES)) != 0)
			return 1;
	for (long i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static void come_and_go(const struct probe *p, int (*use)(void *), int groups)
{
	for (int i = 0; i < groups; i++) {
		int r;
		box_make(&p->box, "parent/child");
		if (box_wait(box_spawn(&p->box, "parent/child", use, NULL)) != 0)
			work_fail(p->box.work, "a group could not use kernel memory");
		r = box_rmdir(&p->box, "parent/child");
		if (r)
			work_fail(p->box.work, "cannot remove a group that is empty: errno %d", r);
	}
}

static void make_parent(const struct probe *p)
{
	box_make(&p->box, "parent");
	box_set(&p->box, "parent", "cgroup.subtree_control", "+memory");
}

static long stat_of(const struct probe *p, const char *key)
{
	long v = box_number(&p->box, "parent", "memory.stat", key);

	if (v == BOX_ABSENT)
		work_skip(p->box.work, "memory.stat has no %s", key);
	return v;
}

/* What memory.current has and the parts have not, in pages a CPU: at most the charge stock, 64. */
static long unexplained_pages(const struct probe *p, long parts)
{
	long all = labs(box_number(&p->box, "parent", "memory.current", NULL) - parts);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return (all + PAGE_BYTES * cpus - 1) / (PAGE_BYTES * cpus);
}

static void memcg_deletion(struct probe *p)
{
	make_parent(p);
	come_and_go(p, use_on_all_cpus, GROUPS_USED);
	p->value = unexplained_pages(p, stat_of(p, "anon") + stat_of(p, "file") +
						stat_of(p, "kernel") + stat_of(p, "sock"));
	p->after = box_number(&p->box, "parent", "memory.current", NULL);
}

/* Read to its end, whatever dead groups there are: how many pages it has. */
static void kpagecgroup(struct probe *p)
{
	scope_fd int fd = open("/proc/kpagecgroup", O_RDONLY | O_CLOEXEC);
	static uint64_t buf[1024];
	ssize_t n;

	if (fd < 0)
		work_skip(p->box.work, "no /proc/kpagecgroup to read (errno %d)", errno);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		p->value += n / (long)sizeof(buf[0]);
	p->error = n < 0 ? errno : 0;
}

/* How many groups that were removed are still there after eight seconds; after how long none was.
 */
static void dead_cgroups(struct probe *p)
{
	uint64_t start;

	make_parent(p);
	come_and_go(p, use_kernel_memory, GROUPS_DEAD);
	start = now_nsec();
	for (int i = 0; i < LOOKS; i++) {
		p->value = box_number(&p->box, "parent", "cgroup.stat", "nr_dying_descendants");
		if (p->value == 0)
			break;
		usleep(LOOK_USEC);
	}
	p->after = (long)((now_nsec() - start) / NSEC_PER_MSEC);
}

/* A thousand groups cost memory for each CPU, and their parent is charged for it. */
static void percpu(struct probe *p)
{
	make_parent(p);
	for (int i = 0; i < GROUPS_MANY; i++) {
		char name[32];
		snprintf(name, sizeof(name), "parent/child%d", i);
		box_make(&p->box, name);
	}
	p->value = unexplained_pages(p, stat_of(p, "percpu") + stat_of(p, "slab"));
	p->after = stat_of(p, "percpu");
}

#define PROBES(P)                           \
	P(memcg_deletion, "memcg-deletion") \
	P(kpagecgroup, "proc-kpagecgroup")  \
	P(dead_cgroups, "dead-cgroups")     \
	P(percpu, "percpu-basic")

PROBE_WORKLOAD(probe_kmem, "probe-kmem", "asks what becomes of the kernel memory of groups", PROBES,
	       "proc-kpagecgroup");
