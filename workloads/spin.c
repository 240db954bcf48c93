/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spin: threads that never have enough CPU, the subject of every quota. It imitates a compute-bound
 * service; one operation is one iteration of a dependent chain (chain.h), so operations per second
 * of CPU tell how fast the CPU ran, and nothing else in it waits, allocates or enters the kernel.
 */
#include <errno.h>
#include <stdlib.h>

#include "cgbench/chain.h"

struct spin {
	uint64_t x;
	uint64_t batch; /* iterations */
};

static int spin_setup(struct work *w, struct err *e)
{
	struct spin *s = malloc(sizeof(*s));

	if (!s)
		return err_set(e, -ENOMEM, "spin: out of memory");
	*s = (struct spin){.x = CHAIN_SEED + w->thread, .batch = chain_calibrate()};
	w->state = s;
	return 0;
}

static uint64_t spin_step(struct work *w)
{
	struct spin *s = w->state;

	s->x = chain_run(s->x, s->batch);
	return s->batch;
}

static void spin_teardown(struct work *w)
{
	free(w->state);
}

const struct workload workload_spin = {
	.name = "spin",
	.summary = "wants all the CPU time there is, on every thread",
	.saturates = true,
	.setup = spin_setup,
	.step = spin_step,
	.teardown = spin_teardown,
};
