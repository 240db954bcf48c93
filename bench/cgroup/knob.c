/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kind of knob is a row of functions, a knob a row of the table: nothing here asks for a knob by
 * its name.
 */
#include "cgroup/knob.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cgbench/array.h"
#include "cgbench/units.h"

enum { NUMBER_TEXT_MAX = 32 };

/* kernel/sched/core.c: min_cfs_quota_period, max_cfs_quota_period, max_bw_quota_period_us. */
#define PERIOD_MIN_USEC     UINT64_C(1000)
#define PERIOD_MAX_USEC     UINT64_C(1000000)
#define PERIOD_DEFAULT_USEC UINT64_C(100000)
#define QUOTA_MIN_USEC      UINT64_C(1000)
#define QUOTA_MAX_USEC      ((UINT64_C(1) << 44) - 1)

/* From about here the kernel takes a size for "max" (page_counter.h). */
#define BYTES_MAX (UINT64_C(1) << 62)

/* In hundredths of a percent, as the kernel prints them (kernel/sched/core.c). */
enum { PERCENT_MAX = 10000, PERCENT_ONE = 100 };

/* PID_MAX_LIMIT (threads.h), above which pids.max is refused. */
#define PIDS_MAX UINT64_C(4194304)
/* cgroup.max.depth and cgroup.max.descendants are ints to the kernel. */
#define GROUPS_MAX INT32_MAX

static const char *const partitions[] = {"member", "root", "isolated", NULL};

