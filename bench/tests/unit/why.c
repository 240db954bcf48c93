/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up hierarchies: each time the level, the limit and what a program sees of it. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "tests/test.h"
#include "why/bounds.h"
#include "why/refusals.h"
#include "why/what_if.h"

enum { FILES_MAX = 16, WORDS_MAX = 4, TREE_PATH_MAX = 256 };

#define MOUNT "sys/fs/cgroup"

/* A file of a group ("" is the mount's root), and what it says a moment later. */
struct file {
	const char *group, *name, *first, *last;
};

struct hierarchy_case {
	const char *title;
	const char *group; /* that is asked about */
	struct file files[FILES_MAX];
	const char *what_if;
	const char *says[WORDS_MAX]; /* each stands in one of the sentences */
	const char *silent;          /* stands in none */
	enum { AS_ROOT, AS_USER } as;
};

static void make_folders(const char *tree, const char *path)
{
	char full[TREE_PATH_MAX];

	snprintf(full, sizeof(full), "%s/%s/", tree, path);
	for (char *at = full + strlen(tree) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		if (mkdir(full, 0755) < 0 && errno != EEXIST)
			fail_msg("mkdir %s: %s", full, strerror(errno));
		*at = '/';
	}
}

static void put(const char *tree, const char *path, const char *text)
{
	char full[TREE_PATH_MAX];
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", tree, path);
	f = fopen(full, "we");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		fail_msg("cannot write %s: %s", full, strerror(errno));
}

static void put_file(const char *tree, const struct file *f, const char *text)
{
	char path[TREE_PATH_MAX];

	snprintf(path, sizeof(path), MOUNT "%s%s", f->group[0] ? "/" : "", f->group);
	make_folders(tree, path);
	snprintf(path, sizeof(path), MOUNT "%s%s/%s", f->group[0] ? "/" : "", f->group, f->name);
	put(tree, path, text);
}

