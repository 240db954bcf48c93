/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/capture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int capture_open(struct err *e)
{
	int fd = memfd_create("cgbench-output", MFD_CLOEXEC);

	return fd < 0 ? err_sys(e, "cannot keep the output of a program") : fd;
}

void capture_trim(int fd, off_t *freed)
{
	struct stat st;
	off_t until;

	if (fstat(fd, &st) < 0 || st.st_size - *freed < 2 * CAPTURE_KEPT_BYTES)
		return;
	until = st.st_size - CAPTURE_KEPT_BYTES;
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, *freed, until - *freed) == 0)
		*freed = until;
}

char *capture_read(int fd, size_t bytes)
{
	off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
	off_t from = size > (off_t)bytes ? size - (off_t)bytes : 0;
	char *text = size > 0 ? malloc(bytes + 1) : NULL;
	ssize_t n = text ? pread(fd, text, bytes, from) : 0;

	if (n <= 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

char *capture_text(int fd, size_t bytes)
{
	char *text = capture_read(fd, bytes);

	for (unsigned char *c = (unsigned char *)text; c && *c; c++)
		if ((*c < ' ' && *c != '\n' && *c != '\t') || *c >= 0x7f)
			*c = '?';
	return text;
}
