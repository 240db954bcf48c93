/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/format.h"

#include <errno.h>
#include <string.h>

#include "cgbench/array.h"
#include "record/row.h"
#include "suite/paper_spec.h"
#include "suite/schema.h"

enum { SUITE_NAME_MAX = 60, GROUP_NAME_MAX = 48, AXIS_NAME_MAX = 32, VALUE_NAME_MAX = 48 };

/* The file as it is nested; what the rest of the program sees is flat. */
struct group_node {
	struct group_spec spec;
	struct group_node *children;
	size_t n_children;
};

struct action_node {
	struct action_spec spec;
	struct text kill, freeze, thaw;
};

struct part_node {
	struct part part;
	struct group_node *groups;
	size_t n_groups;
	struct action_node *actions;
	size_t n_actions;
	struct group_node *templates;
	size_t n_templates;
};

struct file_node {
	struct part_node own; /* the only part, or what all parts have in common; first, so that
				 the same table describes both */
	struct text suite, cases;
	struct paper_spec paper;
	struct part_node *parts;
	size_t n_parts;
};

static const char a_name[] = "a name of letters, digits, - and _";
static const char a_value_name[] = "a name of letters, digits, _ and .";
static const char a_condition[] = "a condition such as 'period == 100ms' or 'has cpu.stat.local'";
static const char a_duration[] = "a duration such as 10s";
static const char limits_expected[] = "a mapping such as {memory.max: 64M, pids.max: 64}";

static const struct field place_fields[] = {
	{.key = "cpus",
	 .required = true,
	 .offset = offsetof(struct group_node, spec.cpus),
	 .expected = "how many CPUs, such as 2"},
	{.key = "where",
	 .offset = offsetof(struct group_node, spec.where),
	 .expected = "a place such as same-core or spread"},
	{.key = "beside",
	 .offset = offsetof(struct group_node, spec.beside),
	 .expected = "the name of a group that stands before this one"},
	{0},
};

static const struct schema place_schema = {
	.noun = "'place'",
	.expected = "a mapping such as {cpus: 2, where: spread}",
	.fields = place_fields,
};

static const struct field run_fields[] = {
	{.key = "workload",
	 .offset = offsetof(struct group_node, spec.workload),
	 .expected = "a workload such as spin"},
	{.key = "exec",
	 .kind = FIELD_TEXTS,
	 .may_be_empty = true,
	 .offset = offsetof(struct group_node, spec.exec),
	 .expected = "a program and its arguments, such as [stress-ng, --cpu, \"1\"]"},
	{.key = "threads",
	 .offset = offsetof(struct group_node, spec.threads),
	 .expected = "how many threads, such as 2"},
	{.key = "exit",
	 .offset = offsetof(struct group_node, spec.exit),
	 .expected = "the code that the program ends with, such as 1, or any"},
	{.key = "ends",
	 .offset = offsetof(struct group_node, spec.ends),
	 .expected = "true, for a program that may end before the window does"},
	{0},
};

static const struct schema run_schema = {
	.noun = "'run'",
	.expected = "a mapping such as {workload: spin, threads: 2} or {exec: [sleep, \"1\"]}",
	.fields = run_fields,
	.takes_others = true,
	.others_offset = offsetof(struct group_node, spec.params),
};

static const struct schema group_schema;

/* Of a group, and of a template. */
static const struct field template_fields[] = {
	{.key = "oom_score_adj",
	 .offset = offsetof(struct group_node, spec.oom_score_adj),
	 .expected = "-1000 to 1000, such as 500"},
	{.key = "sched",
	 .offset = offsetof(struct group_node, spec.sched),
	 .expected = "fifo:10, rr:10, batch, idle or other"},
	{.key = "as",
	 .offset = offsetof(struct group_node, spec.as),
	 .expected = "as whom it runs, such as nobody, or \"root caps=container ns=pid,net\""},
	{.key = "nice",
	 .offset = offsetof(struct group_node, spec.nice),
	 .expected = "-20 to 19, such as 10"},
	{.key = "start",
	 .offset = offsetof(struct group_node, spec.start),
	 .expected = "when it starts, such as 2s"},
	{.key = "limits",
	 .kind = FIELD_PAIRS,
	 .offset = offsetof(struct group_node, spec.limits),
	 .expected = limits_expected},
	{.key = "place", .kind = FIELD_RECORD, .of = &place_schema},
	{.key = "run", .kind = FIELD_RECORD, .of = &run_schema},
	{0},
};

static const struct schema template_schema = {
	.noun = "a template",
	.expected = "a mapping such as {run: {workload: spin}} or {limits: {pids.max: 64}}",
	.size = sizeof(struct group_node),
	.name_offset = offsetof(struct group_node, spec.name),
	.fields = template_fields,
};

