/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cgtest: runs the cases of one kind, each in a process of its own, and counts them.
 *
 *	cgtest [-j N] [--list] [--valgrind] KIND[,KIND...] [FILTER...]     KIND: unit, live or lab
 *
 * A filter is a part of "file.case"; one that matches nothing is an error. What a case printed is
 * shown only when it fails. The last line is `N passed, N failed, N skipped`.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "tests/test.h"

enum { CASE_TIMEOUT_SEC = 60, PARALLEL_MAX = 16, SKIPPED = 77 };

#define X(name) extern const struct CMUnitTest tests_unit_##name[];
#include "tests_unit.def"
#undef X
#define X(name) extern const struct CMUnitTest tests_live_##name[];
#include "tests_live.def"
#undef X
#define X(name) extern const struct CMUnitTest tests_lab_##name[];
#include "tests_lab.def"
#undef X

static const struct test_file {
	const char *kind, *name;
	const struct CMUnitTest *cases;
} files[] = {
#define X(name) {"unit", #name, tests_unit_##name},
#include "tests_unit.def"
#undef X
#define X(name) {"live", #name, tests_live_##name},
#include "tests_live.def"
#undef X
#define X(name) {"lab", #name, tests_lab_##name},
#include "tests_lab.def"
#undef X
};

/* What a case tells its parent; shared memory, since the case is another process. */
struct report {
	char reason[256];
	unsigned passed, failed, skipped; /* by test_add_counts */
};

struct running {
	pid_t pid;
	const struct test_file *file;
	char name[128];
	FILE *output;
	struct report *report;
	struct timespec started;
};

struct options {
	unsigned parallel;
	bool list, valgrind;
	const char *kinds;
	char **filters;
	const char *program;
};

struct totals {
	unsigned passed, failed, skipped;
};

static struct report *report; /* of the case that this process is */

void test_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(report->reason, sizeof(report->reason), fmt, ap);
	va_end(ap);
	fflush(NULL);
	_exit(SKIPPED);
}

void test_add_counts(unsigned passed, unsigned failed, unsigned skipped)
{
	report->passed += passed;
	report->failed += failed;
	report->skipped += skipped;
}

void test_timeout(unsigned seconds)
{
	alarm(seconds);
}

const char *test_fixture(const char *name)
{
	static char path[PATH_MAX];
	const char *folder = getenv("CGBENCH_FIXTURES");

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : "bench/tests/fixtures", name);
	return path;
}

/* Whether a kind stands in a list such as "unit,lab". */
static bool has_kind(const char *kinds, const char *kind)
{
	size_t length = strlen(kind);

	for (const char *p = kinds; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, kind, length) == 0 && (p[length] == ',' || p[length] == '\0'))
			return true;
	}
	return false;
}

static bool wanted(const struct options *o, const char *name)
{
	if (!o->filters[0])
		return true;
	for (char **f = o->filters; *f; f++)
		if (strstr(name, *f))
			return true;
	return false;
}

/* In the child: the one case, its output into a file. */
static void run_case(const struct options *o, const struct running *r,
		     const struct CMUnitTest *test)
{
	dup2(fileno(r->output), STDOUT_FILENO);
	dup2(fileno(r->output), STDERR_FILENO);
	if (o->valgrind) {
		execlp("valgrind", "valgrind", "-q", "--error-exitcode=1", "--leak-check=full",
		       "--child-silent-after-fork=yes", o->program, "--one", r->file->kind, r->name,
		       NULL);
		perror("valgrind");
		_exit(1);
	}
	report = r->report;
	alarm(CASE_TIMEOUT_SEC);
	exit(_cmocka_run_group_tests(r->name, test, 1, NULL, NULL) ? 1 : 0);
}

static int start(const struct options *o, struct running *r, const struct test_file *file,
		 const struct CMUnitTest *test)
{
	r->file = file;
	snprintf(r->name, sizeof(r->name), "%s.%s", file->name, test->name);
	r->output = tmpfile();
	r->report = mmap(NULL, sizeof(*r->report), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!r->output || r->report == MAP_FAILED)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &r->started);
	fflush(NULL);
	r->pid = fork();
	if (r->pid == 0)
		run_case(o, r, test);
	return r->pid < 0 ? -1 : 0;
}

static void show_output(FILE *f)
{
	char line[4096];

	rewind(f);
	while (fgets(line, sizeof(line), f))
		printf("    %s", line);
}

