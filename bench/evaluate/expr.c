/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/expr.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cgbench/array.h"

enum { DEPTH_MAX = 32, NODES_MAX = 1000, NAME_MAX_BYTES = 64, ARGS_MAX = 64 };

static const char ratio[] = "ratio", composite[] = "";

enum kind { NUMBER, METRIC, NEGATE, ADD, SUBTRACT, MULTIPLY, DIVIDE, CALL };

struct function;

/* A node of the tree; what kind it is says which of these it has. */
struct expr {
	enum kind kind;
	const char *unit;
	double number;
	const char *metric;
	int *groups; /* whom a METRIC is of: indices, -1 for the trial's own */
	size_t n_groups;
	bool of_each; /* ... or of the group that is asked for */
	const struct function *function;
	const struct expr **args; /* operands, too */
	size_t n_args;
};

/* Values that a function is given: those of a glob are as many as groups that match. */
struct list {
	double *v;
	size_t n;
};

static double sum_of(const struct list *l)
{
	double sum = 0;

	for (size_t i = 0; i < l->n; i++)
		sum += l->v[i];
	return sum;
}

static double least_of(const struct list *l)
{
	double least = l->v[0];

	for (size_t i = 1; i < l->n; i++)
		least = l->v[i] < least || isnan(l->v[i]) ? l->v[i] : least;
	return least;
}

static double most_of(const struct list *l)
{
	double most = l->v[0];

	for (size_t i = 1; i < l->n; i++)
		most = l->v[i] > most || isnan(l->v[i]) ? l->v[i] : most;
	return most;
}

static double mean_of(const struct list *l)
{
	return sum_of(l) / (double)l->n;
}

static double count_of(const struct list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += !isnan(l->v[i]);
	return (double)n;
}

static double abs_of(const struct list *l)
{
	return fabs(l->v[0]);
}

static double ratio_of(const struct list *l)
{
	return l->v[0] / l->v[1];
}

static double share_of(const struct list *l)
{
	const struct list rest = {l->v + 1, l->n - 1};

	return l->v[0] / sum_of(&rest);
}

enum result { SAME_UNIT, A_RATIO, A_COUNT };

static const struct function {
	const char *name, *usage;
	size_t singles; /* so many of its arguments are one value each; others may be globs */
	size_t min, max;
	enum result result;
	double (*of)(const struct list *l);
} functions[] = {
	{.name = "sum", .usage = "sum(leaf*:METRIC)", .min = 1, .max = ARGS_MAX, .of = sum_of},
	{.name = "min", .usage = "min(leaf*:METRIC)", .min = 1, .max = ARGS_MAX, .of = least_of},
	{.name = "max", .usage = "max(leaf*:METRIC)", .min = 1, .max = ARGS_MAX, .of = most_of},
	{.name = "mean", .usage = "mean(leaf*:METRIC)", .min = 1, .max = ARGS_MAX, .of = mean_of},
	{.name = "count",
	 .usage = "count(leaf*:METRIC)",
	 .min = 1,
	 .max = ARGS_MAX,
	 .result = A_COUNT,
	 .of = count_of},
	{.name = "abs", .usage = "abs(VALUE)", .singles = 1, .min = 1, .max = 1, .of = abs_of},
	{.name = "ratio",
	 .usage = "ratio(a:METRIC, b:METRIC)",
	 .singles = 2,
	 .min = 2,
	 .max = 2,
	 .result = A_RATIO,
	 .of = ratio_of},
	{.name = "share",
	 .usage = "share(a:METRIC, *:METRIC)",
	 .singles = 1,
	 .min = 2,
	 .max = ARGS_MAX,
	 .result = A_RATIO,
	 .of = share_of},
};

struct parser {
	const char *text, *at;
	const struct expr_names *names;
	struct arena *arena;
	unsigned depth, nodes;
	struct err *e;
	const char *fault;
};