static const struct field group_fields[] = {
	{.key = "name",
	 .required = true,
	 .offset = offsetof(struct group_node, spec.name),
	 .expected = a_name},
	{.key = "like",
	 .kind = FIELD_TEXTS,
	 .one_will_do = true,
	 .offset = offsetof(struct group_node, spec.like),
	 .expected = "a template's name, or a list of several"},
	{.key = "count",
	 .offset = offsetof(struct group_node, spec.count),
	 .expected = "how many alike, such as 100"},
	{.key = "depth",
	 .offset = offsetof(struct group_node, spec.depth),
	 .expected = "how many below each other, such as 10"},
	{.key = "children",
	 .kind = FIELD_RECORDS,
	 .of = &group_schema,
	 .offset = offsetof(struct group_node, children),
	 .count_offset = offsetof(struct group_node, n_children),
	 .expected = "a list of groups"},
	{0},
};

static const struct schema group_schema = {
	.noun = "a group",
	.expected = "a mapping such as {name: subject, run: {workload: spin}}",
	.size = sizeof(struct group_node),
	.fields = group_fields,
	.more = template_fields,
};

static const struct field action_fields[] = {
	{.key = "at",
	 .required = true,
	 .offset = offsetof(struct action_node, spec.at),
	 .expected = "a time from the start, such as 2s"},
	{.key = "group",
	 .offset = offsetof(struct action_node, spec.group),
	 .expected = "a group's name"},
	{.key = "write",
	 .kind = FIELD_PAIRS,
	 .offset = offsetof(struct action_node, spec.write),
	 .expected = limits_expected},
	{.key = "every",
	 .offset = offsetof(struct action_node, spec.every),
	 .expected = "how long from one to the next, such as 100ms"},
	{.key = "until",
	 .offset = offsetof(struct action_node, spec.until),
	 .expected = "a time from the start, such as 5s"},
	{.key = "file",
	 .kind = FIELD_PAIRS,
	 .offset = offsetof(struct action_node, spec.file),
	 .expected = "a mapping such as {memory.reclaim: 10M}"},
	{.key = "kill", .offset = offsetof(struct action_node, kill), .expected = "true"},
	{.key = "freeze", .offset = offsetof(struct action_node, freeze), .expected = "true"},
	{.key = "thaw", .offset = offsetof(struct action_node, thaw), .expected = "true"},
	{.key = "move",
	 .offset = offsetof(struct action_node, spec.to),
	 .expected = "the name of the group to move to"},
	{.key = "run",
	 .kind = FIELD_TEXTS,
	 .may_be_empty = true,
	 .offset = offsetof(struct action_node, spec.run),
	 .expected = "a program and its arguments, such as [sh, -c, \"...\"]"},
	{.key = "cpu_offline",
	 .offset = offsetof(struct action_node, spec.offline),
	 .expected = "a CPU's number, such as 3"},
	{.key = "cpu_online",
	 .offset = offsetof(struct action_node, spec.online),
	 .expected = "a CPU's number, such as 3"},
	{.key = "segment",
	 .offset = offsetof(struct action_node, spec.segment),
	 .expected = "a name for the time that begins here, such as raised"},
	{0},
};

static const struct schema action_schema = {
	.noun = "an action",
	.expected = "a mapping such as {at: 2s, group: subject, kill: true}",
	.size = sizeof(struct action_node),
	.fields = action_fields,
};

static const struct field read_fields[] = {
	{.key = "name",
	 .required = true,
	 .offset = offsetof(struct read_spec, name),
	 .expected = a_value_name},
	{.key = "file",
	 .required = true,
	 .offset = offsetof(struct read_spec, file),
	 .expected = "an interface file such as memory.stat"},
	{.key = "key",
	 .offset = offsetof(struct read_spec, key),
	 .expected = "a key such as slab, or \"8:0 rbytes\""},
	{.key = "as",
	 .offset = offsetof(struct read_spec, as),
	 .expected = "number, list (how many it has) or lines (how many there are)"},
	{.key = "group", .offset = offsetof(struct read_spec, group), .expected = "a group's name"},
	{.key = "take",
	 .offset = offsetof(struct read_spec, take),
	 .expected = "before, after, end, delta, peak or sample"},
	{.key = "unit",
	 .offset = offsetof(struct read_spec, unit),
	 .expected = "a unit such as bytes"},
	{0},
};

static const struct schema read_schema = {
	.noun = "a file to read",
	.expected = "a mapping such as {name: slab, file: memory.stat, key: slab, unit: bytes}",
	.size = sizeof(struct read_spec),
	.fields = read_fields,
};

