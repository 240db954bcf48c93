/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why: which limit binds a process or a group, or refused what a command wanted. Reads only. */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/options.h"
#include "base/output.h"
#include "base/table.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "command.h"
#include "why/bounds.h"
#include "why/refusals.h"
#include "why/what_if.h"

struct options {
	const char *root; /* NULL: this host */
	uint64_t for_usec;
	struct words what_ifs;
	bool json;
	char **operands;
};

static const struct option_row rows[] = {
	{"for", 'f', "TIME", "Look twice, so far apart, and tell what was met in between [1s]",
	 INTO(OPTION_USEC, struct options, for_usec)},
	{"what-if", 'w', "KNOB=VALUE",
	 "Tell what would happen: memory.max=, memory.high=, cpu.max=, pids.max=, or move=GROUP; "
	 "may be given again",
	 INTO(OPTION_WORDS, struct options, what_ifs)},
	{"root", 'r', "TREE", "Look at the captured tree of another host's /proc and /sys, once",
	 INTO(OPTION_TEXT, struct options, root)},
	{"json", 'j', NULL, "Print everything as JSON", INTO(OPTION_FLAG, struct options, json)},
	{0},
};

static const struct command_line arguments = {
	.rows = rows,
	.command = true,
	.operands_offset = offsetof(struct options, operands),
	.missing = "of what? cgbench why PID, cgbench why GROUP or cgbench why -- COMMAND",
	.flags = ARGP_IN_ORDER,
	.operands = "PID | GROUP | COMMAND [ARG...]",
	.doc = "Tell which limit binds a process or a group, on which level of the hierarchy, how "
	       "near it is and how often it was met; or, of a command, which limit refused what it "
	       "wanted. Reads only.\v"
	       "A number is a process. A word that begins with a slash is a group: below the "
	       "cgroup2 mount, or with the mount's path before it. Anything else is a command, "
	       "which runs in the group that cgbench is in.\n\n"
	       "A limit of a level is shared by all that is below it. The level that binds is the "
	       "one with the least room, and the counters are the level's: others below it count "
	       "there too.\n\n"
	       "EXAMPLES\n"
	       "  cgbench why $$\n"
	       "  cgbench why --what-if memory.max=64M /system.slice/web.service\n"
	       "  cgbench why -- make -j64\n\n"
	       "Exit codes: 0, or the command's own (128+N when signal N ended it); 2 usage, or "
	       "there is no such process or group; 77 no cgroup v2 here.",
};

/* What is looked at, and what was found. */
struct look {
	struct root root;
	struct hierarchy hierarchy;
	struct levels levels;
	struct bounds bounds;
	struct said said;
	bool is_command;
	int status;      /* of the command */
	int start_errno; /* it could not even be forked */
};

/* ---- what to look at ---- */

/* The whole word is a number. */
static bool is_pid(const char *word, pid_t *pid)
{
	char *end;
	long n = strtol(word, &end, 10);

	*pid = (pid_t)n;
	return *word && !*end && n > 0 && n <= INT32_MAX;
}

/* "/sys/fs/cgroup/a/b" and "/a/b" are the same group. */
static void group_named(const struct hierarchy *h, const char *word, char below[static PATH_MAX])
{
	size_t n = strlen(h->mount);

	if (strncmp(word, h->mount, n) == 0 && (word[n] == '/' || !word[n]))
		word += n;
	snprintf(below, PATH_MAX, "%s", word + strspn(word, "/"));
	for (n = strlen(below); n > 0 && below[n - 1] == '/'; n--)
		below[n - 1] = '\0';
}

static int find_group(struct look *k, const struct options *o, char below[static PATH_MAX],
		      struct err *e)
{
	const char *word = o->operands[0];
	pid_t pid;

	if (o->operands[1] && (*word == '/' || is_pid(word, &pid)))
		return err_set(e, -EINVAL, "%s: one process or group; options come before it",
			       o->operands[1]);
	if (is_pid(word, &pid))
		return hierarchy_of_process(&k->root, &k->hierarchy, pid, below, e);
	if (*word == '/') {
		group_named(&k->hierarchy, word, below);
		return 0;
	}
	k->is_command = true;
	if (!k->hierarchy.own_known)
		return err_set(e, -ENOENT, "the group of this process cannot be seen below %s",
			       k->hierarchy.mount);
	snprintf(below, PATH_MAX, "%s", k->hierarchy.own);
	return 0;
}

