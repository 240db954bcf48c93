/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/matrix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "suite/cell.h"

enum { VALUES_TEXT_MAX = 256, WHEN_TEXT_MAX = 512 };

/* What stands before "=" in a filter and is no axis. */
static const char part_term[] = "part";

static int no_memory(const struct suite *s, struct err *e)
{
	return err_set(e, -ENOMEM, "%s: out of memory for the matrix", s->path);
}

static int find_axis(const struct part *p, const char *name)
{
	for (size_t i = 0; i < p->n_axes; i++)
		if (strcmp(p->axes[i].name.str, name) == 0)
			return (int)i;
	return -1;
}

const char *matrix_value(const struct matrix_cell *c, const char *axis)
{
	int i = find_axis(c->part, axis);

	return i < 0 ? NULL : c->part->axes[i].values.v[c->choice[i]].str;
}

static bool has_value(const struct axis *a, const char *value)
{
	for (size_t i = 0; i < a->values.n; i++)
		if (strcmp(a->values.v[i].str, value) == 0)
			return true;
	return false;
}

/* "5%, 20%", cut where there are too many. */
static void add_values(const struct axis *a, char *buf, size_t size)
{
	size_t used = strlen(buf);

	for (size_t i = 0; i < a->values.n && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
					 a->values.v[i].str);
}

static int check_term(const struct suite *s, const struct part *p, const struct pair *term,
		      struct err *e)
{
	struct nearest near = {.word = term->key.str};
	char hint[NEAREST_HINT_MAX], values[VALUES_TEXT_MAX] = "";
	int axis = find_axis(p, term->key.str);

	if (axis < 0) {
		for (size_t i = 0; i < p->n_axes; i++)
			nearest_offer(&near, p->axes[i].name.str);
		return suite_fault(s, &term->key, e, "there is no axis '%s' to exclude from%s",
				   term->key.str, nearest_hint(&near, hint));
	}
	if (has_value(&p->axes[axis], term->value.str))
		return 0;
	add_values(&p->axes[axis], values, sizeof(values));
	return suite_fault(s, &term->value, e, "axis '%s' has no value '%s' to exclude; it has %s",
			   term->key.str, term->value.str, values);
}

static int check_excludes(const struct suite *s, const struct part *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_excludes; i++)
		for (size_t t = 0; r == 0 && t < p->excludes[i].terms.n; t++)
			r = check_term(s, p, &p->excludes[i].terms.v[t], e);
	return r;
}

static bool matches(const struct matrix_cell *c, const struct exclude *x)
{
	for (size_t i = 0; i < x->terms.n; i++)
		if (strcmp(matrix_value(c, x->terms.v[i].key.str), x->terms.v[i].value.str) != 0)
			return false;
	return x->terms.n > 0 || x->when.str;
}

static bool is_excluded(const struct matrix_cell *c)
{
	for (size_t i = 0; i < c->part->n_excludes; i++)
		if (!c->part->excludes[i].when.str && matches(c, &c->part->excludes[i]))
			return true;
	return false;
}

/* Both must hold; the words for it, too. */
static int add_condition(struct matrix_cell *to, const struct condition *more, const char *text,
			 struct arena *arena)
{
	struct condition *both = arena_array(arena, 1, sizeof(*both));
	char words[WHEN_TEXT_MAX];

	if (!both)
		return -ENOMEM;
	*both = (struct condition){.kind = CONDITION_AND, .a = to->when, .b = more};
	snprintf(words, sizeof(words), "%s and %s", to->when ? to->when_text : "", text);
	to->when_text = to->when ? arena_text(arena, words, strlen(words)) : text;
	to->when = to->when ? both : more;
	return to->when_text ? 0 : -ENOMEM;
}

/* What an exclusion's condition says must not hold. */
static int add_exclusion(struct matrix_cell *to, const struct condition *when, const char *text,
			 struct arena *arena)
{
	struct condition *not = arena_array(arena, 1, sizeof(*not ));
	char words[WHEN_TEXT_MAX];
	char *kept;

	if (!not )
		return -ENOMEM;
	*not = (struct condition){.kind = CONDITION_NOT, .a = when};
	snprintf(words, sizeof(words), "not (%s)", text);
	kept = arena_text(arena, words, strlen(words));
	return kept ? add_condition(to, not, kept, arena) : -ENOMEM;
}