static const struct field expect_fields[] = {
	{.key = "metric",
	 .required = true,
	 .unless = "that",
	 .offset = offsetof(struct expect_spec, metric),
	 .expected = "a metric such as cpu.usage_error"},
	{.key = "that",
	 .offset = offsetof(struct expect_spec, that),
	 .expected = "an expression such as \"b:cpu.usage_usec / a:cpu.usage_usec\""},
	{.key = "name", .offset = offsetof(struct expect_spec, name), .expected = a_value_name},
	{.key = "group",
	 .offset = offsetof(struct expect_spec, group),
	 .expected = "a group's name"},
	{.key = "within",
	 .offset = offsetof(struct expect_spec, within),
	 .expected = "a percentage such as 3%"},
	{.key = "min", .offset = offsetof(struct expect_spec, min), .expected = "a number"},
	{.key = "max", .offset = offsetof(struct expect_spec, max), .expected = "a number"},
	{.key = "equals", .offset = offsetof(struct expect_spec, equals), .expected = "a number"},
	{.key = "when", .offset = offsetof(struct expect_spec, when), .expected = a_condition},
	{0},
};

static const struct schema expect_schema = {
	.noun = "a budget",
	.expected = "a mapping such as {metric: cpu.usage_error, within: 3%}, or with 'that' and "
		    "an expression instead of 'metric'",
	.size = sizeof(struct expect_spec),
	.fields = expect_fields,
};

static const struct field exclude_fields[] = {
	{.key = "when", .offset = offsetof(struct exclude, when), .expected = a_condition},
	{0},
};

static const struct schema exclude_schema = {
	.noun = "an exclusion",
	.expected = "a mapping such as {quota: 5%, period: 10ms}",
	.size = sizeof(struct exclude),
	.fields = exclude_fields,
	.takes_others = true,
	.others_offset = offsetof(struct exclude, terms),
};

static const struct field end_fields[] = {
	{.key = "exit",
	 .offset = offsetof(struct part_node, part.end_exit),
	 .expected = "the group whose first process ends the trial by its end"},
	{.key = "empty",
	 .offset = offsetof(struct part_node, part.end_empty),
	 .expected = "the group that ends the trial when nothing is in it any more"},
	{0},
};

static const struct schema end_schema = {
	.noun = "'end'",
	.expected = "a mapping such as {exit: subject} or {empty: subject}",
	.fields = end_fields,
};

static const struct field disk_fields[] = {
	{.key = "size",
	 .required = true,
	 .offset = offsetof(struct part_node, part.host.disk_size),
	 .expected = "a size such as 256M"},
	{.key = "kind",
	 .offset = offsetof(struct part_node, part.host.disk_kind),
	 .expected = "null_blk or loop"},
	{.key = "latency",
	 .offset = offsetof(struct part_node, part.host.disk_latency),
	 .expected = "how long each request takes, such as 100us"},
	{.key = "rate",
	 .offset = offsetof(struct part_node, part.host.disk_rate),
	 .expected = "bytes in a second, such as 64M"},
	{.key = "depth",
	 .offset = offsetof(struct part_node, part.host.disk_depth),
	 .expected = "how many requests at once, such as 64"},
	{.key = "scheduler",
	 .offset = offsetof(struct part_node, part.host.disk_scheduler),
	 .expected = "a scheduler such as bfq"},
	{.key = "fs",
	 .offset = offsetof(struct part_node, part.host.disk_fs),
	 .expected = "ext4 or none"},
	{0},
};

static const struct schema disk_schema = {
	.noun = "'disk'",
	.expected = "a mapping such as {size: 256M} or {size: 64M, latency: 100us}",
	.fields = disk_fields,
};

static const struct field host_fields[] = {
	{.key = "swap",
	 .offset = offsetof(struct part_node, part.host.swap),
	 .expected = "a size such as 256M"},
	{.key = "disk", .kind = FIELD_RECORD, .of = &disk_schema},
	{.key = "sysctl",
	 .kind = FIELD_PAIRS,
	 .offset = offsetof(struct part_node, part.host.sysctl),
	 .expected = "a mapping such as {vm.swappiness: 60}"},
	{.key = "file",
	 .kind = FIELD_PAIRS,
	 .offset = offsetof(struct part_node, part.host.file),
	 .expected = "a mapping such as {/sys/kernel/mm/transparent_hugepage/enabled: always}"},
	{.key = "iocost",
	 .kind = FIELD_PAIRS,
	 .offset = offsetof(struct part_node, part.host.iocost),
	 .expected = "a mapping such as {qos: enable=1, model: ctrl=auto}"},
	{.key = "cgroup2",
	 .kind = FIELD_TEXTS,
	 .offset = offsetof(struct part_node, part.host.cgroup2),
	 .expected = "a list of mount options such as [favordynmods]"},
	{0},
};

