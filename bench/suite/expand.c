/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/expand.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "cgbench/clock.h"
#include "suite/cell.h"
#include "suite/matrix.h"
#include "suite/quick.h"

enum { REPEATS_MAX = 10000 };

/* Groups made, workloads started, killed and removed again. The progress line learns the truth. */
#define TRIAL_OVERHEAD_USEC (USEC_PER_SEC / 10)

/* Until a probe has its answer: the 25 of conformance-core took 7.9 s in the exact lab, on 6.12. */
#define PROBE_USEC (USEC_PER_SEC / 5)

/* A trial of the whole matrix, before filters. */
struct slot {
	unsigned trial, cell, repeat; /* from 1 */
};

/* While a plan is being made. */
struct maker {
	const struct suite *suite;
	struct arena *arena;
	const char *as; /* of groups that say nothing else; NULL: as the harness */
	struct matrix matrix;
	struct trial_plan *cells; /* one for each of the matrix: what its trials share */
	unsigned *repeats;        /* of each cell */
	struct slot *slots;       /* in the order in which they run */
	size_t n_slots;
	struct err *e;
};

static int no_memory(const struct maker *m)
{
	return err_set(m->e, -ENOMEM, "%s: out of memory for the plan", m->suite->path);
}

/*
 * splitmix64 (Steele, Lea, Flood 2014): a few lines of exact integer arithmetic, so that a seed
 * means the same order on every machine and with every libc, which rand() does not promise.
 */
static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A number below n, each as likely: what does not divide evenly is drawn again. */
static uint64_t below(uint64_t *state, uint64_t n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n, x;

	do
		x = splitmix64(state);
	while (x >= limit);
	return x % n;
}

/* Fisher-Yates */
static void shuffle(struct slot *v, size_t n, uint64_t *state)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = below(state, i);
		struct slot held = v[i - 1];
		v[i - 1] = v[j];
		v[j] = held;
	}
}

/* The order of the file is all cells once, then all cells again: a drift hits all of them alike. */
static void fill_slots(struct maker *m, uint64_t seed)
{
	unsigned left = 1, trial = 1;

	for (unsigned repeat = 1; left; repeat++) {
		size_t first = m->n_slots;
		left = 0;
		for (size_t i = 0; i < m->matrix.n; i++) {
			left += m->repeats[i] > repeat;
			if (m->repeats[i] < repeat)
				continue;
			m->slots[m->n_slots++] = (struct slot){
				.trial = trial, .cell = (unsigned)i + 1, .repeat = repeat};
			trial++;
		}
		if (seed)
			shuffle(m->slots + first, m->n_slots - first, &seed);
	}
}

static int read_repeats(const struct maker *m, const struct part *p, unsigned wanted,
			unsigned *repeats)
{
	static const struct quantity q = {"repeats", UNIT_COUNT, 1, 1, REPEATS_MAX};
	const struct cell c = {.suite = m->suite, .part = p, .arena = m->arena};
	uint64_t n;
	int r;

	if (p->repeats.str && strchr(p->repeats.str, '$'))
		return suite_fault(
			m->suite, &p->repeats, m->e,
			"repeats: '%s': the number is the same for all cells; expected a "
			"count such as 5",
			p->repeats.str);
	r = cell_number(&c, &q, &p->repeats, &n, m->e);
	if (r == 0)
		*repeats = wanted ? wanted : (unsigned)n;
	return r;
}

static int check_trials(const struct maker *m, size_t n)
{
	const struct text *repeats = &m->matrix.cells[0].part->repeats;

	if (n <= TRIALS_MAX)
		return 0;
	return suite_fault(m->suite, repeats->str ? repeats : &m->suite->name, m->e,
			   "%zu cells and their repeats make %zu trials; expected at most %d",
			   m->matrix.n, n, TRIALS_MAX);
}

static int make_slots(struct maker *m, const struct plan_options *o)
{
	size_t n = 0;
	int r = 0;

	m->repeats = arena_array(m->arena, m->matrix.n, sizeof(*m->repeats));
	if (!m->repeats)
		return no_memory(m);
	for (size_t i = 0; r == 0 && i < m->matrix.n; i++) {
		r = read_repeats(m, m->matrix.cells[i].part, o->repeats ?: o->quick,
				 &m->repeats[i]);
		n += r == 0 ? m->repeats[i] : 0;
	}
	if (r == 0)
		r = check_trials(m, n);
	if (r < 0)
		return r;
	m->slots = arena_array(m->arena, n, sizeof(*m->slots));
	if (!m->slots)
		return no_memory(m);
	fill_slots(m, o->seed);
	return 0;
}

static int set_axis_values(const struct maker *m, const struct matrix_cell *from,
			   struct trial_plan *to)
{
	to->axis_values = arena_array(m->arena, m->matrix.n_axes, sizeof(*to->axis_values));
	if (!to->axis_values)
		return no_memory(m);
	for (size_t i = 0; i < m->matrix.n_axes; i++)
		to->axis_values[i] = matrix_value(from, m->matrix.axes[i]);
	return 0;
}

/* An axis that changes nothing is a misspelt ${...}, or was forgotten: both are faults. */
static int check_used(const struct maker *m, const struct part *p, const bool *used)
{
	for (size_t i = 0; i < p->n_axes; i++)
		if (!used[i])
			return suite_fault(m->suite, &p->axes[i].name, m->e,
					   "axis '%s' is not used; expected ${%s} in some value",
					   p->axes[i].name.str, p->axes[i].name.str);
	return 0;
}

