/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hold_bql: loaded into QEMU (LD_PRELOAD), it makes the exact lab exact. The thread that runs the
 * virtual CPUs keeps QEMU's big lock, the BQL, for as long as any of them has something to do.
 *
 * With -icount and sleep=off two threads move virtual time: this one, by the instructions of each
 * slice, once the slice is over; and the main loop, which on each of its turns lets time jump to
 * the next timer if all CPUs are halted. A CPU is marked as halted some microseconds before its
 * slice is counted. A turn of the main loop just then jumps from too early a time, the slice is
 * added on top, and the timer comes late by as many instructions. It takes minutes to happen: of
 * thirty guests of a minute each, made twice, five differed.
 *
 * Held so, the main loop has its turns only while nothing runs. Nothing is lost by that: timers
 * that are due while CPUs run are run by their own thread, and the lab's devices answer within the
 * access (there is no ioeventfd). Only SIGTERM has to wait, for which the lab has a SIGKILL; and
 * the guest's reset, which the main loop carries out: it stops one CPU, and another that waits for
 * an answer from that one would be busy for ever. So the lock is given back once an end is asked
 * for.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static struct {
	int (*lock)(pthread_mutex_t *);
	int (*unlock)(pthread_mutex_t *);
	int (*wait)(pthread_cond_t *, pthread_mutex_t *);
} libc;

/* QEMU's own, exported for its modules: why it is to end, 0: it is not. NULL: it has none. */
static int (*end_requested)(void);

/* What the thread that runs the CPUs waits with when all are idle, and holds ever after. */
static _Thread_local const pthread_mutex_t *held;
static _Thread_local bool ended; /* and it is given back for good */

/* Others lock something before any constructor of this library has run. */
static void find_libc(void)
{
	if (libc.wait)
		return;
	libc.lock = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_lock");
	libc.unlock = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_unlock");
	/* The plain name may give an older one, whose conditions have another layout. */
	libc.wait = (int (*)(pthread_cond_t *, pthread_mutex_t *))dlvsym(
		RTLD_NEXT, "pthread_cond_wait", "GLIBC_2.3.2");
	if (!libc.lock || !libc.unlock || !libc.wait)
		abort();
	end_requested = (int (*)(void))dlsym(RTLD_DEFAULT, "qemu_shutdown_requested_get");
}

/* By the name that QEMU gives it with debug-threads=on: "ALL CPUs/TCG". */
static bool runs_cpus(void)
{
	static const char suffix[] = "/TCG";
	char name[16] = "";
	size_t n;

	pthread_getname_np(pthread_self(), name, sizeof(name));
	n = strlen(name);
	return n >= strlen(suffix) && strcmp(name + n - strlen(suffix), suffix) == 0;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	find_libc();
	if (!held && !ended && runs_cpus())
		held = mutex;
	return libc.wait(cond, mutex);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	find_libc();
	return mutex == held ? 0 : libc.lock(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	find_libc();
	if (mutex == held && !(end_requested && end_requested()))
		return 0;
	if (mutex == held) {
		held = NULL;
		ended = true;
	}
	return libc.unlock(mutex);
}