static const struct schema host_schema = {
	.noun = "'host'",
	.expected = "a mapping such as {swap: 256M, sysctl: {vm.swappiness: 60}}",
	.fields = host_fields,
};

/* Of a part, and of a file without parts. */
static const struct field common_fields[] = {
	{.key = "repeats",
	 .offset = offsetof(struct part_node, part.repeats),
	 .expected = "how many repeats, such as 5"},
	{.key = "duration",
	 .offset = offsetof(struct part_node, part.duration),
	 .expected = a_duration},
	{.key = "warmup",
	 .offset = offsetof(struct part_node, part.warmup),
	 .expected = a_duration},
	{.key = "sample_every",
	 .offset = offsetof(struct part_node, part.sample_every),
	 .expected = "a duration such as 10ms"},
	{.key = "timeout",
	 .offset = offsetof(struct part_node, part.timeout),
	 .expected = a_duration},
	{.key = "when", .offset = offsetof(struct part_node, part.when), .expected = a_condition},
	{.key = "quick",
	 .offset = offsetof(struct part_node, part.quick),
	 .expected = "which cells --quick runs: no, or a condition such as 'threads == 1'"},
	{.key = "axes",
	 .kind = FIELD_AXES,
	 .offset = offsetof(struct part_node, part.axes),
	 .count_offset = offsetof(struct part_node, part.n_axes),
	 .expected = "a mapping such as {quota: [20%, 50%], threads: [1, 4]}"},
	{.key = "zip",
	 .kind = FIELD_LISTS,
	 .offset = offsetof(struct part_node, part.zips),
	 .count_offset = offsetof(struct part_node, part.n_zips),
	 .expected = "a list of lists of axes, such as [[quota, threads]]"},
	{.key = "exclude",
	 .kind = FIELD_RECORDS,
	 .of = &exclude_schema,
	 .offset = offsetof(struct part_node, part.excludes),
	 .count_offset = offsetof(struct part_node, part.n_excludes),
	 .expected = "a list such as [{quota: 5%, period: 10ms}]"},
	{.key = "host", .kind = FIELD_RECORD, .of = &host_schema},
	{.key = "templates",
	 .kind = FIELD_NAMED,
	 .of = &template_schema,
	 .offset = offsetof(struct part_node, templates),
	 .count_offset = offsetof(struct part_node, n_templates),
	 .expected = "a mapping from names to what groups have in common"},
	{.key = "groups",
	 .kind = FIELD_RECORDS,
	 .of = &group_schema,
	 .offset = offsetof(struct part_node, groups),
	 .count_offset = offsetof(struct part_node, n_groups),
	 .expected = "a list of groups"},
	{.key = "end", .kind = FIELD_RECORD, .of = &end_schema},
	{.key = "actions",
	 .kind = FIELD_RECORDS,
	 .of = &action_schema,
	 .offset = offsetof(struct part_node, actions),
	 .count_offset = offsetof(struct part_node, n_actions),
	 .expected = "a list such as [{at: 2s, group: subject, kill: true}]"},
	{.key = "own",
	 .kind = FIELD_PAIRS,
	 .offset = offsetof(struct part_node, part.own),
	 .expected = "a mapping from names to units, such as {latency.p99: ms}"},
	{.key = "read",
	 .kind = FIELD_RECORDS,
	 .of = &read_schema,
	 .offset = offsetof(struct part_node, part.reads),
	 .count_offset = offsetof(struct part_node, part.n_reads),
	 .expected = "a list such as [{name: slab, file: memory.stat, key: slab}]"},
	{.key = "expect",
	 .kind = FIELD_RECORDS,
	 .of = &expect_schema,
	 .offset = offsetof(struct part_node, part.expects),
	 .count_offset = offsetof(struct part_node, part.n_expects),
	 .expected = "a list such as [{metric: cpu.usage_error, within: 3%}]"},
	{0},
};

static const struct field part_fields[] = {
	{.key = "part",
	 .required = true,
	 .offset = offsetof(struct part_node, part.name),
	 .expected = a_name},
	{.key = "question",
	 .required = true,
	 .offset = offsetof(struct part_node, part.question),
	 .expected = "the question that its numbers answer"},
	{0},
};

static const struct schema part_schema = {
	.noun = "a part",
	.expected = "a mapping with part, question, groups and what a suite may have",
	.size = sizeof(struct part_node),
	.fields = part_fields,
	.more = common_fields,
};

