/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cgbench/exit.h"

/* The window begins with the gate, and what counters had before it does not count. */
static void answer(struct page *page, unsigned counter, long value)
{
	atomic_store(&page->counters[counter].value, (uint64_t)value);
}

uint64_t probe_step(struct work *w, probe_fn *const *fns)
{
	struct probe *p =
		mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		work_fail(w, "no memory for a probe");
	/* A probe that hangs, or is killed, is not to look like one whose call worked. */
	for (unsigned i = PROBE_ERRNO; i <= PROBE_AFTER; i++)
		answer(w->page, i, PROBE_NONE);
	box_open(w, &p->box);
	fns[w->param[0]](p);
	answer(w->page, PROBE_ERRNO, p->error);
	answer(w->page, PROBE_CLONE_ERRNO, p->clone_error);
	answer(w->page, PROBE_VALUE, p->value);
	answer(w->page, PROBE_AFTER, p->after);
	_exit(EXIT_PASS);
}

static void nap_msec(long msec)
{
	nanosleep(&(struct timespec){.tv_nsec = msec * 1000000}, NULL);
}

int probe_ticker(void *probe)
{
	struct probe *p = probe;

	/* Seldom enough that a hundred of them leave a slow machine's CPUs to who is being ended.
	 */
	for (;;) {
		atomic_fetch_add(&p->ticks, 1);
		nap_msec(10);
	}
}

bool probe_runs(const struct probe *p)
{
	uint64_t before = atomic_load(&p->ticks);

	nap_msec(50);
	return atomic_load(&p->ticks) != before;
}

void probe_digit(long *answer, long digit)
{
	*answer = *answer * 10 + digit;
}

void probe_tree(const struct probe *p, const char *const *groups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		box_make(&p->box, groups[i]);
}
