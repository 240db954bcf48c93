/* SPDX-License-Identifier: GPL-3.0-or-later */
/* escape_measure: where escape is, and what it can use: tasks, CPU time, memory. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "escape.h"

enum { TASKS_MORE = 4, TASKS_MAX = 256, BURN_MSEC = 500, PAGE_BYTES = 4096, LINE_MAX_BYTES = 8192 };
enum { TOUCH_PCT = 130 };

/* The last one: it lies above the others. */
static bool find_mount(char mount[static PATH_MAX])
{
	scope_file FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[LINE_MAX_BYTES];
	bool found = false;

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, " - cgroup2 ") &&
		    sscanf(line, "%*s %*s %*s %*s %4095s", mount) == 1)
			found = true;
	return found;
}

static bool find_path(char path[static PATH_MAX])
{
	scope_file FILE *f = fopen("/proc/self/cgroup", "re");
	char line[LINE_MAX_BYTES];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "0::%4095[^\n]", path) == 1)
			return true;
	return false;
}

/* The group above; "" when that is the mount itself, which has no limits. */
static void above(const struct escape *x, const char *of, char *to)
{
	char *slash;

	snprintf(to, ESCAPE_PATH_MAX, "%s", of);
	slash = strrchr(to, '/');
	if (!*of || !slash || (size_t)(slash - to) <= strlen(x->mount))
		*to = '\0';
	else
		*slash = '\0';
}

bool escape_find(struct escape *x, pid_t harness)
{
	char path[PATH_MAX];

	*x = (struct escape){.harness = harness};
	if (!find_mount(x->mount) || !find_path(path))
		return false;
	snprintf(x->own, sizeof(x->own), "%.4000s%.4000s", x->mount, strcmp(path, "/") ? path : "");
	above(x, x->own, x->outer);
	above(x, x->outer, x->trial);
	above(x, x->trial, x->run);
	if (*x->trial)
		snprintf(x->other, sizeof(x->other), "%.8000s/other", x->trial);
	return true;
}

int escape_write(const char *dir, const char *file, const char *text)
{
	char path[ESCAPE_PATH_MAX + 64];
	scope_fd int fd = -1;

	if (!*dir)
		return ESCAPE_NOT_HERE;
	snprintf(path, sizeof(path), "%s%s%s", dir, *file ? "/" : "", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;
}

bool escape_read(const char *dir, const char *file, char *line, int size)
{
	char path[ESCAPE_PATH_MAX + 64];
	scope_file FILE *f = NULL;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "re");
	if (!f || !fgets(line, size, f))
		return false;
	line[strcspn(line, "\n")] = '\0';
	/* cppcheck-suppress resourceLeak ; scope_file closes it */
	return true;
}

void escape_undo(struct escape *x, const char *dir, const char *file, const char *text)
{
	struct escape_undo *u = &x->undo[*x->undo[0].path != '\0'];

	snprintf(u->path, sizeof(u->path), "%.8000s/%s", dir, file);
	snprintf(u->text, sizeof(u->text), "%s", text);
}

int escape_lift(struct escape *x, const char *dir, const char *file)
{
	char before[64];
	int r;

	if (!*dir)
		return ESCAPE_NOT_HERE;
	if (!escape_read(dir, file, before, sizeof(before)))
		return ENOENT;
	r = escape_write(dir, file, "max");
	if (r == 0)
		escape_undo(x, dir, file, before);
	return r;
}

long escape_number(const char *dir, const char *file)
{
	char word[64], *end;
	long v;

	if (!escape_read(dir, file, word, sizeof(word)))
		return -1;
	v = strtol(word, &end, 10);
	return end == word ? -1 : v;
}

pid_t escape_victim(const struct escape *x)
{
	return *x->other ? (pid_t)escape_number(x->other, "cgroup.procs") : 0;
}

int escape_in_child(escape_fn *fn, struct escape *x)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(x));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return ECHILD;
	return WEXITSTATUS(status);
}

void escape_measure_begin(const struct escape *x, struct escape_measure *m)
{
	char line[64];
	double quota, period;

	m->pids_max = escape_number(x->own, "pids.max");
	m->memory_max = escape_number(x->own, "memory.max");
	m->tasks_before = escape_number(x->own, "pids.current");
	if (escape_read(x->own, "cpu.max", line, sizeof(line)) &&
	    sscanf(line, "%lf %lf", &quota, &period) == 2)
		m->cpus_max = quota / period;
}

/* As many at once as it can have, up to some more than the limit. */
static unsigned use_tasks(const struct escape_measure *m)
{
	pid_t pids[TASKS_MAX];
	long n = 0, want = m->pids_max + TASKS_MORE - m->tasks_before;

	while (n < want && n < TASKS_MAX) {
		pids[n] = fork();
		if (pids[n] == 0)
			for (;;)
				pause();
		if (pids[n] < 0)
			break;
		n++;
	}
	for (long i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
	for (long i = 0; i < n; i++)
		waitpid(pids[i], NULL, 0);
	return m->pids_max > 0 ? (unsigned)((m->tasks_before + n) * 100 / m->pids_max) : 0;
}

static uint64_t cpu_nsec(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static unsigned use_cpu(const struct escape_measure *m)
{
	uint64_t begin = now_nsec(), cpu = cpu_nsec(), end = begin;

	while (end - begin < BURN_MSEC * UINT64_C(1000000))
		end = now_nsec();
	if (m->cpus_max <= 0)
		return 0;
	return (unsigned)((double)(cpu_nsec() - cpu) * 100 / (double)(end - begin) / m->cpus_max);
}

/* In a child, which the OOM killer takes where the limit holds. */
static unsigned use_memory(struct escape_measure *m)
{
	size_t bytes = (size_t)m->memory_max / 100 * TOUCH_PCT;
	pid_t pid = m->memory_max > 0 ? fork() : -1;

	if (pid == 0) {
		char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);
		for (size_t at = 0; p != MAP_FAILED && at < bytes; at += PAGE_BYTES) {
			p[at] = 1;
			atomic_store(&m->touched, at + PAGE_BYTES);
		}
		_exit(0);
	}
	if (pid < 0)
		return 0;
	waitpid(pid, NULL, 0);
	return (unsigned)(atomic_load(&m->touched) * 100 / (uint64_t)m->memory_max);
}

unsigned escape_measure_use(enum escape_use use, struct escape_measure *m)
{
	switch (use) {
	case ESCAPE_TASKS:
		return use_tasks(m);
	case ESCAPE_CPU:
		return use_cpu(m);
	case ESCAPE_MEMORY:
		return use_memory(m);
	case ESCAPE_REACH:
		break;
	}
	return 0;
}

unsigned escape_over_pct(enum escape_use use)
{
	static const unsigned over[] = {[ESCAPE_TASKS] = 100,
					[ESCAPE_CPU] = 150,
					[ESCAPE_MEMORY] = 105,
					[ESCAPE_REACH] = 0};

	return over[use];
}
