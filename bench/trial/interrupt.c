/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "cgbench/array.h"

/* A handler gets no argument, so what it sets cannot be but static. */
static volatile sig_atomic_t caught;

/* What nohup, a background job or whoever started us asked to be ignored: children inherit it. */
static sigset_t ignored_before;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

/* An error of the write is a thing to report, not a death: a reader that left, `ulimit -f`. */
static const int errors[] = {SIGPIPE, SIGXFSZ};

static void on_signal(int sig)
{
	if (caught) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	caught = sig;
}

static int take(int sig, const struct sigaction *action, bool always)
{
	struct sigaction old;

	if (sigaction(sig, NULL, &old) < 0)
		return -1;
	if (old.sa_handler == SIG_IGN)
		sigaddset(&ignored_before, sig);
	return old.sa_handler == SIG_IGN && !always ? 0 : sigaction(sig, action, NULL);
}

int interrupt_install(void)
{
	const struct sigaction flag = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
	int r = 0;

	sigemptyset(&ignored_before);
	for (size_t i = 0; r == 0 && i < array_len(signals); i++)
		r = take(signals[i], &flag, false);
	for (size_t i = 0; r == 0 && i < array_len(errors); i++)
		r = take(errors[i], &ignore, true);
	return r;
}

bool interrupted(void)
{
	return caught != 0;
}

static void reset(int sig)
{
	if (!sigismember(&ignored_before, sig))
		signal(sig, SIG_DFL);
}

void interrupt_reset(void)
{
	for (size_t i = 0; i < array_len(signals); i++)
		reset(signals[i]);
	for (size_t i = 0; i < array_len(errors); i++)
		reset(errors[i]);
}