static const struct field file_fields[] = {
	{.key = "suite",
	 .required = true,
	 .offset = offsetof(struct file_node, suite),
	 .expected = a_name},
	{.key = "question",
	 .required = true,
	 .offset = offsetof(struct file_node, own.part.question),
	 .expected = "the question that its numbers answer"},
	{.key = "cases",
	 .offset = offsetof(struct file_node, cases),
	 .expected = "true, when each part is a case: run then prints a line for each"},
	{.key = "paper",
	 .kind = FIELD_RECORD,
	 .of = &paper_schema,
	 .offset = offsetof(struct file_node, paper)},
	{.key = "parts",
	 .kind = FIELD_RECORDS,
	 .of = &part_schema,
	 .offset = offsetof(struct file_node, parts),
	 .count_offset = offsetof(struct file_node, n_parts),
	 .expected = "a list of parts, each with a question of its own"},
	{0},
};

static const struct schema file_schema = {
	.noun = "the suite",
	.expected = "a mapping that begins with 'suite: NAME'",
	.size = sizeof(struct file_node),
	.fields = file_fields,
	.more = common_fields,
};

static int no_memory(const struct suite *s, struct err *e)
{
	return err_set(e, -ENOMEM, "%s: out of memory", s->path);
}

static bool is_name(const char *text, const char *others, size_t max)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t n = strspn(text, letters);

	while (n && text[n] && strchr(others, text[n]))
		n += 1 + strspn(text + n + 1, letters);
	return n && !text[n] && n <= max;
}

static int check_name(const struct suite *s, const struct text *name, const char *what,
		      const char *others, size_t max, struct err *e)
{
	if (is_name(name->str, others, max))
		return 0;
	return suite_fault(s, name, e,
			   "'%s' is no name for %s; expected letters, digits and any of '%s', at "
			   "most %zu of them, beginning with a letter or digit",
			   name->str, what, others, max);
}

/* Of what a suite names itself: "-" would be a minus in an expression. */
static int check_value_name(const struct suite *s, const struct text *name, struct err *e)
{
	return check_name(s, name, "a value", "_.", VALUE_NAME_MAX, e);
}

static int check_axis(const struct suite *s, const struct axis *a, struct err *e)
{
	int r = check_name(s, &a->name, "an axis", "-_", AXIS_NAME_MAX, e);

	if (r == 0 && row_is_column(a->name.str))
		return suite_fault(s, &a->name, e,
				   "an axis cannot be called '%s': results.csv and trials.csv have "
				   "columns of their own, and this is one",
				   a->name.str);
	for (size_t i = 0; r == 0 && i < a->values.n; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(a->values.v[i].str, a->values.v[j].str) == 0)
				return suite_fault(s, &a->values.v[i], e,
						   "value '%s' is on axis '%s' twice; each makes a "
						   "cell of its own",
						   a->values.v[i].str, a->name.str);
	return r;
}

static size_t count_groups(const struct group_node *nodes, size_t n)
{
	size_t sum = n;

	for (size_t i = 0; i < n; i++)
		sum += count_groups(nodes[i].children, nodes[i].n_children);
	return sum;
}

static void flatten(const struct group_node *nodes, size_t n, int parent, struct part *out)
{
	for (size_t i = 0; i < n; i++) {
		int self = (int)out->n_groups++;
		out->groups[self] = nodes[i].spec;
		out->groups[self].parent = parent;
		flatten(nodes[i].children, nodes[i].n_children, self, out);
	}
}

static bool has_children(const struct part *p, size_t group)
{
	for (size_t i = group + 1; i < p->n_groups; i++)
		if (p->groups[i].parent == (int)group)
			return true;
	return false;
}

/* Another group's processes may be moved into a group that runs nothing of its own. */
static bool has_moves(const struct part *p)
{
	for (size_t i = 0; i < p->n_actions; i++)
		if (p->actions[i].verb == ACTION_MOVE)
			return true;
	return false;
}

int format_check_run(const struct suite *s, const struct part *p, size_t group,
		     const struct group_spec *g, struct err *e)
{
	bool runs = g->workload.str || g->exec.n, parent = has_children(p, group);
	const struct text *odd = g->params.n ? &g->params.v[0].key : &g->threads;

	if (g->workload.str && g->exec.n)
		return suite_fault(s, &g->exec.v[0], e,
				   "group '%s' has both a workload and a program; expected one",
				   g->name.str);
	if (!g->workload.str && odd->str)
		return suite_fault(s, odd, e,
				   "'run' of group '%s' has parameters but no workload; expected "
				   "{workload: NAME, ...} or {exec: [PROGRAM, ...]}",
				   g->name.str);
	if (!g->exec.n && (g->exit.str || g->ends.str))
		return suite_fault(
			s, g->exit.str ? &g->exit : &g->ends, e,
			"'run' of group '%s' has '%s' but no program; expected it beside "
			"{exec: [PROGRAM, ...]}",
			g->name.str, g->exit.str ? "exit" : "ends");
	if (runs && parent)
		return suite_fault(s, &g->name, e,
				   "group '%s' has both 'run' and 'children'; cgroup v2 wants "
				   "processes in leaves only, so give it a child that runs this",
				   g->name.str);
	if (!runs && !parent && !has_moves(p))
		return suite_fault(
			s, &g->name, e,
			"group '%s' has neither 'run' nor 'children': it would stay empty",
			g->name.str);
	return 0;
}

