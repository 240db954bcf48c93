/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/exit.h"
#include "tests/support/proc.h"
#include "tests/test.h"

/* The lab gives up first, and says why; a busy machine can make an exact run many times longer. */
#define LAB_TIMEOUT_SEC "1700"
enum { CASE_TIMEOUT_SEC = 1800, ARGS_MAX = 48 };

struct args {
	const char *v[ARGS_MAX];
	size_t n;
};

static void add(struct args *a, const char *option, const char *value)
{
	if (!value)
		return;
	assert_true(a->n + 3 < ARGS_MAX);
	a->v[a->n++] = option;
	a->v[a->n++] = value;
}

int lab_run(const struct lab *lab, const char *command, char **output)
{
	struct args a = {.v = {"scripts/lab"}, .n = 1};
	struct proc p;
	int code;

	test_timeout(CASE_TIMEOUT_SEC);
	add(&a, "--timeout", LAB_TIMEOUT_SEC);
	add(&a, "--kernel", lab->kernel);
	add(&a, "--cpus", lab->cpus);
	add(&a, "--sockets", lab->sockets);
	add(&a, "--cores", lab->cores);
	add(&a, "--threads", lab->threads);
	add(&a, "--nodes", lab->nodes);
	add(&a, "--cmdline", lab->cmdline);
	add(&a, "--out", lab->out ? lab->out : "build/lab/thrown-away");
	for (const char *const *i = lab->include; i && *i; i++)
		add(&a, "--include", *i);
	add(&a, "--", "sh");
	add(&a, "-c", command);
	p = proc_run(a.v);
	code = p.code;
	printf("%s", p.output);
	/* The lab's own 77 and the guest's look alike but for this line. */
	if (code == EXIT_CANNOT && strstr(p.output, "exit 77 is from the lab"))
		test_skip("%.*s", (int)strcspn(p.output, "\n"), p.output);
	if (output)
		*output = p.output;
	else
		proc_free(&p);
	return code;
}

/* The closing line: "N passed, N failed, N skipped". */
static void add_counts(const char *output)
{
	unsigned passed = 0, failed = 0, skipped = 0, seen = 0;

	for (const char *line = output; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%u passed, %u failed, %u skipped", &passed, &failed, &skipped) ==
		    3)
			seen++;
	}
	if (seen != 1)
		fail_msg("the live tests did not come to their end");
	test_add_counts(passed, failed, skipped);
}

void lab_run_tests(const struct lab *lab, const char *filter)
{
	static const char *const programs[] = {"build/release/cgtest", NULL};
	struct lab with = *lab;
	char command[256];
	char *output = NULL;
	int code;

	with.include = programs;
	snprintf(command, sizeof(command), "exec env %s cgtest live %s", with.env ? with.env : "",
		 filter);
	code = lab_run(&with, command, &output);
	add_counts(output);
	free(output);
	/* What failed there is counted there: this test only says that it was run. */
	assert_true(code == 0 || code == 1);
}
