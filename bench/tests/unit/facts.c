/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/hosts.h"
#include "tests/test.h"

/* host: of the fixtures; NULL: this one. */
static json_t *gather(const char *host)
{
	struct err e = {""};
	struct root r = {.fd = -1};
	json_t *all = NULL;
	char name[64];

	snprintf(name, sizeof(name), "hosts/%s", host ? host : "");
	if (root_open(host ? test_fixture(name) : NULL, &r, &e) < 0 ||
	    facts_gather(&r, &all, &e) < 0)
		fail_msg("%s: %s", name, e.text);
	root_close(&r);
	return all;
}

/* value: as JSON. What a host does not tell is null. */
static const struct expected {
	const char *host, *key, *value;
} expectations[] = {
	{"unified", "where", "\"native\""},
	{"unified", "lab", "null"},
	{"unified", "lab_shift", "null"},
	{"unified", "kernel", "\"6.1.0-25-amd64\""},
	{"unified", "kernel_version", "\"#1 SMP PREEMPT_DYNAMIC Debian 6.1.106-3 (2024-08-26)\""},
	/* The disk's name, and what is for process 1, are left out. */
	{"unified", "cmdline",
	 "\"BOOT_IMAGE=/boot/vmlinuz-6.1.0-25-amd64 root= ro quiet mitigations=auto "
	 "isolcpus=10,11\""},
	{"unified", "hz", "250"},
	{"unified", "fair_scheduler", "\"EEVDF\""},
	{"unified", "sched_base_slice_nsec", "3000000"},
	{"unified", "sched_ext", "null"},
	{"unified", "clocksource", "\"tsc\""},
	{"unified", "aslr", "2"},
	{"unified", "psi", "true"},
	{"unified", "cpu_model", "\"12th Gen Intel(R) Core(TM) i7-12700\""},
	{"unified", "cpu_vendor", "\"GenuineIntel\""},
	{"unified", "cpu_family", "\"6\""},
	{"unified", "cpu_model_number", "\"151\""}, /* and not "model name" */
	{"unified", "cpu_stepping", "\"2\""},
	{"unified", "microcode", "\"0x36\""},
	{"unified", "governor", "\"powersave,performance\""},
	{"unified", "turbo", "\"on\""}, /* no_turbo 0 */
	{"unified", "smt", "\"on\""},
	{"unified", "topology", "null"},
	{"unified", "isolated_cpus", "\"10-11\""},
	{"unified", "mitigations",
	 "{\"meltdown\":\"Not affected\",\"spectre_v2\":\"Mitigation: Enhanced / Automatic IBRS; "
	 "IBPB: conditional; RSB filling\"}"},
	{"unified", "virtualisation", "\"none\""},
	{"unified", "machine", "\"Desktop 3000\""}, /* through a link as sysfs has it */
	{"unified", "container", "null"},
	{"unified", "memory_total_bytes", "16606539776"},
	{"unified", "swap_total_bytes", "1023406080"},
	{"unified", "thp", "\"always\""},
	{"unified", "cgroup_mount", "\"/sys/fs/cgroup\""},
	{"unified", "cgroup_options", "\"rw,nsdelegate,memory_recursiveprot\""},
	{"unified", "cgroup_controllers",
	 "[\"cpuset\",\"cpu\",\"io\",\"memory\",\"hugetlb\",\"pids\",\"rdma\",\"misc\"]"},
	{"unified", "cgroup_v1", "{}"},
	{"unified", "cgroup_features",
	 "[\"nsdelegate\",\"favordynmods\",\"memory_localevents\",\"memory_recursiveprot\"]"},

	{"hybrid", "virtualisation", "\"vm\""},
	{"hybrid", "hz", "null"}, /* no configuration beside it: not guessed */
	{"hybrid", "fair_scheduler", "\"CFS\""},
	{"container", "fair_scheduler", "null"},
	{"hybrid", "governor", "null"},
	{"hybrid", "turbo", "null"},
	{"hybrid", "isolated_cpus", "null"}, /* an empty line */
	{"hybrid", "mitigations", "null"},
	{"hybrid", "psi", "false"},
	{"hybrid", "swap_total_bytes", "0"}, /* told, and none */
	{"hybrid", "thp", "\"madvise\""},
	{"hybrid", "cgroup_mount", "\"/sys/fs/cgroup/unified\""},
	{"hybrid", "cgroup_controllers", "[\"hugetlb\",\"rdma\",\"misc\"]"},
	{"hybrid", "cgroup_v1",
	 "{\"blkio\":\"/sys/fs/cgroup/blkio\",\"cpu\":\"/sys/fs/cgroup/cpu,cpuacct\","
	 "\"cpuacct\":\"/sys/fs/cgroup/cpu,cpuacct\",\"cpuset\":\"/sys/fs/cgroup/cpuset\","
	 "\"devices\":\"/sys/fs/cgroup/devices\",\"freezer\":\"/sys/fs/cgroup/freezer\","
	 "\"memory\":\"/sys/fs/cgroup/memory\",\"net_cls\":\"/sys/fs/cgroup/net_cls,net_prio\","
	 "\"net_prio\":\"/sys/fs/cgroup/net_cls,net_prio\","
	 "\"perf_event\":\"/sys/fs/cgroup/perf_event\",\"pids\":\"/sys/fs/cgroup/pids\"}"},

	{"no-v2", "cgroup_mount", "null"},
	{"no-v2", "cgroup_controllers", "null"},
	{"no-v2", "cpu_model", "null"},
	{"no-v2", "virtualisation", "null"},
	{"container", "container", "\"podman\""},
	{"container-ro", "container", "\"docker\""},
	{"container-ro", "cgroup_options", "\"rw,nsdelegate,memory_recursiveprot\""},
};

