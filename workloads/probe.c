/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe.h"

#include <unistd.h>

#include "cgbench/exit.h"

/* The window begins with the gate, and what counters had before it does not count. */
static void answer(struct page *page, unsigned counter, long value)
{
	atomic_store(&page->counters[counter].value, (uint64_t)value);
}

uint64_t probe_step(struct work *w, probe_fn *const *fns)
{
	struct probe p = {0};

	/* A probe that hangs, or is killed, is not to look like one whose call worked. */
	for (unsigned i = PROBE_ERRNO; i <= PROBE_AFTER; i++)
		answer(w->page, i, PROBE_NONE);
	box_open(w, &p.box);
	fns[w->param[0]](&p);
	answer(w->page, PROBE_ERRNO, p.error);
	answer(w->page, PROBE_CLONE_ERRNO, p.clone_error);
	answer(w->page, PROBE_VALUE, p.value);
	answer(w->page, PROBE_AFTER, p.after);
	_exit(EXIT_PASS);
}
