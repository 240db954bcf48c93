/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/protect.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/scope.h"

static bool set_score(int score)
{
	scope_fd int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	char text[16];

	snprintf(text, sizeof(text), "%d", score);
	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

void protect_from_oom(void)
{
	/* It takes CAP_SYS_RESOURCE. Without it the harness is like any other process. */
	if (!set_score(-1000))
		return;
}

/* The kernel's own top of the hard limit (fs.nr_open); 0: not told. */
static rlim_t files_top(void)
{
	scope_file FILE *f = fopen("/proc/sys/fs/nr_open", "re");
	unsigned long long top = 0;

	return f && fscanf(f, "%llu", &top) == 1 ? (rlim_t)top : 0;
}

int protect_raise_files(struct rlimit *found, struct err *e)
{
	rlim_t top = files_top();
	struct rlimit want;

	if (getrlimit(RLIMIT_NOFILE, found) < 0)
		return err_sys(e, "cannot read the limit of open files");
	want = (struct rlimit){found->rlim_max, found->rlim_max};
	if (top > found->rlim_max) {
		struct rlimit more = {top, top};
		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			return 0; /* root may */
	}
	if (setrlimit(RLIMIT_NOFILE, &want) < 0)
		return err_sys(e, "cannot raise the limit of open files to %llu",
			       (unsigned long long)want.rlim_max);
	return 0;
}

bool protect_undo(int oom_score_adj, const struct rlimit *files)
{
	bool done = set_score(oom_score_adj);

	/* Lowering it always works. */
	if (files)
		setrlimit(RLIMIT_NOFILE, files);
	return done || oom_score_adj == 0;
}