static int make_cell(const struct maker *m, const struct matrix_cell *from, struct trial_plan *to)
{
	struct cell c = {.suite = m->suite,
			 .part = from->part,
			 .trial = to,
			 .choice = from->choice,
			 .as = m->as,
			 .arena = m->arena,
			 .used = arena_array(m->arena, from->part->n_axes, sizeof(*c.used))};
	int r;

	if (!c.used)
		return no_memory(m);
	r = set_axis_values(m, from, to);
	to->part = from->part->name.str;
	to->when = from->when;
	to->when_text = from->when_text;
	to->question = from->part->question.str;
	if (r == 0)
		r = cell_times(&c, to, m->e);
	if (r == 0)
		r = cell_host(&c, to, m->e);
	if (r == 0)
		r = cell_groups(&c, to, m->e);
	if (r == 0)
		r = cell_end(&c, to, m->e);
	if (r == 0)
		r = cell_actions(&c, to, m->e);
	if (r == 0)
		r = cell_own(&c, to, m->e);
	if (r == 0)
		r = cell_reads(&c, to, m->e);
	if (r == 0)
		r = cell_expects(&c, to, m->e);
	if (r == 0)
		r = cell_fence(&c, to, m->e);
	return r < 0 ? r : check_used(m, from->part, c.used);
}

/* All of them, whatever the filter: a suite is right or wrong as a whole. */
static int make_cells(struct maker *m)
{
	int r = 0;

	m->cells = arena_array(m->arena, m->matrix.n, sizeof(*m->cells));
	if (!m->cells)
		return no_memory(m);
	for (size_t i = 0; r == 0 && i < m->matrix.n; i++)
		r = make_cell(m, &m->matrix.cells[i], &m->cells[i]);
	return r;
}

static int select_trials(const struct maker *m, struct plan *p)
{
	p->trials = arena_array(m->arena, m->n_slots, sizeof(*p->trials));
	if (!p->trials)
		return no_memory(m);
	for (size_t i = 0; i < m->n_slots; i++) {
		const struct slot *s = &m->slots[i];
		struct trial_plan *t = &p->trials[p->n_trials];
		if (!m->matrix.cells[s->cell - 1].selected)
			continue;
		*t = m->cells[s->cell - 1];
		t->trial = s->trial;
		t->cell = s->cell;
		t->repeat = s->repeat;
		p->n_trials++;
		p->n_cells += s->repeat == 1;
	}
	return 0;
}

static int expand(struct maker *m, const struct plan_options *o, struct plan *p)
{
	int r = matrix_make(m->suite, m->arena, &m->matrix, m->e);

	if (r == 0)
		r = quick_mark(m->suite, m->arena, &m->matrix, m->e);
	if (r == 0)
		r = make_slots(m, o);
	if (r == 0)
		r = make_cells(m);
	if (r == 0)
		r = matrix_filter(m->suite, &m->matrix, o->filter, m->e);
	if (r == 0 && o->quick)
		r = quick_select(m->suite, &m->matrix, m->e);
	if (r == 0)
		r = select_trials(m, p);
	p->suite = m->suite->name.str;
	p->question = m->suite->question.str;
	p->cases = m->suite->cases;
	p->digest = m->suite->digest;
	p->source = m->suite->source;
	p->source_bytes = m->suite->source_bytes;
	p->axis_names = m->matrix.axes;
	p->n_axes = m->matrix.n_axes;
	p->n_cells_whole = (unsigned)m->matrix.n;
	p->n_left_out = m->matrix.left_out;
	p->seed = o->seed;
	p->arena = m->arena;
	return r;
}

int plan_expand(const struct suite *s, const struct plan_options *o, struct plan **out,
		struct err *e)
{
	struct maker m = {.suite = s, .arena = arena_new(), .as = o->as, .e = e};
	struct plan *p = m.arena ? arena_array(m.arena, 1, sizeof(*p)) : NULL;
	int r = p ? expand(&m, o, p) : no_memory(&m);

	if (r < 0)
		arena_free(m.arena);
	else
		*out = p;
	return r;
}

void plan_free(struct plan *p)
{
	if (p)
		arena_free(p->arena); /* p lies in it, too */
}

/* Whether nothing runs but probes, which have their answer long before the window is over. */
static bool only_asks(const struct trial_plan *t)
{
	bool asks = false;

	for (size_t i = 0; i < t->n_groups; i++) {
		const struct run_plan *run = &t->groups[i].run;
		if (run->argv || (run->workload && (!run->workload->ends || run->workload->slays)))
			return false;
		asks |= run->workload != NULL;
	}
	return asks;
}

uint64_t trial_plan_usec(const struct trial_plan *t)
{
	if (only_asks(t) && t->duration_usec > PROBE_USEC)
		return t->warmup_usec + PROBE_USEC + TRIAL_OVERHEAD_USEC;
	return trial_plan_most_usec(t);
}

uint64_t trial_plan_most_usec(const struct trial_plan *t)
{
	return t->warmup_usec + t->duration_usec + TRIAL_OVERHEAD_USEC;
}

uint64_t plan_usec(const struct plan *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->n_trials; i++)
		sum += trial_plan_usec(&p->trials[i]);
	return sum;
}

uint64_t plan_most_usec(const struct plan *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->n_trials; i++)
		sum += trial_plan_most_usec(&p->trials[i]);
	return sum;
}
