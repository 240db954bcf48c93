/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/protect.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/scope.h"

static void set_score(const char *score)
{
	scope_fd int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	/* Lowering it takes CAP_SYS_RESOURCE. Without it the harness is like any other process. */
	if (fd >= 0 && write(fd, score, strlen(score)) < 0)
		return;
}

void protect_from_oom(void)
{
	set_score("-1000");
}

void protect_undo(void)
{
	set_score("0");
}
