/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proc: runs a program for a test and keeps what it printed. */
#ifndef CGBENCH_TEST_PROC_H
#define CGBENCH_TEST_PROC_H

#include <sys/types.h>

struct proc {
	int code;     /* exit code; 128+N for signal N */
	char *output; /* stdout and stderr, as they came */
};

/* argv ends with NULL; a program without a slash is searched in PATH. Fails the test if it cannot.
 */
struct proc proc_run(const char *const *argv);
void proc_free(struct proc *p);

#define PROC(...) proc_run((const char *const[]){__VA_ARGS__, NULL})

/* The cgbench that was built beside this cgtest. */
const char *proc_cgbench(void);

/* Counts processes whose name begins so, and sends them a signal if that is not 0. */
unsigned proc_named(const char *name, int sig);

/* Starts it without waiting; its output goes where the test's goes. */
pid_t proc_start(const char *const *argv);

#endif
