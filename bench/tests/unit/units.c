/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgbench/units.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "cgbench/array.h"
#include "cgbench/workload.h"
#include "tests/test.h"

static void test_quantities_are_read(void **state)
{
	static const struct {
		enum unit_kind kind;
		const char *text;
		uint64_t value;
	} rows[] = {
		{UNIT_COUNT, "0", 0},
		{UNIT_COUNT, "64", 64},
		{UNIT_COUNT, "007", 7},
		{UNIT_COUNT, "18446744073709551615", UINT64_MAX},
		{UNIT_BYTES, "0", 0},
		{UNIT_BYTES, "4096", 4096},
		{UNIT_BYTES, "1K", 1024},
		{UNIT_BYTES, "64M", 64 << 20},
		{UNIT_BYTES, "1.5G", UINT64_C(3) << 29},
		{UNIT_BYTES, "0.5K", 512},
		{UNIT_BYTES, "0.0009765625K", 1},
		{UNIT_BYTES, "2.000K", 2048},
		{UNIT_BYTES, "16777215T", UINT64_C(16777215) << 40},
		{UNIT_USEC, "1us", 1},
		{UNIT_USEC, "100ms", 100000},
		{UNIT_USEC, "1.5ms", 1500},
		{UNIT_USEC, "0.000001s", 1},
		{UNIT_USEC, "10s", 10000000},
		{UNIT_USEC, "2m", 120000000},
		{UNIT_USEC, "24h", UINT64_C(86400) * 1000000},
		{UNIT_PPM, "20%", 200000},
		{UNIT_PPM, "150%", 1500000},
		{UNIT_PPM, "0.5%", 5000},
		{UNIT_PPM, "33.3333%", 333333},
		{UNIT_PPM, "0%", 0},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct err e = {""};
		uint64_t v = 77;
		int r = unit_parse(rows[i].kind, rows[i].text, &v, &e);
		if (r != 0 || v != rows[i].value)
			fail_msg("'%s': %d, %llu: %s", rows[i].text, r, (unsigned long long)v,
				 e.text);
	}
}

