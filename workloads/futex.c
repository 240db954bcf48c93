/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * futex: a storm on the kernel's futex hash. Every operation enters the kernel, takes the lock of
 * the word's hash bucket, and finds nothing to do there: a wait for a value that the word does not
 * have (EAGAIN), and a wake of nobody (futex(2)). On one word all threads fight for one bucket.
 * Shared words hash into a table that the whole machine has in common; private ones did so, too,
 * until processes got tables of their own (Linux 6.16). Two operations a round.
 */
#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgbench/workload.h"

enum { PARAM_WORD, PARAM_SCOPE };
enum { WORD_ONE, WORD_OWN };
enum { SCOPE_PRIVATE, SCOPE_SHARED };
enum { ROUNDS = 32 };

/* Two words of the page that never change while it runs, and a value that each does not have. */
static const void *word_of(const struct work *w, uint32_t *other)
{
	*other = 0;
	return w->param[PARAM_WORD] == WORD_ONE ? (const void *)&w->page->magic
						: &w->page->thread[w->thread].tid;
}

static uint64_t futex_step(struct work *w)
{
	long flag = w->param[PARAM_SCOPE] == SCOPE_PRIVATE ? FUTEX_PRIVATE_FLAG : 0;
	uint32_t other;
	const void *word = word_of(w, &other);

	for (int i = 0; i < ROUNDS; i++) {
		long waited = syscall(SYS_futex, word, FUTEX_WAIT | flag, other, NULL);
		if (waited == 0 || errno != EAGAIN)
			work_fail(w, "futex: a wait for another value did not say EAGAIN");
		if (syscall(SYS_futex, word, FUTEX_WAKE | flag, 1) != 0)
			work_fail(w, "futex: a wake of nobody: %s", strerror(errno));
	}
	return 2 * ROUNDS;
}

static const struct param futex_params[] = {
	[PARAM_WORD] = {.name = "word",
			.summary = "one for all threads, or each thread its own",
			.choices =
				(const char *const[]){[WORD_ONE] = "one", [WORD_OWN] = "own", NULL},
			.fallback = "one"},
	[PARAM_SCOPE] =
		{.name = "scope",
		 .summary = "of this process only, or such as processes share",
		 .choices =
			 (const char *const[]){
				 [SCOPE_PRIVATE] = "private", [SCOPE_SHARED] = "shared", NULL},
		 .fallback = "shared"},
	{0},
};

const struct workload workload_futex = {
	.name = "futex",
	.summary = "enters the futex hash of the kernel, again and again",
	.params = futex_params,
	.saturates = true,
	.step = futex_step,
};