const struct knob knobs[] = {
	{.name = "cpu.max",
	 .controller = "cpu",
	 .kind = KNOB_BANDWIDTH,
	 .combine = KNOB_TIGHTEST,
	 .min = QUOTA_MIN_USEC,
	 .max = QUOTA_MAX_USEC,
	 .summary = "CPU time in each period; a percentage is of one CPU",
	 .expected = "a quota and a period, such as 20% 100ms, 20ms 100ms or max 100ms",
	 .example = "20% 100ms"},
	{.name = "cpu.max.burst",
	 .controller = "cpu",
	 .kind = KNOB_USEC,
	 .max = QUOTA_MAX_USEC,
	 .summary = "unused quota that may be saved up for a burst (Linux 5.14)",
	 .example = "10ms"},
	{.name = "cpu.weight",
	 .controller = "cpu",
	 .kind = KNOB_WEIGHT,
	 .min = 1,
	 .max = 10000,
	 .summary = "share of CPU time among siblings that want more than there is",
	 .example = "100"},
	{.name = "cpu.idle",
	 .controller = "cpu",
	 .kind = KNOB_FLAG,
	 .max = 1,
	 .summary = "1: run only when nothing else wants to (Linux 5.15)",
	 .example = "1"},
	{.name = "cpu.uclamp.min",
	 .controller = "cpu",
	 .kind = KNOB_PERCENT,
	 .max = PERCENT_MAX,
	 .summary = "a hint: run as if at least so much of a CPU were in use",
	 .expected = "a percentage such as 20% or 12.50%",
	 .example = "20%"},
	{.name = "cpu.uclamp.max",
	 .controller = "cpu",
	 .kind = KNOB_PERCENT,
	 .max = PERCENT_MAX,
	 .summary = "a hint: run as if at most so much of a CPU were in use; no limit on time",
	 .expected = "a percentage such as 20% or 12.50%",
	 .example = "80%"},
	{.name = "memory.max",
	 .controller = "memory",
	 .kind = KNOB_BYTES,
	 .combine = KNOB_TIGHTEST,
	 .max = BYTES_MAX,
	 .summary = "hard limit: what cannot be reclaimed ends in an OOM kill",
	 .example = "64M"},
	{.name = "memory.high",
	 .controller = "memory",
	 .kind = KNOB_BYTES,
	 .combine = KNOB_TIGHTEST,
	 .max = BYTES_MAX,
	 .summary = "above it tasks are slowed down and made to reclaim",
	 .example = "48M"},
	{.name = "memory.low",
	 .controller = "memory",
	 .kind = KNOB_BYTES,
	 .max = BYTES_MAX,
	 .summary = "below it memory is reclaimed only when nothing else can be",
	 .example = "16M"},
	{.name = "memory.min",
	 .controller = "memory",
	 .kind = KNOB_BYTES,
	 .max = BYTES_MAX,
	 .summary = "below it memory is never reclaimed",
	 .example = "16M"},
	{.name = "memory.swap.max",
	 .controller = "memory",
	 .kind = KNOB_BYTES,
	 .combine = KNOB_TIGHTEST,
	 .max = BYTES_MAX,
	 .summary = "hard limit on swap; 0: anonymous memory cannot be reclaimed",
	 .example = "0"},
	{.name = "memory.swap.high",
	 .controller = "memory",
	 .kind = KNOB_BYTES,
	 .combine = KNOB_TIGHTEST,
	 .max = BYTES_MAX,
	 .summary = "above it tasks that swap are slowed down (5.8)",
	 .example = "16M"},
	{.name = "memory.zswap.max",
	 .controller = "memory",
	 .kind = KNOB_BYTES,
	 .combine = KNOB_TIGHTEST,
	 .max = BYTES_MAX,
	 .summary = "hard limit on compressed swap; beyond it pages go to the device (5.19)",
	 .example = "16M"},
	{.name = "memory.zswap.writeback",
	 .controller = "memory",
	 .kind = KNOB_FLAG,
	 .max = 1,
	 .summary = "0: what is in compressed swap stays there (6.8)",
	 .example = "0"},
	{.name = "hugetlb.2MB.max",
	 .controller = "hugetlb",
	 .kind = KNOB_BYTES,
	 .combine = KNOB_TIGHTEST,
	 .max = BYTES_MAX,
	 .summary = "hard limit on reserved huge pages: a fault beyond it ends in SIGBUS",
	 .example = "4M"},
	{.name = "hugetlb.2MB.rsvd.max",
	 .controller = "hugetlb",
	 .kind = KNOB_BYTES,
	 .combine = KNOB_TIGHTEST,
	 .max = BYTES_MAX,
	 .summary = "the same on their reservation: mmap() beyond it fails with ENOMEM",
	 .example = "4M"},
	{.name = "memory.oom.group",
	 .controller = "memory",
	 .kind = KNOB_FLAG,
	 .max = 1,
	 .summary = "1: an OOM kill takes every process of the group",
	 .example = "1"},
	{.name = "pids.max",
	 .controller = "pids",
	 .kind = KNOB_COUNT,
	 .combine = KNOB_TIGHTEST,
	 .max = PIDS_MAX,
	 .summary = "hard limit on tasks: beyond it fork fails with EAGAIN",
	 .example = "64"},
	{.name = "io.weight",
	 .controller = "io",
	 .kind = KNOB_WEIGHT,
	 .min = 1,
	 .max = 10000,
	 .summary = "share of disk time among siblings (iocost or BFQ)",
	 .example = "100"},
	{.name = "cgroup.freeze",
	 .kind = KNOB_FLAG,
	 .max = 1,
	 .summary = "1: everything in the group and below it stands still",
	 .example = "0"},
	{.name = "cgroup.pressure",
	 .kind = KNOB_FLAG,
	 .max = 1,
	 .summary = "0: keep no pressure stall information of the group (Linux 6.1)",
	 .example = "0"},
	{.name = "cgroup.max.depth",
	 .kind = KNOB_COUNT,
	 .max = GROUPS_MAX,
	 .summary = "levels of groups below this one: beyond it mkdir fails with EAGAIN",
	 .example = "2"},
	{.name = "cgroup.max.descendants",
	 .kind = KNOB_COUNT,
	 .max = GROUPS_MAX,
	 .summary = "groups below this one, on all levels: beyond it mkdir fails with EAGAIN",
	 .example = "100"},
	{.name = "cpuset.cpus",
	 .controller = "cpuset",
	 .kind = KNOB_LIST,
	 .summary = "CPUs that the group may use; `place` chooses them by topology",
	 .expected = "a list of CPUs such as 0-3,8",
	 .example = "0-3"},
	{.name = "cpuset.mems",
	 .controller = "cpuset",
	 .kind = KNOB_LIST,
	 .summary = "NUMA nodes that the group may take memory from",
	 .expected = "a list of nodes such as 0-1",
	 .example = "0"},
	{.name = "cpuset.cpus.exclusive",
	 .controller = "cpuset",
	 .kind = KNOB_LIST,
	 .summary = "CPUs that partitions below may take (6.7)",
	 .expected = "a list of CPUs such as 0-3,8",
	 .example = "1"},
	{.name = "cpuset.cpus.partition",
	 .controller = "cpuset",
	 .kind = KNOB_WORD,
	 .words = partitions,
	 .summary = "root or isolated: take the CPUs away from everybody else (isolated: 6.1)",
	 .expected = "member, root or isolated",
	 .example = "isolated"},
	{0},
};

