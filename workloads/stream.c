/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream: goes through memory from end to end, again and again, so that what it gets done is what
 * the memory bus gives it (after McCalpin's STREAM). `bytes` has to be several times the last
 * cache: in a smaller one it measures that cache. One operation is one element of 8 bytes that was
 * written.
 *
 *	copy   a[i] = b[i]
 *	triad  a[i] = b[i] + 3 c[i]
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "cgbench/workload.h"

enum { PARAM_KIND, PARAM_BYTES };
enum { KIND_COPY, KIND_TRIAD };
enum { COUNTER_BYTES };
enum { STEP_ELEMENTS = 2048, ARRAYS_MAX = 3 };

struct stream {
	double *memory;
	size_t mapped_bytes;
	double *array[ARRAYS_MAX];
	size_t elements; /* of each array, in whole steps */
	size_t at;
};

/* Faulted in before the gate opens: the window is to have no first touch in it. */
static int stream_setup(struct work *w, struct err *e)
{
	size_t arrays = w->param[PARAM_KIND] == KIND_COPY ? 2 : 3;
	size_t each = w->param[PARAM_BYTES] / w->threads / arrays / sizeof(double);
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(e, -ENOMEM, "stream: out of memory");
	s->elements = each / STEP_ELEMENTS * STEP_ELEMENTS;
	s->mapped_bytes = arrays * s->elements * sizeof(double);
	if (!s->elements) {
		free(s);
		return err_set(e, -EINVAL,
			       "stream: its bytes are too few for %u threads; expected at least "
			       "%zu for each",
			       w->threads, arrays * STEP_ELEMENTS * sizeof(double));
	}
	s->memory = mmap(NULL, s->mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	if (s->memory == MAP_FAILED) {
		int r = err_sys(e, "stream: cannot map %zu bytes", s->mapped_bytes);
		free(s);
		return r;
	}
	for (size_t a = 0; a < arrays; a++)
		s->array[a] = s->memory + a * s->elements;
	for (size_t i = 0; i < arrays * s->elements; i++)
		s->memory[i] = (double)i;
	w->state = s;
	return 0;
}

/* Not memcpy(), whose way of copying differs from CPU to CPU. */
static void copy(double *a, const double *b)
{
	for (size_t i = 0; i < STEP_ELEMENTS; i++) {
		a[i] = b[i];
		/* Keeps the loop a loop. */
		__asm__ volatile("" : : : "memory");
	}
}

static void triad(double *a, const double *b, const double *c)
{
	for (size_t i = 0; i < STEP_ELEMENTS; i++)
		a[i] = b[i] + 3 * c[i];
	__asm__ volatile("" : : "r"(a) : "memory");
}

static uint64_t stream_step(struct work *w)
{
	struct stream *s = w->state;
	size_t at = s->at, moved = 2;

	if (w->param[PARAM_KIND] == KIND_COPY) {
		copy(s->array[0] + at, s->array[1] + at);
	} else {
		triad(s->array[0] + at, s->array[1] + at, s->array[2] + at);
		moved = 3;
	}
	s->at = at + STEP_ELEMENTS == s->elements ? 0 : at + STEP_ELEMENTS;
	atomic_fetch_add(&w->page->counters[COUNTER_BYTES].value,
			 moved * STEP_ELEMENTS * sizeof(double));
	return STEP_ELEMENTS;
}

static void stream_teardown(struct work *w)
{
	struct stream *s = w->state;

	munmap(s->memory, s->mapped_bytes);
	free(s);
}

static const struct param stream_params[] = {
	[PARAM_KIND] = {.name = "kind",
			.summary = "what it does to each element",
			.choices =
				(const char *const[]){
					[KIND_COPY] = "copy", [KIND_TRIAD] = "triad", NULL},
			.fallback = "triad"},
	[PARAM_BYTES] = {.name = "bytes",
			 .summary = "all arrays of all threads together; several times the cache",
			 .kind = UNIT_BYTES,
			 .fallback = "64M",
			 .min = 1,
			 .max = UINT64_C(1) << 40},
	{0},
};

const struct workload workload_stream = {
	.name = "stream",
	.summary = "goes through more memory than caches hold, as fast as it can",
	.params = stream_params,
	.counters = {[COUNTER_BYTES] = "moved_bytes"},
	.saturates = true,
	.setup = stream_setup,
	.step = stream_step,
	.teardown = stream_teardown,
};