/* As far as axis values decide it. */
static enum truth truth_here(const struct condition *c)
{
	return condition_truth(c, &(struct probes){0});
}

/* All that must hold for the cell: the part's, and that no exclusion's does. */
static int add_conditions(const struct cell *c, struct matrix_cell *to, struct err *e)
{
	const struct part *p = c->part;
	const struct condition *when;
	int r = cell_when(c, &p->when, &when, e);

	if (r == 0 && when && truth_here(when) != TRUTH_YES)
		r = add_condition(to, when, p->when.str, c->arena);
	for (size_t i = 0; r == 0 && i < p->n_excludes; i++) {
		const struct exclude *x = &p->excludes[i];
		r = cell_when(c, &x->when, &when, e);
		if (r == 0 && when && matches(to, x) && truth_here(when) != TRUTH_NO)
			r = add_exclusion(to, when, x->when.str, c->arena);
	}
	return r == -ENOMEM ? no_memory(c->suite, e) : r;
}

/* Decides what axis values can. Conditions of a cell that is none are checked all the same. */
static int settle(const struct suite *s, struct arena *arena, struct matrix_cell *cell,
		  enum truth *truth, struct err *e)
{
	struct cell c = {.suite = s, .part = cell->part, .choice = cell->choice, .arena = arena};
	int r;

	c.used = arena_array(arena, cell->part->n_axes, sizeof(*c.used));
	if (!c.used)
		return no_memory(s, e);
	r = add_conditions(&c, cell, e);
	if (r < 0)
		return r;
	*truth = truth_here(cell->when);
	return 0;
}

static bool has_conditions(const struct part *p)
{
	bool some = p->when.str;

	for (size_t i = 0; i < p->n_excludes; i++)
		some = some || p->excludes[i].when.str;
	return some;
}

/* The place of whatever rules out a part's last cell. */
static const struct text *ruled_out_by(const struct part *p)
{
	for (size_t i = 0; i < p->n_excludes; i++)
		if (p->excludes[i].terms.n)
			return &p->excludes[i].terms.v[0].key;
	return p->when.str ? &p->when : &p->excludes[0].when;
}

/* The axis whose count another one follows; itself when it counts alone. */
static size_t leader_of(const struct part *p, size_t axis)
{
	for (size_t z = 0; z < p->n_zips; z++)
		for (size_t i = 0; i < p->zips[z].n; i++)
			if (strcmp(p->zips[z].v[i].str, p->axes[axis].name.str) == 0)
				return (size_t)find_axis(p, p->zips[z].v[0].str);
	return axis;
}

static int unknown_in_zip(const struct suite *s, const struct part *p, const struct text *name,
			  struct err *e)
{
	struct nearest near = {.word = name->str};
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < p->n_axes; i++)
		nearest_offer(&near, p->axes[i].name.str);
	return suite_fault(s, name, e, "there is no axis '%s' to zip%s", name->str,
			   nearest_hint(&near, hint));
}

/* How often an axis stands in zips. */
static unsigned times_zipped(const struct part *p, const char *axis)
{
	unsigned n = 0;

	for (size_t z = 0; z < p->n_zips; z++)
		for (size_t i = 0; i < p->zips[z].n; i++)
			n += strcmp(p->zips[z].v[i].str, axis) == 0;
	return n;
}

static int check_zip(const struct suite *s, const struct part *p, const struct texts *zip,
		     struct err *e)
{
	const struct axis *first = NULL;

	if (zip->n < 2)
		return suite_fault(
			s, &zip->v[0], e,
			"a zip of one axis; expected two or more, such as [quota, threads]");
	for (size_t i = 0; i < zip->n; i++) {
		int axis = find_axis(p, zip->v[i].str);
		const struct axis *a;
		if (axis < 0)
			return unknown_in_zip(s, p, &zip->v[i], e);
		a = &p->axes[axis];
		first = first ? first : a;
		if (times_zipped(p, a->name.str) > 1)
			return suite_fault(s, &zip->v[i], e, "axis '%s' is zipped twice",
					   a->name.str);
		if (a->values.n != first->values.n)
			return suite_fault(
				s, &zip->v[i], e,
				"axis '%s' has %zu values and '%s' has %zu; zipped, each "
				"goes with one of the other",
				a->name.str, a->values.n, first->name.str, first->values.n);
	}
	return 0;
}

