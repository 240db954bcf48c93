/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/sampler.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "metrics/metric.h"

/* One held file of one group, and the rows of the metrics' tables that it feeds. */
struct sampled_file {
	int fd;
	unsigned group;
	const struct metric_sample *wants[8];
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
		if (strcmp(s->sources[i].wants[0]->file, file) == 0)
			return &s->sources[i];
	return NULL;
}

static int add(struct sampler *s, const struct cgrp *cg, unsigned group,
	       const struct metric_sample *want, struct err *e)
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
	if (source->n_wants == array_len(source->wants))
		return err_set(e, -E2BIG, "more than %zu samples from one file (%s)",
			       array_len(source->wants), want->file);
	source->wants[source->n_wants++] = want;
	return 0;
}

int sampler_open(const struct cgrp *const *groups, size_t n, struct sampler **out, struct err *e)
{
	struct sampler *s = calloc(1, sizeof(*s));
	int r = s ? 0 : err_set(e, -ENOMEM, "sampler: out of memory");

	for (unsigned g = 0; r == 0 && g < n; g++)
		for (size_t m = 0; r == 0 && metric_groups[m]; m++)
			for (const struct metric_sample *w = metric_groups[m]->samples;
			     r == 0 && w && w->metric; w++)
				r = add(s, groups[g], g, w, e);
	if (r < 0) {
		sampler_close(s);
		return r;
	}
	*out = s;
	return 0;
}

static bool wanted_value(const struct metric_sample *w, const char *text, uint64_t *value)
{
	return w->key ? keyed_u64(text, w->key, value) : single_u64(text, value);
}

static int take_file(const struct sampled_file *source, struct trial_data *t, struct err *e)
{
	char text[4096]; /* cpu.stat has 15 lines; a longer file has its keys cut, not misread */
	ssize_t n = pread(source->fd, text, sizeof(text) - 1, 0);
	uint64_t nsec = now_nsec();

	if (n < 0 && cgfile_is_absent(-errno))
		return 0; /* the group has been removed meanwhile */
	if (n < 0)
		return err_sys(e, "cannot sample %s", source->wants[0]->file);
	text[n] = '\0';
	for (size_t i = 0; i < source->n_wants; i++) {
		uint64_t value;
		if (!wanted_value(source->wants[i], text, &value))
			continue;
		struct sample *sample = array_push(t->samples, t->n_samples);
		if (!sample)
			return err_set(e, -ENOMEM, "out of memory for samples");
		*sample = (struct sample){nsec, source->group, source->wants[i]->metric,
					  (double)value};
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

void sampler_close(struct sampler *s)
{
	for (size_t i = 0; s && i < s->n_sources; i++)
		close(s->sources[i].fd);
	if (s)
		free(s->sources);
	free(s);
}
