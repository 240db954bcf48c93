/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/io.h"

int output_open(const char *path, FILE **out, struct err *e)
{
	FILE *f = stdout;

	if (strcmp(path, "-") != 0) {
		int fd = io_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
		errno = fd < 0 ? -fd : 0;
		f = fd < 0 ? NULL : fdopen(fd, "w");
	}
	if (!f)
		return err_sys(e, "cannot write %s", path);
	*out = f;
	return 0;
}

int output_close(FILE *f, const char *path, int r, struct err *e)
{
	bool failed;
	int saved;

	if (f == stdout)
		return r;
	failed = fflush(f) != 0 || ferror(f);
	saved = errno;
	if (fclose(f) != 0 && !failed) {
		failed = true;
		saved = errno;
	}
	if (r < 0 || !failed)
		return r;
	errno = saved ? saved : EIO;
	return err_sys(e, "cannot write %s", path);
}

int output_json(json_t *value, struct err *e)
{
	int r = 0;

	if (!value)
		return err_no_memory(e);
	if (json_dumpf(value, stdout, JSON_INDENT(2)) < 0 || putchar('\n') == EOF)
		r = err_set(e, -EIO, "cannot print JSON");
	json_decref(value);
	return r;
}