static int check_group(const struct suite *s, const struct part *p, size_t group, struct err *e)
{
	const struct text *name = &p->groups[group].name;
	int r = check_name(s, name, "a group", "-_", GROUP_NAME_MAX, e);

	for (size_t i = 0; r == 0 && i < group; i++)
		if (strcmp(p->groups[i].name.str, name->str) == 0)
			return suite_fault(s, name, e,
					   "group '%s' is there twice; first in line %d. Rows are "
					   "told apart by the group's name, nested ones included",
					   name->str, p->groups[i].name.line);
	/* What its templates say is known only when their names are. */
	if (r < 0 || p->groups[group].like.n)
		return r;
	return format_check_run(s, p, group, &p->groups[group], e);
}

static int shape_groups(const struct suite *s, const struct part_node *from, struct part *to,
			struct err *e)
{
	size_t n = count_groups(from->groups, from->n_groups);
	int r = 0;

	if (n > SUITE_GROUPS_MAX)
		return suite_fault(s, &from->groups[0].spec.name, e,
				   "%zu groups; expected at most %d", n, SUITE_GROUPS_MAX);
	to->groups = arena_array(s->arena, n, sizeof(*to->groups));
	if (!to->groups)
		return no_memory(s, e);
	flatten(from->groups, from->n_groups, -1, to);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = check_group(s, to, i, e);
	return r;
}

/* An action is what the one key says that it has beside `at` and `group`. */
static int shape_action(const struct suite *s, const struct action_node *from,
			struct action_spec *to, struct err *e)
{
	const struct {
		enum action_verb verb;
		const struct text *text; /* what stands behind its key */
		const char *flag;        /* its key, when only "true" can stand there */
	} verbs[] = {
		{ACTION_WRITE, from->spec.write.n ? &from->spec.write.v[0].key : NULL, NULL},
		{ACTION_FILE, from->spec.file.n ? &from->spec.file.v[0].key : NULL, NULL},
		{ACTION_KILL, &from->kill, "kill"},
		{ACTION_FREEZE, &from->freeze, "freeze"},
		{ACTION_THAW, &from->thaw, "thaw"},
		{ACTION_MOVE, &from->spec.to, NULL},
		{ACTION_RUN, from->spec.run.n ? &from->spec.run.v[0] : NULL, NULL},
		{ACTION_CPU_OFFLINE, &from->spec.offline, NULL},
		{ACTION_CPU_ONLINE, &from->spec.online, NULL},
	};
	size_t found = 0;

	*to = from->spec;
	for (size_t i = 0; i < array_len(verbs); i++) {
		const struct text *t = verbs[i].text;
		if (!t || !t->str)
			continue;
		if (found++)
			return suite_fault(s, t, e, "one action does one thing; make it two");
		if (verbs[i].flag && strcmp(t->str, "true") != 0)
			return suite_fault(s, t, e,
					   "'%s' is '%s'; expected true, or no such action",
					   verbs[i].flag, t->str);
		to->verb = verbs[i].verb;
	}
	if (!found && to->segment.str)
		to->verb = ACTION_NOTHING;
	else if (!found)
		return suite_fault(s, &to->at, e,
				   "the action does nothing; expected one of write, file, kill, "
				   "freeze, thaw, move, run, cpu_offline, cpu_online or segment");
	return 0;
}

static int shape_actions(const struct suite *s, const struct part_node *from, struct part *to,
			 struct err *e)
{
	int r = 0;

	to->actions = arena_array(s->arena, from->n_actions, sizeof(*to->actions));
	if (!to->actions)
		return no_memory(s, e);
	for (; r == 0 && to->n_actions < from->n_actions; to->n_actions++)
		r = shape_action(s, &from->actions[to->n_actions], &to->actions[to->n_actions], e);
	return r;
}

static int check_expect(const struct suite *s, const struct expect_spec *x, struct err *e)
{
	const struct text *of = x->that.str ? &x->that : &x->metric;

	if (x->that.str && x->metric.str)
		return suite_fault(s, &x->that, e,
				   "a budget has either 'metric' or 'that'; make it two");
	if (!x->within.str && !x->min.str && !x->max.str && !x->equals.str)
		return suite_fault(
			s, of, e,
			"the budget of '%s' says nothing; expected within, min, max or equals",
			of->str);
	if (x->that.str && x->within.str && !x->equals.str)
		return suite_fault(
			s, &x->within, e,
			"within a percentage of what? A relation has no theory: expected "
			"'equals' beside it");
	if (x->name.str && !x->that.str)
		return suite_fault(s, &x->name, e,
				   "'name' is for a relation ('that'); a metric has its own");
	return x->name.str ? check_value_name(s, &x->name, e) : 0;
}