static double seconds_since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t->tv_sec) + (double)(now.tv_nsec - t->tv_nsec) / 1e9;
}

static void finish(struct running *r, int status, struct totals *t)
{
	double seconds = seconds_since(&r->started);
	bool nested = r->report->passed + r->report->failed + r->report->skipped > 0;

	t->passed += r->report->passed;
	t->failed += r->report->failed;
	t->skipped += r->report->skipped;
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
		printf("skip    %s: %s\n", r->name, r->report->reason);
		t->skipped++;
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		printf("ok      %s (%.1f s)\n", r->name, seconds);
		t->passed++;
		if (nested)
			show_output(r->output);
	} else {
		printf("FAILED  %s (%.1f s)%s\n", r->name, seconds,
		       WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? ": timed out" : "");
		show_output(r->output);
		t->failed++;
	}
	fflush(stdout);
	fclose(r->output);
	munmap(r->report, sizeof(*r->report));
	r->pid = 0;
}

/* Waits until any case ends; returns its slot. */
static struct running *wait_one(struct running *slots, struct totals *t)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		if (pid < 0 && errno != EINTR)
			return NULL;
		for (unsigned i = 0; i < PARALLEL_MAX; i++) {
			if (pid > 0 && slots[i].pid == pid) {
				finish(&slots[i], status, t);
				return &slots[i];
			}
		}
	}
}

/* From the last file: the lab's cases take minutes, and a unit test fits in anywhere at the end. */
static int run_all(const struct options *o, struct totals *t)
{
	struct running slots[PARALLEL_MAX] = {0};
	unsigned busy = 0, seen = 0;

	for (size_t n = array_len(files); n-- > 0;) {
		const struct test_file *file = &files[o->list ? array_len(files) - 1 - n : n];
		const struct CMUnitTest *test = file->cases;
		for (; has_kind(o->kinds, file->kind) && test->name; test++) {
			char name[128];
			struct running *slot = &slots[busy];
			snprintf(name, sizeof(name), "%s.%s", file->name, test->name);
			if (!wanted(o, name))
				continue;
			seen++;
			if (o->list) {
				puts(name);
				continue;
			}
			if (busy == o->parallel)
				slot = wait_one(slots, t);
			else
				busy++;
			if (!slot || start(o, slot, file, test) < 0) {
				perror("cgtest");
				return -1;
			}
		}
	}
	while (wait_one(slots, t))
		;
	return (int)seen;
}

/* Under valgrind: this process is the case. */
static int run_here(const char *kind, const char *name)
{
	static struct report own;

	report = &own;
	for (size_t f = 0; f < array_len(files); f++) {
		for (const struct CMUnitTest *test = files[f].cases; test->name; test++) {
			char full[128];
			snprintf(full, sizeof(full), "%s.%s", files[f].name, test->name);
			if (strcmp(files[f].kind, kind) == 0 && strcmp(full, name) == 0)
				return _cmocka_run_group_tests(full, test, 1, NULL, NULL) ? 1 : 0;
		}
	}
	return EXIT_USAGE;
}

static int parse(int argc, char **argv, struct options *o)
{
	int i = 1;

	*o = (struct options){.parallel = 1, .program = argv[0]};
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-j") == 0 && i + 1 < argc)
			o->parallel = (unsigned)strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--list") == 0)
			o->list = true;
		else if (strcmp(argv[i], "--valgrind") == 0)
			o->valgrind = true;
		else
			return -1;
	}
	if (i >= argc || o->parallel < 1 || o->parallel > PARALLEL_MAX)
		return -1;
	o->kinds = argv[i];
	o->filters = &argv[i + 1];
	return 0;
}

int main(int argc, char **argv)
{
	struct options o;
	struct totals t = {0};
	int seen;

	if (argc == 4 && strcmp(argv[1], "--one") == 0)
		return run_here(argv[2], argv[3]);
	if (parse(argc, argv, &o) < 0) {
		fputs("usage: cgtest [-j N] [--list] [--valgrind] KIND[,KIND...] [FILTER...]\n"
		      "KIND: unit, live or lab\n",
		      stderr);
		return EXIT_USAGE;
	}
	seen = run_all(&o, &t);
	if (seen == 0)
		fprintf(stderr, "cgtest: no %s test matches\n", o.kinds);
	if (!o.list)
		printf("%u passed, %u failed, %u skipped\n", t.passed, t.failed, t.skipped);
	return seen <= 0 || t.failed ? 1 : 0;
}
