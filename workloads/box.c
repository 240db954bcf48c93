/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "box.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"

enum { AWAIT_NSEC_PER_LOOK = 1000000, AWAIT_LOOKS = 10000, PATHS = 4 };

/* "A B ROOT MOUNT OPTIONS ... - TYPE SOURCE SUPER" of /proc/self/mountinfo (proc(5)). */
static bool read_mount(const char *line, struct box *b)
{
	const char *rest = strstr(line, " - cgroup2 ");
	char options[sizeof(b->options)];

	if (!rest || sscanf(line, "%*s %*s %*s %*s %4095s", b->mount) != 1 ||
	    sscanf(rest, " - cgroup2 %*s %255s", options) != 1)
		return false;
	snprintf(b->options, sizeof(b->options), "%s", options);
	return true;
}

static bool find_mount(struct box *b)
{
	scope_file FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[2 * PATH_MAX];

	while (f && fgets(line, sizeof(line), f))
		if (read_mount(line, b))
			return true;
	return false;
}

/* The parent of our own group. */
static bool find_own(struct box *b)
{
	scope_file FILE *f = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX + 8];

	while (f && fgets(line, sizeof(line), f)) {
		char *slash;
		if (strncmp(line, "0::/", 4) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		slash = strrchr(line + 3, '/');
		snprintf(b->own, sizeof(b->own), "%s", slash + 1);
		*slash = '\0';
		return snprintf(b->path, sizeof(b->path), "%s%s", b->mount, line + 3) <
		       (int)sizeof(b->path);
	}
	return false;
}

/*
 * Below a run's root, "cgbench-PID-START": by hand the groups beside its own are somebody else's,
 * the machine's own services at worst, and what is made there nobody removes.
 */
static bool is_in_trial(const struct box *b)
{
	return strstr(b->path + strlen(b->mount), "/cgbench-") != NULL;
}

void box_open(struct work *w, struct box *b)
{
	*b = (struct box){.work = w};
	if (!find_mount(b) || !find_own(b) || !is_in_trial(b))
		work_skip(w, "it makes and kills groups, and so runs in a trial of cgbench only");
	if (access(box_path(b, "", "cgroup.subtree_control"), W_OK) < 0)
		work_skip(w, "no cgroup2 mount on which the probe could make groups");
}

bool box_has_option(const struct box *b, const char *option)
{
	size_t n = strlen(option);

	for (const char *p = b->options; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, option, n) == 0 && (!p[n] || p[n] == ','))
			return true;
	}
	return false;
}

const char *box_path(const struct box *b, const char *group, const char *file)
{
	static _Thread_local char paths[PATHS][2 * PATH_MAX];
	static _Thread_local unsigned next;
	char *path = paths[next++ % PATHS];

	snprintf(path, sizeof(paths[0]), "%s%s%s%s%s", b->path, *group ? "/" : "", group,
		 file ? "/" : "", file ? file : "");
	return path;
}

int box_mkdir(const struct box *b, const char *group)
{
	return mkdir(box_path(b, group, NULL), 0755) < 0 ? errno : 0;
}

void box_make(const struct box *b, const char *group)
{
	int r = box_mkdir(b, group);

	if (r)
		work_fail(b->work, "cannot make the group %s: %s", group, strerror(r));
}

int box_rmdir(const struct box *b, const char *group)
{
	return rmdir(box_path(b, group, NULL)) < 0 ? errno : 0;
}

int box_write(const struct box *b, const char *group, const char *file, const char *text)
{
	scope_fd int fd = open(box_path(b, group, file), O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;
}

void box_set(const struct box *b, const char *group, const char *file, const char *text)
{
	int r = box_write(b, group, file, text);

	if (r)
		work_fail(b->work, "cannot write '%s' to %s/%s: %s", text, group, file,
			  strerror(r));
}

bool box_has(const struct box *b, const char *group, const char *file)
{
	return access(box_path(b, group, file), F_OK) == 0;
}

static bool read_text(const struct box *b, const char *group, const char *file,
		      char buf[static BOX_TEXT_MAX])
{
	scope_fd int fd = open(box_path(b, group, file), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, BOX_TEXT_MAX - 1);

	if (n < 0)
		return false;
	if (n && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return true;
}

const char *box_text(const struct box *b, const char *group, const char *file,
		     char buf[static BOX_TEXT_MAX])
{
	if (!read_text(b, group, file, buf))
		work_fail(b->work, "cannot read %s/%s: %s", group, file, strerror(errno));
	return buf;
}

/* The line that begins with the whole key. */
static const char *find_key(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (; text && *text; text = strchr(text, '\n'), text += text ? 1 : 0)
		if (strncmp(text, key, n) == 0 && text[n] == ' ')
			return text + n + 1;
	return NULL;
}

long box_number(const struct box *b, const char *group, const char *file, const char *key)
{
	char text[BOX_TEXT_MAX], *end;
	const char *from = NULL;
	long v;

	if (read_text(b, group, file, text))
		from = key ? find_key(text, key) : text;
	if (!from)
		return BOX_ABSENT;
	v = strtol(from, &end, 10);
	return end == from ? BOX_ABSENT : v;
}

long box_lines(const struct box *b, const char *group, const char *file)
{
	scope_file FILE *f = fopen(box_path(b, group, file), "re");
	long n = 0;

	if (!f)
		work_fail(b->work, "cannot read %s/%s: %s", group, file, strerror(errno));
	for (int c; (c = getc(f)) != EOF;)
		n += c == '\n';
	return n;
}

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = AWAIT_NSEC_PER_LOOK}, NULL);
}

bool box_await(const struct box *b, const char *group, const char *file, const char *key,
	       long value)
{
	for (int i = 0; i < AWAIT_LOOKS; i++, nap())
		if (box_number(b, group, file, key) == value)
			return true;
	return false;
}

bool box_await_text(const struct box *b, const char *group, const char *file, const char *text)
{
	char now[BOX_TEXT_MAX];

	for (int i = 0; i < AWAIT_LOOKS; i++, nap()) {
		box_text(b, group, file, now);
		if (strcmp(now, text) == 0)
			return true;
	}
	return false;
}

bool box_await_lines(const struct box *b, const char *group, const char *file, long lines)
{
	for (int i = 0; i < AWAIT_LOOKS; i++, nap())
		if (box_lines(b, group, file) == lines)
			return true;
	return false;
}

int box_enter(const struct box *b, const char *group, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return box_write(b, group, "cgroup.procs", text);
}

pid_t box_clone_at(int group_fd, int (*fn)(void *arg), void *arg)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)group_fd};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(fn(arg));
	return pid < 0 ? -errno : (pid_t)pid;
}

pid_t box_clone(const struct box *b, const char *group, int (*fn)(void *arg), void *arg)
{
	scope_fd int fd = open(box_path(b, group, NULL), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : box_clone_at(fd, fn, arg);
}

pid_t box_spawn(const struct box *b, const char *group, int (*fn)(void *arg), void *arg)
{
	pid_t pid = box_clone(b, group, fn, arg);

	if (pid < 0)
		work_fail(b->work, "cannot start a process in %s: %s", group, strerror(-pid));
	return pid;
}

int box_pause(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

int box_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

pid_t box_fork(const struct box *b, const char *group, int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (pid == 0) {
		int r = box_write(b, group, "cgroup.procs", "0");
		_exit(r ? r : fn(arg));
	}
	if (pid < 0)
		work_fail(b->work, "cannot fork: %s", strerror(errno));
	return pid;
}

int box_try(const struct box *b, const char *group, int (*fn)(void *arg), void *arg)
{
	return box_wait(box_fork(b, group, fn, arg));
}