/* Two relations of one name would be two rows that nothing tells apart. */
static int check_expects(const struct suite *s, const struct part *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_expects; i++) {
		const struct text *name = &p->expects[i].name;
		r = check_expect(s, &p->expects[i], e);
		for (size_t j = 0; r == 0 && name->str && j < i; j++)
			if (p->expects[j].name.str &&
			    strcmp(p->expects[j].name.str, name->str) == 0)
				return suite_fault(s, name, e,
						   "relation '%s' is there twice; first in line %d",
						   name->str, p->expects[j].name.line);
	}
	return r;
}

static int check_own(const struct suite *s, const struct part *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->own.n; i++)
		r = check_value_name(s, &p->own.v[i].key, e);
	return r;
}

static int check_reads(const struct suite *s, const struct part *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_reads; i++) {
		const struct text *name = &p->reads[i].name;
		r = check_value_name(s, name, e);
		for (size_t j = 0; r == 0 && j < i; j++)
			if (strcmp(p->reads[j].name.str, name->str) == 0)
				return suite_fault(s, name, e,
						   "'%s' is read twice; first in line %d. Each has "
						   "a name of its own",
						   name->str, p->reads[j].name.line);
	}
	return r;
}

/* What is read in all parts comes before what is read in one. */
static int inherit_reads(const struct suite *s, const struct part *common, struct part *p,
			 struct err *e)
{
	size_t n = common->n_reads + p->n_reads;
	struct read_spec *all = arena_array(s->arena, n, sizeof(*all));

	if (!all)
		return no_memory(s, e);
	for (size_t i = 0; i < n; i++)
		all[i] = i < common->n_reads ? common->reads[i] : p->reads[i - common->n_reads];
	p->reads = all;
	p->n_reads = n;
	return check_reads(s, p, e);
}

static int check_template(const struct suite *s, const struct part *p, size_t t, struct err *e)
{
	const struct text *name = &p->templates[t].name;
	int r = check_name(s, name, "a template", "-_", GROUP_NAME_MAX, e);

	for (size_t i = 0; r == 0 && i < t; i++)
		if (strcmp(p->templates[i].name.str, name->str) == 0)
			return suite_fault(s, name, e,
					   "template '%s' is there twice; first in line %d",
					   name->str, p->templates[i].name.line);
	return r;
}

/* Those of all parts come before those of one. */
static int shape_templates(const struct suite *s, const struct part_node *common,
			   const struct part_node *own, struct part *to, struct err *e)
{
	size_t n_common = common ? common->n_templates : 0;
	int r = 0;

	to->templates = arena_array(s->arena, n_common + own->n_templates, sizeof(*to->templates));
	if (!to->templates)
		return no_memory(s, e);
	for (size_t i = 0; i < n_common; i++)
		to->templates[to->n_templates++] = common->templates[i].spec;
	for (size_t i = 0; i < own->n_templates; i++)
		to->templates[to->n_templates++] = own->templates[i].spec;
	for (size_t i = 0; r == 0 && i < to->n_templates; i++)
		r = check_template(s, to, i, e);
	return r;
}

static int shape_part(const struct suite *s, const struct part_node *from, struct part *to,
		      struct err *e)
{
	int r = 0;

	*to = from->part;
	for (size_t i = 0; r == 0 && i < to->n_axes; i++)
		r = check_axis(s, &to->axes[i], e);
	if (r == 0)
		r = shape_actions(s, from, to, e);
	if (r == 0)
		r = shape_groups(s, from, to, e);
	if (r == 0)
		r = check_own(s, to, e);
	if (r == 0)
		r = check_reads(s, to, e);
	return r < 0 ? r : check_expects(s, to, e);
}

static void inherit(struct text *own, const struct text *common)
{
	if (!own->str)
		*own = *common;
}

static void inherit_pairs(struct pairs *own, const struct pairs *common)
{
	if (own->n == 0)
		*own = *common;
}

/* A disk is one thing: what a part says of its own is all that there is to it. */
static void inherit_host(struct host_spec *own, const struct host_spec *common)
{
	struct host_spec all = *own;

	if (!own->disk_size.str)
		all = *common;
	all.swap = own->swap;
	all.cgroup2 = own->cgroup2.n ? own->cgroup2 : common->cgroup2;
	all.sysctl = own->sysctl;
	all.file = own->file;
	all.iocost = own->iocost;
	inherit(&all.swap, &common->swap);
	inherit_pairs(&all.sysctl, &common->sysctl);
	inherit_pairs(&all.file, &common->file);
	inherit_pairs(&all.iocost, &common->iocost);
	*own = all;
}

