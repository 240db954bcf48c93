/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/proc.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

pid_t proc_start(const char *const *argv)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		execvp(argv[0], (char *const *)argv);
		perror(argv[0]);
		_exit(127);
	}
	return pid;
}

static char *read_all(FILE *f)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t n;

	rewind(f);
	n = getdelim(&text, &size, '\0', f);
	if (n >= 0)
		return text;
	free(text);
	return calloc(1, 1);
}

struct proc proc_run(const char *const *argv)
{
	FILE *f = tmpfile();
	struct proc p = {0};
	pid_t pid;
	int status;

	assert_non_null(f);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fileno(f), STDOUT_FILENO);
		dup2(fileno(f), STDERR_FILENO);
		execvp(argv[0], (char *const *)argv);
		perror(argv[0]);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	p.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	p.output = read_all(f);
	fclose(f);
	return p;
}

const char *proc_cgbench(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof("cgbench"));

	assert_true(n > 0);
	path[n] = '\0';
	memcpy(strrchr(path, '/') + 1, "cgbench", sizeof("cgbench"));
	return path;
}

void proc_free(struct proc *p)
{
	free(p->output);
	p->output = NULL;
}

unsigned proc_named(const char *name, int sig)
{
	DIR *dir = opendir("/proc");
	unsigned n = 0;

	assert_non_null(dir);
	for (const struct dirent *d; (d = readdir(dir));) {
		char path[300], comm[64] = "";
		FILE *f;
		snprintf(path, sizeof(path), "/proc/%.200s/comm", d->d_name);
		f = d->d_name[0] >= '1' && d->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		if (fgets(comm, sizeof(comm), f) && strncmp(comm, name, strlen(name)) == 0) {
			n++;
			kill((pid_t)strtol(d->d_name, NULL, 10), sig);
		}
		fclose(f);
	}
	closedir(dir);
	return n;
}