/* Every group that a file is in is one. */
static void make_host(const char *tree, const struct hierarchy_case *x)
{
	struct file group = {x->group, "cgroup.controllers", "cpu memory pids\n", NULL};

	make_folders(tree, "proc/self");
	put(tree, "proc/self/mountinfo",
	    "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n");
	put(tree, "proc/self/cgroup", "0::/\n");
	put(tree, "proc/self/status",
	    x->as == AS_USER ? "Name:\tcgtest\nUid:\t1000\t1000\t1000\t1000\n"
			     : "Name:\tcgtest\nUid:\t0\t0\t0\t0\n");
	put(tree, "proc/meminfo", "MemTotal: 1024 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
	put_file(tree, &group, group.first);
	for (size_t i = 0; i < FILES_MAX && x->files[i].name; i++) {
		group.group = x->files[i].group;
		put_file(tree, &group, group.first);
		put_file(tree, &x->files[i], x->files[i].first);
	}
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void ask(const struct root *r, const char *tree, const struct hierarchy_case *x,
		struct said *said)
{
	struct hierarchy h;
	struct levels l;
	struct bounds b;
	struct err e;

	if (hierarchy_read(r, &h, &e) < 0 || levels_open(r, &h, x->group, &l, &e) < 0 ||
	    levels_read(&l, r, &h, LEVELS_FIRST, &e) < 0)
		fail_msg("%s: %s", x->title, e.text);
	for (size_t i = 0; i < FILES_MAX && x->files[i].name; i++)
		if (x->files[i].last)
			put_file(tree, &x->files[i], x->files[i].last);
	if (levels_read(&l, r, &h, LEVELS_LAST, &e) < 0 || bounds_find(&l, &b, &e) < 0 ||
	    refusals_say(&l, said, &e) < 0 || bounds_say(&l, &b, said, &e) < 0 ||
	    (x->what_if && what_if_say(r, &h, &l, x->what_if, said, &e) < 0))
		fail_msg("%s: %s", x->title, e.text);
	bounds_free(&b);
	levels_free(&l);
	hierarchy_free(&h);
}

static bool is_said(const struct said *said, const char *words)
{
	for (size_t i = 0; i < said->n; i++)
		if (strstr(said->v[i], words))
			return true;
	return false;
}

static void check(const struct hierarchy_case *x)
{
	char tree[] = "/tmp/cgtest-why-XXXXXX";
	struct said said = {0};
	struct root r;

	assert_non_null(mkdtemp(tree));
	make_host(tree, x);
	assert_int_equal(root_open(tree, &r, NULL), 0);
	ask(&r, tree, x, &said);
	for (size_t i = 0; i < WORDS_MAX && x->says[i]; i++)
		if (!is_said(&said, x->says[i]))
			fail_msg("%s: nothing says '%s'; the first of %zu is '%s'", x->title,
				 x->says[i], said.n, said.n ? said.v[0] : "");
	if (x->silent && is_said(&said, x->silent))
		fail_msg("%s: '%s' is said", x->title, x->silent);
	said_free(&said);
	root_close(&r);
	assert_int_equal(nftw(tree, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

#define SWAP_OFF(group)                               \
	{                                             \
		group, "memory.swap.max", "0\n", NULL \
	}

static const struct hierarchy_case refused[] = {
	{"a fork at the group's own limit",
	 "a/b",
	 {{"a/b", "pids.max", "8\n", NULL},
	  {"a/b", "pids.events", "max 3\n", "max 5\n"},
	  {"a/b", "pids.events.local", "max 3\n", "max 5\n"}},
	 NULL,
	 {"pids.max of a/b (8) was met 2 times: it refused fork, vfork or clone: EAGAIN"},
	 NULL,
	 AS_ROOT},
	{"a fork at the parent's limit, 6.11 and later",
	 "a/b",
	 {{"a/b", "pids.max", "100\n", NULL},
	  {"a/b", "pids.events", "max 0\n", NULL},
	  {"a/b", "pids.events.local", "max 0\n", NULL},
	  {"a", "pids.max", "8\n", NULL},
	  {"a", "pids.events", "max 0\n", "max 1\n"},
	  {"a", "pids.events.local", "max 0\n", "max 1\n"}},
	 NULL,
	 {"pids.max of a (8) was met 1 time: it refused fork, vfork or clone: EAGAIN"},
	 "of a/b (",
	 AS_ROOT},
	{"a fork at the parent's limit, before 6.11: counted in the child, by the peak",
	 "a/b",
	 {{"a/b", "pids.max", "max\n", NULL},
	  {"a/b", "pids.events", "max 0\n", "max 4\n"},
	  {"a", "pids.max", "8\n", NULL},
	  {"a", "pids.peak", "8\n", NULL},
	  {"a", "pids.current", "3\n", NULL},
	  {"a", "pids.events", "max 0\n", NULL}},
	 NULL,
	 {"pids.max of a (8) was met 4 times"},
	 NULL,
	 AS_ROOT},
	{"the same with three levels, the middle one full",
	 "a/b/c",
	 {{"a/b/c", "pids.max", "max\n", NULL},
	  {"a/b/c", "pids.events", "max 0\n", "max 1\n"},
	  {"a/b", "pids.max", "20\n", NULL},
	  {"a/b", "pids.current", "20\n", NULL},
	  {"a", "pids.max", "10\n", NULL},
	  {"a", "pids.current", "4\n", NULL}},
	 NULL,
	 {"pids.max of a/b (20) was met 1 time"},
	 NULL,
	 AS_ROOT},
	{"a fork at a limit out of sight",
	 "a",
	 {{"a", "pids.max", "max\n", NULL}, {"a", "pids.events", "max 0\n", "max 2\n"}},
	 NULL,
	 {"pids.max: 2 times at a, by a level that cannot be seen from here"},
	 NULL,
	 AS_ROOT},
	{"an OOM kill at the group's own limit",
	 "a",
	 {{"a", "memory.max", "67108864\n", NULL},
	  {"a", "memory.events", "max 1\noom 0\noom_kill 0\n", "max 9\noom 1\noom_kill 1\n"},
	  {"a", "memory.events.local", "max 1\noom 0\noom_kill 0\n", "max 9\noom 1\noom_kill 1\n"},
	  SWAP_OFF("a")},
	 NULL,
	 {"the OOM killer ended 1 process of a: SIGKILL",
	  "memory.max of a (64M) was met 1 time: it could not be held by reclaim"},
	 "wait for reclaim",
	 AS_ROOT},
	{"an OOM kill at the parent's limit",
	 "a/b",
	 {{"a/b", "memory.max", "max\n", NULL},
	  {"a/b", "memory.events.local", "max 0\noom 0\noom_kill 0\n",
	   "max 0\noom 0\noom_kill 2\n"},
	  {"a", "memory.max", "33554432\n", NULL},
	  {"a", "memory.events.local", "max 0\noom 0\noom_kill 0\n", "max 7\noom 1\noom_kill 0\n"}},
	 NULL,
	 {"the OOM killer ended 2 processes of a/b: SIGKILL", "memory.max of a (32M) was met"},
	 NULL,
	 AS_ROOT},
	{"an OOM kill of the host",
	 "a",
	 {{"a", "memory.max", "max\n", NULL},
	  {"a", "memory.events.local", "max 0\noom 0\noom_kill 0\n", "max 0\noom 0\noom_kill 1\n"}},
	 NULL,
	 {"no limit that can be seen was met: the host itself, or a group above, ran out"},
	 NULL,
	 AS_ROOT},
	{"an allocation that failed without a kill",
	 "a",
	 {{"a", "memory.max", "1048576\n", NULL},
	  {"a", "memory.events.local", "max 0\noom 0\noom_kill 0\n", "max 2\noom 2\noom_kill 0\n"}},
	 NULL,
	 {"memory.max of a (1M) was met 2 times", "ENOMEM"},
	 "OOM killer ended",
	 AS_ROOT},
	{"reclaim at the limit refuses nothing",
	 "a",
	 {{"a", "memory.max", "1048576\n", NULL},
	  {"a", "memory.events.local", "max 0\noom 0\noom_kill 0\n",
	   "max 40\noom 0\noom_kill 0\n"}},
	 NULL,
	 {"memory.max of a (1M) was met 40 times: it made the allocator wait for reclaim; nothing "
	  "was refused"},
	 "ENOMEM",
	 AS_ROOT},
	{"memory.high of the parent",
	 "a/b",
	 {{"a/b", "memory.high", "max\n", NULL},
	  {"a/b", "memory.events.local", "high 0\n", NULL},
	  {"a", "memory.high", "33554432\n", NULL},
	  {"a", "memory.events.local", "high 2\n", "high 12\n"}},
	 NULL,
	 {"memory.high of a (32M) was met 10 times: it slowed the allocator down"},
	 NULL,
	 AS_ROOT},
	{"swap that is full",
	 "a",
	 {{"a", "memory.swap.max", "4194304\n", NULL},
	  {"a", "memory.swap.events", "fail 0\n", "fail 6\n"}},
	 NULL,
	 {"memory.swap.max of a (4M) was met 6 times"},
	 NULL,
	 AS_ROOT},
	{"a quota of the group",
	 "a",
	 {{"a", "cpu.max", "20000 100000\n", NULL},
	  {"a", "cpu.stat", "usage_usec 0\nnr_periods 10\nnr_throttled 4\n",
	   "usage_usec 200000\nnr_periods 20\nnr_throttled 14\n"}},
	 NULL,
	 {"cpu.max of a (20% of a CPU (20ms every 100ms)) was met 10 times: it stopped all threads",
	  "100% of its periods ended throttled"},
	 NULL,
	 AS_ROOT},
	{"a quota of the parent, which the child's cpu.stat does not show",
	 "a/b",
	 {{"a/b", "cpu.max", "max 100000\n", NULL},
	  {"a/b", "cpu.stat", "nr_periods 0\nnr_throttled 0\n", NULL},
	  {"a", "cpu.max", "150000 100000\n", NULL},
	  {"a", "cpu.stat", "nr_periods 0\nnr_throttled 0\n", "nr_periods 20\nnr_throttled 1\n"}},
	 NULL,
	 {"cpu.max of a (150% of a CPU (150ms every 100ms)) was met 1 time"},
	 NULL,
	 AS_ROOT},
	{"mkdir in a tree that is as deep as it may be",
	 "a/b",
	 {{"a/b", "cgroup.max.depth", "max\n", NULL}, {"a", "cgroup.max.depth", "1\n", NULL}},
	 NULL,
	 {"cgroup.max.depth of a (1) is reached: mkdir in a/b is refused: EAGAIN"},
	 NULL,
	 AS_ROOT},
	{"mkdir in a tree that is as deep as it may be less one",
	 "a",
	 {{"a", "cgroup.max.depth", "1\n", NULL}},
	 NULL,
	 {NULL},
	 "EAGAIN",
	 AS_ROOT},
	{"mkdir in a tree that is full",
	 "a/b",
	 {{"a", "cgroup.max.descendants", "4\n", NULL},
	  {"a", "cgroup.stat", "nr_descendants 4\nnr_dying_descendants 9\n", NULL}},
	 NULL,
	 {"cgroup.max.descendants of a (4) is full: mkdir below it is refused: EAGAIN"},
	 NULL,
	 AS_ROOT},
	{"nothing was refused",
	 "a",
	 {{"a", "pids.max", "8\n", NULL},
	  {"a", "pids.current", "2\n", NULL},
	  {"a", "pids.events", "max 7\n", "max 7\n"}},
	 NULL,
	 {NULL},
	 "met",
	 AS_ROOT},
};

static const struct hierarchy_case bound[] = {
	{"the parent has less room than the child's smaller limit",
	 "a/b",
	 {{"a/b", "memory.max", "52428800\n", NULL},
	  {"a/b", "memory.current", "10485760\n", NULL},
	  {"a", "memory.max", "104857600\n", NULL},
	  {"a", "memory.current", "103809024\n", NULL}},
	 NULL,
	 {"memory.max of a: 99M of 100M are in use (99%)",
	  "the smallest is 50M, of a/b, but a has less room left under its 100M"},
	 NULL,
	 AS_ROOT},
	{"the child's own limit comes first",
	 "a/b",
	 {{"a/b", "pids.max", "10\n", NULL},
	  {"a/b", "pids.current", "10\n", NULL},
	  {"a", "pids.max", "100\n", NULL},
	  {"a", "pids.current", "20\n", NULL}},
	 NULL,
	 {"pids.max of a/b: 10 of 10 are in use (100%)"},
	 "less room",
	 AS_ROOT},
	{"a limit of 0",
	 "a",
	 {{"a", "memory.max", "0\n", NULL}, {"a", "memory.current", "4096\n", NULL}},
	 NULL,
	 {"memory.max of a: 4K of 0 are in use (100%)"},
	 NULL,
	 AS_ROOT},
	{"frozen from above",
	 "a/b",
	 {{"a/b", "cgroup.events", "populated 1\nfrozen 1\n", NULL},
	  {"a/b", "cgroup.freeze", "0\n", NULL},
	  {"a", "cgroup.freeze", "1\n", NULL}},
	 NULL,
	 {"frozen by cgroup.freeze of a: nothing runs"},
	 NULL,
	 AS_ROOT},
	{"few CPUs, from the middle",
	 "a/b/c",
	 {{"a/b/c", "cpuset.cpus.effective", "2-3\n", NULL},
	  {"a/b", "cpuset.cpus.effective", "2-3\n", NULL},
	  {"a", "cpuset.cpus.effective", "0-7\n", NULL},
	  {"", "cpuset.cpus.effective", "0-7\n", NULL}},
	 NULL,
	 {"cpuset.cpus of a/b leaves 2 of the 8 CPUs above: 2-3"},
	 NULL,
	 AS_ROOT},
	{"swap left open",
	 "a",
	 {{"a", "memory.max", "52428800\n", NULL},
	  {"a", "memory.current", "0\n", NULL},
	  {"a", "memory.swap.max", "max\n", NULL}},
	 NULL,
	 {"memory.swap.max is max on every level"},
	 NULL,
	 AS_ROOT},
	{"swap closed above",
	 "a/b",
	 {{"a/b", "memory.max", "52428800\n", NULL},
	  {"a/b", "memory.current", "0\n", NULL},
	  {"a/b", "memory.swap.max", "max\n", NULL},
	  SWAP_OFF("a")},
	 NULL,
	 {NULL},
	 "memory.swap.max is max",
	 AS_ROOT},
	{"a cgroup namespace",
	 "a",
	 {{"", "cgroup.type", "domain\n", NULL}},
	 NULL,
	 {"what is above / cannot be seen from this cgroup namespace"},
	 NULL,
	 AS_ROOT},
};

#define MEMORY_STAT(anon, file)                                                      \
	{                                                                            \
		"a", "memory.stat",                                                  \
			"inactive_anon " anon "\nactive_anon 0\ninactive_file " file \
			"\nactive_file 0\nslab_reclaimable 0\n",                     \
			NULL                                                         \
	}

static const struct hierarchy_case what_ifs[] = {
	{"memory.max below the anonymous memory kills",
	 "a",
	 {{"a", "memory.current", "104857600\n", NULL}, MEMORY_STAT("94371840", "10485760")},
	 "memory.max=50M",
	 {"memory.max=50M: the OOM killer. 100M are in use, of which only 10M can go"},
	 NULL,
	 AS_ROOT},
	{"memory.max below the page cache reclaims",
	 "a",
	 {{"a", "memory.current", "104857600\n", NULL}, MEMORY_STAT("10485760", "94371840")},
	 "memory.max=50M",
	 {"memory.max=50M: reclaim. 100M are in use, and of these 90M can go"},
	 "killed until",
	 AS_ROOT},
	{"memory.max above",
	 "a",
	 {{"a", "memory.current", "104857600\n", NULL}},
	 "memory.max=1G",
	 {"memory.max=1G: nothing happens now, 100M are in use"},
	 NULL,
	 AS_ROOT},
	{"memory.high never kills",
	 "a",
	 {{"a", "memory.current", "104857600\n", NULL}, MEMORY_STAT("94371840", "10485760")},
	 "memory.high=50M",
	 {"memory.high=50M: slowed down.", "nothing is killed"},
	 "OOM killer",
	 AS_ROOT},
	{"pids.max below what there is",
	 "a",
	 {{"a", "pids.current", "20\n", NULL}},
	 "pids.max=8",
	 {"pids.max=8: nothing is ended, 20 tasks stay; fork and clone are refused (EAGAIN)"},
	 NULL,
	 AS_ROOT},
	{"a quota without limit",
	 "a",
	 {{"a", "cpu.max", "max 100000\n", NULL}},
	 "cpu.max=max 100ms",
	 {"cpu.max=max: never throttled by this level"},
	 NULL,
	 AS_ROOT},
	{"a move to a group that hands memory on",
	 "a",
	 {{"b", "cgroup.subtree_control", "cpu memory\n", NULL}},
	 "move=b",
	 {"move=b: EBUSY. It hands controllers on to its children (cpu memory)"},
	 NULL,
	 AS_ROOT},
	{"a move to a group that hands on what threads may share",
	 "a",
	 {{"b", "cgroup.subtree_control", "cpu pids\n", NULL}},
	 "move=b",
	 {"move=b: allowed"},
	 NULL,
	 AS_ROOT},
	{"a move to an invalid domain",
	 "a",
	 {{"b", "cgroup.type", "domain invalid\n", NULL}},
	 "move=b",
	 {"move=b: EOPNOTSUPP. It is an invalid domain"},
	 NULL,
	 AS_ROOT},
	{"a move to somebody else's group",
	 "a",
	 {{"b", "cgroup.procs", "", NULL}},
	 "move=/b",
	 {"move=b: EACCES. This user may not write b's cgroup.procs"},
	 NULL,
	 AS_USER},
};

static void check_all(const struct hierarchy_case *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&rows[i]);
}

static void test_what_refused_and_where(void **state)
{
	(void)state;
	check_all(refused, array_len(refused));
}

static void test_what_binds(void **state)
{
	(void)state;
	check_all(bound, array_len(bound));
}

static void test_what_would_happen(void **state)
{
	(void)state;
	check_all(what_ifs, array_len(what_ifs));
}

const struct CMUnitTest tests_unit_why[] = {
	cmocka_unit_test(test_what_refused_and_where),
	cmocka_unit_test(test_what_binds),
	cmocka_unit_test(test_what_would_happen),
	{0},
};