static int check_part_name(const struct suite *s, size_t part, struct err *e)
{
	const struct text *name = &s->parts[part].name;
	int r = check_name(s, name, "a part", "-_.", SUITE_NAME_MAX, e);

	for (size_t i = 0; r == 0 && i < part; i++)
		if (strcmp(s->parts[i].name.str, name->str) == 0)
			return suite_fault(s, name, e, "part '%s' is there twice; first in line %d",
					   name->str, s->parts[i].name.line);
	return r;
}

/* What stands beside `parts` is for all of them, so it can be no matrix of its own. */
static int check_common(const struct suite *s, const struct file_node *f, struct err *e)
{
	const struct part_node *own = &f->own;
	const struct text *odd = NULL;

	if (own->n_groups)
		odd = &own->groups[0].spec.name;
	else if (own->part.n_axes)
		odd = &own->part.axes[0].name;
	else if (own->part.n_zips)
		odd = &own->part.zips[0].v[0];
	else if (own->part.end_exit.str || own->part.end_empty.str)
		odd = own->part.end_exit.str ? &own->part.end_exit : &own->part.end_empty;
	else if (own->n_actions)
		odd = &own->actions[0].spec.at;
	else if (own->part.n_expects)
		odd = own->part.expects[0].that.str ? &own->part.expects[0].that
						    : &own->part.expects[0].metric;
	else if (own->part.n_excludes && own->part.excludes[0].terms.n)
		odd = &own->part.excludes[0].terms.v[0].key;
	if (!odd)
		return 0;
	return suite_fault(
		s, odd, e,
		"the suite has parts, so axes, zip, exclude, groups, end, actions and expect "
		"belong into them");
}

static int shape_parts(struct suite *s, const struct file_node *f, struct err *e)
{
	int r = check_common(s, f, e);

	for (size_t i = 0; r == 0 && i < f->n_parts; i++) {
		struct part *p = &s->parts[i];
		r = shape_part(s, &f->parts[i], p, e);
		if (r == 0)
			r = shape_templates(s, &f->own, &f->parts[i], p, e);
		if (r == 0)
			r = check_part_name(s, i, e);
		if (r == 0)
			r = inherit_reads(s, &f->own.part, p, e);
		if (r == 0 && p->n_groups == 0)
			return suite_fault(s, &p->name, e,
					   "part '%s' has no groups; expected 'groups' with at "
					   "least one",
					   p->name.str);
		if (p->own.n == 0)
			p->own = f->own.part.own;
		inherit_host(&p->host, &f->own.part.host);
		inherit(&p->when, &f->own.part.when);
		inherit(&p->quick, &f->own.part.quick);
		inherit(&p->repeats, &f->own.part.repeats);
		inherit(&p->duration, &f->own.part.duration);
		inherit(&p->warmup, &f->own.part.warmup);
		inherit(&p->sample_every, &f->own.part.sample_every);
		inherit(&p->timeout, &f->own.part.timeout);
	}
	return r;
}

static int shape(struct suite *s, const struct file_node *f, const struct node *root, struct err *e)
{
	int r = check_name(s, &f->suite, "a suite", "-_.", SUITE_NAME_MAX, e);

	if (r < 0)
		return r;
	if (f->cases.str && strcmp(f->cases.str, "true") != 0)
		return suite_fault(s, &f->cases, e, "cases: '%s'; expected true, or no such key",
				   f->cases.str);
	s->name = f->suite;
	s->question = f->own.part.question;
	s->cases = f->cases.str != NULL;
	s->paper = f->paper;
	r = paper_spec_check(s, e);
	if (r < 0)
		return r;
	s->n_parts = f->n_parts ? f->n_parts : 1;
	s->parts = arena_array(s->arena, s->n_parts, sizeof(*s->parts));
	if (!s->parts)
		return no_memory(s, e);
	if (f->n_parts)
		return shape_parts(s, f, e);
	if (f->own.n_groups == 0)
		return document_fault(
			s->path, root->line, root->column, e,
			"the suite has no groups; expected 'groups' with at least one, "
			"or 'parts'");
	r = shape_part(s, &f->own, &s->parts[0], e);
	return r < 0 ? r : shape_templates(s, NULL, &f->own, &s->parts[0], e);
}

int format_read(struct suite *s, const struct node *root, struct err *e)
{
	struct file_node f = {0};
	int r = schema_read(&file_schema, s->path, root, s->arena, &f, e);

	return r < 0 ? r : shape(s, &f, root, e);
}
