/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lab: for tests on this machine that boot another one. Skips where the lab cannot run. */
#ifndef CGBENCH_TEST_LAB_H
#define CGBENCH_TEST_LAB_H

struct lab {
	const char *kernel; /* "6.1" */
	const char *cpus;   /* "4"; or a topology: */
	const char *sockets, *cores, *threads, *nodes;
	const char *cmdline; /* more kernel arguments */
	const char *out;     /* where /out comes back to; NULL: a folder that is thrown away */
	const char *env;     /* "NAME=value" for the live tests there; NULL: none */
	const char *const *include; /* programs, NULL-terminated; NULL: none */
};

/*
 * Runs a shell command in the lab; returns its exit code. What it printed goes to the test's
 * output, and to *output when that is not NULL (the caller frees it).
 */
int lab_run(const struct lab *lab, const char *command, char **output);

/* Runs `cgtest live FILTER` there and adds its counts to this test's. Fails when one failed. */
void lab_run_tests(const struct lab *lab, const char *filter);

#endif