static int check_zips(const struct suite *s, const struct part *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_zips; i++)
		r = check_zip(s, p, &p->zips[i], e);
	return r;
}

/* The number of combinations of a part, added to the sum. */
static int add_product(const struct suite *s, const struct part *p, size_t *sum, struct err *e)
{
	const struct text *at = p->n_axes ? &p->axes[0].name : &p->groups[0].name;
	size_t n = 1;

	for (size_t i = 0; i < p->n_axes; i++)
		if (leader_of(p, i) == i &&
		    (__builtin_mul_overflow(n, p->axes[i].values.n, &n) || n > TRIALS_MAX))
			n = TRIALS_MAX + 1;
	*sum += n;
	if (*sum > TRIALS_MAX)
		return suite_fault(s, at, e,
				   "the axes make more than %d combinations; split the suite",
				   TRIALS_MAX);
	return 0;
}

/* Counts up, the last axis first; those that follow one do as it does. */
static bool next_choice(const struct part *p, unsigned *choice)
{
	bool more = false;

	for (size_t i = p->n_axes; !more && i-- > 0;) {
		if (leader_of(p, i) != i)
			continue;
		more = ++choice[i] < p->axes[i].values.n;
		choice[i] = more ? choice[i] : 0;
	}
	for (size_t i = 0; i < p->n_axes; i++)
		choice[i] = choice[leader_of(p, i)];
	return more;
}

static int add_part(const struct suite *s, const struct part *p, struct arena *arena,
		    struct matrix *m, struct err *e)
{
	unsigned *choice = arena_array(arena, p->n_axes, sizeof(*choice));
	size_t before = m->n;

	if (!choice)
		return no_memory(s, e);
	do {
		struct matrix_cell c = {.part = p, .choice = choice, .selected = true};
		enum truth truth = TRUTH_YES;
		unsigned *own;
		int r = has_conditions(p) ? settle(s, arena, &c, &truth, e) : 0;
		if (r < 0)
			return r;
		if (is_excluded(&c))
			continue;
		if (truth == TRUTH_NO) {
			m->left_out++;
			continue;
		}
		c.choice = own = arena_array(arena, p->n_axes, sizeof(*own));
		if (!own)
			return no_memory(s, e);
		memcpy(own, choice, p->n_axes * sizeof(*own));
		m->cells[m->n++] = c;
	} while (next_choice(p, choice));
	if (m->n == before)
		return suite_fault(s, ruled_out_by(p), e,
				   "nothing is left: every combination is excluded");
	return 0;
}

static bool listed(const struct matrix *m, const char *axis)
{
	for (size_t i = 0; i < m->n_axes; i++)
		if (strcmp(m->axes[i], axis) == 0)
			return true;
	return false;
}

static int unite_axes(const struct suite *s, struct arena *arena, struct matrix *m, struct err *e)
{
	size_t n = 0;

	for (size_t p = 0; p < s->n_parts; p++)
		n += s->parts[p].n_axes;
	m->axes = arena_array(arena, n, sizeof(*m->axes));
	if (!m->axes)
		return no_memory(s, e);
	for (size_t p = 0; p < s->n_parts; p++)
		for (size_t a = 0; a < s->parts[p].n_axes; a++)
			if (!listed(m, s->parts[p].axes[a].name.str))
				m->axes[m->n_axes++] = s->parts[p].axes[a].name.str;
	return 0;
}

int matrix_make(const struct suite *s, struct arena *arena, struct matrix *out, struct err *e)
{
	struct matrix m = {0};
	size_t combinations = 0;
	int r = 0;

	for (size_t p = 0; r == 0 && p < s->n_parts; p++) {
		r = check_excludes(s, &s->parts[p], e);
		if (r == 0)
			r = check_zips(s, &s->parts[p], e);
		if (r == 0)
			r = add_product(s, &s->parts[p], &combinations, e);
	}
	if (r == 0)
		r = unite_axes(s, arena, &m, e);
	if (r < 0)
		return r;
	m.cells = arena_array(arena, combinations, sizeof(*m.cells));
	if (!m.cells)
		return no_memory(s, e);
	for (size_t p = 0; r == 0 && p < s->n_parts; p++)
		r = add_part(s, &s->parts[p], arena, &m, e);
	if (r == 0)
		*out = m;
	return r;
}

