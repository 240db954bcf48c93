/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "cgbench/array.h"

/* A handler gets no argument, so what it sets cannot be but static. */
static volatile sig_atomic_t caught;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static void on_signal(int sig)
{
	if (caught) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	caught = sig;
}

int interrupt_install(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	for (size_t i = 0; i < array_len(signals); i++) {
		/* nohup and background jobs ask for a signal to be ignored; that stands. */
		struct sigaction old;
		if (sigaction(signals[i], NULL, &old) < 0)
			return -1;
		if (old.sa_handler == SIG_IGN)
			continue;
		if (sigaction(signals[i], &action, NULL) < 0)
			return -1;
	}
	/* Writing to a reader that left is an error to report, not a death. */
	return signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0;
}

bool interrupted(void)
{
	return caught != 0;
}

void interrupt_reset(void)
{
	for (size_t i = 0; i < array_len(signals); i++)
		signal(signals[i], SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
}