static int open_look(struct look *k, const struct options *o, struct err *e)
{
	char below[PATH_MAX];
	int r = hierarchy_read(&k->root, &k->hierarchy, e);

	if (r == 0 && !k->hierarchy.mount[0])
		r = err_set(e, -EOPNOTSUPP,
			    "cgroup2 is not mounted here; `cgbench doctor` says more");
	if (r == 0)
		r = find_group(k, o, below, e);
	if (r == 0)
		r = levels_open(&k->root, &k->hierarchy, below, &k->levels, e);
	return r;
}

/* ---- between the two looks ---- */

/* What the terminal sends is for the command; ours is to tell how it ended. */
static void wait_for(pid_t pid, int *status)
{
	__sighandler_t interrupt = signal(SIGINT, SIG_IGN), quit = signal(SIGQUIT, SIG_IGN);

	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	signal(SIGINT, interrupt);
	signal(SIGQUIT, quit);
}

/* A fork that is refused is just what is to be explained. */
static void run_command(char **argv, struct look *k)
{
	pid_t pid = fork();

	if (pid < 0) {
		k->start_errno = errno;
		k->status = W_EXITCODE(126, 0);
		return;
	}
	if (pid == 0) {
		execvp(argv[0], argv);
		fprintf(stderr, "cgbench why: cannot execute %s: %s\n", argv[0], strerror(errno));
		_exit(126);
	}
	wait_for(pid, &k->status);
}

static int look(struct look *k, const struct options *o, struct err *e)
{
	struct timespec pause = nsec_to_timespec(o->for_usec * NSEC_PER_USEC);
	int r = levels_read(&k->levels, &k->root, &k->hierarchy, LEVELS_FIRST, e);

	if (r < 0 || !k->root.live)
		return r;
	if (k->is_command)
		run_command(o->operands, k);
	else
		nanosleep(&pause, NULL);
	return levels_read(&k->levels, &k->root, &k->hierarchy, LEVELS_LAST, e);
}

/* ---- what it means ---- */

static int say_end(const struct look *k, const char *name, struct said *s, struct err *e)
{
	int status = k->status;

	if (k->start_errno)
		return said_add(s, e, "%s could not be started: fork: %s", name,
				strerror(k->start_errno));
	if (WIFSIGNALED(status))
		return said_add(s, e, "%s was ended by signal %d (%s)", name, WTERMSIG(status),
				strsignal(WTERMSIG(status)));
	return said_add(s, e, "%s ended with code %d", name, WEXITSTATUS(status));
}

static int explain(struct look *k, const struct options *o, struct err *e)
{
	size_t before;
	int r = k->is_command ? say_end(k, o->operands[0], &k->said, e) : 0;

	before = k->said.n;
	if (r == 0)
		r = refusals_say(&k->levels, &k->said, e);
	if (r == 0 && k->is_command && k->said.n == before)
		r = said_add(&k->said, e,
			     "no limit of a group was met meanwhile: neither a refusal nor a kill "
			     "came from one (ulimit -a shows the process's own limits)");
	if (r == 0)
		r = bounds_find(&k->levels, &k->bounds, e);
	if (r == 0)
		r = bounds_say(&k->levels, &k->bounds, &k->said, e);
	for (size_t i = 0; r == 0 && i < o->what_ifs.n; i++)
		r = what_if_say(&k->root, &k->hierarchy, &k->levels, o->what_ifs.v[i], &k->said, e);
	return r;
}

/* ---- for people ---- */

static int add_bound(struct table *t, const struct look *k, const struct bound *b, struct err *e)
{
	const struct resource *r = b->of;
	char limit[BOUND_TEXT_MAX] = "max", usage[UNIT_TEXT_MAX] = "", peak[UNIT_TEXT_MAX] = "";
	char percent[32] = "", times[32] = "", now[32] = "";

	if (b->by) {
		bound_limit_text(r, &b->limit, limit);
		snprintf(percent, sizeof(percent), "%.3g%%", b->percent);
		if (r->unit != UNIT_USEC)
			said_quantity(r->unit, b->usage, usage);
		if (b->peak)
			said_quantity(r->unit, b->peak, peak);
		if (r->events)
			snprintf(times, sizeof(times), "%llu", (unsigned long long)b->times);
		if (r->events && k->levels.nsec[LEVELS_LAST])
			snprintf(now, sizeof(now), "%llu", (unsigned long long)b->times_now);
	}
	return table_add(t,
			 (const char *const[]){r->limit, limit, b->by ? b->by->name : "", usage,
					       percent, peak, times, now},
			 e);
}

