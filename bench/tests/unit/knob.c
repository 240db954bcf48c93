/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroup/knob.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "tests/test.h"

static void test_values_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *knob, *text, *kernel; /* what is written to the file */
	} rows[] = {
		{"cpu.max", "20% 100ms", "20000 100000"},
		{"cpu.max", "20%", "20000 100000"},
		{"cpu.max", "20ms 100ms", "20000 100000"},
		{"cpu.max", "20ms", "20000 100000"},
		{"cpu.max", "20000 100000", "20000 100000"},
		{"cpu.max", "150% 10ms", "15000 10000"},
		{"cpu.max", "max", "max 100000"},
		{"cpu.max", "max 100ms", "max 100000"},
		{"cpu.max", "max 1s", "max 1000000"},
		{"cpu.max", "20%  50ms", "10000 50000"},
		{"cpu.max", "10% 10ms", "1000 10000"},
		{"cpu.max", "1ms 1ms", "1000 1000"},
		{"cpu.max", "0.1% 1s", "1000 1000000"},
		{"cpu.max.burst", "10ms", "10000"},
		{"cpu.max.burst", "10000", "10000"},
		{"cpu.max.burst", "0us", "0"},
		{"cpu.weight", "1", "1"},
		{"cpu.weight", "10000", "10000"},
		{"cpu.idle", "1", "1"},
		{"cpu.uclamp.min", "20%", "20.00"},
		{"cpu.uclamp.min", "12.50", "12.50"},
		{"cpu.uclamp.max", "max", "max"},
		{"cpu.uclamp.max", "100%", "max"},
		{"memory.max", "64M", "67108864"},
		{"memory.max", "67108864", "67108864"},
		{"memory.max", "max", "max"},
		{"memory.max", "0", "0"},
		{"memory.high", "1.5G", "1610612736"},
		{"memory.low", "max", "max"},
		{"memory.min", "4K", "4096"},
		{"memory.swap.max", "0", "0"},
		{"memory.oom.group", "1", "1"},
		{"pids.max", "64", "64"},
		{"pids.max", "max", "max"},
		{"pids.max", "4194304", "4194304"},
		{"cgroup.max.depth", "3", "3"},
		{"cgroup.max.descendants", "max", "max"},
		{"io.weight", "100", "100"},
		{"cpuset.cpus", "0-3,8", "0-3,8"},
		{"cpuset.cpus", "0", "0"},
		{"cpuset.mems", "0-1", "0-1"},
		{"cpuset.cpus.partition", "isolated", "isolated"},
	};
	char buf[KNOB_TEXT_MAX];
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		const struct knob *k = knob_find(rows[i].knob);
		struct knob_value v;
		struct err e = {""};
		assert_non_null(k);
		if (knob_parse(k, rows[i].text, &v, &e) < 0 ||
		    strcmp(knob_format(k, &v, buf), rows[i].kernel) != 0)
			fail_msg("%s '%s': '%s' %s", rows[i].knob, rows[i].text, buf, e.text);
	}
}

