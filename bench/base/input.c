/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "cgbench/scope.h"

int input_open(const char *path, struct err *e)
{
	/* Not to wait for whoever writes to a pipe; a regular file knows no waiting. */
	scope_fd int fd = io_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;

	if (fd < 0)
		return err_set(e, fd, "cannot read %s: %s", path, strerror(-fd));
	if (fstat(fd, &st) < 0)
		return err_sys(e, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, "cannot read %s: not a regular file", path);
	return steal_fd(&fd);
}

int input_file(const char *path, FILE **out, struct err *e)
{
	scope_fd int fd = input_open(path, e);
	FILE *f;

	if (fd < 0)
		return fd;
	f = fdopen(fd, "r");
	if (!f)
		return err_sys(e, "cannot read %s", path);
	steal_fd(&fd);
	*out = f;
	return 0;
}

int input_json(const char *path, json_t **out, struct err *e)
{
	scope_fd int fd = input_open(path, e);
	json_error_t why;
	json_t *j;

	if (fd < 0)
		return fd;
	j = json_loadfd(fd, 0, &why);
	if (!j)
		return err_set(e, -EINVAL, "%s:%d:%d: %s", path, why.line, why.column, why.text);
	if (!json_is_object(j)) {
		json_decref(j);
		return err_set(e, -EINVAL, "%s:1:1: expected a JSON object", path);
	}
	*out = j;
	return 0;
}
