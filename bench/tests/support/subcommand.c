/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/subcommand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

enum { ARGS_MAX = 64 };

static char *read_all(FILE *f)
{
	char *text = NULL;
	size_t size = 0;

	rewind(f);
	if (getdelim(&text, &size, '\0', f) < 0) {
		free(text);
		text = calloc(1, 1);
	}
	fclose(f);
	return text;
}

static void run_here(const struct command *c, const char *const *args, FILE *out, FILE *err)
{
	char name[64], *argv[ARGS_MAX + 2] = {name};
	int argc = 1;

	snprintf(name, sizeof(name), "cgbench %s", c->name);
	/* Copied, since a parser may write to its arguments. */
	for (; args[argc - 1] && argc <= ARGS_MAX; argc++)
		argv[argc] = strdup(args[argc - 1]);
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(err), STDERR_FILENO);
	argc = c->run(argc, argv);
	for (char **a = argv + 1; *a; a++)
		free(*a);
	exit(argc);
}

struct subcommand subcommand_run(const struct command *c, const char *const *args)
{
	FILE *out = tmpfile(), *err = tmpfile();
	struct subcommand r;
	pid_t pid;
	int status;

	assert_non_null(out);
	assert_non_null(err);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_here(c, args, out, err);
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	r.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	r.out = read_all(out);
	r.err = read_all(err);
	return r;
}

void subcommand_free(struct subcommand *r)
{
	free(r->out);
	free(r->err);
	*r = (struct subcommand){0};
}