static void test_what_is_no_quantity_is_refused(void **state)
{
	static const struct {
		enum unit_kind kind;
		int code;
		const char *text, *message;
	} rows[] = {
		{UNIT_COUNT, -EINVAL, "", "'' is no count; expected a count such as 64"},
		{UNIT_COUNT, -EINVAL, "-1", "'-1' is no count"},
		{UNIT_COUNT, -EINVAL, "+1", "'+1' is no count"},
		{UNIT_COUNT, -EINVAL, " 1", "' 1' is no count"},
		{UNIT_COUNT, -EINVAL, "1 ", "'1 ' is no count"},
		{UNIT_COUNT, -EINVAL, "1.5", "'1.5' is no count"},
		{UNIT_COUNT, -EINVAL, "0x10", "'0x10' is no count"},
		{UNIT_COUNT, -EINVAL, "1e3", "'1e3' is no count"},
		{UNIT_COUNT, -ERANGE, "18446744073709551616", "is too large"},
		{UNIT_COUNT, -ERANGE, "99999999999999999999999999999999999999999",
		 "has too many digits"},
		{UNIT_BYTES, -EINVAL, "64MB",
		 "'64MB' is no size; expected a size such as 64M (K M G T"},
		{UNIT_BYTES, -EINVAL, "64m", "'64m' is no size"},
		{UNIT_BYTES, -EINVAL, "64 M", "'64 M' is no size"},
		{UNIT_BYTES, -EINVAL, "M", "'M' is no size"},
		{UNIT_BYTES, -EINVAL, "max", "'max' is no size"},
		{UNIT_BYTES, -ERANGE, "0.3K", "'0.3K' is not a whole number of bytes"},
		{UNIT_BYTES, -ERANGE, "16777216T", "'16777216T' is too large"},
		{UNIT_BYTES, -ERANGE, "0.1", "'0.1' is not a whole number of bytes"},
		{UNIT_USEC, -EINVAL, "10", "'10' has no unit; expected a duration such as 100ms"},
		{UNIT_USEC, -EINVAL, "", "'' is no duration"},
		{UNIT_USEC, -EINVAL, "10S", "'10S' is no duration"},
		{UNIT_USEC, -EINVAL, ".5s", "'.5s' is no duration"},
		{UNIT_USEC, -EINVAL, "5.s", "'5.s' is no duration"},
		{UNIT_USEC, -EINVAL, "1.2.3s", "'1.2.3s' is no duration"},
		{UNIT_USEC, -EINVAL, "1s2ms", "'1s2ms' is no duration"},
		{UNIT_USEC, -ERANGE, "0.5us", "'0.5us' is not a whole number of microseconds"},
		{UNIT_USEC, -ERANGE, "99999999999h", "'99999999999h' is too large"},
		{UNIT_PPM, -EINVAL, "20", "'20' has no unit; expected a percentage such as 20%"},
		{UNIT_PPM, -EINVAL, "20%%", "'20%%' is no percentage"},
		{UNIT_PPM, -ERANGE, "0.00001%", "is not a whole number of parts per million"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct err e = {""};
		uint64_t v = 77;
		int r = unit_parse(rows[i].kind, rows[i].text, &v, &e);
		if (r != rows[i].code || v != 77 || !strstr(e.text, rows[i].message))
			fail_msg("'%s': %d, %llu: %s", rows[i].text, r, (unsigned long long)v,
				 e.text);
	}
	assert_int_equal(unit_parse(UNIT_USEC, "10", &(uint64_t){0}, NULL), -EINVAL);
}

static void test_quantities_are_written(void **state)
{
	static const struct {
		enum unit_kind kind;
		uint64_t value;
		const char *text;
	} rows[] = {
		{UNIT_COUNT, 0, "0"},
		{UNIT_COUNT, UINT64_MAX, "18446744073709551615"},
		{UNIT_BYTES, 0, "0"},
		{UNIT_BYTES, 1023, "1023"},
		{UNIT_BYTES, 1024, "1K"},
		{UNIT_BYTES, 1536, "1536"},
		{UNIT_BYTES, 64 << 20, "64M"},
		{UNIT_BYTES, UINT64_C(5) << 40, "5T"},
		{UNIT_USEC, 0, "0us"},
		{UNIT_USEC, 100000, "100ms"},
		{UNIT_USEC, 1500000, "1500ms"},
		{UNIT_USEC, 60000000, "1m"},
		{UNIT_USEC, 90000000, "90s"},
		{UNIT_PPM, 0, "0%"},
		{UNIT_PPM, 200000, "20%"},
		{UNIT_PPM, 5000, "0.5%"},
		{UNIT_PPM, 1, "0.0001%"},
		{UNIT_PPM, 1234567, "123.4567%"},
		{UNIT_PPM, UINT64_MAX, "1844674407370955.1615%"},
	};
	char buf[UNIT_TEXT_MAX];
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++)
		assert_string_equal(unit_format(rows[i].kind, rows[i].value, buf), rows[i].text);
}

/* Around every power of two and of ten, where units and digits change. */
static void test_what_is_written_is_read_back(void **state)
{
	static const enum unit_kind kinds[] = {UNIT_COUNT, UNIT_BYTES, UNIT_USEC, UNIT_PPM};
	char buf[UNIT_TEXT_MAX];
	(void)state;

	for (size_t k = 0; k < array_len(kinds); k++) {
		for (uint64_t base = 1, ten = 1, n = 0; n < 64; n++, base *= 2, ten *= 10) {
			const uint64_t values[] = {base - 1, base, base + 1, ~base,
						   ten - 1,  ten,  ten + 1};
			for (size_t i = 0; i < array_len(values); i++) {
				struct err e = {""};
				uint64_t v;
				unit_format(kinds[k], values[i], buf);
				assert_true(strlen(buf) < UNIT_TEXT_MAX);
				if (unit_parse(kinds[k], buf, &v, &e) < 0 || v != values[i])
					fail_msg("%llu -> '%s': %s", (unsigned long long)values[i],
						 buf, e.text);
			}
		}
	}
}

