/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shipped.h"
#include "cgbench/scope.h"

enum { TIMEOUT_SEC = 60, SETTINGS_MAX = 2 * PATH_MAX + 256 };

/*
 * In the child. Its alarm survives exec, so a gnuplot that hangs ends by itself. Why it cannot be
 * run goes through a pipe that exec closes: an exit code could be gnuplot's own, or a checker's.
 */
static _Noreturn void exec_gnuplot(int dirfd, int output, int failed, char *const *argv)
{
	ssize_t told;

	/* Numbers with a point and messages that we can quote, whatever the user's language. */
	if (setenv("LC_ALL", "C.UTF-8", 1) == 0 && unsetenv("GNUTERM") == 0 &&
	    dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0 &&
	    (dirfd < 0 || fchdir(dirfd) == 0)) {
		signal(SIGPIPE, SIG_DFL);
		alarm(TIMEOUT_SEC);
		execvp(argv[0], argv);
	}
	told = write(failed, &(int){errno}, sizeof(int));
	_exit(told == sizeof(int) ? EXIT_FAILURE : 126);
}

static int wait_for(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* What stopped exec, as the child told it; 0: nothing did. */
static int exec_failure(int failed)
{
	int code = 0;

	return TEMP_FAILURE_RETRY(read(failed, &code, sizeof(code))) == sizeof(code) ? code : 0;
}

static int run(int dirfd, char *const *argv, int output, int *status, struct err *e)
{
	int failed[2], code, r;
	pid_t pid;

	if (pipe2(failed, O_CLOEXEC) < 0)
		return err_sys(e, "cannot start gnuplot: pipe");
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		exec_gnuplot(dirfd, output, failed[1], argv);
	r = pid < 0 ? err_sys(e, "cannot start gnuplot") : 0;
	close(failed[1]);
	code = r == 0 ? exec_failure(failed[0]) : 0;
	close(failed[0]);
	if (r < 0)
		return r;
	r = wait_for(pid, status);
	if (r < 0)
		return err_set(e, r, "cannot wait for gnuplot: %s", strerror(-r));
	if (code == ENOENT)
		return err_set(e, -ENOSYS,
			       "gnuplot is not installed (Debian: apt install gnuplot-nox)");
	return code ? err_set(e, -code, "cannot run gnuplot: %s", strerror(code)) : 0;
}

/* The first line of what it printed that is not empty; what follows repeats the command. */
static void first_line(int output, char *line, size_t size)
{
	char text[1024];
	ssize_t n = pread(output, text, sizeof(text) - 1, 0);
	const char *begin = text;

	text[n > 0 ? n : 0] = '\0';
	for (const char *at = text; at && *at; at = strchr(at, '\n')) {
		at += strspn(at, "\n");
		begin = at;
		/* The script's line is echoed with a caret below it; the message names the file. */
		if (*at == '"' || strstr(at, "line ") == at)
			break;
	}
	snprintf(line, size, "%.*s", (int)strcspn(begin, "\n"), begin);
}

int gnuplot_check(struct err *e)
{
	char *const argv[] = {(char[]){"gnuplot"}, (char[]){"--version"}, NULL};
	scope_fd int output = memfd_create("gnuplot", MFD_CLOEXEC);
	int status = 0, r = output < 0 ? err_sys(e, "memfd_create") : 0;

	return r < 0 ? r : run(-1, argv, output, &status, e);
}

int gnuplot_set(char *settings, size_t size, const char *name, const char *text, struct err *e)
{
	size_t used = strlen(settings);
	int n = snprintf(settings + used, size - used, "%s = '", name);

	used += n < 0 ? size : (size_t)n;
	/* In single quotes nothing is special but the quote; see chart.c. */
	for (; *text && used + 5 < size; text++) {
		settings[used++] = *text == '\n' ? ' ' : *text;
		if (*text == '\'')
			settings[used++] = '\'';
	}
	if (*text || used + 4 > size)
		return err_set(e, -ENAMETOOLONG, "%s is too long for gnuplot", name);
	memcpy(settings + used, "'; ", 4);
	return 0;
}

int gnuplot_run(int dirfd, const char *script, const char *settings, struct err *e)
{
	char *const argv[] = {(char[]){"gnuplot"}, (char[]){"--default-settings"},
			      (char[]){"-e"},      (char *)settings,
			      (char *)script,      NULL};
	scope_fd int output = memfd_create("gnuplot", MFD_CLOEXEC);
	int status = 0, r = output < 0 ? err_sys(e, "memfd_create") : 0;
	char line[512];

	if (r == 0)
		r = run(dirfd, argv, output, &status, e);
	if (r < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return r;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return err_set(e, -ETIME, "%s: gnuplot took more than %d s", script, TIMEOUT_SEC);
	first_line(output, line, sizeof(line));
	return err_set(e, -EIO, "%s: gnuplot failed: %s", script, line);
}

/* The shipped scripts' folder as an absolute path, since gnuplot runs elsewhere. */
static int find_scripts(char folder[static PATH_MAX], struct err *e)
{
	char found[PATH_MAX];
	int r = data_path(DATA_PLOTS, found, sizeof(found), e);

	if (r == 0 && !realpath(found, folder))
		r = err_sys(e, "cannot find %s", found);
	return r;
}

int gnuplot_folder(const char *path, struct err *e)
{
	int fd;

	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_sys(e, "cannot make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "cannot draw into %s", path) : fd;
}

static int draw(int dirfd, const char *script, const char *name, const char *format, struct err *e)
{
	char settings[SETTINGS_MAX] = "", folder[PATH_MAX], path[PATH_MAX];
	int r = find_scripts(folder, e);

	if (r < 0)
		return r;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, script) >= sizeof(path))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", folder);
	r = gnuplot_set(settings, sizeof(settings), "format", format, e);
	if (r == 0)
		r = gnuplot_set(settings, sizeof(settings), "name", name, e);
	if (r == 0)
		r = gnuplot_set(settings, sizeof(settings), "folder", folder, e);
	return r < 0 ? r : gnuplot_run(dirfd, path, settings, e);
}

int gnuplot_draw(int dirfd, const char *script, const char *name, struct err *e)
{
	int r = draw(dirfd, script, name, "png", e);

	return r < 0 ? r : draw(dirfd, script, name, "svg", e);
}