static void test_facts_of_captured_hosts(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(expectations); i++) {
		const struct expected *x = &expectations[i];
		json_t *all = gather(x->host), *fact = json_object_get(all, x->key);
		char *got = fact ? json_dumps(fact, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS)
				 : NULL;
		if (!got || strcmp(got, x->value) != 0)
			fail_msg("%s: %s: got %s, expected %s", x->host, x->key, got, x->value);
		free(got);
		json_decref(all);
	}
}

/* Nothing changes from one look to the next, so exact runs have the same host.json. */
static void test_gathering_twice_gives_the_same(void **state)
{
	json_t *first = gather(NULL), *second = gather(NULL);
	(void)state;

	assert_true(json_equal(first, second));
	assert_int_equal(json_object_size(first), json_object_size(second));
	json_decref(first);
	json_decref(second);
}

/* Other modules and old runs name these. */
static void test_keys_are_stable(void **state)
{
	static const struct {
		const char *key;
		bool compare;
	} rows[] = {
		{"kernel", true},    {"hz", true},         {"cpu_model", true},
		{"microcode", true}, {"governor", true},   {"turbo", true},
		{"smt", true},       {"topology", true},   {"virtualisation", true},
		{"lab", true},       {"lab_shift", true},  {"where", false},
		{"cmdline", false},  {"libraries", false}, {"memory_total_bytes", false},
	};
	size_t compared = 0;
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		const struct fact *f = fact_find(rows[i].key);
		if (!f || f->compare != rows[i].compare)
			fail_msg("%s: absent, or compared otherwise", rows[i].key);
	}
	for (const struct fact *f = facts; f->key; f++) {
		assert_ptr_equal(fact_find(f->key), f); /* no key comes twice */
		compared += f->compare;
	}
	assert_int_equal(compared, 11);
	assert_null(fact_find("uptime"));
}

static json_t *object_of(const char *members)
{
	char text[512];
	json_t *object;

	snprintf(text, sizeof(text), "{%s}", members);
	object = json_loads(text, 0, NULL);
	assert_non_null(object);
	return object;
}