static void test_parameters(void **state)
{
	static const char *const choices[] = {"anon", "file", "shmem", NULL};
	static const struct param kind = {.name = "kind", .choices = choices};
	static const struct param every = {
		.name = "every", .kind = UNIT_USEC, .min = 100, .max = 10000000};
	static const struct param open_ended = {.name = "bytes", .kind = UNIT_BYTES, .min = 1};
	static const struct {
		const struct param *param;
		const char *text;
		int code;
		uint64_t value;
		const char *message;
	} rows[] = {
		{&kind, "anon", 0, 0, ""},
		{&kind, "shmem", 0, 2, ""},
		{&kind, "Anon", -EINVAL, 0,
		 "kind: 'Anon' is unknown; expected one of anon, file, shmem"},
		{&kind, "", -EINVAL, 0, "kind: '' is unknown"},
		{&kind, "0", -EINVAL, 0, "kind: '0' is unknown"},
		{&every, "100us", 0, 100, ""},
		{&every, "10s", 0, 10000000, ""},
		{&every, "99us", -ERANGE, 0, "every: '99us' is too small; it is at least 100us"},
		{&every, "11s", -ERANGE, 0, "every: '11s' is too large; it is at most 10s"},
		{&every, "10", -EINVAL, 0, "every: '10' has no unit"},
		{&open_ended, "16777215T", 0, UINT64_C(16777215) << 40, ""},
		{&open_ended, "0", -ERANGE, 0, "bytes: '0' is too small"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct err e = {""};
		uint64_t v = 0;
		int r = param_parse(rows[i].param, rows[i].text, &v, &e);
		if (r != rows[i].code || v != rows[i].value || !strstr(e.text, rows[i].message))
			fail_msg("'%s': %d, %llu: %s", rows[i].text, r, (unsigned long long)v,
				 e.text);
	}
}

/* Every workload's table is right by its own rules. */
static void test_every_default_is_valid(void **state)
{
	(void)state;

	for (size_t w = 0; workloads[w]; w++) {
		size_t n = 0;
		for (const struct param *p = workloads[w]->params; p && p->name; p++, n++) {
			struct err e = {""};
			uint64_t v;
			if (param_parse(p, p->fallback, &v, &e) < 0)
				fail_msg("%s: %s", workloads[w]->name, e.text);
			/* Keys that `run` has for all workloads. */
			assert_string_not_equal(p->name, "workload");
			assert_string_not_equal(p->name, "threads");
			assert_string_not_equal(p->name, "exec");
		}
		assert_true(n <= WORKLOAD_PARAMS_MAX);
		assert_ptr_equal(workload_find(workloads[w]->name), workloads[w]);
	}
}

static void test_did_you_mean(void **state)
{
	static const char *const known[] = {"groups", "cpu.max", "memory.max", "period", "at"};
	static const struct {
		const char *word, *hint;
	} rows[] = {
		{"grups", " (did you mean 'groups'?)"},
		{"gruops", " (did you mean 'groups'?)"},
		{"cpumax", " (did you mean 'cpu.max'?)"},
		{"memory.mx", " (did you mean 'memory.max'?)"},
		{"peroid", " (did you mean 'period'?)"},
		{"att", " (did you mean 'at'?)"},
		{"xyz", ""},
		{"", ""},
		{"io", ""},
		{"a-word-that-is-longer-than-any-key-that-we-could-ever-have-had", ""},
	};
	char buf[NEAREST_HINT_MAX];
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct nearest n = {.word = rows[i].word};
		for (size_t k = 0; k < array_len(known); k++)
			nearest_offer(&n, known[k]);
		assert_string_equal(nearest_hint(&n, buf), rows[i].hint);
	}
}

const struct CMUnitTest tests_unit_units[] = {
	cmocka_unit_test(test_quantities_are_read),
	cmocka_unit_test(test_what_is_no_quantity_is_refused),
	cmocka_unit_test(test_quantities_are_written),
	cmocka_unit_test(test_what_is_written_is_read_back),
	cmocka_unit_test(test_parameters),
	cmocka_unit_test(test_every_default_is_valid),
	cmocka_unit_test(test_did_you_mean),
	{0},
};