/* A filter's "axis=value", taken apart. */
struct term {
	char axis[64];
	const char *value;
};

static int read_term(const char *text, struct term *t, struct err *e)
{
	const char *equals = strchr(text, '=');
	size_t n = equals ? (size_t)(equals - text) : 0;

	if (n == 0 || n >= sizeof(t->axis) || !equals[1])
		return err_set(e, -EINVAL, "filter '%s': expected AXIS=VALUE, as in quota=20%%",
			       text);
	memcpy(t->axis, text, n);
	t->axis[n] = '\0';
	t->value = equals + 1;
	return 0;
}

static const char *term_value(const struct matrix_cell *c, const char *axis)
{
	return strcmp(axis, part_term) == 0 ? c->part->name.str : matrix_value(c, axis);
}

/* A term that no cell has: says what it could have been. */
static int hopeless(const struct suite *s, const struct matrix *m, const char *text,
		    const struct term *t, struct err *e)
{
	struct nearest near = {.word = t->axis};
	char hint[NEAREST_HINT_MAX], values[VALUES_TEXT_MAX] = "";
	size_t used = 0;

	if (strcmp(t->axis, part_term) != 0 && !listed(m, t->axis)) {
		for (size_t i = 0; i < m->n_axes; i++)
			nearest_offer(&near, m->axes[i]);
		return err_set(e, -EINVAL, "filter '%s': %s has no axis '%s'%s", text, s->name.str,
			       t->axis, nearest_hint(&near, hint));
	}
	for (size_t p = 0; p < s->n_parts; p++) {
		int axis = find_axis(&s->parts[p], t->axis);
		if (axis >= 0)
			add_values(&s->parts[p].axes[axis], values, sizeof(values));
		else if (strcmp(t->axis, part_term) == 0 && used < sizeof(values))
			used += (size_t)snprintf(
				values + used, sizeof(values) - used, "%s%s", used ? ", " : "",
				s->parts[p].name.str ? s->parts[p].name.str : "none");
	}
	return err_set(e, -EINVAL, "filter '%s': no cell has this value; there are %s", text,
		       values);
}

static int check_filter(const struct suite *s, const struct matrix *m, const char *text,
			struct err *e)
{
	struct term t = {.value = ""};
	int r = read_term(text, &t, e);

	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const char *value = term_value(&m->cells[i], t.axis);
		if (value && strcmp(value, t.value) == 0)
			return 0;
	}
	return r < 0 ? r : hopeless(s, m, text, &t, e);
}

/* Whether the cell has one of the values that the terms name for this axis. */
static bool passes_axis(const struct matrix_cell *c, const char *axis, const char *const *terms)
{
	const char *value = term_value(c, axis);
	struct term t = {.value = ""};

	for (; value && *terms; terms++)
		if (read_term(*terms, &t, NULL) == 0 && strcmp(t.axis, axis) == 0 &&
		    strcmp(t.value, value) == 0)
			return true;
	return false;
}

static bool passes(const struct matrix_cell *c, const char *const *terms)
{
	struct term t;

	for (size_t i = 0; terms[i]; i++)
		if (read_term(terms[i], &t, NULL) < 0 || !passes_axis(c, t.axis, terms))
			return false;
	return true;
}

int matrix_filter(const struct suite *s, struct matrix *m, const char *const *terms, struct err *e)
{
	size_t selected = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && terms && terms[i]; i++)
		r = check_filter(s, m, terms[i], e);
	if (r < 0 || !terms)
		return r;
	for (size_t i = 0; i < m->n; i++) {
		m->cells[i].selected = passes(&m->cells[i], terms);
		selected += m->cells[i].selected;
	}
	if (selected == 0)
		return err_set(e, -EINVAL,
			       "no cell of %s passes all filters; each of them alone lets some "
			       "through",
			       s->name.str);
	return 0;
}