const struct knob *knob_find(const char *name)
{
	for (const struct knob *k = knobs; k->name; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

int knob_find_or_say(const char *name, const struct knob **out, struct err *e)
{
	const struct knob *k = knob_find(name);
	struct nearest near = {.word = name};
	char hint[NEAREST_HINT_MAX];

	if (k) {
		*out = k;
		return 0;
	}
	for (k = knobs; k->name; k++)
		nearest_offer(&near, k->name);
	return err_set(e, -EINVAL, "knob '%s' is unknown%s; `cgbench list knobs` shows them", name,
		       nearest_hint(&near, hint));
}

/* What a kind of knob does. `unit` is how people write the number; the kernel's is the base unit.
 */
struct kind {
	enum unit_kind unit;
	const char *or_max; /* "" or ", or max": whether it may be without a limit */
	int (*parse)(const struct knob *k, const char *text, struct knob_value *v, struct err *e);
	bool (*parse_kernel)(const char *text, struct knob_value *v);
	void (*format)(const struct knob_value *v, char *buf);
	bool (*same)(const struct knob_value *asked, const struct knob_value *got);
	/* NULL: values have no order, so no ancestor can be the tighter one */
	bool (*tighter)(const struct knob_value *a, const struct knob_value *b);
};

static const struct kind kinds[KNOB_WORD + 1];

static int say_expected(const struct knob *k, const char *text, struct err *e)
{
	const struct kind *kind = &kinds[k->kind];

	return err_set(e, -EINVAL, "%s: '%s' is not %s%s", k->name, text,
		       k->expected ? k->expected : unit_expected(kind->unit), kind->or_max);
}

/* A number as the kernel prints it: digits and nothing else. */
static bool plain_number(const char *text, uint64_t *value)
{
	return unit_parse(UNIT_COUNT, text, value, NULL) == 0;
}

static int check_range(const struct knob *k, const char *text, uint64_t value, struct err *e)
{
	enum unit_kind unit = kinds[k->kind].unit;
	char low[UNIT_TEXT_MAX], high[UNIT_TEXT_MAX];

	if (value >= k->min && value <= k->max)
		return 0;
	return err_set(e, -ERANGE, "%s: '%s' is out of range; the kernel takes %s to %s", k->name,
		       text, unit_format(unit, k->min, low), unit_format(unit, k->max, high));
}

static int parse_number(const struct knob *k, const char *text, struct knob_value *v, struct err *e)
{
	const struct kind *kind = &kinds[k->kind];
	int r;

	if (*kind->or_max && strcmp(text, "max") == 0) {
		v->is_max = true;
		return 0;
	}
	r = plain_number(text, &v->number) ? 0 : unit_parse(kind->unit, text, &v->number, e);
	if (r == -EINVAL)
		return say_expected(k, text, e);
	if (r < 0)
		return err_context(e, r, "%s", k->name);
	return check_range(k, text, v->number, e);
}

static bool number_from_kernel(const char *text, struct knob_value *v)
{
	if (strcmp(text, "max") == 0)
		v->is_max = true;
	else if (!plain_number(text, &v->number))
		return false;
	return true;
}

/*
 * Without a limit, hugetlb's files may have LONG_MAX, rounded down to a huge page, in place of
 * "max" (mm/hugetlb_cgroup.c).
 */
static bool bytes_from_kernel(const char *text, struct knob_value *v)
{
	if (!number_from_kernel(text, v))
		return false;
	if (v->number > BYTES_MAX)
		*v = (struct knob_value){.is_max = true};
	return true;
}

/* "20%" or, as the kernel has it, "20.00". It takes 100.00 for max, and prints it so. */
static int parse_percent(const struct knob *k, const char *text, struct knob_value *v,
			 struct err *e)
{
	char with[NUMBER_TEXT_MAX];
	uint64_t ppm;

	if (strcmp(text, "max") == 0) {
		v->is_max = true;
		return 0;
	}
	snprintf(with, sizeof(with), "%.*s%s", (int)sizeof(with) - 2, text,
		 strchr(text, '%') ? "" : "%");
	if (unit_parse(UNIT_PPM, with, &ppm, NULL) < 0 || ppm % PERCENT_ONE)
		return say_expected(k, text, e);
	v->number = ppm / PERCENT_ONE;
	if (v->number > k->max)
		return err_set(e, -ERANGE,
			       "%s: '%s' is out of range; the kernel takes 0%% to 100%%", k->name,
			       text);
	v->is_max = v->number == PERCENT_MAX;
	return 0;
}

static bool percent_from_kernel(const char *text, struct knob_value *v)
{
	unsigned whole, part;
	char end;

	if (strcmp(text, "max") == 0) {
		v->is_max = true;
		return true;
	}
	if (sscanf(text, "%3u.%2u%c", &whole, &part, &end) != 2)
		return false;
	v->number = (uint64_t)whole * PERCENT_ONE + part;
	return true;
}

static void format_percent(const struct knob_value *v, char *buf)
{
	if (v->is_max)
		snprintf(buf, KNOB_TEXT_MAX, "max");
	else
		snprintf(buf, KNOB_TEXT_MAX, "%u.%02u", (unsigned)v->number / PERCENT_ONE,
			 (unsigned)v->number % PERCENT_ONE);
}

/* io.weight reads "default 100", with lines for single devices below. */
static bool weight_from_kernel(const char *text, struct knob_value *v)
{
	static const char prefix[] = "default ";
	bool prefixed = strncmp(text, prefix, strlen(prefix)) == 0;

	return plain_number(prefixed ? text + strlen(prefix) : text, &v->number);
}

static void format_number(const struct knob_value *v, char *buf)
{
	if (v->is_max)
		snprintf(buf, KNOB_TEXT_MAX, "max");
	else
		snprintf(buf, KNOB_TEXT_MAX, "%llu", (unsigned long long)v->number);
}

static bool same_number(const struct knob_value *asked, const struct knob_value *got)
{
	return asked->is_max == got->is_max && (asked->is_max || asked->number == got->number);
}

/* The kernel counts pages and drops what is left over. */
static bool same_bytes(const struct knob_value *asked, const struct knob_value *got)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (asked->is_max || got->is_max)
		return asked->is_max == got->is_max;
	return asked->number - asked->number % page == got->number;
}

static bool tighter_number(const struct knob_value *a, const struct knob_value *b)
{
	return !a->is_max && (b->is_max || a->number < b->number);
}

/* Splits "20% 100ms" in two; the second part is empty when there is none. */
static bool split_words(const char *text, char first[static NUMBER_TEXT_MAX],
			char second[static NUMBER_TEXT_MAX])
{
	size_t n = strcspn(text, " "), blanks = strspn(text + n, " "),
	       m = strlen(text + n + blanks);

	if (n == 0 || n >= NUMBER_TEXT_MAX || m >= NUMBER_TEXT_MAX || (blanks && !m) ||
	    strchr(text + n + blanks, ' '))
		return false;
	memcpy(first, text, n);
	first[n] = '\0';
	memcpy(second, text + n + blanks, m + 1);
	return true;
}

static bool is_bare(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

static int parse_period(const struct knob *k, const char *text, uint64_t *period, struct err *e)
{
	char low[UNIT_TEXT_MAX], high[UNIT_TEXT_MAX];

	if (!plain_number(text, period) && unit_parse(UNIT_USEC, text, period, e) < 0)
		return err_context(e, -EINVAL, "%s: period", k->name);
	if (*period >= PERIOD_MIN_USEC && *period <= PERIOD_MAX_USEC)
		return 0;
	return err_set(
		e, -ERANGE, "%s: the period '%s' is out of range; the kernel takes %s to %s%s",
		k->name, text, unit_format(UNIT_USEC, PERIOD_MIN_USEC, low),
		unit_format(UNIT_USEC, PERIOD_MAX_USEC, high),
		text[strspn(text, "0123456789")] ? "" : " (a bare number is in microseconds)");
}

/* A share of a period must come to whole microseconds: what is measured is what was asked for. */
static int quota_of_share(const struct knob *k, const char *text, uint64_t ppm,
			  const struct knob_value *v, uint64_t *quota, struct err *e)
{
	unsigned __int128 product = (unsigned __int128)ppm * v->period_usec;
	char period[UNIT_TEXT_MAX];

	if (product % 1000000)
		return err_set(e, -ERANGE, "%s: %s of %s is not a whole number of microseconds",
			       k->name, text, unit_format(UNIT_USEC, v->period_usec, period));
	product /= 1000000;
	*quota = product > UINT64_MAX ? UINT64_MAX : (uint64_t)product;
	return 0;
}

static int check_quota(const struct knob *k, const char *text, const struct knob_value *v,
		       struct err *e)
{
	char bound[UNIT_TEXT_MAX], period[UNIT_TEXT_MAX], is[UNIT_TEXT_MAX];
	bool low = v->number < k->min;

	if (!low && v->number <= k->max)
		return 0;
	return err_set(e, -ERANGE, "%s: '%s' of %s is %s; the kernel takes at %s %s%s", k->name,
		       text, unit_format(UNIT_USEC, v->period_usec, period),
		       unit_format(UNIT_USEC, v->number, is), low ? "least" : "most",
		       unit_format(UNIT_USEC, low ? k->min : k->max, bound),
		       is_bare(text) ? " (a bare number is in microseconds)" : "");
}

static int parse_quota(const struct knob *k, const char *text, struct knob_value *v, struct err *e)
{
	uint64_t ppm;
	int r = 0;

	if (strcmp(text, "max") == 0) {
		v->is_max = true;
		return 0;
	}
	if (unit_parse(UNIT_PPM, text, &ppm, NULL) == 0)
		r = quota_of_share(k, text, ppm, v, &v->number, e);
	else if (!plain_number(text, &v->number) &&
		 unit_parse(UNIT_USEC, text, &v->number, NULL) < 0)
		return say_expected(k, text, e);
	return r < 0 ? r : check_quota(k, text, v, e);
}

static int parse_bandwidth(const struct knob *k, const char *text, struct knob_value *v,
			   struct err *e)
{
	char quota[NUMBER_TEXT_MAX], period[NUMBER_TEXT_MAX];
	int r = 0;

	if (!split_words(text, quota, period))
		return say_expected(k, text, e);
	v->period_usec = PERIOD_DEFAULT_USEC;
	if (*period)
		r = parse_period(k, period, &v->period_usec, e);
	return r < 0 ? r : parse_quota(k, quota, v, e);
}

static bool bandwidth_from_kernel(const char *text, struct knob_value *v)
{
	char quota[NUMBER_TEXT_MAX], period[NUMBER_TEXT_MAX];

	return split_words(text, quota, period) && plain_number(period, &v->period_usec) &&
	       number_from_kernel(quota, v);
}

static void format_bandwidth(const struct knob_value *v, char *buf)
{
	size_t used;

	format_number(v, buf);
	used = strlen(buf);
	snprintf(buf + used, KNOB_TEXT_MAX - used, " %llu", (unsigned long long)v->period_usec);
}

static bool same_bandwidth(const struct knob_value *asked, const struct knob_value *got)
{
	return asked->period_usec == got->period_usec && same_number(asked, got);
}

/* By the share of a CPU: 10 ms of 100 ms is tighter than 5 ms of 10 ms. */
static bool tighter_bandwidth(const struct knob_value *a, const struct knob_value *b)
{
	if (a->is_max || b->is_max)
		return !a->is_max && b->is_max;
	return (unsigned __int128)a->number * b->period_usec <
	       (unsigned __int128)b->number * a->period_usec;
}

static bool take_index(const char **text, unsigned *index)
{
	size_t n = strspn(*text, "0123456789");

	if (n == 0 || n > 4)
		return false;
	for (*index = 0; n; n--)
		*index = *index * 10 + (unsigned)(*(*text)++ - '0');
	return *index < CPU_SETSIZE;
}

/* "0-3,8"; an empty list is one, too: a group that has no CPUs of its own reads like that. */
bool knob_read_list(const char *text, cpu_set_t *set)
{
	CPU_ZERO(set);
	while (*text) {
		unsigned first, last;
		if (!take_index(&text, &first))
			return false;
		last = first;
		if (*text == '-' && (text++, !take_index(&text, &last) || last < first))
			return false;
		for (unsigned i = first; i <= last; i++)
			CPU_SET(i, set);
		if (*text == ',' && text[1])
			text++;
		else if (*text)
			return false;
	}
	return true;
}

static int parse_list(const struct knob *k, const char *text, struct knob_value *v, struct err *e)
{
	cpu_set_t set;

	if (!*text || strlen(text) >= KNOB_TEXT_MAX || !knob_read_list(text, &set))
		return say_expected(k, text, e);
	memcpy(v->text, text, strlen(text) + 1);
	return 0;
}

static bool text_from_kernel(const char *text, struct knob_value *v)
{
	if (strlen(text) >= KNOB_TEXT_MAX)
		return false;
	memcpy(v->text, text, strlen(text) + 1);
	return true;
}

static void format_text(const struct knob_value *v, char *buf)
{
	memcpy(buf, v->text, strlen(v->text) + 1);
}

/* The kernel prints "0-3" for "3,2,1,0". */
static bool same_list(const struct knob_value *asked, const struct knob_value *got)
{
	cpu_set_t a, b;

	return knob_read_list(asked->text, &a) && knob_read_list(got->text, &b) &&
	       CPU_EQUAL(&a, &b);
}

static int parse_word(const struct knob *k, const char *text, struct knob_value *v, struct err *e)
{
	for (size_t i = 0; k->words[i]; i++) {
		if (strcmp(k->words[i], text) == 0) {
			memcpy(v->text, text, strlen(text) + 1);
			return 0;
		}
	}
	return say_expected(k, text, e);
}

/* A partition that the kernel could not make reads "root invalid (reason)". */
static bool same_word(const struct knob_value *asked, const struct knob_value *got)
{
	return strcmp(asked->text, got->text) == 0;
}

static const struct kind kinds[KNOB_WORD + 1] = {
	[KNOB_BANDWIDTH] = {.unit = UNIT_USEC,
			    .or_max = "",
			    .parse = parse_bandwidth,
			    .parse_kernel = bandwidth_from_kernel,
			    .format = format_bandwidth,
			    .same = same_bandwidth,
			    .tighter = tighter_bandwidth},
	[KNOB_BYTES] = {.unit = UNIT_BYTES,
			.or_max = ", or max",
			.parse = parse_number,
			.parse_kernel = bytes_from_kernel,
			.format = format_number,
			.same = same_bytes,
			.tighter = tighter_number},
	[KNOB_COUNT] = {.unit = UNIT_COUNT,
			.or_max = ", or max",
			.parse = parse_number,
			.parse_kernel = number_from_kernel,
			.format = format_number,
			.same = same_number,
			.tighter = tighter_number},
	[KNOB_USEC] = {.unit = UNIT_USEC,
		       .or_max = "",
		       .parse = parse_number,
		       .parse_kernel = number_from_kernel,
		       .format = format_number,
		       .same = same_number},
	[KNOB_WEIGHT] = {.unit = UNIT_COUNT,
			 .or_max = "",
			 .parse = parse_number,
			 .parse_kernel = weight_from_kernel,
			 .format = format_number,
			 .same = same_number},
	[KNOB_PERCENT] = {.or_max = ", or max",
			  .parse = parse_percent,
			  .parse_kernel = percent_from_kernel,
			  .format = format_percent,
			  .same = same_number},
	[KNOB_FLAG] = {.unit = UNIT_COUNT,
		       .or_max = "",
		       .parse = parse_number,
		       .parse_kernel = number_from_kernel,
		       .format = format_number,
		       .same = same_number},
	[KNOB_LIST] = {.or_max = "",
		       .parse = parse_list,
		       .parse_kernel = text_from_kernel,
		       .format = format_text,
		       .same = same_list},
	[KNOB_WORD] = {.or_max = "",
		       .parse = parse_word,
		       .parse_kernel = text_from_kernel,
		       .format = format_text,
		       .same = same_word},
};

int knob_parse(const struct knob *k, const char *text, struct knob_value *v, struct err *e)
{
	struct knob_value parsed = {0};
	int r = kinds[k->kind].parse(k, text, &parsed, e);

	if (r == 0)
		*v = parsed;
	return r;
}

int knob_parse_kernel(const struct knob *k, const char *text, struct knob_value *v, struct err *e)
{
	struct knob_value parsed = {0};

	if (!kinds[k->kind].parse_kernel(text, &parsed))
		return err_set(e, -EINVAL, "%s reads '%.64s', which is not what Linux documents",
			       k->name, text);
	*v = parsed;
	return 0;
}

const char *knob_format(const struct knob *k, const struct knob_value *v,
			char buf[static KNOB_TEXT_MAX])
{
	kinds[k->kind].format(v, buf);
	return buf;
}

bool knob_same(const struct knob *k, const struct knob_value *asked, const struct knob_value *got)
{
	return kinds[k->kind].same(asked, got);
}

bool knob_tighter(const struct knob *k, const struct knob_value *a, const struct knob_value *b)
{
	const struct kind *kind = &kinds[k->kind];

	return k->combine == KNOB_TIGHTEST && kind->tighter && kind->tighter(a, b);
}
