/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * restless: loaded into QEMU, it has the main loop turn every 20 us, with or without a reason. What
 * two threads of the emulator can do to each other once in minutes then happens in each run.
 */
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	static int (*real)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
	static const struct timespec soon = {.tv_nsec = 20000};

	(void)timeout;
	if (!real)
		real = (int (*)(struct pollfd *, nfds_t, const struct timespec *,
				const sigset_t *))dlsym(RTLD_NEXT, "ppoll");
	return real(fds, n, &soon, mask);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	(void)timeout;
	return ppoll(fds, n, NULL, NULL);
}