static void test_the_lab_describes_itself(void **state)
{
	static const struct {
		const char *lab, *shift, *where, *shift_json;
	} rows[] = {
		{"exact", "3", "\"exact lab\"", "3"}, {"exact", "0", "\"exact lab\"", "0"},
		{"live", "", "\"live lab\"", "null"}, {"live", "3x", "\"live lab\"", "null"},
		{"", "", "\"native\"", "null"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		json_t *all;
		char *where, *shift;
		setenv("CGBENCH_LAB", rows[i].lab, 1);
		setenv("CGBENCH_LAB_SHIFT", rows[i].shift, 1);
		all = gather(NULL);
		where = json_dumps(json_object_get(all, "where"), JSON_ENCODE_ANY);
		shift = json_dumps(json_object_get(all, "lab_shift"), JSON_ENCODE_ANY);
		assert_string_equal(where, rows[i].where);
		assert_string_equal(shift, rows[i].shift_json);
		free(where);
		free(shift);
		json_decref(all);
	}
}

static void test_exact_runs_have_inputs(void **state)
{
#define DIGESTS(b, w, l, c)                                                       \
	"\"cgbench_digest\": " b ", \"cgwork_digest\": " w ", \"lab_inputs\": " l \
	", \"command_digest\": " c
	static const struct {
		const char *base, *head;
		bool same;
	} rows[] = {
		{DIGESTS("1", "2", "3", "4"), DIGESTS("1", "2", "3", "4"), true},
		{DIGESTS("1", "2", "3", "4"), DIGESTS("9", "2", "3", "4"), false},
		{DIGESTS("1", "2", "3", "4"), DIGESTS("1", "9", "3", "4"), false},
		{DIGESTS("1", "2", "3", "4"), DIGESTS("1", "2", "9", "4"), false},
		{DIGESTS("1", "2", "3", "4"), DIGESTS("1", "2", "3", "9"), false},
		/* What neither knows may have been anything. */
		{DIGESTS("1", "2", "3", "null"), DIGESTS("1", "2", "3", "null"), false},
		{"\"lab\": \"exact\"", "\"lab\": \"exact\"", false},
		/* The kernel is what is compared; the processor is not. */
		{"\"kernel\": 1, " DIGESTS("1", "2", "3", "4"),
		 "\"kernel\": 2, " DIGESTS("1", "2", "3", "4"), true},
		{"\"cpu_model\": 1, " DIGESTS("1", "2", "3", "4"),
		 "\"cpu_model\": 2, " DIGESTS("1", "2", "3", "4"), false},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct host_differences found scope(host_differences_free) = {0};
		json_t *base = object_of(rows[i].base), *head = object_of(rows[i].head);
		bool same = !rows[i].same;
		assert_int_equal(hosts_differ(base, head, &found, NULL), 0);
		assert_int_equal(hosts_same_inputs(base, head, &found, &same, NULL), 0);
		if (same != rows[i].same)
			fail_msg("row %zu", i);
		json_decref(base);
		json_decref(head);
	}
}

/* Merging in any order gives the same, and knows every input that went into a part. */
static void test_merged_inputs_are_a_sorted_set(void **state)
{
	json_t *a = object_of("\"command_digest\": \"b\", \"kernel\": \"6.1\"");
	json_t *b = object_of("\"command_digest\": \"a\", \"kernel\": \"6.2\"");
	json_t *c = object_of("\"command_digest\": [\"a\", \"c\"], \"kernel\": \"6.1\"");
	json_t *left = json_deep_copy(a), *right = json_deep_copy(c);
	json_t *expected = object_of("\"command_digest\": [\"a\", \"b\", \"c\"], \"kernel\": null");
	(void)state;

	assert_int_equal(hosts_join(left, b, NULL) | hosts_join(left, c, NULL), 0);
	assert_int_equal(hosts_join(right, a, NULL) | hosts_join(right, b, NULL), 0);
	assert_true(json_equal(left, expected));
	assert_true(json_equal(right, expected));
	json_t *all[] = {a, b, c, left, right, expected};
	for (size_t i = 0; i < array_len(all); i++)
		json_decref(all[i]);
}

/* CLOCK_MONOTONIC_COARSE really advances by this much, or by multiples. */
static void test_the_tick_is_what_the_coarse_clock_steps_by(void **state)
{
	uint64_t tick_nsec = facts_tick_usec() * 1000;
	struct timespec a, b;
	uint64_t step, multiple;
	(void)state;

	assert_in_range(tick_nsec, 100000, 10000000); /* HZ 100 to 10000 */
	clock_gettime(CLOCK_MONOTONIC_COARSE, &a);
	do
		clock_gettime(CLOCK_MONOTONIC_COARSE, &b);
	while (a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec);
	step = (uint64_t)(b.tv_sec - a.tv_sec) * 1000000000 + (uint64_t)b.tv_nsec -
	       (uint64_t)a.tv_nsec;
	multiple = (step + tick_nsec / 2) / tick_nsec;
	assert_true(multiple >= 1);
	/* The clock is steered (NTP): within a thousandth. */
	assert_in_range(step, multiple * tick_nsec * 999 / 1000,
			multiple * tick_nsec * 1001 / 1000);
}

const struct CMUnitTest tests_unit_facts[] = {
	cmocka_unit_test(test_exact_runs_have_inputs),
	cmocka_unit_test(test_merged_inputs_are_a_sorted_set),
	cmocka_unit_test(test_facts_of_captured_hosts),
	cmocka_unit_test(test_gathering_twice_gives_the_same),
	cmocka_unit_test(test_keys_are_stable),
	cmocka_unit_test(test_the_lab_describes_itself),
	cmocka_unit_test(test_the_tick_is_what_the_coarse_clock_steps_by),
	{0},
};