static void test_values_that_the_kernel_would_refuse(void **state)
{
	static const struct {
		const char *knob, *text;
		int code;
		const char *message;
	} rows[] = {
		{"cpu.uclamp.max", "101%", -ERANGE, "the kernel takes 0% to 100%"},
		{"cpu.uclamp.max", "1.005%", -EINVAL, "is not a percentage such as 20%"},
		{"cpu.max", "", -EINVAL, "cpu.max: '' is not a quota and a period, such as"},
		{"cpu.max", " 20%", -EINVAL, "is not a quota"},
		{"cpu.max", "20% ", -EINVAL, "is not a quota"},
		{"cpu.max", "20% 100ms 1", -EINVAL, "is not a quota"},
		{"cpu.max", "twenty", -EINVAL, "is not a quota"},
		{"cpu.max", "20% soon", -EINVAL, "period: 'soon' is no duration"},
		{"cpu.max", "20% max", -EINVAL, "period: 'max' is no duration"},
		{"cpu.max", "20%\t100ms", -EINVAL, "is not a quota"},
		{"cpu.max", "20", -ERANGE,
		 "'20' of 100ms is 20us; the kernel takes at least 1ms (a bare number is in "
		 "microseconds)"},
		{"cpu.max", "0.5% 100ms", -ERANGE, "'0.5%' of 100ms is 500us; the kernel takes"},
		{"cpu.max", "5% 10ms", -ERANGE, "at least 1ms"},
		{"cpu.max", "0%", -ERANGE, "at least 1ms"},
		{"cpu.max", "20% 999us", -ERANGE,
		 "period '999us' is out of range; the kernel takes 1ms to 1s"},
		{"cpu.max", "20% 1001ms", -ERANGE, "period '1001ms' is out of range"},
		{"cpu.max", "20% 100", -ERANGE, "(a bare number is in microseconds)"},
		{"cpu.max", "33.3333% 10ms", -ERANGE, "is not a whole number of microseconds"},
		{"cpu.max", "9999999999% 1s", -ERANGE, "the kernel takes at most"},
		{"cpu.max.burst", "-1", -EINVAL, "is not a duration"},
		{"cpu.weight", "0", -ERANGE, "'0' is out of range; the kernel takes 1 to 10000"},
		{"cpu.weight", "10001", -ERANGE, "1 to 10000"},
		{"cpu.weight", "max", -EINVAL, "cpu.weight: 'max' is not a count such as 64"},
		{"cpu.idle", "2", -ERANGE, "0 to 1"},
		{"cpu.idle", "true", -EINVAL, "is not a count"},
		{"memory.max", "64MB", -EINVAL, "memory.max: '64MB' is not a size such as 64M"},
		{"memory.max", "Max", -EINVAL, "or max"},
		{"memory.max", "9223372036854775807", -ERANGE, "is out of range"},
		{"pids.max", "64K", -EINVAL, "is not a count such as 64 (digits only), or max"},
		{"pids.max", "4194305", -ERANGE, "0 to 4194304"},
		{"cgroup.max.depth", "2147483648", -ERANGE, "0 to 2147483647"},
		{"cpuset.cpus", "", -EINVAL, "is not a list of CPUs such as 0-3,8"},
		{"cpuset.cpus", "3-1", -EINVAL, "is not a list"},
		{"cpuset.cpus", "1,", -EINVAL, "is not a list"},
		{"cpuset.cpus", ",1", -EINVAL, "is not a list"},
		{"cpuset.cpus", "1-", -EINVAL, "is not a list"},
		{"cpuset.cpus", "0 1", -EINVAL, "is not a list"},
		{"cpuset.cpus", "1024", -EINVAL, "is not a list"},
		{"cpuset.cpus", "99999999999999999999", -EINVAL, "is not a list"},
		{"cpuset.cpus.partition", "Root", -EINVAL, "is not member, root or isolated"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct knob_value v = {.number = 77};
		struct err e = {""};
		int r = knob_parse(knob_find(rows[i].knob), rows[i].text, &v, &e);
		if (r != rows[i].code || v.number != 77 || v.is_max || v.text[0] ||
		    !strstr(e.text, rows[i].message) ||
		    strncmp(e.text, rows[i].knob, strlen(rows[i].knob)) != 0)
			fail_msg("%s '%s': %d: %s", rows[i].knob, rows[i].text, r, e.text);
	}
}

static void test_unknown_knobs(void **state)
{
	const struct knob *k = NULL;
	struct err e;
	(void)state;

	assert_null(knob_find("cpu"));
	assert_null(knob_find("cpu.max.burs"));
	assert_null(knob_find(""));
	assert_int_equal(knob_find_or_say("memroy.max", &k, &e), -EINVAL);
	assert_string_equal(e.text, "knob 'memroy.max' is unknown (did you mean 'memory.max'?); "
				    "`cgbench list knobs` shows them");
	assert_null(k);
	assert_int_equal(knob_find_or_say("memory.max", &k, &e), 0);
	assert_string_equal(k->name, "memory.max");
}

/* asked, as people write it; got, as the kernel prints it */
static void test_what_reads_back_is_what_was_asked(void **state)
{
	static const struct {
		const char *knob, *asked, *got;
		bool same;
	} rows[] = {
		{"cpu.max", "20% 100ms", "20000 100000", true},
		{"cpu.max", "20% 100ms", "20000 50000", false},
		{"cpu.max", "20% 100ms", "10000 100000", false},
		{"cpu.max", "20% 100ms", "max 100000", false},
		{"cpu.max", "max", "max 100000", true},
		{"cpu.max", "max 10ms", "max 100000", false},
		{"memory.max", "64M", "67108864", true},
		{"memory.max", "67108865", "67108864", true},
		{"memory.max", "64M", "67108863", false},
		{"memory.max", "64M", "67104768", false},
		{"memory.max", "64M", "max", false},
		{"memory.max", "max", "max", true},
		{"memory.max", "max", "67108864", false},
		{"memory.max", "100", "0", true},
		{"hugetlb.2MB.rsvd.max", "max", "max", true},
		{"hugetlb.2MB.rsvd.max", "max", "9223372036852678656", true},
		{"hugetlb.2MB.rsvd.max", "4M", "9223372036852678656", false},
		{"hugetlb.2MB.max", "4611686018427387904", "4611686018427387904", true},
		{"hugetlb.2MB.max", "max", "4611686018427387904", false},
		{"pids.max", "64", "64", true},
		{"pids.max", "64", "65", false},
		{"pids.max", "max", "max", true},
		{"pids.max", "64", "max", false},
		{"cpu.weight", "100", "100", true},
		{"cpu.weight", "100", "0", false}, /* cpu.idle is set */
		{"io.weight", "100", "default 100", true},
		{"io.weight", "100", "default 200", false},
		{"io.weight", "100", "100", true},
		{"cpu.idle", "1", "1", true},
		{"cpu.idle", "1", "0", false},
		{"cpuset.cpus", "0,1,2,3", "0-3", true},
		{"cpuset.cpus", "3,0-2", "0-3", true},
		{"cpuset.cpus", "0-3", "0-2", false},
		{"cpuset.cpus", "0-3", "", false},
		{"cpuset.cpus.partition", "root", "root", true},
		{"cpuset.cpus.partition", "root",
		 "root invalid (Cpu list in cpuset.cpus not exclusive)", false},
		{"cpuset.cpus.partition", "root", "member", false},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		const struct knob *k = knob_find(rows[i].knob);
		struct knob_value asked, got;
		assert_int_equal(knob_parse(k, rows[i].asked, &asked, NULL), 0);
		assert_int_equal(knob_parse_kernel(k, rows[i].got, &got, NULL), 0);
		if (knob_same(k, &asked, &got) != rows[i].same)
			fail_msg("%s: asked '%s', got '%s'", rows[i].knob, rows[i].asked,
				 rows[i].got);
	}
}

static void test_kernel_texts_that_make_no_sense(void **state)
{
	static const char *const rows[][2] = {
		{"cpu.max", ""},
		{"cpu.max", "20000"},
		{"cpu.max", "20% 100000"},
		{"cpu.max", "20000 max"},
		{"cpu.max", "a b"},
		{"memory.max", "64M"},
		{"memory.max", ""},
		{"memory.max", "-1"},
		{"pids.max", "18446744073709551616"},
		{"cpu.weight", "idle"},
		{"cpu.idle", "1 "},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct knob_value v = {.number = 77};
		struct err e = {""};
		assert_int_equal(knob_parse_kernel(knob_find(rows[i][0]), rows[i][1], &v, &e),
				 -EINVAL);
		assert_int_equal(v.number, 77);
		assert_non_null(strstr(e.text, rows[i][0]));
	}
}

static void test_the_tighter_of_two(void **state)
{
	static const struct {
		const char *knob, *a, *b;
		bool a_tighter, b_tighter;
	} rows[] = {
		{"cpu.max", "20% 100ms", "50% 100ms", true, false},
		{"cpu.max", "10ms 100ms", "5ms 10ms", true, false}, /* a tenth, not half */
		{"cpu.max", "20% 100ms", "20% 10ms", false, false},
		{"cpu.max", "20%", "max", true, false},
		{"cpu.max", "max", "max 10ms", false, false},
		{"memory.max", "32M", "64M", true, false},
		{"memory.max", "64M", "64M", false, false},
		{"memory.max", "0", "max", true, false},
		{"memory.high", "32M", "64M", true, false},
		{"memory.swap.max", "0", "1G", true, false},
		{"pids.max", "64", "4096", true, false},
		{"pids.max", "4096", "max", true, false},
		/* Where ancestors do not matter, nothing is tighter. */
		{"memory.low", "32M", "64M", false, false},
		{"cpu.weight", "50", "100", false, false},
		{"cpu.idle", "1", "0", false, false},
		{"cpuset.cpus", "0", "0-3", false, false},
		{"cpuset.cpus.partition", "member", "root", false, false},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		const struct knob *k = knob_find(rows[i].knob);
		struct knob_value a, b;
		assert_int_equal(knob_parse(k, rows[i].a, &a, NULL), 0);
		assert_int_equal(knob_parse(k, rows[i].b, &b, NULL), 0);
		if (knob_tighter(k, &a, &b) != rows[i].a_tighter ||
		    knob_tighter(k, &b, &a) != rows[i].b_tighter)
			fail_msg("%s: '%s' and '%s'", rows[i].knob, rows[i].a, rows[i].b);
	}
}

/* The table agrees with itself: examples are valid, and what is written is what is read. */
static void test_every_row_of_the_table(void **state)
{
	char buf[KNOB_TEXT_MAX];
	(void)state;

	for (const struct knob *k = knobs; k->name; k++) {
		struct knob_value typed, read;
		struct err e = {""};
		if (knob_parse(k, k->example, &typed, &e) < 0)
			fail_msg("%s", e.text);
		if (knob_parse_kernel(k, knob_format(k, &typed, buf), &read, &e) < 0)
			fail_msg("%s", e.text);
		assert_true(knob_same(k, &typed, &read));
		assert_true(strlen(k->summary) > 0);
		assert_ptr_equal(knob_find(k->name), k);
		if (!k->controller) {
			assert_int_equal(strncmp(k->name, "cgroup.", 7), 0);
			continue;
		}
		/* libcgroup finds a file's controller by the part before the first dot. */
		const char *owner = k->controller ? k->controller : "cgroup";
		assert_int_equal(strcspn(k->name, "."), strlen(owner));
		assert_int_equal(strncmp(k->name, owner, strlen(owner)), 0);
	}
}

const struct CMUnitTest tests_unit_knob[] = {
	cmocka_unit_test(test_values_are_read_as_people_write_them),
	cmocka_unit_test(test_values_that_the_kernel_would_refuse),
	cmocka_unit_test(test_unknown_knobs),
	cmocka_unit_test(test_what_reads_back_is_what_was_asked),
	cmocka_unit_test(test_kernel_texts_that_make_no_sense),
	cmocka_unit_test(test_the_tighter_of_two),
	cmocka_unit_test(test_every_row_of_the_table),
	{0},
};
