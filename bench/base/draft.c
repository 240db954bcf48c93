/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cgbench/scope.h"

int draft_begin(int into, struct draft *out, struct err *e)
{
	static unsigned count;
	struct draft d = {.into = into};

	/* One that a killed process of this number left is not ours. */
	do
		snprintf(d.name, sizeof(d.name), ".draft-%d-%u", (int)getpid(), ++count);
	while (mkdirat(into, d.name, 0700) < 0 && errno == EEXIST);
	d.fd = openat(into, d.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d.fd < 0) {
		int r = err_sys(e, "cannot make the folder %s", d.name);
		unlinkat(into, d.name, AT_REMOVEDIR);
		return r;
	}
	*out = d;
	return 0;
}

/* Calls take() for each file; its first error ends it. */
static int each_file(const struct draft *d, int (*take)(const struct draft *, const char *),
		     struct err *e)
{
	scope_fd int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scope_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir)
		return err_sys(e, "cannot list the folder %s", d->name);
	steal_fd(&fd);
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (take(d, entry->d_name) < 0)
			return err_sys(e, "cannot write %s", entry->d_name);
	}
	return 0;
}

static int move_out(const struct draft *d, const char *name)
{
	return renameat(d->fd, name, d->into, name);
}

static int remove_file(const struct draft *d, const char *name)
{
	return unlinkat(d->fd, name, 0);
}

int draft_commit(const struct draft *d, struct err *e)
{
	return each_file(d, move_out, e);
}

void draft_end(struct draft *d)
{
	if (d->fd < 0)
		return;
	each_file(d, remove_file, NULL);
	close(d->fd);
	d->fd = -1;
	unlinkat(d->into, d->name, AT_REMOVEDIR);
}
