/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reap: live_reap(), which notes how each process of a trial ended, and when. */
#include <sys/wait.h>

#include "cgbench/clock.h"
#include "trial/errand.h"
#include "trial/live.h"

static void note_exit(struct live *l, pid_t pid, int status, const struct rusage *usage)
{
	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		struct group_data *data = &l->data->groups[g];
		if (l->groups[g].child.pid != pid || data->exited)
			continue;
		data->exited = true;
		data->exit_status = status;
		data->usage = *usage;
		data->exit_nsec = now_nsec();
	}
}

void live_reap(struct live *l)
{
	struct rusage usage;
	int status;
	pid_t pid;

	/* The guardian is a child too; it ends only after being dismissed, or after us. */
	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
		note_exit(l, pid, status, &usage);
		errand_note_exit(l, pid, status);
	}
}