static int print_bounds(const struct look *k, struct err *e)
{
	static const struct table_column columns[] = {
		{"LIMIT", false, false}, {"IS", false, true},       {"OF", false, true},
		{"IN USE", true, false}, {"%", true, false},        {"PEAK", true, false},
		{"MET", true, false},    {"JUST NOW", true, false},
	};
	struct table *t = NULL;
	int r = table_new(columns, array_len(columns), &t, e);

	for (size_t i = 0; r == 0 && i < k->bounds.n; i++)
		r = add_bound(t, k, &k->bounds.v[i], e);
	if (r == 0)
		r = table_print(t, e);
	table_free(t);
	return r;
}

static int print_text(const struct look *k, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < k->levels.n; i++)
		printf("%s%s", i ? " < " : "", k->levels.v[i].name);
	puts("");
	if (k->bounds.n)
		r = print_bounds(k, e);
	for (size_t i = 0; i < k->said.n; i++)
		printf("%s%s.\n", i ? "" : "\n", k->said.v[i]);
	return r;
}

/* ---- for machines ---- */

static json_t *bound_json(const struct bound *b)
{
	char limit[BOUND_TEXT_MAX];

	if (!b->by)
		return json_pack("{s:s, s:n}", "limit", b->of->limit, "group");
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:f, s:I, s:I, s:s}", "limit", b->of->limit,
			 "group", b->by->name, "value", bound_limit_text(b->of, &b->limit, limit),
			 "usage", (json_int_t)b->usage, "peak", (json_int_t)b->peak, "percent",
			 b->percent, "times", (json_int_t)b->times, "times_now",
			 (json_int_t)b->times_now, "smallest_of", b->min->name);
}

static int print_json(const struct look *k, struct err *e)
{
	json_t *levels = json_array(), *bounds = json_array(), *said = json_array();

	for (size_t i = 0; i < k->levels.n; i++)
		json_array_append_new(levels, json_string(k->levels.v[i].name));
	for (size_t i = 0; i < k->bounds.n; i++)
		json_array_append_new(bounds, bound_json(&k->bounds.v[i]));
	for (size_t i = 0; i < k->said.n; i++)
		json_array_append_new(said, json_string(k->said.v[i]));
	return output_json(
		json_pack("{s:o, s:o, s:o}", "levels", levels, "bounds", bounds, "said", said), e);
}

static void close_look(struct look *k)
{
	levels_free(&k->levels);
	bounds_free(&k->bounds);
	said_free(&k->said);
	hierarchy_free(&k->hierarchy);
	root_close(&k->root);
}

static int code_of(int r, const struct look *k)
{
	if (r == -EOPNOTSUPP)
		return EXIT_CANNOT;
	if (r == -EINVAL || r == -ENOENT || r == -ESRCH)
		return EXIT_USAGE;
	if (r < 0)
		return EXIT_CANNOT;
	if (!k->is_command)
		return EXIT_PASS;
	return WIFSIGNALED(k->status) ? 128 + WTERMSIG(k->status) : WEXITSTATUS(k->status);
}

static int run(int argc, char **argv)
{
	struct options o = {.for_usec = USEC_PER_SEC};
	struct look k = {.root = {.fd = -1}};
	struct err e = {""};
	int r;

	options_parse(&arguments, argc, argv, &o);
	r = root_open(o.root, &k.root, &e);
	if (r == 0)
		r = open_look(&k, &o, &e);
	if (r == 0)
		r = look(&k, &o, &e);
	if (r == 0)
		r = explain(&k, &o, &e);
	if (r == 0)
		r = o.json ? print_json(&k, &e) : print_text(&k, &e);
	if (r < 0)
		fprintf(stderr, "cgbench why: %s\n", e.text);
	close_look(&k);
	free(o.what_ifs.v);
	return code_of(r, &k);
}

const struct command command_why = {.name = "why",
				    .summary = "which limit binds a process, or refused a command",
				    .order = 12,
				    .run = run};
