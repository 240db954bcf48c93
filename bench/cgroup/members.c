/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroup/members.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/scope.h"

enum { TOLD_MAX = 4, COMM_MAX = 16, WORD_MAX = 64 };

static FILE *open_of(const char *proc, int pid, const char *file)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s/%d/%s", proc, pid, file);
	return fopen(name, "re");
}

static bool group_in(const char *proc, int pid, char path[static PATH_MAX])
{
	scope_file FILE *f = open_of(proc, pid, "cgroup");
	char line[PATH_MAX];

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "0::/", 4) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(path, PATH_MAX, "%s", line + 4);
		return true;
	}
	return false;
}

bool members_group_of(pid_t pid, char path[static PATH_MAX])
{
	return group_in("/proc", pid, path);
}

/* Whole names only: "t1" is not in "t10", nor "a/t1" in "ba/t1". */
static bool is_within(const char *path, const char *group)
{
	const char *at = strstr(path, group);
	size_t n = strlen(group);

	return at && (at == path || at[-1] == '/') && (!at[n] || at[n] == '/');
}

static void read_line(const char *proc, int pid, const char *file, char *line, size_t size)
{
	scope_file FILE *f = open_of(proc, pid, file);

	if (!f || !fgets(line, (int)size, f))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

/* "12 cgwork (D, in do_exit)"; wchan is 0 for who runs and for who may not look. */
static void tell_one(const char *proc, int pid, FILE *to)
{
	char comm[COMM_MAX + 2], stat[512], wchan[WORD_MAX];
	const char *state;

	read_line(proc, pid, "comm", comm, sizeof(comm));
	read_line(proc, pid, "stat", stat, sizeof(stat));
	read_line(proc, pid, "wchan", wchan, sizeof(wchan));
	state = strrchr(stat, ')');
	fprintf(to, "%d %s (%c", pid, comm, state && state[1] ? state[2] : '?');
	if (wchan[0] && strcmp(wchan, "0") != 0)
		fprintf(to, ", in %s", wchan);
	fputc(')', to);
}

void members_tell(const char *proc, const char *path, char *text, size_t size)
{
	scope_dir DIR *dir = opendir(proc);
	scope_file FILE *to = fmemopen(text, size, "w");
	char group[PATH_MAX];
	unsigned n = 0;

	if (!dir || !to) {
		snprintf(text, size, "cannot say who");
		return;
	}
	for (struct dirent *d; (d = readdir(dir));) {
		int pid = isdigit((unsigned char)d->d_name[0]) ? atoi(d->d_name) : 0;
		if (!pid || !group_in(proc, pid, group) || !is_within(group, path))
			continue;
		if (n++ < TOLD_MAX) {
			fputs(n > 1 ? ", " : "", to);
			tell_one(proc, pid, to);
		}
	}
	if (n > TOLD_MAX)
		fprintf(to, " and %u more", n - TOLD_MAX);
	else if (n == 0)
		fputs("nobody in /proc", to);
}
