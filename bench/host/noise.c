/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/noise.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/hist.h"
#include "cgbench/scope.h"

enum { CALIBRATION_READS = 1000, GAP_STEPS = 10 };

/* A thread of its own on one CPU. */
struct spinner {
	pthread_t thread;
	bool started;
	uint64_t start_nsec, end_nsec; /* CLOCK_MONOTONIC, the same for all */
	struct noise noise;
	struct hist gaps;
};

/* The least time between two readings: the loop when nothing disturbs it. */
static uint64_t shortest_step_nsec(void)
{
	uint64_t least = UINT64_MAX, last = now_nsec();

	for (int i = 0; i < CALIBRATION_READS; i++) {
		uint64_t now = now_nsec();
		if (now > last && now - last < least)
			least = now - last;
		last = now;
	}
	return least == UINT64_MAX ? 1 : least;
}

static void spin(struct spinner *s)
{
	uint64_t gap_min = GAP_STEPS * s->noise.step_nsec, last = now_nsec();
	uint64_t begin = last;

	if (gap_min < NSEC_PER_USEC)
		gap_min = NSEC_PER_USEC;
	while (last < s->end_nsec) {
		uint64_t now = now_nsec();
		if (now - last >= gap_min)
			hist_add(&s->gaps, now - last);
		last = now;
	}
	s->noise.spun_nsec = last - begin;
}

static void *spinner_main(void *arg)
{
	struct spinner *s = arg;
	struct timespec start = nsec_to_timespec(s->start_nsec);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL) == EINTR)
		;
	s->noise.step_nsec = shortest_step_nsec();
	spin(s);
	s->noise.gaps = s->gaps.count;
	s->noise.lost_nsec = s->gaps.total_nsec;
	s->noise.longest_nsec = s->gaps.max_nsec;
	s->noise.p99_nsec = hist_percentile_nsec(&s->gaps, 99);
	return NULL;
}

static int spinner_start(struct spinner *s, struct err *e)
{
	pthread_attr_t attr;
	cpu_set_t set;
	int r;

	CPU_ZERO(&set);
	CPU_SET(s->noise.cpu, &set);
	pthread_attr_init(&attr);
	r = pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (r == 0)
		r = pthread_create(&s->thread, &attr, spinner_main, s);
	pthread_attr_destroy(&attr);
	s->started = r == 0;
	return r ? err_set(e, -r, "noise floor: no thread on CPU %u: %s", s->noise.cpu, strerror(r))
		 : 0;
}

/* Starts all, and waits for those that started. */
static int spin_all(struct spinner *spinners, size_t n, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = spinner_start(&spinners[i], e);
	for (size_t i = 0; i < n; i++)
		if (spinners[i].started)
			pthread_join(spinners[i].thread, NULL);
	return r;
}

/* One spinner a CPU that this process may use, all with the same start and end. */
static struct spinner *make_spinners(uint64_t duration_nsec, size_t *n)
{
	const uint64_t start = now_nsec() + 10 * NSEC_PER_MSEC; /* time to make them all */
	struct spinner *spinners;
	cpu_set_t allowed;

	*n = 0;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return NULL;
	spinners = calloc((size_t)CPU_COUNT(&allowed), sizeof(*spinners));
	for (unsigned cpu = 0; spinners && cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		spinners[*n].noise.cpu = cpu;
		spinners[*n].start_nsec = start;
		spinners[(*n)++].end_nsec = start + duration_nsec;
	}
	return spinners;
}

int noise_measure(uint64_t duration_nsec, struct noise **out, size_t *n, struct err *e)
{
	size_t count;
	scope_free struct spinner *spinners = make_spinners(duration_nsec, &count);
	struct noise *all = spinners ? calloc(count, sizeof(*all)) : NULL;
	int r;

	if (!all)
		return err_set(e, -ENOMEM, "noise floor: no CPUs known, or out of memory");
	r = spin_all(spinners, count, e);
	if (r < 0) {
		free(all);
		return r;
	}
	for (size_t i = 0; i < count; i++)
		all[i] = spinners[i].noise;
	*out = all;
	*n = count;
	return 0;
}

double noise_lost_share(const struct noise *n)
{
	return n->spun_nsec ? (double)n->lost_nsec / (double)n->spun_nsec : 0.0;
}