static int fault(struct parser *p, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fault(struct parser *p, const char *at, const char *fmt, ...)
{
	va_list ap;

	p->fault = at;
	va_start(ap, fmt);
	if (p->e)
		vsnprintf(p->e->text, sizeof(p->e->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int no_memory(struct parser *p)
{
	p->fault = p->at;
	return err_set(p->e, -ENOMEM, "out of memory for an expression");
}

static void skip_space(struct parser *p)
{
	p->at += strspn(p->at, " \t\n");
}

static struct expr *make(struct parser *p, enum kind kind, size_t args)
{
	struct expr *x = arena_array(p->arena, 1, sizeof(*x));
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers is what is meant */
	const struct expr **operands = arena_array(p->arena, args, sizeof(*operands));

	if (!x || !operands)
		return NULL;
	x->args = operands;
	x->kind = kind;
	return x;
}

/* What groups, metrics and functions are called. */
static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

static size_t span_of(const char *at, const char *others)
{
	size_t n = 0;

	while (at[n] && (strchr(word, at[n]) || strchr(others, at[n])))
		n++;
	return n;
}

/* How long the group is, when GROUP: stands here. */
static size_t group_length(const char *at)
{
	size_t n = span_of(at, "-*?.");

	return at[n] == ':' && *at != '-' ? n : 0;
}

static bool is_glob(const char *name)
{
	return strpbrk(name, "*?") != NULL;
}

static int no_such_group(struct parser *p, const char *at, const char *name)
{
	struct nearest near = {.word = name};
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < p->names->n_groups; i++)
		nearest_offer(&near, p->names->groups[i]);
	return fault(p, at, "no group %s '%s'%s%s", is_glob(name) ? "matches" : "is called", name,
		     nearest_hint(&near, hint),
		     strpbrk(name, "-*") ? "; an operator - or * has spaces around it" : "");
}

/* CELL.GROUP: "*" is every group, and not every group of every cell as well. */
static bool is_qualified(const char *name)
{
	return strchr(name, '.') != NULL;
}

static int match_groups(struct parser *p, const char *at, const char *name, struct expr *x)
{
	x->groups = arena_array(p->arena, p->names->n_groups, sizeof(*x->groups));
	if (!x->groups)
		return no_memory(p);
	for (size_t i = 0; i < p->names->n_groups; i++)
		if (is_qualified(name) == is_qualified(p->names->groups[i]) &&
		    fnmatch(name, p->names->groups[i], 0) == 0)
			x->groups[x->n_groups++] = (int)i;
	return x->n_groups ? 0 : no_such_group(p, at, name);
}

static int read_group(struct parser *p, size_t length, struct expr *x)
{
	char name[NAME_MAX_BYTES];
	const char *at = p->at;

	if (length >= sizeof(name))
		return fault(p, at, "a group's name is shorter than %d letters", NAME_MAX_BYTES);
	memcpy(name, at, length);
	name[length] = '\0';
	p->at += length + 1;
	return match_groups(p, at, name, x);
}

/* Of a metric that the trial has and none of its groups. */
static int belongs_to_trial(struct parser *p, struct expr *x)
{
	x->groups = arena_array(p->arena, 1, sizeof(*x->groups));
	if (!x->groups)
		return no_memory(p);
	x->groups[x->n_groups++] = -1;
	return 0;
}

static int read_metric(struct parser *p, bool has_group, struct expr *x)
{
	const char *at = p->at;
	size_t n = span_of(at, ".@");
	bool of_trial = false;
	char *name = arena_text(p->arena, at, n);
	struct err why = {""};

	if (!name)
		return no_memory(p);
	if (n == 0)
		return fault(p, at, "expected a metric such as cpu.usage_usec behind ':'");
	if (p->names->metric(p->names->context, name, &x->unit, &of_trial, &why) < 0)
		return fault(p, at, "%s", why.text);
	if (of_trial && has_group)
		return fault(
			p, at,
			"'%s' is of the trial and of none of its groups: without GROUP:", name);
	x->metric = name;
	p->at += n;
	x->of_each = !has_group && !of_trial;
	return of_trial ? belongs_to_trial(p, x) : 0;
}

static int read_reference(struct parser *p, const struct expr **out)
{
	struct expr *x = make(p, METRIC, 0);
	size_t length = group_length(p->at);
	int r = x ? 0 : no_memory(p);

	if (r == 0 && length)
		r = read_group(p, length, x);
	if (r == 0)
		r = read_metric(p, length > 0, x);
	*out = x;
	return r;
}

static int read_number(struct parser *p, const struct expr **out)
{
	struct expr *x = make(p, NUMBER, 0);
	const char *at = p->at;
	char *end;

	if (!x)
		return no_memory(p);
	x->number = strtod(at, &end);
	x->unit = ratio;
	if (end == at || !isfinite(x->number))
		return fault(p, at, "expected a number");
	if (span_of(end, ""))
		return fault(p, at, "'%.*s' is no number; expected one such as 0.5 or 1e6",
			     (int)((size_t)(end - at) + span_of(end, "")), at);
	p->at = end;
	*out = x;
	return 0;
}

static int read_sum(struct parser *p, const struct expr **out);

static int unknown_function(struct parser *p, const char *at, size_t length)
{
	char name[NAME_MAX_BYTES], hint[NEAREST_HINT_MAX];
	struct nearest near = {.word = name};

	snprintf(name, sizeof(name), "%.*s", (int)length, at);
	for (size_t i = 0; i < array_len(functions); i++)
		nearest_offer(&near, functions[i].name);
	return fault(p, at,
		     "there is no function '%s'%s; expected sum, min, max, mean, count, abs, "
		     "ratio or share",
		     name, nearest_hint(&near, hint));
}

static const struct function *find_function(const char *at, size_t length)
{
	for (size_t i = 0; i < array_len(functions); i++)
		if (strlen(functions[i].name) == length &&
		    strncmp(functions[i].name, at, length) == 0)
			return &functions[i];
	return NULL;
}

/* Several groups' values are one only inside a function that makes one of them. */
static bool is_several(const struct expr *x)
{
	return x->kind == METRIC && x->n_groups > 1;
}

static int check_single(struct parser *p, const char *at, const struct expr *x)
{
	if (!is_several(x))
		return 0;
	return fault(p, at, "%zu groups match here; expected one, or a function such as sum(...)",
		     x->n_groups);
}

static bool is_constant(const struct expr *x)
{
	for (size_t i = 0; i < x->n_args; i++)
		if (!is_constant(x->args[i]))
			return false;
	return x->kind != METRIC;
}

static bool unlike(const struct expr *a, const struct expr *b)
{
	return *a->unit && *b->unit && strcmp(a->unit, b->unit) != 0;
}

static int check_like(struct parser *p, const char *at, const struct expr *a, const struct expr *b)
{
	/* A plain number has whatever unit is wanted. */
	if (is_constant(a) || is_constant(b) || !unlike(a, b))
		return 0;
	return fault(p, at, "%s and %s do not add up; divide them, or take metrics of one unit",
		     a->unit, b->unit);
}

static int add_argument(struct parser *p, struct expr *call)
{
	const struct expr *x = NULL;
	const char *at;
	int r;

	skip_space(p);
	at = p->at;
	if (call->n_args == call->function->max)
		return fault(p, at, "too many arguments; expected %s", call->function->usage);
	r = read_sum(p, &x);
	if (r == 0 && call->n_args < call->function->singles)
		r = check_single(p, at, x);
	if (r == 0 && call->n_args && call->function->result != A_COUNT &&
	    !(call->function->result == A_RATIO && call->n_args == 1))
		r = check_like(p, at, call->args[call->n_args - 1], x);
	if (r == 0)
		call->args[call->n_args++] = x;
	return r;
}

static bool is_plain(const struct expr *x)
{
	return strcmp(x->unit, ratio) == 0;
}

static const char *quotient_unit(const struct expr *a, const struct expr *b)
{
	if (is_plain(b))
		return a->unit;
	return *a->unit && strcmp(a->unit, b->unit) == 0 ? ratio : composite;
}

static const char *call_unit(const struct expr *call)
{
	switch (call->function->result) {
	case A_COUNT:
		return "count";
	case A_RATIO:
		return quotient_unit(call->args[0], call->args[1]);
	case SAME_UNIT:
		break;
	}
	return call->args[0]->unit;
}

static int read_arguments(struct parser *p, struct expr *call)
{
	int r = 0;

	do {
		p->at++; /* the bracket, or a comma */
		r = add_argument(p, call);
		skip_space(p);
	} while (r == 0 && *p->at == ',');
	if (r < 0)
		return r;
	if (*p->at != ')')
		return fault(p, p->at, "expected ',' or ')'; as in %s", call->function->usage);
	if (call->n_args < call->function->min)
		return fault(p, p->at, "too few arguments; expected %s", call->function->usage);
	p->at++;
	return 0;
}

static int read_call(struct parser *p, size_t length, const struct expr **out)
{
	struct expr *x = make(p, CALL, ARGS_MAX);

	if (!x)
		return no_memory(p);
	x->function = find_function(p->at, length);
	if (!x->function)
		return unknown_function(p, p->at, length);
	p->at += length;
	skip_space(p);
	*out = x;
	int r = read_arguments(p, x);
	if (r == 0)
		x->unit = call_unit(x);
	return r;
}

static int read_bracket(struct parser *p, const struct expr **out)
{
	const char *open = p->at++;
	int r = read_sum(p, out);

	if (r < 0)
		return r;
	skip_space(p);
	if (*p->at != ')')
		return fault(p, *p->at ? p->at : open, "expected ')'%s",
			     *p->at ? "" : " for this bracket");
	p->at++;
	return 0;
}

static int read_unary(struct parser *p, const struct expr **out);

static int read_negation(struct parser *p, const struct expr **out)
{
	struct expr *x = make(p, NEGATE, 1);
	const char *at = p->at++;
	int r = x ? read_unary(p, &x->args[0]) : no_memory(p);

	if (r == 0)
		r = check_single(p, at, x->args[0]);
	if (r < 0)
		return r;
	x->n_args = 1;
	x->unit = x->args[0]->unit;
	*out = x;
	return 0;
}

static int read_primary(struct parser *p, const struct expr **out)
{
	size_t length = span_of(p->at, ""), space = strspn(p->at + length, " \t\n");

	if (group_length(p->at))
		return read_reference(p, out);
	if (*p->at == '(')
		return read_bracket(p, out);
	if (*p->at == '-')
		return read_negation(p, out);
	if (strchr("0123456789.", *p->at) && *p->at)
		return read_number(p, out);
	if (length && p->at[length + space] == '(')
		return read_call(p, length, out);
	if (length)
		return read_reference(p, out);
	return fault(p, p->at, "expected GROUP:METRIC, a number, a function or '('%s",
		     *p->at ? "" : ", and not the end");
}

/* Whatever nests comes through here. */
static int read_unary(struct parser *p, const struct expr **out)
{
	int r;

	skip_space(p);
	if (++p->depth > DEPTH_MAX)
		return fault(p, p->at, "nested more than %d deep", DEPTH_MAX);
	if (++p->nodes > NODES_MAX)
		return fault(p, p->at, "more than %d terms", NODES_MAX);
	r = read_primary(p, out);
	p->depth--;
	return r;
}

static const char *binary_unit(enum kind kind, const struct expr *a, const struct expr *b)
{
	if (kind == DIVIDE)
		return quotient_unit(a, b);
	if (kind == MULTIPLY)
		return is_plain(a) ? b->unit : is_plain(b) ? a->unit : composite;
	return is_constant(a) || !*a->unit ? b->unit : a->unit;
}

static int join(struct parser *p, enum kind kind, const char *at, const struct expr *a,
		const struct expr **out)
{
	struct expr *x = make(p, kind, 2);
	const struct expr *b = *out;

	if (!x)
		return no_memory(p);
	if ((kind == ADD || kind == SUBTRACT) && check_like(p, at, a, b) < 0)
		return -EINVAL;
	x->args[0] = a;
	x->args[1] = b;
	x->n_args = 2;
	x->unit = binary_unit(kind, a, b);
	*out = x;
	return 0;
}

/* One level of operators of the same rank, from left to right. */
struct rank {
	const char *signs;
	enum kind kinds[2];
	int (*operand)(struct parser *p, const struct expr **out);
};

static int read_rank(struct parser *p, const struct rank *rank, const struct expr **out)
{
	const char *first, *sign, *at;
	int r;

	skip_space(p);
	first = p->at;
	r = rank->operand(p, out);
	for (skip_space(p); r == 0 && *p->at && (sign = strchr(rank->signs, *p->at));
	     skip_space(p)) {
		const struct expr *left = *out;
		const char *operator= p->at++;
		skip_space(p);
		at = p->at;
		r = check_single(p, first, left);
		if (r == 0)
			r = rank->operand(p, out);
		if (r == 0)
			r = check_single(p, at, *out);
		if (r == 0)
			r = join(p, rank->kinds[sign - rank->signs], operator, left, out);
	}
	return r;
}

static int read_product(struct parser *p, const struct expr **out)
{
	static const struct rank rank = {"*/", {MULTIPLY, DIVIDE}, read_unary};

	return read_rank(p, &rank, out);
}

static int read_sum(struct parser *p, const struct expr **out)
{
	static const struct rank rank = {"+-", {ADD, SUBTRACT}, read_product};

	return read_rank(p, &rank, out);
}

int expr_parse(const char *text, const struct expr_names *names, struct arena *arena,
	       const struct expr **out, size_t *at, struct err *e)
{
	struct parser p = {
		.text = text, .at = text, .names = names, .arena = arena, .e = e, .fault = text};
	const struct expr *x = NULL;
	int r = read_sum(&p, &x);

	if (r == 0)
		r = check_single(&p, text + strspn(text, " "), x);
	if (r == 0 && *p.at)
		r = fault(&p, p.at, "expected an operator (+ - * /) or the end, and not '%s'",
			  p.at);
	if (r == 0 && is_constant(x))
		r = fault(&p, text, "no metric in it: that would be the same in every trial");
	if (r < 0)
		*at = (size_t)(p.fault - text);
	else
		*out = x;
	return r;
}

/* What an evaluation needs on its way down. */
struct context {
	expr_lookup *lookup;
	const void *of;
	int group;
};

static double value_of(const struct expr *x, const struct context *c);

static size_t values_of(const struct expr *x, const struct context *c, double *v)
{
	if (!is_several(x)) {
		*v = value_of(x, c);
		return 1;
	}
	for (size_t i = 0; i < x->n_groups; i++)
		v[i] = c->lookup(c->of, x->groups[i], x->metric);
	return x->n_groups;
}

static double call(const struct expr *x, const struct context *c)
{
	struct list list = {NULL, 0};
	size_t n = 0;
	double result;

	for (size_t i = 0; i < x->n_args; i++)
		n += is_several(x->args[i]) ? x->args[i]->n_groups : 1;
	list.v = calloc(n + 1, sizeof(*list.v));
	if (!list.v)
		return NAN;
	for (size_t i = 0; i < x->n_args; i++)
		list.n += values_of(x->args[i], c, list.v + list.n);
	result = x->function->of(&list);
	free(list.v);
	return result;
}

static double operate(enum kind kind, double a, double b)
{
	switch (kind) {
	case ADD:
		return a + b;
	case SUBTRACT:
		return a - b;
	case MULTIPLY:
		return a * b;
	default:
		return a / b;
	}
}

static double value_of(const struct expr *x, const struct context *c)
{
	switch (x->kind) {
	case NUMBER:
		return x->number;
	case METRIC:
		return c->lookup(c->of, x->of_each ? c->group : x->groups[0], x->metric);
	case NEGATE:
		return -value_of(x->args[0], c);
	case CALL:
		return call(x, c);
	default:
		return operate(x->kind, value_of(x->args[0], c), value_of(x->args[1], c));
	}
}

double expr_value(const struct expr *x, expr_lookup *lookup, const void *context, int group)
{
	const struct context c = {.lookup = lookup, .of = context, .group = group};
	double v = value_of(x, &c);

	return isfinite(v) ? v : NAN;
}

bool expr_is_per_group(const struct expr *x)
{
	for (size_t i = 0; i < x->n_args; i++)
		if (expr_is_per_group(x->args[i]))
			return true;
	return x->kind == METRIC && x->of_each;
}

const char *expr_unit(const struct expr *x)
{
	return x->unit;
}
