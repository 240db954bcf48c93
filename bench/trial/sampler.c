/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/sampler.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "metrics/metric.h"

/*
 * A sampler has one part in SHARE of a CPU. Waking up for a sample costs a WAKINGth of taking it
 * (398 us against 319, three groups in the exact lab).
 */
enum { SHARE = 200, WAKING = 4, TRIED = 3 };

/* cpu.stat has 15 lines, memory.stat 60. */
enum { SAMPLED_BYTES_MAX = 16384 };

/* A number of a held file, and what it is called in samples.csv. */
struct want {
	const char *metric;
	const char *file;
	struct keyed_pick pick;
};

/* One held file of one group, and what is wanted of it. */
struct sampled_file {
	int fd;
	unsigned group;
	struct want *wants;
	size_t n_wants;
};

struct sampler {
	struct sampled_file *sources;
	size_t n_sources;
};

static struct sampled_file *file_of(struct sampler *s, unsigned group, const char *file)
{
	/* Those of one group are the last. */
	for (size_t i = s->n_sources; i-- > 0 && s->sources[i].group == group;)
		if (strcmp(s->sources[i].wants[0].file, file) == 0)
			return &s->sources[i];
	return NULL;
}

static int add_want(struct sampled_file *source, const struct want *want, struct err *e)
{
	struct want *slot = array_push(source->wants, source->n_wants);

	if (!slot)
		return err_set(e, -ENOMEM, "sampler: out of memory");
	*slot = *want;
	return 0;
}

static int add(struct sampler *s, const struct cgrp *cg, unsigned group, const struct want *want,
	       struct err *e)
{
	struct sampled_file *source = file_of(s, group, want->file);

	if (!source) {
		int fd = io_openat(cg->fd, want->file, O_RDONLY, 0);
		if (cgfile_is_absent(fd))
			return 0; /* an old kernel, or a controller that is off: no samples of it */
		if (fd < 0)
			return err_set(e, fd, "cannot sample %s/%s: %s", cg->path, want->file,
				       strerror(-fd));
		source = array_push(s->sources, s->n_sources);
		if (!source) {
			close(fd);
			return err_set(e, -ENOMEM, "sampler: out of memory");
		}
		source->fd = fd;
		source->group = group;
	}
	return add_want(source, want, e);
}

static int add_metrics(struct sampler *s, const struct cgrp *cg, unsigned group, struct err *e)
{
	int r = 0;

	for (size_t m = 0; r == 0 && metric_groups[m]; m++)
		for (const struct metric_sample *w = metric_groups[m]->samples;
		     r == 0 && w && w->metric; w++)
			r = add(s, cg, group, &(struct want){w->metric, w->file, {.key = w->key}},
				e);
	return r;
}

static int add_reads(struct sampler *s, const struct cgrp *cg, unsigned group,
		     const struct trial_plan *plan, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && plan && i < plan->n_reads; i++) {
		const struct read_plan *read = &plan->reads[i];
		if (read_is_of(read, group) && read_is_sampled(read))
			r = add(s, cg, group, &(struct want){read->metric, read->file, read->pick},
				e);
	}
	return r;
}

int sampler_open(const struct cgrp *const *groups, size_t n, const struct trial_plan *plan,
		 struct sampler **out, struct err *e)
{
	struct sampler *s = calloc(1, sizeof(*s));
	int r = 0;

	if (!s)
		return err_set(e, -ENOMEM, "sampler: out of memory");
	for (unsigned g = 0; r == 0 && g < n; g++) {
		r = add_metrics(s, groups[g], g, e);
		if (r == 0)
			r = add_reads(s, groups[g], g, plan, e);
	}
	if (r < 0) {
		sampler_close(s);
		return r;
	}
	*out = s;
	return 0;
}

static int take_file(const struct sampled_file *source, struct trial_data *t, struct err *e)
{
	char text[SAMPLED_BYTES_MAX];
	ssize_t n = pread(source->fd, text, sizeof(text), 0);
	uint64_t nsec = now_nsec();

	if (n < 0 && cgfile_is_absent(-errno))
		return 0; /* the group has been removed meanwhile */
	if (n < 0)
		return err_sys(e, "cannot sample %s", source->wants[0].file);
	if (n == sizeof(text))
		return 0; /* there is more: a sum over a part of it would be a wrong number */
	text[n] = '\0';
	for (size_t i = 0; i < source->n_wants; i++) {
		double value;
		if (!keyed_number(text, &source->wants[i].pick, &value))
			continue;
		struct sample *sample = array_push(t->samples, t->n_samples);
		if (!sample)
			return err_set(e, -ENOMEM, "out of memory for samples");
		*sample = (struct sample){nsec, source->group, source->wants[i].metric, value};
	}
	return 0;
}

int sampler_take(struct sampler *s, uint64_t late, struct trial_data *t, struct err *e)
{
	uint64_t begin = now_nsec();
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_sources; i++)
		r = take_file(&s->sources[i], t, e);
	t->samples_taken++;
	t->samples_lost += late;
	t->sampler_nsec += now_nsec() - begin;
	return r;
}

uint64_t sampler_slow_down(uint64_t asked_usec, uint64_t cost_nsec)
{
	uint64_t usec = asked_usec;

	while (usec * NSEC_PER_USEC < cost_nsec * SHARE)
		usec *= 2;
	return usec;
}

int sampler_period(struct sampler *s, uint64_t asked_usec, uint64_t *usec, struct err *e)
{
	struct trial_data scratch = {0};
	uint64_t begin = clock_nsec(CLOCK_PROCESS_CPUTIME_ID), cost;
	int r = 0;

	for (int i = 0; r == 0 && i < TRIED; i++)
		r = sampler_take(s, 0, &scratch, e);
	cost = (clock_nsec(CLOCK_PROCESS_CPUTIME_ID) - begin) / TRIED;
	free(scratch.samples);
	if (r == 0)
		*usec = sampler_slow_down(asked_usec, cost + cost / WAKING);
	return r;
}

void sampler_close(struct sampler *s)
{
	for (size_t i = 0; s && i < s->n_sources; i++) {
		close(s->sources[i].fd);
		free(s->sources[i].wants);
	}
	if (s)
		free(s->sources);
	free(s);
}
