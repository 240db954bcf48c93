/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bystander: a small service next to the trouble, which answers a request every so often and says
 * how long each took. It imitates what a user of the machine notices. Request k is due at
 * start + k * every, whatever became of the ones before, and its latency counts from then: a stall
 * cannot hide the requests that it held up, as it does where a late sender just sends later
 * (coordinated omission).
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/chain.h"

enum { PARAM_EVERY, PARAM_REQUEST };
enum { REQUEST_WAKE, REQUEST_FORK };
enum { COUNTER_REQUESTS, COUNTER_FORKS, COUNTER_FORKS_FAILED };

/* The work in a request: a few microseconds, the same everywhere, so that versions compare. */
enum { REQUEST_ITERATIONS = 1000 };

struct bystander {
	uint64_t x;
	uint64_t due_nsec; /* the next request; 0: none yet */
};

static int bystander_setup(struct work *w, struct err *e)
{
	struct bystander *b;

	if (w->threads > 1)
		return err_set(e, -EINVAL,
			       "bystander: %u threads, but the latencies have room for one writer: "
			       "give it 1 thread, or use several groups",
			       w->threads);
	b = malloc(sizeof(*b));
	if (!b)
		return err_set(e, -ENOMEM, "bystander: out of memory");
	*b = (struct bystander){.x = CHAIN_SEED};
	w->state = b;
	return 0;
}

static void count(struct work *w, unsigned counter)
{
	atomic_fetch_add(&w->page->counters[counter].value, 1);
}

/* A process that does nothing, from its birth to its burial. Returns whether it was born. */
static bool fork_request(struct work *w)
{
	pid_t pid = fork();
	uint64_t start;

	if (pid == 0)
		_exit(0);
	count(w, pid < 0 ? COUNTER_FORKS_FAILED : COUNTER_FORKS);
	if (pid < 0)
		return false;
	/* The child runs meanwhile: its latency tells of a stall, and this thread has none. */
	start = now_nsec();
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	w->idle_nsec += now_nsec() - start;
	return true;
}

static uint64_t bystander_step(struct work *w)
{
	struct bystander *b = w->state;
	uint64_t due;
	bool answered = true;

	if (!b->due_nsec)
		b->due_nsec = now_nsec() + w->param[PARAM_EVERY] * NSEC_PER_USEC;
	due = b->due_nsec;
	if (!work_sleep_until(w, due))
		return 0;
	b->due_nsec += w->param[PARAM_EVERY] * NSEC_PER_USEC;
	b->x = chain_run(b->x, REQUEST_ITERATIONS);
	if (w->param[PARAM_REQUEST] == REQUEST_FORK)
		answered = fork_request(w);
	count(w, COUNTER_REQUESTS);
	/* A request that was refused has no latency; forks_failed tells of it. */
	if (answered)
		hist_add(&w->page->latency[page_phase_at(w->page, due)], now_nsec() - due);
	return answered;
}

static void bystander_teardown(struct work *w)
{
	free(w->state);
}

static const struct param bystander_params[] = {
	[PARAM_EVERY] = {.name = "every",
			 .summary = "time from one request to the next",
			 .kind = UNIT_USEC,
			 .fallback = "10ms",
			 .min = 100,
			 .max = 10 * USEC_PER_SEC},
	[PARAM_REQUEST] = {.name = "request",
			   .summary = "wake up and compute a little, or also fork a child and wait",
			   .choices =
				   (const char *const[]){
					   [REQUEST_WAKE] = "wake", [REQUEST_FORK] = "fork", NULL},
			   .fallback = "wake"},
	{0},
};

const struct workload workload_bystander = {
	.name = "bystander",
	.summary = "answers a request every so often and records how late",
	.params = bystander_params,
	.counters = {[COUNTER_REQUESTS] = "requests",
		     [COUNTER_FORKS] = "forks",
		     [COUNTER_FORKS_FAILED] = "forks_failed"},
	.setup = bystander_setup,
	.step = bystander_step,
	.teardown = bystander_teardown,
};
